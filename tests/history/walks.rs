//! Players that walk from one world to another, with all that they own.

use gamedb::{
    Database, Error, ErrorKind, FileError, ParcelError, Postgres, PostgresOptions, ServerOutbox,
};
use gamedb_models::World;

use super::events::{Event, Record};
use super::shard::{Shard, causes};

/// How many worlds players walk between: `shard0` and so on.
pub(crate) const WORLDS: usize = 3;

impl Shard {
    /// A player leaves, perhaps, and those that have come are let in. Where the server is away, they wait.
    pub(crate) fn exchange(
        &mut self,
        db: &mut Database<World, Postgres>,
        outbox: &mut Option<ServerOutbox>,
        is_last: bool,
    ) {
        if let Err(error) = self.try_exchange(db, outbox, is_last) {
            // The server is away, or what was listed has been taken in by another process since.
            let may_be = matches!(
                error.kind(),
                ErrorKind::File(_)
                    | ErrorKind::Parcel(
                        ParcelError::NotWaiting { .. } | ParcelError::AlreadyAccepted { .. }
                    )
            );
            if !may_be {
                let what = format!("a player cannot walk: {}", causes(&error));
                self.record.write(&Event::Broken(what));
            }
            if let ErrorKind::File(FileError::Outbox { .. } | FileError::Open { .. }) = error.kind()
            {
                *outbox = None;
            }
        }
    }

    fn try_exchange(
        &mut self,
        db: &mut Database<World, Postgres>,
        outbox: &mut Option<ServerOutbox>,
        is_last: bool,
    ) -> Result<(), Error> {
        let outbox = match outbox {
            Some(outbox) => outbox,
            none => {
                let options = PostgresOptions::new(&self.address, &self.world);
                none.insert(options.outbox()?)
            }
        };
        if self.random.one_in(4) {
            let random = &mut self.random;
            let_in(db, outbox, &mut self.record, || random.one_in(4))?;
        }
        if !is_last && self.random.one_in(8) {
            let to = format!("shard{}", self.random.below(WORLDS));
            if to != self.world
                && let Some(player) = self.player(db)
            {
                let parcel = db.hand_over(player, &to)?;
                self.record.write(&Event::Left(parcel.to_string()));
            }
        }
        Ok(())
    }
}

/// Lets in all who wait for a world, but for those who are turned away.
pub(crate) fn let_in(
    db: &mut Database<World, Postgres>,
    outbox: &mut ServerOutbox,
    record: &mut Record,
    mut is_turned_away: impl FnMut() -> bool,
) -> Result<(), Error> {
    for waiting in outbox.inbox(db)? {
        if is_turned_away() {
            record.write(&Event::SendsBack(waiting.id.to_string()));
            outbox.send_back(db, waiting.id, "there is no room")?;
            record.write(&Event::SentBack(waiting.id.to_string()));
            continue;
        }
        let parcel = outbox.read(db, waiting.id)?;
        db.accept(&parcel)?;
        record.write(&Event::Came(waiting.id.to_string()));
    }
    Ok(())
}
