//! The tables of a source beside those of the new schema.

use super::options::ImportOptions;
use super::report::TableLeftBehind;
use super::source::SourceTable;
use crate::error::ImportError;
use crate::model::{FieldKind, Model};
use crate::schema::{Column, Schema, Table};

/// Where a file that was a world keeps the next id of each table.
pub(super) const NEXT_IDS: &str = "gamedb_ids";

/// What the names of a world's own tables begin with, as that of the content hashes, which say nothing of a new file.
const OWN: &str = "gamedb_";

/// Those of a world's own tables whose rows mean something: parcels that wait for another world, and the numbers of those
/// that were accepted. Without the latter a parcel that comes again would be accepted again.
const PARCELS: [&str; 2] = ["gamedb_outbox", "gamedb_inbox"];

/// The tables that a source has announced.
#[derive(Debug, Default)]
pub(super) struct Announced {
    tables: Vec<AnnouncedTable>,
}

/// A table of the source, with all columns that were announced for it.
#[derive(Debug)]
struct AnnouncedTable {
    schema: String,
    name: String,
    columns: Vec<String>,
    /// Its position among the tables of the new schema.
    position: Option<usize>,
    /// Whether it has rows that are not sent.
    is_left_behind: bool,
}

impl AnnouncedTable {
    /// Whether it is a table of a world or of SQLite that says nothing of a new file.
    fn is_own(&self) -> bool {
        let is_of_world = self.name.starts_with(OWN) && !PARCELS.contains(&self.name.as_str());
        is_of_world || self.name.starts_with("sqlite_")
    }
}

impl Announced {
    /// Notes a table with its columns, and returns its position among the tables of the new schema.
    ///
    /// # Errors
    /// [`ImportError::BothNames`] if the source has a table, and one that it is renamed from;
    /// [`ImportError::RenameNotFollowed`] for a name that may mean several tables or columns of the schema.
    pub(super) fn add(
        &mut self,
        table: &SourceTable,
        schema: &Schema,
    ) -> Result<Option<usize>, ImportError> {
        let is_it =
            |known: &&mut AnnouncedTable| known.schema == table.schema && known.name == table.name;
        let known = match self.tables.iter_mut().find(is_it) {
            Some(known) => known,
            None => {
                self.refuse_both_names(&table.name, schema)?;
                let position = self.position(&table.schema, &table.name, schema);
                self.tables.push(AnnouncedTable {
                    schema: table.schema.clone(),
                    name: table.name.clone(),
                    columns: Vec::new(),
                    position,
                    is_left_behind: false,
                });
                let last = self.tables.len() - 1;
                &mut self.tables[last]
            }
        };
        for column in &table.columns {
            if !known.columns.contains(&column.name) {
                known.columns.push(column.name.clone());
            }
        }
        Ok(known.position)
    }

    /// Refuses tables and columns whose rows and values may belong to one of several of the schema. When all are announced,
    /// because what is there by its new name, too, has been renamed before.
    ///
    /// # Errors
    /// [`ImportError::RenameNotFollowed`].
    pub(super) fn refuse_unclear(&self, schema: &Schema) -> Result<(), ImportError> {
        let has_table = |name: &str| {
            let mut tables = self.tables.iter();
            tables.any(|known| known.name.eq_ignore_ascii_case(name))
        };
        for known in &self.tables {
            refuse_unclear(
                schema.unclear_table(&known.name, has_table),
                &known.name,
                None,
            )?;
            let Some(position) = known.position else {
                continue;
            };
            let to = &schema.tables[position];
            let has_column = |name: &str| {
                let mut columns = known.columns.iter();
                columns.any(|column| column.eq_ignore_ascii_case(name))
            };
            for column in &known.columns {
                refuse_unclear(
                    to.unclear_column(column, has_column),
                    column,
                    Some(&to.name),
                )?;
            }
        }
        Ok(())
    }

    /// Refuses a table that is renamed to one which is there as well: the rows of one of them would be lost.
    fn refuse_both_names(&self, name: &str, schema: &Schema) -> Result<(), ImportError> {
        for known in &self.tables {
            let names = [&known.name, name];
            for [old, new] in [names, [name, &known.name]] {
                let table = schema.table(new);
                let from = table.and_then(|table| table.renamed_from());
                if from.is_some_and(|from| from.eq_ignore_ascii_case(old))
                    && schema.table(old).is_none()
                {
                    let (table, old) = (new.to_owned(), old.to_owned());
                    return Err(ImportError::BothNames { table, old });
                }
            }
        }
        Ok(())
    }

    /// The table of the new schema that a new table of the source is. Tables of the same name in two schemas of
    /// the source are told apart by the schema's name before the table's.
    pub(super) fn position(&self, of: &str, name: &str, schema: &Schema) -> Option<usize> {
        let find = |name: &str| schema.position_of(name);
        let by_source = schema.tables.iter().position(|known| {
            let source = known.source.as_ref();
            source.is_some_and(|source| source.schema == of && source.name == name)
        });
        let by_name = || find(name).or_else(|| find(&format!("{of}_{name}")));
        let found = by_source.or_else(by_name)?;
        let is_taken = self
            .tables
            .iter()
            .any(|known| known.position == Some(found));
        (!is_taken).then_some(found)
    }

    /// The table of the new schema that an announced table is.
    pub(super) fn of(&self, table: &SourceTable) -> Option<usize> {
        let mut tables = self.tables.iter();
        let known = tables.find(|known| known.schema == table.schema && known.name == table.name);
        known?.position
    }

    /// Tables and columns that only one of the two has.
    pub(super) fn notes(&self, schema: &Schema) -> Vec<String> {
        let mut notes = Vec::new();
        for (at, table) in schema.tables.iter().enumerate() {
            match self.tables.iter().find(|known| known.position == Some(at)) {
                None => notes.push(format!("table {} is not in the old file", table.name)),
                Some(known) => of_columns(&known.columns, table, &mut notes),
            }
        }
        let is_empty = |known: &&AnnouncedTable| {
            known.position.is_none() && !known.is_left_behind && !known.is_own()
        };
        notes.extend(self.tables.iter().filter(is_empty).map(|known| {
            format!(
                "table {} of the old file, which has no rows, is not in the schema",
                known.name
            )
        }));
        notes
    }

    /// Notes that a table which the new schema does not have has rows.
    pub(super) fn leave_behind(&mut self, table: &SourceTable) {
        let is_it =
            |known: &&mut AnnouncedTable| known.schema == table.schema && known.name == table.name;
        // The next ids of SQLite and of a world are no tables of a game, and were not announced.
        if let Some(known) = self.tables.iter_mut().find(is_it) {
            known.is_left_behind = true;
        }
    }

    /// The tables with rows that the new schema does not have.
    pub(super) fn left_behind(&self, options: &ImportOptions) -> Vec<TableLeftBehind> {
        let known = self.tables.iter();
        let known = known.filter(|known| known.is_left_behind && !known.is_own());
        let left_behind = known.map(|known| TableLeftBehind {
            table: known.name.clone(),
            is_allowed: options.leaves(&known.name, PARCELS.contains(&known.name.as_str())),
        });
        left_behind.collect()
    }
}

impl Announced {
    /// Keys to rows that the new file has numbered, while the old one had them under other ids, if any.
    pub(super) fn renumbered(&self, schema: &Schema, model: &Model) -> Vec<String> {
        let known = |name: &str| {
            let at = schema.tables.iter().position(|table| table.name == name)?;
            let known = self
                .tables
                .iter()
                .find(|known| known.position == Some(at))?;
            Some((&schema.tables[at], known))
        };
        let has = |table: &Table, known: &AnnouncedTable, name: &str| {
            let names: Vec<&str> = known.columns.iter().map(String::as_str).collect();
            table
                .column(name)
                .is_some_and(|column| table.place_of(column, &names).is_some())
        };
        let mut notes = Vec::new();
        for table in &model.tables {
            for column in &table.columns {
                let FieldKind::ForeignKey(key) = &table.fields[column.field].kind else {
                    continue;
                };
                let (Some((own, from)), Some((to, old))) =
                    (known(&table.name), known(&model[key.target].name))
                else {
                    continue;
                };
                let is_kept =
                    to.numbered_by().is_some() || to.primary_key.iter().any(|id| has(to, old, id));
                if has(own, from, &column.name) && !is_kept {
                    notes.push(format!(
                        "{}.{} points to {to}, whose rows have no ids in the old file and were numbered as they came: \
                         look whether the right rows are named",
                        table.name,
                        column.name,
                        to = to.name
                    ));
                }
            }
        }
        notes
    }
}

/// Refuses a table or a column of the source that may be several ones of the schema: rows would get values of others, or
/// none. `of` is the table of a column.
fn refuse_unclear(
    unclear: Option<(&str, &str)>,
    old: &str,
    of: Option<&str>,
) -> Result<(), ImportError> {
    let Some((name, other)) = unclear else {
        return Ok(());
    };
    let full = |name: &str| of.map_or_else(|| name.to_owned(), |of| format!("{of}.{name}"));
    Err(ImportError::RenameNotFollowed {
        name: full(name),
        old: old.to_owned(),
        other: full(other),
    })
}

fn of_columns(there: &[String], table: &Table, notes: &mut Vec<String>) {
    let has = |name: &str| there.iter().any(|other| other.eq_ignore_ascii_case(name));
    let names: Vec<&str> = there.iter().map(String::as_str).collect();
    let place = |column: &Column| table.place_of(column, &names);
    let of_pairs = |column: &str| {
        let mut pairs = table.owner_pairs.iter();
        let pair = pairs.find(|pair| pair.arms.iter().any(|arm| arm.column == column));
        pair.is_some_and(|pair| has(&pair.id) && has(&pair.kind))
    };
    for column in &table.columns {
        // An id that the source does not have is assigned by SQLite.
        let is_own_id = column.primary_key && table.rowid_key;
        if place(column).is_none() && !is_own_id && !of_pairs(&column.name) {
            notes.push(format!(
                "column {}.{} is not in the old file",
                table.name, column.name
            ));
        }
    }
    let is_used = |name: &String| {
        let mut pairs = table.owner_pairs.iter();
        pairs.any(|pair| {
            let is_of_pair =
                pair.id.eq_ignore_ascii_case(name) || pair.kind.eq_ignore_ascii_case(name);
            let is_arm = |arm: &crate::schema::OwnerArm| !has(&arm.column);
            is_of_pair && pair.arms.iter().any(is_arm)
        })
    };
    let used: Vec<usize> = table.columns.iter().filter_map(place).collect();
    for (at, other) in there.iter().enumerate() {
        if !used.contains(&at) && table.column(other).is_none() && !is_used(other) {
            notes.push(format!(
                "column {}.{other} of the old file is not in the schema",
                table.name
            ));
        }
    }
}
