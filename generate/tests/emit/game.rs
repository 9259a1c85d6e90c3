//! What the game's own models have: owners, and what these can do.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use gamedb_generate::{Outcome, generate};

use crate::{folder, options};

#[test]
fn the_games_own_models_are_those_of_its_schema() {
    let options = options(
        folder("../models/schema.sql"),
        folder("../models/src/models"),
        true,
    );
    if let Outcome::Stale { diff } = generate(&options).expect("the models are generated") {
        panic!("{diff}\n`cargo run -p gamedb-cli -- generate` writes them anew");
    }
}

/// The game's models: one file for each table.
fn models() -> String {
    let files = fs::read_dir(folder("../models/src/models")).expect("the models are there");
    let files = files.map(|file| file.expect("the folder can be read").path());
    let files: BTreeSet<PathBuf> = files.collect();
    let read = |file| fs::read_to_string(file).expect("the file can be read");
    files.into_iter().map(read).collect()
}

/// The arms of an owner enum: `Mobile(MobileKey) { is_mobile, as_mobile, from }`.
fn arms(models: &str, name: &str) -> Vec<String> {
    let (_, rest) = models
        .split_once(&format!("\n    pub enum {name} "))
        .unwrap_or_else(|| panic!("no enum `{name}`"));
    let lines = rest.lines().take_while(|line| *line != "    }");
    let arms = lines.skip(1).map(str::trim);
    let arms = arms.filter(|line| !line.starts_with("///"));
    arms.map(|arm| arm.trim_end_matches(',').to_owned())
        .collect()
}

#[test]
fn a_pivot_has_an_owner_enum_with_one_variant_for_each_owner() {
    let models = models();
    let variants = |name: &str| {
        let arms = arms(&models, name);
        let holding = arms
            .iter()
            .map(|arm| arm.split_once(" {").map_or("", |(it, _)| it));
        holding.map(str::to_owned).collect::<Vec<_>>()
    };
    let attribute = [
        "Mobile(MobileKey)",
        "Item(ItemKey)",
        "Asset(i64)",
        "Player(PlayerKey)",
    ];
    assert_eq!(variants("AttributeOwnerKey"), attribute);
    assert_eq!(
        variants("InventoryOwnerKey"),
        ["Mobile(MobileKey)", "Item(ItemKey)", "Player(PlayerKey)"]
    );
    assert_eq!(
        variants("MobileOwnerKey"),
        ["Mobile(MobileKey)", "Player(PlayerKey)"]
    );
}

#[test]
fn a_pivot_row_says_which_owner_it_is() {
    let models = models();
    let tests = |name: &str| {
        let (_, rest) = models
            .split_once(&format!("\n    pub struct {name} in "))
            .unwrap_or_else(|| panic!("no pivot `{name}`"));
        let (_, owners) = rest.split_once("\n    owners { ").expect("its owners");
        let (owners, _) = owners.split_once(" }").expect("the end of its owners");
        let words = owners.split(", is_").map(|is| is.trim_start_matches("is_"));
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        tests("AttributeOwner"),
        ["mobile", "item", "asset", "player"]
    );
    assert_eq!(tests("InventoryOwner"), ["mobile", "item", "player"]);
    assert_eq!(
        arms(&models, "InventoryOwnerKey"),
        [
            "Mobile(MobileKey) { is_mobile, as_mobile, from }",
            "Item(ItemKey) { is_item, as_item }",
            "Player(PlayerKey) { is_player, as_player, from }",
        ]
    );
}

#[test]
fn exactly_the_owners_have_the_convenience_methods() {
    let models = models();
    let having = |method: &str| {
        let views = models
            .split("\nimpl")
            .skip(1)
            .filter(|text| text.contains(&format!("pub fn {method}(")));
        let names = views
            .filter_map(|text| text.split(" {").next())
            .map(|head| head.trim_start_matches("<'w>").trim());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    for method in ["attributes", "attribute_owners"] {
        assert_eq!(
            having(method),
            ["ItemRef<'w>", "MobileRef<'w>", "PlayerRef<'w>"]
        );
    }
    for method in [
        "add_attribute",
        "remove_attribute",
        "set_attributes",
        "give_attribute",
    ] {
        assert_eq!(
            having(method),
            ["ItemMut<'_>", "MobileMut<'_>", "PlayerMut<'_>"]
        );
    }
    for method in ["inventories", "inventory_owners"] {
        assert_eq!(having(method), ["MobileRef<'w>", "PlayerRef<'w>"]);
    }
    for method in [
        "add_inventory",
        "remove_inventory",
        "set_inventories",
        "give_inventory",
    ] {
        assert_eq!(having(method), ["MobileMut<'_>", "PlayerMut<'_>"]);
    }
}

#[test]
fn an_owned_entity_cannot_stand_alone() {
    let models = models();
    let kinds = |table: &str| {
        let line = format!("\n    table \"{table}\", id \"id\", ");
        let (_, rest) = models.split_once(&line).expect("the table is there");
        rest.split_once(';').map(|(kind, _)| kind.to_owned())
    };
    assert_eq!(kinds("attributes").as_deref(), Some("owned AttributeOwner"));
    assert_eq!(
        kinds("inventories").as_deref(),
        Some("owned InventoryOwner")
    );
    assert_eq!(kinds("players").as_deref(), Some("standalone"));
}
