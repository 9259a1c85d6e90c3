//! The process that is killed: it changes a world at random, beside a naive model of it, and writes in every way.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::PathBuf;

use gamedb::{Database, Id, NewOrKept};
use gamedb_faults::Random;
use gamedb_models::{Attribute, AttributeOwnerKey, Player, World};

use super::LIES;
use crate::common::sample::attribute;

/// A world of players with attributes, in std's collections, by id. All else is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Model {
    players: BTreeMap<i64, Person>,
    /// Whose they are, and their names.
    attributes: BTreeMap<i64, (i64, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Person {
    email: String,
    name: String,
    coins: i64,
}

impl Person {
    fn row(&self) -> Player {
        Player {
            email: self.email.clone(),
            full_name: self.name.clone(),
            year_of_birth: self.coins,
            ..Player::default()
        }
    }
}

impl Model {
    /// All rows of a world.
    pub(super) fn of(world: &World) -> Self {
        let mut model = Self::default();
        for (key, row) in world.iter::<Player>() {
            let person = Person {
                email: row.email.clone(),
                name: row.full_name.clone(),
                coins: row.year_of_birth,
            };
            assert_eq!(*row, person.row(), "a column that nobody has set");
            model.players.insert(world.id(key).unwrap().get(), person);
        }
        for (key, row) in world.iter::<Attribute>() {
            assert_eq!(*row, attribute(&row.internal_name));
            let owner = world.get(key).unwrap().owner().unwrap();
            let owner = world.id(owner.as_player().unwrap()).unwrap().get();
            let named = (owner, row.internal_name.to_string());
            model.attributes.insert(world.id(key).unwrap().get(), named);
        }
        assert_eq!(
            world.len(),
            model.players.len() + 2 * model.attributes.len(),
            "a row that nobody has inserted"
        );
        model
    }

    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// The process that is killed.
pub(super) struct Life {
    path: PathBuf,
    db: Option<Database<World>>,
    model: Model,
    random: Random,
    /// Number of writes that were begun.
    n_begun: usize,
    n_emails: u64,
    /// Whether it acknowledges a background flush before it has waited for it.
    lies: bool,
}

impl Life {
    pub(super) fn begin(path: PathBuf, seed: u64) -> Self {
        let db = Database::<World>::open(&path).unwrap();
        assert_eq!(db.check(), [""; 0]);
        let model = Model::of(&db);
        say('o', model.digest());
        Self {
            path,
            db: Some(db),
            model,
            random: Random::new(seed),
            n_begun: 0,
            n_emails: seed << 20,
            lies: std::env::var_os(LIES).is_some(),
        }
    }

    fn db(&mut self) -> &mut Database<World> {
        self.db.as_mut().unwrap()
    }

    /// Any player, if there is one.
    fn any_player(&mut self) -> Option<i64> {
        let n = self.model.players.len();
        let at = (n > 0).then(|| self.random.below(n))?;
        self.model.players.keys().nth(at).copied()
    }

    fn any_attribute(&mut self) -> Option<i64> {
        let n = self.model.attributes.len();
        let at = (n > 0).then(|| self.random.below(n))?;
        self.model.attributes.keys().nth(at).copied()
    }

    fn text(&mut self) -> String {
        let len = match self.random.below(6) {
            0 => 4_000,
            _ => self.random.below(60),
        };
        let n = self.random.below(1_000);
        format!("{n}{}", "x".repeat(len))
    }

    fn insert(&mut self) {
        self.n_emails += 1;
        let person = Person {
            email: format!("{}@example.com", self.n_emails),
            name: self.text(),
            coins: 100,
        };
        let db = self.db();
        let key = db.insert(person.row()).unwrap();
        let id = db.id(key).unwrap().get();
        assert!(self.model.players.insert(id, person).is_none());
    }

    fn rename(&mut self, id: i64) {
        let name = self.text();
        let db = self.db();
        let key = db.key(Id::<Player>::new(id)).unwrap();
        db.get_mut(key).unwrap().set_full_name(name.as_str());
        self.model.players.get_mut(&id).unwrap().name = name;
    }

    fn remove(&mut self, id: i64) {
        let db = self.db();
        let key = db.key(Id::<Player>::new(id)).unwrap();
        db.remove(key).unwrap();
        self.model.players.remove(&id);
        self.model.attributes.retain(|_, (owner, _)| *owner != id);
    }

    fn add_attribute(&mut self, owner: i64) {
        let name = self.text();
        let db = self.db();
        let key = db.key(Id::<Player>::new(owner)).unwrap();
        let mut player = db.get_mut(key).unwrap();
        let added = player.add_attribute(attribute(&name)).unwrap();
        let id = db.id(added).unwrap().get();
        self.model.attributes.insert(id, (owner, name));
    }

    /// Takes all attributes of a player away but the first.
    fn keep_one_attribute(&mut self, owner: i64) {
        let db = self.db();
        let key = db.key(Id::<Player>::new(owner)).unwrap();
        let first = db.get(key).unwrap().attributes().next();
        let kept = first.map(|(key, _)| key);
        let kept_id = kept.map(|key| db.id(key).unwrap().get());
        let mut player = db.get_mut(key).unwrap();
        player
            .set_attributes(kept.map(NewOrKept::<Attribute>::Kept))
            .unwrap();
        let attributes = &mut self.model.attributes;
        attributes.retain(|id, (of, _)| *of != owner || Some(*id) == kept_id);
    }

    fn give(&mut self, id: i64, to: i64) {
        let db = self.db();
        let attribute = db.key(Id::<Attribute>::new(id)).unwrap();
        let new_owner = db.key(Id::<Player>::new(to)).unwrap();
        let owner = db.get(attribute).unwrap().owner().unwrap();
        let AttributeOwnerKey::Player(owner) = owner else {
            panic!("{owner:?}")
        };
        let mut owner = db.get_mut(owner).unwrap();
        owner.give_attribute(attribute, new_owner).unwrap();
        self.model.attributes.get_mut(&id).unwrap().0 = to;
    }

    /// Coins from one player to another, in one transaction; or only tried.
    fn trade(&mut self, from: i64, to: i64, is_kept: bool) {
        let coins = 1 + i64::try_from(self.random.below(9)).unwrap();
        let done = self.db().transaction(|world| {
            for (id, change) in [(from, -coins), (to, coins)] {
                let key = world.key(Id::<Player>::new(id)).unwrap();
                let has = world.get(key).unwrap().year_of_birth;
                let mut player = world.get_mut(key).unwrap();
                player.set_year_of_birth(has + change);
            }
            if is_kept { Ok(()) } else { Err("rolled back") }
        });
        assert_eq!(done.is_ok(), is_kept);
        if is_kept {
            self.model.players.get_mut(&from).unwrap().coins -= coins;
            self.model.players.get_mut(&to).unwrap().coins += coins;
        }
    }

    /// Some changes of the world, and of its model.
    fn change(&mut self) {
        for _ in 0..=self.random.below(4) {
            let (Some(one), Some(other)) = (self.any_player(), self.any_player()) else {
                self.insert();
                continue;
            };
            let n_players = self.model.players.len();
            match self.random.below(9) {
                0 | 1 if n_players < 30 => self.insert(),
                2 if n_players > 10 => self.remove(one),
                3 | 4 if self.model.attributes.len() < 40 => self.add_attribute(one),
                5 => self.keep_one_attribute(one),
                6 => {
                    if let Some(attribute) = self.any_attribute() {
                        self.give(attribute, other);
                    }
                }
                7 if one != other => {
                    let is_kept = !self.random.one_in(4);
                    self.trade(one, other, is_kept);
                }
                _ => self.rename(one),
            }
        }
    }

    /// Says what the file will hold, and returns the number of the write.
    fn begun(&mut self, model: &Model) -> usize {
        say('b', model.digest());
        self.n_begun += 1;
        self.n_begun - 1
    }

    fn begun_all(&mut self) -> usize {
        let model = self.model.clone();
        self.begun(&model)
    }

    pub(super) fn step(&mut self) {
        self.change();
        match self.random.below(12) {
            0..=3 => {
                let n = self.begun_all();
                let _ = self.db().flush().unwrap();
                acknowledge(n);
            }
            4..=7 => self.flush_in_background(),
            8 | 9 => self.save(),
            10 => {
                let n = self.begun_all();
                let _ = self.db().flush_durable().unwrap();
                acknowledge(n);
            }
            _ => {
                let n = self.begun_all();
                let _ = self.db.take().unwrap().close().unwrap();
                acknowledge(n);
                let db = Database::open(&self.path).unwrap();
                assert_eq!(Model::of(&db), self.model);
                self.db = Some(db);
            }
        }
    }

    fn flush_in_background(&mut self) {
        let mut tickets = Vec::new();
        for _ in 0..=self.random.below(3) {
            let n = self.begun_all();
            let ticket = self.db().flush_in_background().unwrap();
            if self.lies {
                acknowledge(n);
            }
            tickets.push((n, ticket));
            self.change();
            let rows = self.random.below(20);
            self.db().prepare_flush(rows);
        }
        if self.random.one_in(2) {
            for (n, ticket) in tickets {
                let _ = self.db().wait(ticket).unwrap();
                acknowledge(n);
            }
        }
        let n = self.begun_all();
        let _ = self.db().flush().unwrap();
        acknowledge(n);
    }

    /// Saves one side of a trade: with the other side, and without anything else that has changed.
    fn save(&mut self) {
        let n = self.begun_all();
        let _ = self.db().flush().unwrap();
        acknowledge(n);
        let (Some(one), Some(other)) = (self.any_player(), self.any_player()) else {
            return;
        };
        if one == other {
            return;
        }
        self.trade(one, other, true);
        let saved = self.model.clone();
        let third = self.any_player().unwrap();
        if third != one && third != other {
            self.rename(third);
        }
        let n = self.begun(&saved);
        let db = self.db();
        let key = db.key(Id::<Player>::new(one)).unwrap();
        let report = db.save(key).unwrap();
        assert_eq!(report.updated, 2);
        acknowledge(n);
    }
}

/// One line to the pipe, in one piece.
fn say(what: char, value: u64) {
    let line = format!("\n!{what} {value}\n");
    std::io::stdout()
        .lock()
        .write_all(line.as_bytes())
        .expect("somebody reads the pipe");
    std::io::stdout().flush().expect("somebody reads the pipe");
}

fn acknowledge(n: usize) {
    say('a', n as u64);
}
