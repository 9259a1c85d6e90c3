//! Nests: what a row lies in, and putting it elsewhere. The verbs are the world's.

use crate::model::{NestModel, NestOwner, Scalar, TableRef};
use crate::names::Scope;

use super::access::rows;
use super::code::{Code, article, method, quoted};
use super::columns::scalar;
use super::finders::argument;
use super::table::Table;

/// The type of what the numbers are counted in.
fn within_type(table: &Table<'_>, nest: &NestModel) -> String {
    table.field_type(&table.table.fields[table.table.columns[nest.within].field])
}

/// The trait by which the world moves rows of a nest.
pub(super) fn nested(code: &mut Code, table: &Table<'_>) {
    let Some(nest) = &table.table.nest else {
        return;
    };
    code.uses(&["Nested"]);
    let field = |column: usize| table.table.columns[column].field;
    let [within, parent, child] = [nest.within, nest.parent, nest.child].map(field);
    let name = |field: usize| &table.table.fields[field].name;
    let copied = match scalar(&table.table.fields[within]) {
        Some(Scalar::Text | Scalar::ShortText | Scalar::Blob) => ".clone()",
        _ => "",
    };
    let (own, ty) = (table.type_name(), within_type(table, nest));
    code.line(format!("impl Nested for {own} {{"));
    code.line(format!("    type Within = {ty};\n"));
    code.line(format!(
        "    const NEST: usize = Self::{};\n",
        table.value_key_names[nest.key]
    ));
    code.line(format!(
        "    fn within(&self) -> {ty} {{\n        self.{}{copied}\n    }}\n",
        name(within)
    ));
    for (of, column) in [("child_number", child), ("parent_number", parent)] {
        code.line(format!(
            "    fn {of}(&self) -> i64 {{\n        self.{}\n    }}\n",
            name(column)
        ));
    }
    code.line(format!(
        "    fn place(within: {ty}, parent: i64, child: i64) -> [{own}Field; 3] {{\n        [\n            {}(within),\n            \
         {}(parent),\n            {}(child),\n        ]\n    }}",
        table.variant(within),
        table.variant(parent),
        table.variant(child)
    ));
    code.line("}\n");
}

/// Whether a row lies in another one.
pub(super) fn is_at_root(table: &Table<'_>) -> Option<String> {
    let nest = table.table.nest.as_ref()?;
    let parent = quoted(&table.table.columns[nest.parent].name);
    let doc = format!(
        "Whether the {} lies in no other one: {parent} is one of the numbers that mean none.",
        table.word()
    );
    Some(method(
        &doc,
        "pub fn is_at_root(&self) -> bool { Nested::is_at_root(self) }",
    ))
}

/// The nests whose numbers are counted in rows of a table.
fn of_owner<'m>(table: &Table<'m>) -> impl Iterator<Item = (Table<'m>, &'m NestOwner)> {
    let (model, at) = (table.model, table.at);
    let tables = (0..model.tables.len()).map(TableRef);
    tables.filter_map(move |its| {
        let owner = model[its].nest.as_ref()?.owner.as_ref()?;
        (owner.table == at).then(|| (Table::new(model, its), owner))
    })
}

/// The rows of an owner that lie in no other one.
pub(super) fn at_root(table: &Table<'_>) -> Vec<String> {
    let methods = of_owner(table).map(|(its, owner)| {
        let child = &table.table.children[owner.children];
        let (name, list) = (its.type_name(), &child.accessor);
        let doc = format!(
            "The {} of this {} that lie in no other one, in order of their ids. O(all of them).",
            rows(&its),
            table.word()
        );
        let text = format!(
            "pub fn {}(self) -> impl Iterator<Item = ({name}Key, &'w {name})> {{
                self.{list}().filter(|(_, row)| row.is_at_root())
            }}",
            owner.at_root
        );
        method(&doc, &text)
    });
    methods.collect()
}

/// The verbs of an owner.
pub(super) fn verbs_of_owner(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let mut methods = Vec::new();
    for (its, owner) in of_owner(table) {
        let (Some(add_at), Some(nest)) = (&owner.add_at, &its.table.nest) else {
            continue;
        };
        code.uses(&["Error"]);
        let column = |at: usize| quoted(&its.table.columns[at].name);
        let (name, word) = (its.type_name(), table.word());
        let doc = format!(
            "Adds a new {} to this {word}, with this {} and the next free {}.\nO(rows of this {word}) at most.\n\n\
             # Errors\nWhat `insert` refuses.",
            its.word(),
            column(nest.parent),
            column(nest.child),
        );
        let parent = argument_of(&its, nest.parent, &mut Scope::default());
        let text = format!(
            "pub fn {add_at}(&mut self, {parent}: i64, row: {name}) -> Result<{name}Key, Error> {{
                let key = self.0.key();
                self.0.world().insert_at(key, {parent}, row)
            }}"
        );
        methods.push(method(&doc, &text));
    }
    methods
}

/// The argument for a column of a nest.
fn argument_of(table: &Table<'_>, column: usize, scope: &mut Scope) -> String {
    let field = &table.table.fields[table.table.columns[column].field];
    argument(&field.name, scope).to_string()
}

/// The verbs of a row of a nest.
pub(super) fn verbs(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let Some(nest) = &table.table.nest else {
        return Vec::new();
    };
    code.uses(&["Error"]);
    let (name, word) = (table.type_name(), table.word());
    let column = |at: usize| quoted(&table.table.columns[at].name);
    let [within, parent, child] = [nest.within, nest.parent, nest.child].map(column);
    let errors = format!(
        "# Errors\n[`gamedb::ErrorKind::OwnsItself`] for {} {word} that lies in this one,\n\
         [`gamedb::ErrorKind::NoSuchValue`] when no {word} has the number,\n\
         and what the setters of {within}, {parent} and {child} refuse.",
        article(&word)
    );
    let elsewhere =
        format!("With another {within}, whose {child} is taken there gets the next free one.");
    let into_doc = format!(
        "Puts the {word} into another one, with all that lies in it.\n{elsewhere}\n\n{errors}"
    );
    let into = format!(
        "pub fn {}(&mut self, container: {name}Key) -> Result<(), Error> {{
            let key = self.0.key();
            self.0.world().put_into(key, container)
        }}",
        nest.put_into
    );
    let at_doc = format!(
        "Puts the {word} where {parent} says, with all that lies in it: into no other {word},\nor into that with this \
         number. {elsewhere}\n\n{errors}"
    );
    let mut scope = Scope::default();
    let own = argument_of(table, nest.within, &mut scope);
    let number = argument_of(table, nest.parent, &mut scope);
    let at = format!(
        "pub fn {}(&mut self, {own}: {}, {number}: i64) -> Result<(), Error> {{
            let key = self.0.key();
            self.0.world().put_at(key, {own}, {number})
        }}",
        nest.put_at,
        within_type(table, nest)
    );
    let mut methods = vec![method(&into_doc, &into), method(&at_doc, &at)];
    if let Some(add_content) = &nest.add_content {
        let doc = format!(
            "Adds a new {word} that lies in this one, with its {within} and the next free {child}.\nO(rows with this \
             {within}) at most.\n\n# Errors\nWhat `insert` refuses."
        );
        let text = format!(
            "pub fn {add_content}(&mut self, row: {name}) -> Result<{name}Key, Error> {{
                let key = self.0.key();
                self.0.world().insert_into(key, row)
            }}"
        );
        methods.push(method(&doc, &text));
    }
    methods
}
