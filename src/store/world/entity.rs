//! What a row type has to be to be lent out by a world.

use crate::store::pivot::StoredPivot;
use crate::store::row::entity::PivotRow;
use crate::store::table::stored::Stored;
use crate::store::world::view::{RowMut, RowRef};

/// A row type of a world. Generated, one for each table that is not a pivot.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the row type of a table")]
pub trait Entity: Stored {
    /// What [`World::get`](crate::World::get) returns.
    type Ref<'w>: From<RowRef<'w, Self>>;
    /// What [`World::get_mut`](crate::World::get_mut) returns.
    type Mut<'w>: From<RowMut<'w, Self>>;
}

/// Entities that are inserted as they are. The others belong to an owner, who adds them.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` belongs to an owner and cannot be inserted alone",
    note = "use the owner's `add_...` method, or `World::add`"
)]
pub trait Standalone: Entity {}

/// Entities that exactly one owner has.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an owned entity")]
pub trait Owned: Entity {
    /// The pivot that says whose a row is.
    type Pivot: StoredPivot<Tables = Self::Tables, Owned = Self>;
}

/// Who the owner of a row of `O` is.
pub type OwnerOf<O> = <<O as Owned>::Pivot as PivotRow>::Owner;
