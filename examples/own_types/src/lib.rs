//! Columns that hold types of other crates, and one of this crate: `gamedb.toml` names the type of a
//! column, and one [`column_type!`](gamedb::column_type) for each type says how it is stored.
//!
//! ```
//! use gamedb_own_types::{Account, Credits, World};
//! use uuid::Uuid;
//!
//! let mut world = World::new();
//! let token = Uuid::from_u128(7);
//! world.insert(Account { token, balance: Credits(12.5), ..Account::default() })?;
//!
//! let found = Account::find_by_token(&world, &token).expect("it was inserted");
//! assert_eq!(found.balance, Credits(12.5));
//! # Ok::<(), gamedb::Error>(())
//! ```

#![forbid(unsafe_code)]

use std::time::Duration;

use gamedb::column_type;
use jiff::Timestamp;
use uuid::Uuid;

mod models {
    include!(concat!(env!("OUT_DIR"), "/models.rs"));
}

pub use models::*;

/// An amount of money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Credits(pub f64);

column_type!(Timestamp as text in Tables);
column_type!(Uuid as blob in Tables, |uuid| uuid.as_bytes(), |bytes| Uuid::from_slice(bytes));
column_type!(Duration as integer in Tables,
    |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX),
    |millis| u64::try_from(millis).map(Duration::from_millis));
column_type!(Credits as real in Tables, unindexed,
    |credits| credits.0,
    |amount| Ok::<_, std::convert::Infallible>(Credits(amount)));
