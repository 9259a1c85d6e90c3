//! Reads the constraints and the indexes of a table.

use super::ddl::{DeclaredKey, DeclaredTable, KeyPart};
use super::definition::{check, collation, key_word, nulls_equal, references};
use crate::sql::cursor::{Cursor, parts, shown, text};
use crate::sql::tokens::{Piece, join};

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
        // In MySQL these keywords are names only when they are quoted.
        return ahead.eat_any(&["KEY", "INDEX", "FULLTEXT", "SPATIAL"])
            || ahead.eat_all(&["PERIOD", "FOR"]);
    }
    ahead.eat("EXCLUDE")
}

/// Reads a table constraint into its table.
///
/// # Errors
/// A message about what cannot be read.
pub(crate) fn constraint(cursor: &mut Cursor<'_>, table: &mut DeclaredTable) -> Result<(), String> {
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
pub(crate) fn key(cursor: &mut Cursor<'_>, unique: bool) -> Option<DeclaredKey> {
    cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let mut key = DeclaredKey {
        unique,
        nulls_equal: nulls_equal(cursor),
        ..DeclaredKey::default()
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
pub(crate) fn key_parts(cursor: &mut Cursor<'_>, key: &mut DeclaredKey) -> Option<()> {
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
        } else if text(piece).is_none() && cursor.path().is_some() {
            // ASC, DESC, NULLS FIRST, or how PostgreSQL compares. `path` advances only where it reads a
            // name, and reads none in `""`: without its answer this loop would not end there.
            cursor.group();
        } else {
            return expression();
        }
    }
    found
}

/// The message for tokens that cannot be read.
pub(crate) fn unreadable(pieces: &[Piece]) -> String {
    format!("`{}` is not understood, and left out", shown(pieces))
}
