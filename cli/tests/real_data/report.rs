//! The report of an import is for people.

use crate::World;

fn world() -> World {
    World::new(
        "CREATE TABLE `players` (`id` int NOT NULL AUTO_INCREMENT, `admin` tinyint(1) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
         CREATE TABLE `items` (`id` int NOT NULL AUTO_INCREMENT, `holder` int NOT NULL, PRIMARY KEY (`id`),
         FOREIGN KEY (`holder`) REFERENCES `players` (`id`));",
    )
    .with_rows(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, admin INT); CREATE TABLE items (id INTEGER PRIMARY KEY, holder INT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 140)
         INSERT INTO players SELECT i, i % 7 FROM n;
         INSERT INTO items VALUES (1, 1), (2, 2), (3, 3), (4, 500);",
    )
}

#[test]
fn misfits_are_grouped_by_cause_and_end_with_a_total_and_the_lines_that_save_rows() {
    let world = world();
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(
        printed,
        "players, admin: 100 rows\n    row 2: 2 cannot be converted to a boolean\n    row 3: 3 cannot be converted to a boolean\n    \
         row 4: 4 cannot be converted to a boolean\n    and 97 more\n\
         items, holder: 2 rows\n    row 2: refers to row 2 of players, which was left out\n    row 3: refers to row 3 of players, which was left out\n\
         items row 4, holder: refers to row 500 of players, which does not exist\n\
         players: 40 of 140 rows\nitems: 1 of 4 rows\ntotal: 41 of 144 rows; 103 are left out\n\n\
         These lines in gamedb.toml would save rows or values:\n\n[types]\n\"tinyint(1)\" = \"i64\"\n\n"
    );
}

#[test]
fn json_says_the_same() {
    let world = world();
    let (code, printed) = world.import(&["--json"]);
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["groups"][0]["n_rows"], 100);
    assert_eq!(json["groups"][0]["kind"], "conversion");
    assert_eq!(json["groups"][1]["kind"]["follows"]["table"], "players");
    assert_eq!(json["groups"][2]["kind"]["dangling"]["names"], 500);
    assert_eq!(json["n_left_out"], 103);
    assert_eq!(json["lines"][0], "[types]\n\"tinyint(1)\" = \"i64\"\n");
    assert_eq!(json["tables"][1]["carried"], 1);
}

#[test]
fn a_dry_run_reports_and_writes_nothing() {
    let world = world();
    let real = world.import(&[]);
    std::fs::remove_file(world.path("new.db")).unwrap();
    let before = std::fs::read_dir(world.path("")).unwrap().count();
    assert_eq!(world.import(&["--dry-run"]), real);
    let folder = world.path("");
    let without_out = [
        "import",
        "--schema",
        "schema.sql",
        "--from",
        "old.db",
        "--dry-run",
    ];
    assert_eq!(crate::gamedb(&folder, &without_out), real);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), before);
    // Without it a file has to be named.
    let (code, printed) = crate::gamedb(&folder, &without_out[..5]);
    assert_eq!(code, Some(2), "{printed}");
}

#[test]
fn a_left_out_row_with_the_highest_id_leaves_ids_for_others() {
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;";
    let world = World::new(schema).with_rows(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO players VALUES (1, 'Ada'), (40, NULL), (9223372036854775806, NULL), (9223372036854775807, NULL);",
    );
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(
        world.values("SELECT table_name, next_id FROM gamedb_ids"),
        ["players 41"]
    );
    let said = "table players: a row that was left out has so high an id that hardly any would be left above it; it may be given again";
    assert!(printed.contains(said), "{printed}");
}
