//! Keys by value as foreign keys of the server.
//!
//! A foreign key names a constraint that is not deferrable, so the values that it names are unique after each row that is
//! written, and not only when the transaction ends. Rows that exchange such values, or pass them on, step aside first: their
//! flush gives them values that no row has (`plan.rs`). Where a CHECK might refuse these, or where PostgreSQL would
//! find another row than memory does, memory alone keeps the key.

use crate::schema::value::ColumnKind;
use crate::schema::{TableInfo, ValueKey};

use super::Table;

/// Adds the keys by value that the server can keep to all tables.
pub(super) fn constrain(tables: &mut [Table], world: &str, infos: &[&'static TableInfo]) {
    for (own, info) in infos.iter().enumerate() {
        for (n, key) in info.value_keys.iter().enumerate() {
            let target = key.table.index();
            let named = key.named_columns(infos);
            match kept_by_memory(tables, own, key, infos) {
                None => {
                    tables[target].check_at_once(named);
                    let listed = tables[target].listed(named);
                    tables[own].add_value_key(world, n, (infos[target].name, listed));
                }
                Some(why) => {
                    let names = tables[own].listed(key.own_columns(info)).replace('"', "");
                    let what = format!(
                        "key by value ({names}) to {} ({}): {why}",
                        infos[target].name,
                        infos[target].index_columns(key.target_index)
                    );
                    tables[own].kept_by_memory.push(what);
                }
            }
        }
    }
}

/// Why a key is not one of the server; `None` if it is.
fn kept_by_memory(
    tables: &[Table],
    own: usize,
    key: &ValueKey,
    infos: &[&'static TableInfo],
) -> Option<&'static str> {
    let (from, to) = (&tables[own], &tables[key.table.index()]);
    let (naming, named) = (key.own_columns(from.info), key.named_columns(infos));
    let mut pairs = naming.iter().zip(named);
    let differ = |(&own, &named): (&usize, &usize)| {
        let (own, named) = (from.columns[own].kind, to.columns[named].kind);
        own != named || own == ColumnKind::Real
    };
    let has_no_case = |table: &Table, index: usize| !table.info.indexes[index].no_case.is_empty();
    if key.root.is_some() {
        return Some("some numbers name no row");
    }
    if has_no_case(from, key.index) || has_no_case(to, key.target_index) {
        return Some("it compares by NOCASE");
    }
    if pairs.any(differ) {
        return Some("its columns have other types, or are REAL");
    }
    if named.iter().any(|column| to.checked.contains(column)) {
        return Some("a CHECK is about the columns that it names");
    }
    None
}
