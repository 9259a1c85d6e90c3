//! From files to files: what the `gamedb` command and build scripts call.

mod appearance;
pub mod build;
mod dump_rows;
mod folder;
mod guessed_rows;
#[cfg(test)]
mod layout_tests;
mod load;
mod missing_targets;
mod outputs;
pub(crate) mod run;
