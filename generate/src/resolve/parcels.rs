//! `[parcels]`: by which UNIQUE columns rows that stay behind are named in parcels.

use crate::config::{Config, ParcelName};
use crate::error::ConfigError;
use crate::model::{Model, ParcelModel, TableRef};

/// Finds the UNIQUE set that each line of the section means.
pub(super) fn connect(model: &mut Model, config: &Config) -> Result<(), ConfigError> {
    let mut names = Vec::new();
    for (name, columns) in &config.sections().parcels {
        let mut tables = model.tables.iter();
        let place = tables.position(|table| table.name == *name.get_ref());
        let Some(place) = place else {
            let what = format!("the schema has no table {:?}", name.get_ref());
            return Err(config.impossible(name.span(), what));
        };
        let table = &model.tables[place];
        let columns_said: Vec<&str> = match columns.get_ref() {
            ParcelName::One(column) => vec![column],
            ParcelName::Several(columns) => columns.iter().map(String::as_str).collect(),
        };
        let column_names = |set: &[usize]| -> Vec<String> {
            let columns = set.iter().map(|&column| table.columns[column].name.clone());
            columns.collect()
        };
        let mut uniques = table.uniques.iter().map(|set| column_names(&set.columns));
        let is_it = |set: &Vec<String>| {
            set.len() == columns_said.len()
                && columns_said
                    .iter()
                    .all(|said| set.iter().any(|own| own == said))
        };
        let Some(columns_of_set) = uniques.find(is_it) else {
            let what = format!(
                "no UNIQUE constraint of {} is on {}, and rows are found in another world by one; name the columns of one \
                 that is not a foreign key",
                table.name,
                columns_said.join(", ")
            );
            return Err(config.impossible(columns.span(), what));
        };
        names.push(ParcelModel {
            table: TableRef(place),
            columns: columns_of_set,
        });
    }
    names.sort_by_key(|name| name.table.0);
    model.parcels = names;
    Ok(())
}
