//! Schemas that are too long to be read, so nobody checks them in: many tables, wide tables, and names that could mean
//! something else.

use std::fmt::Write as _;

/// Small tables, so many that their world does not fit in the stack of a thread.
pub(crate) fn many_tables(n: usize) -> String {
    let table = |n| {
        format!("CREATE TABLE things_{n} (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;\n")
    };
    (0..n).map(table).collect()
}

/// Tables with as many columns as no checked-in case has, on both sides of every kind of flags.
pub(crate) fn broad_tables(widths: &[usize]) -> String {
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
pub(crate) fn nasty_columns() -> String {
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
pub(crate) fn nasty_tables() -> String {
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
