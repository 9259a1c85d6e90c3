//! Every operation on the disk fails in turn, in every way, once and for ever, in everything that a database does
//! with its file. An error says the truth about what is in the file, memory stays whole, and trying again or
//! opening the file again is exact. A crate of its own, because its disk is SQLite's default for a whole process.
//!
//! With `GAMEDB_IO_FAULTS` it is tried that many times; there are some ten thousand different ones.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::disk::{FILE, closed, killed};
use common::sample::{ada, attribute, player, rename};
use common::{Contents, contents_of, state_of};
use gamedb::{Backup, Database, Error, ErrorKind, FileError, FlushFailure, Options, Outcome};
use gamedb_faults::{Disk, Fault, Image, Kind, Operation, Random, Repeat, Strike, kinds};
use gamedb_models::{Player, PlayerKey, World};
use rusqlite::Connection;

/// The name of a copy.
const COPY: &str = "copy.db";

/// What a database does with its file, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Open,
    Save,
    Flush,
    Background,
    Durable,
    Backup,
    Close,
}

const STEPS: [Step; 7] = [
    Step::Open,
    Step::Save,
    Step::Flush,
    Step::Background,
    Step::Durable,
    Step::Backup,
    Step::Close,
];

fn open(disk: &Disk) -> Result<Database<World>, Error> {
    let options = Options::new().busy_timeout(Duration::from_millis(1));
    options.open(disk.path(FILE))
}

/// Opens a disk on which a sync may have failed: then it is refused until it is accepted.
fn open_again(disk: &Disk, may_have_failed: bool) -> Database<World> {
    match open(disk).map_err(Error::into_kind) {
        Ok(db) => db,
        Err(ErrorKind::File(FileError::FailedSync { .. })) if may_have_failed => {
            let options = Options::new().accept_failed_sync();
            options.open(disk.path(FILE)).unwrap()
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// Ada, who is not there yet in a new file.
fn ada_in(db: &mut Database<World>) -> PlayerKey {
    let ada = Player::find_by_email(db, "1@example.com").map(|ada| ada.key());
    ada.unwrap_or_else(|| db.insert(player(1)).unwrap())
}

/// A file that another program has made: with a rollback journal, and without a mark and next ids. Opening it writes
/// to it.
fn foreign() -> Image {
    let disk = Disk::with(&closed());
    let connection = Connection::open(disk.path(FILE)).unwrap();
    let journal: String = connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "delete");
    let unmarked = "DROP TABLE gamedb_ids; DROP TABLE gamedb_hashes; DROP TABLE gamedb_state;
        PRAGMA application_id = 0; PRAGMA user_version = 0";
    connection.execute_batch(unmarked).unwrap();
    drop(connection);
    disk.image()
}

/// One way in which a run can go wrong.
#[derive(Clone, Copy, Debug)]
struct Plan {
    start: usize,
    /// The step that it happens in.
    step: Step,
    fault: Fault,
}

/// A run of all steps, with one fault in it.
struct Run<'r> {
    disk: Disk,
    /// Opens what a death of the process would leave.
    beside: &'r Disk,
    db: Option<Database<World>>,
    /// What may be in the file.
    may_be: Vec<Contents>,
    failures: Vec<(Step, Outcome, FlushFailure)>,
    n: i64,
    /// How many writes, syncs and so on were for copies.
    n_copied: usize,
}

impl Run<'_> {
    fn change(&mut self) {
        self.n += 1;
        let n = self.n;
        let db = self.db.as_mut().unwrap();
        let ada = ada_in(db);
        rename(db, ada, &format!("Ada {n}"));
        if n > 1 {
            let mut ada = db.get_mut(ada).unwrap();
            let _ = ada.add_attribute(attribute(&format!("{n}"))).unwrap();
            let _ = db.insert(player(100 + n)).unwrap();
        }
        let bob = Player::find_by_email(db, "2@example.com").map(|bob| bob.key());
        if let Some(bob) = bob.filter(|_| n == 4) {
            db.remove(bob).unwrap();
        }
    }

    fn step(&mut self, step: Step) {
        if step == Step::Open {
            match open(&self.disk) {
                Ok(db) => self.db = Some(db),
                Err(error) => assert!(matches!(error.kind(), ErrorKind::File(_)), "{error:?}"),
            }
            return self.look(step);
        }
        if self.db.is_none() {
            return;
        }
        if step == Step::Backup {
            self.back_up();
            return self.look(step);
        }
        self.change();
        let db = self.db.as_mut().unwrap();
        let (before, n_dirty) = (contents_of(db), db.n_dirty());
        let state = state_of(db);
        let written = match step {
            Step::Open | Step::Backup => unreachable!("above"),
            Step::Save => db.save(ada(db)),
            Step::Flush => db.flush(),
            Step::Durable => db.flush_durable(),
            Step::Background => match db.flush_in_background() {
                Ok(ticket) => db.wait(ticket),
                Err(error) => Err(error),
            },
            Step::Close => match self.db.take().unwrap().close() {
                Ok(report) => Ok(report),
                Err(failed) => {
                    let failed = *failed;
                    self.db = Some(failed.database);
                    Err(failed.source)
                }
            },
        };
        match written.map_err(Error::into_kind) {
            Ok(_) => self.may_be = vec![before],
            Err(ErrorKind::File(FileError::Flush { outcome, cause, .. })) => {
                let db = self.db.as_ref().unwrap();
                assert_eq!(contents_of(db), before, "memory is whole");
                assert_eq!(db.n_dirty(), n_dirty, "all is still dirty");
                assert_eq!(state_of(db), state);
                if outcome == Outcome::Unknown {
                    self.may_be.push(before);
                }
                self.failures.push((step, outcome, cause));
            }
            Err(other) => panic!("{other:?}"),
        }
        self.look(step);
    }

    /// Makes a copy on the same disk: it is there as a whole, or not at all.
    fn back_up(&mut self) {
        let to = self.disk.path(COPY);
        let db = self.db.as_ref().unwrap();
        let state = state_of(db);
        let position = self.disk.position();
        let result = db.backup(&to).and_then(Backup::wait);
        assert_eq!(state_of(db), state);
        self.n_copied += self.disk.position() - position;
        let real = self.disk.path("").read_dir().unwrap();
        let real = real.map(|file| file.unwrap().file_name().into_string().unwrap());
        let real: Vec<_> = real.filter(|name| name.starts_with(COPY)).collect();
        let unfinished = format!("{COPY}.unfinished-{}", std::process::id());
        let copy = self.disk.take(&unfinished);
        match result {
            Ok(_) => {
                assert_eq!(real, [COPY], "nothing is left beside a backup");
                std::fs::remove_file(&to).unwrap();
                let copy = copy.expect("SQLite has written it");
                self.beside.mount(&Image::from([(FILE.into(), copy)]));
                let copy = open(self.beside).unwrap();
                assert_eq!(copy.check(), [""; 0]);
                let found = contents_of(&copy);
                assert!(self.may_be.contains(&found), "{:?}", self.failures);
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::File(_)), "{error:?}");
                assert!(real.is_empty(), "{real:?} is left of a backup: {error}");
                // The program has removed the real files.
                for ending in ["-wal", "-shm", "-journal"] {
                    let _ = self.disk.take(&format!("{unfinished}{ending}"));
                }
            }
        }
    }

    fn has_failed_sync(&self) -> bool {
        let struck = self.disk.struck();
        // What fails in a copy says nothing of the file.
        struck
            .iter()
            .any(|strike| strike.operation == Operation::Sync && !strike.file.starts_with(COPY))
    }

    /// Opens what a death of the process would leave now.
    fn look(&self, step: Step) {
        if self.disk.struck().is_empty() {
            return;
        }
        self.beside.mount(&self.disk.image());
        let db = open_again(self.beside, self.has_failed_sync());
        assert_eq!(db.check(), [""; 0]);
        let found = contents_of(&db);
        let n = self.may_be.iter().position(|may_be| *may_be == found);
        assert!(
            n.is_some(),
            "after {step:?} the file is none of the {} that it may be; {:?}",
            self.may_be.len(),
            self.failures
        );
    }

    /// What the fault was is what the error says.
    fn look_at_cause(&self, strike: &Strike) {
        let is_refused = [libc_like::ENOSPC, libc_like::EDQUOT, libc_like::EFBIG];
        let is_refused = is_refused.contains(&strike.kind.errno);
        if strike.operation != Operation::Write {
            return;
        }
        for (_, outcome, cause) in &self.failures {
            if is_refused {
                assert!(matches!(cause, FlushFailure::Full), "{cause:?}");
                assert_eq!(*outcome, Outcome::NotCommitted);
            } else {
                assert!(!matches!(cause, FlushFailure::Full), "{cause:?}");
                assert!(!cause.is_transient(), "{cause:?}");
            }
        }
    }

    /// The disk works again.
    fn go_on(&mut self, has_lost_a_sync: bool, may_have_failed: bool) {
        let position = self.disk.position();
        if let Some(db) = &mut self.db {
            let now = contents_of(db);
            match db.flush().map_err(Error::into_kind) {
                Ok(_) => {
                    assert!(!has_lost_a_sync, "written to after a failed sync");
                    self.may_be = vec![now];
                }
                Err(ErrorKind::File(FileError::Flush { .. })) => assert_eq!(contents_of(db), now),
                Err(other) => panic!("{other:?}"),
            }
        }
        let was_open = self.db.take().is_some();
        if has_lost_a_sync && was_open {
            assert_eq!(
                self.disk.position(),
                position,
                "written to after a failed sync"
            );
        }
        if has_lost_a_sync && was_open {
            let refused = open(&self.disk).map_err(Error::into_kind);
            let is_it = matches!(refused, Err(ErrorKind::File(FileError::FailedSync { .. })));
            assert!(is_it, "{refused:?}");
        }
        let mut db = open_again(&self.disk, may_have_failed);
        assert_eq!(db.check(), [""; 0]);
        assert!(self.may_be.contains(&contents_of(&db)));
        let ada = ada_in(&mut db);
        rename(&mut db, ada, "again");
        let last = contents_of(&db);
        let _ = db.close().unwrap();
        assert_eq!(contents_of(&open(&self.disk).unwrap()), last);
    }
}

/// Linux's numbers.
mod libc_like {
    pub(crate) const EFBIG: i32 = 27;
    pub(crate) const ENOSPC: i32 = 28;
    pub(crate) const EDQUOT: i32 = 122;
}

/// The operations of each step when nothing fails.
fn operations(start: &Image) -> Vec<(Step, Operation)> {
    let beside = Disk::new();
    let mut run = begin(start, &beside);
    let mut operations = Vec::new();
    for step in STEPS {
        run.step(step);
        let all = run.disk.operations();
        let new = all[operations.len()..].iter();
        operations.extend(new.map(|&operation| (step, operation)).collect::<Vec<_>>());
    }
    operations
}

fn begin<'r>(start: &Image, beside: &'r Disk) -> Run<'r> {
    let disk = Disk::with(start);
    let db = open(&disk).unwrap();
    let may_be = vec![contents_of(&db)];
    drop(db);
    disk.mount(start);
    Run {
        disk,
        beside,
        db: None,
        may_be,
        failures: Vec::new(),
        n: 0,
        n_copied: 0,
    }
}

/// What came of the faults.
#[derive(Debug, Default)]
struct Counts {
    n_runs: AtomicUsize,
    n_struck: AtomicUsize,
    n_not_committed: AtomicUsize,
    n_unknown: AtomicUsize,
}

fn try_fault(start: &Image, beside: &Disk, plan: Plan, counts: &Counts) {
    let mut run = begin(start, beside);
    run.disk.fail(plan.fault);
    run.disk.record();
    let mut position_of_sync = None;
    for step in STEPS {
        // A backup is verified, which takes longer than all other steps. Of those after a fault some are enough.
        if step == Step::Backup && plan.step < step && !plan.fault.at.is_multiple_of(8) {
            continue;
        }
        run.step(step);
        let has_failed = run.has_failed_sync();
        let is_open = run.db.is_some();
        if has_failed && is_open && step != Step::Open {
            let position = run.disk.position() - run.n_copied;
            let first = *position_of_sync.get_or_insert(position);
            assert_eq!(
                position, first,
                "written to after a failed sync, at {step:?}"
            );
        }
    }
    let may_have_failed = run.has_failed_sync();
    let struck = run.disk.mend();
    counts.n_runs.fetch_add(1, Ordering::Relaxed);
    counts
        .n_struck
        .fetch_add(usize::from(!struck.is_empty()), Ordering::Relaxed);
    for (_, outcome, _) in &run.failures {
        let counter = match outcome {
            Outcome::NotCommitted => &counts.n_not_committed,
            Outcome::Unknown => &counts.n_unknown,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(strike) = struck.first() {
        run.look_at_cause(strike);
    }
    let has_lost_a_sync = position_of_sync.is_some();
    run.go_on(has_lost_a_sync, may_have_failed);
}

/// All faults, those of rare operations first: so that a part of them has every kind in every step.
fn plans(starts: &[Image]) -> Vec<Plan> {
    let mut groups: BTreeMap<_, Vec<Plan>> = BTreeMap::new();
    for (start, image) in starts.iter().enumerate() {
        for (at, (step, operation)) in operations(image).into_iter().enumerate() {
            for kind in 0..kinds(operation).len() {
                for repeat in [Repeat::Once, Repeat::ForEver] {
                    let is_once = repeat == Repeat::Once;
                    let group = groups.entry((start, step, operation, kind, is_once));
                    let fault = Fault {
                        at,
                        only: None,
                        kind,
                        repeat,
                    };
                    group.or_default().push(Plan { start, step, fault });
                }
            }
        }
    }
    let mut random = Random::new(7);
    let mut plans = Vec::new();
    while !groups.is_empty() {
        for group in groups.values_mut() {
            let place = random.below(group.len());
            plans.push(group.swap_remove(place));
        }
        groups.retain(|_, group| !group.is_empty());
    }
    plans
}

/// A copy asks for a lock again and again, so it would never end where none is given any more: `whatever_fails` would not
/// end either.
#[test]
fn a_backup_ends_where_the_disk_gives_no_lock_any_more() {
    const MOST: Duration = Duration::from_secs(60);
    let start = Image::new();
    let operations = operations(&start);
    let is_lock = |&(step, operation): &(Step, Operation)| {
        step == Step::Backup && operation == Operation::Lock
    };
    let locks = operations
        .iter()
        .enumerate()
        .filter(|(_, one)| is_lock(one));
    let locks: Vec<usize> = locks.map(|(at, _)| at).collect();
    let is_busy = |kind: &Kind| kind.code == rusqlite::ffi::SQLITE_BUSY;
    let busy = kinds(Operation::Lock).iter().position(is_busy);
    // All of them are tried in a long run; those of the copy come after the one of the file.
    let tried: Vec<usize> = locks.iter().take(4).copied().collect();
    assert_eq!(tried.len(), 4, "{locks:?}");
    let (ended, end) = std::sync::mpsc::channel();
    for at in tried {
        let (ended, start) = (ended.clone(), start.clone());
        std::thread::spawn(move || {
            let fault = Fault {
                at,
                only: None,
                kind: busy.expect("a lock may be held by another program"),
                repeat: Repeat::ForEver,
            };
            let step = Step::Backup;
            let plan = Plan {
                start: 0,
                step,
                fault,
            };
            let counts = Counts::default();
            try_fault(&start, &Disk::new(), plan, &counts);
            let _ = ended.send((at, counts.n_struck.into_inner()));
        });
    }
    drop(ended);
    for _ in 0..4 {
        let (at, n_struck) = end.recv_timeout(MOST).expect("it ends, and is right");
        println!("a lock at {at}: {n_struck} struck");
    }
}

#[test]
fn whatever_fails_the_error_is_true_and_nothing_is_lost() {
    let starts = [closed(), killed(), Image::new(), foreign()];
    let all = plans(&starts);
    let n = std::env::var("GAMEDB_IO_FAULTS").map_or(1_000, |n| n.parse().unwrap());
    let plans = &all[..n.min(all.len())];
    let (counts, next) = (Counts::default(), AtomicUsize::new(0));
    let failed = std::sync::Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let beside = Disk::new();
                while let Some(&plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tried = std::panic::AssertUnwindSafe(|| {
                        try_fault(&starts[plan.start], &beside, plan, &counts);
                    });
                    if std::panic::catch_unwind(tried).is_err() {
                        failed.lock().unwrap().push(plan);
                    }
                }
            });
        }
    });
    println!("{counts:?} of {}", all.len());
    let failed = failed.into_inner().unwrap();
    let first = &failed[..failed.len().min(20)];
    assert!(failed.is_empty(), "{} failed: {first:#?}", failed.len());
    assert!(counts.n_struck.load(Ordering::Relaxed) * 10 > plans.len() * 9);
}
