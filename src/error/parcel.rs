//! What can go wrong with a parcel: rows between two worlds.

use super::ParcelId;

/// Why a parcel could not be made, read or accepted. The world is unchanged, and the parcel is where it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParcelError {
    /// The bytes are no parcel, or not all of one.
    #[error(
        "these bytes are no parcel: at byte {at}, {what}; it was damaged since it was made, or never was one"
    )]
    Damaged {
        /// Where.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// The parcel was made by a newer version of this crate.
    #[error(
        "the parcel has format {format}, and formats up to {known} are known here; update the gamedb of this world"
    )]
    NewerFormat {
        /// The format that it says it has.
        format: u8,
        /// The newest one that this version knows.
        known: u8,
    },
    /// The parcel comes from a world with another schema.
    #[error(
        "the parcel comes from a world whose schema has the fingerprint {parcel:016x}, and this one has {world:016x}; \
         migrate the older world, or send the parcel back"
    )]
    OtherSchema {
        /// The fingerprint in the parcel.
        parcel: u64,
        /// That of this world.
        world: u64,
    },
    /// The parcel has more bytes than a parcel may have.
    #[error("the parcel has {bytes} bytes, and {most} are allowed; hand over fewer rows at once")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The largest size.
        most: u64,
    },
    /// A row of the parcel names a row that stays behind, and nothing says how the other world is to find that one.
    #[error(
        "{column} of row {id} of {table} names row {target_id} of {target}, which stays behind; name a UNIQUE column of \
         {target} in [parcels] of gamedb.toml by which the other world finds its own row, with a value in it, or set \
         {column} to NULL first"
    )]
    Unnamed {
        /// The table of the row in the parcel.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// The column that names the other row.
        column: &'static str,
        /// The table of the row that stays behind.
        target: &'static str,
        /// That row's id.
        target_id: i64,
    },
    /// The name of the receiver is none that a world can have.
    #[error("{to:?} is no name of a world: it is empty, or has a NUL, or more than 1,000 bytes")]
    NoReceiver {
        /// The name.
        to: String,
    },
    /// This world has accepted the parcel before. Its rows are here, or were.
    #[error("parcel {id} was accepted before; it comes in once, however often it is delivered")]
    AlreadyAccepted {
        /// The parcel.
        id: ParcelId,
    },
    /// This world has sent the parcel back.
    #[error("parcel {id} was sent back, and belongs to the world that it came from")]
    SentBack {
        /// The parcel.
        id: ParcelId,
    },
    /// The parcel has left this world, and another one may have accepted it.
    #[error(
        "parcel {id} has left for {to:?}, which may have accepted it; call it back, or let {to:?} send it back, and then \
         read it from the outbox again"
    )]
    HasLeft {
        /// The parcel.
        id: ParcelId,
        /// The world that it was handed over to.
        to: String,
    },
    /// The parcel was handed over through an outbox, and this is a copy that did not come out of one.
    #[error(
        "parcel {id} goes through an outbox, and this process has not read it there, so another world may have accepted \
         it; accept what `read` of the outbox returns, and use `pack` for parcels that the program carries itself"
    )]
    NotRead {
        /// The parcel.
        id: ParcelId,
    },
    /// No such parcel waits for this world.
    #[error("parcel {id} does not wait for this world any more; ask for the list again")]
    NotWaiting {
        /// The parcel.
        id: ParcelId,
    },
}
