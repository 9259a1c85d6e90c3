//! Rows of a nest that lie in no row and not at its root, which SQLite does not look at: no foreign key says it.

use super::dangling::Dangling;
use super::queries::quoted;
use super::report::{Misfit, MisfitKind};
use crate::model::{NestModel, TableModel};

/// The columns of a nest, and its root, in SQL.
pub(super) struct NestColumns {
    table: String,
    id: String,
    pub(super) within: String,
    parent: String,
    pub(super) child: String,
    numbers: Vec<(i64, i64)>,
}

/// A row that lies nowhere.
struct Lost {
    id: i64,
    within: String,
    parent: i64,
    child: i64,
    has_container: bool,
}

impl NestColumns {
    pub(super) fn of(table: &TableModel) -> Option<Self> {
        let NestModel {
            key,
            within,
            parent,
            child,
            ..
        } = table.nest.as_ref()?;
        let name = |at: &usize| quoted(&table.columns[*at].name);
        let root = table.value_keys[*key].root.as_ref()?;
        Some(Self {
            table: quoted(&table.name),
            id: quoted(&table.id_column),
            within: name(within),
            parent: name(parent),
            child: name(child),
            numbers: root.numbers.clone(),
        })
    }

    /// Whether a row lies at the root.
    fn is_at_root(&self, row: &str) -> String {
        let parent = &self.parent;
        let ranges = self.numbers.iter();
        let ranges: Vec<String> = ranges
            .map(|(first, last)| format!("{row}.{parent} BETWEEN {first} AND {last}"))
            .collect();
        format!("({})", ranges.join(" OR "))
    }

    fn has_container(&self) -> String {
        let Self {
            table,
            within,
            parent,
            child,
            ..
        } = self;
        format!(
            "EXISTS (SELECT 1 FROM {table} AS container WHERE container.{within} = own.{within} AND container.{child} = own.{parent})"
        )
    }

    /// The rows that no way leads to from the root.
    fn lost(&self) -> String {
        let Self {
            table,
            id,
            within,
            parent,
            child,
            ..
        } = self;
        let (own, content) = (self.is_at_root("own"), self.is_at_root("content"));
        format!(
            "SELECT own.{id} FROM {table} AS own WHERE own.{id} NOT IN (
                WITH RECURSIVE reached (id) AS (
                    SELECT own.{id} FROM {table} AS own WHERE {own}
                    UNION
                    SELECT content.{id} FROM reached JOIN {table} AS container ON container.{id} = reached.id
                    JOIN {table} AS content ON content.{within} = container.{within} AND content.{parent} = container.{child}
                    WHERE NOT {content})
                SELECT id FROM reached)"
        )
    }
}

impl Dangling<'_> {
    /// Deletes the rows of a nest that lie nowhere: in a row that is not there, or in themselves.
    pub(super) fn nested(&mut self, table: &TableModel) -> rusqlite::Result<()> {
        let Some(nest) = NestColumns::of(table) else {
            return Ok(());
        };
        let NestColumns {
            table: from,
            id,
            within,
            parent,
            child,
            ..
        } = &nest;
        // What lies in a row is found by these columns.
        self.new.execute_batch(&format!(
            "CREATE INDEX gamedb_nest ON {from} ({within}, {parent})"
        ))?;
        let lost = nest.lost();
        let has_container = nest.has_container();
        let sql = format!(
            "SELECT own.{id}, CAST(own.{within} AS TEXT), own.{parent}, own.{child}, {has_container}
             FROM {from} AS own WHERE own.{id} IN ({lost}) ORDER BY own.{id}"
        );
        loop {
            // One that lies in a row which is not there is the cause of those that lie in it.
            let (mut n_causes, mut n_cyclic) = (0_u64, 0_u64);
            for is_cause in [true, false] {
                if n_causes > 0 {
                    break;
                }
                let mut statement = self.new.prepare(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let lost = Lost {
                        id: row.get(0)?,
                        within: row.get(1)?,
                        parent: row.get(2)?,
                        child: row.get(3)?,
                        has_container: row.get(4)?,
                    };
                    if lost.has_container != is_cause {
                        n_causes += u64::from(is_cause);
                        n_cyclic += u64::from(!is_cause);
                        self.lost(table, &lost);
                    }
                }
            }
            let which = match (n_causes, n_cyclic) {
                (0, 0) => break,
                (0, _) => String::new(),
                _ => format!(" AND NOT {has_container}"),
            };
            let sql = format!("DELETE FROM {from} AS own WHERE own.{id} IN ({lost}){which}");
            self.new.execute(&sql, [])?;
        }
        self.new.execute_batch("DROP INDEX gamedb_nest")
    }

    fn lost(&mut self, table: &TableModel, lost: &Lost) {
        let Some(nest) = &table.nest else {
            return;
        };
        let column = |at: usize| table.columns[at].name.as_str();
        let (within, child) = (column(nest.within), column(nest.child));
        let Lost {
            id, parent: names, ..
        } = *lost;
        let place = format!("{child} {names} of {within} {}", lost.within);
        let follows = self.left_out.has_nested(&table.name, &lost.within, names);
        let (why, kind) = match (lost.has_container, follows) {
            (true, _) => (
                format!("lies in {place}, and so in itself"),
                MisfitKind::InItself,
            ),
            (false, true) => (
                format!("lies in {place}, which was left out"),
                MisfitKind::Follows {
                    table: table.name.clone(),
                },
            ),
            (false, false) => (
                format!("lies in {place}, which does not exist"),
                MisfitKind::Dangling { names },
            ),
        };
        self.left_out.add(&table.name, id);
        self.left_out
            .add_nested(&table.name, &lost.within, lost.child);
        self.misfits.push(Misfit {
            table: table.name.clone(),
            id,
            column: column(nest.parent).to_owned(),
            why,
            kind,
            place: None,
            is_carried: false,
        });
    }
}
