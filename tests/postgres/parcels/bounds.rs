//! Parcels that nobody has made, more of them than are listed at once, and roles that may not make anything.

use super::parcel_error;
use super::shards::{Shard, Shards};
use crate::common::server;
use gamedb::{ErrorKind, FileError, ParcelError, ParcelId, ServerOutbox};

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
