//! Pivots, which are exclusive arcs: each row names one owned row and exactly one owner out of several
//! tables. They are recognized by their shape, never by name.

mod info;
mod shape;
mod unlikely;

use crate::analysis::owners;
use crate::analysis::relations;
use crate::config::Config;
use crate::error::{ConfigError, Error, ModelError};
use crate::schema::{Column, OnDelete, Schema};

pub use info::{ArmInfo, OwnedInfo, PivotInfo};
use shape::Shape;

/// Whether a table is an ownership pivot by its shape alone.
pub fn is_pivot_table(schema: &Schema, table: &str) -> bool {
    pivot_info(schema, &Config::default(), table).is_ok_and(|info| info.is_pivot)
}

/// What is known about a table as a pivot: the owned foreign key, the owner arms, and why it did
/// or did not match.
///
/// # Errors
/// [`ModelError::UnknownTable`]; [`ConfigError::Impossible`] if the config asks for a pivot that
/// cannot be made.
pub fn pivot_info(schema: &Schema, config: &Config, table: &str) -> Result<PivotInfo, Error> {
    let mut tables = schema.tables.iter();
    let found = tables.position(|found| found.name.eq_ignore_ascii_case(table));
    let at = found.ok_or_else(|| ModelError::UnknownTable {
        table: table.to_owned(),
    })?;
    let relations = relations::by_table(schema, config);
    info(&Shape::new(schema, config, &relations, at))
}

/// [`pivot_info`] of every table, in the order of the tables.
pub(crate) fn pivot_infos(schema: &Schema, config: &Config) -> Result<Vec<PivotInfo>, Error> {
    let relations = relations::by_table(schema, config);
    (0..schema.tables.len())
        .map(|at| info(&Shape::new(schema, config, &relations, at)))
        .collect()
}

fn info(shape: &Shape<'_>) -> Result<PivotInfo, Error> {
    let Shape { config, table, .. } = shape;
    let section = config.pivot(&table.name);
    let forced = shape.forced();
    let mut info = shape.info();
    let mut against = shape.against(&info, forced == Some(true));
    // If the config asks for a pivot, what cannot be kept of it is an error and not a plain table.
    let has_shape = against.is_empty();
    if has_shape && section.is_none() {
        against = shape.unlikely(&info);
        if against.is_empty() {
            against.extend(shape.rival(&info));
        }
    }
    match (forced, section) {
        (Some(false), _) => {
            info.reasons = vec![format!("[pivots.{}] forbids it", table.name)];
        }
        // A section that limits a pivot expects one, as `pivot = true` does.
        (_, Some((name, _))) if !against.is_empty() => {
            let what = format!(
                "table {:?} cannot be a pivot: {}",
                table.name,
                against.join("; ")
            );
            return Err(config.impossible(name.span(), what).into());
        }
        _ if !against.is_empty() => {
            let check = shape.contradiction(&info).filter(|_| has_shape);
            if let Some(check) = check {
                info.warnings.push(contradicted(&info, check));
            }
            info.reasons = against;
            info.reasons.extend(shape.own_owner(&info)?);
        }
        _ => {
            shape.limits(&info)?;
            info.is_pivot = true;
            if forced == Some(true) {
                let why = format!("[pivots.{}] forces it", table.name);
                info.reasons.push(why);
            }
            shape.proofs(&mut info);
        }
    }
    Ok(info)
}

/// Says that a table looks like a pivot, and is a plain table because its schema allows rows that have not one owner.
fn contradicted(info: &PivotInfo, check: &str) -> String {
    let used = info.arms.iter().filter(|arm| arm.used);
    let used: Vec<&str> = used.map(|arm| arm.column.as_str()).collect();
    let name = &info.table;
    format!(
        "it has the shape of a pivot and is a plain table, because CHECK ({check}) says something else than that exactly \
         one of {} is set; `[pivots.{name}] pivot = true` makes a pivot of it, and `pivot = false` makes it a plain table \
         without this warning",
        used.join(", ")
    )
}

impl Shape<'_> {
    /// For a table that is not a pivot: the owner unions on its own rows.
    fn own_owner(&self, info: &PivotInfo) -> Result<Vec<String>, ConfigError> {
        if info.owned.is_some() {
            return Ok(Vec::new());
        }
        let unions = owners::unions(self.schema, self.config, self.table)?;
        Ok(unions
            .iter()
            .map(|union| {
                let columns = union.columns.join(", ");
                format!("{columns} are the row's own owner (an owner union on the row itself)")
            })
            .collect())
    }

    /// Refuses columns in `owners` and `methods` that cannot be owner columns.
    fn limits(&self, info: &PivotInfo) -> Result<(), ConfigError> {
        for name in self.section.owners.iter().flatten() {
            let arm = info.arms.iter().find(|arm| arm.column == *name.get_ref());
            let closed = |column: &Column| column.must_be_null;
            if arm.is_none() || self.table.column(name.get_ref()).is_some_and(closed) {
                let what = format!("{:?} cannot be an owner column", name.get_ref());
                return Err(self.config.impossible(name.span(), what));
            }
        }
        for name in self.section.methods.iter().flatten() {
            let arm = info.arms.iter().find(|arm| arm.column == *name.get_ref());
            if !arm.is_some_and(|arm| arm.methods) {
                let what = format!(
                    "{:?} is not an owner column with a table, so there is no table to give methods to",
                    name.get_ref()
                );
                return Err(self.config.impossible(name.span(), what));
            }
        }
        Ok(())
    }

    /// Records why the table is a pivot, and what no constraint of the schema guarantees.
    fn proofs(&self, info: &mut PivotInfo) {
        let Some(owned) = &info.owned else { return };
        let used = |used: bool| {
            let arms = info.arms.iter().filter(move |arm| arm.used == used);
            arms.map(|arm| arm.column.as_str()).collect::<Vec<_>>()
        };
        let proven = self.is_proven(info);
        info.reasons.push(format!(
            "{} says what is owned, exactly one of {} says by whom{}",
            owned.column,
            used(true).join(", "),
            if proven { " (CHECK)" } else { "" }
        ));
        let unused = used(false);
        if !unused.is_empty() {
            let columns = unused.join(", ");
            info.reasons.push(format!("{columns} must stay NULL"));
        }
        let name = &self.table.name;
        let mute = info
            .arms
            .iter()
            .filter(|arm| arm.used && !arm.methods && arm.target.is_some());
        let mute: Vec<&str> = mute.map(|arm| arm.column.as_str()).collect();
        if self.section.methods.is_none() && !mute.is_empty() {
            info.reasons.push(format!(
                "owners by {} are of one table and have no methods; `[pivots.{name}] methods` can name one",
                mute.join(", ")
            ));
        }
        if !proven {
            info.warnings.push(format!(
                "no CHECK proves that exactly one owner is set; `[pivots.{name}] pivot = false` if it is not so"
            ));
        }
        let columns = info.arms.iter().filter(|arm| arm.used);
        for column in columns.map(|arm| &arm.column) {
            let action = match self.table.foreign_key(column).map(|key| key.on_delete) {
                Some(OnDelete::Restrict) => "RESTRICT",
                Some(OnDelete::SetNull) => "SET NULL",
                _ => continue,
            };
            info.warnings.push(format!(
                "{column} is ON DELETE {action}, and in memory what somebody owns is removed with its owner all the same; `[pivots.{name}] pivot = false` if it shall not be"
            ));
        }
        if !self.table.is_unique(&owned.column) {
            info.warnings.push(format!(
                "{} is not UNIQUE, so the file does not refuse a second owner; `[pivots.{name}] pivot = false` if there can be one",
                owned.column
            ));
        }
    }
}
