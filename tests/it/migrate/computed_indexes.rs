//! Indexes with an expression or a WHERE. A world with one that its schema does not have is not opened, and no value is
//! lost with an index.

use gamedb::{Consent, Migration, MigrationError, Safety};

use super::misdirected::by_hand;
use super::{SqlFile, text};

const PLAYERS: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;";

fn file(index: &str) -> SqlFile {
    SqlFile::new(&format!(
        "{PLAYERS} {index}; INSERT INTO players VALUES (1, 7), (2, 50);"
    ))
}

/// The statements of all indexes of the file.
fn indexes(file: &SqlFile) -> Vec<Vec<rusqlite::types::Value>> {
    file.rows(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    )
}

#[test]
fn an_index_that_is_tuned_is_made_anew() {
    let low = "CREATE INDEX low ON players (hp) WHERE hp < 10";
    for (before, after) in [
        (low, "CREATE INDEX low ON players (hp) WHERE hp < 20"),
        ("CREATE INDEX Low ON players (abs(hp))", low),
        (low, "CREATE INDEX LOW ON players (hp)"),
    ] {
        let schema = format!("{PLAYERS} {after};");
        let file = file(before);
        let name = before.split(' ').nth(2).unwrap();
        assert_eq!(
            file.steps(&schema),
            [
                format!("safe        players: dropped index {name}"),
                "safe        players: new index low".into()
            ]
        );
        file.migrate(&schema, &Consent::new()).unwrap();
        assert_eq!(indexes(&file), [[text(after)]]);
        assert_eq!(file.rows("SELECT * FROM players").len(), 2);
    }
}

#[test]
fn an_index_goes_with_the_table_that_is_made_anew() {
    let low = "CREATE INDEX low ON players (hp) WHERE hp < 10";
    let more = PLAYERS.replace("hp INTEGER NOT NULL", "hp INTEGER NOT NULL, mp INTEGER");
    let file = file(low);
    assert_eq!(
        file.steps(&more),
        [
            "safe        players.mp: new column INTEGER",
            "safe        players: dropped index low"
        ]
    );
    file.migrate(&more, &Consent::new()).unwrap();
    assert!(indexes(&file).is_empty());
    // Also where it is tuned at the same time.
    let file = self::file(low);
    let tuned = low.replace("10", "20");
    file.migrate(&format!("{more} {tuned};"), &Consent::new())
        .unwrap();
    assert_eq!(indexes(&file), [[text(&tuned)]]);
    // One that stays is no step.
    let file = self::file(low);
    let schema = format!("{more} {low};");
    assert_eq!(file.plan(&schema).steps().len(), 1);
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(indexes(&file), [[text(low)]]);
}

#[test]
fn the_name_of_an_index_may_go_to_another_table() {
    let guilds = "CREATE TABLE guilds (id INTEGER PRIMARY KEY, level INTEGER) STRICT;";
    let file = file(&format!("CREATE INDEX low ON players (abs(hp)); {guilds}"));
    let new = "CREATE INDEX low ON guilds (level) WHERE level < 3";
    let schema = format!("{PLAYERS} {guilds} {new};");
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(indexes(&file), [[text(new)]]);
}

#[test]
fn two_indexes_that_compute_the_same_are_both_seen() {
    let twice = "CREATE INDEX low1 ON players (abs(hp)); CREATE INDEX low2 ON players (abs(hp))";
    let left = "by hand     players: has the index low2, which computes something at each write, and which the schema does not \
                have; drop it: `DROP INDEX \"low2\"` in a script";
    let tuned = format!("{PLAYERS} CREATE INDEX low1 ON players (hp) WHERE hp < 3;");
    assert_eq!(by_hand(&file(twice), &tuned), [left]);
    // The schema has what both compute.
    let one = format!("{PLAYERS} CREATE INDEX low1 ON players (abs(hp));");
    assert_eq!(file(twice).steps(&one), [""; 0]);
}

#[test]
fn an_index_that_only_the_file_has_is_a_matter_for_a_person_where_its_table_stays() {
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT, level INTEGER) STRICT;";
    for (on, n_steps) in [
        ("(lower(n))", 1),
        ("(level) WHERE n IS NOT NULL", 1),
        ("(level)", 0),
    ] {
        let file = SqlFile::new(&format!(
            "{schema} CREATE INDEX \"Low\" ON a {on}; INSERT INTO a VALUES (1, 'x', 2);"
        ));
        let migration = file.plan(schema);
        assert_eq!(migration.steps().len(), n_steps, "{migration}");
        if n_steps == 0 {
            continue;
        }
        assert_eq!(
            by_hand(&file, schema),
            [
                "by hand     a: has the index Low, which computes something at each write, and which the schema does not have; \
                 drop it: `DROP INDEX \"Low\"` in a script"
            ]
        );
        file.migrate(schema, &Consent::new().script("DROP INDEX \"Low\";"))
            .unwrap();
    }
    // An index of the schema stays, also under the new name of a column.
    let file = SqlFile::new(&format!("{schema} CREATE INDEX low ON a (lower(n));"));
    let renamed = format!(
        "{} CREATE INDEX low ON a (lower(name));",
        schema.replace("n TEXT,", "name TEXT, -- @renamed from=n\n")
    );
    assert_eq!(file.plan(&renamed).steps().len(), 1);
    file.migrate(&renamed, &Consent::new()).unwrap();
}

#[test]
fn fingerprints_do_not_tell_of_indexes() {
    // Programs have these numbers written down.
    const FINGERPRINT: u64 = 10_104_782_666_120_608_491;
    for index in [
        "",
        "CREATE INDEX low ON players (hp)",
        "CREATE INDEX low ON players (hp) WHERE hp < 10",
        "CREATE INDEX low ON players (abs(hp))",
    ] {
        let plan = file(index).plan(&format!("{PLAYERS} {index};"));
        let fingerprints = (plan.from_fingerprint(), plan.to_fingerprint());
        assert_eq!(fingerprints, (FINGERPRINT, FINGERPRINT), "{index}");
    }
}

#[test]
fn a_plan_is_not_carried_out_on_a_file_that_has_got_an_index_since() {
    let file = file("CREATE INDEX low ON players (abs(hp))");
    let schema = format!("{PLAYERS} CREATE INDEX low ON players (hp) WHERE hp < 3;");
    let plan = file.plan(&schema);
    assert_eq!(plan.safety(), Safety::Safe);
    file.connection()
        .execute_batch("CREATE INDEX other ON players (hp + 1);")
        .unwrap();
    let before = file.all();
    let changed = plan.run(&Consent::new()).expect_err("it is another file");
    assert!(
        matches!(changed, MigrationError::Changed { .. }),
        "{changed}"
    );
    assert_eq!(file.all(), before);
    let plan = Migration::plan(file.path(), &schema).unwrap();
    assert_eq!(plan.safety(), Safety::ByHand);
}
