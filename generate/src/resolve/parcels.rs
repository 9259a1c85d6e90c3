//! `[parcels]`: by which UNIQUE columns rows that stay behind are named in parcels.

use crate::config::Config;
use crate::error::ConfigError;
use crate::model::{FieldKind, Model, ParcelModel, TableRef};

/// Finds the UNIQUE set that each line of the section means.
pub(super) fn connect(model: &mut Model, config: &Config) -> Result<(), ConfigError> {
    let mut names = Vec::new();
    for (name, said) in &config.sections().parcels {
        let mut tables = model.tables.iter();
        let place = tables.position(|table| table.name == *name.get_ref());
        let place = place.expect("the tables of the config are those of the schema");
        let table = &model.tables[place];
        let columns = said.get_ref().columns();
        let is_it = |set: &Vec<&str>| {
            set.len() == columns.len() && columns.iter().all(|column| set.contains(column))
        };
        let sets = table.uniques.iter().filter(|set| {
            // The id of another row is another one in another world.
            let is_key =
                |&field: &usize| matches!(table.fields[field].kind, FieldKind::ForeignKey(_));
            !set.fields.iter().any(is_key)
        });
        let mut sets = sets.map(|set| {
            let names = set
                .columns
                .iter()
                .map(|&column| table.columns[column].name.as_str());
            names.collect::<Vec<_>>()
        });
        let Some(set) = sets.find(is_it) else {
            let what = format!(
                "no UNIQUE constraint of {} without foreign keys is on {}, by which another world could find its row",
                table.name,
                columns.join(", ")
            );
            return Err(config.impossible(said.span(), what));
        };
        names.push(ParcelModel {
            table: TableRef(place),
            columns: set.into_iter().map(str::to_owned).collect(),
        });
    }
    names.sort_by_key(|name| name.table.0);
    model.parcels = names;
    Ok(())
}
