//! Rows of a nest that lie in themselves, directly or through others.

use super::dangling::Dangling;
use super::dangling_values::{ValueKeyColumns, is_at_root, note_deleted};
use super::queries::quoted;
use super::report::{Misfit, MisfitKind};
use crate::model::{NestModel, TableModel};

impl Dangling<'_> {
    /// Deletes the rows that no way leads to from those that lie in no other one. Whatever lies in a row that is not
    /// there has been deleted before.
    pub(super) fn in_themselves(
        &mut self,
        table: &TableModel,
        keys: &[ValueKeyColumns<'_>],
    ) -> rusqlite::Result<()> {
        let Some((nest, condition)) = unreached(table) else {
            return Ok(());
        };
        let column = |at: usize| table.columns[at].name.as_str();
        let [within, parent, child] = [nest.within, nest.parent, nest.child].map(column);
        let [from, id] = [&table.name, &table.id_column].map(|name| quoted(name));
        // What lies in a row is found by these columns.
        let columns = [within, parent].map(quoted).join(", ");
        self.new
            .execute_batch(&format!("CREATE INDEX gamedb_nest ON {from} ({columns})"))?;
        let sql = format!(
            "SELECT {id}, quote({}), {} FROM {from} WHERE {condition} ORDER BY {id}",
            quoted(within),
            quoted(parent)
        );
        let mut statement = self.new.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let before = self.misfits.n_all();
        while let Some(row) = rows.next()? {
            let (id, of, number): (i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            self.left_out.add(&table.name, id);
            self.misfits.push(Misfit {
                table: table.name.clone(),
                id,
                column: parent.to_owned(),
                why: format!(
                    "lies in the row with {child} = {number} of {within} {of}, and so in itself"
                ),
                kind: MisfitKind::InItself,
                place: None,
                is_carried: false,
            });
        }
        drop(rows);
        drop(statement);
        if self.misfits.n_all() > before {
            note_deleted(self.new, keys, self.left_out, &table.name, &condition)?;
            let sql = format!("DELETE FROM {from} WHERE {condition}");
            self.new.execute(&sql, [])?;
        }
        self.new.execute_batch("DROP INDEX gamedb_nest")
    }
}

/// The condition of the rows that no way leads to.
fn unreached(table: &TableModel) -> Option<(&NestModel, String)> {
    let nest = table.nest.as_ref()?;
    let root = table.value_keys[nest.key].root.as_ref()?;
    let column = |at: usize| quoted(&table.columns[at].name);
    let [within, parent, child] = [nest.within, nest.parent, nest.child].map(column);
    let [from, id] = [&table.name, &table.id_column].map(|name| quoted(name));
    let first = is_at_root(table, root, "first");
    let content = is_at_root(table, root, "content");
    let condition = format!(
        "{id} NOT IN (
            WITH RECURSIVE reached (id) AS (
                SELECT first.{id} FROM {from} AS first WHERE {first}
                UNION
                SELECT content.{id} FROM reached JOIN {from} AS container ON container.{id} = reached.id
                JOIN {from} AS content ON content.{within} = container.{within} AND content.{parent} = container.{child}
                WHERE NOT {content})
            SELECT id FROM reached)"
    );
    Some((nest, condition))
}
