//! The generated source: each `emit_*` folder of `cases/` against the models.rs checked in beside it,
//! and all of them through the compiler.

mod round_trip;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gamedb_generate::emit::Unsupported;
use gamedb_generate::{Error, Input, Model, Options, Outcome, generate, read, resolve};

/// Set it to write what is generated instead of comparing.
const BLESS: &str = "GAMEDB_BLESS";

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn options(schema: PathBuf, out: PathBuf, check: bool) -> Options {
    let input = Input {
        schema,
        ..Input::default()
    };
    Options {
        input,
        out,
        sqlite_schema: None,
        check,
    }
}

/// Schemas that stand beside the repository, where they do.
fn shared_schemas() -> Option<Vec<PathBuf>> {
    let files = fs::read_dir(folder("../../shared/schemas")).ok()?;
    let mut schemas: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    schemas.sort();
    schemas.retain(|path| {
        let holds_models = fs::read(path).is_ok_and(|text| text.starts_with(b"// @generated"));
        if holds_models {
            println!("skipped: {} holds models", path.display());
        }
        !holds_models
    });
    Some(schemas)
}

fn resolved(schema: &Path) -> Model {
    let schema = schema.to_owned();
    let input = Input {
        schema,
        config: None,
        dialect: None,
    };
    let (schema, config) = read(&input).expect("the case is read");
    resolve(&schema, &config).expect("the case is resolved")
}

/// Holds what is generated for a case against its models.rs, byte for byte.
fn check(case: &str) {
    let case = folder("tests/cases").join(format!("emit_{case}"));
    let bless = std::env::var_os(BLESS).is_some();
    let options = options(case.join("schema.sql"), case.join("models.rs"), !bless);
    if let Outcome::Stale { diff } = generate(&options).expect("the case is generated") {
        panic!("{diff}\n`{BLESS}=1 cargo test -p gamedb-generate --test emit` writes it anew");
    }
}

macro_rules! cases {
    ($($case:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($case)),*];
        $(
            #[test]
            fn $case() {
                check(stringify!($case));
            }
        )*
    };
}

cases! {
    names self_reference several_keys composite nullable wide required_owner value_union one_to_one limited_pivot
    checks
    joins
    owner_pair given_ids by_value nests no_case parcels
}

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

/// All cases, and the schemas of the other tests, as modules of one crate that allows no warning, with
/// tests of its own in `emit_behaviour.rs`. Each module is compiled once: for the tests, or, if it has
/// none, without them.
#[test]
fn everything_generated_compiles_without_a_warning_and_works() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emitted");
    fs::create_dir_all(root.join("src")).expect("the folder is made");
    let mut modules =
        String::from("//! All cases.\n#![forbid(unsafe_code)]\n#![deny(warnings, missing_docs)]\n");
    let mut module = |name: &str, schema: &Path, models: &Path| {
        let _ = write!(
            modules,
            "/// One case.\n#[cfg(test)]\n#[path = {models:?}]\npub mod {name};\n"
        );
        let model = resolved(schema);
        // Random rows do not satisfy what nobody but the file can judge.
        if model
            .tables
            .iter()
            .all(|table| table.file_checks.is_empty())
        {
            let program = round_trip::program(&model, &format!("crate::{name}"));
            let path = root.join(format!("src/round_trip_{name}.rs"));
            fs::write(&path, program).expect("the round trip is written");
            let _ = write!(modules, "#[cfg(test)]\nmod round_trip_{name};\n");
        }
    };
    for case in CASES {
        let case_folder = folder("tests/cases").join(format!("emit_{case}"));
        let (schema, models) = (
            case_folder.join("schema.sql"),
            case_folder.join("models.rs"),
        );
        module(case, &schema, &models);
    }
    let game = folder("../models");
    module(
        "game",
        &game.join("schema.sql"),
        &game.join("src/models/mod.rs"),
    );
    for other in ["convention", "hostile", "plain", "twins", "unfollowed"] {
        let out = root.join(format!("src/{other}.rs"));
        let schema = folder("tests/cases").join(other).join("schema.sql");
        generate(&options(schema.clone(), out.clone(), false)).expect("the case is generated");
        module(&format!("other_{other}"), &schema, &out);
    }
    // Too long to be read, so nobody checks them in.
    let long = |name: &str, source: String| {
        let schema = root.join(format!("src/{name}.sql"));
        let out = schema.with_extension("rs");
        fs::write(&schema, source).expect("the schema is written");
        generate(&options(schema.clone(), out.clone(), false)).expect("the case is generated");
        assert_formatted(&out);
        (schema, out)
    };
    let broad = broad_tables(&[65, 105, 140, 300]);
    for (name, source) in [("broad", broad), ("nasty", nasty_columns())] {
        let (schema, out) = long(name, source);
        module(name, &schema, &out);
    }
    let (_, many) = long("many", many_tables(300));
    match shared_schemas() {
        Some(schemas) => {
            for (at, schema) in schemas.into_iter().enumerate() {
                let out = root.join(format!("src/shared_{at}.rs"));
                generate(&options(schema.clone(), out.clone(), false)).expect("it is generated");
                module(&format!("shared_{at}"), &schema, &out);
            }
        }
        None => println!("skipped: ../shared/schemas is not there"),
    }
    let _ = write!(
        modules,
        "#[cfg(test)]\n#[path = {:?}]\nmod round_trip;\n",
        folder("tests/cases/round_trip.rs")
    );
    let _ = write!(
        modules,
        "#[cfg(test)]\n#[path = {:?}]\nmod behaviour;\n",
        folder("tests/cases/emit_behaviour.rs")
    );
    let _ = write!(
        modules,
        "#[cfg(test)]\n#[path = {:?}]\nmod nests_behaviour;\n",
        folder("tests/cases/emit_nests_behaviour.rs")
    );
    let _ = write!(
        modules,
        "/// As many tables as a large game has.\n#[cfg(test)]\n#[path = {many:?}]\npub mod many;\n"
    );
    // So many that no test is made of them: that would take a minute.
    let (_, more_broad) = long("more_broad", broad_tables(&[64, 128, 129]));
    // In a folder, where each name is one of a file as well.
    let (schema, nasty_tables) = (root.join("src/nasty.sql"), root.join("src/nasty_tables"));
    fs::write(&schema, self::nasty_tables()).expect("the schema is written");
    generate(&options(schema, nasty_tables.clone(), false)).expect("the case is generated");
    for entry in fs::read_dir(&nasty_tables).expect("there is a folder") {
        assert_formatted(&entry.expect("there is a file").path());
    }
    for (name, path) in [
        ("more_broad", more_broad),
        ("nasty_tables", nasty_tables.join("mod.rs")),
    ] {
        let _ = write!(
            modules,
            "/// One case.\n#[cfg(not(test))]\n#[path = {path:?}]\npub mod {name};\n"
        );
    }
    let gamedb = folder("..");
    let manifest = format!(
        "[package]\nname = \"emitted\"\nedition = \"2024\"\n\n[dependencies]\n\
         gamedb = {{ path = {gamedb:?} }}\nfastrand = \"2.4\"\nrusqlite = {{ version = \"0.43\", default-features = false }}\ntempfile = \"3.27\"\n\n[profile.dev]\ndebug = 0\n\n[profile.dev.package.\"*\"]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
    );
    fs::write(root.join("src/lib.rs"), modules).expect("lib.rs is written");
    fs::write(root.join("src/main.rs"), binary()).expect("main.rs is written");
    fs::write(root.join("Cargo.toml"), manifest).expect("Cargo.toml is written");
    fs::copy(gamedb.join("Cargo.lock"), root.join("Cargo.lock")).expect("Cargo.lock is copied");
    // What the workspace has built is not built again: the same versions, and the same profile.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let target = target.expect("it is a folder of the target folder");
    for command in ["check --lib --bins", "test --lib"] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(command.split(' '))
            .args(["--quiet", "--offline"])
            .current_dir(&root)
            .env("CARGO_TARGET_DIR", target);
        let output = cargo.output().expect("cargo runs");
        let printed = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        assert!(
            output.status.success(),
            "{}{}",
            printed(&output.stdout),
            printed(&output.stderr)
        );
    }
}

/// A program in one crate with its models, of which it uses a single table: that of a folder, and of no other.
fn binary() -> String {
    let models = |case: &str| folder("tests/cases").join(case).join("models.rs");
    let mut program = String::from("//! A game.\n#![deny(warnings)]\n");
    let cases = ["composite", "joins", "required_owner", "wide"];
    for case in cases {
        let path = models(&format!("emit_{case}"));
        // As what a build script writes is included.
        let _ = write!(program, "mod {case} {{\n    include!({path:?});\n}}\n");
    }
    let game = folder("../models").join("src/models/mod.rs");
    let _ = write!(program, "#[path = {game:?}]\nmod game;\n");
    program.push_str(
        "fn main() {\n    let mut world = game::World::new();\n    let item = world.insert(game::Item::default());\n    \
         assert!(item.is_ok());\n}\n",
    );
    program
}

/// That rustfmt has nothing to say: long sources are formatted in parts.
fn assert_formatted(models: &Path) {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check"]).arg(models);
    let output = rustfmt.output().expect("rustfmt runs");
    let diff = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{diff}");
}

/// Small tables, so many that their world does not fit in the stack of a thread.
fn many_tables(n: usize) -> String {
    let table = |n| {
        format!("CREATE TABLE things_{n} (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;\n")
    };
    (0..n).map(table).collect()
}

/// Tables with as many columns as no checked-in case has, on both sides of every kind of flags.
fn broad_tables(widths: &[usize]) -> String {
    let mut schema = String::new();
    for &n_columns in widths {
        let column = |n: usize| match n % 5 {
            0 => format!("    text_{n} TEXT NOT NULL DEFAULT 'x',\n"),
            1 => format!("    real_{n} REAL NOT NULL,\n"),
            2 => format!(
                "    parent_{n} INTEGER REFERENCES broad_{n_columns} (id) ON DELETE SET NULL,\n"
            ),
            3 => format!("    mood_{n} TEXT NOT NULL CHECK (mood_{n} IN ('GLAD', 'SAD')),\n"),
            _ => format!("    whole_{n} INTEGER,\n"),
        };
        let columns: String = (0..n_columns).map(column).collect();
        // More columns than a tuple has places, and the last one.
        let unique: Vec<String> = (0..13).map(|n| format!("text_{}", n * 5)).collect();
        let last = columns.trim_end().rsplit("\n").next().unwrap_or_default();
        let last = last.split_whitespace().next().unwrap_or_default();
        let _ = write!(
            schema,
            "CREATE TABLE broad_{n_columns} (\n    id INTEGER PRIMARY KEY,\n{columns}    UNIQUE ({})\n) STRICT;\n\
             CREATE INDEX broad_{n_columns}_last ON broad_{n_columns} ({last});\n",
            unique.join(", ")
        );
    }
    schema
}

/// Words that could mean something else.
const WORDS: &str = "abstract as async await become box break const continue do dyn else enum \
    extern false final fn for gen if impl in let loop macro match mod move mut override priv pub \
    ref return static struct trait true try type typeof unsafe unsized use virtual where while \
    yield self super crate union auto default raw safe macro_rules key row as_ref world columns \
    get get_mut insert remove deref deref_mut clone eq fmt iter into from borrow new link unlink \
    linked set_links owned owner children child parent required_parent put set add give pivot_row \
    pivot_rows value load table table_mut index_hash index_eq null_field differs replace ends hash \
    len string option result vec id_ tables error entity some none ok err rows row_reader join \
    from_left flag flags wide_bits database gamedb core std alloc codegen entity fields views i64 bool f64 \
    str usize column foreign_key index info table_id part parts composite indexed checked order unused arm pivot drop iterator send copy debug set_name set_set_name name";
/// Names that try to get out of the code.
const HOSTILE: &[&str] = &[
    "foo-bar",
    "foo_bar",
    "foo bar",
    "Foo Bar2",
    "FOO_BAR2",
    "3d",
    "4",
    "_",
    "__",
    "e\u{301}t",
    "\u{e9}t",
    "日本語",
    "a\"b",
    "*/ fn evil() {}",
    "\"#",
    "{}",
    "{0}",
    "a\nb",
    "a\rb",
    "'",
    "\\",
    "r#type",
    "a`b",
    "```",
    "%s",
    "\t",
    "\u{200b}",
    "\u{202e}",
    "\u{ff41}",
    "\u{aa}",
    "\u{b2}",
    "\u{17f}",
    "ß",
    "İ",
    "'; DROP TABLE x; --",
    "]]>",
    "//",
    "///",
    "#[evil]",
    "$name",
    "\\u{41}",
];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Every word that could mean something else, as the name of a column, of a foreign key, of an enum's
/// text and of an owner; and names that try to get out of the code.
fn nasty_columns() -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let long = "x".repeat(300);
    let hostile: Vec<&str> = HOSTILE.iter().copied().chain([long.as_str()]).collect();
    let list = |names: &[&str], after: &str| {
        let columns = names.iter().map(|name| format!("{} {after}", quoted(name)));
        columns.collect::<Vec<_>>().join(",\n    ")
    };
    let texts: Vec<String> = words
        .iter()
        .chain(&hostile)
        .map(|text| format!("'{}'", text.replace('\'', "''")))
        .collect();
    let mut schema = format!(
        "CREATE TABLE targets (id INTEGER PRIMARY KEY) STRICT;\n\
         CREATE TABLE words (id INTEGER PRIMARY KEY, {}) STRICT;\n\
         CREATE TABLE keys (id INTEGER PRIMARY KEY, {}) STRICT;\n\
         CREATE TABLE marks (id INTEGER PRIMARY KEY, {}) STRICT;\n\
         CREATE TABLE texts (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ({}))) STRICT;\n\
         CREATE TABLE pairs (id INTEGER PRIMARY KEY, self INTEGER NOT NULL REFERENCES targets (id),\n\
             \"type\" INTEGER NOT NULL REFERENCES targets (id), UNIQUE (self, \"type\")) STRICT;\n",
        list(&words, "TEXT NOT NULL"),
        list(&words, "INTEGER REFERENCES targets (id)"),
        list(&hostile, "TEXT NOT NULL UNIQUE"),
        texts.join(", "),
    );
    for name in ["Self", "type", "world", "fn"] {
        schema.push_str(&table_with_key(name));
    }
    schema.push_str(
        "CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT;\n\
         CREATE TABLE thing_owners (id INTEGER PRIMARY KEY,\n\
             thing_id INTEGER NOT NULL UNIQUE REFERENCES things (id) ON DELETE CASCADE,\n\
             self_id INTEGER REFERENCES \"Self\" (id), type_id INTEGER REFERENCES \"type\" (id),\n\
             world_id INTEGER REFERENCES \"world\" (id),\n\
             CHECK ((self_id IS NOT NULL) + (type_id IS NOT NULL) + (world_id IS NOT NULL) = 1)) STRICT;\n\
         CREATE TABLE match_things (id INTEGER PRIMARY KEY, fn_id INTEGER NOT NULL REFERENCES \"fn\" (id),\n\
             world_id INTEGER NOT NULL REFERENCES \"world\" (id), UNIQUE (fn_id, world_id)) STRICT;\n",
    );
    schema
}

fn table_with_key(name: &str) -> String {
    let (table, column) = (quoted(name), quoted(&format!("{name}_id")));
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, {column} INTEGER REFERENCES targets (id)) STRICT;\n"
    )
}

/// The same as names of tables.
fn nasty_tables() -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    // Some words mean nothing as a table's name that they do not mean as a column's.
    let words = words.into_iter().skip(48);
    let names = ["Self", "type", "fn", "Player Key", "PlayerKey", "player"];
    let long = "x".repeat(300);
    let names = words
        .chain(names)
        .chain(HOSTILE.iter().copied())
        .chain([long.as_str()]);
    let tables = names.map(table_with_key).collect::<String>();
    format!("CREATE TABLE targets (id INTEGER PRIMARY KEY) STRICT;\n{tables}")
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

/// What is refused: schema and config in, error out.
fn refused(schema: &str, config: &str) -> Unsupported {
    let folder = tempfile::tempdir().expect("a folder is made");
    let file = folder.path().join("schema.sql");
    fs::write(&file, schema).expect("the schema is written");
    fs::write(folder.path().join("gamedb.toml"), config).expect("the config is written");
    match generate(&options(file, folder.path().join("models.rs"), false)) {
        Err(Error::Unsupported(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_engine_cannot_keep_is_refused() {
    let twice = fs::read_to_string(folder("tests/cases/owned_twice/schema.sql"))
        .expect("the case is there");
    let both = "[pivots.crate_owners]\npivot = true\n[pivots.crate_holders]\npivot = true\n";
    assert!(matches!(
        refused(&twice, both),
        Unsupported::OwnedTwice { .. }
    ));
    let asked = "[pivots.c_owners]\npivot = true\n";

    let pivot = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c_owners (
            id INTEGER PRIMARY KEY,
            c_id INTEGER NOT NULL UNIQUE REFERENCES c (id) ON DELETE CASCADE,
            a_id INTEGER REFERENCES a (id),
            b_id INTEGER REFERENCES {b} (id),
            CHECK ((a_id IS NOT NULL) + (b_id IS NOT NULL) = 1)
        ) STRICT;";
    let one_table = Unsupported::OneTableTwice {
        pivot: "c_owners".into(),
        column: "a_id".into(),
    };
    let methods = format!("{asked}methods = [\"a_id\", \"b_id\"]\n");
    assert_eq!(refused(&pivot.replace("{b}", "a"), &methods), one_table);

    let unique = Unsupported::UniqueOwner {
        table: "c_owners".into(),
        column: "b_id".into(),
    };
    assert_eq!(
        refused(
            &pivot.replace("REFERENCES {b} (id)", "UNIQUE REFERENCES b (id)"),
            asked
        ),
        unique
    );

    let note = "CREATE TABLE notes (id INTEGER PRIMARY KEY, c_owner_id INTEGER REFERENCES c_owners (id)) STRICT;";
    let to_pivot = Unsupported::KeyToPivot {
        table: "notes".into(),
        column: "c_owner_id".into(),
        pivot: "c_owners".into(),
    };
    assert_eq!(
        refused(&(pivot.replace("{b}", "b") + note), asked),
        to_pivot
    );
}
