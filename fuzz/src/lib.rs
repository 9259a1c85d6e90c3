//! What is done with each input. The targets call it under the fuzzer, and the tests of gamedb, of the generator
//! and of the models call it with the inputs in `corpus`, with the stable compiler.

pub mod bytes;
pub mod delta;
pub mod edits;
pub mod exchange;
pub mod generator;
pub mod splices;
pub mod world;
