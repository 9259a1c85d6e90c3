//! CHECKs that are more than a comparison, in PostgreSQL's dialect, as far as both dialects mean the same.
//!
//! They are translated from the models' description of them. What could overflow there and does not here, what depends on a
//! collation, and what has no equal, memory alone keeps.

use crate::schema::check_constraint::Comparison;
use crate::schema::expression::{Condition, Expression};
use crate::schema::value::ColumnKind;

use super::comparison::sign;
use super::schema::{Column, literal, quoted};

/// From here on a double has no place for each integer, so that a comparison would round.
const LARGE: u64 = 1 << 53;

/// What the result of a computation has to stay below, so that the server does not refuse it.
const LARGEST: u64 = 1 << 62;

/// What an expression is on the server. Only expressions of one class mean the same in both dialects.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Null,
    Truth,
    /// An integer, and what its magnitude does not exceed.
    Integer(u64),
    Real,
    Text,
    Blob,
}

/// An expression in SQL, in parentheses where it needs them.
struct Part {
    sql: String,
    class: Class,
}

impl Part {
    fn new(sql: impl Into<String>, class: Class) -> Self {
        let sql = sql.into();
        Self { sql, class }
    }

    /// The same where a value is needed: SQLite counts truths as numbers.
    fn value(self) -> Self {
        match self.class {
            Class::Truth => Self::new(format!("{}::integer::bigint", self.sql), Class::Integer(1)),
            _ => self,
        }
    }

    /// The same where a truth is needed: SQLite asks numbers whether they are zero.
    fn truth(self) -> Option<String> {
        match self.class {
            Class::Truth => Some(self.sql),
            Class::Integer(_) | Class::Real => Some(format!("({} <> 0)", self.sql)),
            Class::Null => Some("NULL::boolean".into()),
            Class::Text | Class::Blob => None,
        }
    }

    /// Texts are compared by their bytes in SQLite.
    fn compared(&self) -> String {
        if self.class == Class::Text {
            format!("{} COLLATE \"C\"", self.sql)
        } else {
            self.sql.clone()
        }
    }
}

/// The condition in PostgreSQL's dialect; `None` if that would decide otherwise for some row.
pub(super) fn sql(condition: &Condition, columns: &[Column]) -> Option<String> {
    part(&condition.expression, columns)?.truth()
}

fn part(expression: &Expression, columns: &[Column]) -> Option<Part> {
    let one = |operand: &Expression| part(operand, columns);
    let value = |operand: &Expression| Some(part(operand, columns)?.value());
    let truth = |operand: &Expression| part(operand, columns)?.truth();
    Some(match expression {
        Expression::Column(column) => of_column(&columns[*column]),
        Expression::Null => Part::new("NULL", Class::Null),
        Expression::Integer(integer) => Part::new(
            format!("'{integer}'::bigint"),
            Class::Integer(integer.unsigned_abs()),
        ),
        Expression::Real(real) if real.is_finite() => {
            Part::new(format!("'{real:?}'::double precision"), Class::Real)
        }
        Expression::Text(text) if !text.contains('\0') => Part::new(literal(text), Class::Text),
        Expression::Real(_) | Expression::Text(_) | Expression::Glob(..) => return None,
        Expression::Not(operand) => Part::new(format!("(NOT {})", truth(operand)?), Class::Truth),
        Expression::And(operands) | Expression::Or(operands) => {
            let word = match expression {
                Expression::And(_) => " AND ",
                _ => " OR ",
            };
            let all: Option<Vec<_>> = operands.iter().map(truth).collect();
            let all = all.filter(|all| !all.is_empty())?;
            Part::new(format!("({})", all.join(word)), Class::Truth)
        }
        Expression::Compare(left, comparison, right) => {
            compare(&value(left)?, *comparison, &value(right)?)?
        }
        Expression::Is(left, right) => is(&value(left)?, &value(right)?)?,
        Expression::In(operand, list) => {
            let list: Option<Vec<_>> = list.iter().map(value).collect();
            is_in(&value(operand)?, &list?)?
        }
        Expression::Like(text, pattern, None) => like(&one(text)?, pattern)?,
        Expression::Like(..) => return None,
        Expression::Add(left, right) => {
            computed(&value(left)?, "+", &value(right)?, u64::checked_add)?
        }
        Expression::Subtract(left, right) => {
            computed(&value(left)?, "-", &value(right)?, u64::checked_add)?
        }
        Expression::Multiply(left, right) => {
            computed(&value(left)?, "*", &value(right)?, u64::checked_mul)?
        }
        Expression::Divide(left, right) => divided(&value(left)?, "/", right)?,
        Expression::Remainder(left, right) => divided(&value(left)?, "%", right)?,
        Expression::Abs(operand) => abs(value(operand)?)?,
        Expression::Length(operand) => length(&one(operand)?)?,
        Expression::TypeOf(operand) => type_of(&one(operand)?)?,
    })
}

fn of_column(column: &Column) -> Part {
    let class = match column.kind {
        ColumnKind::Integer => Class::Integer(u64::MAX),
        ColumnKind::Real => Class::Real,
        ColumnKind::Text => Class::Text,
        ColumnKind::Blob => Class::Blob,
    };
    Part::new(quoted(column.name), class)
}

/// Whether values of these classes are compared by both dialects, and in the same way.
fn are_comparable(one: Class, other: Class) -> bool {
    match (one, other) {
        (Class::Null, _) | (_, Class::Null) => true,
        (Class::Integer(_), Class::Integer(_)) => true,
        (Class::Integer(bound), Class::Real) | (Class::Real, Class::Integer(bound)) => {
            bound < LARGE
        }
        (one, other) => one == other && one != Class::Truth,
    }
}

fn compare(left: &Part, comparison: Comparison, right: &Part) -> Option<Part> {
    if !are_comparable(left.class, right.class) {
        return None;
    }
    if left.class == Class::Null || right.class == Class::Null {
        return Some(Part::new("NULL::boolean", Class::Truth));
    }
    let (left, sign, right) = (left.compared(), sign(comparison), &right.sql);
    Some(Part::new(format!("({left} {sign} {right})"), Class::Truth))
}

fn is(left: &Part, right: &Part) -> Option<Part> {
    let sql = match (left.class, right.class) {
        (Class::Null, Class::Null) => "true".into(),
        (_, Class::Null) => format!("({} IS NULL)", left.sql),
        (Class::Null, _) => format!("({} IS NULL)", right.sql),
        (one, other) if are_comparable(one, other) => {
            format!("({} IS NOT DISTINCT FROM {})", left.compared(), right.sql)
        }
        _ => return None,
    };
    Some(Part::new(sql, Class::Truth))
}

fn is_in(operand: &Part, list: &[Part]) -> Option<Part> {
    let has_equal = list
        .iter()
        .all(|item| are_comparable(operand.class, item.class));
    if !has_equal || operand.class == Class::Null {
        return None;
    }
    // Nothing is in an empty list, which PostgreSQL has no way to write.
    if list.is_empty() {
        return Some(Part::new("false", Class::Truth));
    }
    let items: Vec<_> = list.iter().map(|item| item.sql.as_str()).collect();
    let sql = format!("({} IN ({}))", operand.compared(), items.join(", "));
    Some(Part::new(sql, Class::Truth))
}

/// SQLite ignores the case of ASCII letters, which is what `lower` changes in the collation "C".
fn like(text: &Part, pattern: &str) -> Option<Part> {
    if text.class != Class::Text || pattern.contains('\0') {
        return None;
    }
    let pattern = literal(&pattern.to_ascii_lowercase());
    let sql = format!(
        "(lower({} COLLATE \"C\") LIKE {pattern} ESCAPE '')",
        text.sql
    );
    Some(Part::new(sql, Class::Truth))
}

/// Integers whose result has room. Those that overflow become real numbers in SQLite.
fn computed(
    left: &Part,
    sign: &str,
    right: &Part,
    bound: fn(u64, u64) -> Option<u64>,
) -> Option<Part> {
    let (Class::Integer(one), Class::Integer(other)) = (left.class, right.class) else {
        return None;
    };
    let bound = bound(one, other).filter(|&bound| bound < LARGEST)?;
    let sql = format!("({} {sign} {})", left.sql, right.sql);
    Some(Part::new(sql, Class::Integer(bound)))
}

/// A division by a constant: by zero it has no result in SQLite, and by -1 it may overflow.
fn divided(left: &Part, sign: &str, right: &Expression) -> Option<Part> {
    let (Class::Integer(bound), Expression::Integer(divisor)) = (left.class, right) else {
        return None;
    };
    if [0, -1].contains(divisor) {
        return None;
    }
    let sql = format!("({} {sign} '{divisor}'::bigint)", left.sql);
    Some(Part::new(sql, Class::Integer(bound)))
}

/// Of the lowest integer it is an error in both.
fn abs(operand: Part) -> Option<Part> {
    match operand.class {
        Class::Integer(_) | Class::Real => {
            Some(Part::new(format!("abs({})", operand.sql), operand.class))
        }
        _ => None,
    }
}

fn length(operand: &Part) -> Option<Part> {
    // No value is longer than 1 GB there.
    let class = Class::Integer(1 << 30);
    Some(match operand.class {
        Class::Text => Part::new(format!("char_length({})::bigint", operand.sql), class),
        Class::Blob => Part::new(format!("octet_length({})::bigint", operand.sql), class),
        Class::Integer(_) => {
            Part::new(format!("char_length({}::text)::bigint", operand.sql), class)
        }
        _ => return None,
    })
}

fn type_of(operand: &Part) -> Option<Part> {
    let name = match operand.class {
        Class::Integer(_) => "integer",
        Class::Real => "real",
        Class::Text => "text",
        Class::Blob => "blob",
        Class::Null | Class::Truth => return None,
    };
    let sql = format!(
        "(CASE WHEN {} IS NULL THEN 'null' ELSE '{name}' END)",
        operand.sql
    );
    Some(Part::new(sql, Class::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        column("hp", ColumnKind::Integer),
        column("volume", ColumnKind::Real),
        column("name", ColumnKind::Text),
        column("picture", ColumnKind::Blob),
    ];

    const fn column(name: &'static str, kind: ColumnKind) -> Column {
        Column {
            name,
            kind,
            is_not_null: false,
        }
    }

    const HP: &Expression = &Expression::Column(0);
    const VOLUME: &Expression = &Expression::Column(1);
    const NAME: &Expression = &Expression::Column(2);
    const PICTURE: &Expression = &Expression::Column(3);

    fn translated(expression: Expression) -> Option<String> {
        let condition = Condition {
            sql: "",
            columns: &[],
            expression,
        };
        sql(&condition, COLUMNS)
    }

    #[test]
    fn a_condition_is_translated() {
        use Comparison::{Equal, Less};
        use Expression::{
            Abs, Add, Column, Compare, In, Integer, Is, Length, Like, Not, Null, Or, Remainder,
            Text, TypeOf,
        };
        const HAS_HP: &Expression = &Not(&Is(HP, &Null));
        const HAS_NAME: &Expression = &Not(&Is(NAME, &Null));
        for (expression, expected) in [
            (Is(HP, &Null), "(\"hp\" IS NULL)"),
            (
                Compare(&Add(HAS_HP, HAS_NAME), Equal, &Integer(1)),
                "(((NOT (\"hp\" IS NULL))::integer::bigint + (NOT (\"name\" IS NULL))::integer::bigint) = \
                     '1'::bigint)",
            ),
            (
                In(NAME, &[Text("a"), Null]),
                "(\"name\" COLLATE \"C\" IN ('a', NULL))",
            ),
            (In(HP, &[]), "false"),
            (
                Like(NAME, "A\\_%", None),
                "(lower(\"name\" COLLATE \"C\") LIKE 'a\\_%' ESCAPE '')",
            ),
            (
                Or(&[Column(0), Column(1)]),
                "((\"hp\" <> 0) OR (\"volume\" <> 0))",
            ),
            (
                Compare(&Remainder(HP, &Integer(7)), Equal, &Integer(0)),
                "((\"hp\" % '7'::bigint) = '0'::bigint)",
            ),
            (
                Compare(&Length(HP), Less, VOLUME),
                "(char_length(\"hp\"::text)::bigint < \"volume\")",
            ),
            (
                Compare(&TypeOf(PICTURE), Equal, &Text("blob")),
                "((CASE WHEN \"picture\" IS NULL THEN 'null' ELSE 'blob' END) COLLATE \"C\" = 'blob')",
            ),
            (Compare(HP, Equal, &Null), "NULL::boolean"),
            (Abs(HP), "(abs(\"hp\") <> 0)"),
        ] {
            assert_eq!(
                translated(expression).as_deref(),
                Some(expected),
                "{expression:?}"
            );
        }
    }

    #[test]
    fn what_means_something_else_there_is_left_to_memory() {
        use Comparison::{Equal, Less};
        use Expression::{
            Add, And, Column, Compare, Divide, Glob, In, Integer, Is, Length, Like, Multiply, Real,
            Text,
        };
        for expression in [
            // They would overflow, be rounded, be compared as something else, or have no equal.
            Compare(&Add(HP, &Integer(1)), Less, &Integer(9)),
            Compare(&Multiply(&Length(NAME), HP), Less, HP),
            Compare(&Divide(HP, &Integer(-1)), Less, HP),
            Compare(&Divide(HP, HP), Less, HP),
            Compare(HP, Less, VOLUME),
            Compare(HP, Less, NAME),
            Is(HP, &Real(0.5)),
            In(NAME, &[Integer(1)]),
            Glob(NAME, "a*"),
            Like(NAME, "a!%", Some('!')),
            Like(HP, "1%", None),
            Column(2),
            And(&[Column(0), Column(2)]),
            Compare(NAME, Equal, &Text("\0")),
        ] {
            assert_eq!(translated(expression), None, "{expression:?}");
        }
    }
}
