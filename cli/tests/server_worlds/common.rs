//! The command from the outside, and a server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use gamedb::internals::Outsider;

/// The server that `tests/postgres/run` has started.
pub(crate) fn server() -> String {
    std::env::var("GAMEDB_POSTGRES").expect("the server's address: start with tests/postgres/run")
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The command, which is not started yet.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gamedb"));
    command.args(arguments);
    command
}

/// What a run of the command has said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) complaints: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &[&str]) -> Said {
    let output: Output = command(arguments).output().expect("the command starts");
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        complaints: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A name for a world that no other test has. The world is removed in the end.
pub(crate) struct Name(pub(crate) String);

impl Name {
    pub(crate) fn new() -> Self {
        static N: AtomicU64 = AtomicU64::new(0);
        let n = N.fetch_add(1, Ordering::Relaxed);
        Self(format!("Moved {} \"{n}\"", std::process::id()))
    }

    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }

    /// Another program, whose statements are about the tables of this world.
    pub(crate) fn outsider(&self) -> Outsider {
        let outsider = Outsider::connect(&server()).unwrap();
        outsider
            .execute(&format!("SET search_path = {}", self.quoted()))
            .unwrap();
        outsider
    }

    /// Whether there is anything of the world on the server.
    pub(crate) fn is_there(&self) -> bool {
        let sql = format!(
            "SELECT count(*) FROM pg_namespace WHERE nspname = '{}'",
            self.0
        );
        let found = self
            .outsider()
            .read(&sql, |value| value.to_string())
            .unwrap();
        found[0][0] != "0"
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if let Ok(outsider) = Outsider::connect(&server()) {
            let _ = outsider.execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.quoted()));
        }
    }
}
