//! CHECKs in memory against SQLite: random expressions as a schema has them, read by the generator and evaluated
//! by the engine, have to accept exactly the rows that SQLite accepts.
//!
//! `GAMEDB_CASES` sets the number of expressions.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::sync::atomic::{AtomicU64, Ordering};

use gamedb::codegen::{self, Condition, Encoded, Operand as EngineOperand, Value};
use gamedb_generate::model::{CheckModel, ConditionModel, FieldKind, FieldModel, Scalar};
use gamedb_generate::schema::{Arithmetic, ComparisonOperator, Expression, Operand};
use gamedb_generate::{Config, resolve, sqlite};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;

const COLUMNS: &[&str] = &["i", "j", "r", "s", "t", "b"];

fn schema(check: &str) -> String {
    format!(
        "CREATE TABLE rows (id INTEGER PRIMARY KEY, i INTEGER, j INTEGER, r REAL, s TEXT, t TEXT, b BLOB, \
         CHECK ({check})) STRICT;"
    )
}

/// A text of letters that patterns, numbers and comparisons make something of.
fn text() -> impl Strategy<Value = String> {
    let letters = "aAbBzü_%*?[]^-\\.5 ".chars().collect::<Vec<_>>();
    prop::collection::vec(prop::sample::select(letters), 0..6)
        .prop_map(|letters| letters.into_iter().collect())
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn atom() -> impl Strategy<Value = String> {
    let numbers = [
        "0",
        "1",
        "2",
        "5",
        "-1",
        "-3",
        "0.5",
        "1.5",
        "-1.5",
        "5.0",
        "1e3",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "NULL",
        "TRUE",
        "FALSE",
        "'5'",
        "'5.0'",
        "''",
    ];
    prop_oneof![
        6 => prop::sample::select(COLUMNS).prop_map(str::to_owned),
        3 => prop::sample::select(numbers.to_vec()).prop_map(str::to_owned),
        1 => text().prop_map(|text| quoted(&text)),
    ]
}

/// An expression in SQL, with parentheses around some of its parts.
fn expression() -> impl Strategy<Value = String> {
    let operators = [
        "=",
        "==",
        "<>",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "AND",
        "OR",
        "AND",
        "OR",
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "IS NOT DISTINCT FROM",
        "IS DISTINCT FROM",
    ];
    let after = [
        "IS NULL",
        "IS NOT NULL",
        "IS TRUE",
        "IS NOT TRUE",
        "IS FALSE",
        "IS NOT FALSE",
    ];
    atom().prop_recursive(4, 20, 4, move |inner| {
        let part = (inner.clone(), prop::bool::weighted(0.6)).prop_map(|(inner, nested)| match nested {
            true => format!("({inner})"),
            false => inner,
        });
        let not = prop_oneof![3 => Just(""), 1 => Just("NOT ")];
        let binary = (part.clone(), prop::sample::select(operators.to_vec()), part.clone());
        let list = prop::collection::vec(part.clone(), 0..4);
        let escape = prop_oneof![3 => Just(""), 1 => Just(" ESCAPE '\\'"), 1 => Just(" ESCAPE '_'")];
        prop_oneof![
            6 => binary.prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            1 => part.clone().prop_map(|part| format!("NOT {part}")),
            1 => (prop::sample::select(vec!["-", "+"]), part.clone()).prop_map(|(sign, part)| format!("{sign} {part}")),
            1 => (prop::sample::select(after.to_vec()), part.clone())
                .prop_map(|(after, part)| format!("{part} {after}")),
            1 => (part.clone(), not.clone(), list)
                .prop_map(|(part, not, list)| format!("{part} {not}IN ({})", list.join(", "))),
            1 => (part.clone(), not.clone(), part.clone(), part.clone())
                .prop_map(|(part, not, low, high)| format!("{part} {not}BETWEEN {low} AND {high}")),
            1 => (part.clone(), not.clone(), text(), escape)
                .prop_map(|(part, not, text, escape)| format!("{part} {not}LIKE {}{escape}", quoted(&text))),
            1 => (part.clone(), not, text())
                .prop_map(|(part, not, text)| format!("{part} {not}GLOB {}", quoted(&text))),
            2 => (prop::sample::select(vec!["abs", "length", "typeof"]), part)
                .prop_map(|(name, part)| format!("{name}({part})")),
        ]
    })
}

fn row() -> impl Strategy<Value = Vec<SqlValue>> {
    let integer = prop_oneof![
        4 => -3..=6_i64,
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX, (1 << 53) + 1, 3_037_000_500]),
        1 => any::<i64>(),
    ];
    let integer = || or_null(integer.clone().prop_map(SqlValue::Integer));
    let real = prop_oneof![
        4 => prop::sample::select(vec![0.0, -0.0, 0.5, 1.0, 5.0, -1.5, 2.0]),
        1 => prop::sample::select(vec![1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, 9.3e18, -9.3e18, 5e-324]),
        1 => any::<f64>().prop_filter("a number", |real| !real.is_nan()),
    ];
    let special = prop::sample::select(vec![
        "", "a", "A", "5", "5.0", " 5", "1e3", "a\0b", "\0", "grün", "50%",
    ]);
    let texts = prop_oneof![special.prop_map(str::to_owned), text()];
    let texts = || or_null(texts.clone().prop_map(SqlValue::Text));
    let blob = prop::sample::select(vec![&b""[..], b"a", b"a\0b", b"5"]);
    (
        integer(),
        integer(),
        or_null(real.prop_map(SqlValue::Real)),
        texts(),
        texts(),
        or_null(blob.prop_map(|blob| SqlValue::Blob(blob.to_vec()))),
    )
        .prop_map(|(i, j, r, s, t, b)| vec![i, j, r, s, t, b])
}

fn or_null(values: impl Strategy<Value = SqlValue>) -> impl Strategy<Value = SqlValue> {
    prop_oneof![6 => values, 1 => Just(SqlValue::Null)]
}

fn position(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap()
}

fn comparison(operator: ComparisonOperator) -> codegen::Comparison {
    match operator {
        ComparisonOperator::Less => codegen::Comparison::Less,
        ComparisonOperator::LessOrEqual => codegen::Comparison::LessOrEqual,
        ComparisonOperator::Equal => codegen::Comparison::Equal,
        ComparisonOperator::NotEqual => codegen::Comparison::NotEqual,
        ComparisonOperator::GreaterOrEqual => codegen::Comparison::GreaterOrEqual,
        ComparisonOperator::Greater => codegen::Comparison::Greater,
    }
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text_of(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The constant that generated code would have.
fn constant(expression: &Expression) -> codegen::Expression {
    use codegen::Expression as Engine;
    let one = |operand: &Expression| leaked(constant(operand));
    let list = |operands: &[Expression]| &*operands.iter().map(constant).collect::<Vec<_>>().leak();
    match expression {
        Expression::Column(name) => Engine::Column(position(name)),
        Expression::Null => Engine::Null,
        Expression::Integer(integer) => Engine::Integer(*integer),
        Expression::Real(real) => Engine::Real(*real),
        Expression::Text(text) => Engine::Text(text_of(text)),
        Expression::Not(operand) => Engine::Not(one(operand)),
        Expression::And(operands) => Engine::And(list(operands)),
        Expression::Or(operands) => Engine::Or(list(operands)),
        Expression::Compare(left, operator, right) => {
            Engine::Compare(one(left), comparison(*operator), one(right))
        }
        Expression::Is(left, right) => Engine::Is(one(left), one(right)),
        Expression::In(operand, items) => Engine::In(one(operand), list(items)),
        Expression::Like(text, pattern, escape) => {
            Engine::Like(one(text), text_of(pattern), *escape)
        }
        Expression::Glob(text, pattern) => Engine::Glob(one(text), text_of(pattern)),
        Expression::Arithmetic(left, operator, right) => {
            let compute = match operator {
                Arithmetic::Add => Engine::Add,
                Arithmetic::Subtract => Engine::Subtract,
                Arithmetic::Multiply => Engine::Multiply,
                Arithmetic::Divide => Engine::Divide,
                Arithmetic::Remainder => Engine::Remainder,
            };
            compute(one(left), one(right))
        }
        Expression::Abs(operand) => Engine::Abs(one(operand)),
        Expression::Length(operand) => Engine::Length(one(operand)),
        Expression::TypeOf(operand) => Engine::TypeOf(one(operand)),
    }
}

fn operand(operand: &Operand) -> EngineOperand {
    match operand {
        Operand::Column(name) => EngineOperand::Column(position(name)),
        Operand::Length(name) => EngineOperand::Length(position(name)),
        Operand::Integer(integer) => EngineOperand::Integer(*integer),
        Operand::Real(real) => EngineOperand::Real(*real),
        Operand::Text(text) => EngineOperand::Text(text_of(text)),
    }
}

/// All that memory keeps of a CHECK.
struct Kept {
    checks: Vec<codegen::Check>,
    conditions: Vec<Condition>,
}

impl Kept {
    fn of(checks: &[CheckModel], conditions: &[ConditionModel]) -> Self {
        let checks = checks.iter().map(
            |CheckModel {
                 comparison: check, ..
             }| {
                let operator = comparison(check.operator);
                codegen::Check::new("", operand(&check.left), operator, operand(&check.right))
            },
        );
        let conditions = conditions
            .iter()
            .map(|ConditionModel { expression, .. }| Condition {
                sql: "",
                columns: &[],
                expression: constant(expression),
            });
        Self {
            checks: checks.collect(),
            conditions: conditions.collect(),
        }
    }

    fn accepts(&self, row: &[SqlValue]) -> bool {
        let value = |column: usize| {
            Encoded::Borrowed(match &row[column] {
                SqlValue::Null => Value::Null,
                SqlValue::Integer(integer) => Value::Integer(*integer),
                SqlValue::Real(real) => Value::Real(*real),
                SqlValue::Text(text) => Value::Text(text),
                SqlValue::Blob(blob) => Value::Blob(blob),
            })
        };
        let mut conditions = self.conditions.iter();
        self.checks.iter().all(|check| check.holds(value))
            && conditions.all(|condition| condition.holds(&mut { value }))
    }
}

/// Whether SQLite accepts a row; `None` if its error is another one than that of the CHECK.
fn sqlite_accepts(file: &Connection, row: &[SqlValue]) -> Option<bool> {
    let mut insert = file
        .prepare_cached("INSERT INTO rows (i, j, r, s, t, b) VALUES (?, ?, ?, ?, ?, ?)")
        .unwrap();
    match insert.execute(rusqlite::params_from_iter(row)) {
        Ok(_) => Some(true),
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) =>
        {
            Some(false)
        }
        // An overflow of abs(), or an ESCAPE that is computed.
        Err(_) => None,
    }
}

static N_TRIED: AtomicU64 = AtomicU64::new(0);
static N_KEPT: AtomicU64 = AtomicU64::new(0);
static N_REFUSED: AtomicU64 = AtomicU64::new(0);
static N_ROWS: AtomicU64 = AtomicU64::new(0);

fn compare(check: &str, rows: &[Vec<SqlValue>]) -> Result<(), TestCaseError> {
    let ddl = schema(check);
    let file = Connection::open_in_memory().unwrap();
    // What SQLite does not take, no schema has.
    if file.execute_batch(&ddl).is_err() {
        return Ok(());
    }
    N_TRIED.fetch_add(1, Ordering::Relaxed);
    let read = sqlite::read(&ddl).unwrap();
    let model = resolve(&read, &Config::default()).unwrap();
    let table = &model.tables[0];
    // An enum, or a bool, has no other values than those of its CHECK.
    let is_plain = |field: &FieldModel| match &field.kind {
        FieldKind::Scalar { ty, .. } => *ty != Scalar::Bool,
        _ => false,
    };
    if !table.fields.iter().all(is_plain) {
        return Ok(());
    }
    let kept = Kept::of(&table.checks, &table.conditions);
    let is_whole = table.file_checks.is_empty();
    N_KEPT.fetch_add(u64::from(is_whole), Ordering::Relaxed);
    for row in rows {
        let accepted = kept.accepts(row);
        N_ROWS.fetch_add(1, Ordering::Relaxed);
        N_REFUSED.fetch_add(u64::from(!accepted), Ordering::Relaxed);
        match sqlite_accepts(&file, row) {
            // A part of the CHECK is left to the file.
            Some(false) if !is_whole => {}
            Some(in_file) => prop_assert!(
                accepted == in_file,
                "CHECK ({check}) {} {row:?} in SQLite, and in memory it is {table:?}",
                if in_file { "accepts" } else { "refuses" },
                table = (&table.checks, &table.conditions),
            ),
            None => {}
        }
    }
    Ok(())
}

#[test]
fn memory_accepts_what_sqlite_accepts() {
    let cases = std::env::var("GAMEDB_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok()).unwrap_or(600);
    let config = Cases {
        cases,
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..Cases::default()
    };
    let rows = prop::collection::vec(row(), 24);
    let outcome = TestRunner::new(config).run(&(expression(), rows), |(check, rows)| {
        compare(&check, &rows)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let [tried, kept, rows, refused] =
        [&N_TRIED, &N_KEPT, &N_ROWS, &N_REFUSED].map(|n| n.load(Ordering::Relaxed));
    println!("{tried} CHECKs, {kept} of them kept; {rows} rows, {refused} of them refused");
    assert!(
        kept * 4 > tried,
        "a good part of what is tried has to be kept by memory"
    );
    assert!(refused * 20 > rows, "some rows have to be refused");
}

/// What schemas say, as they say it: memory keeps it.
const KEPT: &[&str] = &[
    "i IN (1, 2, 3)",
    "i NOT IN (1, 2)",
    "s IN ('a', 'b') OR i > 0",
    "NOT (i = 0 AND j = 0)",
    "i BETWEEN 1 AND j OR s = 'any'",
    "s LIKE '%@%.%' AND s NOT LIKE '% %'",
    "s GLOB '[a-z]*' AND s NOT GLOB '*[^a-z0-9_]*'",
    "i % 2 = 0",
    "i + j <= 100 AND i - j >= -100 AND i * j < 1000",
    "abs(r) <= 1.0",
    "length(s) >= 3 OR s IS NULL",
    "typeof(r) = 'real' OR r IS NULL",
    "(i IS NULL) = (j IS NULL)",
    "(i IS NOT NULL) + (j IS NOT NULL) + (s IS NOT NULL) = 1",
    "i > j OR r < 0.5",
    "s <> t",
    "i = '5'",
    "s > 5",
];

/// These are left to the file, and why.
const LEFT: &[&str] = &[
    // Functions that memory does not have.
    "json_valid(s)",
    "s = lower(s)",
    // The text of a real number, a number out of a text.
    "length(r) < 4",
    "s = i",
    "s + 1 > 0",
    // No parser agrees with SQLite on what belongs together here.
    "i = j < 2",
    "i IS NULL = j",
    // Patterns that are no constants.
    "s LIKE t",
];

#[test]
fn what_memory_keeps_and_what_it_leaves_to_the_file() {
    for (checks, is_kept) in [(KEPT, true), (LEFT, false)] {
        for check in checks {
            let read = sqlite::read(&schema(check)).unwrap();
            let model = resolve(&read, &Config::default()).unwrap();
            assert_eq!(model.tables[0].file_checks.is_empty(), is_kept, "{check}");
        }
    }
}
