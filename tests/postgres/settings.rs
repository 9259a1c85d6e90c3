//! Settings that a database, a role or a connection string may have, and that a world must not notice.

use std::time::Duration;

use gamedb::{FlushFailure, Id, Outcome, PostgresOptions, ServerOutbox};
use gamedb_models::{Player, PlayerKey, World};

use crate::common::sample::{fill, player, rename};
use crate::common::{Database, TestFile, contents_of, flush_failure, server};

/// What a setting must not do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    /// The engine sets it, so that the connection string does not count either.
    Fixed,
    /// The engine sets it, unless the connection string does.
    Default,
    /// It makes no difference.
    Harmless,
}

/// A name, a value, and what it does.
type Setting = (&'static str, &'static str, Then);

const SETTINGS: [Setting; 27] = [
    ("default_transaction_isolation", "serializable", Then::Fixed),
    (
        "default_transaction_isolation",
        "repeatable read",
        Then::Fixed,
    ),
    ("default_transaction_read_only", "on", Then::Fixed),
    ("default_transaction_deferrable", "on", Then::Fixed),
    ("standard_conforming_strings", "off", Then::Fixed),
    ("transform_null_equals", "on", Then::Fixed),
    ("search_path", "nowhere", Then::Fixed),
    ("search_path", "hostile, pg_catalog", Then::Fixed),
    ("client_min_messages", "error", Then::Fixed),
    ("plan_cache_mode", "force_custom_plan", Then::Fixed),
    ("jit_above_cost", "0", Then::Harmless),
    ("statement_timeout", "1", Then::Default),
    ("lock_timeout", "1", Then::Default),
    ("idle_in_transaction_session_timeout", "1", Then::Default),
    ("idle_session_timeout", "100", Then::Fixed),
    ("bytea_output", "escape", Then::Harmless),
    ("DateStyle", "German, DMY", Then::Harmless),
    ("IntervalStyle", "iso_8601", Then::Harmless),
    ("TimeZone", "Pacific/Chatham", Then::Harmless),
    ("extra_float_digits", "-15", Then::Harmless),
    ("client_encoding", "LATIN1", Then::Harmless),
    ("array_nulls", "off", Then::Harmless),
    ("quote_all_identifiers", "on", Then::Fixed),
    ("row_security", "off", Then::Harmless),
    ("synchronous_commit", "off", Then::Harmless),
    ("client_connection_check_interval", "0", Then::Harmless),
    ("session_replication_role", "replica", Then::Harmless),
];

/// A role with settings of its own. It may do what the user of all tests may, and is no superuser itself.
struct Role(String, TestFile);

impl Role {
    fn new(n: usize, settings: &[Setting]) -> Self {
        let role = format!("role_{}_{n}", std::process::id());
        let owner = TestFile::new();
        owner.execute(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT game TO {role}"
        ));
        for (name, value, _) in settings {
            // A list of names is not one text.
            let value = match *name {
                "search_path" => (*value).to_owned(),
                _ => format!("'{value}'"),
            };
            owner.execute(&format!("ALTER ROLE {role} SET {name} = {value}"));
        }
        Self(role, owner)
    }

    fn address(&self) -> String {
        let server = server();
        let (_, host) = server.split_once('@').unwrap();
        format!("postgres://{}:secret@{host}", self.0)
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let role = &self.0;
        let sql = format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
        let _ = self.1.writer().execute(&sql);
    }
}

/// Everything that a world does with its server.
fn live(file: &TestFile, address: &str) {
    let options = || PostgresOptions::new(address, &file.world);
    let mut db = options().open::<World>().unwrap();
    let sample = fill(&mut db);
    let mut odd = player(77);
    odd.full_name = "\\ ' \" {NULL} \u{e9} \u{10ffff}\n".into();
    let odd = db.insert(odd).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&db));
    // Longer than a session may be idle.
    std::thread::sleep(Duration::from_millis(150));
    let email = |db: &World, key: PlayerKey| db.get(key).unwrap().email.clone();
    let (one, other) = (email(&db, sample.ada), email(&db, odd));
    for (key, email) in [(odd, "free"), (sample.ada, &*other), (odd, &*one)] {
        db.get_mut(key).unwrap().set_email(email).unwrap();
    }
    let _ = db.save(odd).unwrap();
    rename(&mut db, odd, "in the background");
    let ticket = db.flush_in_background().unwrap();
    let _ = db.wait(ticket).unwrap();
    rename(&mut db, odd, "and durable");
    let _ = db.flush_durable().unwrap();
    assert_eq!(db.durable(), db.committed());

    let mut outbox = ServerOutbox::connect(address, &file.world).unwrap();
    let parcel = db.hand_over(odd, "a world that is not there").unwrap();
    let _ = db.flush().unwrap();
    outbox.call_back(&db, parcel).unwrap();
    let parcel = outbox.read(&mut db, parcel).unwrap();
    db.accept(&parcel).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&db));

    // The next owner takes it over, and the one before writes nothing more.
    let next: Database<World> = options().existing().open().unwrap();
    assert_eq!(contents_of(&next), contents_of(&db));
    assert_eq!(next.check(), [""; 0]);
    let ada = db.key(Id::<Player>::new(1)).unwrap();
    rename(&mut db, ada, "fenced off");
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::Fenced { .. }), "{cause}");
    db.discard();
    assert_eq!(file.contents(), contents_of(&next));
}

/// Settings that can be had at the same time; with `GAMEDB_SETTINGS=each`, each by itself.
fn together() -> Vec<Vec<Setting>> {
    if std::env::var("GAMEDB_SETTINGS").is_ok_and(|which| which == "each") {
        return SETTINGS.iter().map(|setting| vec![*setting]).collect();
    }
    let mut sets: Vec<Vec<Setting>> = Vec::new();
    for setting in SETTINGS {
        let has_not = |set: &&mut Vec<Setting>| set.iter().all(|other| other.0 != setting.0);
        match sets.iter_mut().find(has_not) {
            Some(set) => set.push(setting),
            None => sets.push(vec![setting]),
        }
    }
    sets
}

/// The same settings in a connection string, as far as it does not count.
fn in_string(settings: &[Setting]) -> String {
    let fixed = settings.iter().filter(|(name, _, then)| {
        // Versions before 14 do not have this one.
        *then == Then::Fixed && *name != "idle_session_timeout"
    });
    let fixed = fixed.map(|(name, value, _)| format!("-c {name}={}", value.replace(' ', "\\ ")));
    let fixed = fixed.collect::<Vec<_>>().join(" ");
    let encoded = fixed.replace(' ', "%20").replace('=', "%3D");
    format!("{}?options={}", server(), encoded.replace(',', "%2C"))
}

#[test]
fn no_setting_of_a_role_or_of_a_connection_changes_what_a_world_does() {
    // Functions that are found before those of PostgreSQL, where the path says so.
    let hostile = TestFile::new();
    hostile.execute(
        "CREATE SCHEMA IF NOT EXISTS hostile;
         CREATE OR REPLACE FUNCTION hostile.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT 1 WHERE false';
         CREATE OR REPLACE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
    );
    for (n, settings) in together().iter().enumerate() {
        println!("{settings:?}");
        let role = Role::new(n, settings);
        live(&TestFile::new(), &role.address());
        live(&TestFile::new(), &in_string(settings));
    }
    hostile.execute("DROP SCHEMA hostile CASCADE");
}

/// What the program asks for itself counts.
#[test]
fn a_timeout_of_the_connection_string_is_a_failure_that_is_told() {
    let file = TestFile::new();
    let address = format!("{}?options=-c%20lock_timeout%3D50", server());
    let mut db: Database<World> = PostgresOptions::new(address, &file.world).open().unwrap();
    let one = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    let other = file.hold_back();
    rename(&mut db, one, "late");
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::Busy), "{cause}");
    drop(other);
    let _ = db.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&db));
}
