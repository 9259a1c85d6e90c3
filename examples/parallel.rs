//! Reads a table with all processors: rayon takes the parts that the table is divided into.
//!
//! ```text
//! cargo run --release --example parallel -- [N]
//! ```

use std::error::Error;
use std::time::Instant;

use gamedb_models::{Mobile, World};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

fn main() -> Result<(), Box<dyn Error>> {
    let n: usize = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |text| text.parse())?;
    let mut world = World::new();
    for at in 0..n {
        world.insert(Mobile {
            what_we_call_you: format!("mobile {at}"),
            ..Mobile::default()
        })?;
    }

    let start = Instant::now();
    let one = world
        .iter::<Mobile>()
        .map(|(_, mobile)| weight(mobile))
        .sum::<u64>();
    println!("one thread: {:?}", start.elapsed());

    // More parts than threads, so that nobody waits for the slowest one.
    let n_parts = 8 * rayon::current_num_threads();
    let start = Instant::now();
    let parts: Vec<_> = world.mobiles.parts(n_parts).collect();
    let all = parts
        .into_par_iter()
        .flat_map_iter(|part| part.map(|(_, mobile)| weight(mobile)));
    let all = all.sum::<u64>();
    println!(
        "{} threads: {:?}",
        rayon::current_num_threads(),
        start.elapsed()
    );
    if one == all {
        Ok(())
    } else {
        Err(format!("{one} in one thread, {all} in several").into())
    }
}

/// What a system that only reads may compute of a row.
fn weight(mobile: &Mobile) -> u64 {
    let bytes = mobile.what_we_call_you.bytes();
    bytes.fold(5381, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte)) % 1000
}
