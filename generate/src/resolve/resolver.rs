//! The state while a schema is resolved.

use std::collections::HashMap;

use super::enums::Enums;
use super::value_unions::ValueUnion;
use crate::analysis::owners::OwnerUnion;
use crate::analysis::relations::{Relation, Unfollowed};
use crate::config::Config;
use crate::model::{ForeignKeyModel, Model, TableRef};
use crate::names::Scope;
use crate::schema::{Schema, Table};

/// The state while a schema is resolved.
pub(super) struct Resolver<'a> {
    pub(super) schema: &'a Schema,
    pub(super) config: &'a Config,
    /// The tables by name.
    pub(super) places: HashMap<&'a str, TableRef>,
    /// The relations of each table.
    pub(super) relations: HashMap<String, Vec<Relation>>,
    pub(super) unfollowed: Vec<Unfollowed>,
    pub(super) enums: Enums,
    pub(super) types: Scope,
    pub(super) model: Model,
}

/// The unions of one table.
#[derive(Default)]
pub(super) struct Unions {
    pub(super) owners: Vec<OwnerUnion>,
    pub(super) values: Vec<ValueUnion>,
}

/// One of the unions of a table.
#[derive(Clone, Copy)]
pub(super) enum Union<'u> {
    Owner(&'u OwnerUnion),
    Value(&'u ValueUnion),
}

impl<'u> Union<'u> {
    /// Its columns.
    pub(super) fn columns(self) -> Vec<&'u str> {
        match self {
            Self::Owner(union) => union.columns.iter().map(String::as_str).collect(),
            Self::Value(union) => {
                let columns = union.columns.iter().flatten();
                columns.map(String::as_str).collect()
            }
        }
    }
}

impl Unions {
    /// The union that a column belongs to.
    pub(super) fn of(&self, column: &str) -> Option<Union<'_>> {
        let owners = self.owners.iter().map(Union::Owner);
        let mut all = owners.chain(self.values.iter().map(Union::Value));
        all.find(|union| union.columns().contains(&column))
    }
}

impl<'a> Resolver<'a> {
    /// The foreign key on a column.
    pub(super) fn key(&self, table: &Table, column: &str) -> Option<ForeignKeyModel> {
        let mut relations = self.relations.get(&table.name)?.iter();
        let relation = relations.find(|relation| relation.column == column)?;
        Some(ForeignKeyModel {
            target: *self.places.get(relation.target.as_str())?,
            nullable: relation.nullable,
            unique: relation.unique,
            on_delete: relation.on_delete,
            found: relation.found,
        })
    }

    pub(super) fn unfollowed_of(&self, table: &Table) -> Vec<Unfollowed> {
        let keys = self.unfollowed.iter();
        keys.filter(|key| key.table == table.name)
            .cloned()
            .collect()
    }
}
