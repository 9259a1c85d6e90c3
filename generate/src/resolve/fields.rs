//! The columns of a table as fields of a row.

use super::resolver::{Resolver, Union, Unions};
use super::scalar;
use super::value_unions::ValueUnion;
use crate::analysis::owners::OwnerUnion;
use crate::analysis::pivot::PivotInfo;
use crate::config::{ColumnType, Config, Spanned};
use crate::error::{ConfigError, Error};
use crate::model::{ColumnModel, FieldKind, FieldModel, Literal, OwnerRef, Scalar, TableRef};
use crate::names::{self, Ident, Scope};
use crate::schema::{Column, RENAMED, Table};

impl<'a> Resolver<'a> {
    pub(super) fn columns(&self, table: &Table) -> Result<Vec<ColumnModel>, Error> {
        // `FLAGS` is a constant of the bitflags trait.
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
                scalar: scalar::scalar(self.config, table, column)?,
                not_null: column.not_null,
                default_sql: column.default.clone(),
                field: 0,
            });
        }
        Ok(columns)
    }

    pub(super) fn fields(
        &mut self,
        at: TableRef,
        table: &'a Table,
        type_name: &str,
        info: &PivotInfo,
        unions: &Unions,
        columns: &mut [ColumnModel],
    ) -> Result<Vec<FieldModel>, Error> {
        let mut scope = Scope::default();
        let mut fields: Vec<FieldModel> = Vec::new();
        let mut done = Scope::default();
        for column in table.columns.iter().filter(|column| !column.primary_key) {
            if done.has(&column.name) {
                continue;
            }
            let union = unions.of(&column.name);
            let covered = union.map_or_else(|| vec![column.name.as_str()], Union::columns);
            for name in &covered {
                done.take(*name);
            }
            let (names, doc, kind) = match union {
                Some(Union::Owner(union)) => {
                    let ty = self.owner(at, table, type_name, info, union, columns)?;
                    owner_field(table, union, ty)
                }
                Some(Union::Value(union)) => value_field(table, union, columns),
                None => {
                    let kind = self.single(table, column, columns);
                    (self.field_names(table, column, &kind), doc(column), kind)
                }
            };
            let mut places = positions(columns, covered.iter().copied());
            places.sort_unstable();
            for place in &places {
                columns[*place].field = fields.len();
            }
            fields.push(FieldModel {
                name: field_name(&mut scope, &names, &kind),
                columns: places,
                doc,
                kind,
            });
        }
        used(self.config, table, columns, &fields)?;
        Ok(fields)
    }

    /// The names that a field may have, the preferred one first. A foreign key loses its `_id`, unless
    /// another column has the shorter name.
    fn field_names(&self, table: &Table, column: &Column, kind: &FieldKind) -> Vec<Ident> {
        let own = Ident::new(&column.name);
        let section = self.config.column(&table.name, &column.name);
        if let Some(name) = section.and_then(|section| section.rename.as_ref()) {
            return vec![Ident::new(name.get_ref()), own];
        }
        let stem = own.stem().strip_suffix("_id").filter(|stem| {
            let mut others = table.columns.iter();
            matches!(kind, FieldKind::ForeignKey(_))
                && !stem.is_empty()
                && !others.any(|other| Ident::new(&other.name).stem() == *stem)
        });
        let stem = stem.map(Ident::new);
        // Every row has an id of its own, so a foreign key called `id` needs another name.
        let target = match kind {
            FieldKind::ForeignKey(key) if own.stem() == "id" => {
                let target = &self.schema.tables[key.target.0].name;
                Some(Ident::new(&self.config.singular(target)))
            }
            _ => None,
        };
        let target = target.filter(|word| {
            let mut others = table.columns.iter();
            !others.any(|other| Ident::new(&other.name).stem() == word.stem())
        });
        stem.into_iter().chain(target).chain([own]).collect()
    }

    /// What the field of a single column holds.
    fn single(&self, table: &Table, column: &Column, columns: &[ColumnModel]) -> FieldKind {
        let known = columns.iter().find(|known| known.name == column.name);
        let scalar = known.map_or(Scalar::Blob, |known| known.scalar);
        if let Some(key) = self.key(table, &column.name) {
            return FieldKind::ForeignKey(key);
        }
        let nullable = !column.not_null;
        if let Some(ty) = own_type(self.config, table, &column.name) {
            let ty = ty.into_inner().clone();
            return FieldKind::Own { ty, nullable };
        }
        let default = column.default.as_deref();
        let default = default.and_then(|sql| scalar::literal(sql, scalar));
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
}

/// The indexes of columns.
fn positions<'n>(columns: &[ColumnModel], names: impl Iterator<Item = &'n str>) -> Vec<usize> {
    let position = |name| columns.iter().position(|column| column.name == name);
    names.filter_map(position).collect()
}

/// Names, doc and kind of a field.
type Parts = (Vec<Ident>, String, FieldKind);

fn owner_field(table: &Table, union: &OwnerUnion, ty: OwnerRef) -> Parts {
    let required = union.required;
    let how = match required {
        true => "exactly one is set",
        false => "at most one is set",
    };
    let doc = union_doc(table, &Union::Owner(union).columns(), how);
    let kind = FieldKind::Owner { ty, required };
    (vec![Ident::new(&union.field)], doc, kind)
}

fn value_field(table: &Table, union: &ValueUnion, columns: &[ColumnModel]) -> Parts {
    let (ty, required) = (union.ty, union.required);
    let how = match required {
        true => "one value",
        false => "one value, or none",
    };
    let doc = union_doc(table, &Union::Value(union).columns(), how);
    let variants = union.columns.iter();
    let columns = variants
        .map(|variant| positions(columns, variant.iter().map(String::as_str)))
        .collect();
    let kind = FieldKind::Value {
        ty,
        required,
        columns,
    };
    (vec![Ident::new(&union.field)], doc, kind)
}

/// The first name whose setter, and whose accessor if it is a relation, is free too.
fn field_name(scope: &mut Scope, wanted: &[Ident], kind: &FieldKind) -> Ident {
    let relation = matches!(kind, FieldKind::ForeignKey(_) | FieldKind::Owner { .. });
    let views = Scope::methods();
    let taken = scope.clone();
    scope.ident_if(wanted, |ident| {
        let stem = ident.stem();
        let is_setter = stem.strip_prefix("set_").is_some_and(|of| taken.has(of));
        let has_setter = taken.has(&format!("set_{stem}"));
        let is_method = relation && views.has(stem);
        !(is_setter || has_setter || is_method)
    })
}

/// The type of the program's own that the config gives a column.
fn own_type<'c>(config: &'c Config, table: &Table, column: &str) -> Option<Spanned<&'c String>> {
    let section = config.column(&table.name, column)?;
    let wanted = section.type_name.as_ref()?;
    match wanted.get_ref() {
        ColumnType::Own(ty) => Some(Spanned::new(wanted.span(), ty)),
        ColumnType::Known(_) => None,
    }
}

/// Refuses a `rename`, an `enum` or a type of the program's own in the config that has no effect on the
/// column's field.
fn used(
    config: &Config,
    table: &Table,
    columns: &[ColumnModel],
    fields: &[FieldModel],
) -> Result<(), ConfigError> {
    for column in columns {
        let Some(section) = config.column(&table.name, &column.name) else {
            continue;
        };
        let kind = &fields[column.field].kind;
        let union = matches!(kind, FieldKind::Owner { .. } | FieldKind::Value { .. });
        if let Some(name) = section.rename.as_ref().filter(|_| union) {
            let what = format!("column {}.{} is part of a union", table.name, column.name);
            return Err(config.impossible(name.span(), what));
        }
        if let Some(ty) = own_type(config, table, &column.name)
            && !matches!(kind, FieldKind::Own { .. })
        {
            let what = format!(
                "column {}.{} points to a row or is part of a union; it cannot be {}",
                table.name,
                column.name,
                ty.get_ref()
            );
            return Err(config.impossible(ty.span(), what));
        }
        let is_enum = matches!(kind, FieldKind::Enum { .. });
        if let Some(name) = section.enum_name.as_ref().filter(|_| !is_enum) {
            let what = format!(
                "column {}.{} has no CHECK that lists its texts, so it is not an enum",
                table.name, column.name
            );
            return Err(config.impossible(name.span(), what));
        }
    }
    Ok(())
}

/// A comment of the schema without `@renamed from=hp`, which is for migrations and not for readers of the models;
/// `None` if nothing else is left.
pub(super) fn without_renames(comment: &str) -> Option<String> {
    let lines = comment.lines().filter_map(|line| {
        let Some((before, rest)) = line.split_once(RENAMED) else {
            return Some(line.to_owned());
        };
        let after = rest.split_once(' ').map_or("", |(_, after)| after);
        let kept = format!("{}{after}", before.trim_end());
        (!kept.trim().is_empty()).then_some(kept)
    });
    let kept = lines.collect::<Vec<_>>().join("\n");
    (!kept.trim().is_empty()).then_some(kept)
}

/// The comment of a column; without one its declaration, as code.
fn doc(column: &Column) -> String {
    column
        .comment
        .as_deref()
        .and_then(without_renames)
        .unwrap_or_else(|| {
            let ticks = if column.declaration.contains('`') {
                "``"
            } else {
                "`"
            };
            format!("{ticks}{}{ticks}", column.declaration)
        })
}

fn union_doc(table: &Table, columns: &[&str], how: &str) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
    let mut doc = format!("{}: {how}.", names.join(", "));
    let comments = columns.iter().filter_map(|name| {
        let comment = without_renames(table.column(name)?.comment.as_ref()?)?;
        Some(format!("\n\n`{name}`: {comment}"))
    });
    doc.extend(comments);
    doc
}
