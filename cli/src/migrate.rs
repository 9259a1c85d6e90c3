//! `gamedb diff` and `gamedb migrate`: a world file gets another schema, with its rows.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use gamedb::{Consent, Migration, MigrationError, Safety, Step};
use gamedb_generate::{Input, sqlite_schema};
use serde_json::{Value, json};

use crate::files::{Files, print_json};

#[derive(Args)]
pub(crate) struct DiffArguments {
    /// The world file; it is not written to.
    file: PathBuf,
    #[command(flatten)]
    files: Files,
}

#[derive(Args)]
pub(crate) struct MigrateArguments {
    /// The world file; no game may have it open.
    file: PathBuf,
    #[command(flatten)]
    files: Files,
    /// Let values that do not fit become the DEFAULT of their column, or NULL.
    #[arg(long)]
    lossy: bool,
    /// Let this table, or this column (`players.hp`), be dropped with what it contains. Can be repeated.
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,
    /// SQL that runs first, in the same transaction, with lines `-- @fill players.level = hp / 10` for the values of
    /// new columns.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Take rows that were changed by hand as they are, and write their content hashes anew; also where the schema
    /// has not changed.
    #[arg(long)]
    accept_edits: bool,
    /// Make no copy of the file.
    #[arg(long)]
    no_backup: bool,
}

/// Prints the steps. The exit code is 1 if there are any.
pub(crate) fn diff(arguments: DiffArguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let migration = plan(&arguments.file, arguments.files, &Consent::new())?;
    if is_json {
        print_json(&json(&migration));
    } else {
        println!("{migration}");
    }
    Ok(if migration.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints the steps, and carries them out. The exit code is 1 if a step was not allowed.
pub(crate) fn migrate(
    arguments: MigrateArguments,
    is_json: bool,
) -> Result<ExitCode, Box<dyn Error>> {
    let consent = consent(&arguments)?;
    let migration = plan(&arguments.file, arguments.files.clone(), &consent)?;
    if !is_json {
        println!("{migration}");
    }
    let asks_for_more =
        !arguments.drop.is_empty() || arguments.script.is_some() || arguments.accept_edits;
    if migration.is_empty() && !asks_for_more {
        if is_json {
            print_json(&done_json(&migration, &[], None));
        }
        return Ok(ExitCode::SUCCESS);
    }
    match migration.run(&consent) {
        Ok(done) => {
            if is_json {
                print_json(&done_json(&migration, &done.steps, done.backup.as_deref()));
                return Ok(ExitCode::SUCCESS);
            }
            let n = done.steps.len();
            println!("migrated in {n} {}", if n == 1 { "step" } else { "steps" });
            if let Some(backup) = done.backup {
                println!("the file as it was is {}", backup.display());
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(MigrationError::NotAllowed { steps }) => {
            say_not_allowed(&migration, &steps, is_json);
            Ok(ExitCode::FAILURE)
        }
        Err(MigrationError::IdleDrop { name, droppable }) => {
            let mut names = arguments.drop.iter();
            let typed = names.find(|typed| typed.to_lowercase() == name);
            Err(idle_drop(typed.unwrap_or(&name), &droppable).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Says which options the steps need that were not allowed.
fn say_not_allowed(migration: &Migration, steps: &[Step], is_json: bool) {
    if is_json {
        let mut document = json(migration);
        document["is_migrated"] = false.into();
        let needs = steps
            .iter()
            .map(|step| json!({ "name": step.name(), "option": option(step) }));
        document["needs"] = needs.collect();
        print_json(&document);
        return;
    }
    eprintln!("nothing was done; {} of the steps need more:", steps.len());
    for step in steps {
        // What the plan says already is not said again. A script may have changed it.
        let why = if migration.steps().contains(step) {
            format!("for {}", step.name())
        } else {
            step.to_string()
        };
        eprintln!("  {:<24} {why}", option(step));
    }
}

/// A name of nothing that can be dropped is misspelt, or several in one, or was dropped before.
fn idle_drop(name: &str, droppable: &[String]) -> String {
    if droppable.is_empty() {
        return format!(
            "--drop {name}: there is nothing to drop; the schema has all tables and columns that the file has"
        );
    }
    let list = droppable.join(", ");
    format!(
        "--drop {name}: no table or column of this name can be dropped, but {list}; repeat --drop for each name"
    )
}

/// The option that allows a step, or says what only a person can tell.
fn option(step: &Step) -> String {
    match step.safety {
        Safety::Lossy => "--lossy".to_owned(),
        Safety::Destructive => format!("--drop {}", step.name()),
        _ => "--script FILE".to_owned(),
    }
}

fn consent(arguments: &MigrateArguments) -> Result<Consent, Box<dyn Error>> {
    let mut consent = Consent::new().refuse_idle_drops();
    if arguments.lossy {
        consent = consent.lossy();
    }
    if arguments.accept_edits {
        consent = consent.accept_edits();
    }
    if arguments.no_backup {
        consent = consent.without_backup();
    }
    for name in &arguments.drop {
        consent = consent.drop(name);
    }
    if let Some(path) = &arguments.script {
        let script = std::fs::read_to_string(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        consent = consent.script(script);
    }
    Ok(consent)
}

fn plan(file: &Path, files: Files, consent: &Consent) -> Result<Migration, Box<dyn Error>> {
    let schema = sqlite_schema(&Input::from(files))?;
    Ok(Migration::plan_with(file, &schema, consent)?)
}

fn step_json(step: &Step) -> Value {
    json!({
        "name": step.name(),
        "safety": step.safety.to_string(),
        "change": step.change.to_string(),
        "rows": step.rows.n,
        "first_ids": step.rows.first,
        "remedy": step.remedy,
    })
}

fn json(migration: &Migration) -> Value {
    json!({
        "from": format!("{:016x}", migration.from_fingerprint()),
        "to": format!("{:016x}", migration.to_fingerprint()),
        "safety": migration.safety().to_string(),
        "steps": migration.steps().iter().map(step_json).collect::<Vec<_>>(),
        "kept_tables": migration.kept_tables(),
    })
}

/// What was done: the plan, with the steps that were left of it.
fn done_json(migration: &Migration, steps: &[Step], backup: Option<&Path>) -> Value {
    let mut document = json(migration);
    document["steps"] = steps.iter().map(step_json).collect();
    document["is_migrated"] = true.into();
    document["backup"] = json!(backup.map(|path| path.to_string_lossy()));
    document
}
