//! Changes of a schema that would have rows carry the values, or name the rows, of others: none of them is safe, and
//! each lists its rows.

use gamedb::{Consent, MigrationError, Safety};
use rusqlite::types::Value::Integer;

use super::{SqlFile, text};

/// Asserts that a person has to decide, whatever else is agreed to, and returns the steps that say so.
#[track_caller]
pub(super) fn by_hand(file: &SqlFile, schema: &str) -> Vec<String> {
    let all = file.plan(schema);
    assert_eq!(all.safety(), Safety::ByHand, "{all}");
    let names = all.steps().iter().map(gamedb::Step::name);
    let consent = names.fold(Consent::new().lossy(), Consent::drop);
    match file.refused(schema, &consent) {
        MigrationError::NotAllowed { steps } => steps.iter().map(ToString::to_string).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_column_that_becomes_the_primary_key_does_not_lose_its_values() {
    let expected = "by hand     players.account: renamed from id: 2 rows (id 1, 2); rows keep their ids, so the values of \
        \"account\" would be lost; leave \"id\" the primary key, or give the rows other ids in a script first: \
        `UPDATE \"players\" SET \"id\" = \"account\"`, and the columns that name them";
    let old = |account: &str, values: &str| {
        SqlFile::new(&format!(
            "CREATE TABLE players (id INTEGER PRIMARY KEY, account {account}) STRICT; INSERT INTO players VALUES {values};"
        ))
    };
    let new = |columns: &str| format!("CREATE TABLE players ({columns}) STRICT;");
    for columns in [
        "account INTEGER PRIMARY KEY",
        "account INTEGER PRIMARY KEY, id INTEGER NOT NULL",
        "Account INTEGER PRIMARY KEY",
    ] {
        let file = old("INTEGER NOT NULL", "(1, 500), (2, 700)");
        let steps = by_hand(&file, &new(columns)).join("\n");
        assert_eq!(steps.to_lowercase(), expected.to_lowercase(), "{columns}");
    }
    let file = old("TEXT", "(1, 'alice'), (2, 'bob')");
    assert_eq!(
        by_hand(&file, &new("account INTEGER PRIMARY KEY")),
        [expected]
    );
    // A rename of the id to another column is no other question.
    let file = old("INTEGER NOT NULL", "(1, 500), (2, 700)");
    let renamed = new("uid INTEGER PRIMARY KEY -- @renamed from=account\n");
    let expected = expected.replacen("players.account", "players.uid", 1);
    assert_eq!(by_hand(&file, &renamed), [expected]);
    // What is declared by the old name of the id is no loss.
    let free = new("uid INTEGER PRIMARY KEY, -- @renamed from=id\n account INTEGER NOT NULL");
    assert_eq!(file.plan(&free).safety(), Safety::Safe);

    // With the ids that the script gives, nothing is lost; the next id is above them.
    let schema = new("account INTEGER PRIMARY KEY");
    let script = "UPDATE players SET id = account WHERE id = 1;";
    let partly = file.refused(&schema, &Consent::new().script(script));
    assert!(partly.to_string().contains("1 row (id 2)"), "{partly}");
    let script = Consent::new().script("UPDATE players SET id = account;");
    file.migrate(&schema, &script).unwrap();
    assert_eq!(
        file.rows("SELECT account FROM players"),
        [[Integer(500)], [Integer(700)]]
    );
}

#[test]
fn a_table_of_which_no_column_is_the_id_any_more_is_refused() {
    let file = SqlFile::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL, a INTEGER, b INTEGER) STRICT;
         INSERT INTO players VALUES (1, 'alice', 7, 8);",
    );
    for columns in [
        "name TEXT PRIMARY KEY, id INTEGER, a INTEGER, b INTEGER",
        "id INTEGER, name TEXT, a INTEGER, b INTEGER, PRIMARY KEY (a, b)",
        "name TEXT NOT NULL",
    ] {
        let steps = by_hand(&file, &format!("CREATE TABLE players ({columns}) STRICT;"));
        assert_eq!(
            steps,
            [
                "by hand     players: has no INTEGER PRIMARY KEY in the schema, so its rows would lose their ids; declare one"
            ]
        );
    }
    assert_eq!(file.rows("SELECT name FROM players"), [[text("alice")]]);
}

/// The rows of `a (id, hp)` in the file, and what a schema makes of them.
fn health() -> SqlFile {
    SqlFile::new(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;
         INSERT INTO users VALUES (1, 7), (2, 30);",
    )
}

#[test]
fn a_rename_behind_the_end_of_its_statement_is_followed() {
    let file = health();
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT; -- @renamed from=users\n";
    assert_eq!(
        file.steps(schema),
        ["safe        players: renamed from users"]
    );
    file.migrate(schema, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT sum(hp) FROM players"), [[Integer(37)]]);
}

#[test]
fn a_table_that_is_renamed_from_nothing_does_not_leave_the_rows_of_another_behind() {
    let body = "(id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;";
    let file = health();
    let schema = format!("-- @renamed from=user\nCREATE TABLE players {body}");
    assert_eq!(
        by_hand(&file, &schema),
        [
            "by hand     players: the comment that it is renamed from user is not followed, because the file has no table user: \
          2 rows (id 1, 2); these are the rows of users; correct the old name user, or let a script rename the table \
          (`ALTER TABLE .. RENAME TO ..`) or what is left over be dropped by name, if the new table is another one"
        ]
    );
    // Where no table is left over, there is nothing that could be meant.
    let both = format!("CREATE TABLE users {body} {schema}");
    assert_eq!(file.plan(&both).safety(), Safety::Safe);
    // The comment belongs to nothing, or cannot be read.
    for comment in [
        "-- @renamed from=users\n",
        "-- @renamed users\n",
        "-- @rename from=users\n",
    ] {
        let schema = format!("CREATE TABLE players {body}\n{comment}");
        let steps = by_hand(&file, &schema);
        assert!(
            steps[0].starts_with("by hand     schema: the comment that it is renamed from "),
            "{steps:?}"
        );
    }
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER, CHECK (hp > 0) -- @renamed from=users\n) STRICT;";
    let steps = by_hand(&file, schema);
    assert!(
        steps[0].contains("the schema has no such column"),
        "{steps:?}"
    );
}

#[test]
fn tables_that_are_renamed_in_a_chain_or_from_a_name_that_is_there_are_refused() {
    let table = |name: &str, from: &str| {
        format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, x INTEGER) STRICT; -- {from}\n")
    };
    let file = SqlFile::new(&format!(
        "{}{}INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (2, 2), (3, 3);",
        table("a", ""),
        table("b", "")
    ));
    let of = |steps: &[String], name: &str| {
        let begin = format!("by hand     {name}: the comment that it is renamed from ");
        steps.iter().any(|step| step.starts_with(&begin))
    };
    let chain = table("b", "@renamed from=a") + &table("c", "@renamed from=b");
    let steps = by_hand(&file, &chain);
    assert!(of(&steps, "b") && of(&steps, "c"), "{steps:?}");
    assert!(
        steps[0].contains("the file has both tables, and b stays what it is: 1 row (id 1)"),
        "{steps:?}"
    );
    assert!(
        steps[1].contains("the schema has a table b too: 2 rows (id 2, 3)"),
        "{steps:?}"
    );
    let ring = table("b", "@renamed from=a") + &table("a", "@renamed from=b");
    let steps = by_hand(&file, &ring);
    assert!(of(&steps, "a") && of(&steps, "b"), "{steps:?}");
    let twice = table("d", "@renamed from=a") + &table("c", "@renamed from=a");
    let steps = by_hand(&file, &twice);
    assert!(of(&steps, "c") && of(&steps, "d"), "{steps:?}");
    // One after the other they are done, and what is done is no question.
    let first = table("a", "") + &table("c", "@renamed from=b");
    file.migrate(&first, &Consent::new()).unwrap();
    let second = table("b", "@renamed from=a") + &table("c", "");
    file.migrate(&second, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT x FROM c"), [[Integer(2)], [Integer(3)]]);
    assert_eq!(file.rows("SELECT x FROM b"), [[Integer(1)]]);
}

#[test]
fn columns_that_are_renamed_in_a_ring_or_a_chain_or_beside_a_new_one_are_refused() {
    let old = "CREATE TABLE p (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO p VALUES (1, 5, 6), (2, NULL, 8);"
    ));
    let new =
        |columns: &str| format!("CREATE TABLE p (id INTEGER PRIMARY KEY,\n{columns}\n) STRICT;");
    let cases = [
        // A ring looks the same before and after it.
        (
            "x INTEGER, -- @renamed from=y\ny INTEGER -- @renamed from=x",
            vec![
                "by hand     p.x: the comment that it is renamed from y is not followed, because the table has a column y too: \
                 2 rows (id 1, 2); remove the comment if that is done; otherwise migrate first to a schema in which \
                 nothing else is called, or was called, y",
                "by hand     p.y: the comment that it is renamed from x is not followed, because the table has a column x too: \
                 1 row (id 1); ",
            ],
        ),
        (
            "y INTEGER, -- @renamed from=x\nz INTEGER -- @renamed from=y",
            vec![
                "by hand     p.z: the comment that it is renamed from y is not followed, because the table has a column y too: ",
            ],
        ),
        (
            "y INTEGER, health INTEGER DEFAULT 1, -- @renamed from=x\nx INTEGER",
            vec![
                "by hand     p.health: the comment that it is renamed from x is not followed, because the table has a column x too: ",
            ],
        ),
        (
            "a INTEGER, -- @renamed from=x\nb INTEGER, -- @renamed from=x\ny INTEGER",
            vec![
                "by hand     p.a: the comment that it is renamed from x is not followed, because b is renamed from it too: ",
                "by hand     p.b: the comment that it is renamed from x is not followed, because a is renamed from it too: ",
            ],
        ),
    ];
    for (columns, expected) in cases {
        let schema = new(columns);
        let steps = by_hand(&file, &schema);
        assert_eq!(steps.len(), expected.len(), "{steps:?}");
        for (step, expected) in steps.iter().zip(expected) {
            assert!(step.starts_with(expected), "{step}\n{expected}");
        }
        // What the comment says already is not advised.
        let steps = file.steps(&schema);
        assert!(
            !steps
                .iter()
                .any(|step| step.contains("write `-- @renamed from=x`"))
        );
    }
    // What was renamed before is no question, and neither is a rename that only changes case.
    let done = new("x INTEGER, -- @renamed from=X\ny INTEGER -- @renamed from=old_y");
    assert_eq!(file.steps(&done), [""; 0]);
}

#[test]
fn an_old_name_that_no_column_has_is_answered_by_what_is_left_over() {
    let file = SqlFile::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, x INTEGER, none INTEGER) STRICT; INSERT INTO p VALUES (1, 5, NULL);",
    );
    let schema = "CREATE TABLE p (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 1 -- @renamed from=xx\n) STRICT;";
    let expected = "by hand     p.a: the comment that it is renamed from xx is not followed, because the file has no column xx: \
        1 row (id 1); the values of x are left over: correct the old name xx, write `-- @fill` in a script, or let them be \
        dropped by name, if the column is a new one";
    assert!(
        file.steps(schema).contains(&expected.to_owned()),
        "{:?}",
        file.steps(schema)
    );
    file.refused(schema, &Consent::new().lossy());
    file.refused(schema, &Consent::new().lossy().drop("p.a"));
    // A file that has skipped a version is migrated by one who agrees to what is dropped, or says where values come from.
    let fill = Consent::new().script("-- @fill p.a = x * 10").drop("p.x");
    let (skipped, filled) = (file.copy(), file.copy());
    skipped
        .migrate(schema, &Consent::new().drop("p.x"))
        .unwrap();
    assert_eq!(skipped.rows("SELECT a FROM p"), [[Integer(1)]]);
    filled.migrate(schema, &fill).unwrap();
    assert_eq!(filled.rows("SELECT a FROM p"), [[Integer(50)]]);
    // What has no values means nothing.
    file.connection()
        .execute("UPDATE p SET x = NULL", [])
        .unwrap();
    assert_eq!(file.plan(schema).safety(), Safety::Safe);
}

#[test]
fn an_old_name_that_no_table_has_says_nothing_of_tables_that_are_unlike() {
    let file = SqlFile::new(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, said TEXT) STRICT; INSERT INTO audit VALUES (1, 'x');",
    );
    let schema =
        "CREATE TABLE guilds (id INTEGER PRIMARY KEY, name TEXT) STRICT; -- @renamed from=clans\n";
    assert_eq!(file.plan(schema).safety(), Safety::Safe);
    // One that is alike is dropped by consent, or renamed by a script.
    let alike = schema.replace("name TEXT", "said TEXT");
    let (dropped, renamed) = (file.copy(), file.copy());
    by_hand_alone(&file, &alike);
    dropped
        .migrate(&alike, &Consent::new().drop("audit"))
        .unwrap();
    assert_eq!(dropped.rows("SELECT * FROM guilds").len(), 0);
    let script = Consent::new().script("ALTER TABLE audit RENAME TO guilds");
    renamed.migrate(&alike, &script).unwrap();
    assert_eq!(renamed.rows("SELECT * FROM guilds").len(), 1);
}

#[track_caller]
fn by_hand_alone(file: &SqlFile, schema: &str) {
    assert_eq!(file.plan(schema).safety(), Safety::ByHand);
    file.refused(schema, &Consent::new().lossy());
}

/// The comment stays in the schema for years, and its old name is used again.
#[test]
fn a_rename_that_is_done_is_no_question_when_its_old_name_is_used_again() {
    let first = "CREATE TABLE p (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;";
    let second =
        "CREATE TABLE p (id INTEGER PRIMARY KEY, health INTEGER -- @renamed from=hp\n) STRICT;";
    let third = second.replace(
        "INTEGER -- @renamed from=hp\n",
        "INTEGER, -- @renamed from=hp\nhp INTEGER DEFAULT 3",
    );
    let file = SqlFile::new(&format!("{first} INSERT INTO p VALUES (1, 5);"));
    let oldest = file.copy();
    file.migrate(second, &Consent::new()).unwrap();
    file.migrate(&third, &Consent::new()).unwrap();
    assert_eq!(
        file.rows("SELECT health, hp FROM p"),
        [[Integer(5), Integer(3)]]
    );
    assert_eq!(file.steps(&third), [""; 0]);
    by_hand_alone(&oldest, &third);

    // The same of tables.
    let first = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let second = "CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT; -- @renamed from=a\n";
    let third = format!("{second}{first}");
    let file = SqlFile::new(&format!("{first} INSERT INTO a VALUES (7);"));
    let oldest = file.copy();
    file.migrate(second, &Consent::new()).unwrap();
    file.migrate(&third, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT id FROM b"), [[Integer(7)]]);
    assert_eq!(file.steps(&third), [""; 0]);
    by_hand_alone(&oldest, &third);
}

#[test]
fn a_key_to_another_table_is_a_matter_for_a_person_although_ids_are_there() {
    let old = "CREATE TABLE p (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE m (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE i (id INTEGER PRIMARY KEY, holder INTEGER REFERENCES p (id)) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO p VALUES (1), (2); INSERT INTO m VALUES (1), (7);
         INSERT INTO i VALUES (4, 1), (5, NULL), (6, 2);"
    ));
    let schema = old.replace("REFERENCES p", "REFERENCES m");
    assert_eq!(
        by_hand(&file, &schema),
        [
            "by hand     i.holder: new FOREIGN KEY (holder) REFERENCES m: 2 rows (id 4, 6); they name rows of p, and would name those \
          of m that have the same values; write `-- @fill i.holder = <expression>` in a script"
        ]
    );
    // A table that takes the name of a renamed one is another table.
    let renamed = old
        .replace(
            "CREATE TABLE p (",
            "CREATE TABLE heroes ( -- @renamed from=q\n",
        )
        .replace("CREATE TABLE m (", "CREATE TABLE q (");
    let other = SqlFile::new(&format!(
        "{} INSERT INTO q VALUES (1); INSERT INTO m VALUES (1); INSERT INTO i VALUES (4, 1);",
        old.replace("CREATE TABLE p", "CREATE TABLE q")
            .replace("REFERENCES p", "REFERENCES q")
    ));
    let moved = renamed.replace("REFERENCES p", "REFERENCES q");
    assert_eq!(other.plan(&moved).safety(), Safety::ByHand);
    // A second key beside the first one takes nothing away: what does not fit it is listed as ever.
    let both = old.replace("REFERENCES p (id)", "REFERENCES p (id) REFERENCES m (id)");
    let steps = file.steps(&both);
    assert!(
        steps[0].starts_with(
            "lossy       i.holder: new FOREIGN KEY (holder) REFERENCES m: 1 row (id 6)"
        ),
        "{steps:?}"
    );

    let fill =
        Consent::new().script("-- @fill i.holder = CASE holder WHEN 1 THEN 7 WHEN 2 THEN 1 END");
    file.migrate(&schema, &fill).unwrap();
    assert_eq!(
        file.rows("SELECT holder FROM i WHERE id = 4"),
        [[Integer(7)]]
    );
}

#[test]
fn a_key_of_several_columns_that_names_other_rows_is_one_too() {
    let old = "CREATE TABLE p (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, UNIQUE (a, b), UNIQUE (b, a)) STRICT;
        CREATE TABLE m (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, UNIQUE (a, b)) STRICT;
        CREATE TABLE i (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER, FOREIGN KEY (x, y) REFERENCES p (a, b)) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO p VALUES (1, 5, 6), (2, 6, 5), (3, 8, 8); INSERT INTO m SELECT * FROM p;
         INSERT INTO i VALUES (1, 5, 6), (2, 8, 8), (3, NULL, 6);"
    ));
    let steps = by_hand(
        &file,
        &old.replace("REFERENCES p (a, b)", "REFERENCES m (a, b)"),
    );
    assert!(
        steps[0].contains("2 rows (id 1, 2); they name rows of p"),
        "{steps:?}"
    );
    let schema = old.replace("REFERENCES p (a, b)", "REFERENCES p (b, a)");
    let steps = by_hand(&file, &schema);
    assert!(
        steps[0].contains("1 row (id 1); they name other rows than before, or none"),
        "{steps:?}"
    );
    assert_eq!(followed(&file, &schema, &steps[0]), [[1, 6, 5], [2, 8, 8]]);
}

/// Writes the script that a step advises, and returns the rows of `i` that name others.
#[track_caller]
fn followed(file: &SqlFile, schema: &str, step: &str) -> Vec<Vec<i64>> {
    let lines = step.split('`').filter(|part| part.starts_with("-- @fill"));
    let script: Vec<_> = lines.collect();
    file.migrate(schema, &Consent::new().script(script.join("\n")))
        .unwrap();
    let named = file.rows("SELECT * FROM i ORDER BY id");
    let ids = named.into_iter().map(|row| {
        let values = row.into_iter().map(|value| match value {
            Integer(value) => Some(value),
            _ => None,
        });
        values.collect::<Option<Vec<i64>>>()
    });
    ids.flatten().collect()
}

#[test]
fn the_advice_for_a_key_by_another_column_names_the_right_rows_when_followed() {
    // Both columns have the same name.
    let old = "CREATE TABLE p (id INTEGER PRIMARY KEY, code INTEGER NOT NULL UNIQUE) STRICT;
        CREATE TABLE i (id INTEGER PRIMARY KEY, code INTEGER REFERENCES p (code)) STRICT;";
    let rows = "INSERT INTO p VALUES (1, 500), (2, 700); INSERT INTO i VALUES (1, 700), (2, 700);";
    let file = SqlFile::new(&format!("{old} {rows}"));
    let schema = old.replace("p (code)", "p (id)");
    let steps = by_hand(&file, &schema);
    assert_eq!(
        steps,
        [
            "by hand     i.code: new FOREIGN KEY (code) REFERENCES p: 2 rows (id 1, 2); they name other rows than before, or none; write \
          `-- @fill i.code = (SELECT gamedb_target.\"id\" FROM \"p\" AS gamedb_target WHERE gamedb_target.\"code\" = \"i\".\"code\")` \
          in a script"
        ]
    );
    assert_eq!(followed(&file, &schema, &steps[0]), [[1, 2], [2, 2]]);

    // The same with other names for tables and columns in the schema, of which the script cannot know.
    let file = SqlFile::new(&format!(
        "{} {}",
        old.replace("TABLE i", "TABLE \"old i\""),
        rows.replace("INTO i", "INTO \"old i\"")
    ));
    let renamed = "CREATE TABLE q (id INTEGER PRIMARY KEY, -- @renamed from=id\n name INTEGER NOT NULL UNIQUE -- @renamed from=code\n) STRICT; -- @renamed from=p
        CREATE TABLE \"old i\" (id INTEGER PRIMARY KEY, place INTEGER REFERENCES q (id) -- @renamed from=code\n) STRICT;";
    let steps = by_hand(&file, renamed);
    assert!(
        steps[0].contains("WHERE gamedb_target.\"code\" = \"old i\".\"code\""),
        "{steps:?}"
    );
    let script = "-- @fill old i.place = (SELECT gamedb_target.\"id\" FROM \"p\" AS gamedb_target WHERE gamedb_target.\"code\" = \"old i\".\"code\")";
    assert!(steps[0].contains(script), "{steps:?}");
    file.migrate(renamed, &Consent::new().script(script))
        .unwrap();
    assert_eq!(
        file.rows("SELECT place FROM \"old i\""),
        [[Integer(2)], [Integer(2)]]
    );

    // A table that names its own rows.
    let old = "CREATE TABLE i (id INTEGER PRIMARY KEY, code INTEGER NOT NULL UNIQUE, parent INTEGER NOT NULL REFERENCES i (code)) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO i VALUES (1, 500, 700), (2, 700, 500);"
    ));
    let schema = old.replace("i (code)", "i (id)");
    let steps = by_hand(&file, &schema);
    assert_eq!(
        followed(&file, &schema, &steps[0]),
        [[1, 500, 2], [2, 700, 1]]
    );
}
