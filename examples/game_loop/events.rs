//! Counters of events in the game.

use std::fmt;

/// How often each event has happened.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Position changes.
    pub(crate) steps: usize,
    /// Blows in fights.
    pub(crate) blows: usize,
    /// Mobiles that were born, including those at the start.
    pub(crate) births: usize,
    /// Mobiles that died, including drones that died with their owners.
    pub(crate) deaths: usize,
    /// Stacks that were taken from the dead.
    pub(crate) looted: usize,
    /// Finds of ore.
    pub(crate) mined: usize,
    /// Stacks that were thrown away to make room.
    pub(crate) thrown_away: usize,
    /// Batches that were crafted.
    pub(crate) made: usize,
    /// Batches that lacked a component.
    pub(crate) lacking: usize,
    /// Transfers between bags.
    pub(crate) transfers: usize,
    /// Bags that changed their owner.
    pub(crate) bags_given: usize,
    /// Trades that failed half-way and were rolled back.
    pub(crate) rolled_back: usize,
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} steps, {} blows, {} births, {} deaths, {} stacks looted",
            self.steps, self.blows, self.births, self.deaths, self.looted
        )?;
        writeln!(
            f,
            "{} finds of ore, {} batches made, {} short of something, {} stacks thrown away",
            self.mined, self.made, self.lacking, self.thrown_away
        )?;
        writeln!(
            f,
            "{} transfers, {} bags given, {} trades failed half-way and rolled back",
            self.transfers, self.bags_given, self.rolled_back
        )
    }
}
