//! gamedb
#![forbid(unsafe_code)]

pub mod error;
pub mod model;
#[cfg(feature = "sqlite")]
pub mod persist;
pub mod store;

pub use error::Error;
#[cfg(feature = "sqlite")]
pub use persist::database::{Cascade, Database};
#[cfg(feature = "sqlite")]
pub use persist::error::FileError;
#[cfg(feature = "sqlite")]
pub use persist::flush::FlushReport;
#[cfg(feature = "sqlite")]
pub use persist::options::Options;
pub use store::key::{Id, Key};
pub use store::world::World;
