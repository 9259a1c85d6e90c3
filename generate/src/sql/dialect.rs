//! The dialects of SQL that are read.

/// The SQL that a schema is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL or MariaDB.
    MySql,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::MySql => "MySQL",
            Self::Postgres => "PostgreSQL",
        }
    }

    pub(crate) fn parser(self) -> &'static dyn sqlparser::dialect::Dialect {
        match self {
            Self::Sqlite => &sqlparser::dialect::SQLiteDialect {},
            Self::MySql => &sqlparser::dialect::MySqlDialect {},
            Self::Postgres => &sqlparser::dialect::PostgreSqlDialect {},
        }
    }
}
