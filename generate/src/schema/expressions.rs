//! CHECKs as expressions, if every part of them means in memory what it means in SQLite.
//!
//! What SQLite converts is converted here, if it is a constant; where it would convert the value of a column, or
//! where the parser and SQLite may not agree on what belongs together, an expression is left to the file.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget,
    UnaryOperator, Value,
};

use super::comparisons::{column, number_operand, operator};
use super::typed::{Affinity, Kinds, Level, Typed};
use crate::schema::{Arithmetic, Column, ColumnKind, ComparisonOperator, Expression, Operand};
use crate::sql::expression::bare;

/// SQLite refuses longer patterns.
const LONGEST_PATTERN: usize = 50_000;

/// Reads an expression.
pub(crate) fn read(expr: &Expr, columns: &[Column]) -> Option<Expression> {
    let whole = Reader { columns }.typed(expr, Level::Or)?;
    whole.kinds.is_numeric().then_some(whole.expression)
}

struct Reader<'c> {
    columns: &'c [Column],
}

impl Reader<'_> {
    /// An expression that holds together at least as tightly as `level`.
    fn typed(&self, expr: &Expr, level: Level) -> Option<Typed> {
        if Level::of(expr) < level {
            return None;
        }
        match expr {
            Expr::Nested(inner) => self.typed(inner, Level::Or),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.column(expr),
            Expr::Value(value) => constant(&value.value),
            Expr::UnaryOp { op, expr } => self.unary(op, expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::IsNull(inner) => Some(Typed::truth(self.is_null(inner)?)),
            Expr::IsNotNull(inner) => Some(not(self.is_null(inner)?)),
            Expr::IsTrue(inner) => Some(Typed::truth(self.is_truth(inner, 1)?)),
            Expr::IsFalse(inner) => Some(Typed::truth(self.is_truth(inner, 0)?)),
            Expr::IsNotTrue(inner) => Some(not(self.is_truth(inner, 1)?)),
            Expr::IsNotFalse(inner) => Some(not(self.is_truth(inner, 0)?)),
            Expr::IsNotDistinctFrom(left, right) => Some(Typed::truth(self.is(left, right)?)),
            Expr::IsDistinctFrom(left, right) => Some(not(self.is(left, right)?)),
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated,
                global: false,
            } => Some(negate(self.in_list(expr, list)?, *negated)),
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let low = self.comparison(expr, ComparisonOperator::GreaterOrEqual, low)?;
                let high = self.comparison(expr, ComparisonOperator::LessOrEqual, high)?;
                Some(negate(Expression::And(vec![low, high]), *negated))
            }
            Expr::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char,
            } => {
                let escape = escape_char.as_deref();
                Some(negate(self.like(expr, pattern, escape)?, *negated))
            }
            // What `checks::read` makes of NOT GLOB.
            Expr::ILike {
                negated,
                any: false,
                expr,
                pattern,
                escape_char: None,
            } => Some(negate(self.glob(expr, pattern)?, *negated)),
            Expr::Function(function) => self.function(function),
            _ => None,
        }
    }

    fn number(&self, expr: &Expr, level: Level) -> Option<Box<Expression>> {
        let operand = self.typed(expr, level)?;
        let is_numeric = operand.kinds.is_numeric();
        is_numeric.then(|| Box::new(operand.expression))
    }

    fn column(&self, expr: &Expr) -> Option<Typed> {
        let name = column(expr, self.columns)?;
        let declared = self.columns.iter().find(|column| column.name == name)?;
        let (kinds, affinity) = match declared.kind()? {
            ColumnKind::Integer => (Kinds::INTEGER, Affinity::Number),
            ColumnKind::Real => (Kinds::REAL, Affinity::Number),
            ColumnKind::Text => (Kinds::TEXT, Affinity::Text),
            ColumnKind::Blob => (Kinds::BLOB, Affinity::Blob),
        };
        let declaration = declared.declaration.to_ascii_uppercase();
        Some(Typed {
            expression: Expression::Column(name),
            kinds,
            affinity: Some(affinity),
            is_collated: declaration.contains("COLLATE"),
        })
    }

    fn unary(&self, op: &UnaryOperator, expr: &Expr) -> Option<Typed> {
        match op {
            UnaryOperator::Not => {
                let operand = self.number(expr, Level::Not)?;
                Some(Typed::truth(Expression::Not(operand)))
            }
            UnaryOperator::Minus => {
                if let Expr::Value(value) = expr
                    && let Value::Number(number, _) = &value.value
                {
                    return Some(Typed::of(number_operand(&format!("-{number}"))?.0));
                }
                let operand = self.number(expr, Level::Sign)?;
                let zero = Box::new(Expression::Integer(0));
                Some(arithmetic(zero, Arithmetic::Subtract, operand))
            }
            UnaryOperator::Plus => {
                let operand = self.typed(expr, Level::Sign)?;
                Some(Typed {
                    affinity: None,
                    ..operand
                })
            }
            _ => None,
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Typed> {
        let computed = |op, level, tighter| {
            let (left, right) = (self.number(left, level)?, self.number(right, tighter)?);
            Some(arithmetic(left, op, right))
        };
        match op {
            BinaryOperator::And => {
                let operands = [
                    self.number(left, Level::And)?,
                    self.number(right, Level::Not)?,
                ];
                Some(Typed::truth(Expression::And(
                    operands.map(|operand| *operand).into(),
                )))
            }
            BinaryOperator::Or => {
                let operands = [
                    self.number(left, Level::Or)?,
                    self.number(right, Level::And)?,
                ];
                Some(Typed::truth(Expression::Or(
                    operands.map(|operand| *operand).into(),
                )))
            }
            BinaryOperator::Plus => computed(Arithmetic::Add, Level::Sum, Level::Product),
            BinaryOperator::Minus => computed(Arithmetic::Subtract, Level::Sum, Level::Product),
            BinaryOperator::Multiply => computed(Arithmetic::Multiply, Level::Product, Level::Sign),
            BinaryOperator::Divide => computed(Arithmetic::Divide, Level::Product, Level::Sign),
            BinaryOperator::Modulo => computed(Arithmetic::Remainder, Level::Product, Level::Sign),
            BinaryOperator::Glob => Some(Typed::truth(self.glob(left, right)?)),
            other => {
                let comparison = self.comparison(left, operator(other)?, right)?;
                Some(Typed::truth(comparison))
            }
        }
    }

    fn comparison(
        &self,
        left: &Expr,
        operator: ComparisonOperator,
        right: &Expr,
    ) -> Option<Expression> {
        let (left, right) = self.compared(left, right)?;
        Some(Expression::Compare(left, operator, right))
    }

    /// The operands of a comparison, converted as SQLite converts them.
    fn compared(&self, left: &Expr, right: &Expr) -> Option<(Box<Expression>, Box<Expression>)> {
        let left = self.typed(left, Level::Sum)?;
        let right = self.typed(right, Level::Sum)?;
        let affinity = match (left.affinity, right.affinity) {
            (Some(Affinity::Number), _) | (_, Some(Affinity::Number)) => Some(Affinity::Number),
            (Some(_), Some(_)) => None,
            (one, other) => one.or(other),
        };
        if left.is_collated || right.is_collated {
            return None;
        }
        let (left, right) = (left.converted(affinity)?, right.converted(affinity)?);
        Some((Box::new(left.expression), Box::new(right.expression)))
    }

    /// Any column will do, because only NULL or not NULL matters.
    fn is_null(&self, expr: &Expr) -> Option<Expression> {
        let operand = match column(bare(expr), self.columns) {
            Some(name) => Expression::Column(name),
            None => self.typed(expr, Level::Sum)?.expression,
        };
        let null = Box::new(Expression::Null);
        Some(Expression::Is(Box::new(operand), null))
    }

    fn is(&self, left: &Expr, right: &Expr) -> Option<Expression> {
        // SQLite takes TRUE and FALSE for what they are only here, and not for 1 and 0.
        if let Expr::Value(value) = bare(right)
            && let Value::Boolean(truth) = value.value
        {
            return self.is_truth(left, i64::from(truth));
        }
        let (left, right) = self.compared(left, right)?;
        Some(Expression::Is(left, right))
    }

    fn is_truth(&self, expr: &Expr, truth: i64) -> Option<Expression> {
        let operand = Expression::And(vec![*self.number(expr, Level::Sum)?]);
        let truth = Box::new(Expression::Integer(truth));
        Some(Expression::Is(Box::new(operand), truth))
    }

    fn in_list(&self, expr: &Expr, list: &[Expr]) -> Option<Expression> {
        let operand = self.typed(expr, Level::Sum)?;
        if operand.is_collated {
            return None;
        }
        let items = list.iter().map(|item| {
            let item = self.typed(item, Level::Or)?.converted(operand.affinity)?;
            Some(item.expression)
        });
        let items = items.collect::<Option<Vec<_>>>()?;
        Some(Expression::In(Box::new(operand.expression), items))
    }

    fn like(&self, expr: &Expr, pattern: &Expr, escape: Option<&Expr>) -> Option<Expression> {
        let escape = match escape {
            None => None,
            Some(escape) => {
                let escape = text(escape)?;
                let mut letters = escape.chars();
                let only = letters.next().filter(|_| letters.next().is_none())?;
                // A wildcard that is the escape as well is no wildcard.
                Some((!matches!(only, '%' | '_')).then_some(only)?)
            }
        };
        let (text, pattern) = self.matched(expr, pattern)?;
        Some(Expression::Like(text, pattern, escape))
    }

    fn glob(&self, expr: &Expr, pattern: &Expr) -> Option<Expression> {
        let (text, pattern) = self.matched(expr, pattern)?;
        Some(Expression::Glob(text, pattern))
    }

    fn matched(&self, expr: &Expr, pattern: &Expr) -> Option<(Box<Expression>, String)> {
        let operand = self.typed(expr, Level::Sum)?;
        let readable = Kinds(Kinds::INTEGER.0 | Kinds::TEXT.0);
        let pattern = text(pattern)?;
        let is_kept = operand.kinds.within(readable) && pattern.len() <= LONGEST_PATTERN;
        is_kept.then(|| (Box::new(operand.expression), pattern.to_owned()))
    }

    fn function(&self, function: &Function) -> Option<Typed> {
        let argument = only_argument(function)?;
        let operand = self.typed(argument, Level::Or)?;
        let (kinds, expression) = (operand.kinds, Box::new(operand.expression));
        let name = function.name.to_string().to_ascii_lowercase();
        match name.as_str() {
            "abs" if kinds.is_numeric() => Some(Typed::new(Expression::Abs(expression), kinds)),
            // The length of a real number is that of its text.
            "length" if !kinds.may_be(Kinds::REAL) => {
                let length = Expression::Length(expression);
                Some(Typed::new(length, Kinds::INTEGER))
            }
            "typeof" => Some(Typed::new(Expression::TypeOf(expression), Kinds::TEXT)),
            _ => None,
        }
    }
}

/// The argument of a plain function call that has one.
fn only_argument(function: &Function) -> Option<&Expr> {
    let FunctionArguments::List(arguments) = &function.args else {
        return None;
    };
    let is_plain = function.over.is_none()
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.within_group.is_empty()
        && arguments.duplicate_treatment.is_none()
        && arguments.clauses.is_empty();
    match arguments.args.as_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] if is_plain => Some(argument),
        _ => None,
    }
}

fn constant(value: &Value) -> Option<Typed> {
    match value {
        Value::Number(number, _) => Some(Typed::of(number_operand(number)?.0)),
        Value::SingleQuotedString(text) => Some(Typed::of(Operand::Text(text.clone()))),
        Value::Boolean(truth) => Some(Typed::of(Operand::Integer(i64::from(*truth)))),
        Value::Null => Some(Typed::new(Expression::Null, Kinds::NONE)),
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match bare(expr) {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn arithmetic(left: Box<Expression>, op: Arithmetic, right: Box<Expression>) -> Typed {
    let expression = Expression::Arithmetic(left, op, right);
    // Integers that overflow become real numbers.
    Typed::new(expression, Kinds::NUMBER)
}

fn not(expression: Expression) -> Typed {
    Typed::truth(Expression::Not(Box::new(expression)))
}

fn negate(expression: Expression, is_negated: bool) -> Typed {
    if is_negated {
        not(expression)
    } else {
        Typed::truth(expression)
    }
}
