//! Which tables are pivots, and why.

mod common;

use common::{of_sql, path, read_case};
use gamedb_generate::pivot::ArmInfo;
use gamedb_generate::relations::Found;
use gamedb_generate::{Config, Schema, is_pivot_table, pivot_info, resolve, sqlite};
use proptest::prelude::*;

fn pivots(schema: &Schema) -> Vec<&str> {
    let names = schema.tables.iter().map(|table| table.name.as_str());
    names.filter(|name| is_pivot_table(schema, name)).collect()
}

/// What `pivot_info` says with this gamedb.toml, or the error.
fn check(schema: &Schema, toml: &str, table: &str) -> Result<(bool, String), String> {
    let config = Config::parse(toml, "gamedb.toml").map_err(|e| e.to_string())?;
    config.verify(schema).map_err(|e| e.to_string())?;
    let info = pivot_info(schema, &config, table).map_err(|e| e.to_string())?;
    Ok((info.is_pivot, info.reasons.join("; ")))
}

#[test]
fn pivots_are_found_by_their_shape() {
    let (schema, _) = read_case("../models");
    assert_eq!(pivots(&schema), ["attribute_owners", "inventory_owners"]);
}

#[test]
fn no_table_is_found_by_its_name() {
    let source = std::fs::read_to_string(path("../models/schema.sql")).expect("the schema is read");
    let renamed = source
        .replace("attribute_owners", "who_has_what")
        .replace("inventory_owners", "zzz");
    let schema = sqlite::read(&renamed).expect("still a schema");
    assert_eq!(pivots(&schema), ["who_has_what", "zzz"]);
}

#[test]
fn pivots_are_found_without_declared_keys() {
    let (schema, _) = read_case("tests/cases/convention");
    assert_eq!(pivots(&schema), ["attribute_owners"]);
    let info = pivot_info(&schema, &Config::default(), "attribute_owners").expect("a table");
    assert_eq!(
        info.warnings,
        [
            "no CHECK proves that exactly one owner is set; `[pivots.attribute_owners] pivot = false` if it is not so",
            "attribute_id is not UNIQUE, so the file does not refuse a second owner; `[pivots.attribute_owners] pivot = false` if there can be one",
        ]
    );
}

#[test]
fn the_owned_key_and_the_arms_in_column_order() {
    let (schema, config) = read_case("../models");
    let info = pivot_info(&schema, &config, "attribute_owners").expect("a table");
    let owned = info.owned.expect("something is owned");
    assert_eq!(
        (owned.column.as_str(), owned.table.as_str()),
        ("attribute_id", "attributes")
    );
    let arm = |column: &str, table: Option<&str>| ArmInfo {
        column: column.to_owned(),
        target: table.map(|table| (table.to_owned(), Found::Declared)),
        used: true,
        methods: table.is_some(),
    };
    let expected = [
        arm("mobile_id", Some("mobiles")),
        arm("item_id", Some("items")),
        arm("asset_id", None),
        arm("player_id", Some("players")),
    ];
    assert_eq!(info.arms, expected);
    assert!(info.warnings.is_empty());
}

#[test]
fn declared_keys_come_before_the_convention() {
    let (schema, config) = read_case("tests/cases/convention");
    let info = pivot_info(&schema, &config, "attribute_owners").expect("a table");
    assert_eq!(
        info.owned.expect("something is owned").found,
        Found::Declared
    );
    let found: Vec<_> = info
        .arms
        .iter()
        .map(|arm| arm.target.as_ref().map(|t| t.1))
        .collect();
    let by_name = Some(Found::Convention);
    assert_eq!(found, [by_name, by_name, None, by_name]);
    // A declared key wins over the name.
    let other = sqlite::read(
        "CREATE TABLE players (id INTEGER PRIMARY KEY);
         CREATE TABLE people (id INTEGER PRIMARY KEY);
         CREATE TABLE x (id INTEGER PRIMARY KEY, player_id INTEGER REFERENCES people (id));",
    )
    .expect("a schema");
    let relations = gamedb_generate::relations::relations(&other, &Config::default());
    assert_eq!(relations.expect("relations").0[0].target, "people");
}

#[test]
fn reasons_why_not() {
    let (schema, config) = read_case("../models");
    let cases = [
        (
            "inventory_entries",
            "2 NOT NULL foreign keys (inventory_id, item_id), where one says what is owned; 1 nullable foreign key to an owner, where two are the least; it carries more than ownership: quantity, is_max_stacked",
        ),
        (
            "item_blueprint_components",
            "2 NOT NULL foreign keys (item_blueprint_id, component_item_id), where one says what is owned; no nullable foreign keys to owners; it carries more than ownership: ratio",
        ),
        (
            "mobile_items",
            "2 NOT NULL foreign keys (mobile_id, item_id), where one says what is owned; 1 nullable foreign key to an owner, where two are the least; it carries more than ownership: internal_name, max_stack_size, item_type",
        ),
        (
            "mobiles",
            "no NOT NULL foreign key says what is owned; it carries more than ownership: mobile_type, what_we_call_you; owner_mobile_id, owner_item_id, owner_asset_id, owner_player_id are the row's own owner (an owner union on the row itself)",
        ),
    ];
    for (table, expected) in cases {
        let info = pivot_info(&schema, &config, table).expect("a table");
        assert!(!info.is_pivot, "{table}");
        assert_eq!(info.reasons.join("; "), expected, "{table}");
    }
    let error = pivot_info(&schema, &config, "nothing").expect_err("no such table");
    assert_eq!(error.to_string(), "the schema has no table \"nothing\"");
}

#[test]
fn the_config_forbids() {
    let (schema, _) = read_case("../models");
    let toml = "[pivots.attribute_owners]\npivot = false\n";
    let expected = (false, "[pivots.attribute_owners] forbids it".to_owned());
    assert_eq!(check(&schema, toml, "attribute_owners"), Ok(expected));
}

#[test]
fn the_config_forces() {
    let schema = sqlite::read(
        "CREATE TABLE players (id INTEGER PRIMARY KEY);
         CREATE TABLE pets (id INTEGER PRIMARY KEY);
         CREATE TABLE pet_owners (id INTEGER PRIMARY KEY, pet_id INTEGER NOT NULL UNIQUE,
             player_id INTEGER);",
    )
    .expect("a schema");
    assert!(!is_pivot_table(&schema, "pet_owners"));
    let toml = "[pivots.pet_owners]\npivot = true\n";
    let (is_pivot, reasons) = check(&schema, toml, "pet_owners").expect("forced");
    assert!(is_pivot);
    assert_eq!(
        reasons,
        "[pivots.pet_owners] forces it; pet_id says what is owned, exactly one of player_id says by whom"
    );
}

#[test]
fn the_config_limits() {
    let (schema, config) = read_case("../models");
    let model = resolve(&schema, &config).expect("a model");
    let table = model
        .tables
        .iter()
        .find(|t| t.name == "inventory_owners")
        .expect("there");
    let pivot = table.pivot().expect("a pivot");
    let owner = &model[pivot.owner];
    let arms: Vec<(&str, bool)> = owner
        .arms
        .iter()
        .map(|arm| (arm.variant.as_str(), arm.methods))
        .collect();
    assert_eq!(arms, [("Mobile", true), ("Item", false), ("Player", true)]);
    let closed: Vec<&str> = owner
        .always_null
        .iter()
        .map(|at| table.columns[*at].name.as_str())
        .collect();
    assert_eq!(closed, ["asset_id"]);
    // Limited further than the schema does.
    let toml = "[pivots.attribute_owners]\nowners = [\"item_id\", \"player_id\"]\n";
    let config = Config::parse(toml, "gamedb.toml").expect("a config");
    let info = pivot_info(&schema, &config, "attribute_owners").expect("a pivot");
    let used: Vec<(&str, bool)> = info
        .arms
        .iter()
        .map(|arm| (arm.column.as_str(), arm.used))
        .collect();
    let expected = [
        ("mobile_id", false),
        ("item_id", true),
        ("asset_id", false),
        ("player_id", true),
    ];
    assert_eq!(used, expected);
}

#[test]
fn what_the_config_cannot_ask_for() {
    let (schema, _) = read_case("../models");
    let cases = [
        (
            "\n[pivots.players]\npivot = true\n",
            "players",
            "gamedb.toml:2: table \"players\" cannot be a pivot: no NOT NULL foreign key says what is owned; no nullable INTEGER column says who owns; it carries more than ownership: full_name, what_we_call_you, security_token, over_13, year_of_birth, email",
        ),
        (
            "[pivots.inventory_owners]\nowners = [\"asset_id\", \"item_id\", \"player_id\"]\n",
            "inventory_owners",
            "gamedb.toml:2: \"asset_id\" cannot be an owner column",
        ),
        (
            "[pivots.attribute_owners]\n\nmethods = [\n\"player_id\",\n\"asset_id\"]\n",
            "attribute_owners",
            "gamedb.toml:5: \"asset_id\" is not an owner column with a table, so there is no table to give methods to",
        ),
    ];
    for (toml, table, expected) in cases {
        assert_eq!(check(&schema, toml, table), Err(expected.to_owned()));
    }
}

/// Two owners, what is owned, and a table between them that looks like a pivot.
fn arc(owners: &str, more: &str) -> Schema {
    let sql = format!(
        "CREATE TABLE a (id INTEGER PRIMARY KEY);
        CREATE TABLE b (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER PRIMARY KEY);
        CREATE TABLE c_owners (
            id INTEGER PRIMARY KEY, c_id INTEGER NOT NULL UNIQUE REFERENCES c (id), {owners});
        {more}"
    );
    sqlite::read(&sql).expect("a schema")
}

#[test]
fn a_check_that_does_not_say_exactly_one_makes_a_plain_table_unless_a_pivot_is_asked_for() {
    const TWO: &str = "a_id INTEGER REFERENCES a (id), b_id INTEGER REFERENCES b (id)";
    let sum = "(a_id IS NOT NULL) + (b_id IS NOT NULL)";
    let info = |schema: &Schema, toml: &str| {
        let config = Config::parse(toml, "gamedb.toml").expect("a config");
        pivot_info(schema, &config, "c_owners").expect("a table")
    };
    for check in [
        &format!("{sum} <= 1"),
        &format!("{sum} >= 1"),
        &format!("{sum} < 2"),
        "a_id IS NOT NULL OR b_id IS NOT NULL",
        "(a_id IS NULL) = (b_id IS NULL)",
        "(a_id IS NOT NULL) = 1",
        "\"B_id\" is not null",
    ] {
        let schema = arc(&format!("{TWO}, CHECK ({check})"), "");
        let found = info(&schema, "");
        assert!(!found.is_pivot, "{check}");
        let told = "it has the shape of a pivot and is a plain table, because CHECK (";
        let [warning] = &found.warnings[..] else {
            panic!("{check}: {:?}", found.warnings);
        };
        assert!(warning.starts_with(told), "{warning}");
        assert!(
            warning.contains("`[pivots.c_owners] pivot = true` makes a pivot of it"),
            "{warning}"
        );
        // A word in the config is enough; with the other word nothing is told any more.
        for asked in [
            "pivot = true",
            "methods = ['a_id']",
            "owners = ['a_id', 'b_id']",
        ] {
            let asked = info(&schema, &format!("[pivots.c_owners]\n{asked}\n"));
            assert!(asked.is_pivot, "{check}");
        }
        let refused = info(&schema, "[pivots.c_owners]\npivot = false\n");
        assert!(!refused.is_pivot && refused.warnings.is_empty());
    }
    let exactly = info(&arc(&format!("{TWO}, CHECK ({sum} = 1)"), ""), "");
    assert!(exactly.is_pivot && exactly.warnings.is_empty());
    // Schemas of MySQL's leave it to the game, and what an owner may be says nothing of how many there are.
    for more in ["", ", CHECK (a_id > 0)"] {
        let unsaid = info(&arc(&format!("{TWO}{more}"), ""), "");
        assert!(unsaid.is_pivot && unsaid.warnings.len() == 1);
    }
    // What looks like no pivot is not told of.
    let more = info(
        &arc(&format!("{TWO}, note TEXT, CHECK ({sum} <= 1)"), ""),
        "",
    );
    assert!(!more.is_pivot && more.warnings.is_empty());
}

#[test]
fn what_a_pivot_cannot_keep_makes_a_plain_table() {
    const TWO: &str = "a_id INTEGER REFERENCES a (id), b_id INTEGER REFERENCES b (id)";
    const CHECK: &str = ", CHECK ((a_id IS NOT NULL) + (b_id IS NOT NULL) = 1)";
    let proven = format!("{TWO}{CHECK}");
    assert!(check(&arc(&proven, ""), "", "c_owners").expect("read").0);
    let note =
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, c_owner_id INTEGER REFERENCES c_owners (id));";
    let same = TWO.replace("REFERENCES b", "REFERENCES a");
    let unique = proven.replace("REFERENCES b", "UNIQUE REFERENCES b");
    for (owners, more, why) in [
        (
            same.clone(),
            "",
            "its owners would all be a, and no CHECK says that exactly one is set",
        ),
        (
            unique,
            "",
            "b_id is UNIQUE, which is not supported of an owner in a pivot",
        ),
        (
            proven.clone(),
            note,
            "notes.c_owner_id names its rows, and those of a pivot have no keys",
        ),
    ] {
        let schema = arc(&owners, more);
        let refused = (false, why.to_owned());
        assert_eq!(check(&schema, "", "c_owners").expect("read"), refused);
        // Who asks for it gets it, and the error of what cannot be kept.
        let asked = "[pivots.c_owners]\npivot = true\n";
        assert!(check(&schema, asked, "c_owners").expect("read").0);
    }

    // With a proof, owners of one table are a pivot; their key does not say which column is meant.
    let info = pivot_info(&arc(&(same + CHECK), ""), &Config::default(), "c_owners");
    let info = info.expect("a table");
    assert!(info.is_pivot && info.arms.iter().all(|arm| !arm.methods));
    assert_eq!(
        info.reasons.last().map(String::as_str),
        Some(
            "owners by a_id, b_id are of one table and have no methods; `[pivots.c_owners] methods` can name one"
        )
    );
}

#[test]
fn one_of_two_pivots_for_one_table_is_taken() {
    let (schema, config) = read_case("tests/cases/owned_twice");
    let asked: Vec<&str> = ["crate_owners", "crate_holders"]
        .into_iter()
        .filter(|name| {
            pivot_info(&schema, &config, name)
                .expect("a table")
                .is_pivot
        })
        .collect();
    assert_eq!(asked, ["crate_owners", "crate_holders"]);

    // The proven one, in whatever order they stand.
    assert_eq!(pivots(&schema), ["crate_owners"]);
    let mut turned = schema.clone();
    turned.tables.reverse();
    assert_eq!(pivots(&turned), ["crate_owners"]);
    let why = check(&schema, "", "crate_holders").expect("read").1;
    assert_eq!(
        why,
        "crate_owners says already who owns crates, and one pivot for each table is supported"
    );

    // Of two that are proven the first one.
    let sql = std::fs::read_to_string(path("tests/cases/owned_twice/schema.sql")).expect("read");
    let check_of_owners = "    CHECK ((player_id IS NOT NULL) + (ship_id IS NOT NULL) = 1)\n";
    let (before, last) = sql
        .rsplit_once("ships (id)\n")
        .expect("the last table's last column");
    let both = format!("{before}ships (id),\n{check_of_owners}{last}");
    let both = sqlite::read(&both).expect("a schema");
    assert_eq!(pivots(&both), ["crate_owners"]);
    let why = check(&both, "", "crate_holders").expect("read").1;
    assert_eq!(
        why,
        "crate_owners says already who owns crates, and one pivot for each table is supported"
    );

    // The one that is asked for.
    let asked = "[pivots.crate_holders]\npivot = true\n";
    let is_pivot = |table| check(&schema, asked, table).expect("read").0;
    assert!(is_pivot("crate_holders") && !is_pivot("crate_owners"));
}

/// A column of a table in a random schema: a key to a table, or a plain value.
fn column() -> impl Strategy<Value = String> {
    let key = (0..6_usize, 0..4_usize).prop_map(|(table, rest)| {
        let rest = ["", "NOT NULL", "UNIQUE", "NOT NULL UNIQUE"][rest];
        format!("INTEGER {rest} REFERENCES t{table} (id)")
    });
    prop_oneof![4 => key, 1 => Just("INTEGER".to_owned()), 1 => Just("TEXT NOT NULL".to_owned())]
}

fn random_schema() -> impl Strategy<Value = String> {
    let table = (prop::collection::vec(column(), 0..6), any::<bool>());
    prop::collection::vec(table, 6).prop_map(|tables| {
        let tables = tables
            .into_iter()
            .enumerate()
            .map(|(at, (columns, is_arc))| {
                let nullable = columns.iter().enumerate();
                let nullable = nullable.filter(|(_, column)| !column.contains("NOT NULL"));
                let sum: Vec<String> = nullable
                    .map(|(place, _)| format!("(c{place}_id IS NOT NULL)"))
                    .collect();
                let check = if is_arc && sum.len() > 1 {
                    format!(", CHECK ({} = 1)", sum.join(" + "))
                } else {
                    String::new()
                };
                let columns = columns.iter().enumerate();
                let columns: String = columns
                    .map(|(place, column)| format!(", c{place}_id {column}"))
                    .collect();
                format!("CREATE TABLE t{at} (id INTEGER PRIMARY KEY{columns}{check});\n")
            });
        tables.collect()
    })
}

proptest! {
    #[test]
    fn no_shape_of_keys_is_refused(sql in random_schema()) {
        let model = of_sql(&sql);
        let models = gamedb_generate::emit::models(&model, "schema.sql");
        prop_assert!(models.is_ok(), "{models:?}\n{sql}");
    }
}

#[test]
fn what_an_owner_column_says_in_vain_is_a_warning() {
    let owners = "a_id INTEGER REFERENCES a (id) ON DELETE RESTRICT,
        b_id INTEGER REFERENCES b (id) ON DELETE CASCADE,
        CHECK ((a_id IS NOT NULL) + (b_id IS NOT NULL) = 1)";
    let info = pivot_info(&arc(owners, ""), &Config::default(), "c_owners").expect("a table");
    assert!(info.is_pivot);
    assert_eq!(
        info.warnings,
        [
            "a_id is ON DELETE RESTRICT, and in memory what somebody owns is removed with its owner all the same; `[pivots.c_owners] pivot = false` if it shall not be"
        ]
    );
}
