//! Relations by value: the row that a key names, the rows that name a row, and setters of several columns.

use crate::model::{ChildModel, ValueKeyModel};

use super::access::rows;
use super::code::{Code, all_quoted, allow_convention, method, words};
use super::setters::{refusals as all_refusals, sentence, spoken, written};
use super::table::Table;

/// The names of some columns of a table, as code in a doc.
fn quoted_columns(table: &Table<'_>, columns: &[usize]) -> String {
    let names = columns
        .iter()
        .map(|at| table.table.columns[*at].name.as_str());
    all_quoted(names)
}

/// `name` or `names`, for so many columns.
fn verb(columns: &[usize]) -> &'static str {
    match columns.len() {
        1 => "names",
        _ => "name",
    }
}

/// The row that a key by value names.
pub(super) fn named(table: &Table<'_>, at: usize) -> String {
    let key = &table.table.value_keys[at];
    let target = &table.model[key.target];
    let (accessor, ty, own) = (&key.accessor, &target.type_name, table.type_name());
    let constant = &table.value_key_names[at];
    let (word, columns) = (
        words(target.singular.stem()),
        quoted_columns(table, &key.columns),
    );
    let verb = verb(&key.columns);
    let allow = allow_convention(accessor);
    if key.nullable {
        let doc = match key.root {
            Some(_) => format!("The {word} that this one lies in, which {columns} {verb}. O(1)."),
            None => format!("The {word} that {columns} {verb}, if there is one. O(1)."),
        };
        let text = format!(
            "{allow}#[inline] pub fn {accessor}(self) -> Option<{ty}Ref<'w>> {{ self.0.named::<{ty}>({own}::{constant}) }}"
        );
        return method(&doc, &text);
    }
    let doc = format!("The {word} that {columns} {verb}. O(1).");
    let text = format!(
        "{allow}#[inline] pub fn {accessor}(self) -> {ty}Ref<'w> {{ self.0.required_named::<{ty}>({own}::{constant}) }}"
    );
    method(&doc, &text)
}

/// The rows whose key by value names a row of this table.
pub(super) fn naming(
    code: &mut Code,
    table: &Table<'_>,
    its: &Table<'_>,
    child: &ChildModel,
    key: usize,
) -> String {
    let columns = &its.table.value_keys[key].columns;
    let (columns, verb) = (quoted_columns(its, columns), verb(columns));
    let (name, accessor, word) = (its.type_name(), &child.accessor, table.word());
    let constant = &its.value_key_names[key];
    let allow = allow_convention(accessor);
    if child.unique {
        let doc = format!(
            "The {} whose {columns} {verb} this {word}. O(1).",
            its.word()
        );
        let text = format!(
            "{allow}pub fn {accessor}(self) -> Option<{name}Ref<'w>> {{ self.0.naming_one::<{name}>({name}::{constant}) }}"
        );
        return method(&doc, &text);
    }
    code.uses(&["Rows"]);
    let doc = match its.table.value_keys[key].root {
        Some(_) => format!(
            "The {} that lie in this {word}, in order of their ids: {columns} {verb} it. O(1).",
            rows(its)
        ),
        None => format!(
            "The {} whose {columns} {verb} this {word}, in order of their ids. O(1).",
            rows(its)
        ),
    };
    let text = format!(
        "{allow}pub fn {accessor}(self) -> Rows<'w, {name}> {{ self.0.naming::<{name}>({name}::{constant}) }}"
    );
    method(&doc, &text)
}

/// The setter of all columns of a key that has several.
pub(super) fn setter(code: &mut Code, table: &Table<'_>, key: &ValueKeyModel) -> Option<String> {
    let setter = key.setter.as_ref()?;
    code.uses(&["Error"]);
    let (mut arguments, mut values, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for column in &key.columns {
        let at = table.table.columns[*column].field;
        let field = &table.table.fields[at];
        let (ty, value) = written(table, field);
        arguments.push(format!("{}: {ty}", spoken(&field.name)));
        values.push(format!("{}({value})", table.variant(at)));
        for reason in all_refusals(table, at) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    let many = match arguments.len() {
        0..=6 => "",
        _ => "#[allow(clippy::too_many_arguments, reason = \"as many as columns\")] ",
    };
    let doc = format!(
        "Sets {} at once.\n\n# Errors\n{}",
        quoted_columns(table, &key.columns),
        sentence(&reasons)
    );
    let text = format!(
        "{many}pub fn {setter}(&mut self, {}) -> Result<(), Error> {{ self.0.set_all([{}]) }}",
        arguments.join(", "),
        values.join(", ")
    );
    Some(method(&doc, &text))
}

/// Why a write to a field can be refused: no row has the value, or another row names this one by it.
pub(super) fn refusals(table: &Table<'_>, at: usize, reasons: &mut Vec<String>) {
    let is_of_field = |column: &usize| table.table.columns[*column].field == at;
    for key in &table.table.value_keys {
        if key.columns.iter().any(is_of_field) {
            let target = &table.model[key.target];
            let reason = format!(
                "[`gamedb::ErrorKind::NoSuchValue`] when no {} has {}",
                words(target.singular.stem()),
                if key.columns.len() > 1 {
                    "these values"
                } else {
                    "it"
                }
            );
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
            if key.root.is_some() {
                reasons.push(format!(
                    "[`gamedb::ErrorKind::OwnsItself`] when this {word} lies in itself then",
                    word = table.word()
                ));
            }
        }
    }
    let keys = table
        .model
        .tables
        .iter()
        .flat_map(|other| &other.value_keys);
    let mut naming = keys.filter(|key| {
        let named = &table.model[key.target].uniques[key.target_index].columns;
        key.target == table.at && named.iter().any(is_of_field)
    });
    if naming.next().is_some() {
        reasons.push(format!(
            "[`gamedb::ErrorKind::StillNamed`] while another row names this {} by it",
            table.word()
        ));
    }
}
