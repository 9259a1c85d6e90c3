//! How the rows of a table are related to others: its foreign keys, and the methods that follow relations.

use super::KeyExplanation;
use crate::analysis::relations::Found;
use crate::model::{FieldKind, ForeignKeyModel, Model, TableModel};

/// The foreign keys of a table, followed or not, those by value included.
pub(super) fn foreign_keys(model: &Model, table: &TableModel) -> Vec<KeyExplanation> {
    let mut found = Vec::new();
    let mut explain = |column: usize, key: Option<&ForeignKeyModel>, unique: bool| {
        let target = key.map(|key| &model[key.target]);
        found.push(KeyExplanation {
            columns: vec![table.columns[column].name.clone()],
            table: target.map(|target| target.name.clone()),
            target_columns: target.iter().map(|t| t.id_column.clone()).collect(),
            found: key.map_or("none", |key| key.found.word()),
            on_delete: key.map_or("", |key| key.on_delete.sql()),
            unique,
            by_value: false,
            unfollowed: None,
        });
    };
    for field in &table.fields {
        match &field.kind {
            FieldKind::ForeignKey(key) => {
                for column in &field.columns {
                    explain(*column, Some(key), key.unique);
                }
            }
            FieldKind::Owner { ty, .. } => {
                for arm in &model[*ty].arms {
                    explain(arm.column, arm.key.as_ref(), arm.unique);
                }
            }
            _ => {}
        }
    }
    for key in &table.value_keys {
        let target = &model[key.target];
        let names = |table: &TableModel, columns: &[usize]| {
            let names = columns.iter().map(|at| table.columns[*at].name.clone());
            names.collect::<Vec<_>>()
        };
        found.push(KeyExplanation {
            columns: names(table, &key.columns),
            table: Some(target.name.clone()),
            target_columns: names(target, &target.uniques[key.target_index].columns),
            // A nest is said by the config.
            found: match key.root {
                Some(_) => Found::Config.word(),
                None => Found::Declared.word(),
            },
            on_delete: key.on_delete.sql(),
            unique: key.unique,
            by_value: true,
            unfollowed: None,
        });
    }
    for key in &table.unfollowed {
        let columns = |set: &crate::model::ColumnSet| {
            let names = set.columns.iter().map(|at| &table.columns[*at].name);
            names.eq(&key.columns)
        };
        found.push(KeyExplanation {
            columns: key.columns.clone(),
            table: Some(key.target.clone()),
            target_columns: key.target_columns.clone(),
            found: Found::Declared.word(),
            on_delete: key.on_delete.sql(),
            unique: table.uniques.iter().any(columns),
            by_value: false,
            unfollowed: Some(key.why.clone()),
        });
    }
    found
}

/// The methods that lead from a table's rows to others.
pub(super) fn accessors(model: &Model, table: &TableModel) -> Vec<String> {
    let mut found = Vec::new();
    for through in &table.owned_through {
        if let Some(pivot) = model[*through].pivot() {
            let name = &model[pivot.owner].type_name;
            found.push(format!("{}() -> {name}", pivot.owner_accessor));
        }
    }
    for through in &table.owns_through {
        if let Some(pivot) = model[*through].pivot() {
            let m = &pivot.methods;
            let names = [&m.list, &m.pivots, &m.add, &m.remove, &m.set, &m.give];
            found.extend(names.iter().map(|name| format!("{name}()")));
        }
    }
    for (join, near) in &table.links_through {
        if let Some(sides) = model[*join].join() {
            let m = &sides.sides[*near].methods;
            let names = [&m.list, &m.add, &m.remove, &m.set];
            found.extend(names.iter().map(|name| format!("{name}()")));
        }
    }
    for list in &table.far_lists {
        let (join, of) = (&model[list.join].name, &model[list.table].type_name);
        found.push(format!("{}() -> many {of} through {join}", list.accessor));
    }
    for child in &table.children {
        let many = if child.unique { "at most one" } else { "many" };
        let of = &model[child.table];
        let columns = match child.value_key {
            Some(key) => of.value_keys[key].columns.as_slice(),
            None => std::slice::from_ref(&child.column),
        };
        let columns: Vec<&str> = columns
            .iter()
            .map(|at| of.columns[*at].name.as_str())
            .collect();
        found.push(format!(
            "{}() -> {many} {} by {}",
            child.accessor,
            of.type_name,
            columns.join(", ")
        ));
    }
    for key in &table.value_keys {
        let of = &model[key.target].type_name;
        found.push(format!("{}() -> {of} by value", key.accessor));
    }
    if let Some(nest) = &table.nest {
        let names = [
            Some(&nest.put_into),
            Some(&nest.put_at),
            nest.add_content.as_ref(),
        ];
        found.extend(names.into_iter().flatten().map(|name| format!("{name}()")));
    }
    let owners = model
        .tables
        .iter()
        .filter_map(|table| table.nest.as_ref()?.owner.as_ref());
    for owner in owners.filter(|owner| model[owner.table].name == table.name) {
        found.push(format!(
            "{}() -> those that lie in no other one",
            owner.at_root
        ));
        found.extend(owner.add_at.iter().map(|name| format!("{name}()")));
    }
    found
}
