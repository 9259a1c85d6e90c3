//! Recognizes schemas that are canonical as they are.

use crate::config::{Config, Ids, References};
use crate::schema::sqlite::Skipped;
use crate::schema::{OnDelete, Schema, Table};

/// Whether a schema needs no translation, so that its text is kept as written.
pub(crate) fn is_canonical(schema: &Schema, skipped: &[Skipped], config: &Config) -> bool {
    !schema.tables.is_empty()
        && skipped.is_empty()
        && schema.tables.iter().all(|table| is_kept(table, config))
}

fn is_kept(table: &Table, config: &Config) -> bool {
    let typed = table.columns.iter().all(|column| {
        let overridden = || {
            config
                .column(&table.name, &column.name)
                .is_some_and(|c| c.type_name.is_some())
        };
        // In a STRICT table ANY is the only type that does not determine a Rust type.
        let none = column.not_null && config.none(&table.name, &column.name).is_some();
        let points = config.references(&table.name, &column.name);
        let is_shared = column.primary_key
            && points.is_some_and(|to| matches!(to.get_ref(), References::Table(_)));
        !column.generated
            && !is_shared
            && !none
            && (!column.declared_type.eq_ignore_ascii_case("ANY") || overridden())
    });
    let uniques = table
        .uniques
        .iter()
        .all(|index| !index.expression && index.collation.is_none() && index.partial.covers_all());
    let keys = table
        .foreign_keys
        .iter()
        .all(|key| match key.columns.as_slice() {
            [column] => {
                let own = table.column(column);
                let not_null = own.is_some_and(|column| column.not_null);
                let is_id = own.is_some_and(|column| column.primary_key);
                let wanted = config.on_delete(&table.name, column);
                !is_id
                    && wanted.is_none_or(|wanted| wanted == key.on_delete)
                    && key.on_delete != OnDelete::SetDefault
                    && !(key.on_delete == OnDelete::SetNull && not_null)
            }
            _ => true,
        });
    let sections = config.sections().owners.get(table.name.as_str());
    let mut owners = sections.into_iter().flat_map(|fields| fields.values());
    let is_apart = owners.all(|owner| {
        let mut named = owner.id.iter().chain(&owner.kind);
        !named.any(|name| table.column(name.get_ref()).is_some())
    });
    let key_is_field = config
        .ids(&table.name)
        .is_some_and(|ids| *ids.get_ref() == Ids::Field && !table.has_surrogate_id());
    let nests = config.has_unique_numbers(table);
    table.strict
        && nests
        && table.rowid_key
        && !key_is_field
        && typed
        && uniques
        && keys
        && is_apart
}
