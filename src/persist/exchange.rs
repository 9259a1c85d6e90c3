//! What an outbox does with a database: parcels go out of it and come into it.

use crate::error::{Error, ErrorKind, ParcelError, ParcelId};
use crate::store::tracking::parcel::Parcel;

use super::database::{Database, IsWorld};
use super::engine::Engine;
use super::outbox::{Exchanged, WaitingParcel};
#[cfg(feature = "postgres")]
use super::postgres::{Postgres, ServerOutbox};
use super::sqlite::SharedOutbox;

impl SharedOutbox {
    /// Delivers what has left the world, and takes away what has come into it: each when a power cut would not undo it
    /// any more. Call it every now and then, and again after a flush. One transaction, which is synced, if there is anything
    /// to do; O(parcels that wait).
    ///
    /// # Errors
    /// [`FileError::OtherWorldOfName`](crate::FileError::OtherWorldOfName) if another world has exchanged under this name, and any error of SQLite, in
    /// [`ErrorKind::File`]. It can be called again.
    pub fn exchange<W: IsWorld>(&mut self, db: &mut Database<W>) -> Result<Exchanged, Error> {
        let durable = db.collect_mail()?;
        Ok(self.exchange_mail(db.mail_mut(), durable)?)
    }

    /// The parcels that wait for this world and that it has not accepted, oldest first: a thousand at most, and
    /// [`inbox_after`](Self::inbox_after) lists the others. Their contents are not read. O(parcels that wait for it).
    ///
    /// # Errors
    /// Any error of SQLite, in [`ErrorKind::File`].
    pub fn inbox<W: IsWorld>(&self, db: &Database<W>) -> Result<Vec<WaitingParcel>, Error> {
        self.inbox_after(db, 0)
    }

    /// The parcels that wait after this [place](WaitingParcel::place), as [`inbox`](Self::inbox) lists them: those behind
    /// a thousand that stay where they are, because they are neither accepted nor sent back.
    ///
    /// # Errors
    /// Any error of SQLite, in [`ErrorKind::File`].
    pub fn inbox_after<W: IsWorld>(
        &self,
        db: &Database<W>,
        place: u64,
    ) -> Result<Vec<WaitingParcel>, Error> {
        not_accepted(db, place, |place| Ok(self.waiting(place)?))
    }

    /// Reads a parcel that waits for this world, to be [accepted](crate::World::accept).
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], and those of [`Parcel::from_bytes`], of which
    /// [`ParcelError::TooLarge`] is found out without reading it; in [`ErrorKind::File`] those
    /// of [`exchange`](Self::exchange).
    pub fn read<W: IsWorld>(
        &mut self,
        db: &mut Database<W>,
        id: ParcelId,
    ) -> Result<Parcel, Error> {
        self.claim(db.mail())?;
        let parcel = self.read_parcel(id)?;
        db.mail_mut().note_read(id);
        Ok(parcel)
    }

    /// Sends a parcel back to the world that it comes from, which accepts it as any other, with the first thousand
    /// characters of the reason. This world never accepts it
    /// then, nor a copy of it that the program has.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::AlreadyAccepted`] if this world has accepted it, also if that is not
    /// flushed yet, and [`ParcelError::NotWaiting`]; any error of SQLite.
    pub fn send_back<W: IsWorld>(
        &mut self,
        db: &mut Database<W>,
        id: ParcelId,
        reason: &str,
    ) -> Result<(), Error> {
        self.claim(db.mail())?;
        begin_to_return(db, id)?;
        let returned = self.return_parcel(id, reason);
        end_to_return(db, id, returned)
    }

    /// Calls a parcel of this world back that is for a world that has never exchanged anything here: one whose name
    /// was written wrong, say. It waits for this world then.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], also if the other world may have accepted it; in
    /// [`ErrorKind::File`] those of [`exchange`](Self::exchange).
    pub fn call_back<W: IsWorld>(&mut self, db: &Database<W>, id: ParcelId) -> Result<(), Error> {
        self.claim(db.mail())?;
        self.call_parcel_back(id)
    }
}

#[cfg(feature = "postgres")]
impl ServerOutbox {
    /// Records which of the world's parcels are delivered. Here this is a matter of memory alone: what was flushed is
    /// delivered, and what was flushed after it was accepted is acknowledged, and its name need not be kept. Call it every
    /// now and then.
    ///
    /// # Errors
    /// [`FlushFailure::OtherWorld`](crate::FlushFailure::OtherWorld), in [`ErrorKind::File`].
    pub fn exchange<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
    ) -> Result<Exchanged, Error> {
        let committed = db.committed();
        db.collect_mail()?;
        let mail = db.mail_mut();
        let (delivered, acknowledged) = mail.forget_stored(committed.0);
        Ok(Exchanged {
            delivered,
            acknowledged,
            held_back: mail.outbox().len(),
        })
    }

    /// The parcels that wait for this world and that it has not accepted, oldest first: a thousand at most, and
    /// [`inbox_after`](Self::inbox_after) lists the others. Their contents are not read.
    ///
    /// # Errors
    /// [`FileError::Outbox`](crate::FileError::Outbox), in [`ErrorKind::File`]. The next call connects anew.
    pub fn inbox<W: IsWorld>(
        &mut self,
        db: &Database<W, Postgres>,
    ) -> Result<Vec<WaitingParcel>, Error> {
        self.inbox_after(db, 0)
    }

    /// The parcels that wait after this [place](WaitingParcel::place), as [`inbox`](Self::inbox) lists them: those behind
    /// a thousand that stay where they are, because they are neither accepted nor sent back.
    ///
    /// # Errors
    /// As [`inbox`](Self::inbox).
    pub fn inbox_after<W: IsWorld>(
        &mut self,
        db: &Database<W, Postgres>,
        place: u64,
    ) -> Result<Vec<WaitingParcel>, Error> {
        not_accepted(db, place, |place| self.waiting(place))
    }

    /// Reads a parcel that waits for this world, to be [accepted](crate::World::accept).
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], and those of [`Parcel::from_bytes`], of which
    /// [`ParcelError::TooLarge`] is found out without reading it; [`FileError::NotOwner`](crate::FileError::NotOwner) if
    /// another process has the world now, or `db` is another world; and as [`inbox`](Self::inbox).
    pub fn read<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
        id: ParcelId,
    ) -> Result<Parcel, Error> {
        let parcel = self.read_parcel(db.lock(), id)?;
        db.mail_mut().note_read(id);
        Ok(parcel)
    }

    /// Sends a parcel back to the world that it comes from, which accepts it as any other, with the first thousand
    /// characters of the reason. A process that does not have the world any more sends nothing back.
    ///
    /// It is committed as the session commits, and it is not said whether it is durable: after a failover that has lost it, the
    /// parcel waits for this world again, and nothing has come of it elsewhere that the failover has not lost too.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::AlreadyAccepted`] if this world has accepted it, also if that is not
    /// flushed yet, and [`ParcelError::NotWaiting`]; and as [`read`](Self::read).
    pub fn send_back<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
        id: ParcelId,
        reason: &str,
    ) -> Result<(), Error> {
        begin_to_return(db, id)?;
        let returned = self.return_parcel(db.lock(), id, reason);
        end_to_return(db, id, returned)
    }

    /// Calls a parcel of this world back that is for a world that the database does not have: one whose name was written
    /// wrong, say. It waits for this world then. A process that does not have the world any more calls nothing back.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], also if there is such a world; and as
    /// [`read`](Self::read).
    pub fn call_back<W: IsWorld>(
        &mut self,
        db: &Database<W, Postgres>,
        id: ParcelId,
    ) -> Result<(), Error> {
        self.call_parcel_back(db.lock(), id)
    }
}

/// The first page of a list that has a parcel which the world has not accepted; an empty one if none has.
fn not_accepted<W: IsWorld, E: Engine>(
    db: &Database<W, E>,
    mut place: u64,
    mut list: impl FnMut(u64) -> Result<Vec<WaitingParcel>, Error>,
) -> Result<Vec<WaitingParcel>, Error> {
    loop {
        let mut waiting = list(place)?;
        let Some(last) = waiting.last() else {
            return Ok(waiting);
        };
        place = last.place;
        waiting.retain(|waiting| !db.has_accepted(waiting.id));
        if !waiting.is_empty() {
            return Ok(waiting);
        }
    }
}

/// Makes sure that a world never accepts a parcel that it sends back. It comes before the parcel is away: what is not
/// known to be away must not be accepted either.
fn begin_to_return<W: IsWorld, E: Engine>(
    db: &mut Database<W, E>,
    id: ParcelId,
) -> Result<(), Error> {
    if db.has_accepted(id) {
        return Err(ErrorKind::Parcel(ParcelError::AlreadyAccepted { id }).into());
    }
    db.mail_mut().note_sent_back(id);
    Ok(())
}

/// Forgets that a parcel was to be sent back which does not wait for this world: as one of its own that no flush has written
/// yet, which it may take back.
fn end_to_return<W: IsWorld, E: Engine>(
    db: &mut Database<W, E>,
    id: ParcelId,
    returned: Result<(), Error>,
) -> Result<(), Error> {
    if let Err(error) = &returned
        && let ErrorKind::Parcel(ParcelError::NotWaiting { .. }) = error.kind()
    {
        db.mail_mut().note_not_sent_back(id);
    }
    returned
}
