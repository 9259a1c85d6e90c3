//! Names the accessors of relations between tables.

use std::collections::HashMap;

use super::join_methods;
use super::nests;
use super::pivot_methods;
use super::value_keys;
use crate::analysis::joins::JoinInfo;
use crate::analysis::pivot::PivotInfo;
use crate::model::{ChildModel, FieldKind, Model, TableModel, TableRef};
use crate::names::{Ident, Scope};

/// Connects the tables: first the methods of pivots, then those of joins, then the accessors of children.
/// A name that several joins and children want is given to none of them.
pub(super) fn connect(model: &mut Model, infos: &[PivotInfo], links: &[JoinInfo]) {
    let mut scopes: Vec<Scope> = model.tables.iter().map(methods_taken).collect();
    pivot_methods::connect(model, infos, &mut scopes);
    let pointing = pointing(model);
    let mut wanted = join_methods::wanted(model, links);
    for one in pointing.iter().filter(|one| !one.twin) {
        wanted.push((TableRef(one.target), one.base.stem().to_owned()));
    }
    let mut rivals: HashMap<(TableRef, &str), usize> = HashMap::new();
    for (table, name) in &wanted {
        *rivals.entry((*table, name)).or_default() += 1;
    }
    let n_wanting =
        |table: TableRef, name: &str| rivals.get(&(table, name)).copied().unwrap_or_default();
    join_methods::connect(model, links, &mut scopes, &n_wanting);
    children(model, pointing, &mut scopes, &n_wanting);
    join_methods::far_lists(model, links, &mut scopes, &n_wanting);
    value_keys::names(model, &mut scopes);
    nests::names(model, &mut scopes);
}

/// The methods that the views of a table have for its own fields.
fn methods_taken(table: &TableModel) -> Scope {
    let mut scope = Scope::methods();
    for field in &table.fields {
        scope.ident(std::slice::from_ref(&field.name));
        scope.take(format!("set_{}", field.name.stem()));
    }
    scope
}

/// A foreign key or an arm that points to a table.
struct Pointing {
    target: usize,
    child: ChildModel,
    /// The name of its accessor if no other relation wants the name: the plural or singular of its table.
    base: Ident,
    /// The name of its field or arm, to tell two relations of one table apart.
    by: String,
    /// Whether its table has another relation to the same target.
    twin: bool,
}

impl Pointing {
    fn new(target: TableRef, child: ChildModel, by: String) -> Self {
        Self {
            target: target.0,
            base: child.accessor.clone(),
            child,
            by,
            twin: false,
        }
    }
}

/// The rows of a table by one of its columns, named as if no other relation wanted the name.
fn child(table: &TableModel, at: usize, column: usize, unique: bool) -> ChildModel {
    let accessor = match unique {
        true => &table.singular,
        false => &table.plural,
    };
    ChildModel {
        accessor: accessor.clone(),
        table: TableRef(at),
        column,
        field: table.columns[column].field,
        unique,
        value_key: None,
    }
}

fn pointing(model: &Model) -> Vec<Pointing> {
    let mut all: Vec<Pointing> = Vec::new();
    for (at, table) in model.tables.iter().enumerate() {
        if table.pivot().is_some() {
            continue;
        }
        for (place, field) in table.fields.iter().enumerate() {
            let mut point = |target: TableRef, column: usize, unique: bool, by: &str| {
                let child = child(table, at, column, unique);
                debug_assert_eq!(child.field, place);
                all.push(Pointing::new(target, child, by.to_owned()));
            };
            match &field.kind {
                FieldKind::ForeignKey(key) => {
                    let column = field.columns.first().copied().unwrap_or_default();
                    point(key.target, column, key.unique, field.name.stem());
                }
                FieldKind::Owner { ty, .. } => {
                    for arm in &model[*ty].arms {
                        if let Some(key) = &arm.key {
                            let by = format!("{}_{}", field.name.stem(), arm.word.stem());
                            point(key.target, arm.column, arm.unique, &by);
                        }
                    }
                }
                _ => {}
            }
        }
        for (n, key) in table.value_keys.iter().enumerate() {
            let fields = key
                .columns
                .iter()
                .map(|at| &table.fields[table.columns[*at].field]);
            let by: Vec<&str> = fields.map(|field| field.name.stem()).collect();
            let mut child = ChildModel {
                value_key: Some(n),
                ..child(table, at, key.columns[0], key.unique)
            };
            if key.root.is_some() {
                child.accessor = Ident::new("contents");
            }
            all.push(Pointing::new(key.target, child, by.join("_and_")));
        }
    }
    let mut from: HashMap<(usize, TableRef), usize> = HashMap::new();
    for one in &all {
        *from.entry((one.target, one.child.table)).or_default() += 1;
    }
    for one in &mut all {
        one.twin = from[&(one.target, one.child.table)] > 1;
    }
    all
}

fn children(
    model: &mut Model,
    all: Vec<Pointing>,
    scopes: &mut [Scope],
    n_wanting: &dyn Fn(TableRef, &str) -> usize,
) {
    for mut one in all {
        let rival = n_wanting(TableRef(one.target), one.base.stem()) > 1;
        let long = Ident::new(&format!("{}_by_{}", one.base.stem(), one.by));
        let wanted = if one.twin || rival {
            vec![long]
        } else {
            vec![one.base, long]
        };
        one.child.accessor = scopes[one.target].ident(&wanted);
        model.tables[one.target].children.push(one.child);
    }
}
