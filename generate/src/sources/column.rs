//! Reads the definition of a column, and the constraints that stand on it or on the table.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, parts, shown, text};
use super::ddl::{Check, Column, ForeignKey, Key, KeyPart, Table};
use super::{Dialect, types};
use crate::ddl_text::{Piece, join};
use crate::schema::OnDelete;

/// A column with what its definition says about keys.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) column: Column,
    pub(crate) primary: bool,
    pub(crate) primary_name: Option<String>,
    pub(crate) unique: bool,
    pub(crate) unique_name: Option<String>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) checks: Vec<Check>,
    /// What was not understood, and is left out.
    pub(crate) unknown: Vec<String>,
    /// `FIRST` or `AFTER` a column.
    pub(crate) place: Option<Place>,
}

/// Where ALTER TABLE puts a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    First,
    After(String),
}

/// Words that a DEFAULT ends before.
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

/// Reads the definition of a column, up to its end or to a table constraint that a comma is missing
/// before.
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
        column: Column {
            name,
            identity: is_serial,
            not_null: is_serial,
            ty,
            ..Column::default()
        },
        ..Definition::default()
    };
    while !cursor.is_end() && !starts_constraint(cursor) {
        option(cursor, &mut definition);
    }
    Some(definition)
}

/// Reads what stands behind the type of a column.
pub(crate) fn options(pieces: &[Piece], dialect: Dialect, column: Column) -> Definition {
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

fn key_word(cursor: &Cursor<'_>) -> bool {
    let words: [&[&str]; 3] = [&["PRIMARY", "KEY"], &["UNIQUE"], &["FOREIGN", "KEY"]];
    words.iter().any(|words| cursor.sees(words))
}

/// Reads one option of a column.
fn option(cursor: &mut Cursor<'_>, definition: &mut Definition) {
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.sees(&["CHECK"]) && !key_word(cursor) {
        name = cursor.name();
    }
    let column = &mut definition.column;
    let mark = cursor.mark();
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
    } else if cursor.eat_all(&["SERIAL", "DEFAULT", "VALUE"]) {
        column.identity = true;
        column.not_null = true;
        definition.unique = true;
    } else if cursor.eat_all(&["PRIMARY", "KEY"]) || cursor.is_mysql() && cursor.eat("KEY") {
        definition.primary = true;
        definition.primary_name = name;
        cursor.eat_any(&["ASC", "DESC"]);
    } else if cursor.eat("UNIQUE") {
        cursor.eat_any(&["KEY", "INDEX"]);
        definition.unique = true;
        definition.unique_name = name;
        nulls_distinct(cursor);
    } else if cursor.eat("CHECK") {
        definition.checks.extend(check(cursor, name));
    } else if cursor.sees(&["REFERENCES"]) {
        let columns = vec![column.name.clone()];
        definition
            .foreign_keys
            .extend(references(cursor, name, columns));
    } else if cursor.eat("COMMENT") {
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
    } else if cursor.eat("FIRST") {
        definition.place = Some(Place::First);
    } else if cursor.eat("AFTER") {
        definition.place = cursor.name().map(Place::After);
    } else if cursor.eat_any(&["UNSIGNED", "ZEROFILL"]) {
        column.ty.unsigned = true;
    } else if ignored(cursor) {
        // How the database stores or shows it.
    } else {
        cursor.back(mark);
        let start = cursor.shown();
        cursor.next();
        cursor.group();
        // One message for a row of words that make no sense.
        while !cursor.is_end() && !known(cursor) {
            cursor.next();
            cursor.group();
        }
        definition
            .unknown
            .push(format!("`{start}` is not understood, and left out"));
    }
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

fn nulls_distinct(cursor: &mut Cursor<'_>) {
    if !cursor.eat_all(&["NULLS", "DISTINCT"]) {
        cursor.eat_all(&["NULLS", "NOT", "DISTINCT"]);
    }
}

fn collation(cursor: &mut Cursor<'_>) -> Option<String> {
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

/// Reads what stands behind CHECK.
fn check(cursor: &mut Cursor<'_>, name: Option<String>) -> Option<Check> {
    let pieces = cursor.group()?.to_vec();
    let ignored = cursor.eat_all(&["NOT", "ENFORCED"]);
    cursor.eat("ENFORCED");
    cursor.eat_all(&["NO", "INHERIT"]);
    cursor.eat_all(&["NOT", "VALID"]);
    (!ignored).then_some(Check { name, pieces })
}

/// Reads `REFERENCES t (c) ON DELETE ..`.
fn references(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
) -> Option<ForeignKey> {
    if !cursor.eat("REFERENCES") {
        return None;
    }
    let target = cursor.path()?;
    let target_columns = if cursor.opens_after(0) {
        cursor.names()?
    } else {
        Vec::new()
    };
    let mut key = ForeignKey {
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
            // Ids never change.
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

/// Whether a table constraint starts here, where an element starts.
pub(crate) fn is_constraint(cursor: &Cursor<'_>) -> bool {
    let mut ahead = cursor.clone();
    if ahead.eat("CONSTRAINT") {
        return true;
    }
    if ahead.eat("CHECK") {
        return ahead.opens_after(0);
    }
    if ahead.eat("UNIQUE")
        || ahead.eat_all(&["PRIMARY", "KEY"])
        || ahead.eat_all(&["FOREIGN", "KEY"])
    {
        return true;
    }
    if ahead.is_mysql() {
        // These are no names in MySQL, unless they are quoted.
        return ahead.eat_any(&["KEY", "INDEX", "FULLTEXT", "SPATIAL"])
            || ahead.eat_all(&["PERIOD", "FOR"]);
    }
    ahead.eat("EXCLUDE")
}

/// Reads a table constraint into its table; what cannot be read is given back in words.
pub(crate) fn constraint(cursor: &mut Cursor<'_>, table: &mut Table) -> Result<(), String> {
    let whole = cursor.shown();
    let unreadable = || format!("`{whole}` is not understood, and left out");
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.sees(&["CHECK"]) && !key_word(cursor) {
        name = cursor.name();
    }
    if cursor.eat_all(&["PRIMARY", "KEY"]) {
        let key = key(cursor, false).ok_or_else(unreadable)?;
        let columns: Option<Vec<String>> = key
            .parts
            .iter()
            .map(|part| part.column().map(str::to_owned))
            .collect();
        table.primary_key = columns.ok_or_else(unreadable)?;
        table.primary_key_name = name;
    } else if cursor.eat("UNIQUE") {
        cursor.eat_any(&["KEY", "INDEX"]);
        let mut key = key(cursor, true).ok_or_else(unreadable)?;
        key.name = key.name.or(name);
        table.keys.push(key);
    } else if cursor.eat("CHECK") {
        table.checks.extend(check(cursor, name));
    } else if cursor.eat_all(&["FOREIGN", "KEY"]) {
        if !cursor.opens_after(0) {
            let own = cursor.name();
            name = name.or(own);
        }
        let columns = cursor.names().ok_or_else(unreadable)?;
        let key = references(cursor, name, columns).ok_or_else(unreadable)?;
        table.foreign_keys.push(key);
    } else if cursor.is_mysql() && cursor.eat_any(&["FULLTEXT", "SPATIAL"]) {
        return Err(format!("`{whole}` is left out: a world has no such index"));
    } else if cursor.is_mysql() && cursor.eat_any(&["KEY", "INDEX"]) {
        let key = key(cursor, false).ok_or_else(unreadable)?;
        table.keys.push(key);
    } else if cursor.eat("EXCLUDE") {
        return Err(format!("`{whole}` is left out: a world cannot keep it"));
    } else {
        return Err(unreadable());
    }
    Ok(())
}

/// Reads an index: `[name] [USING BTREE] (a, b(20) DESC) ..`, and what may stand behind it.
pub(crate) fn key(cursor: &mut Cursor<'_>, unique: bool) -> Option<Key> {
    cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    nulls_distinct(cursor);
    let mut key = Key {
        unique,
        ..Key::default()
    };
    if !cursor.opens_after(0) && !cursor.sees(&["USING"]) {
        key.name = Some(cursor.name()?);
    }
    if cursor.eat_any(&["USING", "TYPE"]) {
        cursor.next();
    }
    key_parts(cursor, &mut key)?;
    Some(key)
}

/// Reads the columns of an index.
pub(crate) fn key_parts(cursor: &mut Cursor<'_>, key: &mut Key) -> Option<()> {
    let inside = cursor.group()?;
    for part in parts(inside) {
        key.parts.push(key_part(part, cursor, &mut key.collation));
    }
    (!key.parts.is_empty()).then_some(())
}

fn key_part(part: &[Piece], of: &Cursor<'_>, own: &mut Option<String>) -> KeyPart {
    let expression = || KeyPart::Expression(join(part));
    let mut cursor = Cursor::new(part, of.dialect());
    let Some(name) = cursor.name() else {
        return expression();
    };
    let mut found = KeyPart::Column(name.clone());
    if let Some(inside) = cursor.group() {
        let length = match inside {
            [only] if cursor.is_mysql() => only.text.parse().ok(),
            _ => None,
        };
        match length {
            Some(length) => found = KeyPart::Prefix(name, length),
            None => return expression(),
        }
    }
    while let Some(piece) = cursor.peek() {
        if cursor.eat("COLLATE") {
            *own = own.take().or(collation(&mut cursor));
        } else if piece.name().is_some() && text(piece).is_none() {
            // ASC, DESC, NULLS FIRST, or how PostgreSQL compares.
            cursor.path();
            cursor.group();
        } else {
            return expression();
        }
    }
    found
}

/// A message for what a list of columns has that cannot be read.
pub(crate) fn unreadable(pieces: &[Piece]) -> String {
    format!("`{}` is not understood, and left out", shown(pieces))
}
