//! From files to files: the library behind the `gamedb` command, and build scripts.

pub mod build;
mod folder;
mod guessed_rows;
#[cfg(test)]
mod layout_tests;
mod load;
mod outputs;
pub(crate) mod run;
