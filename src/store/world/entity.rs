//! The traits of a row type that a world stores and lends out.

use crate::store::pivot::StoredPivot;
use crate::store::row::entity::PivotRow;
use crate::store::table::stored::Stored;
use crate::store::world::view::{RowMut, RowRef};

/// A row type of a world. Generated, one for each table that is not a pivot.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the row type of a table",
    note = "a pivot is none: its rows come with the rows whose owner they say"
)]
pub trait Entity: Stored {
    /// What [`World::get`](crate::World::get) returns.
    type Ref<'w>: From<RowRef<'w, Self>>;
    /// What [`World::get_mut`](crate::World::get_mut) returns.
    type Mut<'w>: From<RowMut<'w, Self>>;
}

/// Entities that do not belong to an owner. All others are owned, and are added to an owner.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` belongs to an owner and cannot be inserted alone",
    note = "use the owner's `add_...` method, or `World::add_with_id`"
)]
pub trait Unowned: Entity {}

/// Unowned entities whose ids the world assigns. The game gives the ids of the other ones.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be inserted alone, or not without an id",
    note = "if it belongs to an owner, use the owner's `add_...` method, or `World::add`",
    note = "if the game gives its id, use `World::insert_with_id`"
)]
pub trait Standalone: Unowned {}

/// Owned entities: each row has exactly one owner.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an owned entity")]
pub trait Owned: Entity {
    /// The pivot that stores the owner of each row.
    type Pivot: StoredPivot<Tables = Self::Tables, Owned = Self>;
}

/// The owner of a row of `O`.
pub type OwnerOf<O> = <<O as Owned>::Pivot as PivotRow>::Owner;
