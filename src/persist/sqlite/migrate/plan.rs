//! What has to be done so that the tables of a file become those of a schema.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::persist::sqlite::statements::quoted;

use super::fit::{self, Mapping};
use super::layout::{Column, Layout, Table};
use super::rebuild;
use super::renames::Renames;
use super::rules::words;
use super::step::{Change, Safety, Step};

/// What a migration does.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// The tables that are created, in the order of the schema.
    pub(super) created: Vec<Table>,
    /// The tables whose rows are copied into a new table.
    pub(super) rebuilt: Vec<Rebuilt>,
    /// The indexes that are dropped from tables which are not rebuilt, by their names in the file.
    pub(super) dropped_indexes: Vec<String>,
    /// The tables that only get indexes: their statements.
    pub(super) indexes: Vec<String>,
    /// The tables that are dropped if that is agreed to, by their names in the file.
    pub(super) dropped: Vec<String>,
    /// Those of them that could stay, because they are no part of the world.
    pub(super) dropped_strangers: BTreeSet<String>,
    /// Tables that the schema does not have, and that may stay.
    pub(super) kept: Vec<String>,
}

/// A table that is made anew from its rows.
#[derive(Debug)]
pub(super) struct Rebuilt {
    pub(super) new: Table,
    pub(super) mapping: Mapping,
}

/// What the caller adds to the schema.
#[derive(Debug, Default, Clone)]
pub(super) struct Wishes {
    /// The expression for the values of a new column, by table and column in lower case.
    pub(super) fills: BTreeMap<(String, String), String>,
    /// Tables to drop although they could stay, in lower case.
    pub(super) drops: BTreeSet<String>,
}

pub(super) struct Planner<'p> {
    pub(super) file: &'p Connection,
    pub(super) old: &'p Layout,
    pub(super) new: &'p Layout,
    pub(super) renames: &'p Renames,
    pub(super) wishes: &'p Wishes,
}

impl Planner<'_> {
    pub(super) fn plan(&self) -> rusqlite::Result<Plan> {
        let mut plan = Plan {
            steps: Vec::new(),
            created: Vec::new(),
            rebuilt: Vec::new(),
            dropped_indexes: Vec::new(),
            indexes: Vec::new(),
            dropped: Vec::new(),
            dropped_strangers: BTreeSet::new(),
            kept: Vec::new(),
        };
        let mut used = BTreeSet::new();
        for new in self.new.values() {
            let Some(old) = self.source(new) else {
                plan.steps.push(Step::new(&new.name, Change::NewTable));
                plan.created.push(new.clone());
                continue;
            };
            used.insert(old.name.to_lowercase());
            self.obstacles(new, old, &mut plan.steps)?;
            self.table(new, old, &mut plan)?;
        }
        for old in self.old.values() {
            if !used.contains(&old.name.to_lowercase()) {
                self.unused(old, &mut plan)?;
            }
        }
        self.unfollowed_renames(&mut plan.steps)?;
        self.taken_names(&mut plan)?;
        Ok(plan)
    }

    /// The table of the file that becomes a table of the schema. A rename that the file has seen already is none.
    pub(super) fn source(&self, new: &Table) -> Option<&Table> {
        let key = new.name.to_lowercase();
        self.old.get(&key).or_else(|| {
            let old = self.renames.tables.get(&key)?;
            let is_free = !self.new.contains_key(old);
            self.old.get(old).filter(|_| is_free)
        })
    }

    /// The new name of a table of the file.
    pub(super) fn renamed_table(&self, old: &str) -> String {
        let mut tables = self.new.values();
        let target = tables.find(|new| {
            self.source(new)
                .is_some_and(|source| source.name.eq_ignore_ascii_case(old))
        });
        target.map_or_else(|| old.to_lowercase(), |new| new.name.to_lowercase())
    }

    /// The new names of columns of a table of the file.
    pub(super) fn renamed_columns(&self, old: &str, columns: &[String]) -> Vec<String> {
        let new = self.new.get(&self.renamed_table(old));
        let tables = new.and_then(|new| Some((new, self.source(new)?)));
        let names = tables.map(|(new, old)| self.new_names(new, old));
        let names = names.unwrap_or_default();
        let name = |column: &String| names.get(column).unwrap_or(column).clone();
        columns.iter().map(name).collect()
    }

    /// The column of the file whose values a column of the schema gets. A row keeps its id, whatever the id is called.
    pub(super) fn old_column<'t>(
        &self,
        new: &Table,
        old: &'t Table,
        column: &Column,
    ) -> Option<&'t Column> {
        match &old.id {
            Some(id) if new.is_id(column) => old.column(id),
            _ => self.named_column(new, old, column),
        }
    }

    /// The column of the file that has the name of a column of the schema, or the one that it is renamed from.
    pub(super) fn named_column<'t>(
        &self,
        new: &Table,
        old: &'t Table,
        column: &Column,
    ) -> Option<&'t Column> {
        old.column(&column.name).or_else(|| {
            let names = (new.name.to_lowercase(), column.name.to_lowercase());
            let from = self.renames.columns.get(&names)?;
            old.column(from).filter(|_| new.column(from).is_none())
        })
    }

    /// What a migration would drop without a word, or run: triggers. And tables without an id.
    fn obstacles(&self, new: &Table, old: &Table, steps: &mut Vec<Step>) -> rusqlite::Result<()> {
        let mut triggers = self.file.prepare_cached(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE",
        )?;
        let names = triggers.query_map([&old.name], |row| row.get(0))?;
        let mut obstacle = |what, remedy| steps.push(Step::obstacle(&old.name, what, remedy));
        for name in names {
            let name: String = name?;
            obstacle(
                format!("has the trigger {name}, which would change rows behind the world's back"),
                format!("drop it: `DROP TRIGGER {}` in a script", quoted(&name)),
            );
        }
        if old.id.is_none() {
            let what = "has no INTEGER PRIMARY KEY".to_owned();
            let remedy = "copy the rows into a new world with `gamedb import`".to_owned();
            obstacle(what, remedy);
        }
        if old.id.is_some() && new.id.is_none() {
            // Nothing would say which rows are which, and the values of another key are not asked for.
            let what = "has no INTEGER PRIMARY KEY in the schema, so its rows would lose their ids"
                .to_owned();
            obstacle(what, "declare one".to_owned());
        }
        Ok(())
    }

    fn table(&self, new: &Table, old: &Table, plan: &mut Plan) -> rusqlite::Result<()> {
        let n_before = plan.steps.len();
        let source = |column: &Column| {
            let found = self.old_column(new, old, column)?;
            let conversion = fit::conversion(found, column, old.options.contains("STRICT"));
            Some(conversion.map_or_else(|| quoted(&found.name), |conversion| conversion.value))
        };
        let mut mapping = fit::mapping(new, old, source, &self.wishes.fills);
        let steps = &mut plan.steps;
        if !new.name.eq_ignore_ascii_case(&old.name) {
            let from = old.name.clone();
            steps.push(Step::new(&new.name, Change::RenamedTable { from }));
        }
        if old.id.is_none() || new.id.is_none() {
            self.indexes(new, old, false, plan);
            return Ok(());
        }
        for column in &new.columns {
            self.column(new, old, column, &mut mapping, steps)?;
        }
        for column in &old.columns {
            self.dropped_column(new, old, column, steps)?;
        }
        self.rules(new, old, &mut mapping, steps)?;
        for option in new.options.symmetric_difference(&old.options) {
            let rule = option.clone();
            let is_new = new.options.contains(option);
            let change = if is_new {
                Change::NewRule { rule }
            } else {
                Change::DroppedRule { rule }
            };
            steps.push(Step::new(&new.name, change));
        }
        // The keys are written with the new names where a table or a column that they point to is renamed.
        let is_rebuilt =
            steps.len() > n_before || new.keys != old.keys || self.names_renamed_id(old);
        self.indexes(new, old, is_rebuilt, plan);
        if is_rebuilt {
            plan.steps.extend(named_by_itself(new)?);
            self.filled_columns(new, old, &mut plan.steps)?;
            let new = new.clone();
            plan.rebuilt.push(Rebuilt { new, mapping });
        }
        Ok(())
    }

    /// Whether a foreign key of a table of the file calls an id by a name that this has no more.
    fn names_renamed_id(&self, old: &Table) -> bool {
        old.named_ids.iter().any(|(target, written)| {
            let target = self.new.get(&self.renamed_table(target));
            let id = target.and_then(|target| target.id.as_ref());
            id.is_some_and(|id| !id.eq_ignore_ascii_case(written))
        })
    }

    /// The steps of indexes. A world with one that computes something and that its schema does not have is not opened. It
    /// goes with a table that is rebuilt, or makes room for the one of its name; any other one is a matter for a person.
    fn indexes(&self, new: &Table, old: &Table, is_rebuilt: bool, plan: &mut Plan) {
        let names = self.new_names(new, old);
        let expected: BTreeSet<_> = new.computed.values().collect();
        let mut dropped = BTreeSet::new();
        for (index, normal) in &old.computed {
            if expected.contains(&words(normal, &names)) {
                continue;
            }
            let key = index.to_lowercase();
            let mut tables = self.new.values();
            if !is_rebuilt && !tables.any(|table| table.indexes.contains_key(&key)) {
                plan.steps.push(unknown_index(old, index));
                continue;
            }
            let change = Change::DroppedIndex {
                index: index.clone(),
            };
            plan.steps.push(Step::new(&new.name, change));
            if !is_rebuilt {
                plan.dropped_indexes.push(index.clone());
            }
            dropped.insert(key);
        }
        let is_missing = |name: &String| !old.indexes.contains_key(name) || dropped.contains(name);
        for (name, sql) in &new.indexes {
            if is_missing(name) {
                let index = name.clone();
                plan.steps
                    .push(Step::new(&new.name, Change::NewIndex { index }));
                if !is_rebuilt {
                    plan.indexes.push(sql.clone());
                }
            }
        }
    }

    /// The new names of the columns of a table, by the old ones, in lower case.
    pub(super) fn new_names(&self, new: &Table, old: &Table) -> BTreeMap<String, String> {
        let names = new.columns.iter().filter_map(|column| {
            let found = self.old_column(new, old, column)?;
            Some((found.name.to_lowercase(), column.name.to_lowercase()))
        });
        let mut names: BTreeMap<_, _> = names.collect();
        // An id that has another name now may leave its values to a column that has the old name.
        if let Some(id) = old.id.as_deref().filter(|id| new.column(id).is_some()) {
            names.insert(id.to_lowercase(), id.to_lowercase());
        }
        names
    }

    /// A table of the file that the schema does not have.
    fn unused(&self, old: &Table, plan: &mut Plan) -> rusqlite::Result<()> {
        let references: BTreeSet<_> = old
            .keys
            .iter()
            .map(|key| self.renamed_table(&key.target))
            .filter(|target| self.new.contains_key(target))
            .collect();
        let is_wished = self.wishes.drops.contains(&old.name.to_lowercase());
        if references.is_empty() && !is_wished {
            plan.kept.push(old.name.clone());
            return Ok(());
        }
        let from = format!("FROM {}", quoted(&old.name));
        let rows = fit::rows(self.file, &from, old.id.as_deref())?;
        let references: Vec<_> = references.into_iter().collect();
        let name = &old.name;
        let remedy = if references.is_empty() {
            format!("it could stay as it is; allow it by the name {name}")
        } else {
            let mut declared = self.renames.tables.values();
            let is_declared = declared.any(|from| from.eq_ignore_ascii_case(name));
            let or = if is_declared {
                String::new()
            } else {
                format!(", or write `-- @renamed from={name}` before the table that it has become")
            };
            format!(
                "its foreign keys to {} would not be kept; allow it by the name {name}{or}",
                references.join(", ")
            )
        };
        let step = Step::new(&old.name, Change::DroppedTable);
        plan.steps
            .push(step.with(Safety::Destructive, rows, remedy));
        plan.dropped.push(old.name.clone());
        if references.is_empty() {
            plan.dropped_strangers.insert(old.name.clone());
        }
        Ok(())
    }

    /// The steps of names that something has which stays in the file: tables, indexes and views share them.
    fn taken_names(&self, plan: &mut Plan) -> rusqlite::Result<()> {
        let rebuilt = plan.rebuilt.iter().map(|rebuilt| &rebuilt.mapping.old);
        let gone: BTreeSet<_> = rebuilt
            .chain(&plan.dropped)
            .map(|table| table.to_lowercase())
            .collect();
        let mut all = self.file.prepare(
            "SELECT lower(name), type, name, tbl_name FROM sqlite_schema WHERE type IN ('index', 'table', 'view')",
        )?;
        let mut rows = all.query([])?;
        let mut taken = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            let (kind, name, of): (String, String, String) =
                (row.get(1)?, row.get(2)?, row.get(3)?);
            if !gone.contains(&of.to_lowercase()) && !plan.dropped_indexes.contains(&name) {
                taken.insert(key, (kind, name, of));
            }
        }
        for new in self.new.values() {
            let is_new = |table: &Table| table.name == new.name;
            let is_created = plan.created.iter().any(is_new);
            let is_remade = is_created || plan.rebuilt.iter().any(|rebuilt| is_new(&rebuilt.new));
            let has_index = |name: &String| {
                let old = self.source(new);
                old.is_some_and(|old| old.indexes.contains_key(name))
            };
            let made = new
                .indexes
                .keys()
                .filter(|name| is_remade || !has_index(name))
                .cloned();
            let made = made.chain(is_remade.then(|| new.name.to_lowercase()));
            let clashes = made.filter_map(|name| taken.get(&name));
            plan.steps.extend(clashes.map(|(kind, name, of)| {
                let of = if kind == "index" {
                    format!(" of {of}")
                } else {
                    String::new()
                };
                let what =
                    format!("needs the name {name}, which the {kind} {name}{of} of the file has");
                let remedy = format!(
                    "drop that: `DROP {} {}` in a script, or take another name in the schema",
                    kind.to_uppercase(),
                    quoted(name)
                );
                Step::obstacle(&new.name, what, remedy)
            }));
        }
        Ok(())
    }
}

/// The step of an index that computes something, and that only the file has.
fn unknown_index(old: &Table, index: &str) -> Step {
    let what = format!(
        "has the index {index}, which computes something at each write, and which the schema does not have"
    );
    let remedy = format!("drop it: `DROP INDEX {}` in a script", quoted(index));
    Step::obstacle(&old.name, what, remedy)
}

/// The step of a table whose declaration calls it by its name: the new table has another one while rows are copied.
fn named_by_itself(new: &Table) -> rusqlite::Result<Option<Step>> {
    if rebuild::create_interim(&Connection::open_in_memory()?, new).is_ok() {
        return Ok(None);
    }
    let what = "cannot be made anew, because its declaration names the table itself".to_owned();
    let remedy = format!(
        "write columns alone in the schema: `hp` for `{}.hp`",
        new.name
    );
    Ok(Some(Step::obstacle(&new.name, what, remedy)))
}
