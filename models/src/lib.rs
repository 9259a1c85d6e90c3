//! A game's own world: players, mobiles, items with attributes, inventories and blueprints.
//!
//! The types are generated from `schema.sql` and `gamedb.toml` by `gamedb generate`; the key of a row
//! says which table it is in, and relations are methods of what [`World`]'s `get` and `get_mut` return.
//!
//! ```
//! use gamedb_models::{Attribute, Player, World};
//!
//! let mut world = World::new();
//! let ada = world.insert(Player { full_name: "Ada Lovelace".into(), ..Player::default() })?;
//! let strength = Attribute { internal_name: "strength".into(), ..Attribute::default() };
//! let strength = world.get_mut(ada)?.add_attribute(strength)?;
//!
//! assert!(world.get(ada)?.attributes().keys().eq([strength]));
//! assert!(world.get(ada)?.attribute_owners().all(|row| row.is_player()));
//! # Ok::<(), gamedb::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod catalogue;
pub mod inventory;
mod models;

pub use models::*;
