//! Puts schema, config and everything found out about them together to a [`Model`].

mod accessors;
mod enums;
mod fields;
mod types;

use std::collections::HashMap;

use crate::analysis::joins;
use crate::analysis::owners::{self, OwnerUnion};
use crate::analysis::pivot::{self, PivotInfo};
use crate::analysis::relations::{self, Relation, Unfollowed};
use crate::config::{Config, Name};
use crate::error::{ConfigError, Error, ModelError};
use crate::model::{
    CheckModel, FieldKind, ForeignKeyModel, Model, Scalar, TableKind, TableModel, TableRef,
};
use crate::names::{self, Ident, Scope};
use crate::schema::{Check, CheckKind, Comparison, Partial, Schema, Table};
use enums::{Enums, ValueUnion};

/// What every entity's type name is put before.
const TYPE_ENDINGS: &[&str] = &["", "Key", "Id", "Columns", "Field", "Ref", "Mut"];

/// Resolves a schema with its config.
///
/// # Errors
/// [`Error::Config`] for a config that does not fit the schema, [`Error::Model`] for a schema that
/// models cannot be made from.
pub fn resolve(schema: &Schema, config: &Config) -> Result<Model, Error> {
    config.verify(schema)?;
    for table in &schema.tables {
        supported(table)?;
    }
    let (all, unfollowed) = relations::relations(schema, config)?;
    let mut relations: HashMap<String, Vec<Relation>> = HashMap::new();
    for relation in all {
        let of_table = relations.entry(relation.table.clone());
        of_table.or_default().push(relation);
    }
    let tables = schema.tables.iter().enumerate();
    let places = tables.map(|(at, table)| (table.name.as_str(), TableRef(at)));
    let mut types = Scope::types();
    let type_names = type_names(schema, config, &mut types)?;
    let enums = enums::enums(schema, config, &type_names, &mut types)?;
    let mut resolver = Resolver {
        schema,
        config,
        places: places.collect(),
        relations,
        unfollowed,
        enums,
        types,
        model: Model {
            ddl: schema.statements.clone(),
            warnings: schema.warnings.clone(),
            ..Model::default()
        },
    };
    let mut world = Scope::default();
    let infos: Vec<PivotInfo> = pivot::pivot_infos(schema, config)?;
    let joins = joins::join_infos(schema, config, &infos)?;
    for ((table, type_name), info) in schema.tables.iter().zip(&type_names).zip(&infos) {
        let resolved = resolver.table(table, type_name, info, &mut world)?;
        resolver.model.tables.push(resolved);
    }
    resolver.model.enums = std::mem::take(&mut resolver.enums.models);
    let mut model = resolver.model;
    accessors::connect(&mut model, &infos, &joins);
    model.order = accessors::order(&model);
    Ok(model)
}

/// A type or variant name from the config, if it can be written as it is.
pub(crate) fn checked_name(config: &Config, name: &Name) -> Result<String, ConfigError> {
    if names::is_plain(name.get_ref()) {
        return Ok(name.get_ref().clone());
    }
    let what = format!("{:?} is no Rust name", name.get_ref());
    Err(config.impossible(name.span(), what))
}

/// The singular of a table's name.
pub(crate) fn singular(config: &Config, table: &Table) -> String {
    let said = config.table(&table.name).and_then(|t| t.singular.as_ref());
    said.map_or_else(
        || names::singular(Ident::new(&table.name).stem()),
        |name| name.get_ref().clone(),
    )
}

fn type_names(schema: &Schema, config: &Config, types: &mut Scope) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for table in &schema.tables {
        let said = config.table(&table.name).and_then(|t| t.type_name.as_ref());
        let wanted = match said {
            Some(name) => {
                let wanted = checked_name(config, name)?;
                if types.has(&wanted) {
                    let what = format!("type {wanted:?} is there already");
                    return Err(config.impossible(name.span(), what).into());
                }
                vec![wanted]
            }
            None => {
                let name = names::type_name(&singular(config, table));
                let row = format!("{name}Row");
                vec![name, row]
            }
        };
        found.push(types.name_with(&wanted, TYPE_ENDINGS));
    }
    Ok(found)
}

/// Refuses what models cannot be made from.
fn supported(table: &Table) -> Result<(), ModelError> {
    let name = || table.name.clone();
    if table.primary_key.len() > 1 {
        return Err(ModelError::CompositePrimaryKey {
            table: name(),
            columns: table.primary_key.clone(),
        });
    }
    if !table.rowid_key {
        return Err(ModelError::NoIntegerPrimaryKey { table: name() });
    }
    if let Some(column) = table.columns.iter().find(|column| column.generated) {
        return Err(ModelError::GeneratedColumn {
            table: name(),
            column: column.name.clone(),
        });
    }
    for index in &table.uniques {
        let why = match (&index.partial, &index.collation) {
            _ if index.expression => "is on an expression".to_owned(),
            (Partial::Where(text), _) => format!("covers only rows where {text}"),
            (_, Some(collation)) => format!("compares by {collation}"),
            _ => continue,
        };
        return Err(ModelError::Unique {
            table: name(),
            index: index.name.clone(),
            why,
        });
    }
    Ok(())
}

/// Resolving, under way.
pub(crate) struct Resolver<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) config: &'a Config,
    /// The tables by name.
    places: HashMap<&'a str, TableRef>,
    /// The relations of each table.
    relations: HashMap<String, Vec<Relation>>,
    unfollowed: Vec<Unfollowed>,
    pub(crate) enums: Enums,
    pub(crate) types: Scope,
    pub(crate) model: Model,
}

/// The unions of one table.
#[derive(Default)]
pub(crate) struct Unions {
    pub(crate) owners: Vec<OwnerUnion>,
    pub(crate) values: Vec<ValueUnion>,
}

impl Unions {
    /// The columns of the union that a column belongs to.
    pub(crate) fn of(&self, column: &str) -> Option<Vec<&str>> {
        let has = |columns: &[&str]| columns.contains(&column);
        let owners = self.owners.iter().map(|union| {
            let columns = union.columns.iter();
            columns.map(String::as_str).collect::<Vec<_>>()
        });
        let values = self.values.iter().map(|union| {
            let columns = union.columns.iter().flatten();
            columns.map(String::as_str).collect::<Vec<_>>()
        });
        owners.chain(values).find(|columns| has(columns))
    }
}

impl<'a> Resolver<'a> {
    /// The foreign key on a column.
    pub(crate) fn key(&self, table: &Table, column: &str) -> Option<ForeignKeyModel> {
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

    fn table(
        &mut self,
        table: &'a Table,
        type_name: &str,
        info: &PivotInfo,
        world: &mut Scope,
    ) -> Result<TableModel, Error> {
        let at = TableRef(self.model.tables.len());
        let mut unions = Unions::default();
        if info.is_pivot {
            self.no_unions(table)?;
            unions.owners.push(OwnerUnion {
                field: "owner".to_owned(),
                columns: info.arms.iter().map(|arm| arm.column.clone()).collect(),
                allowed: info
                    .arms
                    .iter()
                    .filter(|arm| arm.used)
                    .map(|arm| arm.column.clone())
                    .collect(),
                required: true,
                proven: true,
                type_name: self.pivot_type(table),
                configured: false,
            });
        } else {
            unions.owners = owners::unions(self.schema, self.config, table)?;
            unions.values = enums::values(
                self.schema,
                self.config,
                table,
                type_name,
                &mut self.model.values,
                &mut self.types,
            )?;
        }
        self.overlaps(table, &unions)?;
        let mut columns = self.columns(table)?;
        let fields = self.fields(at, table, type_name, info, &unions, &mut columns)?;
        let singular = singular(self.config, table);
        let mut model = TableModel {
            name: table.name.clone(),
            doc: table.comment.clone(),
            type_name: type_name.to_owned(),
            accessor: world.ident(&[Ident::new(&table.name)]),
            singular: Ident::new(&singular),
            id_column: table.primary_key.first().cloned().unwrap_or_default(),
            columns,
            fields,
            uniques: Vec::new(),
            indexes: Vec::new(),
            children: Vec::new(),
            owns_through: Vec::new(),
            owned_through: Vec::new(),
            links_through: Vec::new(),
            unfollowed: self.unfollowed_of(table),
            kind: TableKind::Entity,
            checks: Vec::new(),
            file_checks: Vec::new(),
            sql: table.sql.clone(),
            index_sql: table.index_sql.clone(),
        };
        let (checks, rest) = checks(&table.checks, &model);
        model.checks = checks;
        model.file_checks = rest
            .into_iter()
            .filter(|check| !kept(&check.kind, &model, &unions))
            .map(|check| check.text.clone())
            .collect();
        // What was translated has been warned of where it was.
        let said = |columns: &[String]| {
            let mut keys = table.unfollowed_keys.iter();
            keys.any(|key| key.columns == columns)
        };
        for key in model.unfollowed.iter().filter(|key| !said(&key.columns)) {
            self.model.warnings.push(format!(
                "table {}: foreign key {} -> {} ({}) is not followed in memory: {}",
                table.name,
                key.columns.join(", "),
                key.target,
                key.target_columns.join(", "),
                key.why
            ));
        }
        for check in &model.file_checks {
            self.model.warnings.push(format!(
                "table {}: CHECK ({check}) is kept by the file alone",
                table.name
            ));
        }
        accessors::sets(
            table,
            &mut model,
            &self.model.owners,
            &mut self.model.warnings,
        )?;
        Ok(model)
    }

    fn unfollowed_of(&self, table: &Table) -> Vec<Unfollowed> {
        let keys = self.unfollowed.iter();
        keys.filter(|key| key.table == table.name)
            .cloned()
            .collect()
    }

    fn pivot_type(&self, table: &Table) -> Option<(String, std::ops::Range<usize>)> {
        let (_, section) = self.config.pivot(&table.name)?;
        let name = section.type_name.as_ref()?;
        Some((name.get_ref().clone(), name.span()))
    }

    /// A pivot has one owner, and nothing else that could be a union.
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

    /// No column may be part of two unions.
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

/// The CHECKs that the engine keeps, and the others. It does not see the id, nor into pivots.
fn checks<'c>(checks: &'c [Check], table: &TableModel) -> (Vec<CheckModel>, Vec<&'c Check>) {
    let (mut kept, mut rest) = (Vec::new(), Vec::new());
    for check in checks {
        match &check.kind {
            CheckKind::Compare(comparisons)
                if table.pivot().is_none()
                    && comparisons
                        .iter()
                        .flat_map(Comparison::columns)
                        .all(|name| table.columns.iter().any(|column| column.name == *name)) =>
            {
                kept.extend(comparisons.iter().map(|comparison| CheckModel {
                    sql: check.text.clone(),
                    comparison: comparison.clone(),
                }));
            }
            _ => rest.push(check),
        }
    }
    (kept, rest)
}

/// Whether the types of the fields keep a CHECK.
fn kept(check: &CheckKind, table: &TableModel, unions: &Unions) -> bool {
    let column = |name: &String| table.columns.iter().find(|c| c.name == *name);
    let kind = |name: &String| column(name).map(|c| &table.fields[c.field].kind);
    match check {
        CheckKind::Texts { column, .. } => matches!(kind(column), Some(FieldKind::Enum { .. })),
        CheckKind::Bool(name) => column(name).is_some_and(|c| c.scalar == Scalar::Bool),
        CheckKind::IsNull(name) => unions
            .owners
            .iter()
            .any(|union| union.columns.contains(name) && !union.allowed.contains(name)),
        CheckKind::ExactlyOne(set) | CheckKind::AtMostOne(set) => {
            let exactly = matches!(check, CheckKind::ExactlyOne(_));
            let owners = unions.owners.iter().any(|union| {
                (union.required || !exactly)
                    && set.iter().all(|name| union.columns.contains(name))
                    && (!exactly || union.allowed.iter().all(|name| set.contains(name)))
            });
            let values = unions.values.iter().any(|union| {
                let of = |variant: &Vec<String>| {
                    set.iter().filter(|name| variant.contains(name)).count()
                };
                let counts: Vec<usize> = union.columns.iter().map(of).collect();
                let all_there = counts.iter().sum::<usize>() == set.len();
                (union.required || !exactly)
                    && all_there
                    && counts.iter().all(|n| *n == 1 || *n == 0 && !exactly)
            });
            owners || values
        }
        CheckKind::AllOrNone(set) => unions.values.iter().any(|union| {
            let mut variants = union.columns.iter();
            variants.any(|variant| set.iter().all(|name| variant.contains(name)))
        }),
        CheckKind::Compare(_) | CheckKind::Other => false,
    }
}
