//! Part B: what tables are.

use crate::World;

/// `table: kind`, with the accessors of each table.
fn kinds(schema: &str) -> Vec<(String, String, String, Vec<String>)> {
    let (schema, config) = World::new(schema).load();
    let explained = gamedb_generate::explain::explain(&schema, &config).unwrap();
    let tables = explained.tables.into_iter();
    tables
        .map(|table| {
            (
                table.name,
                table.kind.to_owned(),
                table.reason,
                table.accessors,
            )
        })
        .collect()
}

// B1
#[test]
fn a_table_whose_key_is_a_key_to_another_table_is_an_extension_of_its_rows() {
    for more in ["", ", since TEXT, reason TEXT"] {
        for key in ["INTEGER PRIMARY KEY", "int PRIMARY KEY"] {
            let tables = kinds(&format!(
                "CREATE TABLE species (id INTEGER PRIMARY KEY);
                 CREATE TABLE moves (id INTEGER PRIMARY KEY);
                 CREATE TABLE species_moves (species_id {key} REFERENCES species (id),
                     move_id INTEGER NOT NULL REFERENCES moves (id){more});"
            ));
            let (_, kind, reason, _) = &tables[2];
            assert_eq!(kind, "entity");
            let expected = "one to one with species: species_id is the key of both";
            assert!(reason.contains(expected), "{reason}");
            assert_eq!(
                tables[0].3,
                ["species_move() -> at most one SpeciesMove by species_id"]
            );
            assert_eq!(
                tables[1].3,
                ["species_moves() -> many SpeciesMove by move_id"]
            );
        }
    }
    // UNIQUE over the pair is a join as before.
    let tables = kinds(
        "CREATE TABLE species (id INTEGER PRIMARY KEY);
         CREATE TABLE moves (id INTEGER PRIMARY KEY);
         CREATE TABLE species_moves (species_id INTEGER NOT NULL REFERENCES species (id),
             move_id INTEGER NOT NULL REFERENCES moves (id), PRIMARY KEY (species_id, move_id));",
    );
    assert_eq!(tables[2].1, "join");
}

// B2
#[test]
fn a_table_that_others_point_to_is_no_join() {
    let tables = kinds(
        "CREATE TABLE players (id INTEGER PRIMARY KEY);
         CREATE TABLE quests (id INTEGER PRIMARY KEY);
         CREATE TABLE player_quests (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL REFERENCES players (id),
             quest_id INTEGER NOT NULL REFERENCES quests (id), UNIQUE (player_id, quest_id));
         CREATE TABLE steps (id INTEGER PRIMARY KEY, player_quest_id INTEGER NOT NULL REFERENCES player_quests (id), n INT);",
    );
    let (_, kind, reason, _) = &tables[2];
    assert_eq!(kind, "entity");
    assert!(
        reason.contains("no join: steps.player_quest_id points to its rows"),
        "{reason}"
    );
    assert_eq!(
        tables[0].3,
        ["player_quests() -> many PlayerQuest by player_id"]
    );
}

// B8
#[test]
fn a_table_that_inherits_has_no_relation_by_the_key_of_its_parent() {
    let inherits = "CREATE TABLE people (person_id integer NOT NULL, name text);
        CREATE TABLE guilds (id serial PRIMARY KEY);
        CREATE TABLE officers (rank integer, guild_id integer) INHERITS (people);
        CREATE TABLE generals (army text) INHERITS (officers);
        CREATE TABLE visits (id serial PRIMARY KEY, person_id integer NOT NULL);
        ALTER TABLE ONLY people ADD CONSTRAINT people_pkey PRIMARY KEY (person_id);";
    let world = World::new(inherits);
    let found = [
        "officers.guild_id -> guilds",
        "generals.guild_id -> guilds",
        "visits.person_id -> people",
    ];
    assert_eq!(
        world.relations(gamedb_generate::relations::Found::Convention),
        found
    );
    let (schema, _) = world.load();
    let warned: Vec<_> = schema
        .warnings
        .iter()
        .filter(|w| w.contains("inherits from"))
        .collect();
    assert_eq!(warned.len(), 2, "{warned:?}");
    // The written text says so too.
    let input = gamedb_generate::Input {
        schema: world.path("schema.sql"),
        ..Default::default()
    };
    let again = World::new(&gamedb_generate::sqlite_schema(&input).unwrap());
    assert_eq!(
        again.relations(gamedb_generate::relations::Found::Convention),
        found
    );
}
