//! A pivot: its rows say who owns what.

use crate::model::{PivotModel, TableRef};
use crate::names::{Ident, Scope};
use crate::schema::OnDelete;

use super::code::{Code, article, quoted, words};
use super::entity::{Info, foreign_key, table_info};
use super::owner;
use super::table::{Table, key_type};

/// The row type of a pivot, its owner enum, and its `PivotRow` impl.
pub(crate) fn pivot(code: &mut Code, table: &Table<'_>, pivot: &PivotModel) {
    let name = table.type_name();
    let model = table.model;
    let owned = &model[pivot.owned];
    let owner = &model[pivot.owner];
    // Every row has its id in `id`, whatever a column is called.
    let mut scope = Scope::default();
    scope.take("id");
    let owned_field = scope.ident(&[
        table.table.fields[pivot.owned_field].name.clone(),
        Ident::new("owned"),
    ]);
    let owner_field = &table.table.fields[pivot.owner_field].name;
    let (owned_key, owner_type) = (key_type(model, pivot.owned), &owner.type_name);
    let id = quoted(&format!("{}.{}", table.table.name, table.table.id_column));
    code.uses(&[
        "Id",
        "Pivot",
        "PivotRow",
        "TableId",
        "TableInfo",
        "TableKind",
    ]);
    code.doc(&id);
    code.line(format!("pub type {name}Id = Id<{name}>;\n"));
    code.prose(
        "",
        table.table.doc.as_deref(),
        &format!("A row of {}.", quoted(&table.table.name)),
    );
    code.line(format!(
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)] pub struct {name} {{"
    ));
    code.doc(&id);
    code.line(format!("pub id: {name}Id,"));
    let column = &table.table.fields[pivot.owned_field].columns;
    let column = column
        .first()
        .map_or("", |at| table.table.columns[*at].name.as_str());
    code.doc(format!(
        "The {} that is owned: {}.",
        words(owned.singular.stem()),
        quoted(column)
    ));
    code.line(format!("pub {owned_field}: {owned_key},"));
    code.doc("Who owns it.");
    code.line(format!("pub {owner_field}: {owner_type},\n}}\n"));
    code.line(format!("impl {name} {{"));
    for arm in &owner.arms {
        let word = words(arm.word.stem());
        code.doc(format!("Whether {} {word} owns it.", article(&word)));
        code.line(format!(
            "#[must_use] pub const fn is_{0}(&self) -> bool {{ self.{owner_field}.is_{0}() }}\n",
            arm.word.tail()
        ));
    }
    code.line("}\n");
    code.verbatim(|code| owner::owner_enum(code, model, owner));
    implementation(code, table, pivot, (&owned_field, owner_field));
}

fn implementation(
    code: &mut Code,
    table: &Table<'_>,
    pivot: &PivotModel,
    fields: (&Ident, &Ident),
) {
    let name = table.type_name();
    let (owned_field, owner_field) = fields;
    let owned = &table.model[pivot.owned].type_name;
    let owner = &table.model[pivot.owner].type_name;
    let owned_key = key_type(table.model, pivot.owned);
    code.line(format!(
        "impl PivotRow for {name} {{
        type Tables = Tables;
        type Owned = {owned};
        type Owner = {owner};

        const TABLE: TableId = TableId({});",
        table.at.0
    ));
    let keys = foreign_keys(code, table, pivot);
    let info = Info {
        keys,
        indexes: Vec::new(),
        checks: Vec::new(),
        kind: format!("Pivot {{ owned: {owned}::TABLE }}"),
    };
    table_info(code, table.model, table.at, &info);
    code.line(format!(
        "
        #[inline]
        fn new(id: {name}Id, {owned_field}: {owned_key}, {owner_field}: {owner}) -> Self {{
            Self {{ id, {owned_field}, {owner_field} }}
        }}

        #[inline]
        fn owned(&self) -> {owned_key} {{ self.{owned_field} }}
    }}\n"
    ));
}

/// The owned row first, and the arms in order.
fn foreign_keys(code: &mut Code, table: &Table<'_>, pivot: &PivotModel) -> Vec<String> {
    let model = table.model;
    let name = |at: TableRef| Some(model[at].type_name.as_str());
    let mut keys = Vec::new();
    for key in table
        .foreign_keys
        .iter()
        .filter(|key| key.field == pivot.owned_field)
    {
        let target = name(key.key.target);
        keys.push(foreign_key(
            code,
            key.column,
            target,
            key.on_delete,
            key.unique,
        ));
    }
    for arm in &model[pivot.owner].arms {
        let target = arm.key.as_ref().and_then(|key| name(key.target));
        let action = arm
            .key
            .as_ref()
            .map_or(OnDelete::Restrict, |key| key.on_delete);
        keys.push(foreign_key(code, arm.column, target, action, arm.unique));
    }
    keys
}
