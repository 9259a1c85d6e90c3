//! Expressions, as sqlparser reads them.

use sqlparser::ast::Expr;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Dialect;
use super::tokens::Piece;

/// Parses tokens as one expression; `None` if they are anything else or more than that.
pub(crate) fn parse(pieces: &[Piece], dialect: Dialect) -> Option<Expr> {
    let tokens: Vec<TokenWithSpan> = pieces.iter().map(|piece| piece.token.clone()).collect();
    let mut parser = Parser::new(dialect.parser()).with_tokens_with_locations(tokens);
    let expr = parser.parse_expr().ok()?;
    (parser.peek_token().token == Token::EOF).then_some(expr)
}

/// An expression without the parentheses around it.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

/// The name of the column that an expression is, without the table before it.
pub(crate) fn column_name(expr: &Expr) -> Option<&str> {
    match bare(expr) {
        Expr::Identifier(ident) => Some(&ident.value),
        Expr::CompoundIdentifier(idents) => Some(&idents.last()?.value),
        _ => None,
    }
}
