//! Types and constraints of columns.

use crate::World;

// A12
#[test]
fn nulls_that_are_not_distinct_are_a_warning() {
    let expected =
        "UNIQUE (realm, name) lets several rows have NULL there: NULLS NOT DISTINCT is not kept";
    for unique in [
        "CREATE TABLE a (id serial PRIMARY KEY, realm int, name text NOT NULL, UNIQUE NULLS NOT DISTINCT (realm, name));",
        "CREATE TABLE a (id serial PRIMARY KEY, realm int, name text NOT NULL);
         CREATE UNIQUE INDEX u ON a (realm, name) NULLS NOT DISTINCT;",
        "CREATE TABLE a (id serial PRIMARY KEY, realm int, name text NOT NULL);
         ALTER TABLE a ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (realm, name);",
    ] {
        assert_eq!(
            World::new(unique).load().0.warnings,
            [format!("table a: {expected}")]
        );
        let same = unique.replace("realm int", "realm int NOT NULL");
        assert_eq!(
            World::new(&same).load().0.warnings,
            [""; 0],
            "nothing is lost without NULL"
        );
        let plain = unique.replace("NULLS NOT DISTINCT", "");
        assert_eq!(World::new(&plain).load().0.warnings, [""; 0]);
    }
    let one =
        World::new("CREATE TABLE a (id serial PRIMARY KEY, realm int UNIQUE NULLS NOT DISTINCT);");
    let warning =
        "table a: UNIQUE (realm) lets several rows have NULL there: NULLS NOT DISTINCT is not kept";
    assert_eq!(one.load().0.warnings, [warning]);
}

fn declared(world: &World, file: &str) -> Vec<String> {
    let columns = world.load_file(file).0.tables.remove(0).columns;
    let columns = columns.into_iter().skip(1);
    columns
        .map(|column| format!("{} {}", column.name, column.declared_type))
        .collect()
}

// A13
#[test]
fn numeric_of_sqlite_is_a_number() {
    let schema = "CREATE TABLE p (id INTEGER PRIMARY KEY, x NUMERIC NOT NULL, n DECIMAL, price NUMERIC(10, 2), word NUMERIC);";
    let world = World::new(schema);
    assert_eq!(
        declared(&world, "schema.sql"),
        ["x REAL", "n REAL", "price TEXT", "word REAL"]
    );
    // The rows of a file decide.
    let world = world.with_rows(&format!(
        "{schema} INSERT INTO p VALUES (1, 0.5, 7, 1, 'a'), (2, 3, NULL, 2, 4);"
    ));
    assert_eq!(
        declared(&world, "old.db"),
        ["x REAL", "n INTEGER", "price TEXT", "word TEXT"]
    );
    assert_eq!(
        world.import(&[]).0,
        Some(1),
        "the text is listed where the schema has no rows"
    );
    assert_eq!(world.values("SELECT x, n FROM p"), ["3.0 NULL"]);
}
