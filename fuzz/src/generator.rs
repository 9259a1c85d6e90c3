//! Texts and files that the generator reads: schemas and dumps of any dialect, `gamedb.toml`, and old files.

use std::path::Path;
use std::sync::OnceLock;

use gamedb_generate::import::{DumpFile, ImportOptions, import};
use gamedb_generate::{
    Config, Dialect, Input, Model, Schema, diagram, emit, explain, read, resolve, sqlite,
};
use rusqlite::Connection;

use super::edits::edited;

/// The game's own schema.
const GAME: &str = include_str!("../../models/schema.sql");

/// Models of a schema, as far as it has some. An error is an answer.
fn models(schema: &Schema, config: &Config) {
    if let Ok(model) = resolve(schema, config) {
        let _ = emit::models(&model, "schema.sql");
        let _ = diagram::diagram(&model, diagram::Format::Svg);
    }
    if let Ok(explanation) = explain::explain(schema, config) {
        let _ = explanation.text();
    }
}

/// A schema or a dump. The first byte chooses the dialect.
pub fn schema(input: &[u8]) {
    let Some((&first, text)) = input.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("schema.sql");
    std::fs::write(&path, text).expect("there is room");
    let dialect = match first % 4 {
        0 => None,
        1 => Some(Dialect::MySql),
        2 => Some(Dialect::Postgres),
        _ => Some(Dialect::Sqlite),
    };
    match read(&input_of(&path, dialect)) {
        Ok((schema, config)) => models(&schema, &config),
        Err(error) => {
            let said = error.to_string();
            assert!(!said.contains("SQLite refuses the translation"), "{said}");
        }
    }
}

fn input_of(path: &Path, dialect: Option<Dialect>) -> Input {
    Input {
        schema: path.to_owned(),
        config: None,
        dialect,
    }
}

/// A `gamedb.toml` for the game's schema.
pub fn config(input: &[u8]) {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| sqlite::read(GAME).expect("the game's schema is right"));
    let text = String::from_utf8_lossy(input);
    if let Ok(config) = Config::parse(&text, "gamedb.toml") {
        models(schema, &config);
    }
}

/// Bytes of a page of the old file.
const PAGE: usize = 4096;

struct Old {
    schema: Schema,
    model: Model,
    file: Vec<u8>,
}

fn old() -> &'static Old {
    static OLD: OnceLock<Old> = OnceLock::new();
    OLD.get_or_init(|| {
        let schema = sqlite::read(GAME).expect("the game's schema is right");
        let model = resolve(&schema, &Config::default()).expect("it has models");
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("old.db");
        let connection = Connection::open(&path).expect("a new file");
        // As an old game had them: without types, rules and keys.
        let rows = "CREATE TABLE players (id, full_name, what_we_call_you, security_token, over_13, year_of_birth, email);
            CREATE TABLE attributes (id, internal_name TEXT, visible, attribute_type, bool_value, double_value);
            CREATE TABLE attribute_owners (id, attribute_id, mobile_id, item_id, asset_id, player_id);
            CREATE TABLE items (id INTEGER PRIMARY KEY, internal_name, max_stack_size, item_type);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                INSERT INTO players SELECT i, 'player ' || i, NULL, x'00ff', i % 3, i * 0.5, i % 30 FROM n;
            INSERT INTO attributes SELECT id, 'luck', 1, 'LUCK', NULL, 1e300 FROM players;
            INSERT INTO attribute_owners SELECT id, id, NULL, NULL, NULL, id FROM players;
            INSERT INTO items SELECT id, 'item ' || id, id - 3, 'WEAPON' FROM players;";
        connection.execute_batch(rows).expect("they are right");
        drop(connection);
        let file = std::fs::read(&path).expect("it is there");
        Old {
            schema,
            model,
            file,
        }
    })
}

/// An old file whose rows are to be copied into a world.
pub fn old_file(input: &[u8]) {
    let Old {
        schema,
        model,
        file,
    } = old();
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let from = folder.path().join("old.db");
    std::fs::write(&from, edited(file, PAGE, input)).expect("there is room");
    let Ok(mut source) = gamedb_generate::import::open(&from, None) else {
        return;
    };
    let options = ImportOptions {
        out: None,
        null_dangling: input.len().is_multiple_of(2),
        ..ImportOptions::default()
    };
    if let Ok(report) = import(&mut *source, schema, model, &options, &mut |_| {}) {
        let _ = report.to_string();
    }
}

/// A dump, the text of another database, whose rows are to be copied into a world. The first byte chooses the dialect, and
/// the second one how much of the text is read at a time.
pub fn dump(input: &[u8]) {
    let [how, chunk, text @ ..] = input else {
        return;
    };
    let Old { schema, model, .. } = old();
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, text).expect("there is room");
    let dialect = match how % 4 {
        0 => None,
        1 => Some(Dialect::MySql),
        2 => Some(Dialect::Postgres),
        _ => Some(Dialect::Sqlite),
    };
    let options = || ImportOptions {
        out: None,
        null_dangling: how & 0x80 != 0,
        ..ImportOptions::default()
    };
    let Ok(mut source) = gamedb_generate::import::open(&path, dialect) else {
        return;
    };
    let whole = import(&mut *source, schema, model, &options(), &mut |_| {});
    let Some(dialect) = dialect else {
        return;
    };
    // Where the text is cut into parts says nothing about its rows.
    let mut source = DumpFile::new(&path, dialect).with_chunk(usize::from(*chunk) + 1);
    let in_parts = import(&mut source, schema, model, &options(), &mut |_| {});
    let said = |result: Result<_, gamedb_generate::import::ImportError>| match result {
        Ok(report) => Ok(gamedb_generate::import::ImportReport::to_string(&report)),
        Err(error) => Err(error.to_string()),
    };
    // Both are SQLite files to `open`: an empty one has no tables.
    if !text.is_empty() && !text.starts_with(b"SQLite format 3\0") {
        assert_eq!(said(in_parts), said(whole), "in parts of {chunk}");
    }
}
