//! Tables that have the shape of a pivot, but are plain tables unless the config asks for a pivot: as a
//! plain table such a table keeps all of its content, and the rest of the schema can be used.

use super::info::{ArmInfo, PivotInfo};
use super::shape::Shape;

impl Shape<'_> {
    /// The reasons why a table with the shape of a pivot is not one unless the config asks for it.
    pub(super) fn unlikely(&self, info: &PivotInfo) -> Vec<String> {
        let mut against = Vec::new();
        let name = &self.table.name;
        let used: Vec<&ArmInfo> = info.arms.iter().filter(|arm| arm.used).collect();
        let mut owners: Vec<&String> = used
            .iter()
            .filter_map(|arm| arm.target.as_ref().map(|(table, _)| table))
            .collect();
        owners.sort_unstable();
        owners.dedup();
        if let Some(check) = self.contradiction(info) {
            let columns: Vec<&str> = used.iter().map(|arm| arm.column.as_str()).collect();
            against.push(format!(
                "CHECK ({check}) says something else than that exactly one of {} is set",
                columns.join(", ")
            ));
        } else if let ([owner], false) = (owners.as_slice(), self.is_proven(info)) {
            against.push(format!(
                "its owners would all be {owner}, and no CHECK says that exactly one is set"
            ));
        }
        for arm in used {
            if self.table.is_unique(&arm.column) {
                against.push(format!(
                    "{} is UNIQUE, which is not supported of an owner in a pivot",
                    arm.column
                ));
            }
        }
        let relations = self.relations.iter().flatten();
        for relation in relations.filter(|relation| relation.target == *name) {
            against.push(format!(
                "{}.{} names its rows, and those of a pivot have no keys",
                relation.table, relation.column
            ));
        }
        against
    }

    /// Another pivot for the same owned table that takes precedence, because one pivot per owned table is
    /// supported: one that the config asks for, one with a CHECK, or the first one.
    pub(super) fn rival(&self, info: &PivotInfo) -> Option<String> {
        let owned = info.owned.as_ref()?;
        let rank = |shape: &Shape<'_>, info: &PivotInfo, column: &str| {
            let is_asked_for = self.config.pivot(&shape.table.name).is_some();
            let is_one = shape.table.is_unique(column);
            (is_asked_for, shape.is_proven(info), is_one)
        };
        let own_rank = rank(self, info, &owned.column);
        for at in (0..self.schema.tables.len()).filter(|at| *at != self.at) {
            let shape = Shape::new(self.schema, self.config, self.relations, at);
            let Some(its) = shape.owned().filter(|its| its.table == owned.table) else {
                continue;
            };
            let forced = shape.forced();
            let info = shape.info();
            let its_rank = rank(&shape, &info, &its.column);
            let wins = its_rank > own_rank || (at < self.at && its_rank == own_rank);
            let is_pivot = forced != Some(false)
                && shape.against(&info, forced == Some(true)).is_empty()
                && (its_rank.0 || shape.unlikely(&info).is_empty());
            if wins && is_pivot {
                return Some(format!(
                    "{} says already who owns {}, and one pivot for each table is supported",
                    shape.table.name, owned.table
                ));
            }
        }
        None
    }
}
