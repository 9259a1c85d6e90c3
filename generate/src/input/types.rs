//! Types by their names in the dialects, and what they hold.

use sqlparser::tokenizer::Token;

use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, parts, text};
use crate::sql::tokens::join;

/// A type as declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeclaredType {
    /// Its words in lower case: `timestamp with time zone`.
    pub(crate) base: String,
    /// Its arguments in parentheses: numbers as written, strings without their quotes.
    pub(crate) arguments: Vec<String>,
    pub(crate) unsigned: bool,
    pub(crate) array: bool,
    /// Whether its name is quoted in backticks or `"`, so that it is a type that the schema defines.
    pub(crate) text: String,
}

/// What a column holds, in the terms of SQLite's types and CHECKs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SqlType {
    Bool,
    /// From, to.
    Integer(i64, i64),
    Real {
        unsigned: bool,
    },
    /// With its longest length in characters.
    Text(Option<u64>),
    /// A decimal number with this scale, as text.
    Exact(Option<u32>),
    /// A date or time, as text.
    Moment,
    /// Anything else that the database writes as text.
    Other,
    Enum(Vec<String>),
    /// With its longest length in bytes.
    Blob(Option<u64>),
}

/// What is known of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: SqlType,
    /// What the translation loses.
    pub(crate) warning: Option<&'static str>,
}

impl Meaning {
    /// A type that SQLite keeps exactly.
    fn exact(kind: SqlType) -> Option<Self> {
        Some(Self {
            kind,
            warning: None,
        })
    }

    /// A type of which the translation loses something.
    fn lossy(kind: SqlType, warning: &'static str) -> Option<Self> {
        Some(Self {
            kind,
            warning: Some(warning),
        })
    }
}

impl SqlType {
    /// Any integer that fits into 64 bits.
    pub(crate) const ANY_INTEGER: Self = Self::Integer(i64::MIN, i64::MAX);

    /// SQLite's name for it.
    pub(crate) fn sql(&self) -> &'static str {
        match self {
            Self::Bool | Self::Integer(..) => "INTEGER",
            Self::Real { .. } => "REAL",
            Self::Text(_) | Self::Exact(_) | Self::Moment | Self::Other | Self::Enum(_) => "TEXT",
            Self::Blob(_) => "BLOB",
        }
    }

    pub(crate) fn is_integer(&self) -> bool {
        matches!(self, Self::Bool | Self::Integer(..))
    }
}

/// Types of several words, the longest first.
const PHRASES: &[&[&str]] = &[
    &["national", "character", "varying"],
    &["national", "char", "varying"],
    &["national", "character"],
    &["national", "varchar"],
    &["national", "char"],
    &["nchar", "varchar"],
    &["nchar", "varying"],
    &["native", "character"],
    &["character", "varying"],
    &["varying", "character"],
    &["char", "varying"],
    &["char", "byte"],
    &["bit", "varying"],
    &["binary", "varying"],
    &["double", "precision"],
    &["unsigned", "big", "int"],
    &["long", "varchar"],
    &["long", "varbinary"],
    &["long", "char", "varying"],
];

/// Reads a type, and the attributes that MySQL allows behind it (UNSIGNED, CHARACTER SET).
pub(crate) fn declared(cursor: &mut Cursor<'_>) -> Option<DeclaredType> {
    let mark = cursor.mark();
    let phrase = PHRASES.iter().find(|words| cursor.eat_all(words));
    let mut ty = DeclaredType {
        base: match phrase {
            Some(words) => words.join(" "),
            None => cursor.path()?.name.to_lowercase(),
        },
        ..DeclaredType::default()
    };
    if let Some(inside) = cursor.group() {
        let argument = |part: &[crate::sql::tokens::Piece]| match part {
            [only] => text(only).unwrap_or_else(|| only.text.clone()),
            several => join(several),
        };
        ty.arguments = parts(inside).into_iter().map(argument).collect();
    }
    if ty.base == "interval" {
        let fields = ["year", "month", "day", "hour", "minute", "second", "to"];
        while cursor.eat_any(&fields) {
            cursor.group();
        }
    }
    for zone in ["with", "without"] {
        if ty.base.starts_with("time") && cursor.eat_all(&[zone, "time", "zone"]) {
            ty.base = format!("{} {zone} time zone", ty.base);
        }
    }
    loop {
        if cursor.eat("unsigned") || cursor.eat("zerofill") {
            // ZEROFILL implies UNSIGNED in MySQL.
            ty.unsigned = true;
        } else if cursor.eat("array") {
            ty.array = true;
        } else if cursor.sees_token(&Token::LBracket) {
            ty.array = true;
            while let Some(piece) = cursor.next() {
                if piece.token.token == Token::RBracket {
                    break;
                }
            }
        } else if !cursor.eat("signed") {
            break;
        }
    }
    ty.text = join(cursor.since(mark));
    Some(ty)
}

impl DeclaredType {
    /// How `[types]` may name it, the most exact first: `decimal(10,2)`, `decimal`.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let suffix = match (self.unsigned, self.array) {
            (_, true) => "[]",
            (true, _) => " unsigned",
            _ => "",
        };
        let full = match self.arguments.as_slice() {
            [] => self.base.clone(),
            arguments => format!("{}({})", self.base, arguments.join(",")),
        };
        for name in [
            format!("{full}{suffix}"),
            format!("{}{suffix}", self.base),
            full,
            self.base.clone(),
        ] {
            // An array is not called by the type of its elements.
            if !names.contains(&name) && (!self.array || name.ends_with("[]")) {
                names.push(name);
            }
        }
        names
    }

    /// NUMERIC without a scale.
    pub(crate) fn is_plain_numeric(&self) -> bool {
        let bases = ["decimal", "numeric", "dec", "fixed", "number"];
        bases.contains(&self.base.as_str()) && self.arguments.is_empty() && !self.array
    }

    fn number(&self, at: usize) -> Option<u64> {
        self.arguments.get(at)?.trim().parse().ok()
    }

    /// What it holds; `None` for a type that is not known.
    pub(crate) fn meaning(&self, dialect: Dialect) -> Option<Meaning> {
        if self.array {
            return Meaning::lossy(
                SqlType::Other,
                "an array is kept as the text that the database writes for it",
            );
        }
        self.number_type(dialect)
            .or_else(|| self.text_type(dialect))
            .or_else(|| self.blob_type(dialect))
            .or_else(|| self.other_type(dialect))
            .or_else(|| match dialect {
                Dialect::Sqlite => affinity(&self.base).and_then(Meaning::exact),
                _ => None,
            })
    }

    /// A number in parentheses, where the dialect limits values by it: SQLite does not.
    fn limit(&self, at: usize, dialect: Dialect) -> Option<u64> {
        self.number(at).filter(|_| dialect != Dialect::Sqlite)
    }

    /// Numbers, bools and bits.
    fn number_type(&self, dialect: Dialect) -> Option<Meaning> {
        let unsigned = self.unsigned && dialect != Dialect::Sqlite;
        match self.base.as_str() {
            "tinyint" | "int1" if self.number(0) == Some(1) => Meaning::exact(SqlType::Bool),
            "bool" | "boolean" => Meaning::exact(SqlType::Bool),
            "bit" if dialect != Dialect::Postgres => match self.number(0).unwrap_or(1) {
                1 => Meaning::exact(SqlType::Bool),
                bits @ 2..=63 => Meaning::exact(SqlType::Integer(0, i64::MAX >> (63 - bits))),
                _ => {
                    let bits = self.limit(0, dialect);
                    Meaning::exact(SqlType::Blob(bits.map(|bits| bits.div_ceil(8))))
                }
            },
            "bit" | "bit varying" | "varbit" => match self.number(0) {
                None | Some(1) if self.base == "bit" => Meaning::exact(SqlType::Bool),
                _ => Meaning::lossy(SqlType::Other, "a row of bits is kept as a text of 0 and 1"),
            },
            "tinyint" | "int1" | "smallint" | "int2" | "smallserial" | "serial2" | "mediumint"
            | "middleint" | "int3" | "int" | "integer" | "int4" | "serial" | "serial4"
            | "bigint" | "int8" | "bigserial" | "serial8" | "oid" | "xid" | "unsigned big int" => {
                self.integer(dialect)
            }
            "year" => Meaning::exact(SqlType::Integer(0, 2155)),
            "real" | "double" | "double precision" | "float" | "float4" | "float8" => {
                Meaning::exact(SqlType::Real { unsigned })
            }
            // SQLite keeps a number as it is; only a scale says that it is exact.
            _ if dialect == Dialect::Sqlite && self.is_plain_numeric() => {
                Meaning::exact(SqlType::Real { unsigned: false })
            }
            "decimal" | "numeric" | "dec" | "fixed" | "number" => {
                let scale = self.number(1).and_then(|scale| u32::try_from(scale).ok());
                // The scale is 0 in MySQL, unless it is given.
                let scale = scale.or_else(|| (dialect == Dialect::MySql).then_some(0));
                Meaning::exact(SqlType::Exact(scale))
            }
            "money" | "smallmoney" => Meaning::exact(SqlType::Exact(None)),
            _ => None,
        }
    }

    /// Texts, enums among them.
    fn text_type(&self, dialect: Dialect) -> Option<Meaning> {
        let length = self.limit(0, dialect);
        match self.base.as_str() {
            "char" | "character" | "nchar" | "national char" | "national character" | "bpchar"
            | "native character" => {
                let one = (self.base != "bpchar" && dialect != Dialect::Sqlite).then_some(1);
                Meaning::exact(SqlType::Text(length.or(one)))
            }
            "varchar"
            | "character varying"
            | "varchar2"
            | "nvarchar"
            | "char varying"
            | "varying character"
            | "national varchar"
            | "national char varying"
            | "national character varying"
            | "nchar varchar"
            | "nchar varying" => Meaning::exact(SqlType::Text(length)),
            "text" | "tinytext" | "mediumtext" | "longtext" | "clob" | "ntext" | "long"
            | "long varchar" | "long char varying" | "name" | "string" => {
                Meaning::exact(SqlType::Text(None))
            }
            "citext" => Meaning::lossy(
                SqlType::Text(None),
                "texts that differ in upper and lower case are different here",
            ),
            "enum" => Meaning::exact(SqlType::Enum(self.arguments.clone())),
            _ => None,
        }
    }

    /// Bytes.
    fn blob_type(&self, dialect: Dialect) -> Option<Meaning> {
        let length = self.limit(0, dialect);
        match self.base.as_str() {
            "blob" | "tinyblob" | "mediumblob" | "longblob" | "bytea" | "image"
            | "long varbinary" => Meaning::exact(SqlType::Blob(None)),
            "binary" | "char byte" if dialect == Dialect::MySql => {
                Meaning::exact(SqlType::Blob(length.or(Some(1))))
            }
            "varbinary" | "binary varying" | "binary" | "char byte" => {
                Meaning::exact(SqlType::Blob(length))
            }
            "geometry" | "geography" | "point" | "linestring" | "polygon" | "multipoint"
            | "multilinestring" | "multipolygon" | "geometrycollection" | "geomcollection"
                if dialect == Dialect::MySql =>
            {
                Meaning::lossy(
                    SqlType::Blob(None),
                    "a shape is kept as the bytes that the database writes for it",
                )
            }
            _ => None,
        }
    }

    /// Dates and times, and what is kept as the text that the database writes for it.
    fn other_type(&self, dialect: Dialect) -> Option<Meaning> {
        match self.base.as_str() {
            "date"
            | "datetime"
            | "timestamp"
            | "timestamptz"
            | "time"
            | "timetz"
            | "interval"
            | "datetime2"
            | "smalldatetime"
            | "abstime"
            | "reltime"
            | "timestamp with time zone"
            | "timestamp without time zone"
            | "time with time zone"
            | "time without time zone" => Meaning::exact(SqlType::Moment),
            "set" | "json" | "jsonb" | "uuid" | "uniqueidentifier" => {
                Meaning::exact(SqlType::Other)
            }
            "geometry" | "geography" | "point" | "line" | "lseg" | "box" | "path" | "polygon"
            | "circle" | "inet" | "inet4" | "inet6" | "cidr" | "macaddr" | "macaddr8" | "xml"
            | "tsvector" | "tsquery" | "hstore" | "ltree" | "int4range" | "int8range"
            | "numrange" | "tsrange" | "tstzrange" | "daterange" | "int4multirange"
            | "int8multirange" | "nummultirange" | "tsmultirange" | "tstzmultirange"
            | "datemultirange" | "vector" | "pg_lsn" | "regclass" | "regtype" | "regproc"
            | "xid8" | "cube" | "jsonpath" | "sql_variant"
                if dialect != Dialect::Sqlite =>
            {
                Meaning::lossy(
                    SqlType::Other,
                    "it is kept as the text that the database writes for it",
                )
            }
            _ => None,
        }
    }

    fn integer(&self, dialect: Dialect) -> Option<Meaning> {
        let bits: u32 = match self.base.as_str() {
            _ if dialect == Dialect::Sqlite => 64,
            "tinyint" | "int1" => 8,
            "smallint" | "int2" | "smallserial" | "serial2" => 16,
            "mediumint" | "middleint" | "int3" => 24,
            "oid" | "xid" => 32,
            "bigint" | "int8" | "bigserial" | "serial8" | "unsigned big int" => 64,
            // MySQL's SERIAL is a BIGINT UNSIGNED.
            "serial" if dialect == Dialect::MySql => 64,
            _ => 32,
        };
        let unsigned = self.unsigned && dialect != Dialect::Sqlite
            || matches!(self.base.as_str(), "oid" | "xid")
            || self.base == "serial" && dialect == Dialect::MySql;
        let (kind, warning) = match (bits, unsigned) {
            (64, false) => (SqlType::ANY_INTEGER, None),
            (64, true) => (
                SqlType::Integer(0, i64::MAX),
                Some("values above 9223372036854775807 do not fit"),
            ),
            (bits, true) => (SqlType::Integer(0, (1_i64 << bits) - 1), None),
            (bits, false) => {
                let half = 1_i64 << (bits - 1);
                (SqlType::Integer(-half, half - 1), None)
            }
        };
        Some(Meaning { kind, warning })
    }
}

/// SQLite's affinity of a type, which depends on parts of its name.
fn affinity(base: &str) -> Option<SqlType> {
    let has = |parts: &[&str]| parts.iter().any(|part| base.contains(part));
    if has(&["int"]) {
        Some(SqlType::ANY_INTEGER)
    } else if has(&["char", "clob", "text"]) {
        Some(SqlType::Text(None))
    } else if has(&["blob"]) {
        Some(SqlType::Blob(None))
    } else if has(&["real", "floa", "doub"]) {
        Some(SqlType::Real { unsigned: false })
    } else {
        None
    }
}
