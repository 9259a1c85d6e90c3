//! Replays ALTER TYPE.

use super::ddl::NamedKind;
use super::reader::Reader;
use crate::sql::cursor::{Cursor, text};
use crate::sql::tokens::Piece;

/// Replays an ALTER TYPE whose first two words are read.
pub(crate) fn named_type(reader: &mut Reader, whole: &[Piece], mut cursor: Cursor<'_>) {
    let Some(path) = cursor.path() else {
        reader.unreadable(whole);
        return;
    };
    let mut types = reader.ddl.types.iter_mut();
    let Some(ty) = types.find(|ty| ty.name.eq_ignore_ascii_case(&path.name)) else {
        reader.count("ALTER TYPE");
        return;
    };
    let next_text = |cursor: &mut Cursor<'_>| cursor.next().and_then(text);
    if cursor.eat_all(&["RENAME", "TO"]) {
        if let Some(new) = cursor.name() {
            let old = std::mem::replace(&mut ty.name, new.clone());
            let columns = reader
                .ddl
                .tables
                .iter_mut()
                .flat_map(|table| table.columns.iter_mut());
            for column in columns.filter(|column| column.ty.base.eq_ignore_ascii_case(&old)) {
                column.ty.base = new.to_lowercase();
            }
        }
        return;
    }
    let NamedKind::Enum(labels) = &mut ty.kind else {
        reader.count("ALTER TYPE");
        return;
    };
    if cursor.eat_all(&["ADD", "VALUE"]) {
        cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        let Some(new) = next_text(&mut cursor).filter(|new| !labels.contains(new)) else {
            return;
        };
        let before = cursor.eat("BEFORE");
        let after = !before && cursor.eat("AFTER");
        let other = next_text(&mut cursor)
            .and_then(|other| labels.iter().position(|label| *label == other));
        let at = match other {
            Some(at) if before => at,
            Some(at) if after => at + 1,
            _ => labels.len(),
        };
        labels.insert(at, new);
    } else if cursor.eat_all(&["RENAME", "VALUE"]) {
        let old = next_text(&mut cursor);
        cursor.eat("TO");
        if let (Some(old), Some(new)) = (old, next_text(&mut cursor)) {
            for label in labels.iter_mut().filter(|label| **label == old) {
                label.clone_from(&new);
            }
        }
    } else {
        reader.count("ALTER TYPE");
    }
}
