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

/// The accessors of a table.
fn accessors(world: &World, table: usize) -> Vec<String> {
    let (schema, config) = world.load();
    let explained = gamedb_generate::explain::explain(&schema, &config).unwrap();
    let accessors = explained.tables[table].accessors.iter();
    accessors
        .map(|said| said.split("()").next().unwrap().to_owned())
        .collect()
}

// B3
#[test]
fn the_shortest_names_do_not_go_to_invitations() {
    let world = World::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE guilds (id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES players (id)) STRICT;
         CREATE TABLE guild_invites (id INTEGER PRIMARY KEY, guild_id INTEGER NOT NULL REFERENCES guilds (id),
            player_id INTEGER NOT NULL REFERENCES players (id), UNIQUE (guild_id, player_id)) STRICT;
         CREATE TABLE guild_membership (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL UNIQUE REFERENCES players (id),
            guild_id INTEGER NOT NULL REFERENCES guilds (id), rank INTEGER NOT NULL) STRICT;",
    );
    let of_guilds = [
        "players_by_guild_invites",
        "add_player_by_guild_invites",
        "remove_player_by_guild_invites",
        "set_players_by_guild_invites",
        "players_by_guild_membership",
        "guild_invites",
        "guild_memberships",
    ];
    assert_eq!(accessors(&world, 1), of_guilds);
    let of_players = accessors(&world, 0);
    assert!(
        of_players.contains(&"guilds_by_guild_invites".to_owned()),
        "{of_players:?}"
    );
    assert!(of_players.contains(&"guilds".to_owned()), "{of_players:?}");
    // A join that is called after its ends has the short names.
    for name in [
        "guild_players",
        "player_guild",
        "guilds_to_players",
        "guild_has_player",
        "guilds_x_players",
    ] {
        let world = World::new(&format!(
            "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;
             CREATE TABLE guilds (id INTEGER PRIMARY KEY) STRICT;
             CREATE TABLE {name} (id INTEGER PRIMARY KEY, guild_id INTEGER NOT NULL REFERENCES guilds (id),
                player_id INTEGER NOT NULL REFERENCES players (id), UNIQUE (guild_id, player_id)) STRICT;"
        ));
        assert_eq!(accessors(&world, 0)[0], "guilds", "{name}");
    }
}

// B3
#[test]
fn accessors_of_many_are_plural_and_follow_the_config() {
    let schema = "CREATE TABLE objects (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE object_attr (id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL REFERENCES objects (id)) STRICT;
         CREATE TABLE cache (id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL UNIQUE REFERENCES objects (id)) STRICT;";
    assert_eq!(accessors(&World::new(schema), 0), ["object_attrs", "cache"]);
    for (toml, expected) in [
        (
            "[tables.object_attr]\nsingular = 'attribute'\n",
            "attributes",
        ),
        ("[tables.object_attr]\nplural = 'traits'\n", "traits"),
        (
            "[tables.object_attr]\nsingular = 'one'\nplural = 'several'\n",
            "several",
        ),
    ] {
        let world = World::new(schema).with_config(toml);
        assert_eq!(accessors(&world, 0)[0], expected);
    }
    // The methods of an owner follow it too.
    let world = World::new(
        "CREATE TABLE objects (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE attr (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE attr_owners (id INTEGER PRIMARY KEY, attr_id INTEGER NOT NULL UNIQUE REFERENCES attr (id) ON DELETE CASCADE,
            object_id INTEGER REFERENCES objects (id) ON DELETE CASCADE, player_id INTEGER REFERENCES players (id) ON DELETE CASCADE,
            CHECK ((object_id IS NOT NULL) + (player_id IS NOT NULL) = 1)) STRICT;",
    )
    .with_config("[tables.attr]\nsingular = 'attribute'\n");
    let found = accessors(&world, 0);
    assert_eq!(found[0], "attributes");
    assert_eq!(found[2], "add_attribute");
}
