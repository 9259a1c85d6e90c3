//! Values that are hard to carry over: how they are written to a server, how it is asked for them, and what a world
//! holds for the answer.

use proptest::prelude::*;
use rusqlite::types::Value;

use crate::tools::Kind;
use crate::types::{Holds, Type, Values};

/// Texts that were trouble somewhere.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "NULL",
    "\\N",
    "\\.",
    "\n\\.\n",
    "\\",
    "\\\\",
    "'",
    "''",
    "\\'",
    "\"",
    "`",
    ";",
    "'); DROP TABLE t; --",
    "-- not a comment",
    "/* nor this */",
    "/*!40000 nor this */",
    "# nor this",
    "$$",
    "$a$",
    "\t",
    "a\tb",
    "\r\n",
    "\r",
    "\n",
    "\u{8}\u{c}\u{b}\u{1a}\u{1b}",
    "%_",
    "),(",
    "INSERT INTO t VALUES (1);",
    "COPY t FROM stdin;\n",
    "0x41",
    "X'41'",
    "_binary 'a'",
    "DEFAULT",
    "1",
    "0012",
    "1.50",
    "1e5",
    "NaN",
    "true",
    "trailing  ",
    "  leading",
    "\u{feff}bom",
    "\u{1F5E1}\u{200d}",
    "e\u{301}",
    "\u{ffff}",
    "\u{10ffff}",
    "DELIMITER $$",
];

fn texts(most: usize) -> BoxedStrategy<String> {
    let cut = move |text: String| text.chars().take(most).collect::<String>();
    prop_oneof![
        3 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z'\\\\\n\"; ]{0,12}",
        1 => (prop::sample::select(HOSTILE), prop::sample::select(HOSTILE)).prop_map(|(a, b)| format!("{a}{b}")),
    ]
    .prop_map(cut)
    .boxed()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text in SQL, as hexadecimal digits, so that no rule of quotes can change it on the way in.
pub(crate) fn text_literal(kind: Kind, text: &str) -> String {
    match kind {
        Kind::MySql => format!("_utf8mb4 X'{}'", hex(text.as_bytes())),
        Kind::Postgres => {
            // PostgreSQL has no texts with a NUL.
            let digits = hex(text.replace('\0', "").as_bytes());
            format!("convert_from('\\x{digits}', 'UTF8')")
        }
    }
}

/// Values of a type as SQL.
pub(crate) fn literals(kind: Kind, values: Values) -> BoxedStrategy<String> {
    match values {
        Values::Of(values) => prop::sample::select(values).prop_map(str::to_owned).boxed(),
        Values::Between(from, to) => prop_oneof![
            Just(from),
            Just(to),
            Just(0.clamp(from, to)),
            from..=to,
            (-3i128..=3).prop_map(move |n| n.clamp(from, to)),
        ]
        .prop_map(|number| number.to_string())
        .boxed(),
        Values::Text(most) => texts(most)
            .prop_map(move |text| text_literal(kind, &text))
            .boxed(),
        Values::Latin(most) => texts(most)
            .prop_map(move |text| {
                let text: String = text.chars().filter(|c| *c <= '\u{ff}').collect();
                text_literal(kind, &text)
            })
            .boxed(),
        Values::Bytes(most) => prop_oneof![
            prop::collection::vec(any::<u8>(), 0..=most),
            prop::sample::select(HOSTILE)
                .prop_map(move |text| { text.bytes().take(most).collect::<Vec<u8>>() }),
        ]
        .prop_map(move |bytes| match kind {
            Kind::MySql => format!("X'{}'", hex(&bytes)),
            Kind::Postgres => format!("'\\x{}'::bytea", hex(&bytes)),
        })
        .boxed(),
        Values::Double => number(kind, any::<f64>().boxed()),
        Values::Single => number(kind, any::<f32>().prop_map(f64::from).boxed()),
        Values::Decimal(before, behind) => {
            let digits = move |most: usize| prop::collection::vec(0..=9u8, 0..=most);
            (any::<bool>(), digits(before), digits(behind))
                .prop_map(|(is_negative, before, behind)| {
                    let text =
                        |digits: Vec<u8>| digits.iter().map(u8::to_string).collect::<String>();
                    let sign = if is_negative { "-" } else { "" };
                    format!("{sign}0{}.0{}", text(before), text(behind)).replace(".0", ".") + "0"
                })
                .boxed()
        }
    }
}

/// Numbers, those among them that only PostgreSQL has.
fn number(kind: Kind, any: BoxedStrategy<f64>) -> BoxedStrategy<String> {
    let simple =
        prop::sample::select(&[0.0, -0.0, 0.1, -1.5, 16_777_217.0, 1e15, 123_456.78, 1e-10][..]);
    let words: &[&str] = match kind {
        Kind::MySql => &["0"],
        Kind::Postgres => &["'NaN'", "'Infinity'", "'-Infinity'"],
    };
    prop_oneof![
        4 => simple.prop_map(|number| format!("{number:e}")),
        4 => any.prop_filter("a number", |number| number.is_finite()).prop_map(|number| format!("{number:e}")),
        1 => prop::sample::select(words).prop_map(str::to_owned),
    ]
    .boxed()
}

/// The query for a column that answers with texts: hexadecimal digits where the world holds texts or bytes.
pub(crate) fn asked(kind: Kind, ty: &Type, column: &str) -> String {
    match (kind, ty.holds) {
        (Kind::MySql, Holds::Bytes) if ty.sql.starts_with("bit") => {
            format!("LPAD(HEX({column}), 16, '0')")
        }
        (Kind::MySql, Holds::Bytes) => format!("HEX({column})"),
        (Kind::MySql, Holds::Text) => {
            format!("HEX(CAST({column} AS CHAR CHARACTER SET utf8mb4))")
        }
        (Kind::MySql, Holds::Bool | Holds::Integer) => format!("CAST({column} + 0 AS CHAR)"),
        (Kind::MySql, Holds::Real) => format!("CAST({column} AS CHAR)"),
        (Kind::MySql, Holds::Single) => format!("CAST({column} * 1e0 AS CHAR)"),
        (Kind::Postgres, Holds::Bytes) => format!("encode({column}, 'hex')"),
        (Kind::Postgres, Holds::Text) => {
            // CAST would take the spaces of a CHAR away.
            format!(
                "CASE WHEN NOT ({column} IS NOT DISTINCT FROM NULL) \
                 THEN encode(convert_to(format('%s', {column}), 'UTF8'), 'hex') END"
            )
        }
        (Kind::Postgres, _) => format!("{column}::text"),
    }
}

/// What a world holds for the server's answer; `None` if no world can hold it.
pub(crate) fn expected(ty: &Type, answer: Option<&str>, is_dump: bool) -> Option<Value> {
    let Some(answer) = answer else {
        return Some(Value::Null);
    };
    let real = |answer: &str| answer.parse::<f64>().expect("a number");
    Some(match ty.holds {
        Holds::Bool => Value::Integer(["1", "t", "true"].contains(&answer).into()),
        Holds::Integer => Value::Integer(answer.parse().ok()?),
        Holds::Real => Value::Real(Some(real(answer)).filter(|real| !real.is_nan())?),
        Holds::Single if is_dump => Value::Real(six_digits(real(answer))),
        Holds::Single => Value::Real(real(&(real(answer) as f32).to_string())),
        Holds::Text => Value::Text(String::from_utf8(bytes(answer)).expect("UTF-8")),
        Holds::Bytes => Value::Blob(bytes(answer)),
    })
}

/// What MySQL writes for a number of 32 bits.
fn six_digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().expect("a number")
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits");
            u8::from_str_radix(pair, 16).expect("digits")
        })
        .collect()
}
