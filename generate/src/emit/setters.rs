//! `set_*`, and why a value can be refused.

use crate::model::{FieldKind, FieldModel, Scalar};
use crate::names::Ident;

use super::by_value;
use super::code::{Code, all_quoted, article, link, method, quoted, words};
use super::columns::{is_optional, scalar};
use super::table::{ForeignKey, Table};

/// The name of a field as an argument: one of digits alone says nothing, not to clippy either.
pub(super) fn spoken(field: &Ident) -> Ident {
    if field.tail().chars().all(|c| c.is_ascii_digit() || c == '_') {
        return Ident::new(&format!("its_{}", field.tail()));
    }
    field.clone()
}

/// The setter of a field; it returns a `Result` if something can be refused.
pub(super) fn setter(code: &mut Code, table: &Table<'_>, at: usize) -> String {
    let field = &table.table.fields[at];
    let (name, stem) = (&spoken(&field.name), field.name.tail());
    let (ty, value) = written(table, field);
    let variant = table.variant(at);
    let mut doc = format!("Sets {}.", link(table.type_name(), &field.name));
    let refusals = refusals(table, at);
    let text = if refusals.is_empty() {
        format!(
            "#[inline] pub fn set_{stem}(&mut self, {name}: {ty}) {{ self.0.put({variant}({value})); }}"
        )
    } else {
        code.uses(&["Error"]);
        doc.push_str(&format!("\n\n# Errors\n{}", sentence(&refusals)));
        format!(
            "#[inline] pub fn set_{stem}(&mut self, {name}: {ty}) -> Result<(), Error> {{
                self.0.set({variant}({value}))
            }}"
        )
    };
    method(&doc, &text)
}

/// The type of a setter's argument, and the value of the field made of it.
pub(super) fn written(table: &Table<'_>, field: &FieldModel) -> (String, String) {
    let name = &spoken(&field.name);
    match (scalar(field), is_optional(field)) {
        (Some(ty @ (Scalar::Text | Scalar::ShortText | Scalar::Blob)), false) => (
            format!("impl Into<{}>", ty.rust()),
            format!("{name}.into()"),
        ),
        _ => (table.field_type(field), name.to_string()),
    }
}

/// Several reasons as one sentence, one on each line.
pub(super) fn sentence(reasons: &[String]) -> String {
    format!("{}.", reasons.join(",\n"))
}

/// Why a foreign key can be refused: the row does not exist, or is taken.
fn refusals_of_keys(table: &Table<'_>, at: usize, reasons: &mut Vec<String>) {
    let field = &table.table.fields[at];
    let word = table.word();
    let keys: Vec<&ForeignKey> = table
        .foreign_keys
        .iter()
        .filter(|key| key.field == at)
        .collect();
    if !keys.is_empty() {
        let who = match &field.kind {
            FieldKind::ForeignKey(key) => words(table.model[key.target].singular.stem()),
            _ => "owner".to_owned(),
        };
        reasons.push(format!(
            "[`gamedb::ErrorKind::NoSuchRow`] when the {who} is not there"
        ));
    }
    for key in keys.iter().filter(|key| key.unique) {
        let parent = words(table.model[key.key.target].singular.stem());
        reasons.push(format!(
            "[`gamedb::ErrorKind::NotUnique`] when the {parent} has {} {word} already",
            article(&word)
        ));
    }
}

/// Why a value can be refused.
pub(super) fn refusals(table: &Table<'_>, at: usize) -> Vec<String> {
    let field = &table.table.fields[at];
    let word = table.word();
    let mut reasons = Vec::new();
    let columns = &table.table.columns;
    let has_reals = field
        .columns
        .iter()
        .any(|column| columns[*column].scalar == Scalar::F64);
    if has_reals
        && matches!(
            field.kind,
            FieldKind::Scalar { .. } | FieldKind::Own { .. } | FieldKind::Value { .. }
        )
    {
        reasons.push("[`gamedb::ErrorKind::NotANumber`] for NaN".to_owned());
    }
    refusals_of_keys(table, at, &mut reasons);
    by_value::refusals(table, at, &mut reasons);
    for set in table
        .table
        .uniques
        .iter()
        .filter(|set| set.fields.contains(&at))
    {
        reasons.push(match set.columns.as_slice() {
            [_] => format!("[`gamedb::ErrorKind::NotUnique`] when another {word} has it"),
            columns => {
                let names = columns
                    .iter()
                    .map(|at| table.table.columns[*at].name.as_str());
                format!(
                    "[`gamedb::ErrorKind::NotUnique`] when another {word} has the same {}",
                    all_quoted(names)
                )
            }
        });
    }
    let columns = field.columns.iter().map(|at| &columns[*at].name);
    let columns: Vec<&String> = columns.collect();
    for check in &table.table.checks {
        let mut compared = check.comparison.columns();
        let reason = format!(
            "[`gamedb::ErrorKind::CheckFailed`] unless {}",
            quoted(&check.sql)
        );
        if compared.any(|column| columns.contains(&column)) && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for condition in &table.table.conditions {
        let own = condition.expression.columns();
        if own.iter().any(|name| columns.iter().any(|own| own == name)) {
            let check = quoted(&condition.sql);
            let reason = format!("[`gamedb::ErrorKind::CheckFailed`] unless {check}");
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    if matches!(field.kind, FieldKind::Owner { .. }) && table.model.can_own_itself(table.at) {
        reasons.push(format!(
            "[`gamedb::ErrorKind::OwnsItself`] for an owner that the {word} owns"
        ));
    }
    reasons
}
