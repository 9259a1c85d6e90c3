//! What is written down: one line for each event, with its time, in a file for each process.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

/// How many players and things a world begins with, and how many coins each of its players has.
pub(crate) const PLAYERS: usize = 10;
pub(crate) const THINGS: usize = 24;
pub(crate) const COINS: i64 = 100;

/// The players that a world begins with. Their names are theirs alone, in all worlds.
pub(crate) fn players(world: &str) -> impl Iterator<Item = String> {
    (0..PLAYERS).map(move |n| format!("{world}_player{n}"))
}

/// The things that a world begins with.
pub(crate) fn things(world: &str) -> impl Iterator<Item = String> {
    (0..THINGS).map(move |n| format!("{world}_thing{n}"))
}

/// Nanoseconds of a clock that all processes of this machine share.
pub(crate) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let nanoseconds = now.tv_sec * 1_000_000_000 + now.tv_nsec;
    u64::try_from(nanoseconds).unwrap()
}

/// The contents of a world that count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The attempt to write that it is of; empty before the first one.
    pub(crate) attempt: String,
    /// The coins of each player.
    pub(crate) coins: BTreeMap<String, i64>,
    /// What there is, and whose it is. In their order; one that is there twice is in it twice.
    pub(crate) things: Vec<(String, String)>,
}

impl State {
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let coins = self.coins.iter().map(|(who, n)| format!("{who}={n}"));
        let things = self
            .things
            .iter()
            .map(|(what, who)| format!("{what}@{who}"));
        let (coins, things): (Vec<_>, Vec<_>) = (coins.collect(), things.collect());
        write!(
            f,
            "{};{};{}",
            self.attempt,
            coins.join(","),
            things.join(",")
        )
    }
}

impl std::str::FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a state");
        let parts: Vec<_> = text.split(';').collect();
        let [attempt, coins, things] = parts[..] else {
            return Err(wrong());
        };
        let listed = |list: &str, between: char| -> Result<Vec<(String, String)>, String> {
            let pairs = list.split(',').filter(|pair| !pair.is_empty());
            pairs
                .map(|pair| {
                    let (one, other) = pair.split_once(between).ok_or_else(wrong)?;
                    Ok((one.to_owned(), other.to_owned()))
                })
                .collect()
        };
        let coins = listed(coins, '=')?.into_iter().map(|(who, n)| {
            let n = n.parse().map_err(|_| wrong())?;
            Ok((who, n))
        });
        Ok(Self {
            attempt: attempt.to_owned(),
            coins: coins.collect::<Result<_, String>>()?,
            things: listed(things, '@')?,
        })
    }
}

/// What was promised of a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// It is there as long as no failover loses it.
    Committed,
    /// It is there.
    Durable,
    /// It is not there.
    NotCommitted,
    /// It is there or not.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A world is about to be opened.
    Open,
    /// It is open, with this in it.
    Opened(State),
    /// It is not, and nothing is said of it.
    NotOpened(String),
    /// An attempt to write a state: its name, how it is written, and the state's digest.
    Begin {
        attempt: String,
        way: String,
        digest: u64,
    },
    /// What the program was told of the attempt that was begun last, and why, where it failed.
    Told(Promise, String),
    /// A player has left, as this parcel, or has come.
    Left(String),
    Came(String),
    /// A parcel is about to be sent back, and is.
    SendsBack(String),
    SentBack(String),
    /// Something that must not be.
    Broken(String),
    /// The standby is about to be promoted.
    Failover,
    /// How many flushes a world says that it has had, at the end.
    Stored(u64),
    /// What the nemesis does; for readers.
    Fault(String),
}

const PROMISES: [(Promise, &str); 4] = [
    (Promise::Committed, "committed"),
    (Promise::Durable, "durable"),
    (Promise::NotCommitted, "not-committed"),
    (Promise::Unknown, "unknown"),
];

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open => write!(f, "open"),
            Self::Opened(state) => write!(f, "opened {state}"),
            Self::NotOpened(why) => write!(f, "not-opened {why}"),
            Self::Begin {
                attempt,
                way,
                digest,
            } => write!(f, "begin {attempt} {way} {digest}"),
            Self::Told(promise, why) => {
                let named = PROMISES.iter().find(|(of, _)| of == promise);
                let (_, name) = named.expect("all are in the list");
                write!(f, "{name} {why}")
            }
            Self::Left(parcel) => write!(f, "left {parcel}"),
            Self::Came(parcel) => write!(f, "came {parcel}"),
            Self::SendsBack(parcel) => write!(f, "sends-back {parcel}"),
            Self::SentBack(parcel) => write!(f, "sent-back {parcel}"),
            Self::Broken(what) => write!(f, "broken {what}"),
            Self::Failover => write!(f, "failover"),
            Self::Stored(n) => write!(f, "stored {n}"),
            Self::Fault(what) => write!(f, "fault {what}"),
        }
    }
}

impl std::str::FromStr for Event {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("{line:?} is not an event");
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some((promise, _)) = PROMISES.iter().find(|(_, name)| *name == verb) {
            return Ok(Self::Told(*promise, rest.to_owned()));
        }
        Ok(match verb {
            "open" => Self::Open,
            "opened" => Self::Opened(rest.parse()?),
            "not-opened" => Self::NotOpened(rest.to_owned()),
            "begin" => {
                let parts: Vec<_> = rest.split(' ').collect();
                let [attempt, way, digest] = parts[..] else {
                    return Err(wrong());
                };
                Self::Begin {
                    attempt: attempt.to_owned(),
                    way: way.to_owned(),
                    digest: digest.parse().map_err(|_| wrong())?,
                }
            }
            "left" => Self::Left(rest.to_owned()),
            "came" => Self::Came(rest.to_owned()),
            "sends-back" => Self::SendsBack(rest.to_owned()),
            "sent-back" => Self::SentBack(rest.to_owned()),
            "broken" => Self::Broken(rest.to_owned()),
            "failover" => Self::Failover,
            "stored" => Self::Stored(rest.parse().map_err(|_| wrong())?),
            "fault" => Self::Fault(rest.to_owned()),
            _ => return Err(wrong()),
        })
    }
}

/// A file that events are written down in.
pub(crate) struct Record(File);

impl Record {
    pub(crate) fn new(path: &Path) -> Self {
        let file = File::options().create(true).append(true).open(path);
        Self(file.unwrap())
    }

    /// Writes an event down. When it returns, the event survives the death of this process.
    pub(crate) fn write(&mut self, event: &Event) {
        let line = format!("{event}").replace('\n', " ");
        let line = format!("{} {line}\n", now());
        self.0.write_all(line.as_bytes()).unwrap();
    }
}

/// The events of one process, with their times.
pub(crate) type History = Vec<(u64, Event)>;

/// Reads what a process has written down. It may have been killed in the middle of a line.
pub(crate) fn history(text: &str) -> Result<History, String> {
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let lines = whole.lines().map(|line| {
        let (time, event) = line.split_once(' ').ok_or("a line without a time")?;
        let time = time
            .parse()
            .map_err(|_| format!("{time:?} is not a time"))?;
        Ok((time, event.parse()?))
    });
    lines.collect()
}

/// Reads the histories in a folder: of the nemesis, and by world those of its processes.
pub(crate) fn read(folder: &Path) -> Result<(History, BTreeMap<String, Vec<History>>), String> {
    let (mut nemesis, mut worlds) = (Vec::new(), BTreeMap::<String, Vec<History>>::new());
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(name) = name.strip_suffix(".history") else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let events = history(&text).map_err(|what| format!("{}: {what}", path.display()))?;
        match name.split_once('.') {
            Some((world, _)) => worlds.entry(world.to_owned()).or_default().push(events),
            None => nemesis = events,
        }
    }
    Ok((nemesis, worlds))
}
