//! Owners that the source keeps in two columns: `owner_id`, and a kind column `owner_type`, which says of
//! which table it is an id. A world has a column for each table instead, so that each can be a foreign
//! key, and presents them as one owner.

use super::{Config, OwnerSection};
use crate::names::Ident;
use crate::schema::{OwnerArm, OwnerPair};

/// The two columns, if the section names them, and the columns that replace them.
pub(crate) fn pair(config: &Config, section: &OwnerSection) -> Option<OwnerPair> {
    let (id, kind) = (section.id.as_ref()?, section.kind.as_ref()?);
    let arms = section.variants.as_ref()?.iter().map(|variant| OwnerArm {
        column: column(config, id.get_ref(), variant.table.get_ref()),
        table: variant.table.get_ref().clone(),
        value: variant.value.get_ref().to_string(),
    });
    Some(OwnerPair {
        id: id.get_ref().clone(),
        kind: kind.get_ref().clone(),
        arms: arms.collect(),
    })
}

/// `owner_id` and `players` give `owner_player_id`.
fn column(config: &Config, id: &str, table: &str) -> String {
    let id = Ident::new(id);
    let stem = id.stem().strip_suffix("_id").unwrap_or(id.stem());
    let singular = config.singular(table);
    format!("{stem}_{singular}_id")
}
