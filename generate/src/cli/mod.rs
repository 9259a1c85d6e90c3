//! From files to files: the library behind the `gamedb` command, and build scripts.

pub mod build;
mod load;
pub(crate) mod run;
