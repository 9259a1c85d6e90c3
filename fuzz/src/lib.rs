//! What is done with each input. The targets call it under the fuzzer, and the tests of gamedb and of the generator
//! call it with the inputs in `corpus`, with the stable compiler.

pub mod edits;
pub mod generator;
pub mod world;
