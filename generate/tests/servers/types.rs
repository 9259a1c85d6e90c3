//! Types of either server, what a world holds for them, and which values their columns get.

/// What a world holds for a type. This is said here once more, and not asked from the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Bool,
    Integer,
    Real,
    /// A number of 32 bits, of which a dump of MySQL has six digits.
    Single,
    Text,
    Bytes,
}

/// A type, and the values that a column of it gets.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) sql: &'static str,
    pub(crate) holds: Holds,
    pub(crate) values: Values,
}

/// Which values a column gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values {
    /// These literals.
    Of(&'static [&'static str]),
    /// Integers from, to.
    Between(i128, i128),
    /// So many characters at most.
    Text(usize),
    /// The same, out of those of Latin-1.
    Latin(usize),
    /// So many bytes at most.
    Bytes(usize),
    /// Numbers of 64 bits.
    Double,
    /// Numbers of 32 bits.
    Single,
    /// Decimals with so many digits before and behind the point.
    Decimal(usize, usize),
}

const fn of(sql: &'static str, holds: Holds, values: Values) -> Type {
    Type { sql, holds, values }
}

/// The statement that makes the types that the ones below name.
pub(crate) const POSTGRES_TYPES: &str = r#"
    CREATE TYPE mood AS ENUM ('sad', 'it''s \', 'ü', '', '"q",', '{}');
    CREATE TYPE "Odd Pair" AS (x int, y text);
    CREATE DOMAIN ratio AS float8 CHECK (VALUE IS DISTINCT FROM 7);
    CREATE DOMAIN inner_bytes AS bytea; CREATE DOMAIN bytes AS inner_bytes"#;

pub(crate) const MYSQL: &[Type] = &[
    of("tinyint", Holds::Integer, Values::Between(-128, 127)),
    of("tinyint unsigned", Holds::Integer, Values::Between(0, 255)),
    of("tinyint(1)", Holds::Integer, Values::Between(-1, 2)),
    of("boolean", Holds::Bool, Values::Of(&["0", "1"])),
    of("smallint", Holds::Integer, Values::Between(-32_768, 32_767)),
    of(
        "mediumint",
        Holds::Integer,
        Values::Between(-8_388_608, 8_388_607),
    ),
    of(
        "int",
        Holds::Integer,
        Values::Between(i32::MIN as i128, i32::MAX as i128),
    ),
    of(
        "int(6) unsigned zerofill",
        Holds::Integer,
        Values::Between(0, u32::MAX as i128),
    ),
    of(
        "bigint",
        Holds::Integer,
        Values::Between(i64::MIN as i128, i64::MAX as i128),
    ),
    of(
        "bigint unsigned",
        Holds::Integer,
        Values::Between(0, u64::MAX as i128),
    ),
    of("bit(1)", Holds::Bool, Values::Of(&["b'0'", "b'1'"])),
    of("bit(8)", Holds::Integer, Values::Between(0, 255)),
    of(
        "bit(63)",
        Holds::Integer,
        Values::Between(0, i64::MAX as i128),
    ),
    of(
        "bit(64)",
        Holds::Bytes,
        Values::Between(0, u64::MAX as i128),
    ),
    of("float", Holds::Single, Values::Single),
    of("double", Holds::Real, Values::Double),
    of("decimal(10,2)", Holds::Text, Values::Decimal(8, 2)),
    of("decimal(65,30)", Holds::Text, Values::Decimal(35, 30)),
    of(
        "decimal(20,0) unsigned",
        Holds::Text,
        Values::Between(0, u64::MAX as i128),
    ),
    of("char(5)", Holds::Text, Values::Text(5)),
    of("varchar(40)", Holds::Text, Values::Text(40)),
    of(
        "varchar(20) CHARACTER SET latin1",
        Holds::Text,
        Values::Latin(20),
    ),
    of(
        "varchar(20) CHARACTER SET ucs2",
        Holds::Text,
        Values::Latin(20),
    ),
    of("text", Holds::Text, Values::Text(400)),
    of(
        "longtext CHARACTER SET utf16",
        Holds::Text,
        Values::Text(40),
    ),
    of("binary(4)", Holds::Bytes, Values::Bytes(4)),
    of("varbinary(40)", Holds::Bytes, Values::Bytes(40)),
    of("longblob", Holds::Bytes, Values::Bytes(400)),
    of(
        "date",
        Holds::Text,
        Values::Of(&[
            "'0000-00-00'",
            "'2024-02-29'",
            "'2024-00-00'",
            "'9999-12-31'",
            "'1000-01-01'",
        ]),
    ),
    of(
        "time(3)",
        Holds::Text,
        Values::Of(&[
            "'00:00:00'",
            "'-838:59:59'",
            "'838:59:58.999'",
            "'12:34:56.7'",
        ]),
    ),
    of(
        "datetime(6)",
        Holds::Text,
        Values::Of(&[
            "'0000-00-00 00:00:00'",
            "'2024-02-29 23:59:59.999999'",
            "'9999-12-31 23:59:59'",
        ]),
    ),
    of(
        "datetime",
        Holds::Text,
        Values::Of(&["'0000-00-00 00:00:00'", "'2024-02-29 23:59:59'"]),
    ),
    of(
        "timestamp",
        Holds::Text,
        Values::Of(&[
            "'1970-01-01 00:00:01'",
            "'2024-06-30 12:00:00'",
            "'0000-00-00 00:00:00'",
            "'2038-01-19 03:14:07'",
        ]),
    ),
    of(
        "year",
        Holds::Integer,
        Values::Of(&["0", "1901", "2155", "2024"]),
    ),
    of(
        r#"enum('sad', 'it''s \', 'ü', '"q",', '')"#,
        Holds::Text,
        Values::Of(&["'sad'", "'it''s \\'", "'ü'", "'\"q\",'", "''"]),
    ),
    of(
        "set('a', 'b''', 'c d')",
        Holds::Text,
        Values::Of(&["''", "'a'", "'a,b'''", "'c d'", "'a,b'',c d'"]),
    ),
    of(
        "json",
        Holds::Text,
        Values::Of(&[
            "'null'",
            "'{\"a\": [1, \"it''s\", 1.50]}'",
            "'\"\\\\\"'",
            "'[]'",
        ]),
    ),
    of(
        "point",
        Holds::Bytes,
        Values::Of(&["POINT(1, 2)", "POINT(-1e300, 0)"]),
    ),
    of(
        "inet6",
        Holds::Text,
        Values::Of(&["'::'", "'fe80::1'", "'::ffff:10.0.0.1'"]),
    ),
    of(
        "uuid",
        Holds::Text,
        Values::Of(&[
            "'00000000-0000-0000-0000-000000000000'",
            "'123e4567-e89b-12d3-a456-426655440000'",
        ]),
    ),
];

pub(crate) const POSTGRES: &[Type] = &[
    of("smallint", Holds::Integer, Values::Between(-32_768, 32_767)),
    of(
        "integer",
        Holds::Integer,
        Values::Between(i32::MIN as i128, i32::MAX as i128),
    ),
    of(
        "bigint",
        Holds::Integer,
        Values::Between(i64::MIN as i128, i64::MAX as i128),
    ),
    of("boolean", Holds::Bool, Values::Of(&["true", "false"])),
    of("real", Holds::Real, Values::Single),
    of("double precision", Holds::Real, Values::Double),
    of("ratio", Holds::Real, Values::Double),
    of(
        "numeric",
        Holds::Text,
        Values::Of(&[
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
            "0",
            "-0.00",
            "1e100",
            "1e-30",
            "12345678901234567890.123456789",
        ]),
    ),
    of("numeric(10,2)", Holds::Text, Values::Decimal(8, 2)),
    of(
        "money",
        Holds::Text,
        Values::Of(&["12.34::numeric::money", "(-1000000)::money"]),
    ),
    of("text", Holds::Text, Values::Text(400)),
    of("varchar(40)", Holds::Text, Values::Text(40)),
    of("char(5)", Holds::Text, Values::Text(5)),
    of(
        "\"char\"",
        Holds::Text,
        Values::Of(&["'x'", "''", "'\\'", "''''"]),
    ),
    of("name", Holds::Text, Values::Text(10)),
    of("bytea", Holds::Bytes, Values::Bytes(400)),
    of("bytes", Holds::Bytes, Values::Bytes(10)),
    of(
        "date",
        Holds::Text,
        Values::Of(&[
            "'infinity'",
            "'-infinity'",
            "'0044-03-15 BC'",
            "'5874897-12-31'",
            "'2024-02-29'",
        ]),
    ),
    of(
        "time(3)",
        Holds::Text,
        Values::Of(&["'00:00'", "'24:00'", "'12:34:56.7'"]),
    ),
    of(
        "timetz",
        Holds::Text,
        Values::Of(&["'00:00+15:59:59'", "'12:34:56.789-02:30'"]),
    ),
    of(
        "timestamp",
        Holds::Text,
        Values::Of(&[
            "'infinity'",
            "'4713-11-24 00:00 BC'",
            "'2024-02-29 23:59:59.999999'",
        ]),
    ),
    of(
        "timestamptz",
        Holds::Text,
        Values::Of(&[
            "'-infinity'",
            "'2024-06-30 12:00+02:30'",
            "'1883-11-18 12:03:57 America/New_York'",
        ]),
    ),
    of(
        "interval",
        Holds::Text,
        Values::Of(&["'0'", "'-1 year 2 days 03:04:05.678'", "'178000000 years'"]),
    ),
    of(
        "uuid",
        Holds::Text,
        Values::Of(&[
            "'00000000-0000-0000-0000-000000000000'",
            "'123e4567-e89b-12d3-a456-426655440000'",
        ]),
    ),
    of(
        "json",
        Holds::Text,
        Values::Of(&["'null'", "'{\"a\" :  [1, \"it''s\\n\"]}'", "'\"\\\\\"'"]),
    ),
    of(
        "jsonb",
        Holds::Text,
        Values::Of(&["'null'", "'{\"b\": 1, \"a\": \"\\t\"}'", "'[1e400]'"]),
    ),
    of(
        "mood",
        Holds::Text,
        Values::Of(&["'sad'", "'it''s \\'", "'ü'", "''", "'\"q\",'", "'{}'"]),
    ),
    of(
        "mood[]",
        Holds::Text,
        Values::Of(&[
            "'{}'",
            "ARRAY['sad', NULL, '', '\"q\",', 'it''s \\']::mood[]",
        ]),
    ),
    of(
        "text[]",
        Holds::Text,
        Values::Of(&[
            "'{}'",
            "ARRAY['a,b', 'c\"', '\\', NULL, 'NULL', E'\\n']",
            "ARRAY[['a'], ['b']]",
        ]),
    ),
    of(
        "integer[]",
        Holds::Text,
        Values::Of(&["'{}'", "'{1,NULL,-2147483648}'", "'[2:3]={1,2}'"]),
    ),
    of(
        "\"Odd Pair\"",
        Holds::Text,
        Values::Of(&["ROW(NULL, NULL)", "ROW(1, 'a\"b,c\\')", "ROW(-1, '')"]),
    ),
    of("bit", Holds::Bool, Values::Of(&["B'0'", "B'1'"])),
    of("bit(5)", Holds::Text, Values::Of(&["B'00000'", "B'10101'"])),
    of(
        "bit varying",
        Holds::Text,
        Values::Of(&[
            "B''",
            "B'1'",
            "B'0101010101010101010101010101010101010101010101010101010101010101010'",
        ]),
    ),
    of("inet", Holds::Text, Values::Of(&["'10.0.0.1'", "'::1/64'"])),
    of(
        "int4range",
        Holds::Text,
        Values::Of(&["'empty'", "'[1,5)'", "'(,)'"]),
    ),
    of(
        "point",
        Holds::Text,
        Values::Of(&["'(1,2)'", "'(1e-300,Infinity)'"]),
    ),
    of("oid", Holds::Integer, Values::Between(0, u32::MAX as i128)),
    of(
        "tsvector",
        Holds::Text,
        Values::Of(&["''", "'a:1 ''it''''s'':2'"]),
    ),
];
