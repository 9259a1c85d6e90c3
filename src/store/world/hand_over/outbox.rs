//! The outbox and the inbox of a world: parcels that are written with the rows that they move.

use crate::error::{Error, ErrorKind, ParcelError, ParcelId};
use crate::store::key::Key;
use crate::store::table::stored::Tables;
use crate::store::tracking::mail::{Came, Outgoing, Whereabouts};
use crate::store::tracking::parcel::Parcel;
use crate::store::tracking::parcel::bytes::Way;
use crate::store::world::World;
use crate::store::world::entity::Entity;

use super::Arrived;

/// How many bytes the name of a receiver has at most: less than an index entry or a message of a server may have.
const MOST_NAME: usize = 1000;

impl<T: Tables> World<T> {
    /// Takes a row out of the world, as [`pack`](Self::pack) does, for the world with this name. The parcel is
    /// written by the flush that deletes the rows from the file: so it is in the file if they are not, whatever happens
    /// in between. [`SharedOutbox`](crate::SharedOutbox) delivers it.
    ///
    /// It is a step of the transaction that is open, if one is: a rollback takes the parcel back and leaves the row where
    /// it was. O(rows).
    ///
    /// # Errors
    /// As [`pack`](Self::pack), and [`ParcelError::NoReceiver`]. On error the world is unchanged.
    pub fn hand_over<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        to: &str,
    ) -> Result<ParcelId, Error> {
        if to.is_empty() || to.len() > MOST_NAME || to.contains('\0') {
            let to = to.to_owned();
            return Err(ErrorKind::Parcel(ParcelError::NoReceiver { to }).into());
        }
        self.transaction(|world| {
            let (parcel, rows) = world.pack_rows(key, Way::Outbox)?;
            let id = parcel.id();
            let to = to.into();
            world.mail.send(Outgoing { parcel, to }, rows);
            Ok(id)
        })
    }

    /// Puts the rows of a parcel into the world, as [`unpack`](Self::unpack) does, and records that it has come, which the
    /// flush writes that inserts the rows: so it comes in once, however often it is delivered, and whatever happens in
    /// between.
    ///
    /// A parcel that was [handed over](Self::hand_over) comes out of an outbox:
    /// [`SharedOutbox::read`](crate::SharedOutbox::read) knows that no other world has it. A copy of one, as from the
    /// [`outbox`](Self::outbox) of the world that it has left, is refused; only what no flush has written yet is taken
    /// back by the world itself. A [packed](Self::pack) one may come from anywhere.
    ///
    /// It is a step of the transaction that is open, if one is. O(rows).
    ///
    /// # Errors
    /// As [`unpack`](Self::unpack), and in [`ErrorKind::Parcel`] [`ParcelError::AlreadyAccepted`],
    /// [`ParcelError::SentBack`], [`ParcelError::HasLeft`] and [`ParcelError::NotRead`]. On error the world is
    /// unchanged, and the parcel may be accepted later.
    pub fn accept(&mut self, parcel: &Parcel) -> Result<Arrived, Error> {
        let id = parcel.id();
        let came = self.how_it_came(parcel).map_err(ErrorKind::Parcel)?;
        self.transaction(|world| {
            let (arrived, rows) = world.unpack_rows(parcel)?;
            world.mail.accept(id, came, rows);
            if came == Came::TakenBack {
                world.mail.leave(id);
            }
            Ok(arrived)
        })
    }

    /// How a parcel has come, or why it must not be accepted.
    fn how_it_came(&self, parcel: &Parcel) -> Result<Came, ParcelError> {
        let id = parcel.id();
        if self.mail.has_accepted(id) {
            return Err(ParcelError::AlreadyAccepted { id });
        }
        if self.mail.was_sent_back(id) {
            return Err(ParcelError::SentBack { id });
        }
        if parcel.way() == Way::InHand {
            return Ok(Came::Carried);
        }
        match self.mail.whereabouts(id) {
            Whereabouts::Here => Ok(Came::Read),
            Whereabouts::Unwritten => Ok(Came::TakenBack),
            Whereabouts::LeftFor(to) => {
                let to = to.to_owned();
                Err(ParcelError::HasLeft { id, to })
            }
            Whereabouts::Unknown => Err(ParcelError::NotRead { id }),
        }
    }

    /// Whether the world has accepted a parcel, also one whose rows are gone again. O(1).
    ///
    /// On a server, a parcel that no outbox can give any more is forgotten by the exchange after the flush that has
    /// accepted it.
    #[must_use]
    pub fn has_accepted(&self, parcel: ParcelId) -> bool {
        self.mail.has_accepted(parcel)
    }

    /// The parcels that have left this world and are not known to be delivered, oldest first, each with the name of the
    /// world that it is for.
    pub fn outbox(&self) -> impl ExactSizeIterator<Item = (&str, &Parcel)> {
        let outbox = self.mail.outbox();
        outbox.map(|outgoing| (&*outgoing.to, &outgoing.parcel))
    }
}
