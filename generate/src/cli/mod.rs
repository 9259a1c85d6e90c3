//! From files to files: the library behind the `gamedb` command, and build scripts.

pub mod build;
pub(crate) mod run;
