//! What the tables of known schemas are: of our own in `cases/shapes/`, and of those that stand beside
//! the repository, where they do.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::{Path, PathBuf};

use common::{input, path};
use gamedb_generate::model::{Model, TableKind};
use gamedb_generate::{Config, explain, read, resolve};
use serde_json::Value;

/// The tables of a schema as `gamedb explain --json` tells them.
fn tables(path: &Path) -> Vec<Value> {
    let (schema, config) = read(&input(path)).unwrap();
    let json = explain::explain(&schema, &config).unwrap().json().unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    json["tables"].as_array().unwrap().clone()
}

fn own(name: &str) -> PathBuf {
    path("tests/cases/shapes").join(name)
}

fn shared(name: &str) -> Option<PathBuf> {
    let path = path("../../shared/schemas").join(name);
    match std::fs::read(&path) {
        Ok(text) if text.starts_with(b"// @generated") => {
            println!("skipped: {} holds models", path.display());
            None
        }
        Ok(_) => Some(path),
        Err(_) => {
            println!("skipped: there is no {}", path.display());
            None
        }
    }
}

/// Compares the kinds of all tables that are not plain entities with the expected ones.
fn check(tables: &[Value], n_tables: usize, expected: &[(&str, &str)]) {
    assert_eq!(tables.len(), n_tables);
    let kinds = tables.iter().map(|table| {
        (
            table["name"].as_str().unwrap(),
            table["kind"].as_str().unwrap(),
        )
    });
    let found: Vec<(&str, &str)> = kinds.filter(|(_, kind)| *kind != "entity").collect();
    assert_eq!(found, expected);
    for table in tables {
        assert!(table["columns"].is_array() && table["foreign_keys"].is_array());
        assert!(!table["reason"].as_str().unwrap().is_empty(), "{table}");
    }
}

/// Where a column points to, and how that was found: `beast_recipes (declared)`.
fn target(tables: &[Value], table: &str, column: &str) -> Option<String> {
    let table = tables.iter().find(|known| known["name"] == table).unwrap();
    let keys = table["foreign_keys"].as_array().unwrap().iter();
    let mut keys = keys.filter(|key| key["columns"][0] == column);
    let key = keys.next()?;
    Some(format!(
        "{} ({})",
        key["table"].as_str()?,
        key["found"].as_str()?
    ))
}

fn resolved(path: &Path, toml: &str) -> Model {
    let (schema, _) = read(&input(path)).unwrap();
    resolve(&schema, &Config::parse(toml, "gamedb.toml").unwrap()).unwrap()
}

/// The arms of a pivot, with whether a table stands behind each.
fn arms(model: &Model, pivot: &str) -> Vec<(String, bool)> {
    let table = model.tables.iter().find(|t| t.name == pivot).unwrap();
    let TableKind::Pivot(pivot) = &table.kind else {
        panic!("{} is no pivot", table.name);
    };
    let arms = model[pivot.owner].arms.iter();
    arms.map(|arm| (table.columns[arm.column].name.clone(), arm.key.is_some()))
        .collect()
}

#[test]
fn tables_that_are_easily_taken_for_others() {
    let tables = tables(&own("mysql.sql"));
    check(
        &tables,
        12,
        &[("chest_owners", "pivot"), ("hero_recipe", "join")],
    );
    assert_eq!(
        target(&tables, "beast_recipe_parts", "recipe_id").as_deref(),
        Some("beast_recipes (declared)")
    );
    assert_eq!(target(&tables, "chest_owners", "scene_id"), None);
    assert_eq!(
        arms(&resolved(&own("mysql.sql"), ""), "chest_owners"),
        [
            ("hero_id".to_owned(), true),
            ("beast_id".to_owned(), true),
            ("scene_id".to_owned(), false)
        ]
    );
}

#[test]
fn tables_after_their_renames() {
    let tables = tables(&own("sqlite.sql"));
    check(
        &tables,
        7,
        &[
            ("player_objects", "join"),
            ("room_areas", "join"),
            ("exits", "join_with_payload"),
        ],
    );
    for column in ["room_from", "room_to"] {
        assert_eq!(
            target(&tables, "exits", column).as_deref(),
            Some("rooms (declared)")
        );
    }
}

#[test]
fn space_mmo() {
    let Some(path) = shared("space_mmo.mysql.sql") else {
        return;
    };
    let tables = tables(&path);
    check(
        &tables,
        14,
        &[("attribute_owners", "pivot"), ("inventory_owners", "pivot")],
    );
    assert_eq!(
        target(
            &tables,
            "mobile_item_blueprint_components",
            "item_blueprint_id"
        )
        .as_deref(),
        Some("mobile_item_blueprints (declared)")
    );
    let expected = ["mobile_id", "item_id", "asset_id", "player_id"];
    let expected = expected.map(|arm| (arm.to_owned(), arm != "asset_id"));
    let model = resolved(&path, "");
    for pivot in ["attribute_owners", "inventory_owners"] {
        assert_eq!(arms(&model, pivot), expected);
    }
}

#[test]
fn remud() {
    let Some(path) = shared("remud_sqlite.sql") else {
        return;
    };
    let tables = tables(&path);
    check(
        &tables,
        16,
        &[
            ("exits", "join_with_payload"),
            ("room_regions", "join"),
            ("player_objects", "join"),
            ("room_objects", "join"),
        ],
    );
    for column in ["room_from", "room_to"] {
        assert_eq!(
            target(&tables, "exits", column).as_deref(),
            Some("rooms (declared)")
        );
    }
}

#[test]
fn chinook_in_three_dialects() {
    for (name, join) in [
        ("chinook_mysql.sql", "PlaylistTrack"),
        ("chinook_pg.sql", "playlist_track"),
        ("chinook_sqlite.sql", "PlaylistTrack"),
    ] {
        if let Some(path) = shared(name) {
            check(&tables(&path), 11, &[(join, "join")]);
        }
    }
}

#[test]
fn sakila() {
    let Some(path) = shared("sakila_mysql.sql") else {
        return;
    };
    check(
        &tables(&path),
        16,
        &[("film_actor", "join"), ("film_category", "join")],
    );
}
