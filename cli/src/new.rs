//! `gamedb new`: a game server to begin with.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::files::print_json;

/// The files of the package, and their texts with marks for what differs.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../template/Cargo.toml.in")),
    (".gitignore", include_str!("../template/gitignore.in")),
    ("README.md", include_str!("../template/README.md.in")),
    ("schema.sql", include_str!("../template/schema.sql")),
    ("gamedb.toml", include_str!("../template/gamedb.toml")),
    ("build.rs", include_str!("../template/build.rs")),
    ("src/lib.rs", include_str!("../template/lib.rs.in")),
    ("src/main.rs", include_str!("../template/main.rs.in")),
    ("tests/game.rs", include_str!("../template/game.rs.in")),
];

#[derive(Args)]
pub(crate) struct Arguments {
    /// The name of the package, and of the folder that is made here.
    name: String,
    /// Use the crates of this folder, a checkout of gamedb, instead of those of the registry.
    #[arg(long, value_name = "FOLDER")]
    path: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let name = &arguments.name;
    refuse_name(name)?;
    let checkout = arguments.path.as_deref().map(checkout).transpose()?;
    let folder = Path::new(name);
    // It fails if there is something already, of whatever kind.
    fs::create_dir(folder).map_err(|error| format!("the folder {name} cannot be made: {error}"))?;
    for (path, text) in FILES {
        let path = folder.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, filled(text, name, checkout.as_deref()))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    if is_json {
        let files: Vec<_> = FILES.iter().map(|(path, _)| path).collect();
        print_json(&json!({ "folder": name, "files": files }));
    } else {
        println!(
            "{name}: a game server; `cd {name} && cargo run` starts it, `cargo test` tests it"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses what cargo would, and what would be a name of something else.
fn refuse_name(name: &str) -> Result<(), String> {
    const TAKEN: &[&str] = &[
        "gamedb",
        "gamedb-generate",
        "ctrlc",
        "test",
        "core",
        "std",
        "alloc",
        "proc-macro",
        "build",
        "deps",
        "examples",
        "incremental",
    ];
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_word);
    let lower = name.to_ascii_lowercase().replace('_', "-");
    if is_name && !TAKEN.contains(&lower.as_str()) && !is_keyword(name) {
        return Ok(());
    }
    Err(format!(
        "{name:?} cannot be the name of a package: it has to begin with a letter, go on with letters, digits, `-` and \
         `_`, and be no name of Rust's, of cargo's or of a dependency"
    ))
}

/// Whether the name of the library could not be written in a path.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
        "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
        "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
        "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type",
        "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    KEYWORDS.contains(&name)
}

/// The absolute path of a checkout.
fn checkout(path: &Path) -> Result<PathBuf, String> {
    let found = fs::canonicalize(path);
    let found = found.map_err(|error| format!("{}: {error}", path.display()))?;
    if found.join("generate/Cargo.toml").is_file() && found.join("src/lib.rs").is_file() {
        return Ok(found);
    }
    Err(format!("{} is not a checkout of gamedb", path.display()))
}

/// A text of the template with its marks filled in.
fn filled(text: &str, name: &str, checkout: Option<&Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let dependency = |folder: &str| match checkout {
        // A string of TOML: of the escapes of JSON, all that may come up in a path are also TOML's.
        Some(checkout) => format!(
            "{{ path = {} }}",
            json!(checkout.join(folder).to_string_lossy())
        ),
        None => format!("\"{version}\""),
    };
    text.replace("@name@", name)
        .replace("@crate@", &name.replace('-', "_"))
        .replace("@rust@", env!("CARGO_PKG_RUST_VERSION"))
        .replace("@gamedb@", &dependency(""))
        .replace("@generate@", &dependency("generate"))
}
