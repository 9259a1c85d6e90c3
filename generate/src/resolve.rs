//! Puts schema, config and everything found out about them together to a [`Model`].

use crate::accessors;
use crate::columns::{self, Enums, ValueUnion};
use crate::config::{Config, Name};
use crate::error::{ConfigError, Error, ModelError};
use crate::model::{
    ColumnModel, FieldKind, FieldModel, ForeignKeyModel, Literal, Model, OwnerRef, Scalar,
    TableKind, TableModel, TableRef,
};
use crate::names::{self, Ident, Scope};
use crate::owners::{self, OwnerUnion};
use crate::pivot::{self, PivotInfo};
use crate::relations::{self, Relation};
use crate::schema::{CheckKind, Column, Partial, Schema, Table};
use crate::types;

/// What every entity's type name is put before.
const TYPE_ENDINGS: &[&str] = &["", "Key", "Id", "Columns", "Ref", "Mut"];

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
    let relations = relations::relations(schema, config)?;
    let mut types = Scope::types();
    let type_names = type_names(schema, config, &mut types)?;
    let enums = columns::enums(schema, config, &type_names, &mut types)?;
    let mut resolver = Resolver {
        schema,
        config,
        relations,
        enums,
        types,
        model: Model {
            ddl: schema.statements.clone(),
            ..Model::default()
        },
    };
    let mut world = Scope::default();
    let infos: Vec<PivotInfo> = schema
        .tables
        .iter()
        .map(|table| pivot::pivot_info(schema, config, &table.name))
        .collect::<Result<_, _>>()?;
    for ((table, type_name), info) in schema.tables.iter().zip(&type_names).zip(&infos) {
        let resolved = resolver.table(table, type_name, info, &mut world)?;
        resolver.model.tables.push(resolved);
    }
    resolver.model.enums = std::mem::take(&mut resolver.enums.models);
    let mut model = resolver.model;
    accessors::connect(&mut model, &infos);
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
        || names::singular(&table.name),
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
    schema: &'a Schema,
    config: &'a Config,
    relations: Vec<Relation>,
    enums: Enums,
    pub(crate) types: Scope,
    pub(crate) model: Model,
}

/// The unions of one table.
#[derive(Default)]
struct Unions {
    owners: Vec<OwnerUnion>,
    values: Vec<ValueUnion>,
}

impl Unions {
    /// The columns of the union that a column belongs to.
    fn of(&self, column: &str) -> Option<Vec<&str>> {
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
        let mut relations = self.relations.iter();
        let relation = relations.find(|r| r.table == table.name && r.column == column)?;
        let mut tables = self.schema.tables.iter();
        let target = tables.position(|table| table.name == relation.target)?;
        Some(ForeignKeyModel {
            target: TableRef(target),
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
            unions.values = columns::values(
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
            kind: TableKind::Entity,
            checks: Vec::new(),
            sql: table.sql.clone(),
            index_sql: table.index_sql.clone(),
        };
        model.checks = table
            .checks
            .iter()
            .filter(|check| !kept(&check.kind, &model, &unions))
            .map(|check| check.text.clone())
            .collect();
        for check in &model.checks {
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

    fn pivot_type(&self, table: &Table) -> Option<(String, std::ops::Range<usize>)> {
        let (_, section) = self.config.pivot(&table.name)?;
        let name = section.type_name.as_ref()?;
        Some((name.get_ref().clone(), name.span()))
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

    fn columns(&self, table: &Table) -> Result<Vec<ColumnModel>, Error> {
        // `FLAGS` is the word of the bitflags trait.
        let mut flags = Scope::default();
        flags.take("FLAGS");
        let mut columns = Vec::new();
        for column in table.columns.iter().filter(|column| !column.primary_key) {
            let flag = names::flag(&column.name);
            columns.push(ColumnModel {
                name: column.name.clone(),
                position: columns.len(),
                flag: flags.name(&[flag.clone(), format!("{flag}_")]),
                doc: doc(column),
                scalar: types::scalar(self.config, table, column)?,
                not_null: column.not_null,
                default_sql: column.default.clone(),
                field: 0,
            });
        }
        Ok(columns)
    }

    fn fields(
        &mut self,
        at: TableRef,
        table: &'a Table,
        type_name: &str,
        info: &PivotInfo,
        unions: &Unions,
        columns: &mut [ColumnModel],
    ) -> Result<Vec<FieldModel>, Error> {
        let place = |columns: &[ColumnModel], name: &str| {
            columns.iter().position(|column| column.name == name)
        };
        let mut scope = Scope::default();
        let mut fields: Vec<FieldModel> = Vec::new();
        let mut done = Scope::default();
        for column in table.columns.iter().filter(|column| !column.primary_key) {
            if done.has(&column.name) {
                continue;
            }
            let covered = unions
                .of(&column.name)
                .unwrap_or_else(|| vec![&column.name]);
            let mut places: Vec<usize> = covered
                .iter()
                .filter_map(|name| place(columns, name))
                .collect();
            places.sort_unstable();
            for name in &covered {
                done.take(*name);
            }
            let owner = unions
                .owners
                .iter()
                .find(|union| union.columns.contains(&column.name));
            let value = unions
                .values
                .iter()
                .find(|union| union.columns.iter().flatten().any(|c| *c == column.name));
            let (name, doc, kind) = if let Some(union) = owner {
                let ty = self.owner(at, table, type_name, info, union, columns)?;
                let how = if union.required {
                    "exactly one is set"
                } else {
                    "at most one is set"
                };
                let kind = FieldKind::Owner {
                    ty,
                    required: union.required,
                };
                (
                    vec![Ident::new(&union.field)],
                    union_doc(table, &union.columns, how),
                    kind,
                )
            } else if let Some(union) = value {
                let kind = FieldKind::Value {
                    ty: union.ty,
                    required: union.required,
                    columns: union
                        .columns
                        .iter()
                        .map(|v| v.iter().filter_map(|name| place(columns, name)).collect())
                        .collect(),
                };
                let names: Vec<String> = union.columns.iter().flatten().cloned().collect();
                let how = if union.required {
                    "one value"
                } else {
                    "one value, or none"
                };
                (
                    vec![Ident::new(&union.field)],
                    union_doc(table, &names, how),
                    kind,
                )
            } else {
                let scalar = place(columns, &column.name).map(|at| columns[at].scalar);
                let kind = self.single(table, column, scalar.unwrap_or(Scalar::Blob));
                (self.field_names(table, column, &kind), doc(column), kind)
            };
            for place in &places {
                columns[*place].field = fields.len();
            }
            fields.push(FieldModel {
                name: scope.ident(&name),
                columns: places,
                doc,
                kind,
            });
        }
        Ok(fields)
    }

    /// What a field may be called, the best name first. A foreign key loses its `_id`, unless a
    /// column has the name that is left.
    fn field_names(&self, table: &Table, column: &Column, kind: &FieldKind) -> Vec<Ident> {
        let own = Ident::new(&column.name);
        let section = self.config.column(&table.name, &column.name);
        if let Some(name) = section.and_then(|section| section.rename.as_ref()) {
            return vec![Ident::new(name.get_ref()), own];
        }
        let stem = column.name.strip_suffix("_id").filter(|stem| {
            matches!(kind, FieldKind::ForeignKey(_))
                && !stem.is_empty()
                && !table.columns.iter().any(|other| other.name == *stem)
        });
        stem.map(Ident::new).into_iter().chain([own]).collect()
    }

    fn single(&self, table: &Table, column: &Column, scalar: Scalar) -> FieldKind {
        if let Some(key) = self.key(table, &column.name) {
            return FieldKind::ForeignKey(key);
        }
        let nullable = !column.not_null;
        let default = column.default.as_deref();
        let default = default.and_then(|sql| types::literal(sql, scalar));
        match self.enums.of(&table.name, &column.name) {
            Some(ty) => FieldKind::Enum {
                ty,
                nullable,
                default: match &default {
                    Some(Literal::Text(text)) => self.enums.models[ty.0]
                        .variants
                        .iter()
                        .position(|variant| variant.text == *text),
                    _ => None,
                },
            },
            None => FieldKind::Scalar {
                ty: scalar,
                nullable,
                default,
            },
        }
    }

    fn owner(
        &mut self,
        at: TableRef,
        table: &Table,
        type_name: &str,
        info: &PivotInfo,
        union: &OwnerUnion,
        columns: &[ColumnModel],
    ) -> Result<OwnerRef, Error> {
        let arms = accessors::arms(self, table, info, union, columns);
        let wanted = match &union.type_name {
            Some((name, span)) if !names::is_plain(name) || self.types.has(name) => {
                let what = format!("{name:?} is no Rust name, or is there already");
                return Err(self.config.impossible(span.clone(), what).into());
            }
            Some((name, _)) => vec![name.clone()],
            None => match &info.owned {
                Some(owned) if info.is_pivot => {
                    let owned = self.schema.table(&owned.table);
                    let owned = owned.map(|owned| names::type_name(&singular(self.config, owned)));
                    let short = owned.map(|owned| format!("{owned}OwnedBy"));
                    short
                        .into_iter()
                        .chain([format!("{type_name}OwnedBy")])
                        .collect()
                }
                _ => vec![format!("{type_name}{}", names::type_name(&union.field))],
            },
        };
        let type_name = self.types.name(&wanted);
        let unused = union
            .columns
            .iter()
            .filter(|name| !union.allowed.contains(name));
        let always_null = unused
            .filter_map(|name| columns.iter().position(|column| column.name == *name))
            .collect();
        self.model.owners.push(crate::model::OwnerModel {
            type_name,
            table: at,
            arms,
            always_null,
        });
        Ok(OwnerRef(self.model.owners.len() - 1))
    }
}

/// The comment of a column; without one its declaration, as code.
fn doc(column: &Column) -> String {
    column.comment.clone().unwrap_or_else(|| {
        let ticks = if column.declaration.contains('`') {
            "``"
        } else {
            "`"
        };
        format!("{ticks}{}{ticks}", column.declaration)
    })
}

fn union_doc(table: &Table, columns: &[String], how: &str) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
    let mut doc = format!("{}: {how}.", names.join(", "));
    let comments = columns.iter().filter_map(|name| {
        let comment = table.column(name)?.comment.as_ref()?;
        Some(format!("\n\n`{name}`: {comment}"))
    });
    doc.extend(comments);
    doc
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
        CheckKind::Other => false,
    }
}
