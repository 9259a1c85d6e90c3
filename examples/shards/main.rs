//! Three processes, three worlds, and players who walk from one to another with their bags, while processes are killed and
//! started again.
//!
//! `cargo run --example shards -- --seconds 5`. The program starts itself once for each world; each of them hands random
//! players over to the others. At the end all players and items are counted.

mod walk;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use gamedb::{Database, SharedOutbox};
use gamedb_models::{Inventory, InventoryEntry, Item, Player, World};

/// The names of the worlds.
const NAMES: [&str; 3] = ["north", "south", "west"];

/// What can go wrong.
type Failure = Box<dyn std::error::Error>;

#[derive(Parser)]
struct Options {
    /// How long the players walk.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many players there are.
    #[arg(long, default_value_t = 60)]
    players: i64,
    /// The folder of the worlds, for the processes that this program starts.
    #[arg(long, hide = true, requires = "world")]
    folder: Option<std::path::PathBuf>,
    /// The world of such a process.
    #[arg(long, hide = true, requires = "folder")]
    world: Option<String>,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    if let (Some(folder), Some(world)) = (&options.folder, &options.world) {
        return walk::live(folder, world);
    }
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    make_worlds(folder, options.players)?;
    let before = count(folder)?;
    let n_kills = play(folder, Duration::from_secs(options.seconds))?;
    walk::everybody_arrives(folder)?;
    let after = count(folder)?;
    println!(
        "{} walks between {} worlds, {n_kills} processes killed and started again",
        after.walks,
        NAMES.len()
    );
    println!(
        "players: {} before, {} after",
        before.players, after.players
    );
    println!("items: {} before, {} after", before.items, after.items);
    if (before.players, before.items) == (after.players, after.items) && after.walks > 0 {
        Ok(())
    } else {
        Err("somebody or something is lost, or there twice, or no player has walked".into())
    }
}

/// Players with a bag each, in worlds with the same catalogue.
fn make_worlds(folder: &Path, players: i64) -> Result<(), Failure> {
    for (name, first) in NAMES.iter().zip(0..) {
        let mut db = Database::<World>::open(walk::file(folder, name))?;
        // The ids of the catalogue are others in each world.
        for n in 0..first {
            db.insert(Item {
                internal_name: format!("relic {n} of {name}"),
                ..Item::default()
            })?;
        }
        let iron = db.insert(Item {
            internal_name: "iron".into(),
            ..Item::default()
        })?;
        for n in (first..players).step_by(NAMES.len()) {
            let player = db.insert(Player {
                email: format!("{n}@example.com"),
                ..Player::default()
            })?;
            let bag = db.get_mut(player)?.add_inventory(Inventory::default())?;
            for quantity in [1, n] {
                #[allow(clippy::cast_precision_loss, reason = "there are few players")]
                let quantity = quantity as f64;
                db.insert(InventoryEntry {
                    inventory: bag,
                    item: iron,
                    quantity,
                    ..InventoryEntry::default()
                })?;
            }
        }
        db.close().map_err(|failed| failed.source)?;
    }
    Ok(())
}

/// What is in all worlds.
struct Count {
    players: usize,
    items: f64,
    walks: i64,
}

fn count(folder: &Path) -> Result<Count, Failure> {
    let mut count = Count {
        players: 0,
        items: 0.0,
        walks: 0,
    };
    for name in NAMES {
        let db = Database::<World>::open(walk::file(folder, name))?;
        assert_eq!(db.check(), [""; 0]);
        count.players += db.players.len();
        count.items += db
            .iter::<InventoryEntry>()
            .map(|(_, entry)| entry.quantity)
            .sum::<f64>();
        count.walks += db
            .iter::<Player>()
            .map(|(_, player)| player.year_of_birth)
            .sum::<i64>();
    }
    Ok(count)
}

/// Lets the worlds live, and kills one of them every now and then. Returns how many were killed.
fn play(folder: &Path, time: Duration) -> Result<usize, Failure> {
    let mut processes = NAMES
        .iter()
        .map(|name| start(folder, name))
        .collect::<Result<Vec<_>, _>>()?;
    let (begin, mut n_kills) = (Instant::now(), 0);
    while begin.elapsed() < time {
        std::thread::sleep(Duration::from_millis(fastrand::u64(50..400)));
        let victim = fastrand::usize(..NAMES.len());
        if let Some(status) = processes[victim].try_wait()? {
            return Err(format!("the process of {} has ended: {status}", NAMES[victim]).into());
        }
        // SIGKILL: it can do nothing about it.
        processes[victim].kill()?;
        processes[victim].wait()?;
        processes[victim] = start(folder, NAMES[victim])?;
        n_kills += 1;
    }
    for mut process in processes {
        // A process stops when its input ends.
        drop(process.stdin.take());
        let status = process.wait()?;
        if !status.success() {
            return Err(format!("a process has failed: {status}").into());
        }
    }
    Ok(n_kills)
}

fn start(folder: &Path, world: &str) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["--world", world, "--folder"])
        .arg(folder)
        .stdin(Stdio::piped())
        .spawn()
}

/// The outbox of a world.
fn outbox(folder: &Path, world: &str) -> Result<SharedOutbox, gamedb::Error> {
    SharedOutbox::open(folder.join("outbox.db"), world)
}
