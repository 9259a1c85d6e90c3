//! One table with the names that only its code needs, and the types of its fields.

use crate::model::{
    ColumnSet, FieldKind, FieldModel, ForeignKeyModel, Literal, Model, Scalar, TableModel, TableRef,
};
use crate::names::{self, Ident, Scope};
use crate::schema::{Clock, OnDelete};

use super::code::words;

/// A table that is being written down.
pub(crate) struct Table<'m> {
    pub(crate) model: &'m Model,
    pub(crate) at: TableRef,
    pub(crate) table: &'m TableModel,
    /// For each field its variant in the enum of fields: `FullName`.
    pub(crate) variants: Vec<String>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// The constants of the [indexes](Self::indexes): `BY_EMAIL`.
    pub(crate) index_names: Vec<String>,
    /// The constants of the keys by value: `OWNER_KEY`.
    pub(crate) value_key_names: Vec<String>,
}

/// A foreign key that the engine keeps true: a field, or an arm of an owner.
pub(crate) struct ForeignKey {
    pub(crate) key: ForeignKeyModel,
    pub(crate) column: usize,
    pub(crate) field: usize,
    /// The arm, if it is one: `player`.
    pub(crate) arm: Option<Ident>,
    /// The constant with its position, which is the column's flag: `OWNER_PLAYER_ID`.
    pub(crate) constant: String,
    pub(crate) unique: bool,
    /// What happens to this row when the other one goes.
    pub(crate) on_delete: OnDelete,
}

impl<'m> Table<'m> {
    pub(crate) fn new(model: &'m Model, at: TableRef) -> Self {
        let table = &model[at];
        let mut variants = Scope::default();
        let variant = |field: &FieldModel| variants.name(&[names::variant(field.name.stem())]);
        let mut table = Self {
            model,
            at,
            table,
            variants: table.fields.iter().map(variant).collect(),
            foreign_keys: foreign_keys(model, table),
            index_names: Vec::new(),
            value_key_names: Vec::new(),
        };
        let mut constants = Scope::default();
        for key in &table.foreign_keys {
            constants.take(&*key.constant);
        }
        let name = |(set, _): (&ColumnSet, bool)| {
            let name = names::flag(&format!("by_{}", set.name.stem()));
            constants.name(&[name.clone(), format!("{name}_INDEX")])
        };
        table.index_names = table.indexes().map(name).collect();
        let keys = table.table.value_keys.iter();
        let key_names = keys.map(|key| {
            let name = names::flag(&format!("{}_key", key.accessor.stem()));
            constants.name(&[name.clone(), format!("{name}_BY_VALUE")])
        });
        table.value_key_names = key_names.collect();
        table
    }

    /// The type of a row.
    pub(crate) fn type_name(&self) -> &'m str {
        &self.table.type_name
    }

    /// One row in words: `inventory entry`.
    pub(crate) fn word(&self) -> String {
        words(self.table.singular.stem())
    }

    /// A variant of the enum of fields: `PlayerField::Email`.
    pub(crate) fn variant(&self, field: usize) -> String {
        format!("{}Field::{}", self.type_name(), self.variants[field])
    }

    /// The foreign key in a column.
    pub(crate) fn foreign_key(&self, column: usize) -> Option<&ForeignKey> {
        self.foreign_keys.iter().find(|key| key.column == column)
    }

    /// UNIQUE sets and indexes as the engine counts them, each with whether it is unique.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = (&'m ColumnSet, bool)> {
        let plain = self.table.indexes.iter().map(|set| (set, false));
        self.table
            .uniques
            .iter()
            .map(|set| (set, true))
            .chain(plain)
    }

    /// The type of a field.
    pub(crate) fn field_type(&self, field: &FieldModel) -> String {
        let optional = |nullable: bool, ty: String| {
            if nullable {
                format!("Option<{ty}>")
            } else {
                ty
            }
        };
        match &field.kind {
            FieldKind::Scalar { ty, nullable, .. } => optional(*nullable, ty.rust().to_owned()),
            FieldKind::Own { ty, nullable } => optional(*nullable, ty.clone()),
            FieldKind::Enum { ty, nullable, .. } => {
                optional(*nullable, self.model[*ty].type_name.clone())
            }
            FieldKind::ForeignKey(key) => optional(key.nullable, key_type(self.model, key.target)),
            FieldKind::Owner { ty, required } => {
                optional(!required, self.model[*ty].type_name.clone())
            }
            FieldKind::Value { ty, required, .. } => {
                optional(!required, self.model[*ty].type_name.clone())
            }
        }
    }
}

/// The key of a table's rows: `PlayerKey`.
pub(crate) fn key_type(model: &Model, table: TableRef) -> String {
    format!("{}Key", model[table].type_name)
}

fn foreign_keys(model: &Model, table: &TableModel) -> Vec<ForeignKey> {
    let constant = |column: usize| table.columns[column].flag.clone();
    let mut found = Vec::new();
    for (place, field) in table.fields.iter().enumerate() {
        match &field.kind {
            FieldKind::ForeignKey(key) => {
                for &column in &field.columns {
                    found.push(ForeignKey {
                        key: key.clone(),
                        column,
                        field: place,
                        arm: None,
                        constant: constant(column),
                        unique: key.unique,
                        on_delete: key.on_delete,
                    });
                }
            }
            FieldKind::Owner { ty, required } => {
                for arm in &model[*ty].arms {
                    let Some(key) = &arm.key else { continue };
                    let action = match key.on_delete {
                        // A required owner cannot be NULL, in memory or in the file.
                        OnDelete::SetNull if *required => OnDelete::Restrict,
                        action => action,
                    };
                    found.push(ForeignKey {
                        key: key.clone(),
                        column: arm.column,
                        field: place,
                        arm: Some(arm.word.clone()),
                        constant: constant(arm.column),
                        unique: arm.unique,
                        on_delete: action,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// The zero of a type: what `Default` gives.
pub(crate) fn zero(ty: Scalar) -> &'static str {
    match ty {
        Scalar::Bool => "false",
        Scalar::I64 => "0",
        Scalar::F64 => "0.0",
        Scalar::Text => "String::new()",
        Scalar::ShortText => "EcoString::new()",
        Scalar::Blob => "Vec::new()",
    }
}

/// The value of a SQL DEFAULT, where it is something else than `Default` gives.
pub(crate) fn default_value(table: &Table<'_>, field: &FieldModel) -> Option<String> {
    let optional = |nullable: bool, value: String| {
        if nullable {
            format!("Some({value})")
        } else {
            value
        }
    };
    match &field.kind {
        FieldKind::Scalar {
            ty,
            nullable,
            default: Some(default),
        } => {
            let (value, zero) = literal(default, *ty)?;
            (*nullable || !zero).then(|| optional(*nullable, value))
        }
        FieldKind::Enum {
            ty,
            nullable,
            default: Some(at),
        } => {
            let ty = &table.model[*ty];
            let value = format!("{}::{}", ty.type_name, ty.variants[*at].name);
            (*nullable || *at != 0).then(|| optional(*nullable, value))
        }
        // A required owner has no value for "none", so the default is the null key, which finds no row.
        FieldKind::Owner { ty, required: true } => {
            let ty = &table.model[*ty];
            let arm = ty.arms.first()?;
            let none = match &arm.key {
                Some(key) => format!("{}::null()", key_type(table.model, key.target)),
                None => "0".to_owned(),
            };
            Some(format!("{}::{}({none})", ty.type_name, arm.variant))
        }
        _ => None,
    }
}

/// A literal in Rust, and whether it is what `Default` gives.
fn literal(literal: &Literal, ty: Scalar) -> Option<(String, bool)> {
    Some(match literal {
        Literal::Null => return None,
        Literal::Bool(value) => (value.to_string(), !value),
        Literal::I64(value) => (value.to_string(), *value == 0),
        Literal::F64(value) => (format!("{value:?}"), *value == 0.0),
        Literal::Text(text) if text.is_empty() => (zero(ty).to_owned(), true),
        Literal::Text(text) if ty == Scalar::ShortText => (format!("{text:?}.into()"), false),
        Literal::Text(text) => (format!("{text:?}.to_owned()"), false),
        Literal::Now(Clock::Text(format)) => {
            let short = if ty == Scalar::ShortText {
                ".into()"
            } else {
                ""
            };
            (format!("now_text({format:?}){short}"), false)
        }
        Literal::Now(Clock::Seconds) => ("now_seconds()".to_owned(), false),
        Literal::Blob(bytes) => (format!("vec!{bytes:?}"), bytes.is_empty()),
    })
}
