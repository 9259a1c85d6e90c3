//! `find_by_*`: the rows with a parent, and those with the values of an index.

use crate::model::{ColumnSet, FieldKind, FieldModel, Scalar};
use crate::names::{Ident, Scope};

use super::access::rows;
use super::code::{Code, all_quoted, method, quoted, words};
use super::columns::{fields_of, is_optional, real_bits, scalar, tuple};
use super::setters::spoken;
use super::table::{ForeignKey, Table, key_type};

pub(super) fn find_by_key(
    code: &mut Code,
    table: &Table<'_>,
    key: &ForeignKey,
    found: &mut Scope,
) -> String {
    let name = table.type_name();
    let field = &table.table.fields[key.field].name;
    let by = match &key.arm {
        Some(arm) => Ident::new(&format!("{}_{}", field.stem(), arm.tail())),
        None => field.clone(),
    };
    let by = found.ident(&[by]);
    let by = by.tail();
    let argument = argument(field, &mut Scope::default());
    let target = &table.model[key.key.target];
    let column = quoted(&table.table.columns[key.column].name);
    let (key_type, constant) = (key_type(table.model, key.key.target), &key.constant);
    let (accessor, word) = (&table.table.accessor, words(target.singular.stem()));
    let children = format!("world.{accessor}.children(Self::{constant}, {argument}.raw())");
    if key.unique {
        let doc = format!("The {} whose {column} is this {word}. O(1).", table.word());
        let text = format!(
            "pub fn find_by_{by}(world: &World, {argument}: {key_type}) -> Option<{name}Ref<'_>> {{
                let (key, _) = {children}.next()?;
                world.get(key).ok()
            }}"
        );
        return method(&doc, &text);
    }
    code.uses(&["Rows"]);
    let doc = format!(
        "The {} whose {column} is this {word}, in order of their ids. O(1).",
        rows(table)
    );
    let text = format!(
        "pub fn find_by_{by}(world: &World, {argument}: {key_type}) -> Rows<'_, {name}> {{ {children} }}"
    );
    method(&doc, &text)
}

/// The name of an argument: the field's, unless the function has that for something else.
pub(super) fn argument(field: &Ident, scope: &mut Scope) -> Ident {
    for taken in ["world", "row", "key"] {
        scope.take(taken);
    }
    scope.ident(&[spoken(field), Ident::new(&format!("its_{}", field.tail()))])
}

/// What a finder takes and compares.
struct Search {
    arguments: String,
    /// What is hashed: the arguments, as the index hashes the fields.
    hashed: String,
    /// Whether a row has the values.
    equal: String,
    borrows: bool,
}

fn search(code: &mut Code, table: &Table<'_>, set: &ColumnSet) -> Search {
    let mut scope = Scope::default();
    let (mut arguments, mut hashed, mut equal) = (Vec::new(), Vec::new(), Vec::new());
    let mut borrows = false;
    for (field, column) in fields_of(table, set).zip(&set.columns) {
        let argument = argument(&field.name, &mut scope);
        let field_name = &field.name;
        let ty = match (&field.kind, scalar(field)) {
            (_, Some(Scalar::Text | Scalar::ShortText)) => "&str".to_owned(),
            (_, Some(Scalar::Blob)) => "&[u8]".to_owned(),
            // Nobody knows whether it can be copied.
            (FieldKind::Own { ty, .. }, _) => format!("&{ty}"),
            _ => plain_type(table, field),
        };
        borrows |= ty.starts_with('&');
        arguments.push(format!("{argument}: {ty}"));
        if set.no_case.contains(column) {
            code.uses(&["NoCase"]);
            equal.push(if is_optional(field) {
                format!("row.{field_name}.as_deref().map(NoCase) == Some(NoCase({argument}))")
            } else {
                format!("NoCase(&row.{field_name}) == NoCase({argument})")
            });
            hashed.push(format!("NoCase({argument})"));
            continue;
        }
        let is_own = matches!(field.kind, FieldKind::Own { .. });
        equal.push(match (scalar(field), is_optional(field)) {
            (Some(Scalar::Text | Scalar::ShortText | Scalar::Blob), true) => {
                format!("row.{field_name}.as_deref() == Some({argument})")
            }
            (_, true) if is_own => format!("row.{field_name}.as_ref() == Some({argument})"),
            (_, false) if is_own => format!("row.{field_name} == *{argument}"),
            (_, true) => format!("row.{field_name} == Some({argument})"),
            (_, false) => format!("row.{field_name} == {argument}"),
        });
        hashed.push(match scalar(field) {
            Some(Scalar::F64) => real_bits(&argument.to_string()),
            _ => argument.to_string(),
        });
    }
    Search {
        arguments: arguments.join(", "),
        hashed: tuple(hashed.into_iter()),
        equal: equal.join(" && "),
        borrows,
    }
}

pub(super) fn find_by_values(
    code: &mut Code,
    table: &Table<'_>,
    at: usize,
    set: &ColumnSet,
    unique: bool,
    found: &mut Scope,
) -> String {
    let name = table.type_name();
    let by = found.ident(std::slice::from_ref(&set.name));
    let by = by.tail();
    let Search {
        arguments,
        hashed,
        equal,
        borrows,
    } = search(code, table, set);
    let (generic, lifetime, world) = if borrows {
        ("<'w>", "'w", "&'w World")
    } else {
        ("", "'_", "&World")
    };
    let many = if set.fields.len() > 6 {
        "#[allow(clippy::too_many_arguments, reason = \"as many as columns\")]\n"
    } else {
        ""
    };
    let columns = all_quoted(
        set.columns
            .iter()
            .map(|at| table.table.columns[*at].name.as_str()),
    );
    let no_case = match set.no_case.as_slice() {
        [] => "",
        _ => ", whatever the case of ASCII letters",
    };
    let these = if set.columns.len() > 1 {
        "these"
    } else {
        "this"
    };
    let (accessor, index) = (&table.table.accessor, &table.index_names[at]);
    if unique {
        let doc = format!(
            "The {} with {these} {columns}{no_case}. O(1).",
            table.word()
        );
        let text = format!(
            "{many}pub fn find_by_{by}{generic}(world: {world}, {arguments}) -> Option<{name}Ref<{lifetime}>> {{
                let (key, _) = world.{accessor}.find(Self::{index}, {hashed}, |row| {equal}).next()?;
                world.get(key).ok()
            }}"
        );
        return method(&doc, &text);
    }
    code.uses(&["Rows"]);
    let doc = format!(
        "The {} with {these} {columns}{no_case}, in order of their ids. O(1).",
        rows(table)
    );
    let text = format!(
        "{many}pub fn find_by_{by}{generic}(world: {world}, {arguments}) -> Rows<{lifetime}, {name}> {{
            world.{accessor}.find(Self::{index}, {hashed}, |row| {equal})
        }}"
    );
    method(&doc, &text)
}

/// The type of a field as if it could not be NULL.
pub(super) fn plain_type(table: &Table<'_>, field: &FieldModel) -> String {
    let ty = table.field_type(field);
    match ty
        .strip_prefix("Option<")
        .and_then(|ty| ty.strip_suffix('>'))
    {
        Some(plain) if is_optional(field) => plain.to_owned(),
        _ => ty,
    }
}
