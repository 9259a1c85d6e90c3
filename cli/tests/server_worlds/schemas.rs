//! `gamedb generate --postgres-schema`.

use gamedb::{Database, IsWorld, Postgres};

use crate::common::{Name, repository, run, server};

macro_rules! cases {
    ($($name:ident $path:literal;)+) => {
        $(
            #[allow(
                unused,
                unreachable_pub,
                missing_docs,
                clippy::pedantic,
                reason = "tests use a part of the models"
            )]
            #[path = $path]
            mod $name;
        )+
    };
}

cases! {
    by_value "../../../generate/tests/cases/emit_by_value/models.rs";
    checks "../../../generate/tests/cases/emit_checks/models.rs";
    joins "../../../generate/tests/cases/emit_joins/models.rs";
    limited_pivot "../../../generate/tests/cases/emit_limited_pivot/models.rs";
    nests "../../../generate/tests/cases/emit_nests/models.rs";
    one_to_one "../../../generate/tests/cases/emit_one_to_one/models.rs";
    owner_pair "../../../generate/tests/cases/emit_owner_pair/models.rs";
    required_owner "../../../generate/tests/cases/emit_required_owner/models.rs";
    self_reference "../../../generate/tests/cases/emit_self_reference/models.rs";
    several_keys "../../../generate/tests/cases/emit_several_keys/models.rs";
    value_union "../../../generate/tests/cases/emit_value_union/models.rs";
}

/// The file that the command writes for a schema of the repository, without its comments; and what it has said.
fn written(schema: &str, name: &str, more: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models.rs");
    let file = folder.path().join("server.sql");
    let schema = repository(schema);
    let mut arguments = vec![
        "generate",
        "--schema",
        schema.to_str().unwrap(),
        "--out",
        models.to_str().unwrap(),
        "--postgres-schema",
        file.to_str().unwrap(),
        "--world",
        name,
    ];
    arguments.extend(more);
    let said = run(&arguments);
    assert_eq!(said.code, Some(0), "{said:?}");
    (std::fs::read_to_string(&file).unwrap(), said.complaints)
}

/// The statements of a file, without its comments at the start.
fn statements(text: &str) -> &str {
    text.split_once("\n\n").unwrap().1
}

/// What the command makes of a schema is what the engine makes of its models; on a server, too.
fn agrees<W: IsWorld>(schema: &str) {
    let name = Name::new();
    let (text, _) = written(schema, &name.0, &[]);
    assert_eq!(
        statements(&text),
        Database::<W, Postgres>::schema(&name.0).unwrap(),
        "{schema}"
    );
    let outsider = name.outsider();
    outsider.execute(&text).unwrap();
    let mut db = Database::<W, Postgres>::connect(server(), &name.0).unwrap();
    let _ = db.flush().unwrap();
}

#[test]
fn the_command_and_the_engine_agree_on_every_kind_of_table() {
    agrees::<gamedb_models::World>("models/schema.sql");
    for (agrees, case) in [
        (agrees::<by_value::World> as fn(&str), "by_value"),
        (agrees::<checks::World>, "checks"),
        (agrees::<joins::World>, "joins"),
        (agrees::<limited_pivot::World>, "limited_pivot"),
        (agrees::<nests::World>, "nests"),
        (agrees::<one_to_one::World>, "one_to_one"),
        (agrees::<owner_pair::World>, "owner_pair"),
        (agrees::<required_owner::World>, "required_owner"),
        (agrees::<self_reference::World>, "self_reference"),
        (agrees::<several_keys::World>, "several_keys"),
        (agrees::<value_union::World>, "value_union"),
    ] {
        agrees(&format!("generate/tests/cases/emit_{case}/schema.sql"));
    }
}

/// Each rule that the server does not keep is said, in the file and as a warning; each that it keeps is not.
#[test]
fn what_cannot_be_carried_is_said() {
    let (text, complaints) = written("generate/tests/cases/emit_checks/schema.sql", "w", &[]);
    for (check, fate) in [
        ("tag NOT GLOB '*[^a-z0-9]*'", "memory alone"),
        ("abs(hp - max_hp) <= 1000", "memory alone"),
        ("json_valid(notes)", "nothing"),
        ("id < 1000000", "nothing"),
    ] {
        let what = format!("table fighters: CHECK ({check}) is kept by {fate}");
        assert!(text.contains(&format!("--   {what}")), "{text}");
        assert!(
            complaints.contains(&format!("warning: on a server, {what}")),
            "{complaints}"
        );
    }
    let head = &text[..text.len() - statements(&text).len()];
    assert!(
        !head.contains("class IN") && !head.contains("level"),
        "{head}"
    );
    for rule in [
        "CHECK ((\"class\" IN ('1'::bigint, '2'::bigint, '3'::bigint)))",
        "CHECK (\"hp\" <= \"max_hp\")",
    ] {
        assert!(text.contains(rule), "{text}");
    }
}

#[test]
fn a_file_that_is_not_up_to_date_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (models, file) = (path("models.rs"), path("server.sql"));
    let schema = repository("generate/tests/cases/emit_checks/schema.sql");
    let arguments = [
        "generate",
        "--schema",
        schema.to_str().unwrap(),
        "--out",
        &models,
        "--postgres-schema",
        &file,
    ];
    let with = |more: &[&str]| run(&[&arguments, more].concat());
    assert_eq!(with(&["--check"]).code, Some(1), "there is none");
    assert_eq!(with(&[]).code, Some(0));
    assert_eq!(with(&["--check"]).code, Some(0));
    // The world has another name.
    let stale = with(&["--check", "--world", "w"]);
    assert_eq!(stale.code, Some(1), "{stale:?}");
    let update = format!("--postgres-schema {file} --world w`");
    assert!(stale.complaints.contains(&update), "{stale:?}");
    let json = with(&["--check", "--world", "w", "--json"]);
    assert_eq!(json.code, Some(1), "{json:?}");
    for part in ["\"outcome\": \"stale\"", "\"is_new\": true", "tag NOT GLOB"] {
        assert!(json.out.contains(part), "{json:?}");
    }
}

/// A table whose rows change all the time gets room in its pages, and the world is none other for it.
#[test]
fn room_in_a_table_is_no_drift_and_an_unknown_table_is_refused() {
    let name = Name::new();
    let (text, _) = written(
        "models/schema.sql",
        &name.0,
        &["--hot", "mobiles", "--hot", "players"],
    );
    assert_eq!(text.matches("WITH (fillfactor = 85)").count(), 2);
    name.outsider().execute(&text).unwrap();
    drop(Database::<gamedb_models::World, Postgres>::connect(server(), &name.0).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let schema = repository("models/schema.sql");
    let arguments = [
        "generate",
        "--schema",
        schema.to_str().unwrap(),
        "--out",
        &path("models.rs"),
    ];
    let refused = |more: &[&str]| {
        let said = run(&[&arguments, more].concat());
        assert_eq!(said.code, Some(2), "{said:?}");
        said.complaints
    };
    let file = path("server.sql");
    let said = refused(&["--postgres-schema", &file, "--hot", "nothing"]);
    assert!(said.contains("has no table nothing"), "{said}");
    let said = refused(&["--postgres-schema", &file, "--world", &"n".repeat(64)]);
    assert!(said.contains("63 bytes"), "{said}");
    // What was written by hand is not written over, and neither is the schema itself.
    std::fs::write(&file, "SELECT 1;").unwrap();
    assert!(refused(&["--postgres-schema", &file]).contains("is not a file that gamedb wrote"));
    assert!(
        refused(&["--postgres-schema", schema.to_str().unwrap()]).contains("cannot be an output")
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "SELECT 1;");
}
