//! Parcels that nobody has made, more of them than are listed at once, and roles that may not make anything.

use super::parcel_error;
use super::shards::{Shard, Shards};
use crate::common::{Database, server};
use gamedb::internals::Outsider;
use gamedb::{ErrorKind, FileError, ParcelError, ParcelId, PostgresOptions, ServerOutbox};
use gamedb_models::{Player, World};

/// Puts a parcel into the shared table, of so many bytes.
fn stranger(shards: &Shards, to: &Shard, n_bytes: usize, returned: &str) {
    let (sender, receiver) = (shards.name("north"), &to.file.world);
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    to.file.execute(&format!(
        "INSERT INTO gamedb_shards.parcels (parcel, sender, receiver, contents, returned)
         VALUES ('\\x07070707070707070707070707070707', {}, {}, convert_to(repeat('x', {n_bytes}), 'UTF8'), {})",
        quote(&sender),
        quote(receiver),
        quote(returned)
    ));
}

#[test]
fn a_parcel_that_is_too_large_is_listed_and_not_read() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (n_bytes, id) = ((1 << 24) + 1, ParcelId::from_bytes([7; 16]));
    stranger(&shards, &south, n_bytes, &"why? ".repeat(1_000));
    let waiting = &south.outbox.inbox(&south.db).unwrap()[0];
    assert_eq!((waiting.id, waiting.n_bytes), (id, n_bytes as u64));
    assert_eq!(waiting.returned.as_ref().unwrap().len(), 1_000);
    let refused = parcel_error(south.outbox.read(&mut south.db, id));
    let (bytes, most) = (n_bytes as u64, 1 << 24);
    assert_eq!(refused, ParcelError::TooLarge { bytes, most });
    south.send_back(id, &"no! ".repeat(1_000)).unwrap();
    let waiting = &north.outbox.inbox(&north.db).unwrap()[0];
    assert_eq!(waiting.returned.as_ref().unwrap().len(), 1_000);
    assert_eq!(south.inbox(), []);
    assert!(north.outbox.read(&mut north.db, id).is_err());
}

#[test]
fn a_list_has_a_thousand_parcels_and_says_where_the_next_one_begins() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let quoted = |name: &str| shards.name(name).replace('\'', "''");
    north.file.execute(&format!(
        "INSERT INTO gamedb_shards.parcels (parcel, sender, receiver, contents)
         SELECT decode(md5('{0}' || n), 'hex'), '{0}', '{1}', 'x' FROM generate_series(1, 2200) AS t(n);
         INSERT INTO gamedb_shards.parcels (number, parcel, sender, receiver, contents) OVERRIDING SYSTEM VALUE
         SELECT -n, decode(md5('{0}' || n) || '00', 'hex'), '{0}', '{1}', 'x' FROM generate_series(1, 1100) AS t(n)",
        quoted("north"),
        quoted("south")
    ));
    let (mut place, mut lists) = (0, Vec::new());
    loop {
        let list = south.outbox.inbox_after(&south.db, place).unwrap();
        let Some(last) = list.last() else { break };
        place = last.place;
        lists.push(list);
    }
    let lengths: Vec<_> = lists.iter().map(Vec::len).collect();
    assert_eq!(lengths, [1_000, 1_000, 200]);
    assert_eq!(south.outbox.inbox(&south.db).unwrap(), lists[0]);
    let all: Vec<_> = lists.concat();
    assert!(all.is_sorted_by_key(|waiting| waiting.place));
    let first = north.outbox.sent().unwrap();
    let rest = north.outbox.sent_after(first[999].place).unwrap();
    assert_eq!((first, rest), (lists[0].clone(), lists[1].clone()));
    south.file.execute(&format!(
        "DELETE FROM gamedb_shards.parcels WHERE sender = '{}'",
        quoted("north")
    ));
}

#[test]
fn a_role_that_may_not_look_at_parcels_has_a_world_without_them() {
    let shards = Shards::new();
    let south = shards.shard("south");
    let role = Role::new();
    role.may_use(&south);
    let name = &role.name;
    role.file
        .execute(&format!("REVOKE ALL ON SCHEMA gamedb_shards FROM {name}"));
    let Shard { file, db, .. } = south;
    drop(db);
    let options = gamedb::PostgresOptions::new(role.address(), &file.world);
    let mut db = options.open::<gamedb_models::World>().unwrap();
    let _ = db.insert(crate::common::sample::player(1)).unwrap();
    assert_eq!(db.flush().unwrap().inserted, 1);
}

/// A role that may use what is there, and make nothing.
struct Role {
    name: String,
    file: crate::common::TestFile,
}

impl Role {
    fn new() -> Self {
        let file = crate::common::TestFile::new();
        let name = file.world.replace([' ', '"'], "_").to_lowercase();
        file.execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'"));
        Self { name, file }
    }

    fn may_use(&self, shard: &Shard) {
        for schema in [&*shard.file.quoted(), "gamedb_shards"] {
            let name = &self.name;
            self.file.execute(&format!(
                "GRANT USAGE ON SCHEMA {schema} TO {name};
                 GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {name};
                 GRANT ALL ON ALL SEQUENCES IN SCHEMA {schema} TO {name}"
            ));
        }
    }

    fn address(&self) -> String {
        let server = server();
        let (_, host) = server.split_once('@').unwrap();
        format!("postgres://{}:secret@{host}", self.name)
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let name = &self.name;
        self.file
            .execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

/// A database of its own, whose parcels no other test uses.
struct OtherDatabase(String);

impl OtherDatabase {
    fn new(n: u32) -> Self {
        let name = format!("bounds_{n}_{}", std::process::id());
        let outsider = Outsider::connect(&server()).unwrap();
        outsider
            .execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        Self(name)
    }

    /// The address of a database, on the same server, as it is for the same user.
    fn of(&self, address: &str) -> String {
        let (start, _) = address.rsplit_once('/').unwrap();
        format!("{start}/{}", self.0)
    }
}

impl Drop for OtherDatabase {
    fn drop(&mut self) {
        let outsider = Outsider::connect(&server()).unwrap();
        let _ = outsider.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.0));
    }
}

/// Regression: nothing of a world was flushed any more that its role may not record as moved.
#[test]
fn a_role_that_was_granted_parcels_alone_moves_them() {
    // The database goes first, with what the role may do there.
    let role = Role::new();
    let other = OtherDatabase::new(1);
    let owner = Outsider::connect(&other.of(&server())).unwrap();
    let name = &role.name;
    let address = other.of(&role.address());
    for world in ["north", "south"] {
        let options = PostgresOptions::new(other.of(&server()), world);
        drop(options.open::<World>().unwrap());
        drop(ServerOutbox::connect(other.of(&server()), world).unwrap());
    }
    // As it was made before there were states, and what the role was granted then.
    owner
        .execute(&format!(
            "DROP TABLE gamedb_shards.states;
             GRANT USAGE ON SCHEMA gamedb_shards, north, south TO {name};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gamedb_shards, north, south TO {name}"
        ))
        .unwrap();
    let open = |world: &str| {
        let db: Database<World> = PostgresOptions::new(&address, world).open().unwrap();
        (db, ServerOutbox::connect(&address, world).unwrap())
    };
    let walks = |worlds: &mut [(Database<World>, ServerOutbox); 2], n: i64| {
        let [(north, sent), (south, inbox)] = worlds;
        let player = north.insert(crate::common::sample::player(n)).unwrap();
        let id = north.hand_over(player, "south").unwrap();
        let _ = north.flush_durable().unwrap();
        assert_eq!(sent.exchange(north).unwrap().delivered, 1);
        let parcel = inbox.read(south, id).unwrap();
        let _ = south.accept(&parcel).unwrap();
        let _ = south.flush().unwrap();
        assert_eq!(south.iter::<Player>().count(), usize::try_from(n).unwrap());
    };
    let mut worlds = ["north", "south"].map(open);
    walks(&mut worlds, 1);
    // Another role makes the table meanwhile, and this one may not use it.
    drop(ServerOutbox::connect(other.of(&server()), "north").unwrap());
    walks(&mut worlds, 2);
    // With less than all three rights, a flush would fail that records something.
    for (n, right, n_noted) in [(3, "SELECT", "0"), (4, "INSERT", "0"), (5, "UPDATE", "2")] {
        owner
            .execute(&format!("GRANT {right} ON gamedb_shards.states TO {name}"))
            .unwrap();
        drop(worlds);
        worlds = ["north", "south"].map(open);
        walks(&mut worlds, n);
        let sql = "SELECT count(*) FROM gamedb_shards.states";
        let n_states = owner.read(sql, |value| value.to_string()).unwrap();
        assert_eq!(n_states, [[n_noted]], "{right}");
    }
}

/// Regression: the owner of the world lost it to a process that could not go on.
#[test]
fn what_a_role_may_not_accept_leaves_the_world_to_its_owner() {
    let shards = Shards::new();
    let (mut north, south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    north.db.hand_over(ada, &south.file.world).unwrap();
    north.settle();
    let role = Role::new();
    role.may_use(&north);
    let name = &role.name;
    let world = north.file.world.replace('\'', "''");
    north.file.execute(&format!(
        "UPDATE gamedb_shards.states SET generation = generation + 100 WHERE world = '{world}';
         REVOKE INSERT, UPDATE, DELETE ON gamedb_shards.states FROM {name}"
    ));
    let options = PostgresOptions::new(role.address(), &north.file.world).accept_older_state();
    for _ in 0..2 {
        let refused = options.clone().open::<World>().map(drop);
        let Err(ErrorKind::File(FileError::Open { source, .. })) =
            refused.map_err(gamedb::Error::into_kind)
        else {
            panic!("it may not forget the state")
        };
        assert_eq!(source.sqlstate(), Some("42501"), "{source}");
    }
    north.player(2);
    north.flush_durable();
    // What is needed to record a state is enough to forget it.
    north.file.execute(&format!(
        "GRANT INSERT, UPDATE ON gamedb_shards.states TO {name}"
    ));
    let mut db: Database<World> = options.open().unwrap();
    let bob = db.iter::<Player>().next().unwrap().0;
    db.hand_over(bob, &south.file.world).unwrap();
    let _ = db.flush().unwrap();
    drop(db);
    let generation = north.file.number(&format!(
        "SELECT moved.generation - own.generation FROM gamedb_shards.states AS moved JOIN gamedb_world AS own USING (world)
         WHERE world = '{world}'"
    ));
    assert_eq!(generation, 0);
}

#[test]
fn a_role_that_may_make_nothing_uses_the_tables_that_are_there() {
    let shards = Shards::new();
    let (mut north, south) = (shards.shard("north"), shards.shard("south"));
    let role = Role::new();
    role.may_use(&south);
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &south.file.world).unwrap();
    north.settle();
    let Shard { file, db, outbox } = south;
    drop((db, outbox));
    let options = gamedb::PostgresOptions::new(role.address(), &file.world);
    let db = options.open().unwrap();
    let outbox = ServerOutbox::connect(role.address(), &file.world).unwrap();
    let mut south = Shard { file, db, outbox };
    assert_eq!(south.inbox(), [id]);
    south.accept(id).unwrap();
    let _ = south.db.flush().unwrap();
    assert_eq!(south.emails(), ["1@example.com"]);
    assert_eq!(north.sent(), []);
    // What is not there it cannot make, and the server says so.
    south.file.execute("DROP TABLE gamedb_inbox");
    let refused = ServerOutbox::connect(role.address(), &south.file.world);
    let Err(ErrorKind::File(FileError::Outbox { source, .. })) =
        refused.map_err(gamedb::Error::into_kind)
    else {
        panic!("it may make no tables")
    };
    assert_eq!(source.sqlstate(), Some("42501"), "{source}");
}
