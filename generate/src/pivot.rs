//! Ownership pivots: one owned row, exactly one owner out of several tables. Found by their shape;
//! no table is named here.

use crate::config::{Config, PivotSection};
use crate::error::{ConfigError, Error, ModelError};
use crate::owners;
use crate::relations::{self, Found};
use crate::schema::{Column, Schema, Table};

/// What is known about a table as a pivot, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PivotInfo {
    /// The table.
    pub table: String,
    /// Whether it is a pivot.
    pub is_pivot: bool,
    /// The foreign key to what is owned, where there is exactly one candidate.
    pub owned: Option<OwnedInfo>,
    /// The columns that are, or look like, owners; in column order.
    pub arms: Vec<ArmInfo>,
    /// Why it is a pivot, or everything that speaks against it.
    pub reasons: Vec<String>,
    /// What the schema does not prove.
    pub warnings: Vec<String>,
}

/// The foreign key of a pivot to what is owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedInfo {
    /// The column.
    pub column: String,
    /// The owned table.
    pub table: String,
    /// How it was found.
    pub found: Found,
}

/// One owner column of a pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmInfo {
    /// The column.
    pub column: String,
    /// The owner's table, and how it was found; `None` for an owner outside of the database.
    pub target: Option<(String, Found)>,
    /// Whether it may be set; if not, it stays NULL.
    pub used: bool,
    /// Whether the owner gets the convenience methods.
    pub methods: bool,
}

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
    let found = schema.table(table);
    let table = found.ok_or_else(|| ModelError::UnknownTable {
        table: table.to_owned(),
    })?;
    let section = config.pivot(&table.name);
    let empty = PivotSection::default();
    let shape = Shape {
        schema,
        config,
        table,
        section: section.map_or(&empty, |(_, section)| section),
    };
    let forced = shape.section.pivot.as_ref().map(|pivot| *pivot.get_ref());
    let mut info = shape.info();
    let against = shape.against(&info, forced == Some(true));
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

/// A table looked at as a pivot.
struct Shape<'a> {
    schema: &'a Schema,
    config: &'a Config,
    table: &'a Table,
    section: &'a PivotSection,
}

impl Shape<'_> {
    fn relation(&self, column: &Column) -> Option<(String, Found)> {
        relations::relation(self.schema, self.config, self.table, column)
            .map(|relation| (relation.target, relation.found))
    }

    fn info(&self) -> PivotInfo {
        PivotInfo {
            table: self.table.name.clone(),
            is_pivot: false,
            owned: self.owned(),
            arms: self.arms(),
            reasons: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The NOT NULL foreign keys.
    fn owned_candidates(&self) -> Vec<OwnedInfo> {
        let columns = self.table.columns.iter().filter(|column| column.not_null);
        columns
            .filter_map(|column| {
                let (table, found) = self.relation(column)?;
                Some(OwnedInfo {
                    column: column.name.clone(),
                    table,
                    found,
                })
            })
            .collect()
    }

    fn owned(&self) -> Option<OwnedInfo> {
        let mut candidates = self.owned_candidates();
        if let Some(named) = &self.section.owned {
            candidates.retain(|candidate| candidate.column == *named.get_ref());
        }
        match candidates.len() {
            1 => candidates.pop(),
            _ => None,
        }
    }

    fn arms(&self) -> Vec<ArmInfo> {
        let named = |list: &Option<Vec<crate::config::Name>>, column: &Column| {
            list.as_ref()
                .map(|names| names.iter().any(|name| *name.get_ref() == column.name))
        };
        let nullable = self.table.columns.iter().filter(|column| {
            !column.not_null && !column.primary_key && column.is_integer() && !column.generated
        });
        nullable
            .filter_map(|column| {
                let target = self.relation(column);
                let listed = named(&self.section.owners, column);
                let looks = target.is_some() || column.name.ends_with("_id");
                if !(looks || listed == Some(true)) || column.allowed.is_some() {
                    return None;
                }
                let used = listed.unwrap_or(!column.must_be_null);
                let methods = named(&self.section.methods, column).unwrap_or(true);
                Some(ArmInfo {
                    methods: used && methods && target.is_some(),
                    column: column.name.clone(),
                    target,
                    used,
                })
            })
            .collect()
    }

    /// Everything that speaks against a pivot.
    fn against(&self, info: &PivotInfo, forced: bool) -> Vec<String> {
        let mut against = Vec::new();
        let candidates = self.owned_candidates();
        let columns: Vec<&str> = candidates.iter().map(|c| c.column.as_str()).collect();
        match (&info.owned, columns.as_slice()) {
            (Some(_), _) => {}
            (None, []) => against.push("no NOT NULL foreign key says what is owned".to_owned()),
            (None, many) if self.section.owned.is_none() => against.push(format!(
                "{} NOT NULL foreign keys ({}), where one says what is owned",
                many.len(),
                many.join(", ")
            )),
            (None, _) => against.push("`owned` is no NOT NULL foreign key".to_owned()),
        }
        let owners = info.arms.iter().filter(|arm| arm.used);
        let n_tables = owners.clone().filter(|arm| arm.target.is_some()).count();
        let enough = if forced {
            owners.count() > 0
        } else {
            n_tables > 1
        };
        if !enough {
            against.push(match (forced, n_tables) {
                (true, _) => "no nullable INTEGER column says who owns".to_owned(),
                (_, 0) => "no nullable foreign keys to owners".to_owned(),
                (_, n) => format!("{n} nullable foreign key to an owner, where two are the least"),
            });
        }
        let payload: Vec<&str> = self
            .table
            .columns
            .iter()
            .filter(|column| {
                !column.primary_key
                    && !candidates.iter().any(|c| {
                        c.column == column.name
                            && (info.owned.as_ref().is_none_or(|o| o.column == c.column))
                    })
                    && !info.arms.iter().any(|arm| arm.column == column.name)
            })
            .map(|column| column.name.as_str())
            .collect();
        if !payload.is_empty() {
            against.push(format!(
                "it carries more than ownership: {}",
                payload.join(", ")
            ));
        }
        if !self.table.rowid_key {
            against.push("it has no INTEGER PRIMARY KEY".to_owned());
        }
        against
    }

    /// For a table that is no pivot: whether its rows name an owner of their own.
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

    /// Looks through `owners` and `methods` for columns that cannot be what they say.
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
                    "{:?} is no owner column with a table, so nobody can get methods",
                    name.get_ref()
                );
                return Err(self.config.impossible(name.span(), what));
            }
        }
        Ok(())
    }

    /// Says why it is a pivot, and what the schema leaves unproven.
    fn proofs(&self, info: &mut PivotInfo) {
        let Some(owned) = &info.owned else { return };
        let used = |used: bool| {
            let arms = info.arms.iter().filter(move |arm| arm.used == used);
            arms.map(|arm| arm.column.as_str()).collect::<Vec<_>>()
        };
        let all: Vec<&str> = info.arms.iter().map(|arm| arm.column.as_str()).collect();
        let proven = self.table.exactly_one(&all) || self.table.exactly_one(&used(true));
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
        if !proven {
            info.warnings.push(format!(
                "no CHECK proves that exactly one owner is set; `[pivots.{name}] pivot = false` if it is not so"
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
