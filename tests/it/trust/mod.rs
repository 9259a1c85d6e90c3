//! What `open` believes of a file, and what other programs do to one while it is open.

mod copies;
mod format;
mod hashes;
mod identity;
mod pages;
mod restores;
mod schema;
mod while_open;
