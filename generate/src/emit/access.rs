//! What a program uses of an entity: `find_by_*`, relations and setters.

use crate::model::{ChildModel, ColumnSet, FieldKind, FieldModel, Scalar};
use crate::names::{Ident, Scope};

use super::by_value;
use super::code::{Code, all_quoted, allow_convention, article, link, method, quoted, words};
use super::columns::{fields_of, is_optional, real_bits, scalar, tuple};
use super::join;
use super::nests;
use super::owned;
use super::table::{ForeignKey, Table, key_type};

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

fn find_by_key(code: &mut Code, table: &Table<'_>, key: &ForeignKey, found: &mut Scope) -> String {
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

/// The name of a field as an argument: one of digits alone says nothing, not to clippy either.
pub(super) fn spoken(field: &Ident) -> Ident {
    if field.tail().chars().all(|c| c.is_ascii_digit() || c == '_') {
        return Ident::new(&format!("its_{}", field.tail()));
    }
    field.clone()
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

fn find_by_values(
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

/// The setter of a field; it returns a `Result` if something can be refused.
fn setter(code: &mut Code, table: &Table<'_>, at: usize) -> String {
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
