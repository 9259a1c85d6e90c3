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
        " serial primary",
        " serial not null",
        "jsonb",
        "timestamptz",
        " from stdin",
        "as identity",
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
    let (mysql, postgres) = (MYSQL.found(&sample), POSTGRES.found(&sample));
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
        other => other.trim(),
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
        // Lines with the values of rows can be long.
        sample.extend(line.chars().take(400).map(|c| c.to_ascii_lowercase()));
        if sample.len() > LOOKED_AT {
            break;
        }
    }
    sample
}
