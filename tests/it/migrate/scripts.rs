//! The directives of a script: each of them is followed, or refused.

use gamedb::{Consent, MigrationError};
use rusqlite::types::Value::Integer;

use super::SqlFile;

const OLD: &str = "CREATE TABLE a (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT; INSERT INTO a VALUES (1, 70);";

const NEW: &str = "CREATE TABLE a (
    id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, level INTEGER NOT NULL DEFAULT 1
) STRICT;";

#[test]
fn a_directive_is_followed_however_it_is_written() {
    for script in [
        "-- @fill a.level = hp / 10",
        "--@fill a.level = hp / 10",
        "\u{feff}-- @fill a.level = hp / 10",
        "UPDATE a SET hp = 70; -- @fill a.level = hp / 10",
        "--\t@fill  A . Level=hp / 10;\r\n",
    ] {
        let file = SqlFile::new(OLD);
        file.migrate(NEW, &Consent::new().script(script)).unwrap();
        assert_eq!(file.rows("SELECT level FROM a"), [[Integer(7)]], "{script}");
    }
}

#[test]
fn a_directive_that_is_not_followed_is_refused() {
    for (script, expected) in [
        ("-- @fill a.level = 1\n-- @fill a.level = 2", 2),
        ("SELECT 1;\n/* @fill a.level = hp / 10 */", 2),
        ("/*\n-- @fill a.level = hp / 10\n*/", 2),
        ("--@filll a.level = hp / 10", 1),
    ] {
        let file = SqlFile::new(OLD);
        let error = file.refused(NEW, &Consent::new().script(script));
        assert!(
            matches!(error, MigrationError::Script { line, .. } if line == expected),
            "{script}: {error}"
        );
    }
    // The guard is one also behind the mark of the text's encoding.
    let file = SqlFile::new(OLD);
    for script in ["\u{feff}-- @from 1f", "--@to 1f"] {
        let error = file.refused(NEW, &Consent::new().script(script));
        assert!(
            matches!(error, MigrationError::OtherSchemas { expected: 0x1f, .. }),
            "{script}: {error}"
        );
    }
}
