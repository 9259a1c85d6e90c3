//! One table, with its unions, fields and indexes.

use super::checks;
use super::fields::without_renames;
use super::indexes;
use super::resolver::{Resolver, Unions};
use super::value_unions;
use crate::analysis::owners::{self, OwnerUnion};
use crate::analysis::pivot::PivotInfo;
use crate::config::Ids;
use crate::error::{ConfigError, Error};
use crate::model::{FieldKind, IdsModel, TableKind, TableModel, TableRef};
use crate::names::{Ident, Scope};
use crate::schema::Table;

impl<'a> Resolver<'a> {
    /// Resolves one table, up to what connects it with others.
    pub(super) fn table(
        &mut self,
        table: &'a Table,
        type_name: &str,
        info: &PivotInfo,
        world: &mut Scope,
    ) -> Result<TableModel, Error> {
        let at = TableRef(self.model.tables.len());
        let unions = self.unions(table, type_name, info)?;
        self.overlaps(table, &unions)?;
        let mut columns = self.columns(table)?;
        let fields = self.fields(at, table, type_name, info, &unions, &mut columns)?;
        let singular = self.config.singular(&table.name);
        let accessor = world.ident(&[
            Ident::new(self.config.bare(&table.name)),
            Ident::new(&table.name),
        ]);
        let plural = Ident::new(&self.config.plural(&table.name));
        let mut model = TableModel {
            name: table.name.clone(),
            doc: table.comment.as_deref().and_then(without_renames),
            type_name: type_name.to_owned(),
            accessor,
            singular: Ident::new(&singular),
            plural,
            id_column: table.primary_key.first().cloned().unwrap_or_default(),
            ids: self.ids(table),
            columns,
            fields,
            uniques: Vec::new(),
            indexes: Vec::new(),
            children: Vec::new(),
            owns_through: Vec::new(),
            owned_through: Vec::new(),
            links_through: Vec::new(),
            far_lists: Vec::new(),
            value_keys: Vec::new(),
            nest: None,
            unfollowed: self.unfollowed_of(table),
            kind: TableKind::Entity,
            checks: Vec::new(),
            conditions: Vec::new(),
            file_checks: Vec::new(),
            sql: table.sql.clone(),
            index_sql: table.index_sql.clone(),
        };
        checks::divide(&table.checks, table, &mut model, &unions);
        self.warn_of_defaults(table, &model);
        indexes::sets(
            table,
            &mut model,
            (&self.model.owners, &self.enums.models),
            &mut self.model.warnings,
        )?;
        Ok(model)
    }

    /// Who gives the ids of a table.
    fn ids(&self, table: &Table) -> IdsModel {
        let said = self.config.ids(&table.name).map(|ids| *ids.get_ref());
        if said == Some(Ids::Game) {
            return IdsModel::Given;
        }
        let id = table.columns.iter().find(|column| column.primary_key);
        let comment = id.and_then(|id| id.comment.clone());
        IdsModel::Numbered(comment.filter(|_| table.has_surrogate_id()))
    }

    /// The unions of a table: for a pivot that of its owner, else those that config and CHECKs define.
    fn unions(
        &mut self,
        table: &Table,
        type_name: &str,
        info: &PivotInfo,
    ) -> Result<Unions, Error> {
        if !info.is_pivot {
            return Ok(Unions {
                owners: owners::unions(self.schema, self.config, table)?,
                values: value_unions::values(
                    self.schema,
                    self.config,
                    table,
                    type_name,
                    &mut self.model.values,
                    &mut self.types,
                )?,
            });
        }
        self.no_unions(table)?;
        let arms = info.arms.iter();
        let used = arms.clone().filter(|arm| arm.used);
        let owner = OwnerUnion {
            field: "owner".to_owned(),
            columns: arms.map(|arm| arm.column.clone()).collect(),
            allowed: used.map(|arm| arm.column.clone()).collect(),
            required: true,
            proven: true,
            type_name: self.pivot_type(table),
            configured: false,
        };
        Ok(Unions {
            owners: vec![owner],
            values: Vec::new(),
        })
    }

    /// Warns about DEFAULTs that the engine does not apply.
    fn warn_of_defaults(&mut self, table: &Table, model: &TableModel) {
        for field in &model.fields {
            let FieldKind::Own { ty, .. } = &field.kind else {
                continue;
            };
            let column = &model.columns[field.columns[0]];
            let default = column.default_sql.as_deref().unwrap_or("NULL");
            if !default.eq_ignore_ascii_case("NULL") {
                self.model.warnings.push(format!(
                    "column {}.{}: DEFAULT {default} is not applied in memory, where a new row starts with the Default of \
                     {ty}; the game has to set the value",
                    table.name, column.name
                ));
            }
        }
    }

    fn pivot_type(&self, table: &Table) -> Option<(String, std::ops::Range<usize>)> {
        let (_, section) = self.config.pivot(&table.name)?;
        let name = section.type_name.as_ref()?;
        Some((name.get_ref().clone(), name.span()))
    }

    /// Refuses `owners` and `values` sections for a pivot, which has exactly one owner and no values.
    fn no_unions(&self, table: &Table) -> Result<(), ConfigError> {
        let sections = self.config.sections();
        let owners = sections.owners.get_key_value(table.name.as_str());
        let values = sections.values.get_key_value(table.name.as_str());
        let at = owners.map(|(name, _)| name.span());
        match at.or_else(|| values.map(|(name, _)| name.span())) {
            Some(at) => {
                let what = format!("table {:?} is a pivot, and has no unions", table.name);
                Err(self.config.impossible(at, what))
            }
            None => Ok(()),
        }
    }

    /// Refuses a column that is part of two unions.
    fn overlaps(&self, table: &Table, unions: &Unions) -> Result<(), ConfigError> {
        let mut seen = Scope::default();
        let owners = unions.owners.iter().flat_map(|union| union.columns.iter());
        let values = unions
            .values
            .iter()
            .flat_map(|union| union.columns.iter().flatten());
        for column in owners.chain(values) {
            if seen.has(column) {
                let sections = self.config.sections();
                let owner = sections.owners.get_key_value(table.name.as_str());
                let value = sections.values.get_key_value(table.name.as_str());
                let at = value.map(|(name, _)| name.span());
                let at = at.or_else(|| owner.map(|(name, _)| name.span()));
                let what = format!("column {}.{column} is part of two unions", table.name);
                return Err(self.config.impossible(at.unwrap_or_default(), what));
            }
            seen.take(column.clone());
        }
        Ok(())
    }
}
