//! Reads the definition of a column, with its constraints.

use sqlparser::tokenizer::Token;

use super::ddl::{DeclaredCheck, DeclaredColumn, DeclaredForeignKey};
use super::types;
use crate::sql::Dialect;
use crate::sql::OnDelete;
use crate::sql::cursor::Cursor;
use crate::sql::tokens::{Piece, join};

/// A column, with the keys and constraints of its definition.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) column: DeclaredColumn,
    pub(crate) primary: bool,
    pub(crate) primary_name: Option<String>,
    pub(crate) unique: bool,
    pub(crate) unique_name: Option<String>,
    /// Whether two rows with NULL are not UNIQUE.
    pub(crate) nulls_equal: bool,
    pub(crate) foreign_keys: Vec<DeclaredForeignKey>,
    pub(crate) checks: Vec<DeclaredCheck>,
    /// Messages about options that are not understood, and left out.
    pub(crate) unknown: Vec<String>,
    /// `FIRST` or `AFTER` a column.
    pub(crate) place: Option<ColumnPosition>,
}

/// Where ALTER TABLE puts a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnPosition {
    First,
    After(String),
}

/// Keywords that end a DEFAULT.
const AFTER_DEFAULT: &[&str] = &[
    "NOT",
    "NULL",
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "COMMENT",
    "ON",
    "COLLATE",
    "GENERATED",
    "AUTO_INCREMENT",
    "DEFERRABLE",
    "INITIALLY",
    "KEY",
    "AFTER",
    "FIRST",
    "CHARACTER",
    "CHARSET",
    "COLUMN_FORMAT",
    "STORAGE",
    "INVISIBLE",
    "VISIBLE",
    "FOREIGN",
    "INDEX",
    "SERIAL",
];

/// Reads the definition of a column, up to its end or to a table constraint, if the comma between them
/// is missing.
pub(crate) fn definition(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let name = cursor.name()?;
    let ty = types::declared(cursor)?;
    let serial = [
        "serial",
        "bigserial",
        "smallserial",
        "serial2",
        "serial4",
        "serial8",
    ];
    let is_serial = serial.contains(&ty.base.as_str());
    let mut definition = Definition {
        unique: is_serial && cursor.is_mysql(),
        column: DeclaredColumn {
            name,
            identity: is_serial,
            not_null: is_serial,
            ty,
            ..DeclaredColumn::default()
        },
        ..Definition::default()
    };
    while !cursor.is_end() && !starts_constraint(cursor) {
        option(cursor, &mut definition);
    }
    Some(definition)
}

/// Reads the options behind the type of a column.
pub(crate) fn options(pieces: &[Piece], dialect: Dialect, column: DeclaredColumn) -> Definition {
    let mut cursor = Cursor::new(pieces, dialect);
    let mut definition = Definition {
        column,
        ..Definition::default()
    };
    while !cursor.is_end() {
        option(&mut cursor, &mut definition);
    }
    definition
}

/// Whether a table constraint starts here, in the middle of a column.
fn starts_constraint(cursor: &Cursor<'_>) -> bool {
    let mut ahead = cursor.clone();
    if ahead.eat("CONSTRAINT") && !ahead.sees(&["CHECK"]) && !key_word(&ahead) {
        ahead.name();
    }
    if ahead.eat_all(&["PRIMARY", "KEY"]) {
        return ahead.opens_after(0);
    }
    if ahead.eat_all(&["FOREIGN", "KEY"]) {
        return true;
    }
    if ahead.eat("UNIQUE") {
        ahead.eat_any(&["KEY", "INDEX"]);
        return ahead.opens_after(0) || ahead.name().is_some() && ahead.opens_after(0);
    }
    if cursor.is_mysql() && ahead.eat_any(&["KEY", "INDEX", "FULLTEXT", "SPATIAL"]) {
        ahead.eat_any(&["KEY", "INDEX"]);
        return ahead.opens_after(0) || ahead.name().is_some() && ahead.opens_after(0);
    }
    false
}

pub(super) fn key_word(cursor: &Cursor<'_>) -> bool {
    let words: [&[&str]; 3] = [&["PRIMARY", "KEY"], &["UNIQUE"], &["FOREIGN", "KEY"]];
    words.iter().any(|words| cursor.sees(words))
}

/// Reads one option of a column.
fn option(cursor: &mut Cursor<'_>, definition: &mut Definition) {
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.sees(&["CHECK"]) && !key_word(cursor) {
        name = cursor.name();
    }
    let mark = cursor.mark();
    let is_read = value_option(cursor, &mut definition.column)
        || text_option(cursor, &mut definition.column)
        || key_option(cursor, definition, name)
        || position_option(cursor, definition)
        // How the database stores or shows it.
        || ignored(cursor);
    if is_read {
        return;
    }
    cursor.back(mark);
    let start = cursor.shown();
    cursor.next();
    cursor.group();
    // Consecutive words that are not understood share a message.
    while !cursor.is_end() && !known(cursor) {
        cursor.next();
        cursor.group();
    }
    definition
        .unknown
        .push(format!("`{start}` is not understood, and left out"));
}

/// Reads an option about the values of a column: NULL, DEFAULT, and what the database computes.
fn value_option(cursor: &mut Cursor<'_>, column: &mut DeclaredColumn) -> bool {
    if cursor.eat_all(&["NOT", "NULL"]) {
        column.not_null = true;
        cursor.eat_all(&["NO", "INHERIT"]);
    } else if cursor.eat("NULL") {
        column.not_null = false;
    } else if cursor.eat("DEFAULT") {
        column.default = Some(default(cursor));
    } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT", "IDENTITY"]) {
        column.identity = true;
        cursor.group();
    } else if cursor.eat_all(&["GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"])
        || cursor.eat_all(&["GENERATED", "ALWAYS", "AS", "IDENTITY"])
    {
        column.identity = true;
        column.not_null = true;
        cursor.group();
    } else if cursor.eat_all(&["GENERATED", "ALWAYS", "AS", "ROW"]) {
        column.generated = Some("the time of the row's version".to_owned());
        cursor.eat_any(&["START", "END"]);
    } else if cursor.eat_all(&["GENERATED", "ALWAYS", "AS"]) || cursor.eat("AS") {
        let expression = cursor.group().map(join).unwrap_or_default();
        column.generated = Some(expression);
        cursor.eat_any(&["VIRTUAL", "STORED", "PERSISTENT"]);
    } else if cursor.eat_all(&["ON", "UPDATE"]) {
        let start = cursor.mark();
        cursor.next();
        cursor.group();
        column.on_update = Some(join(cursor.since(start)));
    } else if cursor.eat_any(&["UNSIGNED", "ZEROFILL"]) {
        column.ty.unsigned = true;
    } else {
        return false;
    }
    true
}

/// Reads a comment, or how texts are compared.
fn text_option(cursor: &mut Cursor<'_>, column: &mut DeclaredColumn) -> bool {
    if cursor.eat("COMMENT") {
        column.comment = cursor.text_value().or(column.comment.take());
    } else if cursor.eat("COLLATE") {
        column.collation = collation(cursor);
    } else if cursor.eat_all(&["CHARACTER", "SET"]) || cursor.eat_any(&["CHARSET", "CHAR SET"]) {
        cursor.eat_token(&Token::Eq);
        let set = cursor.name();
        if set.is_some_and(|set| set.eq_ignore_ascii_case("binary")) {
            column.collation = Some("binary".to_owned());
        }
    } else if cursor.eat("BINARY") {
        column.collation = Some("binary".to_owned());
    } else {
        return false;
    }
    true
}

/// Reads a key or a constraint; `name` is that of its constraint.
fn key_option(cursor: &mut Cursor<'_>, definition: &mut Definition, name: Option<String>) -> bool {
    if cursor.eat_all(&["SERIAL", "DEFAULT", "VALUE"]) {
        definition.column.identity = true;
        definition.column.not_null = true;
        definition.unique = true;
    } else if cursor.eat_all(&["PRIMARY", "KEY"]) || cursor.is_mysql() && cursor.eat("KEY") {
        definition.primary = true;
        definition.primary_name = name;
        cursor.eat_any(&["ASC", "DESC"]);
    } else if cursor.eat("UNIQUE") {
        cursor.eat_any(&["KEY", "INDEX"]);
        definition.unique = true;
        definition.unique_name = name;
        definition.nulls_equal = nulls_equal(cursor);
    } else if cursor.eat("CHECK") {
        definition.checks.extend(check(cursor, name));
    } else if cursor.sees(&["REFERENCES"]) {
        let columns = vec![definition.column.name.clone()];
        let key = references(cursor, name, columns);
        definition.foreign_keys.extend(key);
    } else {
        return false;
    }
    true
}

/// Reads where MySQL puts a column.
fn position_option(cursor: &mut Cursor<'_>, definition: &mut Definition) -> bool {
    if cursor.eat("FIRST") {
        definition.place = Some(ColumnPosition::First);
    } else if cursor.eat("AFTER") {
        definition.place = cursor.name().map(ColumnPosition::After);
    } else {
        return false;
    }
    true
}

/// Whether an option that is understood starts here.
fn known(cursor: &Cursor<'_>) -> bool {
    cursor
        .peek()
        .is_some_and(|piece| AFTER_DEFAULT.iter().any(|word| piece.is(word)) || piece.is("DEFAULT"))
}

fn ignored(cursor: &mut Cursor<'_>) -> bool {
    let bare: [&[&str]; 20] = [
        &["SIGNED"],
        &["ASCII"],
        &["UNICODE"],
        &["BYTE"],
        &["VISIBLE"],
        &["INVISIBLE"],
        &["HIDDEN"],
        &["COMPRESSED"],
        &["VIRTUAL"],
        &["STORED"],
        &["PERSISTENT"],
        &["NOT", "DEFERRABLE"],
        &["DEFERRABLE"],
        &["NOT", "VALID"],
        &["NOT", "ENFORCED"],
        &["ENFORCED"],
        &["NO", "INHERIT"],
        &["WITHOUT", "SYSTEM", "VERSIONING"],
        &["WITH", "SYSTEM", "VERSIONING"],
        &["SPARSE"],
    ];
    if bare.iter().any(|words| cursor.eat_all(words)) {
        return true;
    }
    let with_value = [
        "COLUMN_FORMAT",
        "STORAGE",
        "COMPRESSION",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "SRID",
        "REF_SYSTEM_ID",
        "INITIALLY",
        "ENCODE",
        "CODEC",
    ];
    if cursor.eat_any(&with_value) {
        cursor.eat_token(&Token::Eq);
        cursor.next();
        return true;
    }
    false
}

/// Reads whether NULL is equal to NULL for a UNIQUE.
pub(super) fn nulls_equal(cursor: &mut Cursor<'_>) -> bool {
    !cursor.eat_all(&["NULLS", "DISTINCT"]) && cursor.eat_all(&["NULLS", "NOT", "DISTINCT"])
}

pub(super) fn collation(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.eat_token(&Token::Eq);
    let mark = cursor.mark();
    let name = cursor.path().map(|path| path.name);
    if name.is_none() {
        cursor.back(mark);
        return cursor.text_value();
    }
    name
}

/// Reads the tokens of a DEFAULT.
pub(crate) fn default(cursor: &mut Cursor<'_>) -> Vec<Piece> {
    let mark = cursor.mark();
    let mut cast = false;
    while let Some(piece) = cursor.peek() {
        let first = cursor.mark() == mark;
        if !first && !cast && AFTER_DEFAULT.iter().any(|word| piece.is(word)) {
            break;
        }
        cast = piece.token.token == Token::DoubleColon;
        if cursor.group().is_none() {
            cursor.next();
        }
    }
    cursor.since(mark).to_vec()
}

/// Reads the expression of a CHECK.
pub(super) fn check(cursor: &mut Cursor<'_>, name: Option<String>) -> Option<DeclaredCheck> {
    let pieces = cursor.group()?.to_vec();
    let ignored = cursor.eat_all(&["NOT", "ENFORCED"]);
    cursor.eat("ENFORCED");
    cursor.eat_all(&["NO", "INHERIT"]);
    cursor.eat_all(&["NOT", "VALID"]);
    (!ignored).then_some(DeclaredCheck { name, pieces })
}

/// Reads `REFERENCES t (c) ON DELETE ..`.
pub(super) fn references(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
) -> Option<DeclaredForeignKey> {
    if !cursor.eat("REFERENCES") {
        return None;
    }
    let target = cursor.path()?;
    let target_columns = if cursor.opens_after(0) {
        cursor.names()?
    } else {
        Vec::new()
    };
    let mut key = DeclaredForeignKey {
        name,
        columns,
        target,
        target_columns,
        on_delete: OnDelete::NoAction,
    };
    loop {
        if cursor.eat_all(&["ON", "DELETE"]) {
            key.on_delete = action(cursor);
        } else if cursor.eat_all(&["ON", "UPDATE"]) {
            // ON UPDATE has no effect, because ids never change.
            action(cursor);
        } else if cursor.eat_any(&["MATCH", "INITIALLY"]) {
            cursor.next();
        } else if !(cursor.eat_all(&["NOT", "DEFERRABLE"])
            || cursor.eat("DEFERRABLE")
            || cursor.eat_all(&["NOT", "VALID"])
            || cursor.eat_all(&["NOT", "ENFORCED"])
            || cursor.eat("ENFORCED"))
        {
            return Some(key);
        }
    }
}

fn action(cursor: &mut Cursor<'_>) -> OnDelete {
    let action = if cursor.eat("CASCADE") {
        OnDelete::Cascade
    } else if cursor.eat("RESTRICT") {
        OnDelete::Restrict
    } else if cursor.eat_all(&["SET", "NULL"]) {
        OnDelete::SetNull
    } else if cursor.eat_all(&["SET", "DEFAULT"]) {
        OnDelete::SetDefault
    } else {
        cursor.eat_all(&["NO", "ACTION"]);
        OnDelete::NoAction
    };
    // PostgreSQL can name the columns that are set.
    if matches!(action, OnDelete::SetNull | OnDelete::SetDefault) && cursor.opens_after(0) {
        cursor.group();
    }
    action
}
