//! The contents of an SQL schema, whatever text or database it was read from.
//!
//! Everything is in declaration order. Rust names and ownership are not known here; they are derived from
//! this by [`crate::analysis::relations`], [`crate::analysis::pivot`] and [`crate::resolve`].

mod checks;
pub(crate) mod clock;
mod comparisons;
mod expression;
mod expressions;
pub mod sqlite;
mod typed;

pub use crate::sql::OnDelete;
pub use clock::Clock;
pub use expression::{Arithmetic, Expression};

/// All tables of one schema.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The tables, in declaration order.
    pub tables: Vec<Table>,
    /// Every statement that a new world file is created with, in order: tables, indexes, views.
    pub statements: Vec<String>,
    /// What was assumed while reading it, and what was passed over.
    pub notes: Vec<String>,
    /// What the translation from another dialect loses, or could not read.
    pub warnings: Vec<String>,
}

/// The name of the id that the translation adds to a table without one. The source's rows do not hold its
/// values, so nothing points to it.
pub const SURROGATE_ID: &str = "gamedb_id";

/// How the comment of an added id starts.
pub(crate) const GIVEN: &str = "Given by gamedb: ";

/// How the comment of an added id says that an import gives a row the id that its key has.
pub(crate) const NUMBERED_BY_KEY: &str = ", and this id in an import";

/// How the comment of an added id starts to say that a column is the key of two tables.
pub(crate) fn shared_key(column: &str) -> String {
    format!("`{column}` is the id of its row in ")
}

/// How the comment of an added id says that the key of the source is a number that the game gives.
pub(crate) fn game_number(column: &str) -> String {
    format!("`{column}` is a number that the game gives")
}

/// A line of a column's comment: its name looks like a key, and it is none. The translation writes it where it
/// knows that from what is not in its text, the rows of a file or a foreign key that is not followed.
pub const NO_KEY: &str = "Not a key to a row, whatever its name looks like.";

/// Declares in a comment the name that a table or a column has in older files: `-- @renamed from=hp`.
pub(crate) const RENAMED: &str = "@renamed from=";

/// The old name that a comment declares.
fn old_name(comment: &str) -> Option<&str> {
    let (_, rest) = comment.split_once(RENAMED)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '*');
    let name = rest[..end.unwrap_or(rest.len())].trim_matches(['"', '`', '[', ']', '.']);
    (!name.is_empty()).then_some(name)
}

impl Schema {
    /// The table of that name. SQL names are not case-sensitive.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The position of the table that a table of an older file is: of that name, or renamed from it. An old name that
    /// another table has is no rename any more.
    pub(crate) fn position_of(&self, name: &str) -> Option<usize> {
        let is_it = |table: &Table| table.name.eq_ignore_ascii_case(name);
        let was_it = |table: &Table| {
            let old = table.renamed_from();
            old.is_some_and(|old| old.eq_ignore_ascii_case(name))
        };
        let own = self.tables.iter().position(is_it);
        own.or_else(|| self.tables.iter().position(was_it))
    }

    /// Whether the table and the columns that a foreign key points to are there.
    pub(crate) fn has_target(&self, key: &ForeignKey) -> bool {
        let target = self.table(&key.table);
        target.is_some_and(|target| {
            let mut columns = key.target_columns.iter();
            columns.all(|column| target.column(column).is_some())
        })
    }

    /// A column, by exactly these names.
    pub(crate) fn column_mut(&mut self, table: &str, column: &str) -> Option<&mut Column> {
        let table = self.tables.iter_mut().find(|known| known.name == table)?;
        let mut columns = table.columns.iter_mut();
        columns.find(|known| known.name == column)
    }
}

/// The name of a table in the source of a translated schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// The schema or database that it is in; empty where none was named.
    pub schema: String,
    /// Its name there.
    pub name: String,
}

/// One table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its name as declared.
    pub name: String,
    /// Its name in the source of a translated schema.
    pub source: Option<SourceName>,
    /// The comment lines directly before `CREATE TABLE`; an empty line separates paragraphs.
    pub comment: Option<String>,
    /// Its columns, in declaration order.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in key order; empty without one.
    pub primary_key: Vec<String>,
    /// Whether the primary key is the row id itself (`INTEGER PRIMARY KEY`).
    pub rowid_key: bool,
    /// Its declared foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Foreign keys of the source that do not point to an id: their columns are plain columns.
    pub unfollowed_keys: Vec<ForeignKey>,
    /// Owners that the source of a translated schema has in two columns.
    pub owner_pairs: Vec<OwnerPair>,
    /// UNIQUE constraints and unique indexes.
    pub uniques: Vec<Index>,
    /// The indexes that are not unique.
    pub indexes: Vec<Index>,
    /// Its CHECKs, those of columns included.
    pub checks: Vec<Check>,
    /// Whether it is declared STRICT.
    pub strict: bool,
    /// The `CREATE TABLE` text as the database keeps it.
    pub sql: String,
    /// The `CREATE INDEX` texts as the database keeps them.
    pub index_sql: Vec<String>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Whether its id was added by the translation.
    pub fn has_surrogate_id(&self) -> bool {
        match self.primary_key.as_slice() {
            [id] => match id.strip_prefix(SURROGATE_ID) {
                Some(rest) => rest.chars().all(|c| c == '_' || c.is_ascii_digit()),
                None => false,
            },
            _ => false,
        }
    }

    /// Whether this column was the key of the source's table, and the key of another table's row as well. The comment
    /// of the id that the translation adds says so.
    pub(crate) fn is_shared_key(&self, column: &str) -> bool {
        let id = self.columns.iter().find(|column| column.primary_key);
        let comment = id.and_then(|id| id.comment.as_deref());
        self.has_surrogate_id()
            && comment.is_some_and(|comment| comment.contains(&shared_key(column)))
    }

    /// The name that the table has in older files, if the schema declares it as renamed.
    pub(crate) fn renamed_from(&self) -> Option<&str> {
        // Behind the first parenthesis a comment is about the table, too.
        let (_, body) = self.sql.split_once('(').unwrap_or_default();
        let first = body.lines().next().unwrap_or_default().trim_start();
        let inside = first
            .strip_prefix("--")
            .or_else(|| first.strip_prefix("/*"));
        let before = self.comment.as_deref().and_then(old_name);
        before.or_else(|| old_name(inside?))
    }

    /// The place of a column among those of an older file, by its name or by the one that it is renamed from. An old
    /// name that another column has is no rename any more.
    pub(crate) fn place_of(&self, column: &Column, names: &[&str]) -> Option<usize> {
        let find = |name: &str| {
            let mut names = names.iter();
            names.position(|known| known.eq_ignore_ascii_case(name))
        };
        find(&column.name).or_else(|| {
            let old = column.comment.as_deref().and_then(old_name)?;
            find(old).filter(|_| self.column(old).is_none())
        })
    }

    /// The column of the source's table whose values are the ids of the rows, by its name: the id itself, if the
    /// translation has not added it. `None` where rows get other ids than they have had in the source.
    pub(crate) fn numbered_by(&self) -> Option<&str> {
        let id = self.primary_key.first().filter(|_| self.rowid_key)?;
        if !self.has_surrogate_id() {
            return Some(id);
        }
        let said = self.column(id)?.comment.as_deref()?.strip_prefix(GIVEN)?;
        let said = said.strip_suffix('.')?.strip_suffix(NUMBERED_BY_KEY)?;
        let is_key = |column: &&Column| said.starts_with(&shared_key(&column.name));
        Some(&self.columns.iter().find(is_key)?.name)
    }

    /// The declared foreign key of this column alone.
    pub fn foreign_key(&self, column: &str) -> Option<&ForeignKey> {
        self.foreign_keys
            .iter()
            .find(|key| matches!(key.columns.as_slice(), [only] if only == column))
    }

    /// Whether a declared foreign key is of this column alone, followed or not.
    pub(crate) fn is_in_key(&self, column: &str) -> bool {
        let keys = self.foreign_keys.iter().chain(&self.unfollowed_keys);
        keys.into_iter()
            .any(|key| matches!(key.columns.as_slice(), [only] if only == column))
    }

    /// Whether no two rows can hold the same value in this column.
    pub fn is_unique(&self, column: &str) -> bool {
        self.uniques.iter().any(|index| {
            index.partial.covers_all()
                && matches!(index.columns.as_slice(), [only] if only == column)
        })
    }

    /// Whether a CHECK proves that exactly one of these columns is set, in any order. Columns that
    /// a CHECK keeps NULL may be missing from it.
    pub fn exactly_one(&self, columns: &[&str]) -> bool {
        self.checks.iter().any(|check| match &check.kind {
            CheckKind::ExactlyOne(set) => self.same_set(set, columns),
            _ => false,
        })
    }

    /// Whether a CHECK proves that at most one of these columns is set, in any order.
    pub fn at_most_one(&self, columns: &[&str]) -> bool {
        self.checks.iter().any(|check| match &check.kind {
            CheckKind::AtMostOne(set) => self.same_set(set, columns),
            _ => false,
        })
    }

    fn same_set(&self, set: &[String], columns: &[&str]) -> bool {
        let always_null = |name: &str| self.column(name).is_some_and(|column| column.must_be_null);
        columns
            .iter()
            .all(|c| always_null(c) || set.iter().any(|s| s == c))
            && set
                .iter()
                .all(|s| always_null(s) || columns.iter().any(|c| s == c))
    }
}

/// One column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its name as declared.
    pub name: String,
    /// Its type as declared, e.g. `INTEGER` or `VARCHAR(255)`; empty without one.
    pub declared_type: String,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// The SQL text of its DEFAULT.
    pub default: Option<String>,
    /// The number that the source has where this column is NULL.
    pub none: Option<i64>,
    /// Whether it is known that its values are not ids of the table that its name refers to: by rows of the source,
    /// or by [`NO_KEY`] in its comment.
    pub names_no_rows: bool,
    /// Its type in the source of a translated schema, as `[types]` names it.
    pub source_type: Option<String>,
    /// The `--` comment on its line or on the lines directly before.
    pub comment: Option<String>,
    /// Its declaration as written, on one line and without comments.
    pub declaration: String,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// Whether its values are computed by the database.
    pub generated: bool,
    /// The values that a CHECK limits it to.
    pub allowed: Option<Allowed>,
    /// Whether a CHECK says that it is always NULL.
    pub must_be_null: bool,
}

impl Column {
    /// The clock that its DEFAULT is, if memory fills it in as the file does.
    pub(crate) fn clock(&self) -> Option<Clock> {
        Clock::of(self.default.as_deref()?, self.is_integer())
    }

    /// Whether its DEFAULT is computed for each row, so that only the file can fill it in.
    pub(crate) fn has_computed_default(&self) -> bool {
        let Some(default) = &self.default else {
            return false;
        };
        let text = default.trim_matches(|c: char| c == '(' || c == ')' || c.is_whitespace());
        let is_quoted = text.starts_with(['\'', '"']);
        let blob = ["x'", "X'"].iter().any(|start| text.starts_with(start));
        let word = ["NULL", "TRUE", "FALSE"];
        let is_word = word.iter().any(|word| text.eq_ignore_ascii_case(word));
        let number = |c: char| c.is_ascii_digit() || "+-.eExX".contains(c) || c.is_ascii_hexdigit();
        let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.chars().all(number);
        !(is_quoted || blob || is_word || is_number)
    }

    /// What it holds by its declared type, if SQLite converts nothing that is stored in it. `None` also where the type
    /// lets it hold anything.
    pub fn kind(&self) -> Option<ColumnKind> {
        let declared = self.declared_type.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT"]) {
            Some(ColumnKind::Integer)
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Some(ColumnKind::Text)
        } else if has(&["BLOB"]) {
            Some(ColumnKind::Blob)
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Some(ColumnKind::Real)
        } else {
            // Integers stay what they are in a NUMERIC column too.
            has(&["BOOL"]).then_some(ColumnKind::Integer)
        }
    }

    /// Whether the declared type holds integers, by SQLite's affinity rule.
    pub fn is_integer(&self) -> bool {
        self.declared_type.to_ascii_uppercase().contains("INT")
    }
}

/// What the declared type of a column says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Integers.
    Integer,
    /// Floating-point numbers.
    Real,
    /// Texts.
    Text,
    /// Bytes.
    Blob,
}

/// The values that a CHECK limits a column to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// `CHECK (c IN ('A', 'B'))`.
    Texts(Vec<String>),
    /// `CHECK (c IN (0, 1))`.
    Bool,
}

/// An id column and a kind column that says which table the id is of, with the columns that replace both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPair {
    /// The column with the id, in the source.
    pub id: String,
    /// The column with the kind, in the source.
    pub kind: String,
    /// The tables.
    pub arms: Vec<OwnerArm>,
}

/// One table of an [`OwnerPair`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerArm {
    /// Its column.
    pub column: String,
    /// The table that it points to.
    pub table: String,
    /// What the kind column holds for it.
    pub value: String,
}

/// A declared foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to, as that table's declaration spells it where it exists.
    pub table: String,
    /// The columns it points to.
    pub target_columns: Vec<String>,
    /// What happens to this row when the other one is deleted.
    pub on_delete: OnDelete,
}

/// A UNIQUE constraint, or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name; the database's own for a UNIQUE constraint.
    pub name: String,
    /// Its columns in key order. Expressions have none, and are left out.
    pub columns: Vec<String>,
    /// Whether a part of it is an expression.
    pub expression: bool,
    /// The first collation that is neither BINARY nor NOCASE.
    pub collation: Option<String>,
    /// The columns that are compared by NOCASE.
    pub no_case: Vec<String>,
    /// Which rows it covers.
    pub partial: Partial,
}

/// The rows that an index covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partial {
    /// All rows.
    No,
    /// `WHERE c IS NOT NULL`, of its own columns: for UNIQUE the same as all rows.
    NotNull,
    /// Any other WHERE.
    Where(String),
}

impl Partial {
    /// Whether it makes no difference to uniqueness.
    pub fn covers_all(&self) -> bool {
        matches!(self, Self::No | Self::NotNull)
    }
}

/// A CHECK.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it says, if it is recognized.
    pub kind: CheckKind,
    /// Its expression as written, on one line.
    pub text: String,
    /// The same as a tree, if every part of it means in memory what it means in SQLite.
    pub expression: Option<Expression>,
}

/// What a CHECK says.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// `c IN ('A', 'B')`.
    Texts {
        /// The column.
        column: String,
        /// The texts.
        texts: Vec<String>,
    },
    /// `c IN (0, 1)`.
    Bool(String),
    /// `c IS NULL`.
    IsNull(String),
    /// `(a IS NOT NULL) + (b IS NOT NULL) = 1`.
    ExactlyOne(Vec<String>),
    /// `(a IS NOT NULL) + (b IS NOT NULL) <= 1`.
    AtMostOne(Vec<String>),
    /// `(a IS NULL) = (b IS NULL)`, chained.
    AllOrNone(Vec<String>),
    /// Comparisons of columns with constants or with each other, all of which hold.
    Compare(Vec<Comparison>),
    /// Anything else.
    Other,
}

/// `hp <= max_hp`, `length(name) > 0`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The left side.
    pub left: Operand,
    /// How it is compared.
    pub operator: ComparisonOperator,
    /// The right side.
    pub right: Operand,
}

impl Comparison {
    /// The columns on either side.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        [&self.left, &self.right]
            .into_iter()
            .filter_map(|operand| match operand {
                Operand::Column(column) | Operand::Length(column) => Some(column),
                Operand::Integer(_) | Operand::Real(_) | Operand::Text(_) => None,
            })
    }
}

/// One side of a [`Comparison`].
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A column.
    Column(String),
    /// `length()` of a column.
    Length(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// A text.
    Text(String),
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}
