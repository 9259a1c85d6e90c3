//! Nests: a key by value from `(within, parent)` to `(within, child)` of the same table, in which some numbers mean no
//! row.

use super::value_keys::{self, Found};
use crate::config::{Config, Name, NestSection};
use crate::error::ConfigError;
use crate::model::{
    ColumnSet, FieldKind, Model, NestModel, NestOwner, RootModel, Scalar, TableKind, TableModel,
    TableRef,
};
use crate::names::{Ident, Scope};
use crate::schema::OnDelete;

/// Adds the nests that the config names.
pub(super) fn connect(model: &mut Model, config: &Config) -> Result<(), ConfigError> {
    for (name, nest) in &config.sections().nests {
        let place = |table: &TableModel| table.name == *name.get_ref();
        let Some(at) = model.tables.iter().position(place) else {
            continue;
        };
        let table = &model.tables[at];
        if !matches!(table.kind, TableKind::Entity) {
            let what = format!("{} is a pivot or a join, and has no nest", name.get_ref());
            return Err(config.impossible(name.span(), what));
        }
        let Some(columns) = columns(table, nest, config)? else {
            continue;
        };
        let numbers = [columns.within, columns.child];
        let is_unique = |set: &ColumnSet| {
            set.no_case.is_empty()
                && set.columns.len() == 2
                && numbers.iter().all(|column| set.columns.contains(column))
        };
        let Some(target_index) = table.uniques.iter().position(is_unique) else {
            let what = format!(
                "{} has no UNIQUE ({}, {}), by which the rows of a nest are found",
                table.name,
                nest.within.get_ref(),
                nest.child.get_ref()
            );
            return Err(config.impossible(name.span(), what));
        };
        add(model, TableRef(at), target_index, &columns, nest, config)?;
    }
    Ok(())
}

/// The columns of a nest, by place.
struct Columns {
    within: usize,
    parent: usize,
    child: usize,
}

/// Finds the columns of a nest, and refuses those that hold something else than it needs.
fn columns(
    table: &TableModel,
    nest: &NestSection,
    config: &Config,
) -> Result<Option<Columns>, ConfigError> {
    let places = [&nest.within, &nest.parent, &nest.child].map(|column| column_of(table, column));
    let [Some(within), Some(parent), Some(child)] = places else {
        return Ok(None);
    };
    let kind = |column: usize| &table.fields[table.columns[column].field].kind;
    for (column, at) in [(&nest.parent, parent), (&nest.child, child)] {
        if !matches!(
            kind(at),
            FieldKind::Scalar {
                ty: Scalar::I64,
                ..
            }
        ) {
            let what = format!("{:?} is no plain number of the models", column.get_ref());
            return Err(config.impossible(column.span(), what));
        }
    }
    let is_plain = match kind(within) {
        FieldKind::ForeignKey(_) => true,
        FieldKind::Scalar { ty, .. } => *ty != Scalar::F64,
        _ => false,
    };
    if !is_plain {
        let what = format!(
            "{:?} is neither a key nor a plain column",
            nest.within.get_ref()
        );
        return Err(config.impossible(nest.within.span(), what));
    }
    Ok(Some(Columns {
        within,
        parent,
        child,
    }))
}

/// Adds a nest, as a key by value of the table to itself, which may be declared too.
fn add(
    model: &mut Model,
    at: TableRef,
    target_index: usize,
    columns: &Columns,
    nest: &NestSection,
    config: &Config,
) -> Result<(), ConfigError> {
    let Columns {
        within,
        parent,
        child,
    } = *columns;
    let named = model[at].uniques[target_index].columns.iter();
    let own = named.map(|column| if *column == child { parent } else { within });
    let said: Option<OnDelete> = nest.on_delete.as_ref().map(|said| (*said.get_ref()).into());
    let found = Found {
        columns: own.collect(),
        target: at,
        target_index,
        on_delete: said.unwrap_or(OnDelete::Cascade),
    };
    let key = value_keys::follow(model, at, found);
    let table = &mut model.tables[at.0];
    let known = &mut table.value_keys[key];
    if let (Some(section), Some(said)) = (&nest.on_delete, said)
        && !same_action(said, known.on_delete)
    {
        let what = format!(
            "{} declares this key with ON DELETE {}; say the same here, or nothing",
            table.name,
            known.on_delete.sql()
        );
        return Err(config.impossible(section.span(), what));
    }
    // With a number of the root no row is named.
    known.nullable = true;
    known.root = Some(RootModel {
        column: parent,
        numbers: nest.root.get_ref().0.clone(),
    });
    table.nest = Some(NestModel {
        key,
        within,
        parent,
        child,
        // Named when all tables are known.
        put_into: Ident::new(""),
        put_at: Ident::new(""),
        add_content: None,
        owner: None,
    });
    Ok(())
}

/// Whether two actions are the same to the engine, which refuses a removal with either of RESTRICT and NO ACTION.
fn same_action(one: OnDelete, other: OnDelete) -> bool {
    let refuses = |action| matches!(action, OnDelete::NoAction | OnDelete::Restrict);
    one == other || refuses(one) && refuses(other)
}

fn column_of(table: &TableModel, name: &Name) -> Option<usize> {
    let mut columns = table.columns.iter();
    columns.position(|column| column.name == *name.get_ref())
}

/// Names the methods of nests, when the other methods have their names.
pub(super) fn names(model: &mut Model, scopes: &mut [Scope]) {
    for at in 0..model.tables.len() {
        let table = &model.tables[at];
        let Some(nest) = table.nest.clone() else {
            continue;
        };
        let word = table.singular.stem().to_owned();
        let mut own = |name: &str| {
            scopes[at].ident(&[Ident::new(name), Ident::new(&format!("{name}_{word}"))])
        };
        let (put_into, put_at) = (own("put_into"), own("put_at"));
        // Rows that belong to an owner by a pivot are added through it.
        let is_alone = table.owned_through.is_empty();
        let add_content = is_alone.then(|| own("add_content"));
        let target = match &table.fields[table.columns[nest.within].field].kind {
            FieldKind::ForeignKey(key) => Some(key.target),
            _ => None,
        };
        let owner = target.and_then(|target| {
            let children = model[target].children.iter().enumerate();
            let (children, list) = children
                .filter(|(_, child)| child.table == TableRef(at) && child.value_key.is_none())
                .find(|(_, child)| child.column == nest.within)?;
            if list.unique {
                return None;
            }
            let at_root = format!("{}_at_root", list.accessor.stem());
            let scope = &mut scopes[target.0];
            let mut ident = |name: &str| {
                scope.ident(&[Ident::new(name), Ident::new(&format!("nested_{name}"))])
            };
            Some(NestOwner {
                table: target,
                children,
                at_root: ident(&at_root),
                add_at: is_alone.then(|| ident(&format!("add_{word}_at"))),
            })
        });
        if let Some(nest) = &mut model.tables[at].nest {
            nest.put_into = put_into;
            nest.put_at = put_at;
            nest.add_content = add_content;
            nest.owner = owner;
        }
    }
}
