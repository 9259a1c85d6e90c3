//! Progress output: a bar in a terminal, a line per second otherwise.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use gamedb::FlushReport;
use indicatif::{ProgressBar, ProgressStyle};

/// The progress of the run.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Redraws itself.
    Bar(ProgressBar),
    /// Prints a line once a second, for logs.
    Lines {
        /// Number of ticks in the run.
        n_ticks: u32,
        /// When to print the next line.
        next: Instant,
    },
}

const EVERY: Duration = Duration::from_secs(1);

impl Progress {
    /// Called at the beginning of a run.
    pub(crate) fn new(n_ticks: u32) -> Result<Self, indicatif::style::TemplateError> {
        if !stderr().is_terminal() {
            return Ok(Self::Lines {
                n_ticks,
                next: Instant::now() + EVERY,
            });
        }
        let style = ProgressStyle::with_template("{bar:30} tick {pos}/{len}  {msg}")?;
        Ok(Self::Bar(
            ProgressBar::new(n_ticks.into()).with_style(style),
        ))
    }

    /// Called after each tick.
    pub(crate) fn show(
        &mut self,
        tick: u32,
        mobiles: usize,
        late: u64,
        flush: Option<&FlushReport>,
    ) {
        let message = || {
            let flush = flush.map_or_else(String::new, |report| {
                format!(", last flush {} rows in {:.1?}", report.rows(), report.took)
            });
            format!("{mobiles} mobiles, {late} ticks late{flush}")
        };
        match self {
            Self::Bar(bar) => {
                // Drawing is the expensive part, and the bar limits its rate itself.
                bar.set_position(tick.into());
                bar.set_message(message());
            }
            Self::Lines { n_ticks, next } => {
                if Instant::now() >= *next {
                    eprintln!("tick {tick}/{n_ticks}  {}", message());
                    *next += EVERY;
                }
            }
        }
    }

    /// Called after the last tick. Removes the bar before the table is printed.
    pub(crate) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
