//! The shape of a pivot: which properties of a table make it one, and which rule it out.

use super::info::{ArmInfo, OwnedInfo, PivotInfo};
use crate::analysis::relations::{Found, Relation};
use crate::config::{Config, PivotSection};
use crate::schema::{Column, Schema, Table};

const NO_SECTION: &PivotSection = &PivotSection {
    pivot: None,
    owned: None,
    owners: None,
    methods: None,
    type_name: None,
};

/// A candidate for a pivot.
pub(super) struct Shape<'a> {
    pub(super) schema: &'a Schema,
    pub(super) config: &'a Config,
    /// The relations of each table.
    pub(super) relations: &'a [Vec<Relation>],
    /// The index of the table in the schema.
    pub(super) at: usize,
    pub(super) table: &'a Table,
    pub(super) section: &'a PivotSection,
}

impl<'a> Shape<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        config: &'a Config,
        relations: &'a [Vec<Relation>],
        at: usize,
    ) -> Self {
        let table = &schema.tables[at];
        let section = config.pivot(&table.name);
        Self {
            schema,
            config,
            relations,
            at,
            table,
            section: section.map_or(NO_SECTION, |(_, section)| section),
        }
    }

    /// Whether the config wants it to be a pivot, or not to be one.
    pub(super) fn forced(&self) -> Option<bool> {
        self.section.pivot.as_ref().map(|pivot| *pivot.get_ref())
    }

    pub(super) fn relation(&self, column: &Column) -> Option<(String, Found)> {
        let mut relations = self.relations[self.at].iter();
        let relation = relations.find(|relation| relation.column == column.name)?;
        Some((relation.target.clone(), relation.found))
    }

    pub(super) fn info(&self) -> PivotInfo {
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

    pub(super) fn owned(&self) -> Option<OwnedInfo> {
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
        let mut arms: Vec<ArmInfo> = nullable
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
            .collect();
        if self.section.methods.is_none() {
            Self::mute_ambiguous(&mut arms);
        }
        arms
    }

    /// Takes the methods from arms that share a table: an owner's key would not determine the arm.
    fn mute_ambiguous(arms: &mut [ArmInfo]) {
        let targets: Vec<Option<String>> = arms
            .iter()
            .filter(|arm| arm.methods)
            .map(|arm| arm.target.as_ref().map(|(table, _)| table.clone()))
            .collect();
        for arm in arms {
            let table = arm.target.as_ref().map(|(table, _)| table);
            let n_same = targets.iter().filter(|other| other.as_ref() == table);
            arm.methods &= n_same.count() < 2;
        }
    }

    /// All reasons why the table is not a pivot.
    pub(super) fn against(&self, info: &PivotInfo, forced: bool) -> Vec<String> {
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
            (None, _) => against.push("`owned` is not a NOT NULL foreign key".to_owned()),
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

    /// Whether a CHECK says that exactly one owner is set.
    pub(super) fn is_proven(&self, info: &PivotInfo) -> bool {
        let columns = |used_only: bool| -> Vec<&str> {
            let arms = info.arms.iter().filter(|arm| arm.used || !used_only);
            arms.map(|arm| arm.column.as_str()).collect()
        };
        self.table.exactly_one(&columns(false)) || self.table.exactly_one(&columns(true))
    }

    /// The CHECK that says something else of which owners are set, as that at most one is. A schema without any leaves
    /// it to the game that each row has one owner, as many of MySQL's do.
    pub(super) fn contradiction(&self, info: &PivotInfo) -> Option<&str> {
        if self.is_proven(info) {
            return None;
        }
        let says_of_owners = |text: &str| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let mut words = text.split(|c| !is_part(c));
            let has = |name: &str| {
                let mut words = words.clone();
                words.any(|word| word.eq_ignore_ascii_case(name))
            };
            let mut used = info.arms.iter().filter(|arm| arm.used);
            used.any(|arm| has(&arm.column)) && words.any(|word| word.eq_ignore_ascii_case("NULL"))
        };
        let mut texts = self.table.checks.iter().map(|check| check.text.as_str());
        texts.find(|text| says_of_owners(text))
    }
}
