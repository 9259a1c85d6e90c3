#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| gamedb_fuzz::exchange::parcel(input));
