//! The two clusters, as `tests/history/clusters` starts and ends them.

use std::path::PathBuf;
use std::process::Command;

use gamedb::Value;
use gamedb::internals::Outsider;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cluster {
    A,
    B,
}

impl Cluster {
    pub(crate) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    pub(crate) fn port(self) -> u16 {
        let folder = std::env::var_os("GAMEDB_CLUSTERS");
        let folder = folder.expect("two clusters: start with tests/history/run");
        let path = PathBuf::from(folder).join(self.name()).join("port");
        let port = std::fs::read_to_string(path).unwrap();
        port.trim().parse().unwrap()
    }

    pub(crate) fn start(self) {
        self.run("start");
    }

    pub(crate) fn kill(self) {
        self.run("kill");
    }

    pub(crate) fn pause(self) {
        self.run("pause");
    }

    pub(crate) fn wake(self) {
        self.run("wake");
    }

    pub(crate) fn promote(self) {
        self.run("promote");
    }

    /// Makes it a new standby of the other one.
    pub(crate) fn follow(self) {
        self.run("follow");
    }

    fn run(self, what: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/history/clusters");
        let mut command = Command::new(script);
        let status = command.args([what, self.name()]).status().unwrap();
        assert!(
            status.success(),
            "clusters {what} {}: {status}",
            self.name()
        );
    }

    /// The first column of a query at this cluster; nothing if it does not answer.
    pub(crate) fn ask(self, sql: &str) -> Vec<i64> {
        let Ok(outsider) = Outsider::connect(&address(&[self.port()], "")) else {
            return Vec::new();
        };
        let integer = |value: Value<'_>| match value {
            Value::Integer(integer) => integer,
            other => panic!("{other}"),
        };
        let rows = outsider.read(sql, integer).unwrap_or_default();
        rows.into_iter().map(|row| row[0]).collect()
    }
}

/// The address of servers at these ports.
pub(crate) fn address(ports: &[u16], settings: &str) -> String {
    let password = std::env::var("PGPASSWORD").expect("a password: start with tests/history/run");
    let hosts: Vec<_> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    format!(
        "postgres://game:{password}@{}/postgres?{settings}",
        hosts.join(",")
    )
}
