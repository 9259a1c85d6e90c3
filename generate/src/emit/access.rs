//! What a program uses of an entity: its finders, its relations, of which those by foreign keys are written here, and
//! its setters.

use crate::model::{ChildModel, FieldKind, FieldModel};
use crate::names::Scope;

use super::by_value;
use super::code::{Code, all_quoted, allow_convention, method, quoted, words};
use super::finders::{find_by_key, find_by_values};
use super::join;
use super::nests;
use super::owned;
use super::setters::setter;
use super::table::Table;

/// The `impl` blocks of a row type and of its views.
pub(crate) fn access(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    let mut found = Scope::default();
    let mut finders = Vec::new();
    for key in &table.foreign_keys {
        finders.push(find_by_key(code, table, key, &mut found));
    }
    for (at, (set, unique)) in table.indexes().enumerate() {
        finders.push(find_by_values(code, table, at, set, unique, &mut found));
    }
    finders.extend(nests::is_at_root(table));
    block(code, &format!("impl {name}"), &finders);
    nests::nested(code, table);

    let mut reading = Vec::new();
    for field in &table.table.fields {
        reading.extend(parent(table, field));
    }
    for at in 0..table.table.value_keys.len() {
        reading.push(by_value::named(table, at));
    }
    for child in &table.table.children {
        reading.push(children(code, table, child));
    }
    reading.extend(nests::at_root(table));
    reading.extend(owned::owner(table));
    reading.extend(owned::lists(code, table));
    reading.extend(join::lists(code, table));
    reading.extend(join::far_lists(code, table));
    block(code, &format!("impl<'w> {name}Ref<'w>"), &reading);

    let mut writing = Vec::new();
    for at in 0..table.table.fields.len() {
        writing.push(setter(code, table, at));
    }
    for key in &table.table.value_keys {
        writing.extend(by_value::setter(code, table, key));
    }
    writing.extend(nests::verbs(code, table));
    writing.extend(nests::verbs_of_owner(code, table));
    writing.extend(owned::verbs(code, table));
    writing.extend(join::verbs(code, table));
    block(code, &format!("impl {name}Mut<'_>"), &writing);
}

fn block(code: &mut Code, head: &str, methods: &[String]) {
    if methods.is_empty() {
        return;
    }
    // A program in one crate with its models uses a part of them.
    code.line("#[allow(dead_code)]");
    code.line(format!("{head} {{"));
    for method in methods {
        code.lay_out(1, |code| code.line(method));
    }
    code.line("}\n");
}

/// Rows of a table in words: `inventory entries`.
pub(super) fn rows(table: &Table<'_>) -> String {
    words(table.table.accessor.stem())
}

/// The row that a foreign key names.
fn parent(table: &Table<'_>, field: &FieldModel) -> Option<String> {
    let FieldKind::ForeignKey(key) = &field.kind else {
        return None;
    };
    let target = &table.model[key.target].type_name;
    let column = all_quoted(
        field
            .columns
            .iter()
            .map(|at| table.table.columns[*at].name.as_str()),
    );
    let word = words(table.model[key.target].singular.stem());
    let accessor = &field.name;
    let allow = allow_convention(accessor);
    let name = &field.name;
    Some(if key.nullable {
        let doc = format!("The {word} that {column} names, if it names one. O(1).");
        let text = format!(
            "{allow}#[inline] pub fn {accessor}(self) -> Option<{target}Ref<'w>> {{ self.0.parent(self.{name}?) }}"
        );
        method(&doc, &text)
    } else {
        let doc = format!("The {word} that {column} names. O(1).");
        let text = format!(
            "{allow}#[inline] pub fn {accessor}(self) -> {target}Ref<'w> {{ self.0.required_parent(self.{name}) }}"
        );
        method(&doc, &text)
    })
}

/// The rows whose foreign key names this one.
fn children(code: &mut Code, table: &Table<'_>, child: &ChildModel) -> String {
    let its = Table::new(table.model, child.table);
    if let Some(key) = child.value_key {
        return by_value::naming(code, table, &its, child, key);
    }
    let constant = its
        .foreign_key(child.column)
        .map_or("", |key| key.constant.as_str());
    let (name, accessor) = (its.type_name(), &child.accessor);
    let column = quoted(&its.table.columns[child.column].name);
    let allow = allow_convention(accessor);
    if child.unique {
        let doc = format!(
            "The {} whose {column} names this {}. O(1).",
            its.word(),
            table.word()
        );
        let text = format!(
            "{allow}pub fn {accessor}(self) -> Option<{name}Ref<'w>> {{ self.0.child::<{name}>({name}::{constant}) }}"
        );
        return method(&doc, &text);
    }
    code.uses(&["Rows"]);
    let doc = format!(
        "The {} whose {column} names this {}, in order of their ids. O(1).",
        rows(&its),
        table.word()
    );
    let text = format!(
        "{allow}pub fn {accessor}(self) -> Rows<'w, {name}> {{ self.0.children({name}::{constant}) }}"
    );
    method(&doc, &text)
}
