//! What hangs on several tables or fields: arms, indexes, the accessors of relations, the order.

use std::collections::HashMap;

use crate::analysis::joins::{self, JoinInfo};
use crate::analysis::owners::OwnerUnion;
use crate::analysis::pivot::PivotInfo;
use crate::analysis::relations::Unfollowed;
use crate::error::ModelError;
use crate::model::{
    ArmModel, ChildModel, ColumnModel, ColumnSet, FieldKind, Model, OwnerModel, PivotMethods,
    PivotModel, TableKind, TableModel, TableRef,
};
use crate::names::{self, Ident, Scope};
use crate::resolve::Resolver;
use crate::schema::{Index, Partial, Table};

/// The arms of an owner enum, in column order.
pub(crate) fn arms(
    resolver: &Resolver<'_>,
    table: &Table,
    info: &PivotInfo,
    union: &OwnerUnion,
    columns: &[ColumnModel],
) -> Vec<ArmModel> {
    let mut variants = Scope::default();
    let mut words = Scope::default();
    let mut arms = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        if !union.allowed.contains(&column.name) {
            continue;
        }
        let stem = column.name.strip_suffix("_id").unwrap_or(&column.name);
        let own = stem.strip_prefix(&format!("{}_", union.field));
        let stem = own.filter(|stem| !stem.is_empty()).unwrap_or(stem);
        let key = resolver.key(table, &column.name);
        let methods = info
            .arms
            .iter()
            .any(|arm| info.is_pivot && arm.column == column.name && arm.methods);
        arms.push(ArmModel {
            variant: variants.name(&[names::variant(stem)]),
            word: words.ident(&[Ident::new(stem)]),
            column: at,
            unique: table.is_unique(&column.name),
            key,
            methods,
        });
    }
    arms
}

/// Sorts a table's UNIQUE sets and indexes out: those of one foreign key or arm are marked there.
pub(crate) fn sets(
    table: &Table,
    model: &mut TableModel,
    owners: &[OwnerModel],
    warnings: &mut Vec<String>,
) -> Result<(), ModelError> {
    let mut finders = Scope::default();
    let mut seen: Vec<Vec<usize>> = Vec::new();
    for field in &model.fields {
        match &field.kind {
            FieldKind::ForeignKey(_) => {
                finders.ident(std::slice::from_ref(&field.name));
            }
            FieldKind::Owner { ty, .. } => {
                for arm in &owners[ty.0].arms {
                    finders.ident(std::slice::from_ref(&arm.word));
                }
            }
            _ => {}
        }
    }
    let all = table.uniques.iter().map(|index| (index, true));
    let all = all.chain(table.indexes.iter().map(|index| (index, false)));
    // What a key that is not followed points to can be found by hand.
    let by_hand: Vec<Index> = model.unfollowed.iter().map(by_hand).collect();
    for (index, unique) in all.chain(by_hand.iter().map(|index| (index, false))) {
        let place = |name: &String| model.columns.iter().position(|c| c.name == *name);
        let columns: Vec<usize> = index.columns.iter().filter_map(place).collect();
        // The id is unique and found by without an index; with it in a set, any set is unique.
        if columns.len() < index.columns.len() && (unique || columns.is_empty()) {
            continue;
        }
        let kind = |at: &usize| &model.fields[model.columns[*at].field].kind;
        let union =
            |at: &&usize| matches!(kind(at), FieldKind::Owner { .. } | FieldKind::Value { .. });
        if let [only] = columns.as_slice()
            && !index.expression
        {
            let marked = match kind(only) {
                FieldKind::ForeignKey(_) => true,
                FieldKind::Owner { ty, .. } => {
                    owners[ty.0].arms.iter().any(|arm| arm.column == *only)
                        || owners[ty.0].always_null.contains(only)
                }
                _ => false,
            };
            if marked {
                continue;
            }
        }
        if let Some(column) = columns.iter().find(union) {
            let column = &model.columns[*column].name;
            if unique {
                return Err(ModelError::Unique {
                    table: table.name.clone(),
                    index: index.name.clone(),
                    why: format!("has column {column:?}, which is part of a union"),
                });
            }
            let why = format!("column {column} is part of a union");
            warnings.push(file_alone(table, &index.name, &why));
            continue;
        }
        if index.expression || index.collation.is_some() {
            warnings.push(file_alone(
                table,
                &index.name,
                "it has an expression or a collation",
            ));
            continue;
        }
        if seen.contains(&columns) {
            continue;
        }
        seen.push(columns.clone());
        let fields: Vec<usize> = columns.iter().map(|at| model.columns[*at].field).collect();
        let stems: Vec<&str> = fields
            .iter()
            .map(|at| model.fields[*at].name.stem())
            .collect();
        let set = ColumnSet {
            name: finders.ident(&[Ident::new(&stems.join("_and_"))]),
            columns,
            fields,
        };
        if unique {
            model.uniques.push(set);
        } else {
            model.indexes.push(set);
        }
    }
    Ok(())
}

/// The index on the columns of a key that is not followed; memory has it, whether or not the file does.
fn by_hand(key: &Unfollowed) -> Index {
    Index {
        name: format!("of {}", key.columns.join(", ")),
        columns: key.columns.clone(),
        expression: false,
        collation: None,
        partial: Partial::No,
    }
}

fn file_alone(table: &Table, index: &str, why: &str) -> String {
    format!(
        "table {}: index {index} is kept in the file alone, because {why}",
        table.name
    )
}

/// Connects the tables: pivots with their methods, then joins, then what points to what. A name that
/// several of the latter want for themselves goes to none of them.
pub(crate) fn connect(model: &mut Model, infos: &[PivotInfo], links: &[JoinInfo]) {
    let mut scopes: Vec<Scope> = model.tables.iter().map(methods_taken).collect();
    pivots(model, infos, &mut scopes);
    let pointing = pointing(model);
    let mut wanted = joins::wanted(model, links);
    for one in pointing.iter().filter(|one| !one.twin) {
        wanted.push((TableRef(one.target), one.base.stem().to_owned()));
    }
    let mut rivals: HashMap<(TableRef, &str), usize> = HashMap::new();
    for (table, name) in &wanted {
        *rivals.entry((*table, name)).or_default() += 1;
    }
    let n_wanting =
        |table: TableRef, name: &str| rivals.get(&(table, name)).copied().unwrap_or_default();
    joins::connect(model, links, &mut scopes, &n_wanting);
    children(model, pointing, &mut scopes, &n_wanting);
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

fn pivots(model: &mut Model, infos: &[PivotInfo], scopes: &mut [Scope]) {
    for at in 0..model.tables.len() {
        let table = &model.tables[at];
        let Some(info) = infos.get(at).filter(|info| info.is_pivot) else {
            continue;
        };
        let Some(owned_column) = &info.owned else {
            continue;
        };
        let field = |column: &str| {
            let found = table.columns.iter().find(|c| c.name == column);
            found.map(|column| column.field)
        };
        let owner_field = info.arms.first().and_then(|arm| field(&arm.column));
        let (Some(owned_field), Some(owner_field)) = (field(&owned_column.column), owner_field)
        else {
            continue;
        };
        let (FieldKind::ForeignKey(key), FieldKind::Owner { ty: owner, .. }) = (
            &table.fields[owned_field].kind,
            &table.fields[owner_field].kind,
        ) else {
            continue;
        };
        let (owned, owner) = (key.target, *owner);
        let owners: Vec<usize> = model.owners[owner.0]
            .arms
            .iter()
            .filter(|arm| arm.methods)
            .filter_map(|arm| arm.key.as_ref().map(|key| key.target.0))
            .collect();
        // A second pivot for the same things has its own name in all of its methods.
        let rivals = infos.iter().enumerate().any(|(other, rival)| {
            other != at
                && rival.is_pivot
                && rival
                    .owned
                    .as_ref()
                    .is_some_and(|o| o.table == owned_column.table)
        });
        let list = model[owned].accessor.stem().to_owned();
        let one = model[owned].singular.stem().to_owned();
        let own = table.accessor.clone();
        let methods = (0_u64..)
            .map(|n| {
                let end = match n {
                    0 if rivals => format!("_by_{}", own.stem()),
                    0 => String::new(),
                    1 => format!("_by_{}", own.stem()),
                    n => format!("_by_{}_{n}", own.stem()),
                };
                let pivots = if n < 2 {
                    own.stem().to_owned()
                } else {
                    format!("{}_{n}", own.stem())
                };
                // `series` is its own plural; the list keeps the name then.
                PivotMethods {
                    list: Ident::new(&format!("{list}{end}")),
                    pivots: Ident::new(&pivots),
                    add: Ident::new(&format!("add_{one}{end}")),
                    remove: Ident::new(&format!("remove_{one}{end}")),
                    set: Ident::new(&format!("set_{list}{end}")),
                    give: Ident::new(&format!("give_{one}{end}")),
                }
            })
            .find(|methods| {
                let names = method_names(methods);
                let free = |name: &Ident| !owners.iter().any(|o| scopes[*o].has(name.stem()));
                let distinct = methods.list != methods.pivots;
                distinct && names.iter().all(|name| free(name))
            });
        let Some(methods) = methods else { continue };
        for owner in &owners {
            for name in method_names(&methods) {
                scopes[*owner].take(name.stem());
            }
            let through = &mut model.tables[*owner].owns_through;
            if !through.contains(&TableRef(at)) {
                through.push(TableRef(at));
            }
        }
        let by = format!("owner_by_{}", own.stem());
        let owner_accessor = scopes[owned.0].ident(&[Ident::new("owner"), Ident::new(&by)]);
        model.tables[owned.0].owned_through.push(TableRef(at));
        model.tables[at].kind = TableKind::Pivot(PivotModel {
            owned,
            owned_field,
            owner_field,
            owner,
            owner_accessor,
            methods,
        });
    }
}

fn method_names(methods: &PivotMethods) -> [&Ident; 6] {
    let PivotMethods {
        list,
        pivots,
        add,
        remove,
        set,
        give,
    } = methods;
    [list, pivots, add, remove, set, give]
}

/// One thing that points to a table.
struct Pointing {
    target: usize,
    child: ChildModel,
    /// What its accessor is called if nobody else wants to be: the rows that point.
    base: Ident,
    /// The name of its field or arm, to tell two of one table apart.
    by: String,
    /// Whether there are two of one table.
    twin: bool,
}

fn pointing(model: &Model) -> Vec<Pointing> {
    let mut all: Vec<Pointing> = Vec::new();
    for (at, table) in model.tables.iter().enumerate() {
        if table.pivot().is_some() {
            continue;
        }
        for (place, field) in table.fields.iter().enumerate() {
            let mut point = |target: TableRef, column: usize, unique: bool, by: &str| {
                let base = match unique {
                    true => &table.singular,
                    false => &table.accessor,
                };
                all.push(Pointing {
                    target: target.0,
                    child: ChildModel {
                        accessor: base.clone(),
                        table: TableRef(at),
                        column,
                        field: place,
                        unique,
                    },
                    base: base.clone(),
                    by: by.to_owned(),
                    twin: false,
                });
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

/// All tables, parents before children where no cycle is in the way.
pub(crate) fn order(model: &Model) -> Vec<TableRef> {
    let parents = |at: usize| -> Vec<usize> {
        let mut found = Vec::new();
        for field in &model.tables[at].fields {
            match &field.kind {
                FieldKind::ForeignKey(key) => found.push(key.target.0),
                FieldKind::Owner { ty, .. } => {
                    let keys = model[*ty].arms.iter().filter_map(|arm| arm.key.as_ref());
                    found.extend(keys.map(|key| key.target.0));
                }
                _ => {}
            }
        }
        found.retain(|parent| *parent != at);
        found
    };
    let parents: Vec<Vec<usize>> = (0..model.tables.len()).map(parents).collect();
    let mut placed = vec![false; parents.len()];
    let mut order = Vec::new();
    while order.len() < parents.len() {
        let waiting = |at: &usize| !placed[*at];
        let ready = (0..parents.len())
            .filter(waiting)
            .find(|at| parents[*at].iter().all(|parent| placed[*parent]));
        // In a cycle the first as declared goes first, of those that others wait for.
        let Some(next) = ready.or_else(|| cycle(&parents, &placed)) else {
            break;
        };
        placed[next] = true;
        order.push(TableRef(next));
    }
    order
}

/// The first waiting table that waits for itself, over others.
fn cycle(parents: &[Vec<usize>], placed: &[bool]) -> Option<usize> {
    let reaches_itself = |start: &usize| {
        let mut seen = vec![false; parents.len()];
        let mut next = parents[*start].clone();
        while let Some(at) = next.pop() {
            if at == *start {
                return true;
            }
            if !placed[at] && !std::mem::replace(&mut seen[at], true) {
                next.extend(&parents[at]);
            }
        }
        false
    };
    (0..parents.len())
        .filter(|at| !placed[*at])
        .find(reaches_itself)
}
