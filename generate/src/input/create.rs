//! Reads CREATE TABLE.

use sqlparser::tokenizer::Token;

use super::constraint;
use super::ddl::{DeclaredKey, DeclaredTable, KeyPart};
use super::definition::{self, Definition};
use super::reader::Reader;
use super::split::Statement;
use crate::sql::Dialect;
use crate::sql::create_table::{self, Element};
use crate::sql::cursor::{Cursor, Path, parts};

/// Reads a CREATE TABLE whose keywords up to TABLE are read.
pub(crate) fn table(reader: &mut Reader, statement: &Statement<'_>, mut cursor: Cursor<'_>) {
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let Some(path) = cursor.path() else {
        reader.unreadable(cursor.rest());
        return;
    };
    let mut table = DeclaredTable {
        schema: reader.schema_of(&path),
        name: path.name.clone(),
        ..DeclaredTable::default()
    };
    let there = reader
        .ddl
        .tables
        .iter()
        .any(|known| known.name == table.name && known.schema == table.schema);
    if there {
        if if_not_exists {
            reader.count("CREATE TABLE IF NOT EXISTS of a table that is there");
        } else {
            reader.warn(format!(
                "table {} is created twice; the first one is taken",
                table.name
            ));
        }
        return;
    }
    if cursor.eat_all(&["PARTITION", "OF"]) {
        // The rows of a partition are rows of its table.
        reader.count("partition");
        return;
    }
    if cursor.eat("LIKE") {
        if let Some(of) = cursor.path() {
            like(reader, &of, &mut table, &["ALL"]);
        }
    } else if cursor.opens_after(0) {
        cursor.group();
        let text = create_table::table_text(&statement.text, reader.dialect.parser());
        // `CREATE TABLE a (LIKE b)` and columns alike.
        for element in &text.elements {
            self::element(reader, element, &mut table);
        }
    } else {
        reader.unreadable(cursor.rest());
        return;
    }
    let is_query = options(reader, &mut cursor, &mut table);
    if is_query {
        reader.warn(format!(
            "table {}: the columns that it gets from a query are not known, and left out",
            table.name
        ));
    }
    if table.columns.is_empty() && reader.dialect == Dialect::MySql {
        reader.warn(format!(
            "table {} has no column that can be read",
            table.name
        ));
    }
    if table.comment.is_none() && statement.text.trim_start().starts_with(['-', '#', '/']) {
        let comments = create_table::table_comments(&statement.text, reader.dialect.parser());
        let comment = comments.into_iter().next_back();
        table.comment = comment.and_then(|(_, text)| without_headings(&text));
    }
    reader.ddl.tables.push(table);
}

/// Reads the table's options, behind the columns. Returns whether a query follows (`AS SELECT`).
fn options(reader: &mut Reader, cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> bool {
    while !cursor.is_end() {
        if cursor.eat("INHERITS") {
            for part in cursor.group().map(parts).unwrap_or_default() {
                if let Some(parent) = Cursor::new(part, reader.dialect).path() {
                    inherit(reader, &parent, table);
                }
            }
        } else if cursor.eat("COMMENT") {
            table.comment = cursor
                .text_value()
                .filter(|text| !text.trim().is_empty())
                .or(table.comment.take());
        } else if cursor.eat("AUTO_INCREMENT") {
            table.next_number = next_number(cursor);
        } else if cursor.eat("COLLATE") {
            cursor.eat_token(&Token::Eq);
            table.collation = cursor.name();
        } else if cursor.sees(&["SELECT"]) || cursor.sees(&["AS"]) {
            return true;
        } else if cursor.eat_any(&["PARTITION", "SUBPARTITION"]) {
            // `COMMENT` and `AS` after this are those of a partition.
            return false;
        } else if cursor.group().is_none() {
            cursor.next();
        }
    }
    false
}

/// Reads the number behind AUTO_INCREMENT of a table.
pub(crate) fn next_number(cursor: &mut Cursor<'_>) -> Option<i64> {
    cursor.eat_token(&Token::Eq);
    match &cursor.next()?.token.token {
        Token::Number(number, _) => number.parse().ok(),
        _ => None,
    }
}

/// Reads a column or a constraint into a table.
pub(crate) fn element(reader: &mut Reader, element: &Element, table: &mut DeclaredTable) {
    let mut cursor = Cursor::new(&element.pieces, reader.dialect);
    reader.at(&element.pieces);
    if cursor.eat("LIKE") && !cursor.is_end() {
        if let Some(of) = cursor.path() {
            let mut kinds = Vec::new();
            while cursor.eat_any(&["INCLUDING", "EXCLUDING"]) {
                kinds.extend(cursor.next().map(|piece| piece.text.to_ascii_uppercase()));
            }
            let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
            like(reader, &of, table, &kinds);
        }
        return;
    }
    cursor.back(0);
    if !constraint::is_constraint(&cursor) {
        let Some(mut definition) = definition::definition(&mut cursor) else {
            reader.warn_table(table, constraint::unreadable(&element.pieces));
            return;
        };
        if definition
            .column
            .comment
            .as_deref()
            .is_none_or(|text| text.trim().is_empty())
        {
            definition.column.comment.clone_from(&element.comment);
        }
        add(reader, table, definition);
    }
    // More than one, where commas are missing.
    while !cursor.is_end() {
        let before = cursor.mark();
        if !constraint::is_constraint(&cursor) {
            break;
        }
        if let Err(what) = constraint::constraint(&mut cursor, table) {
            reader.warn_table(table, what);
            return;
        }
        // `USING BTREE COMMENT 'x'`, `USING INDEX TABLESPACE x`, ..
        while !cursor.is_end() && !constraint::is_constraint(&cursor) {
            cursor.next();
        }
        if cursor.mark() == before {
            break;
        }
    }
}

/// Adds a column at its position, with the keys that its definition contains.
pub(crate) fn add(reader: &mut Reader, table: &mut DeclaredTable, definition: Definition) {
    let column = definition.column;
    for what in &definition.unknown {
        reader.warn(format!("column {}.{}: {what}", table.name, column.name));
    }
    if table.columns.iter().any(|known| known.name == column.name) {
        reader.warn(format!(
            "column {}.{} is declared twice; the first one is taken",
            table.name, column.name
        ));
        return;
    }
    if definition.primary {
        table.primary_key = vec![column.name.clone()];
        table.primary_key_name = definition.primary_name;
    }
    if definition.unique {
        table.keys.push(DeclaredKey {
            // MySQL names the index after its column.
            nulls_equal: definition.nulls_equal,
            name: definition.unique_name.or_else(|| {
                let is_mysql = reader.dialect == Dialect::MySql;
                is_mysql.then(|| column.name.clone())
            }),
            unique: true,
            parts: vec![KeyPart::Column(column.name.clone())],
            ..DeclaredKey::default()
        });
    }
    table.foreign_keys.extend(definition.foreign_keys);
    table.checks.extend(definition.checks);
    let at = match definition.place {
        Some(definition::ColumnPosition::First) => 0,
        Some(definition::ColumnPosition::After(other)) => table
            .position(&other)
            .map_or(table.columns.len(), |at| at + 1),
        None => table.columns.len(),
    };
    table.columns.insert(at, column);
}

/// Copies what `LIKE` copies.
fn like(reader: &mut Reader, of: &Path, table: &mut DeclaredTable, kinds: &[&str]) {
    let Some(at) = reader.table(of) else {
        reader.warn(format!(
            "table {} is made LIKE {}, which does not exist",
            table.name, of.name
        ));
        return;
    };
    let of = &reader.ddl.tables[at];
    let has = |kind: &str| kinds.contains(&"ALL") || kinds.contains(&kind);
    for column in &of.columns {
        let mut column = column.clone();
        if !has("DEFAULTS") {
            column.default = None;
        }
        table.columns.push(column);
    }
    if has("INDEXES") {
        table.primary_key.clone_from(&of.primary_key);
        table.keys.extend(of.keys.iter().cloned());
    }
    if has("CONSTRAINTS") {
        table.checks.extend(of.checks.iter().cloned());
    }
    table.collation = table.collation.take().or_else(|| of.collation.clone());
}

/// Puts the columns of a parent before a table's own.
pub(crate) fn inherit(reader: &mut Reader, parent: &Path, table: &mut DeclaredTable) {
    let Some(at) = reader.table(parent) else {
        reader.warn(format!(
            "table {} inherits from {}, which does not exist",
            table.name, parent.name
        ));
        return;
    };
    table.inherits.push(parent.clone());
    let parent = &reader.ddl.tables[at];
    let new = parent
        .columns
        .iter()
        .filter(|column| table.position(&column.name).is_none());
    let mut columns: Vec<_> = new.cloned().collect();
    columns.append(&mut table.columns);
    table.columns = columns;
    table.checks.extend(parent.checks.iter().cloned());
    let note = format!(
        "table {} inherits from {}: it has the columns, and its rows are its own",
        table.name, parent.name
    );
    reader.warn(note);
}

/// A comment without the headings that dump programs write above every table.
fn without_headings(text: &str) -> Option<String> {
    let headings = [
        "Table structure",
        "Dumping structure",
        "Dumping data",
        "Structure for table",
        "Name: ",
    ];
    let said = |line: &&str| {
        let line = line.trim();
        let rule = line.chars().all(|c| "-=*# ".contains(c)) && !line.is_empty();
        !rule && !headings.iter().any(|heading| line.starts_with(heading))
    };
    let text = text.lines().filter(said).collect::<Vec<_>>().join("\n");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
