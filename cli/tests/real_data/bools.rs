//! Columns whose type says bool, and that hold other numbers.

use crate::World;

fn types(world: &World, file: &str) -> Vec<String> {
    let (schema, config) = world.load_file(file);
    let model = gamedb_generate::resolve(&schema, &config).unwrap();
    let explained = gamedb_generate::explain::explain(&schema, &config).unwrap();
    drop(model);
    let tables = explained.tables.iter();
    tables
        .flat_map(|table| table.fields.iter())
        .map(|field| format!("{} {}", field.field, field.type_name))
        .collect()
}

// A8
#[test]
fn a_name_that_ends_in_id_is_never_a_bool() {
    let world = World::new(
        "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `typeID` tinyint(1) NOT NULL, `kind_id` tinyint(1),
         `paid` tinyint(1), `alive` tinyint(1), PRIMARY KEY (`id`)) ENGINE=InnoDB;",
    );
    assert_eq!(
        types(&world, "schema.sql"),
        [
            "type_id i64",
            "kind_id Option<i64>",
            "paid Option<bool>",
            "alive Option<bool>"
        ]
    );
}

// A8
#[test]
fn rows_of_a_dump_decide_whether_a_tinyint_is_a_bool() {
    let world = World::new(
        "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `level` tinyint(1) NOT NULL DEFAULT 0, `name` text,
         `alive` tinyint(1), `rank` tinyint(1), PRIMARY KEY (`id`)) ENGINE=InnoDB;
         INSERT INTO `t` VALUES (1,0,'it''s, (3',1,0),(2,3,'\\'',NULL,0);
         INSERT INTO t (`rank`, id) VALUES (-1, 3);",
    );
    assert_eq!(
        types(&world, "schema.sql"),
        [
            "level i64",
            "name Option<String>",
            "alive Option<bool>",
            "rank Option<i64>"
        ]
    );
}

// A8
#[test]
fn rows_of_a_file_decide_whether_a_tinyint_is_a_bool() {
    let rows = "CREATE TABLE t (id INTEGER PRIMARY KEY, level TINYINT(1) NOT NULL DEFAULT 0, alive TINYINT(1) NOT NULL);
         INSERT INTO t VALUES (1, 0, 1), (2, 3, 0);";
    let world = World::new(rows).with_rows(rows);
    for file in ["old.db", "schema.sql"] {
        assert_eq!(types(&world, file), ["level i64", "alive bool"], "{file}");
    }
}

// A8
#[test]
fn a_row_that_a_bool_costs_names_the_line_that_saves_it() {
    let world = World::new(
        "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `level` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`id`)) ENGINE=InnoDB;",
    )
    .with_rows("CREATE TABLE t (id INTEGER PRIMARY KEY, level INT); INSERT INTO t VALUES (1, 0), (2, 3), (3, 4);");
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1));
    let line = "[types]\n\"tinyint(1)\" = \"i64\"\n";
    assert!(printed.contains(line), "{printed}");
    let world = world.with_config(line);
    std::fs::remove_file(world.path("new.db")).unwrap();
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(world.values("SELECT * FROM t"), ["1 0", "2 3", "3 4"]);
}
