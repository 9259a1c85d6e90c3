//! Command-line options.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// A running game world: mobiles move, fight, mine, craft and trade, and the world is flushed to a SQLite
/// file.
#[derive(Debug, Parser)]
#[command(name = "game_loop")]
pub(crate) struct Options {
    /// World file; created if it does not exist, continued if it does [default: in a fresh folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,

    /// PostgreSQL server to keep the world on, instead of in a file, as postgres://game@localhost/game
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["file", "inspect"])]
    pub(crate) server: Option<String>,

    /// Name of the world on the server
    #[cfg(feature = "postgres")]
    #[arg(
        long,
        value_name = "NAME",
        default_value = "game_loop",
        requires = "server"
    )]
    pub(crate) world: String,

    /// Number of mobiles to keep alive
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) mobiles: u32,

    /// Length of the run, in game time [default: 10, and a day with --inspect]
    #[arg(long, value_parser = positive)]
    pub(crate) seconds: Option<f64>,

    /// Ticks per second
    #[arg(long, default_value_t = 60.0, value_parser = positive)]
    pub(crate) rate: f64,

    /// Seconds from one flush to the next
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = positive)]
    pub(crate) flush_every: f64,

    /// Let a thread write the changes while the game continues
    #[arg(long)]
    pub(crate) background: bool,

    /// Flush only once, at the end
    #[arg(long, conflicts_with_all = ["flush_every", "background"])]
    pub(crate) no_flush: bool,

    /// Show the running world in the browser, at an address that is printed
    #[arg(long)]
    pub(crate) inspect: bool,

    /// Random seed: the same seed gives the same world after the same number of ticks
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
}

impl Options {
    /// Time that a tick may take.
    pub(crate) fn period(&self) -> Duration {
        Duration::from_secs_f64(self.rate.recip())
    }

    /// Number of ticks in the run.
    pub(crate) fn n_ticks(&self) -> u32 {
        let length = if self.inspect { 86_400.0 } else { 10.0 };
        in_ticks(self.seconds.unwrap_or(length), self.rate)
    }

    /// Number of ticks from one flush to the next, if there are any.
    pub(crate) fn flush_interval(&self) -> Option<u32> {
        (!self.no_flush).then(|| in_ticks(self.flush_every, self.rate))
    }
}

/// At least one; `as` saturates at the largest number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn in_ticks(seconds: f64, rate: f64) -> u32 {
    ((seconds * rate).round() as u32).max(1)
}

fn positive(text: &str) -> Result<f64, String> {
    // A period has to fit into a `Duration`, which excludes both extremes.
    match text.parse() {
        Ok(number) if (1e-6..=1e6).contains(&number) => Ok(number),
        Ok(_) => Err("has to be between 0.000001 and 1000000".into()),
        Err(_) => Err("is not a number".into()),
    }
}
