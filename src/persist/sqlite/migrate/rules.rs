//! Rules of a schema that the rows of a file have to satisfy: foreign keys, unique values, CHECKs.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::{self, Mapping};
use super::layout::{Column, ForeignKey, Table, Unique};
use super::plan::Planner;
use super::step::{Change, Safety, Step};

impl Planner<'_> {
    /// CHECKs, UNIQUE constraints and foreign keys.
    pub(super) fn rules(
        &self,
        new: &Table,
        old: &Table,
        mapping: &mut Mapping,
        steps: &mut Vec<Step>,
    ) -> rusqlite::Result<()> {
        let names = self.new_names(new, old);
        let name = |old: &String| names.get(old).unwrap_or(old).clone();
        let keys = old.keys.iter().map(|key| ForeignKey {
            columns: key.columns.iter().map(name).collect(),
            target: self.renamed_table(&key.target),
            named: self.renamed_columns(&key.target, &key.named),
            on_delete: key.on_delete.clone(),
        });
        let keys: BTreeSet<_> = keys.collect();
        for key in new.keys.difference(&keys) {
            steps.push(self.new_key(new, key, &keys, mapping)?);
        }
        let uniques = old.uniques.iter().map(|unique| Unique {
            columns: unique
                .columns
                .iter()
                .map(|(column, collation)| (name(column), collation.clone()))
                .collect(),
            computed: unique.computed.as_deref().map(|text| words(text, &names)),
        });
        let uniques: BTreeSet<_> = uniques.collect();
        for unique in new.uniques.difference(&uniques) {
            steps.push(self.new_unique(new, unique, mapping)?);
        }
        let checks = old.checks.iter();
        let checks: BTreeMap<_, _> = checks
            .map(|(normal, written)| (words(normal, &names), written))
            .collect();
        let changed = self.changed_columns(new, old);
        for (normal, written) in &new.checks {
            if !checks.contains_key(normal) {
                let rule = format!("CHECK ({written})");
                steps.push(self.check(new, written, mapping, Change::NewRule { rule }));
            } else if normal.split(' ').any(|word| changed.contains(word)) {
                let rule = format!("CHECK ({written})");
                let step = self.check(new, written, mapping, Change::KeptRule { rule });
                steps.extend(Some(step).filter(|step| step.safety > Safety::Safe));
            }
        }
        let dropped_keys = keys.difference(&new.keys).map(ToString::to_string);
        let dropped = uniques.difference(&new.uniques).map(ToString::to_string);
        let dropped_checks = checks
            .iter()
            .filter(|(normal, _)| !new.checks.contains_key(*normal))
            .map(|(_, written)| format!("CHECK ({written})"));
        let dropped = dropped_keys.chain(dropped).chain(dropped_checks);
        steps.extend(dropped.map(|rule| Step::new(&new.name, Change::DroppedRule { rule })));
        Ok(())
    }

    fn new_unique(
        &self,
        new: &Table,
        unique: &Unique,
        mapping: &Mapping,
    ) -> rusqlite::Result<Step> {
        let rule = unique.to_string();
        let step = Step::new(&new.name, Change::NewRule { rule });
        let are_mapped = unique
            .columns
            .iter()
            .all(|(column, _)| mapping.value(column).is_some());
        // An index with an expression is tried when the rows are copied; so is a column that only gets its DEFAULT.
        if unique.columns.is_empty() || !are_mapped {
            return Ok(step);
        }
        let id = new.id.as_deref().unwrap_or_default();
        let from = fit::duplicates(mapping, &unique.columns, id);
        let rows = fit::misfits(self.file, &from, id)?;
        let remedy = "their values are not unique; change or delete rows in a script".to_owned();
        Ok(step.with(Safety::ByHand, rows, remedy))
    }

    /// The columns whose values are not what they were, or are compared in another way, in lower case: a CHECK that
    /// held for them may hold no more.
    fn changed_columns(&self, new: &Table, old: &Table) -> BTreeSet<String> {
        let is_changed = |column: &&Column| {
            let names = (new.name.to_lowercase(), column.name.to_lowercase());
            let found = self.old_column(new, old, column);
            new.options != old.options
                || found.is_none_or(|found| found.declared() != column.declared())
                || self.wishes.fills.contains_key(&names)
        };
        let columns = new.columns.iter().filter(is_changed);
        columns.map(|column| column.name.to_lowercase()).collect()
    }

    fn check(&self, new: &Table, check: &str, mapping: &Mapping, change: Change) -> Step {
        let step = Step::new(&new.name, change);
        let id = new.id.as_deref().unwrap_or_default();
        // A CHECK over a column that only gets its DEFAULT cannot be asked before the rows are copied, which tells.
        let from = format!("FROM ({}) WHERE NOT ({check})", fit::stored(mapping, new));
        let rows = fit::misfits(self.file, &from, id);
        let remedy = "they do not satisfy it; change these rows in a script".to_owned();
        step.with(Safety::ByHand, rows.unwrap_or_default(), remedy)
    }
}

/// A normal form with the new names of columns.
pub(super) fn words(normal: &str, names: &BTreeMap<String, String>) -> String {
    let words = normal.split(' ');
    let words = words.map(|word| names.get(word).map_or(word, String::as_str));
    words.collect::<Vec<_>>().join(" ")
}
