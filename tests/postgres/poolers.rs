//! Connections through pgbouncer, where it is installed.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use crate::common::sample::player;
use crate::common::{Database, TestFile, server, wait_until};
use gamedb::internals::Outsider;
use gamedb::{ErrorKind, FileError, PostgresOptions};
use gamedb_models::World;

/// A pgbouncer before the server, until this is dropped.
struct Pooler {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Pooler {
    /// `None` where pgbouncer is not installed.
    fn new(mode: &str) -> Option<Self> {
        if Command::new("pgbouncer").arg("--version").output().is_err() {
            eprintln!("skipped: pgbouncer is not installed");
            return None;
        }
        let server = server();
        let (user, host) = server.split_once("://")?.1.split_once('@')?;
        let (user, password) = user.split_once(':')?;
        let (host, database) = host.split_once('/')?;
        let (host, port) = host.split_once(':')?;
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let own_port = free.local_addr().unwrap().port();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{database} = host={host} port={port} user={user} password={password}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {own_port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {mode}\nignore_startup_parameters = extra_float_digits,options\n"
        );
        std::fs::write(&config, text).unwrap();
        for path in [folder.path(), &config] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut command = Command::new("pgbouncer");
        // It refuses to run as root, whoever else that user is.
        if rustix::process::getuid().is_root() {
            command.uid(65534).gid(65534);
        }
        let process = command.arg(&config).stderr(Stdio::null()).spawn().unwrap();
        let address = format!("postgres://{user}@127.0.0.1:{own_port}/{database}");
        let pooler = Self {
            process,
            address,
            _folder: folder,
        };
        wait_until(|| Outsider::connect(&pooler.address).is_ok());
        Some(pooler)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_pool_of_sessions_is_as_good_as_the_server() {
    let Some(pooler) = Pooler::new("session") else {
        return;
    };
    let file = TestFile::new();
    let options = || PostgresOptions::new(&pooler.address, &file.world);
    let mut db: Database<World> = options().open().unwrap();
    db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    drop(db);
    assert_eq!(options().open::<World>().unwrap().len(), 1);
}

/// Its flushes would fail later, and its settings would be those of other programs.
#[test]
fn a_pool_of_transactions_is_refused_and_left_as_it_was() {
    let Some(pooler) = Pooler::new("transaction") else {
        return;
    };
    let file = TestFile::new();
    for _ in 0..2 {
        let options = PostgresOptions::new(&pooler.address, &file.world);
        let refused = options.open::<World>().map(drop);
        let Err(ErrorKind::File(FileError::Unportable { what, .. })) =
            refused.map_err(gamedb::Error::into_kind)
        else {
            panic!("it is no session")
        };
        assert!(what.contains("pool_mode = session"), "{what}");
    }
    assert_eq!(
        file.number(&format!(
            "SELECT count(*) FROM pg_namespace WHERE nspname = '{}'",
            file.world
        )),
        0
    );
    let next = Outsider::connect(&pooler.address).unwrap();
    let sql = "SELECT (current_setting('plan_cache_mode') = 'force_generic_plan')::int::bigint";
    let rows = next.read(sql, |value| value.to_string());
    assert_eq!(rows.unwrap(), [["0"]]);
}
