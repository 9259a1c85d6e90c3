//! Files with rows that do not fit: each is refused with table, row and column of all problems, and not a
//! byte of the file changes.

use crate::common::TestFile;
use gamedb::FileError;
use gamedb::ProblemKind;

/// Valid rows, so that each file has a single fault.
const GOOD: &str = "
    INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
    INSERT INTO items VALUES (1, 'iron', NULL, 'RAWMATERIAL', NULL);
    INSERT INTO attributes VALUES (1, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
    INSERT INTO attribute_owners VALUES (1, 1, NULL, NULL, NULL, 1);
    INSERT INTO inventories VALUES (1, 0, NULL, 10, 10.0, 0.0);
    INSERT INTO inventory_owners VALUES (1, 1, NULL, NULL, NULL, 1);
    INSERT INTO inventory_entries VALUES (1, 1, 1, 5.0, 0, NULL);";

/// The problems of a file with the valid rows after these statements: table, id, column and kind.
fn problems(alter: impl FnOnce(String) -> String, statements: &str) -> Vec<String> {
    let file = TestFile::by_hand(alter, &format!("{GOOD}{statements}"));
    match file.refused() {
        FileError::Rows {
            path,
            problems,
            blocks,
        } => {
            assert_eq!(path, file.path());
            assert_eq!(blocks, [], "it has no content hashes");
            problems.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

/// Expects this problem to be listed first; problems of rows that depend on the bad row may follow.
#[track_caller]
fn has_problem(statements: &str, expected: &str) {
    assert_eq!(problems(|ddl| ddl, statements)[0], expected, "{statements}");
}

#[track_caller]
fn has_only_problem(statements: &str, expected: &str) {
    assert_eq!(problems(|ddl| ddl, statements), [expected], "{statements}");
}

#[test]
fn the_good_rows_are_good() {
    let file = TestFile::by_hand(|ddl| ddl, GOOD);
    let db = file.open();
    assert_eq!((db.attributes.len(), db.inventory_entries.len()), (1, 1));
}

#[test]
fn unknown_enum_text() {
    has_problem(
        "UPDATE attributes SET attribute_type = 'CHARM'",
        "attributes row 1, attribute_type: \"CHARM\" is not one of AttributeType",
    );
    has_problem(
        "UPDATE items SET item_type = 'weapon'",
        "items row 1, item_type: \"weapon\" is not one of ItemType",
    );
}

#[test]
fn a_boolean_that_is_neither_0_nor_1() {
    has_problem(
        "UPDATE inventory_entries SET is_max_stacked = 2",
        "inventory_entries row 1, is_max_stacked: has to be 0 or 1, and is 2",
    );
    has_problem(
        "UPDATE attributes SET visible = -1",
        "attributes row 1, visible: has to be 0 or 1, and is -1",
    );
}

/// SQLite accepts any bytes as a text without validation.
#[test]
fn text_that_is_not_utf8() {
    has_problem(
        "UPDATE inventories SET owner_type = CAST(x'61ff62' AS TEXT)",
        "inventories row 1, owner_type: is not valid UTF-8",
    );
}

#[test]
fn dangling_foreign_keys() {
    has_only_problem(
        "UPDATE inventory_entries SET item_id = 77",
        "inventory_entries row 1, item_id: names row 77 of items, which does not exist",
    );
    has_only_problem(
        "UPDATE inventory_entries SET mobile_item_id = 5",
        "inventory_entries row 1, mobile_item_id: names row 5 of mobile_items, which does not exist",
    );
    has_only_problem(
        "INSERT INTO mobiles VALUES (4, 'NPC', 5, NULL, NULL, NULL, '')",
        "mobiles row 4, owner_mobile_id: names row 5 of mobiles, which does not exist",
    );
    has_only_problem(
        "INSERT INTO inventories VALUES (2, 0, NULL, 1, 1.0, NULL);
         INSERT INTO inventory_owners VALUES (2, 2, NULL, NULL, NULL, 1);
         UPDATE inventory_entries SET inventory_id = 3",
        "inventory_entries row 1, inventory_id: names row 3 of inventories, which does not exist",
    );
    has_only_problem(
        "INSERT INTO attribute_owners VALUES (2, 9, NULL, NULL, NULL, 1)",
        "attribute_owners row 2, attribute_id: names row 9 of attributes, which does not exist",
    );
}

/// The pivot row is at fault. Its attribute has an owner, or more than one: reporting it as a row without
/// an owner as well would be misleading.
#[test]
fn a_pivot_row_with_two_owners_or_none_or_one_that_is_gone() {
    let columns = "mobile_id, item_id, asset_id, player_id";
    has_only_problem(
        "UPDATE attribute_owners SET item_id = 1",
        &format!("attribute_owners row 1, {columns}: more than one of them has a value"),
    );
    has_only_problem(
        "UPDATE attribute_owners SET player_id = NULL",
        &format!("attribute_owners row 1, {columns}: none of them has a value, and one has to"),
    );
    has_only_problem(
        "UPDATE attribute_owners SET player_id = 2",
        "attribute_owners row 1, player_id: names row 2 of players, which does not exist",
    );
}

#[test]
fn an_owner_column_that_is_never_used() {
    has_only_problem(
        "INSERT INTO mobiles VALUES (1, 'NPC', NULL, 1, NULL, NULL, '')",
        "mobiles row 1, owner_item_id: has to be NULL, and is 1",
    );
    has_only_problem(
        "INSERT INTO mobiles VALUES (1, 'NPC', NULL, NULL, 3, NULL, '')",
        "mobiles row 1, owner_asset_id: has to be NULL, and is 3",
    );
    has_only_problem(
        "INSERT INTO mobiles VALUES (1, 'NPC', NULL, NULL, NULL, NULL, '');
         INSERT INTO mobiles VALUES (2, 'NPC', 1, NULL, NULL, 1, '')",
        "mobiles row 2, owner_mobile_id, owner_player_id: more than one of them has a value",
    );
    has_only_problem(
        "UPDATE inventory_owners SET asset_id = 7",
        "inventory_owners row 1, asset_id: has to be NULL, and is 7",
    );
}

#[test]
fn an_owned_row_without_a_pivot_row() {
    has_only_problem(
        "DELETE FROM attribute_owners",
        "attributes row 1, id: no row of attribute_owners says whose it is",
    );
    has_only_problem(
        "INSERT INTO inventories VALUES (2, 0, NULL, 10, 10.0, 0.0)",
        "inventories row 2, id: no row of inventory_owners says whose it is",
    );
}

#[test]
fn a_value_that_is_none_or_several_or_two_thirds_of_a_vector() {
    let columns = "bool_value, double_value, vector3_x, vector3_y, vector3_z, asset_id";
    let not_one = "the ones with a value do not make up exactly one";
    has_problem(
        "UPDATE attributes SET double_value = NULL",
        &format!("attributes row 1, {columns}: none of them has a value, and one has to"),
    );
    for change in [
        "asset_id = 4",
        "bool_value = 1",
        "double_value = NULL, vector3_x = 1, vector3_y = 1",
        "vector3_x = 1, vector3_y = 1, vector3_z = 1",
    ] {
        has_problem(
            &format!("UPDATE attributes SET {change}"),
            &format!("attributes row 1, {columns}: {not_one}"),
        );
    }
    has_problem(
        "UPDATE attributes SET double_value = NULL, bool_value = 3",
        "attributes row 1, bool_value: has to be 0 or 1, and is 3",
    );
}

/// Weakens the declaration of a table in `sqlite_schema`, inserts rows that SQLite would refuse, and
/// restores the declaration: the result is a file whose rows violate its own schema.
fn behind_the_declaration(table: &str, declared: &str, weaker: &str, rows: &str) -> TestFile {
    let file = TestFile::by_hand(|ddl| ddl.replacen(declared, weaker, 1), GOOD);
    let writer = file.writer();
    writer
        .execute_batch("PRAGMA ignore_check_constraints = ON")
        .unwrap();
    writer.execute_batch(rows).unwrap();
    let restore = format!(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, '{weaker}', '{declared}') WHERE name = '{table}';
         PRAGMA writable_schema = RESET;"
    );
    writer.execute_batch(&restore).unwrap();
    file
}

fn row_problems(file: &TestFile) -> Vec<String> {
    match file.refused() {
        FileError::Rows { problems, .. } => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn null_in_a_not_null_column() {
    let file = behind_the_declaration(
        "players",
        "full_name        TEXT    NOT NULL",
        "full_name        TEXT            ",
        "UPDATE players SET full_name = NULL",
    );
    assert_eq!(row_problems(&file)[0], "players row 1, full_name: is NULL");
}

#[test]
fn a_text_in_an_integer_column() {
    let file = behind_the_declaration(
        "players",
        "year_of_birth    INTEGER NOT NULL",
        "year_of_birth    TEXT    NOT NULL",
        "UPDATE players SET year_of_birth = 'long ago'",
    );
    assert_eq!(
        row_problems(&file)[0],
        "players row 1, year_of_birth: has to be an integer, and is \"long ago\""
    );
}

/// A file whose UNIQUE does not hold: its index is removed from the schema while the rows are inserted.
fn not_unique(table: &str, column: &str, rows: &str) -> TestFile {
    let file = TestFile::by_hand(|ddl| ddl, GOOD);
    let writer = file.writer();
    let index = format!("sqlite_autoindex_{table}_1");
    let declaration: String = writer
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = ?",
            [table],
            |row| row.get(0),
        )
        .unwrap();
    let page: i64 = writer
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?",
            [&index],
            |row| row.get(0),
        )
        .unwrap();
    let without: Vec<_> = declaration
        .lines()
        .map(|line| {
            if line.trim_start().starts_with(column) {
                line.replacen(" UNIQUE", "", 1)
            } else {
                line.into()
            }
        })
        .collect();
    writer.execute_batch("PRAGMA writable_schema = ON").unwrap();
    writer
        .execute("DELETE FROM sqlite_schema WHERE name = ?", [&index])
        .unwrap();
    let update = "UPDATE sqlite_schema SET sql = ?1 WHERE name = ?2";
    writer
        .execute(update, [&without.join("\n"), table])
        .unwrap();
    writer
        .execute_batch("PRAGMA writable_schema = RESET")
        .unwrap();
    writer.execute_batch(rows).unwrap();
    writer.execute_batch("PRAGMA writable_schema = ON").unwrap();
    writer.execute(update, [&declaration, table]).unwrap();
    let insert = "INSERT INTO sqlite_schema VALUES ('index', ?1, ?2, ?3, NULL)";
    writer.execute(insert, (&index, table, page)).unwrap();
    writer
        .execute_batch("PRAGMA writable_schema = RESET")
        .unwrap();
    file
}

#[test]
fn two_rows_with_one_unique_value() {
    let rows = "INSERT INTO players VALUES (2, 'B', 'B', '', 1, 1815, 'ada@example.com')";
    let file = not_unique("players", "email", rows);
    assert_eq!(
        row_problems(&file),
        ["players row 2, email: row 1 has the same value, which has to be unique"]
    );
}

#[test]
fn two_pivot_rows_for_one_attribute() {
    let rows = "INSERT INTO attribute_owners VALUES (2, 1, NULL, 1, NULL, NULL)";
    let file = not_unique("attribute_owners", "attribute_id", rows);
    assert_eq!(
        row_problems(&file),
        ["attribute_owners row 2, attribute_id: row 1 has the same value, which has to be unique"]
    );
}

#[test]
fn several_problems_are_all_listed() {
    let statements = "
        INSERT INTO items VALUES (2, 'x', NULL, 'x', NULL);
        UPDATE inventory_entries SET quantity = 9, is_max_stacked = 5;
        INSERT INTO attributes VALUES (2, 'a', 7, 'LUCK', 1, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO attributes VALUES (3, 'a', 0, 'LUCK', 1, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO attribute_owners VALUES (2, 2, NULL, NULL, 1, 1);
        INSERT INTO mobiles VALUES (1, 'GOD', NULL, NULL, NULL, NULL, '');
        INSERT INTO mobiles VALUES (2, 'NPC', 8, NULL, NULL, NULL, '');";
    let found = problems(|ddl| ddl, statements);
    for expected in [
        "items row 2, item_type: ",
        "inventory_entries row 1, is_max_stacked: ",
        "attributes row 2, visible: ",
        "attributes row 3, id: ",
        "attribute_owners row 2, ",
        "mobiles row 1, mobile_type: ",
        "mobiles row 2, owner_mobile_id: ",
    ] {
        assert!(
            found.iter().any(|problem| problem.starts_with(expected)),
            "{expected}: {found:#?}"
        );
    }
}

/// Rows that depend on a bad row are not at fault, and are not reported.
#[test]
fn a_bad_row_does_not_make_others_bad() {
    has_only_problem(
        "UPDATE players SET over_13 = 2",
        "players row 1, over_13: has to be 0 or 1, and is 2",
    );
}

#[test]
fn rows_that_name_a_bad_row_are_not_blamed_for_it() {
    let file = TestFile::by_hand(
        |schema| schema,
        "INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 2, 1815, 'ada@example.com');
         INSERT INTO mobiles VALUES (1, 'PLAYER', NULL, NULL, NULL, 1, 'Ada');
         INSERT INTO attributes (id, internal_name, visible, attribute_type, double_value)
             VALUES (1, 'good', 0, 'LUCK', 1.0), (2, 'bad', 0, 'CHARM', 1.0);
         INSERT INTO attribute_owners (id, attribute_id, player_id) VALUES (1, 1, 1), (2, 2, 7);",
    );
    let FileError::Rows { problems, .. } = file.refused() else {
        panic!("the rows were accepted");
    };
    let found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.table, problem.id))
        .collect();
    assert_eq!(
        found,
        [("players", 1), ("attributes", 2), ("attribute_owners", 2)]
    );
    assert!(matches!(
        problems[2].kind,
        ProblemKind::Dangling { id: 7, .. }
    ));
}
