//! Detects the dialect of a text by its words.

use crate::sql::Dialect;

/// A guess.
pub(crate) struct Guess {
    pub(crate) dialect: Dialect,
    /// What the guess is based on.
    pub(crate) why: String,
}

/// How many bytes of a text are examined, of a dump that can be mostly rows.
const LOOKED_AT: usize = 1 << 20;

/// Words of one dialect alone, and words that other dialects have too.
struct Markers {
    dialect: Dialect,
    own: &'static [&'static str],
    shared: &'static [&'static str],
}

const MYSQL: Markers = Markers {
    dialect: Dialect::MySql,
    own: &[
        "engine=",
        "engine =",
        "auto_increment",
        " unsigned",
        "/*!40",
        "/*!50",
        "mysql dump",
        "mariadb dump",
        "phpmyadmin sql dump",
        "type=myisam",
        "type=innodb",
        "default charset",
        "character set ",
        "on update current_timestamp",
        "\ndelimiter ",
        " enum(",
        " enum (",
        " set(",
        " set (",
        "int(11)",
        "int(10)",
    ],
    shared: &["`", "collate=", "mediumint", "nvarchar", "\nuse "],
};

const POSTGRES: Markers = Markers {
    dialect: Dialect::Postgres,
    own: &[
        "postgresql database dump",
        "pg_catalog",
        "create type ",
        "create domain",
        "character varying",
        "nextval(",
        " owner to ",
        "with time zone",
        "without time zone",
        "::",
        "bigserial",
        " serial not null",
        "jsonb",
        "timestamptz",
        " from stdin",
        "as identity",
        "default now()",
        "create extension",
        "create sequence",
        "alter table only ",
        "plpgsql",
        "inherits (",
        "\n\\",
    ],
    shared: &["double precision", "comment on ", "bytea", "create schema"],
};

/// The markers that a text contains.
struct Matches {
    dialect: Dialect,
    markers: Vec<&'static str>,
    weight: usize,
}

impl Markers {
    fn found(&self, sample: &str) -> Matches {
        let has = |marker: &&'static str| sample.contains(*marker);
        let own: Vec<_> = self.own.iter().copied().filter(has).collect();
        let shared: Vec<_> = self.shared.iter().copied().filter(has).collect();
        Matches {
            dialect: self.dialect,
            weight: 2 * own.len() + shared.len(),
            markers: [own, shared].concat(),
        }
    }
}

impl Matches {
    fn add(&mut self, marker: &'static str) {
        self.markers.push(marker);
        self.weight += 2;
    }
}

/// Whether a column has the type SERIAL: behind a name, and before the end of its definition.
fn has_serial_column(sample: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || "_\"`".contains(c);
    sample.match_indices(" serial").any(|(at, word)| {
        let rest = sample[at + word.len()..].trim_start_matches(' ');
        sample[..at].ends_with(is_name)
            && (rest.starts_with([',', '\n'])
                || rest.starts_with("unique")
                || rest.starts_with("primary"))
    })
}

/// Whether a table has an index in its own statement, as in MySQL: `KEY name (..)`.
fn has_named_key(sample: &str) -> bool {
    let starts = ["\nkey ", ", key ", "\nunique key ", ", unique key "];
    starts.iter().any(|start| {
        sample.match_indices(start).any(|(at, start)| {
            let rest = &sample[at + start.len()..];
            let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_`".contains(c));
            name.len() < rest.len() && name.trim_start().starts_with('(')
        })
    })
}

/// Words of SQLite alone.
const SQLITE: &[&str] = &[
    "autoincrement",
    "without rowid",
    "strict;",
    "pragma ",
    "create virtual table",
];

/// Guesses the dialect of a text. `sqlite_takes_it`: whether SQLite accepts all of it. SQLite accepts
/// nearly any word as a type, so that is weak evidence if the text has another dialect's own words.
pub(crate) fn detect(source: &str, sqlite_takes_it: bool) -> Guess {
    let sample = sample(source);
    let (mut mysql, mut postgres) = (MYSQL.found(&sample), POSTGRES.found(&sample));
    if has_serial_column(&sample) {
        postgres.add("a column of type SERIAL");
    }
    // A column can be called `key`, of a type with a length.
    if !sqlite_takes_it && has_named_key(&sample) {
        mysql.add("a KEY with a name");
    }
    let found = if postgres.weight > mysql.weight {
        postgres
    } else {
        mysql
    };
    if sqlite_takes_it && let Some(marker) = SQLITE.iter().find(|marker| sample.contains(**marker))
    {
        return Guess {
            dialect: Dialect::Sqlite,
            why: format!("it has {}", shown(marker)),
        };
    }
    let least = if sqlite_takes_it { 2 } else { 1 };
    // The text has no word of MySQL's either.
    if found.weight == 0 && !sqlite_takes_it && sample.contains("add constraint") {
        return Guess {
            dialect: Dialect::Postgres,
            why: "SQLite has no ADD CONSTRAINT".to_owned(),
        };
    }
    if found.weight < least {
        return Guess {
            dialect: Dialect::Sqlite,
            why: "nothing in it is another dialect's".to_owned(),
        };
    }
    let shown: Vec<&str> = found
        .markers
        .iter()
        .take(3)
        .map(|marker| shown(marker))
        .collect();
    Guess {
        dialect: found.dialect,
        why: format!("it has {}", shown.join(", ")),
    }
}

fn shown(marker: &str) -> &str {
    match marker {
        "`" => "back ticks",
        "::" => "casts with ::",
        "\n\\" => "lines for psql",
        "/*!40" | "/*!50" => "/*! comments",
        other => other.trim().trim_end_matches(';'),
    }
}

/// The lines of a text that are not rows, in lower case.
fn sample(source: &str) -> String {
    let mut sample = String::new();
    for line in source.lines() {
        let start = line.trim_start().as_bytes();
        let is_row = start.starts_with(b"(")
            || start
                .get(..6)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"insert"));
        if is_row {
            continue;
        }
        sample.push('\n');
        // Lines with the values of rows can be long. Definitions are often aligned.
        let mut was_blank = true;
        for c in line.chars().take(400) {
            let is_blank = c == ' ' || c == '\t';
            if !(is_blank && was_blank) {
                sample.push(if is_blank {
                    ' '
                } else {
                    c.to_ascii_lowercase()
                });
            }
            was_blank = is_blank;
        }
        if sample.len() > LOOKED_AT {
            break;
        }
    }
    sample
}
