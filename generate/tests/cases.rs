//! Whole schemas: each folder of `cases/` and the game's own, against what `explain` says of it.

mod common;

use common::{of_sql, path, read_case, resolved};
use gamedb_generate::explain;

/// Compares the explanation of a case with the one checked in beside it.
fn check(case: &str, folder: &str) {
    let (schema, config) = read_case(folder);
    let explanation = explain::explain(&schema, &config).expect("the case is explained");
    insta::with_settings!({
        snapshot_path => path("tests/cases").join(case),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("explain", explanation.text());
    });
}

#[test]
fn the_games_own_world() {
    check("game", "../models");
}

#[test]
fn foreign_keys_by_convention() {
    check("convention", "tests/cases/convention");
}

#[test]
fn hostile_names() {
    check("hostile", "tests/cases/hostile");
}

#[test]
fn two_keys_to_one_table() {
    check("twins", "tests/cases/twins");
}

#[test]
fn two_pivots_between_the_same_tables() {
    check("owned_twice", "tests/cases/owned_twice");
}

#[test]
fn joins() {
    check("emit_joins", "tests/cases/emit_joins");
}

#[test]
fn keys_that_are_not_followed() {
    check("unfollowed", "tests/cases/unfollowed");
}

#[test]
fn comments_and_renames() {
    check("plain", "tests/cases/plain");
}

#[test]
fn docs_are_comments_or_declarations() {
    let model = resolved("tests/cases/plain");
    let table = &model.tables[0];
    assert_eq!(table.doc.as_deref(), Some("Things.\n\nSecond paragraph."));
    let docs: Vec<&str> = table.columns.iter().map(|c| c.doc.as_str()).collect();
    let expected = [
        "Before,\non two lines.\na's own -- still a's",
        "b's, without a comma",
        "`c TEXT DEFAULT CURRENT_TIMESTAMP`",
        "`d BLOB DEFAULT x'00ff'`",
        "`e INTEGER NOT NULL CHECK (e > 0)`",
        "inside",
    ];
    assert_eq!(docs, expected);
}

#[test]
fn defaults_are_literals_where_they_are_plain() {
    use gamedb_generate::model::{FieldKind, Literal};
    use gamedb_generate::schema::Clock;
    let defaults = |path: &str, table: usize| -> Vec<Option<Literal>> {
        let fields = resolved(path).tables[table].fields.clone();
        let default = |kind| match kind {
            FieldKind::Scalar { default, .. } => default,
            _ => None,
        };
        fields
            .into_iter()
            .map(|field| default(field.kind))
            .collect()
    };
    let plain = defaults("tests/cases/plain", 0);
    let expected = [
        None,
        Some(Literal::F64(1.5)),
        Some(Literal::Now(Clock::Text("%Y-%m-%d %H:%M:%S".to_owned()))),
        Some(Literal::Blob(vec![0, 255])),
        None,
        None,
    ];
    assert_eq!(plain, expected);
    // A quoted number in a column of numbers, and a text with a quote in it.
    let attributes = defaults("tests/cases/convention", 3);
    assert_eq!(attributes[0], Some(Literal::F64(0.0)));
    let items = defaults("tests/cases/twins", 0);
    assert_eq!(items[2], Some(Literal::Text("it's".to_owned())));
}

#[test]
fn every_column_belongs_to_one_field() {
    let cases = ["../models", "tests/cases/convention", "tests/cases/hostile"];
    for case in cases {
        for table in resolved(case).tables {
            let mut covered: Vec<usize> = table
                .fields
                .iter()
                .flat_map(|f| f.columns.clone())
                .collect();
            covered.sort_unstable();
            let all: Vec<usize> = table.columns.iter().map(|c| c.position).collect();
            assert_eq!(covered, all, "{case}: {}", table.name);
            for column in &table.columns {
                let field = &table.fields[column.field];
                assert!(
                    field.columns.contains(&column.position),
                    "{case}: {}",
                    column.name
                );
            }
        }
    }
}

#[test]
fn parents_come_before_children_save_in_cycles() {
    let model = resolved("../models");
    let names: Vec<&str> = model
        .order
        .iter()
        .map(|t| model[*t].name.as_str())
        .collect();
    let place = |name: &str| names.iter().position(|n| *n == name).expect("in the order");
    assert_eq!(names.len(), 14);
    for (parent, child) in [
        ("players", "mobiles"),
        ("item_blueprints", "items"),
        ("mobile_items", "mobile_item_attributes"),
        ("mobile_item_blueprints", "mobile_items"),
        ("attributes", "attribute_owners"),
        ("mobiles", "inventory_owners"),
        ("inventories", "inventory_entries"),
    ] {
        assert!(
            place(parent) < place(child),
            "{parent} before {child}: {names:?}"
        );
    }
}

#[test]
fn the_same_input_gives_the_same_model() {
    assert_eq!(resolved("../models"), resolved("../models"));
}

#[test]
fn unique_sets_leave_out_what_keys_have() {
    let model = resolved("tests/cases/twins");
    let trades = &model.tables[1];
    let names: Vec<&str> = trades.uniques.iter().map(|s| s.name.stem()).collect();
    assert_eq!(names, ["sold_and_day"]);
    let names: Vec<&str> = trades.indexes.iter().map(|s| s.name.stem()).collect();
    assert_eq!(names, ["day_and_sold"]);
    assert!(trades.index_sql[0].starts_with("CREATE INDEX trades_day"));
}

#[test]
fn fields_leave_setters_and_views_alone() {
    let model = of_sql(
        "CREATE TABLE keys (id INTEGER PRIMARY KEY, key_id INTEGER REFERENCES keys (id),
             mood TEXT, set_mood TEXT, set_late TEXT, late TEXT, world TEXT);",
    );
    let names: Vec<&str> = model.tables[0]
        .fields
        .iter()
        .map(|f| f.name.stem())
        .collect();
    // `key()` is the view's own; a plain field has no accessor that could clash with `world()`.
    let expected = [
        "key_id",
        "mood",
        "set_mood_2",
        "set_late",
        "late_2",
        "world",
    ];
    assert_eq!(names, expected);
}
