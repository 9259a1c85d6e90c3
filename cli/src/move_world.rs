//! `gamedb import --to`: a world as it is, from its file to a PostgreSQL server or back.

use std::error::Error;
#[cfg(feature = "postgres")]
use std::path::Path;
use std::process::ExitCode;

#[cfg(feature = "postgres")]
use crate::files::print_json;
use crate::import::Arguments;

/// Whether this is the address of a PostgreSQL server.
fn is_server(place: &str) -> bool {
    ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| place.starts_with(scheme))
}

/// Moves the world. Nothing of it is left out: it is moved as it is, or not at all.
pub(crate) fn run(
    arguments: Arguments,
    to: &str,
    is_json: bool,
) -> Result<ExitCode, Box<dyn Error>> {
    let from = arguments.from.to_string_lossy().into_owned();
    if is_server(&from) == is_server(to) {
        let what = if is_server(to) { "servers" } else { "files" };
        return Err(format!(
            "--from and --to are both {what}: a world is moved from its file to a server, or back; `gamedb backup` copies \
             a file"
        )
        .into());
    }
    let Some(world) = arguments.world.clone() else {
        return Err("--to needs --world NAME, the name of the world on the server".into());
    };
    moved(arguments, &from, to, &world, is_json)
}

#[cfg(not(feature = "postgres"))]
fn moved(_: Arguments, _: &str, _: &str, _: &str, _: bool) -> Result<ExitCode, Box<dyn Error>> {
    Err(gamedb_generate::error::ServerError::NoClient {
        scheme: "postgres",
        feature: "postgres",
    }
    .into())
}

#[cfg(feature = "postgres")]
fn moved(
    arguments: Arguments,
    from: &str,
    to: &str,
    world: &str,
    is_json: bool,
) -> Result<ExitCode, Box<dyn Error>> {
    use gamedb_generate::{Input, read, resolve, sqlite_schema};

    let input = Input::from(arguments.files);
    let (schema, config) = read(&input)?;
    let model = resolve(&schema, &config)?;
    let ddl = sqlite_schema(&input)?;
    let tables = gamedb::ServerTables::new(world, &crate::tables::tables(&model), &ddl)?;
    let bar = crate::progress::Bar::new();
    let report = if is_server(to) {
        tables.copy_to_server(to, Path::new(from), |progress| bar.show(progress))?
    } else {
        tables.copy_to_file(from, Path::new(to), |progress| bar.show(progress))?
    };
    drop(bar);
    if is_json {
        print_json(&as_json(&report));
        return Ok(ExitCode::SUCCESS);
    }
    let (address, file) = (report.address.display(), report.file.display());
    for table in report.tables.iter().filter(|table| table.n_rows > 0) {
        println!("{}: {} rows", table.table, table.n_rows);
    }
    let n_rows: u64 = report.tables.iter().map(|table| table.n_rows).sum();
    let (from, to) = if is_server(to) {
        (file.to_string(), address.to_string())
    } else {
        (address.to_string(), file.to_string())
    };
    println!(
        "{to}: the world of {from} after flush {}, {n_rows} rows",
        report.generation
    );
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "postgres")]
fn as_json(report: &gamedb::MoveReport) -> serde_json::Value {
    let table = |table: &gamedb::MovedTable| {
        serde_json::json!({
            "table": table.table,
            "n_rows": table.n_rows,
            "next_id": table.next_id,
        })
    };
    serde_json::json!({
        "address": report.address.to_string_lossy(),
        "file": report.file.to_string_lossy(),
        "generation": report.generation,
        "tables": report.tables.iter().map(table).collect::<Vec<_>>(),
    })
}
