//! Memory besides the rows stays proportional to them, however many are inserted and removed. A process
//! of its own, because its global allocator counts, and would count other tests too.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use common::sample::{mobile, player};
use gamedb::Error;
use gamedb_models::World;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A game that trades all the time and never flushes.
#[test]
fn transactions_whose_rows_are_gone_leave_nothing_behind() {
    let mut world = World::new();
    let mut come_and_go = |n: i64| {
        for n in 0..n {
            let both = world.transaction(|world| {
                Ok::<_, Error>((world.insert(player(n))?, world.insert(mobile(n))?))
            });
            let (player, mobile) = both.unwrap();
            world.remove(player).unwrap();
            world.remove(mobile).unwrap();
        }
    };
    come_and_go(20_000);
    let before = MEMORY.current_usage();
    come_and_go(100_000);
    let grown = MEMORY.current_usage().saturating_sub(before);
    // Keeping both rows of each trade with their group would take at least 40 bytes per trade.
    assert!(grown < 1_000_000, "{grown} bytes more");
}
