//! A disk in memory that fails, lies and loses power, for the tests of gamedb.
//!
//! It is a [VFS](https://www.sqlite.org/vfs.html) of SQLite, and registers itself as the default one: so the
//! library runs over it unchanged. A [`Disk`] is a folder. Files in it are SQLite's and in memory; beside each
//! stands an empty real one of the same name, for what a program asks the file system itself: whether a file is
//! there, which one it is, and whether there is a log. Every other path goes to the VFS of the system.
//!
//! This crate is the one place of the workspace where `unsafe` may stand: SQLite calls it through pointers.
//!
//! - A [`Fault`] makes one operation fail, or all of its kind from there on.
//! - A [`Trace`] is what was written. [`Replay`] goes through it, and at every operation gives as many images of
//!   the disk after a power cut as are asked for.

mod disk;
mod fault;
mod file;
mod locks;
mod random;
mod replay;
mod vfs;

pub use disk::{Disk, Image};
pub use fault::{Effect, Fault, Kind, Operation, Repeat, Strike, kinds};
pub use random::Random;
pub use replay::{Replay, Trace};
