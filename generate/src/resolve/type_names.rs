//! The names of the tables' row types.

use crate::config::Config;
use crate::error::Error;
use crate::names::{self, Scope};
use crate::schema::Schema;

/// The endings that generated code adds to an entity's type name.
const TYPE_ENDINGS: &[&str] = &["", "Key", "Id", "Columns", "Field", "Ref", "Mut"];

/// The type of a row of each table, in the order of the tables.
pub(super) fn type_names(
    schema: &Schema,
    config: &Config,
    types: &mut Scope,
) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for table in &schema.tables {
        let said = config.table(&table.name).and_then(|t| t.type_name.as_ref());
        let wanted = match said {
            Some(name) => {
                let wanted = config.rust_name(name)?;
                if types.has(&wanted) {
                    let what = format!("the type name {wanted:?} is taken already");
                    return Err(config.impossible(name.span(), what).into());
                }
                vec![wanted]
            }
            None => {
                let name = names::type_name(&config.singular(&table.name));
                let row = format!("{name}Row");
                vec![name, row]
            }
        };
        found.push(types.name_with(&wanted, TYPE_ENDINGS));
    }
    Ok(found)
}
