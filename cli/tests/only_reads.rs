//! Commands that only read a file leave it as it is, and nothing beside it: also where nothing may be written.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod running;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use gamedb::Database;
use gamedb_models::{Player, World};
use rusqlite::Connection;

use running::{Running, get};

/// Somebody who may read what everybody may, and write nothing.
const NOBODY: u32 = 65_534;

/// The command, where everybody can run it.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PROGRAM.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        permit(folder.path(), 0o755);
        let path = folder.path().join("gamedb");
        std::fs::copy(env!("CARGO_BIN_EXE_gamedb"), &path).unwrap();
        (folder, path)
    });
    path
}

fn permit(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// How the files came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Closed,
    /// What a kill leaves.
    Killed,
    /// The same, moved without the index of the log, which is made anew.
    Moved,
    /// By another program, with a rollback journal.
    Foreign,
    /// A game has it open.
    Open,
}

const KINDS: [Kind; 5] = [
    Kind::Closed,
    Kind::Killed,
    Kind::Moved,
    Kind::Foreign,
    Kind::Open,
];

/// The last player, which is in the log if there is one.
const LAST: &str = "cleo@example.com";

/// A folder with a world file, and one that everybody may write to.
struct Place {
    /// Keeps the file open.
    _db: Option<Database<World>>,
    folder: tempfile::TempDir,
    out: tempfile::TempDir,
    is_locked: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        permit(self.folder.path(), 0o755);
    }
}

fn player(email: &str) -> Player {
    Player {
        email: email.into(),
        ..Player::default()
    }
}

impl Place {
    fn new(kind: Kind, is_locked: bool) -> Self {
        let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = folder.path().join("world.db");
        let mut db = Database::<World>::open(&path).unwrap();
        let _ = db.insert(player("ada@example.com")).unwrap();
        let _ = db.close().unwrap();
        let mut db = Database::<World>::open(&path).unwrap();
        let _ = db.insert(player(LAST)).unwrap();
        let _ = db.flush().unwrap();
        let (folder, db) = match kind {
            Kind::Open => (folder, Some(db)),
            Kind::Killed | Kind::Moved => {
                let killed = tempfile::tempdir().unwrap();
                let is_left = |ending: &&&str| kind == Kind::Killed || **ending != "-shm";
                for ending in ["", "-wal", "-shm", "-lock"].iter().filter(is_left) {
                    let name = format!("world.db{ending}");
                    std::fs::copy(folder.path().join(&name), killed.path().join(&name)).unwrap();
                }
                (killed, None)
            }
            Kind::Closed | Kind::Foreign => {
                let _ = db.close().unwrap();
                if kind == Kind::Foreign {
                    let other = Connection::open(&path).unwrap();
                    let mode = "PRAGMA journal_mode = DELETE";
                    other.query_row(mode, [], |_| Ok(())).unwrap();
                    drop(other);
                    std::fs::remove_file(folder.path().join("world.db-lock")).unwrap();
                }
                (folder, None)
            }
        };
        let schema = include_str!("../../models/schema.sql");
        std::fs::write(folder.path().join("schema.sql"), schema).unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            permit(&file.unwrap().path(), if is_locked { 0o444 } else { 0o666 });
        }
        permit(folder.path(), if is_locked { 0o555 } else { 0o777 });
        permit(out.path(), 0o777);
        Self {
            _db: db,
            folder,
            out,
            is_locked,
        }
    }

    /// All files with what is in them.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| {
                let path = file.unwrap().path();
                // The index of a log is SQLite's own, and each connection makes notes in it.
                let is_index = path.to_str().unwrap().ends_with("-shm");
                // A file that is read beside SQLite loses SQLite's locks.
                let is_open = self._db.is_some();
                let bytes = match is_index || is_open {
                    true => Vec::new(),
                    false => std::fs::read(&path).unwrap(),
                };
                (path, bytes)
            })
            .collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.out.path());
        // What may only be read is no obstacle for root.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
        if self.is_locked && is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let world = self.folder.path().join("world.db");
        let schema = self.folder.path().join("schema.sql");
        command.args(arguments.iter().map(|&argument| match argument {
            "WORLD" => world.as_os_str(),
            "SCHEMA" => schema.as_os_str(),
            other => other.as_ref(),
        }));
        command
    }
}

/// Each with what it prints of the last flush, or of the schema.
const COMMANDS: [(&[&str], &str); 9] = [
    (&["verify", "WORLD"], "2 rows in"),
    (&["--json", "verify", "WORLD"], "\"n_rows\": 2"),
    (&["diff", "WORLD", "--schema", "SCHEMA"], ""),
    (&["explain", "--schema", "WORLD"], "players"),
    (&["diagram", "--schema", "WORLD"], "players"),
    (
        &[
            "import",
            "--from",
            "WORLD",
            "--schema",
            "SCHEMA",
            "--dry-run",
        ],
        "players",
    ),
    (&["backup", "WORLD", "backup.db"], "backup.db"),
    (&["rescue", "WORLD", "rescued.db"], "players: 2 rows"),
    (&["restore", "WORLD", "restored.db"], "restored.db"),
];

#[test]
fn a_command_that_only_reads_a_file_leaves_nothing_beside_it() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        for is_locked in [false, true] {
            let mut place = Place::new(kind, is_locked);
            let mut before = place.files();
            for (arguments, said) in COMMANDS {
                let output = place.command(arguments).output().unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                let error = String::from_utf8(output.stderr).unwrap();
                let what = format!("{kind:?}, locked {is_locked}: {arguments:?}");
                if output.status.code() != Some(0) || !text.contains(said) {
                    wrong.push(format!("{what}: {:?} {text}{error}", output.status));
                }
                let after = place.files();
                if after != before {
                    wrong.push(format!("{what}: left {:?}", after.keys()));
                    place = Place::new(kind, is_locked);
                    before = place.files();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_inspector_leaves_nothing_beside_a_file_while_it_runs_and_afterwards() {
    for kind in KINDS {
        for is_locked in [false, true] {
            let mut place = Place::new(kind, is_locked);
            let before = place.files();
            let mut command = place.command(&["inspect", "WORLD"]);
            let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
            let mut running = Running(started.unwrap());
            let mut url = String::new();
            let mut lines = BufReader::new(running.0.stdout.take().unwrap());
            lines.read_line(&mut url).unwrap();
            let url = url.trim();
            assert!(url.starts_with("http"), "{kind:?}, locked {is_locked}");
            let schema = get(&format!("{url}api/schema"));
            let names = schema
                .match_indices("\"name\":\"")
                .map(|(at, _)| &schema[at + 8..]);
            let tables = ["players"];
            assert!(
                names.clone().any(|name| name.starts_with(tables[0])),
                "{schema}"
            );
            let rows = get(&format!("{url}api/rows?table=0&limit=10"));
            assert!(rows.contains(LAST), "{kind:?}, locked {is_locked}: {rows}");
            assert_eq!(
                place.files().keys().collect::<Vec<_>>(),
                before.keys().collect::<Vec<_>>()
            );
            if let Some(mut db) = place._db.take() {
                // A game that goes on is seen, and one that ends takes its log away.
                let _ = db.insert(player("dora@example.com")).unwrap();
                let _ = db.flush().unwrap();
                let rows = get(&format!("{url}api/rows?table=0&limit=10"));
                assert!(rows.contains("dora@example.com"), "{rows}");
                let _ = db.close().unwrap();
                let names: Vec<_> = place.files().into_keys().collect();
                assert!(
                    !names
                        .iter()
                        .any(|name| name.to_str().unwrap().ends_with("-wal")),
                    "{names:?}"
                );
                let rows = get(&format!("{url}api/rows?table=0&limit=10"));
                assert!(rows.contains("dora@example.com"), "{rows}");
                continue;
            }
            drop(running);
            assert!(place.files() == before, "{kind:?}, locked {is_locked}");
        }
    }
}
