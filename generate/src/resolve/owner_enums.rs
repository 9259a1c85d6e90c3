//! The enums of owners: one for each pivot, and one for each owner union.

use super::resolver::Resolver;
use crate::analysis::owners::OwnerUnion;
use crate::analysis::pivot::PivotInfo;
use crate::error::Error;
use crate::model::{ArmModel, ColumnModel, OwnerModel, OwnerRef, TableRef};
use crate::names::{self, Ident, Scope};
use crate::schema::Table;

impl Resolver<'_> {
    /// Adds the enum of an owner to the model.
    pub(super) fn owner(
        &mut self,
        at: TableRef,
        table: &Table,
        type_name: &str,
        info: &PivotInfo,
        union: &OwnerUnion,
        columns: &[ColumnModel],
    ) -> Result<OwnerRef, Error> {
        let arms = arms(self, table, info, union, columns);
        let wanted = match &union.type_name {
            Some((name, span)) if !names::is_plain(name) || self.types.has(name) => {
                let what = format!("{name:?} is not a valid Rust name, or is taken already");
                return Err(self.config.impossible(span.clone(), what).into());
            }
            Some((name, _)) => vec![name.clone()],
            None => vec![format!("{type_name}{}Key", names::type_name(&union.field))],
        };
        let type_name = match &union.type_name {
            // The rows of a pivot have no keys, so the name of the key type is free for the owners'.
            None if info.is_pivot => format!("{type_name}Key"),
            _ => self.types.name(&wanted),
        };
        let unused = union
            .columns
            .iter()
            .filter(|name| !union.allowed.contains(name));
        let always_null = unused
            .filter_map(|name| columns.iter().position(|column| column.name == *name))
            .collect();
        self.model.owners.push(OwnerModel {
            type_name,
            table: at,
            arms,
            always_null,
        });
        Ok(OwnerRef(self.model.owners.len() - 1))
    }
}

/// The arms of an owner enum, in column order.
fn arms(
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
