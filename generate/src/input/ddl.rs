//! A schema as its own database declares it, after all its statements were replayed. Nothing is
//! translated yet.

use crate::sql::OnDelete;
use crate::sql::tokens::Piece;

use super::sequences::Sequences;
use super::types::DeclaredType;
use crate::sql::cursor::Path;

/// A schema.
#[derive(Debug, Default)]
pub(crate) struct Ddl {
    pub(crate) tables: Vec<DeclaredTable>,
    pub(crate) types: Vec<NamedType>,
    pub(crate) sequences: Sequences,
}

/// A type that the schema defines.
#[derive(Debug, Clone)]
pub(crate) struct NamedType {
    pub(crate) name: String,
    pub(crate) kind: NamedKind,
}

#[derive(Debug, Clone)]
pub(crate) enum NamedKind {
    /// `CREATE TYPE .. AS ENUM`.
    Enum(Vec<String>),
    /// `CREATE TYPE .. AS (..)`, and whatever else a type can be.
    Other,
    /// `CREATE DOMAIN`.
    Domain(Box<DeclaredColumn>, Vec<DeclaredCheck>),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredTable {
    /// The schema or database that it is in; empty where none was named.
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<DeclaredColumn>,
    pub(crate) primary_key: Vec<String>,
    /// The name of the primary key's constraint.
    pub(crate) primary_key_name: Option<String>,
    pub(crate) keys: Vec<DeclaredKey>,
    pub(crate) foreign_keys: Vec<DeclaredForeignKey>,
    pub(crate) checks: Vec<DeclaredCheck>,
    /// The tables that it inherits columns from.
    pub(crate) inherits: Vec<Path>,
    /// The default collation of its columns.
    pub(crate) collation: Option<String>,
    /// The next number that MySQL gives: AUTO_INCREMENT of the table.
    pub(crate) next_number: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredColumn {
    pub(crate) name: String,
    pub(crate) ty: DeclaredType,
    pub(crate) not_null: bool,
    /// The tokens of its DEFAULT.
    pub(crate) default: Option<Vec<Piece>>,
    /// What the database sets it to when its row changes.
    pub(crate) on_update: Option<String>,
    /// Whether the database numbers it.
    pub(crate) identity: bool,
    /// The expression that it is computed by.
    pub(crate) generated: Option<String>,
    pub(crate) collation: Option<String>,
    pub(crate) comment: Option<String>,
    /// Where a SQLite file holds values of other types than declared: the types, by `typeof`.
    pub(crate) held: Vec<String>,
    /// Whether rows of the source show that it holds other numbers than 0 and 1.
    pub(crate) has_other_numbers: bool,
}

/// UNIQUE, or an index.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredKey {
    pub(crate) name: Option<String>,
    pub(crate) unique: bool,
    pub(crate) parts: Vec<KeyPart>,
    /// Whether two rows with NULL in it are not UNIQUE (NULLS NOT DISTINCT).
    pub(crate) nulls_equal: bool,
    /// The tokens of its WHERE.
    pub(crate) condition: Option<Vec<Piece>>,
    /// The first collation of its own that is not the column's; in SQLite, the first that is neither BINARY nor NOCASE.
    pub(crate) collation: Option<String>,
    /// In SQLite, the columns that are compared by NOCASE.
    pub(crate) no_case: Vec<String>,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyPart {
    Column(String),
    /// `name(20)`.
    Prefix(String, u64),
    /// Anything that is computed, as written.
    Expression(String),
}

#[derive(Debug, Clone)]
pub(crate) struct DeclaredForeignKey {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) target: Path,
    /// Empty where the primary key is meant.
    pub(crate) target_columns: Vec<String>,
    pub(crate) on_delete: OnDelete,
}

#[derive(Debug, Clone)]
pub(crate) struct DeclaredCheck {
    pub(crate) name: Option<String>,
    /// Its expression.
    pub(crate) pieces: Vec<Piece>,
}

impl Ddl {
    /// The index of a table. A name without a schema is looked up in the current schema first.
    pub(crate) fn position(&self, path: &Path, current: &str) -> Option<usize> {
        let place = |schema: &str, exact: bool| {
            self.tables.iter().position(|table| {
                let same = if exact {
                    table.name == path.name
                } else {
                    table.name.eq_ignore_ascii_case(&path.name)
                };
                same && table.schema.eq_ignore_ascii_case(schema)
            })
        };
        let schema = path.schema.as_deref().unwrap_or(current);
        place(schema, true)
            .or_else(|| place(schema, false))
            .or_else(|| {
                // `db`.`t` where `t` was created without a schema, or the other way round. Two tables with
                // different schemas are different tables.
                let mut found = self.tables.iter().enumerate().filter(|(_, table)| {
                    table.name.eq_ignore_ascii_case(&path.name)
                        && (path.schema.is_none() || table.schema.is_empty())
                });
                match (found.next(), found.next()) {
                    (Some((at, _)), None) => Some(at),
                    _ => None,
                }
            })
    }

    /// The columns of a table that are the key of a table that it inherits from. They number the rows of both, and
    /// point to neither.
    pub(crate) fn inherited_keys(&self, at: usize) -> Vec<usize> {
        let (mut found, mut seen, mut next) = (Vec::new(), vec![at], vec![at]);
        while let Some(child) = next.pop() {
            for parent in &self.tables[child].inherits {
                let parent = self.position(parent, &self.tables[child].schema);
                let Some(parent) = parent.filter(|parent| !seen.contains(parent)) else {
                    continue;
                };
                let keys = self.tables[parent].primary_key.iter();
                found.extend(keys.filter_map(|key| self.tables[at].position(key)));
                seen.push(parent);
                next.push(parent);
            }
        }
        found
    }

    /// The type of that name.
    pub(crate) fn named_type(&self, name: &str) -> Option<&NamedType> {
        let mut types = self.types.iter().rev();
        types.find(|ty| ty.name.eq_ignore_ascii_case(name))
    }
}

impl DeclaredTable {
    /// The index of a column: of exactly that name, or else of one that differs only in case.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column.name == name);
        exact.or_else(|| {
            let mut columns = self.columns.iter();
            columns.position(|column| column.name.eq_ignore_ascii_case(name))
        })
    }

    pub(crate) fn column_mut(&mut self, name: &str) -> Option<&mut DeclaredColumn> {
        let at = self.position(name)?;
        self.columns.get_mut(at)
    }

    pub(crate) fn drop_key(&mut self, name: &str) {
        let is_other = |own: &Option<String>| {
            own.as_deref()
                .is_none_or(|own| !own.eq_ignore_ascii_case(name))
        };
        self.keys.retain(|key| is_other(&key.name));
    }

    /// Removes a constraint of any kind. One without a name has the name that PostgreSQL gives it.
    pub(crate) fn drop_constraint(&mut self, name: &str) {
        let table = self.name.clone();
        let is_named = |own: &Option<String>, columns: &[String], ending: &str| {
            let given = [std::slice::from_ref(&table), columns, &[ending.to_owned()]].concat();
            let given = given.join("_");
            own.as_deref().unwrap_or(&given).eq_ignore_ascii_case(name)
        };
        self.keys.retain(|key| {
            let columns = key.parts.iter().filter_map(|part| part.column());
            let columns: Vec<String> = columns.map(str::to_owned).collect();
            !is_named(&key.name, &columns, if key.unique { "key" } else { "idx" })
        });
        self.foreign_keys
            .retain(|key| !is_named(&key.name, &key.columns, "fkey"));
        self.checks
            .retain(|check| !is_named(&check.name, &[], "check"));
        if is_named(&self.primary_key_name, &[], "pkey") {
            self.primary_key.clear();
        }
    }

    /// Renames an index or a constraint.
    pub(crate) fn rename_key(&mut self, old: &str, new: &str) {
        let keys = self.keys.iter_mut().map(|key| &mut key.name);
        let keys = keys.chain(self.foreign_keys.iter_mut().map(|key| &mut key.name));
        let keys = keys.chain(self.checks.iter_mut().map(|check| &mut check.name));
        for name in keys.chain([&mut self.primary_key_name]).flatten() {
            if name.eq_ignore_ascii_case(old) {
                new.clone_into(name);
            }
        }
    }

    /// Removes a column, and the keys that contain it.
    pub(crate) fn remove_column(&mut self, name: &str) -> bool {
        let Some(at) = self.position(name) else {
            return false;
        };
        self.columns.remove(at);
        let other = |column: &String| !column.eq_ignore_ascii_case(name);
        if !self.primary_key.iter().all(other) {
            // The columns left do not identify a row.
            self.primary_key.clear();
        }
        self.keys.retain_mut(|key| {
            let n_parts = key.parts.len();
            key.parts
                .retain(|part| part.column().is_none_or(|c| !c.eq_ignore_ascii_case(name)));
            // MySQL keeps an index with the columns left. A UNIQUE on fewer columns would be stricter.
            key.parts.len() == n_parts || !key.unique && !key.parts.is_empty()
        });
        self.foreign_keys
            .retain(|key| key.columns.iter().all(other));
        self.checks.retain(|check| {
            !check
                .pieces
                .iter()
                .any(|piece| piece.name().is_some_and(|n| n.eq_ignore_ascii_case(name)))
        });
        true
    }

    /// Renames a column wherever the table uses it; `false` if there is no such column.
    pub(crate) fn rename_column(&mut self, old: &str, new: &str) -> bool {
        let Some(column) = self.column_mut(old) else {
            return false;
        };
        new.clone_into(&mut column.name);
        let names = self.primary_key.iter_mut();
        let names = names.chain(
            self.foreign_keys
                .iter_mut()
                .flat_map(|key| key.columns.iter_mut()),
        );
        for name in names.filter(|name| name.eq_ignore_ascii_case(old)) {
            new.clone_into(name);
        }
        for key in &mut self.keys {
            for part in &mut key.parts {
                if let KeyPart::Column(name) | KeyPart::Prefix(name, _) = part
                    && name.eq_ignore_ascii_case(old)
                {
                    new.clone_into(name);
                }
            }
        }
        for piece in self
            .checks
            .iter_mut()
            .flat_map(|check| check.pieces.iter_mut())
        {
            piece.rename(old, new);
        }
        true
    }
}

impl KeyPart {
    pub(crate) fn column(&self) -> Option<&str> {
        match self {
            Self::Column(name) | Self::Prefix(name, _) => Some(name),
            Self::Expression(_) => None,
        }
    }
}
