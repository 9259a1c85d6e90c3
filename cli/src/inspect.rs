//! `gamedb inspect`: a world file in the browser.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use gamedb_inspect::{Inspector, WorldFile};
use serde_json::json;

use crate::files::print_json;

/// How long questions may be worked on before new ones are looked for.
const BUDGET: Duration = Duration::from_millis(20);
/// How long a question waits at most before it is seen.
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Args)]
pub(crate) struct Arguments {
    /// The world file, or any SQLite file. It is only read.
    file: PathBuf,
    /// The port of the page on this machine; any free one if not given.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

pub(crate) fn run(arguments: &Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let file = WorldFile::open(&arguments.file)?;
    let inspector = Inspector::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)))?;
    if is_json {
        print_json(&json!({ "url": inspector.url().to_string() }));
    } else {
        println!("{}", inspector.url());
    }
    eprintln!("Ctrl-C ends it.");
    loop {
        inspector.answer(&file, BUDGET);
        std::thread::sleep(PAUSE);
    }
}
