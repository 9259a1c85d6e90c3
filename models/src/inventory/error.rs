//! Why an operation on an inventory is refused.

use gamedb::Error;

/// Why an operation on an inventory was refused. The world is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// The world refused the operation: a key is stale, or the ids are exhausted.
    #[error(transparent)]
    World(#[from] Error),
    /// Not a positive multiple of [`SMALLEST_QUANTITY`](super::SMALLEST_QUANTITY) up to
    /// [`LARGEST_QUANTITY`](super::LARGEST_QUANTITY).
    #[error("{quantity} is not a quantity: it has to be a positive multiple of 1/1024")]
    NotAQuantity {
        /// The quantity that was requested.
        quantity: f64,
    },
    /// There is less than was requested.
    #[error("there are {found} of {item}, and {wanted} are needed")]
    NotEnough {
        /// Name of the item.
        item: String,
        /// How much is needed.
        wanted: f64,
        /// How much there is.
        found: f64,
    },
    /// The inventory would have more stacks than it can hold.
    #[error("{entries} stacks do not fit: there is room for {max_entries}")]
    TooManyEntries {
        /// Number of stacks that it would have.
        entries: usize,
        /// [`Inventory::max_entries`](crate::Inventory::max_entries)
        max_entries: i64,
    },
    /// The inventory would have more volume than it can hold.
    #[error("a volume of {volume} does not fit: there is room for {max_volume}")]
    TooMuchVolume {
        /// The volume that it would have.
        volume: f64,
        /// [`Inventory::max_volume`](crate::Inventory::max_volume)
        max_volume: f64,
    },
    /// A mobile's own item is a single object and cannot be split.
    #[error("the stack is one mobile's own item and cannot be split")]
    NotDivisible,
    /// Splitting off a whole stack would leave an empty one.
    #[error("{quantity} is all there is in the stack, and something has to remain")]
    NothingRemains {
        /// The quantity of the stack, all of which was to be split off.
        quantity: f64,
    },
    /// The item has no blueprint.
    #[error("{item} has no blueprint")]
    NoBlueprint {
        /// Name of the item.
        item: String,
    },
    /// An item is an ingredient of itself.
    #[error("the blueprints go round in a circle: {}", path.join(" needs "))]
    BlueprintCycle {
        /// Names of the items, from one to itself.
        path: Vec<String>,
    },
}
