//! Names the methods of pivots: by what word owners refer to the rows that they own.

use crate::analysis::pivot::PivotInfo;
use crate::model::{FieldKind, Model, OwnerRef, PivotMethods, PivotModel, TableKind, TableRef};
use crate::names::{Ident, Scope};

/// Gives the owners of pivots their methods, and the pivots their kind.
pub(super) fn connect(model: &mut Model, infos: &[PivotInfo], scopes: &mut [Scope]) {
    for at in 0..model.tables.len() {
        let Some(info) = infos.get(at).filter(|info| info.is_pivot) else {
            continue;
        };
        let Some(ends) = ends(model, at, info) else {
            continue;
        };
        let own = model.tables[at].accessor.clone();
        let Some(methods) = methods(model, infos, scopes, at, &ends) else {
            continue;
        };
        for owner in &ends.with_methods {
            for name in method_names(&methods) {
                scopes[*owner].take(name.stem());
            }
            let through = &mut model.tables[*owner].owns_through;
            if !through.contains(&TableRef(at)) {
                through.push(TableRef(at));
            }
        }
        let by = format!("owner_by_{}", own.stem());
        let owned = ends.owned;
        let owner_accessor = scopes[owned.0].ident(&[Ident::new("owner"), Ident::new(&by)]);
        model.tables[owned.0].owned_through.push(TableRef(at));
        model.tables[at].kind = TableKind::Pivot(PivotModel {
            owned,
            owned_field: ends.owned_field,
            owner_field: ends.owner_field,
            owner: ends.owner,
            owner_accessor,
            methods,
        });
    }
}

/// What a pivot connects.
struct Ends {
    owned: TableRef,
    owned_field: usize,
    owner: OwnerRef,
    owner_field: usize,
    /// The tables of the owners that get methods.
    with_methods: Vec<usize>,
}

fn ends(model: &Model, at: usize, info: &PivotInfo) -> Option<Ends> {
    let table = &model.tables[at];
    let field = |column: &str| {
        let found = table.columns.iter().find(|c| c.name == column);
        found.map(|column| column.field)
    };
    let owned_field = field(&info.owned.as_ref()?.column)?;
    let owner_field = field(&info.arms.first()?.column)?;
    let (FieldKind::ForeignKey(key), FieldKind::Owner { ty: owner, .. }) = (
        &table.fields[owned_field].kind,
        &table.fields[owner_field].kind,
    ) else {
        return None;
    };
    let arms = model[*owner].arms.iter().filter(|arm| arm.methods);
    let keys = arms.filter_map(|arm| arm.key.as_ref());
    Some(Ends {
        owned: key.target,
        owned_field,
        owner: *owner,
        owner_field,
        with_methods: keys.map(|key| key.target.0).collect(),
    })
}

/// The first names for the methods of a pivot that are free on all of its owners.
fn methods(
    model: &Model,
    infos: &[PivotInfo],
    scopes: &[Scope],
    at: usize,
    ends: &Ends,
) -> Option<PivotMethods> {
    let table_of = |info: &PivotInfo| info.owned.as_ref().map(|owned| owned.table.clone());
    let owned_table = table_of(&infos[at]);
    // With two pivots for the same owned table, all methods contain the name of their pivot.
    let rivals = infos
        .iter()
        .enumerate()
        .any(|(other, rival)| other != at && rival.is_pivot && table_of(rival) == owned_table);
    let list = model[ends.owned].plural.stem();
    let one = model[ends.owned].singular.stem();
    let own = model.tables[at].accessor.stem();
    (0_u64..)
        .map(|n| {
            let end = match n {
                0 if rivals => format!("_by_{own}"),
                0 => String::new(),
                1 => format!("_by_{own}"),
                n => format!("_by_{own}_{n}"),
            };
            let pivots = if n < 2 {
                own.to_owned()
            } else {
                format!("{own}_{n}")
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
            let owners = &ends.with_methods;
            let free = |name: &Ident| !owners.iter().any(|o| scopes[*o].has(name.stem()));
            methods.list != methods.pivots && method_names(methods).iter().all(|name| free(name))
        })
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
