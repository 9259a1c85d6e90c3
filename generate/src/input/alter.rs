//! Replays ALTER TABLE.

use sqlparser::tokenizer::Token;

use super::constraint;
use super::create;
use super::ddl::DeclaredTable;
use super::definition::{self, ColumnPosition};
use super::reader::Reader;
use super::types;
use crate::sql::create_table::Element;
use crate::sql::cursor::{Cursor, Path, parts, shown};
use crate::sql::tokens::Piece;

/// Replays an ALTER TABLE whose first two words are read.
pub(crate) fn table(reader: &mut Reader, whole: &[Piece], mut cursor: Cursor<'_>) {
    cursor.eat_all(&["IF", "EXISTS"]);
    cursor.eat("ONLY");
    let Some(path) = cursor.path() else {
        reader.unreadable(whole);
        return;
    };
    cursor.eat_token(&Token::Mul);
    let Some(at) = reader.table(&path) else {
        // pg_dump changes the owners of sequences and views with ALTER TABLE too.
        let skipped = [
            "OWNER", "RENAME", "SET", "ENABLE", "DISABLE", "ENGINE", "CLUSTER",
        ];
        if skipped.iter().any(|word| cursor.sees(&[word])) {
            reader.count("ALTER TABLE of something else");
        } else {
            reader.warn(format!(
                "table {} is altered, but does not exist",
                path.name
            ));
        }
        return;
    };
    let mut table = std::mem::take(&mut reader.ddl.tables[at]);
    // An empty table of the same name keeps its index meanwhile: a key may point to its own table.
    reader.ddl.tables[at].schema.clone_from(&table.schema);
    reader.ddl.tables[at].name.clone_from(&table.name);
    let mut renamed = None;
    let mut partitions = Vec::new();
    for part in parts(cursor.rest()) {
        reader.at(part);
        let mut cursor = Cursor::new(part, reader.dialect);
        match change(reader, &mut cursor, &mut table) {
            Change::Done => {}
            Change::Renamed(new) => renamed = Some(new),
            Change::Partition(child) => partitions.push(child),
            Change::Unknown => {
                let what = format!("`{}` is not understood, and left out", shown(part));
                reader.warn_table(&table, what);
            }
        }
    }
    reader.ddl.tables[at] = table;
    if let Some(new) = renamed {
        reader.rename_table(&path, &new);
    }
    for child in partitions {
        // The rows of a partition are rows of its table.
        if let Some(at) = reader.table(&child) {
            reader.ddl.tables.remove(at);
            reader.count("partition");
        }
    }
}

enum Change {
    Done,
    Renamed(Path),
    Partition(Path),
    Unknown,
}

/// First words of changes that do not concern a world.
const SKIPPED: &[&str] = &[
    "OWNER",
    "ENABLE",
    "DISABLE",
    "CLUSTER",
    "REPLICA",
    "SET",
    "RESET",
    "ENGINE",
    "TYPE",
    "AUTO_INCREMENT",
    "DEFAULT",
    "CHARACTER",
    "CHARSET",
    "COLLATE",
    "CONVERT",
    "ORDER",
    "PARTITION",
    "REMOVE",
    "FORCE",
    "LOCK",
    "ALGORITHM",
    "VALIDATE",
    "ROW_FORMAT",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "PACK_KEYS",
    "DELAY_KEY_WRITE",
    "STATS_PERSISTENT",
    "STATS_AUTO_RECALC",
    "TABLESPACE",
    "DISCARD",
    "IMPORT",
    "NO",
    "INHERIT",
    "DETACH",
    "TRUNCATE",
    "COALESCE",
    "REORGANIZE",
    "EXCHANGE",
    "ANALYZE",
    "OPTIMIZE",
    "REBUILD",
    "REPAIR",
    "PAGE_CHECKSUM",
    "TRANSACTIONAL",
    "WITHOUT",
    "WITH",
    "CONNECTION",
    "UNION",
    "INSERT_METHOD",
    "DATA",
    "ENCRYPTION",
    "COMPRESSION",
    "NOT",
    "OF",
    "PERIOD",
];

fn change(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Change {
    if cursor.eat("AUTO_INCREMENT") {
        table.next_number = create::next_number(cursor).or(table.next_number);
        return Change::Done;
    }
    if cursor.eat("ADD") {
        return add(reader, cursor, table);
    }
    if cursor.eat("DROP") {
        return drop(reader, cursor, table);
    }
    if cursor.eat("MODIFY") {
        cursor.eat("COLUMN");
        cursor.eat_all(&["IF", "EXISTS"]);
        let old = cursor.clone().name();
        return redefine(reader, cursor, table, old);
    }
    if cursor.eat("CHANGE") {
        cursor.eat("COLUMN");
        cursor.eat_all(&["IF", "EXISTS"]);
        let old = cursor.name();
        return redefine(reader, cursor, table, old);
    }
    if cursor.eat("RENAME") {
        return rename(reader, cursor, table);
    }
    if cursor.eat("ALTER") {
        return alter_column(reader, cursor, table);
    }
    if cursor.eat_all(&["ATTACH", "PARTITION"]) {
        return cursor.path().map_or(Change::Unknown, Change::Partition);
    }
    if cursor.eat("COMMENT") {
        table.comment = cursor.text_value();
        return Change::Done;
    }
    if cursor.eat("INHERIT") {
        // The table has the parent's columns already: PostgreSQL does not allow INHERIT otherwise.
        return Change::Done;
    }
    if cursor.eat_any(SKIPPED) {
        Change::Done
    } else {
        Change::Unknown
    }
}

fn add(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Change {
    if cursor.sees(&["PARTITION"]) && cursor.is_mysql() {
        return Change::Done;
    }
    let column = cursor.eat("COLUMN");
    cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let elements: Vec<&[Piece]> = if cursor.opens_after(0) {
        cursor.group().map(parts).unwrap_or_default()
    } else {
        vec![cursor.rest()]
    };
    if elements.iter().all(|element| element.is_empty()) {
        return Change::Unknown;
    }
    for pieces in elements {
        let is_constraint = constraint::is_constraint(&Cursor::new(pieces, reader.dialect));
        let there = |name: &String| table.columns.iter().any(|column| column.name == *name);
        let name = Cursor::new(pieces, reader.dialect).name();
        if (column || !is_constraint) && name.as_ref().is_some_and(there) {
            let name = name.unwrap_or_default();
            reader.warn(format!(
                "column {}.{name} is added, but exists already",
                table.name
            ));
            continue;
        }
        let element = Element {
            pieces: pieces.to_vec(),
            comment: None,
        };
        create::element(reader, &element, table);
    }
    Change::Done
}

fn drop(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Change {
    if cursor.eat_all(&["PRIMARY", "KEY"]) {
        table.primary_key.clear();
        return Change::Done;
    }
    if cursor.eat_all(&["FOREIGN", "KEY"]) || cursor.eat_any(&["CONSTRAINT", "CHECK"]) {
        cursor.eat_all(&["IF", "EXISTS"]);
        return match cursor.name() {
            Some(name) => {
                table.drop_constraint(&name);
                Change::Done
            }
            None => Change::Unknown,
        };
    }
    if cursor.is_mysql() && cursor.eat_any(&["INDEX", "KEY"]) {
        cursor.eat_all(&["IF", "EXISTS"]);
        return match cursor.name() {
            Some(name) if name.eq_ignore_ascii_case("PRIMARY") => {
                table.primary_key.clear();
                Change::Done
            }
            Some(name) => {
                table.drop_key(&name);
                Change::Done
            }
            None => Change::Unknown,
        };
    }
    if cursor.is_mysql() && cursor.sees(&["PARTITION"]) {
        return Change::Done;
    }
    cursor.eat("COLUMN");
    let if_exists = cursor.eat_all(&["IF", "EXISTS"]);
    match cursor.name() {
        Some(name) if table.remove_column(&name) || if_exists => Change::Done,
        Some(name) => {
            reader.warn(format!(
                "column {}.{name} is dropped, but does not exist",
                table.name
            ));
            Change::Done
        }
        None => Change::Unknown,
    }
}

/// Gives a column a new definition; keys on it are kept.
fn redefine(
    reader: &mut Reader,
    cursor: &mut Cursor<'_>,
    table: &mut DeclaredTable,
    old: Option<String>,
) -> Change {
    let (Some(old), Some(definition)) = (old, definition::definition(cursor)) else {
        return Change::Unknown;
    };
    let Some(at) = table.position(&old) else {
        reader.warn(format!(
            "column {}.{old} is changed, but does not exist",
            table.name
        ));
        return Change::Done;
    };
    let new = definition.column.name.clone();
    let comment = table.columns[at].comment.take();
    table.rename_column(&old, &new);
    let before = at.checked_sub(1).map(|at| table.columns[at].name.clone());
    let mut definition = definition;
    definition.place = definition.place.or(Some(
        before.map_or(ColumnPosition::First, ColumnPosition::After),
    ));
    definition.column.comment = definition.column.comment.take().or(comment);
    table.columns.remove(at);
    create::add(reader, table, definition);
    Change::Done
}

fn rename(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Change {
    if cursor.eat("CONSTRAINT") || cursor.is_mysql() && cursor.eat_any(&["INDEX", "KEY"]) {
        let old = cursor.name();
        cursor.eat("TO");
        if let (Some(old), Some(new)) = (old, cursor.name()) {
            table.rename_key(&old, &new);
        }
        return Change::Done;
    }
    let column = cursor.eat("COLUMN");
    if !column && cursor.eat_any(&["TO", "AS"]) {
        return cursor.path().map_or(Change::Unknown, Change::Renamed);
    }
    let Some(old) = cursor.path() else {
        return Change::Unknown;
    };
    if !cursor.eat("TO") {
        // MySQL: `RENAME new`.
        return if column {
            Change::Unknown
        } else {
            Change::Renamed(old)
        };
    }
    match cursor.name() {
        Some(new) => {
            if !table.rename_column(&old.name, &new) {
                reader.warn(format!(
                    "column {}.{} is renamed, but does not exist",
                    table.name, old.name
                ));
            }
            for other in &mut reader.ddl.tables {
                let own = other
                    .foreign_keys
                    .iter_mut()
                    .filter(|key| key.target.name == table.name);
                for name in own.flat_map(|key| key.target_columns.iter_mut()) {
                    if name.eq_ignore_ascii_case(&old.name) {
                        name.clone_from(&new);
                    }
                }
            }
            Change::Done
        }
        None => Change::Unknown,
    }
}

fn alter_column(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Change {
    if cursor.is_mysql() && cursor.eat_any(&["INDEX", "CHECK", "CONSTRAINT"]) {
        return Change::Done;
    }
    cursor.eat("CONSTRAINT");
    cursor.eat("COLUMN");
    cursor.eat_all(&["IF", "EXISTS"]);
    let Some(name) = cursor.name() else {
        return Change::Unknown;
    };
    let Some(column) = table.column_mut(&name) else {
        reader.warn(format!(
            "column {}.{name} is altered, but does not exist",
            table.name
        ));
        return Change::Done;
    };
    if cursor.eat_all(&["SET", "DEFAULT"]) {
        column.default = Some(definition::default(cursor));
    } else if cursor.eat_all(&["DROP", "DEFAULT"]) {
        column.default = None;
    } else if cursor.eat_all(&["SET", "NOT", "NULL"]) {
        column.not_null = true;
    } else if cursor.eat_all(&["DROP", "NOT", "NULL"]) {
        column.not_null = false;
    } else if cursor.eat_all(&["DROP", "IDENTITY"]) {
        column.identity = false;
    } else if cursor.eat_all(&["DROP", "EXPRESSION"]) {
        column.generated = None;
    } else if cursor.eat_all(&["ADD", "GENERATED"]) {
        column.identity = true;
        column.not_null = true;
    } else if cursor.eat_all(&["SET", "DATA", "TYPE"]) || cursor.eat("TYPE") {
        match types::declared(cursor) {
            Some(ty) => column.ty = ty,
            None => return Change::Unknown,
        }
    } else {
        // SET STATISTICS, SET STORAGE, SET (..), SET INVISIBLE, RESTART, ..
        return if cursor.eat_any(&["SET", "RESET", "RESTART"]) {
            Change::Done
        } else {
            Change::Unknown
        };
    }
    Change::Done
}
