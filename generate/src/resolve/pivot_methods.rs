//! Names the methods of pivots: by what word owners refer to the rows that they own.

use crate::analysis::pivot::PivotInfo;
use crate::model::{FieldKind, Model, PivotMethods, PivotModel, TableKind, TableRef};
use crate::names::{Ident, Scope};

/// Gives the owners of pivots their methods, and the pivots their kind.
pub(super) fn connect(model: &mut Model, infos: &[PivotInfo], scopes: &mut [Scope]) {
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
        // With two pivots for the same owned table, all methods contain the name of their pivot.
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
                // `series` is its own plural; the accessor of the rows keeps that name.
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
