//! What statements of a text say about how the text is to be read.

use std::collections::HashMap;

use sqlparser::tokenizer::Token;

use super::charset::Charset;
use super::scan::Rules;
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, parts, text};
use crate::sql::tokens::{self, Piece, join};

/// How a text is read from here on.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) rules: Rules,
    pub(super) charset: Charset,
    /// The name of the character set.
    charset_name: String,
    /// Values that were put into variables, to be taken from there again: `@OLD_SQL_MODE`.
    variables: HashMap<String, String>,
    sql_mode: String,
}

impl Settings {
    pub(crate) fn of(dialect: Dialect) -> Self {
        Self {
            rules: Rules::of(dialect),
            charset: Charset::Utf8,
            charset_name: "utf8mb4".to_owned(),
            variables: HashMap::new(),
            sql_mode: String::new(),
        }
    }

    /// Takes a statement into account.
    ///
    /// # Errors
    /// The name of a character set in which the text cannot be read.
    pub(crate) fn statement(&mut self, words: &[String], text: &str) -> Result<(), String> {
        let is_set = words.first().is_some_and(|word| word == "SET");
        if !is_set {
            return Ok(());
        }
        let pieces = tokens::pieces(text, self.rules.dialect.parser());
        match self.rules.dialect {
            Dialect::MySql => self.mysql(&pieces),
            Dialect::Postgres => self.postgres(&pieces),
            Dialect::Sqlite => Ok(()),
        }
    }

    fn postgres(&mut self, pieces: &[Piece]) -> Result<(), String> {
        let mut cursor = Cursor::new(pieces, Dialect::Postgres);
        cursor.next();
        cursor.eat_any(&["SESSION", "LOCAL"]);
        let Some(name) = cursor.name() else {
            return Ok(());
        };
        cursor.next();
        let value = cursor.peek().map(value_of).unwrap_or_default();
        match name.as_str() {
            "standard_conforming_strings" => {
                self.rules.backslash = value.eq_ignore_ascii_case("off");
                Ok(())
            }
            "client_encoding" | "names" => self.set_charset(&value, Charset::of_postgres(&value)),
            _ => Ok(()),
        }
    }

    fn mysql(&mut self, pieces: &[Piece]) -> Result<(), String> {
        let pieces = pieces.get(1..).unwrap_or_default();
        if let [names, name, ..] = pieces
            && names.is("NAMES")
        {
            let name = value_of(name);
            return self.set_charset(&name, Charset::named(&name));
        }
        if let [character, set, name] = pieces
            && (character.is("CHARACTER") && set.is("SET"))
        {
            let name = value_of(name);
            return self.set_charset(&name, Charset::named(&name));
        }
        for part in parts(pieces) {
            let Some(at) = part
                .iter()
                .position(|piece| matches!(piece.token.token, Token::Eq | Token::Assignment))
            else {
                continue;
            };
            let left = join(&part[..at]).replace(' ', "").to_ascii_lowercase();
            self.assign(&left, &part[at + 1..])?;
        }
        Ok(())
    }

    fn assign(&mut self, left: &str, right: &[Piece]) -> Result<(), String> {
        let value = match right {
            [only] => value_of(only),
            several => join(several).replace(' ', ""),
        };
        let variable = value.to_ascii_lowercase();
        let value = match variable.strip_prefix("@@") {
            Some(name) => match name.rsplit('.').next() {
                Some("sql_mode") => self.sql_mode.clone(),
                Some("character_set_client") => self.charset_name.clone(),
                _ => return Ok(()),
            },
            None if variable.starts_with('@') => match self.variables.get(&variable) {
                Some(value) => value.clone(),
                None => return Ok(()),
            },
            None => value,
        };
        let name = left.trim_start_matches("@@").rsplit(['.', '@']).next();
        if left.starts_with('@') && !left.starts_with("@@") {
            self.variables.insert(left.to_owned(), value);
            return Ok(());
        }
        match name {
            Some("character_set_client") if value.eq_ignore_ascii_case("null") => Ok(()),
            Some("character_set_client") => self.set_charset(&value, Charset::named(&value)),
            Some("sql_mode") => {
                let modes = value.to_ascii_uppercase();
                self.rules.backslash = !modes.contains("NO_BACKSLASH_ESCAPES");
                // `ANSI` is a mode that contains it.
                let mut modes = modes.split(',').map(str::trim);
                self.rules.ansi_quotes = modes.any(|mode| mode == "ANSI_QUOTES" || mode == "ANSI");
                self.sql_mode = value;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn set_charset(&mut self, name: &str, charset: Option<Charset>) -> Result<(), String> {
        match charset.filter(|charset| charset.can_be_scanned()) {
            Some(charset) => {
                self.charset = charset;
                name.clone_into(&mut self.charset_name);
                Ok(())
            }
            None if name.eq_ignore_ascii_case("default") => Ok(()),
            None => Err(name.to_owned()),
        }
    }
}

fn value_of(piece: &Piece) -> String {
    text(piece).unwrap_or_else(|| piece.text.clone())
}
