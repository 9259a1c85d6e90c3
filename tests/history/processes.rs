//! The processes that have worlds, as the nemesis sees them.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::cluster::{Cluster, address};
use super::proxy::Proxy;
use super::shard::{ADDRESS, FOLDER, NAME, SEED, WORLD};

/// A process that has a world, or wants to have it.
pub(crate) struct Process {
    child: Child,
    history: PathBuf,
    /// How much of its history was read.
    read: u64,
    is_paused: bool,
}

impl Process {
    pub(crate) fn signal(&mut self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        // It may have ended meanwhile; until it is waited for, its number is no other process's.
        let _ = kill_process(pid, signal);
        self.is_paused = signal == Signal::STOP;
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Whether a flush of it was acknowledged since this was asked last.
    fn has_flushed(&mut self) -> bool {
        let Ok(mut file) = File::open(&self.history) else {
            return false;
        };
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.read += whole as u64;
        let told = |line: &str| line.contains(" committed ") || line.contains(" durable ");
        text[..whole].lines().any(told)
    }
}

/// A world, and the processes that it has.
pub(crate) struct Shard {
    pub(crate) world: String,
    pub(crate) proxy: Proxy,
    pub(crate) processes: Vec<Process>,
    folder: PathBuf,
    n_started: usize,
}

impl Shard {
    pub(crate) fn new(world: String, folder: &Path) -> Self {
        Self {
            world,
            proxy: Proxy::new(&Cluster::BOTH.map(Cluster::port)),
            processes: Vec::new(),
            folder: folder.to_owned(),
            n_started: 0,
        }
    }

    /// Starts one more process, which takes the world over.
    pub(crate) fn start(&mut self) {
        self.n_started += 1;
        let name = format!("{}-{}", self.world, self.n_started);
        // An owner that is stopped in the middle of its transaction keeps others waiting for so long.
        let settings = "target_session_attrs=read-write&options=-c%20idle_in_transaction_session_timeout%3D500";
        let path = self.folder.join("log");
        let log = File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "shard::shard_process", "--nocapture"])
            .env(WORLD, &self.world)
            .env(NAME, &name)
            .env(ADDRESS, address(&self.proxy.ports, settings))
            .env(FOLDER, &self.folder)
            .env(SEED, super::events::now().to_string())
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        self.processes.push(Process {
            child,
            history: self.folder.join(format!("{}.{name}.history", self.world)),
            read: 0,
            is_paused: false,
        });
    }

    /// Forgets the processes that have ended, and starts one if there is none.
    pub(crate) fn revive(&mut self) {
        self.processes.retain_mut(|process| !process.has_ended());
        if self.processes.iter().all(|process| process.is_paused) {
            self.start();
        }
    }

    /// Waits until a flush is acknowledged that was not before, by the newest process.
    pub(crate) fn wait_for_flush(&mut self, most: Duration) -> bool {
        for process in &mut self.processes {
            process.has_flushed();
        }
        let start = Instant::now();
        while start.elapsed() < most {
            self.revive();
            if self.processes.iter_mut().any(Process::has_flushed) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    pub(crate) fn have_ended(&mut self) -> bool {
        self.processes.retain_mut(|process| !process.has_ended());
        self.processes.is_empty()
    }
}

/// No process is left behind, also not where the test fails.
impl Drop for Shard {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
    }
}
