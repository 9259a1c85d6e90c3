//! Everything fails, one thing after the other and at the same time; then the checker is asked.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gamedb::internals::Outsider;
use gamedb::{Database, Postgres, PostgresOptions, ServerOutbox, Value};
use gamedb_faults::Random;
use gamedb_models::World;
use rustix::process::{Pid, Signal, kill_process};

use super::account::Figures;
use super::checker::{check, check_all};
use super::cluster::{Cluster, address};
use super::events::{Event, Promise, Record, read};
use super::faults::{ALL, Fault};
use super::parcels::{check_parcels, check_sent_back};
use super::processes::Shard;
use super::proxy::Commit;
use super::shard::{STOP, causes, clock, state_of};
use super::walks::{WORLDS, let_in};

/// How many faults there are, if the environment does not say.
const FAULTS: usize = 20;

struct Nemesis {
    folder: PathBuf,
    record: Record,
    random: Random,
    primary: Cluster,
    shards: Vec<Shard>,
}

/// `GAMEDB_HISTORY_FAULTS` says how many faults, and `GAMEDB_HISTORY_SEED` in which order.
#[test]
fn what_was_acknowledged_is_there_once_whatever_fails() {
    let n_faults = number("GAMEDB_HISTORY_FAULTS").unwrap_or(FAULTS);
    let seed = number("GAMEDB_HISTORY_SEED").unwrap_or(std::process::id() as usize);
    let folder = tempfile::Builder::new()
        .prefix("history-")
        .tempdir()
        .unwrap();
    // It stays where the test fails.
    let folder = folder.keep();
    println!("seed {seed}; histories in {}", folder.display());
    let mut nemesis = Nemesis::new(&folder, seed as u64);
    let start = Instant::now();
    for n in 0..n_faults {
        // Each of them, and then any.
        let fault = ALL.get(n).copied();
        let fault = fault.unwrap_or_else(|| ALL[nemesis.random.below(ALL.len())]);
        nemesis.inject(fault);
    }
    nemesis.end();
    drop(nemesis);
    let figures = verify(&folder);
    println!("{n_faults} faults in {:?}: {figures:#?}", start.elapsed());
    std::fs::remove_dir_all(folder).unwrap();
}

/// Histories that were written down before: `GAMEDB_HISTORY` is their folder.
#[test]
fn histories_of_an_earlier_run() {
    if let Some(folder) = std::env::var_os("GAMEDB_HISTORY") {
        println!("{:#?}", verify(Path::new(&folder)));
    }
}

fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// Asks the checker about each world.
fn verify(folder: &Path) -> Figures {
    let (nemesis, worlds) = read(folder).unwrap();
    let (mut all, mut faults, mut checked) = (Figures::default(), Vec::new(), Vec::new());
    for (world, processes) in &worlds {
        let mut found = check(&nemesis, processes);
        assert!(found.figures.durable > 0, "nothing was written to {world}");
        all += found.figures;
        faults.extend(
            found
                .faults
                .drain(..)
                .map(|what| format!("{world}: {what}")),
        );
        checked.push(found);
    }
    faults.extend(check_parcels(&checked));
    faults.extend(check_sent_back(&nemesis, &checked));
    assert_eq!(worlds.len(), WORLDS);
    faults.extend(check_all(&worlds));
    // A process that tries again says the same again.
    faults.sort();
    faults.dedup();
    let first: Vec<_> = faults.iter().take(20).collect();
    assert!(
        faults.is_empty(),
        "{} contradictions: {first:#?}",
        faults.len()
    );
    all
}

impl Nemesis {
    fn new(folder: &Path, seed: u64) -> Self {
        let worlds = (0..WORLDS).map(|n| Shard::new(format!("shard{n}"), folder));
        let mut nemesis = Self {
            folder: folder.to_owned(),
            record: Record::new(&folder.join("nemesis.history")),
            random: Random::new(seed),
            primary: Cluster::A,
            shards: worlds.collect(),
        };
        nemesis.wait_for_flushes();
        nemesis
    }

    /// Waits until each world has been written to.
    fn wait_for_flushes(&mut self) {
        for shard in &mut self.shards {
            let has_flushed = shard.wait_for_flush(Duration::from_secs(60));
            assert!(has_flushed, "{} is not written to any more", shard.world);
        }
    }

    fn pause(&mut self, most: usize) {
        sleep(Duration::from_millis(self.random.below(most) as u64));
    }

    fn inject(&mut self, fault: Fault) {
        let world = self.random.below(WORLDS);
        self.record
            .write(&Event::Fault(format!("{fault:?} {world}")));
        // Most faults meet processes that work, and some those that have not got over the last one.
        if self.random.one_in(4) && fault != Fault::CommitWaits {
            self.shards.iter_mut().for_each(Shard::revive);
        } else {
            self.wait_for_flushes();
        }
        self.pause(60);
        match fault {
            Fault::ServerKilled
            | Fault::BackendKilled
            | Fault::Terminated
            | Fault::StandbyKilled
            | Fault::StandbyPaused
            | Fault::WaitsCancelled => self.fail_server(fault),
            Fault::Failover
            | Fault::FailoverWithLoss
            | Fault::OldPrimaryStarted
            | Fault::TwoPrimaries => self.promote_standby(fault),
            _ => self.fail_process(fault, world),
        }
    }

    /// Something happens to the processes of a world, or to their connections.
    fn fail_process(&mut self, fault: Fault, world: usize) {
        match fault {
            Fault::ProcessKilled => self.signal(world, Signal::KILL),
            Fault::ProcessPaused => {
                self.signal(world, Signal::STOP);
                self.pause(300);
                self.signal(world, Signal::CONT);
            }
            Fault::PausedPastFence => self.pause_past_fence(world),
            Fault::TakenOver => self.shards[world].start(),
            Fault::Cut => self.shards[world].proxy.cut(),
            Fault::CommitLost => self.cut_commit(world, Commit::Lost),
            Fault::CommitUnanswered => self.cut_commit(world, Commit::Unanswered),
            Fault::CommitWaits => {
                // Held, because one before it would wait, too, and it would not come.
                self.cut_commit(world, Commit::Held);
                self.primary.other().pause();
                self.shards[world].proxy.release(true);
                // Until it is asked what became of it: a second is waited for the standby, which is silent.
                sleep(Duration::from_millis(1_700));
                self.pause(200);
                self.primary.other().wake();
            }
            Fault::Away => {
                let proxy = &self.shards[world].proxy;
                proxy.open(false);
                proxy.cut();
                self.pause(600);
                self.shards[world].proxy.open(true);
            }
            other => unreachable!("{other:?}"),
        }
    }

    /// Something happens to the primary or its standby, and they stay that.
    fn fail_server(&mut self, fault: Fault) {
        match fault {
            Fault::ServerKilled => {
                self.primary.kill();
                self.pause(200);
                self.primary.start();
            }
            Fault::BackendKilled => self.kill_backend(),
            Fault::Terminated => {
                self.of_sessions("pg_terminate_backend(pid)::int::bigint", "true");
            }
            Fault::StandbyKilled => {
                let standby = self.primary.other();
                standby.kill();
                self.pause(300);
                standby.start();
            }
            Fault::StandbyPaused => {
                self.primary.other().pause();
                self.pause(300);
                self.primary.other().wake();
            }
            Fault::WaitsCancelled => {
                self.primary.other().pause();
                self.cancel_waits();
                self.primary.other().wake();
            }
            other => unreachable!("{other:?}"),
        }
    }

    /// The standby becomes the primary.
    fn promote_standby(&mut self, fault: Fault) {
        match fault {
            Fault::Failover => {
                self.primary.kill();
                self.fail_over();
            }
            Fault::FailoverWithLoss => {
                // One that was stopped would still read what was sent to it.
                self.primary.other().kill();
                self.cancel_waits();
                self.primary.kill();
                self.primary.other().start();
                self.fail_over();
            }
            Fault::OldPrimaryStarted => {
                let old = self.primary;
                old.kill();
                self.promote();
                old.start();
                self.pause(300);
                // It is the first host of the two half of the time, and nothing is written to it.
                self.wait_for_flushes();
                old.follow();
            }
            Fault::TwoPrimaries => self.fail_over(),
            other => unreachable!("{other:?}"),
        }
    }

    fn signal(&mut self, world: usize, signal: Signal) {
        for process in &mut self.shards[world].processes {
            process.signal(signal);
        }
    }

    fn pause_past_fence(&mut self, world: usize) {
        self.signal(world, Signal::STOP);
        let before = self.shards[world].processes.len();
        self.shards[world].start();
        let has_flushed = self.shards[world].wait_for_flush(Duration::from_secs(60));
        assert!(has_flushed, "a stopped owner keeps the next one waiting");
        for process in self.shards[world].processes.iter_mut().take(before) {
            process.signal(Signal::CONT);
        }
    }

    fn cut_commit(&mut self, world: usize, fate: Commit) {
        let proxy = &self.shards[world].proxy;
        proxy.next_commit_is(fate);
        let start = Instant::now();
        while !proxy.has_committed() && start.elapsed() < Duration::from_secs(1) {
            sleep(Duration::from_millis(1));
        }
        if !proxy.has_committed() {
            proxy.next_commit_is(Commit::Answered);
        }
    }

    /// What a query says of the sessions of the worlds.
    fn of_sessions(&self, what: &str, condition: &str) -> Vec<i64> {
        self.primary.ask(&format!(
            "SELECT {what} FROM pg_stat_activity WHERE application_name = 'gamedb' AND {condition}"
        ))
    }

    fn kill_backend(&mut self) {
        let backends = self.of_sessions("pid::bigint", "true");
        if backends.is_empty() {
            return;
        }
        let pid = backends[self.random.below(backends.len())];
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        // It may have ended meanwhile.
        let _ = kill_process(pid.unwrap(), Signal::KILL);
    }

    /// Has commits not wait for the standby, for a while.
    fn cancel_waits(&mut self) {
        for _ in 0..1 + self.random.below(6) {
            self.pause(80);
            self.of_sessions(
                "pg_cancel_backend(pid)::int::bigint",
                "wait_event = 'SyncRep'",
            );
        }
    }

    fn promote(&mut self) {
        self.record.write(&Event::Failover);
        self.primary = self.primary.other();
        self.primary.promote();
    }

    /// Promotes the standby, and makes the old primary a standby of it, after a while.
    fn fail_over(&mut self) {
        self.promote();
        self.pause(400);
        self.primary.other().follow();
    }

    /// Lets all processes come to an end, and writes down what is on the server then.
    fn end(&mut self) {
        self.wait_for_flushes();
        std::fs::write(self.folder.join(STOP), "").unwrap();
        let start = Instant::now();
        while !self.shards.iter_mut().all(Shard::have_ended) {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "a process does not end"
            );
            sleep(Duration::from_millis(20));
        }
        let server = address(&[self.primary.port()], "");
        let worlds: Vec<_> = self
            .shards
            .iter()
            .map(|shard| shard.world.clone())
            .collect();
        for world in &worlds {
            self.let_in(world, &server);
        }
        for world in &worlds {
            let mut record = Record::new(&self.folder.join(format!("{world}.end.history")));
            let _ = open(world, &server, &mut record);
            let outsider = Outsider::connect(&server).unwrap();
            let sql = format!("SELECT generation FROM {world}.gamedb_world");
            let stored = outsider.read(&sql, |value| match value {
                Value::Integer(n) => u64::try_from(n).unwrap(),
                other => panic!("{other}"),
            });
            record.write(&Event::Stored(stored.unwrap()[0][0]));
        }
    }

    /// Lets in all who are still between two worlds.
    fn let_in(&self, world: &str, server: &str) {
        let mut record = Record::new(&self.folder.join(format!("{world}.last.history")));
        let Some(mut db) = open(world, server, &mut record) else {
            return;
        };
        let mut outbox = ServerOutbox::connect(server, world).unwrap();
        if let Err(error) = let_in(&mut db, &mut outbox, &mut record, || false) {
            let what = format!("a player cannot come: {}", causes(&error));
            record.write(&Event::Broken(what));
        }
        let clock = clock(&db);
        let attempt = format!("{world}-last/1/1");
        db.get_mut(clock).unwrap().set_full_name(attempt.as_str());
        record.write(&Event::Begin {
            attempt,
            way: "close".into(),
            digest: state_of(&db).digest(),
        });
        let _ = db.close().unwrap();
        record.write(&Event::Told(Promise::Durable, String::new()));
    }
}

fn open(world: &str, server: &str, record: &mut Record) -> Option<Database<World, Postgres>> {
    record.write(&Event::Open);
    match PostgresOptions::new(server, world)
        .existing()
        .open::<World>()
    {
        Ok(db) => {
            record.write(&Event::Opened(state_of(&db)));
            Some(db)
        }
        Err(error) => {
            record.write(&Event::NotOpened(causes(&error)));
            None
        }
    }
}
