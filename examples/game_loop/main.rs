//! A running game world that is flushed to a SQLite file every second.
//!
//! ```sh
//! cargo run --release --example game_loop
//! cargo run --release --example game_loop -- --file world.db --mobiles 100000 --seconds 60 --background
//! cargo run --release --example game_loop -- --inspect
//! cargo run --release -p gamedb-examples --features postgres --example game_loop -- --background --server postgres://game@localhost/game
//! cargo run --release --example game_loop -- --help
//! ```
//!
//! The world is that of `models/schema.sql`: players with avatars, mobiles with attributes and bags,
//! items with blueprints. If the file exists already, the game continues where it was left. Ctrl-C ends
//! it early, with a last flush.
//!
//! With the feature `postgres` and `--server`, the world is kept on a PostgreSQL server instead.
//!
//! At the end the world is opened again, and every row is compared with the world in memory.
//!
//! Where to look first:
//!
//! - [`simulation`]: a game written against a [`World`]. It changes rows and does not depend on a file.
//! - [`run`], [`play`] and [`Flusher`]: the loop. Open, tick, flush, close: the only calls that involve a
//!   file.
//! - [`compare`]: two worlds, row by row.

mod compare;
mod events;
mod options;
mod population;
mod progress;
mod simulation;
mod statistics;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use clap::Parser as _;
use gamedb::{Database, Engine, FlushReport, Ticket};
#[cfg(feature = "postgres")]
use gamedb::{Postgres, PostgresOptions};
use gamedb_inspect::Inspector;
use gamedb_models::{Item, Mobile, Player, World, catalogue};

use options::Options;
use progress::Progress;
use simulation::Simulation;
use statistics::Statistics;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "postgres")]
    if let Some(server) = &options.server {
        let place = format!("world on a server: {}", options.world);
        let open = || PostgresOptions::new(server, &options.world).open::<World>();
        return game::<Postgres>(options, &place, open, &mut |_| ());
    }
    let path = world_file(options)?;
    let place = format!("world file: {}", path.display());
    let inspector = inspector(options)?;
    if let Some(inspector) = &inspector {
        writeln!(io::stdout(), "inspect it at {}", inspector.url())?;
    }
    game(options, &place, || Database::open(&path), &mut |db| {
        if let Some(inspector) = &inspector {
            inspector.answer_mut(db, INSPECTION);
        }
    })
}

/// A whole run in a world that `open` opens. `inspect` is called at the end of each tick.
fn game<E: Engine>(
    options: &Options,
    place: &str,
    open: impl Fn() -> Result<Database<World, E>, gamedb::Error>,
    inspect: &mut dyn FnMut(&mut Database<World, E>),
) -> Result<(), Box<dyn Error>> {
    let stop = stop_signal()?;
    let mut out = io::stdout();

    writeln!(out, "{place}")?;
    let start = Instant::now();
    let mut db = open()?;
    match db.len() {
        0 => writeln!(out, "new world")?,
        n => writeln!(
            out,
            "found {n} rows in {:.1?}: {}",
            start.elapsed(),
            census(&db)
        )?,
    }

    let start = Instant::now();
    let n_items = catalogue::seed(&mut db)?;
    let mut simulation = Simulation::new(&mut db, options.mobiles as usize, options.seed)?;
    let n_born = simulation.top_up(&mut db)?;
    let took = start.elapsed();
    writeln!(
        out,
        "added {n_items} items and {n_born} mobiles in {took:.1?}: {}",
        census(&db)
    )?;
    if !options.no_flush {
        let report = db.flush()?;
        writeln!(out, "flushed {} rows in {:.1?}", report.rows(), report.took)?;
    }

    let statistics = play(options, &mut db, &mut simulation, inspect, &stop)?;

    let report = db.flush()?;
    write!(out, "\n{statistics}\n{}\n", simulation.events())?;
    match report.rows() {
        0 => writeln!(out, "last flush: nothing had changed since the one before")?,
        n => writeln!(out, "last flush: {n} rows in {:.1?}", report.took)?,
    }

    // Keeps the world in memory, and closes the file or the connection.
    let world = db.into_world();
    let db = open()?;
    let n_rows = compare::compare(&world, &db)
        .map_err(|difference| format!("reopened: not identical: {difference}"))?;
    writeln!(out, "reopened: {n_rows} rows, identical")?;
    writeln!(out, "{place}")?;
    Ok(())
}

/// The loop: ticks at a fixed rate, and a flush between two ticks when one is due.
///
/// A run is a fixed number of ticks, so that the same seed always gives the same world. After a late
/// tick, the next ones start at once, until the game has caught up.
fn play<E: Engine>(
    options: &Options,
    db: &mut Database<World, E>,
    simulation: &mut Simulation,
    inspect: &mut dyn FnMut(&mut Database<World, E>),
    stop: &Receiver<()>,
) -> Result<Statistics, Box<dyn Error>> {
    let mut statistics = Statistics::new(options.period())?;
    let mut progress = Progress::new(options.n_ticks())?;
    let mut flusher = Flusher::new(options);
    let mut last_flush = None;
    let start = Instant::now();
    for tick in 1..=options.n_ticks() {
        let tick_start = Instant::now();
        simulation.tick(db)?;
        if let Some(report) = flusher.tick(db, tick)? {
            statistics.flush(&report);
            last_flush = Some(report);
        }
        inspect(db);
        statistics.tick(tick_start.elapsed());
        progress.show(
            tick,
            db.n_rows::<Mobile>(),
            statistics.n_late(),
            last_flush.as_ref(),
        );

        let next = start + Duration::from_secs_f64(f64::from(tick) / options.rate);
        match stop.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(()) => break,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
    progress.finish();
    Ok(statistics)
}

/// The part of a tick that the inspector's page may have.
const INSPECTION: Duration = Duration::from_micros(500);

/// The inspector, if one was asked for, on any free port.
fn inspector(options: &Options) -> Result<Option<Inspector>, gamedb_inspect::BindError> {
    let inspector = options.inspect.then(|| Inspector::bind("127.0.0.1:0"));
    inspector.transpose()
}

/// Number of ticks before a background flush in which a part of it is staged,
const TICKS_AHEAD: u32 = 15;
/// and the number of rows in each: a millisecond or two.
const ROWS_AHEAD: usize = 8_000;

/// When the world is flushed, and how.
struct Flusher {
    interval: Option<u32>,
    in_background: bool,
    /// The ticket of a background flush that is not in the file yet.
    ticket: Option<Ticket>,
}

impl Flusher {
    fn new(options: &Options) -> Self {
        Self {
            interval: options.flush_interval(),
            in_background: options.background,
            ticket: None,
        }
    }

    /// Whether a background flush is due in one of the next ticks.
    fn is_soon(&self, tick: u32) -> bool {
        self.in_background
            && self.interval.is_some_and(|interval| {
                let ticks_left = interval - tick % interval;
                ticks_left <= TICKS_AHEAD
            })
    }

    /// Called at the end of each tick. Returns the report of a flush that has reached the file since the
    /// last tick.
    fn tick<E: Engine>(
        &mut self,
        db: &mut Database<World, E>,
        tick: u32,
    ) -> Result<Option<FlushReport>, gamedb::Error> {
        let is_due = self
            .interval
            .is_some_and(|interval| tick.is_multiple_of(interval));
        if is_due && !self.in_background {
            return db.flush().map(Some);
        }
        let report = match self.ticket {
            Some(ticket) => db.poll(ticket).transpose()?,
            None => None,
        };
        if report.is_some() {
            self.ticket = None;
        }
        // If the disk cannot keep up, the changes wait for the next flush.
        if is_due && self.ticket.is_none() {
            self.ticket = Some(db.flush_in_background()?);
        } else if self.is_soon(tick) {
            db.prepare_flush(ROWS_AHEAD);
        }
        Ok(report)
    }
}

/// Receives a message when Ctrl-C is pressed, or the process is terminated. The loop checks it between
/// two ticks, so the world always ends after a complete tick.
fn stop_signal() -> Result<Receiver<()>, ctrlc::Error> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is dropped when the run is over, and then there is nothing to stop.
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

/// The requested file, or one in a fresh folder.
fn world_file(options: &Options) -> Result<PathBuf, Box<dyn Error>> {
    let Some(file) = &options.file else {
        let folder = tempfile::Builder::new().prefix("gamedb-").tempdir()?.keep();
        return Ok(folder.join("world.db"));
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    Ok(file.clone())
}

fn census(world: &World) -> String {
    format!(
        "{} items, {} players, {} mobiles",
        world.n_rows::<Item>(),
        world.n_rows::<Player>(),
        world.n_rows::<Mobile>()
    )
}
