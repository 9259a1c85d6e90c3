//! Attempts that write a part of what has changed: saves, and flushes without the rows that the server refuses.
//!
//! They are made when everything before is stored, so that what they have to write is known: the other changes must
//! not be in the file with them.

use gamedb::{Database, Error, FlushReport, Postgres};
use gamedb_models::{Attribute, AttributeKey, Player, PlayerKey, World};

use super::events::{Event, Promise, State};
use super::shard::{Shard, clock, state_of, thing};
use super::walks::WORLDS;

impl Shard {
    /// Writes a part of what it changes, unless too few players are here.
    pub(crate) fn write_a_part(&mut self, db: &mut Database<World, Postgres>) -> Result<(), Error> {
        let Some(players) = self.four_players(db) else {
            return Ok(());
        };
        if self.random.one_in(2) {
            self.save(db, players)
        } else {
            self.write_without_refused(db, players)
        }
    }

    /// Four players that are here, in any order.
    fn four_players(&mut self, world: &World) -> Option<[PlayerKey; 4]> {
        let mut players = [self.player(world)?; 4];
        for n in 1..players.len() {
            // Players leave and come, so that there may be fewer.
            let next = (0..50).find_map(|_| {
                let next = self.player(world)?;
                (!players[..n].contains(&next)).then_some(next)
            });
            players[n] = next?;
        }
        Some(players)
    }

    /// A transaction, which has the name of an attempt.
    fn pay_at(&mut self, world: &mut World, from: PlayerKey, to: PlayerKey, attempt: &str) {
        let (coins, clock) = (1 + self.random.below(9) as i64, clock(world));
        let _: Result<(), ()> = world.transaction(|world| {
            for (key, change) in [(from, -coins), (to, coins)] {
                let has = world.get(key).unwrap().year_of_birth;
                world.get_mut(key).unwrap().set_year_of_birth(has + change);
            }
            world.get_mut(clock).unwrap().set_full_name(attempt);
            Ok(())
        });
    }

    /// Lets a player go. Returns the parcel's name.
    fn send_away(&mut self, db: &mut World, player: PlayerKey) -> Result<String, Error> {
        let worlds = (0..WORLDS).map(|n| format!("shard{n}"));
        let others: Vec<_> = worlds.filter(|other| *other != self.world).collect();
        let to = &others[self.random.below(others.len())];
        Ok(db.hand_over(player, to)?.to_string())
    }

    /// Saves a row of a transaction, and with it the transaction alone; or everything, if a parcel is to be written.
    fn save(
        &mut self,
        db: &mut Database<World, Postgres>,
        [one, other, third, fourth]: [PlayerKey; 4],
    ) -> Result<(), Error> {
        let attempt = self.next_attempt();
        self.pay_at(db, one, other, &attempt);
        let mut state = state_of(db);
        self.pay(db, third, fourth);
        // Not given, because a save includes every row that has moved from one owner to another.
        if let Some((key, _)) = self.any_thing(db, |owner| owner == third) {
            let made = thing(&db.get(key).unwrap().internal_name);
            db.remove(key).unwrap();
            db.get_mut(fourth).unwrap().add_attribute(made)?;
        }
        let with_parcel = self.random.one_in(4);
        if with_parcel {
            let parcel = self.send_away(db, fourth)?;
            self.record.write(&Event::Left(parcel));
            state = state_of(db);
        }
        self.begin(attempt, "save", &state);
        let clock = clock(db);
        let report = db.save(clock)?;
        if !with_parcel && report.rows() != 3 {
            self.broken(&format!("a save of three rows has written {report:?}"));
        }
        // It has no generation of its own, so nothing says that it is durable before the next flush is.
        self.record
            .write(&Event::Told(Promise::Committed, String::new()));
        Ok(())
    }

    /// Flushes while a row cannot be stored. What it owns stays with its owner before, and who leaves does not leave yet.
    fn write_without_refused(
        &mut self,
        db: &mut Database<World, Postgres>,
        [one, other, third, _]: [PlayerKey; 4],
    ) -> Result<(), Error> {
        let attempt = self.next_attempt();
        self.pay_at(db, one, other, &attempt);
        let state = state_of(db);
        // The server has no place for a NUL.
        let spoilt = db.insert(Player {
            email: "spoilt".into(),
            full_name: "\0".into(),
            ..Player::default()
        })?;
        let thing = self.any_thing(db, |owner| owner != third);
        if let Some((thing, owner)) = thing {
            db.get_mut(owner).unwrap().give_attribute(thing, spoilt)?;
        }
        if self.random.one_in(3) {
            self.left = Some(self.send_away(db, third)?);
        }
        self.begin(attempt, "flush_without_refused", &state);
        let written = db.flush_without_refused();
        if let Some((thing, owner)) = thing {
            let mut spoilt = db.get_mut(spoilt).unwrap();
            spoilt.give_attribute(thing, owner).unwrap();
        }
        db.remove(spoilt).unwrap();
        let report = written?;
        self.check_left_out(&report, &state, thing.is_some());
        self.succeeded(db, &report);
        Ok(())
    }

    /// One of the things of some players, and whose it is.
    fn any_thing(
        &mut self,
        world: &World,
        is_from: impl Fn(PlayerKey) -> bool,
    ) -> Option<(AttributeKey, PlayerKey)> {
        let things = world.iter::<Attribute>();
        let owned = things.map(|(key, _)| {
            let owner = world.get(key).unwrap().owner().unwrap();
            (key, owner.as_player().unwrap())
        });
        let owned: Vec<_> = owned.filter(|(_, owner)| is_from(*owner)).collect();
        (!owned.is_empty()).then(|| owned[self.random.below(owned.len())])
    }

    fn check_left_out(&mut self, report: &FlushReport, state: &State, is_owner: bool) {
        let is_refused = report.left_out.iter().any(|row| row.table == "players");
        let is_bound = report.left_out.iter().any(|row| row.table != "players");
        if !is_refused || is_bound != is_owner {
            let what = format!("a flush without a refused row has left out {report:?} of {state}");
            self.broken(&what);
        }
    }

    fn broken(&mut self, what: &str) {
        self.record.write(&Event::Broken(what.into()));
    }
}
