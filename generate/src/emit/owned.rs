//! Ownership on the views: who owns a row, and what a row owns.

use crate::model::{PivotModel, TableModel};
use crate::names::{Ident, Scope};

use super::code::{Code, allow_convention, article, method, quoted, words};
use super::table::{Table, key_type};

/// On an owned row: its owner, and the pivot's row.
pub(crate) fn owner(table: &Table<'_>) -> Vec<String> {
    let Some((pivot_table, pivot)) = table.table.owned_through.first().and_then(|at| {
        let pivot_table = &table.model[*at];
        Some((pivot_table, pivot_table.pivot()?))
    }) else {
        return Vec::new();
    };
    let word = table.word();
    let row = pivot_row(table, pivot_table, pivot);
    let owner = &table.model[pivot.owner].type_name;
    let owner_field = &pivot_table.fields[pivot.owner_field].name;
    let (accessor, allow) = (&pivot.owner_accessor, allow_convention(&row));
    vec![
        method(
            &format!("Who owns this {word}. O(1)."),
            &format!(
                "pub fn {accessor}(self) -> Option<{owner}> {{ self.{row}().map(|row| row.{owner_field}) }}"
            ),
        ),
        method(
            &format!(
                "The row of {} that says who owns this {word}. O(1).",
                quoted(&pivot_table.name)
            ),
            &format!(
                "{allow}pub fn {row}(self) -> Option<{}> {{ self.0.pivot_row() }}",
                pivot_table.type_name
            ),
        ),
    ]
}

/// The name of the pivot's row on the views of what is owned: `attribute_owner`.
fn pivot_row(table: &Table<'_>, pivot_table: &TableModel, pivot: &PivotModel) -> Ident {
    let mut scope = Scope::methods();
    scope.take(pivot.owner_accessor.stem());
    for field in &table.table.fields {
        scope.take(field.name.stem());
    }
    for child in &table.table.children {
        scope.take(child.accessor.stem());
    }
    for key in &table.table.value_keys {
        scope.take(key.accessor.stem());
    }
    for (_, other) in pivots(table) {
        scope.take(other.methods.list.stem());
        scope.take(other.methods.pivots.stem());
    }
    let word = &pivot_table.singular;
    scope.ident(&[word.clone(), Ident::new(&format!("{}_row", word.stem()))])
}

/// The pivots through which a table owns.
fn pivots<'m>(table: &Table<'m>) -> impl Iterator<Item = (&'m TableModel, &'m PivotModel)> {
    let model = table.model;
    table
        .table
        .owns_through
        .iter()
        .filter_map(move |at| Some((&model[*at], model[*at].pivot()?)))
}

/// On an owner, for reading: what it owns, and the pivot's rows.
pub(crate) fn lists(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let mut methods = Vec::new();
    for (pivot_table, pivot) in pivots(table) {
        code.uses(&["Rows"]);
        let owned = &table.model[pivot.owned];
        let (pivot_name, owned_name) = (&pivot_table.type_name, &owned.type_name);
        let (list, pivots) = (&pivot.methods.list, &pivot.methods.pivots);
        methods.push(method(
            &format!(
                "The {} that this {} owns, in the order in which they were added. O(1).",
                words(owned.accessor.stem()),
                table.word()
            ),
            &format!(
                "#[doc(alias = \"get_{}\")] #[inline]
                pub fn {list}(self) -> Rows<'w, {owned_name}> {{ self.0.owned() }}",
                list.stem()
            ),
        ));
        methods.push(method(
            &format!("The rows of {} that say so, in the same order.", quoted(&pivot_table.name)),
            &format!(
                "#[doc(alias = \"get_{}\")]
                pub fn {pivots}(self) -> impl DoubleEndedIterator<Item = {pivot_name}> + ExactSizeIterator + use<'w> {{
                    self.0.pivot_rows()
                }}",
                pivots.stem()
            ),
        ));
    }
    methods
}

/// On an owner, for writing: add, remove, replace all, give away.
pub(crate) fn verbs(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let mut methods = Vec::new();
    for (pivot_table, pivot) in pivots(table) {
        code.uses(&["Error", "NewOrKept"]);
        let owned = &table.model[pivot.owned];
        let (row, key) = (&owned.type_name, key_type(table.model, pivot.owned));
        let owner = &table.model[pivot.owner].type_name;
        let (me, one, many) = (
            table.word(),
            words(owned.singular.stem()),
            words(owned.accessor.stem()),
        );
        let (a, sql) = (article(&one), quoted(&pivot_table.name));
        let mut scope = Scope::default();
        scope.take("to");
        let argument = scope.ident(&[owned.singular.clone(), Ident::new("owned")]);
        let list = scope.ident(&[owned.accessor.clone(), Ident::new("all")]);
        let (add, remove, set, give) = (
            &pivot.methods.add,
            &pivot.methods.remove,
            &pivot.methods.set,
            &pivot.methods.give,
        );
        let not_the_owner = format!(
            "[`gamedb::ErrorKind::NotTheOwner`] when it is not this {me}'s; nothing was changed then."
        );
        methods.push(method(
            &format!(
                "Adds {a} {one} to this {me}: the {one}, and the row of {sql} that says so. O(1).

                # Errors
                When the {one} is refused; nothing was changed then."
            )
            .replace("\n                ", "\n"),
            &format!(
                "pub fn {add}(&mut self, {argument}: {row}) -> Result<{key}, Error> {{ self.0.add({argument}) }}"
            ),
        ));
        methods.push(method(
            &format!(
                "Removes {a} {one} of this {me}, and the row of {sql}.\n\n# Errors\n{not_the_owner}"
            ),
            &format!(
                "pub fn {remove}(&mut self, {argument}: {key}) -> Result<(), Error> {{
                    self.0.remove_owned({argument})
                }}"
            ),
        ));
        methods.push(method(
            &format!(
                "Replaces this {me}'s {many} by these: new ones, and keys of those that it keeps. All or nothing.\n\n\
                 # Errors\n[`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's {one}; nothing was changed then."
            ),
            &format!(
                "pub fn {set}(&mut self, {list}: impl IntoIterator<Item = impl Into<NewOrKept<{row}>>>)
                    -> Result<Vec<{key}>, Error> {{ self.0.set_owned({list}) }}"
            ),
        ));
        methods.push(method(
            &format!("Gives {a} {one} of this {me} to somebody else: one UPDATE of {sql}.\n\n# Errors\n{not_the_owner}"),
            &format!(
                "pub fn {give}(&mut self, {argument}: {key}, to: impl Into<{owner}>) -> Result<(), Error> {{
                    self.0.give({argument}, to)
                }}"
            ),
        ));
    }
    methods
}
