//! Join tables: what makes a link of a row, and the methods of the tables that are linked.

use crate::model::{FarList, JoinModel, JoinSide, TableModel};
use crate::names::{Ident, Scope};

use super::code::{Code, allow_convention, article, method, quoted, words};
use super::table::{Table, key_type};

/// The `Join` impl of a join table.
pub(crate) fn join(code: &mut Code, table: &Table<'_>) {
    let Some(JoinModel {
        sides: [left, right],
    }) = table.table.join()
    else {
        return;
    };
    let name = table.type_name();
    let target = |side: &JoinSide| table.model[side.table].type_name.as_str();
    let constant = |side: &JoinSide| {
        let key = table.foreign_key(side.column);
        key.map_or("", |key| key.constant.as_str())
    };
    let field = |side: &JoinSide| &table.table.fields[side.field].name;
    let (left_field, right_field) = (field(left), field(right));
    let rest = if table.table.fields.len() > 2 {
        ", ..Self::default()"
    } else {
        ""
    };
    // As arguments and as fields, they are called the same.
    code.uses(&["Join", "Key"]);
    code.line(format!(
        "impl Join for {name} {{
        type Left = {left};
        type Right = {right};

        const LEFT: usize = Self::{left_constant};
        const RIGHT: usize = Self::{right_constant};

        #[inline]
        fn link({left_field}: Key<{left}>, {right_field}: Key<{right}>) -> Self {{
            Self {{ {left_field}, {right_field}{rest} }}
        }}

        #[inline]
        fn ends(&self) -> (Key<{left}>, Key<{right}>) {{ (self.{left_field}, self.{right_field}) }}
        }}\n",
        left = target(left),
        right = target(right),
        left_constant = constant(left),
        right_constant = constant(right),
    ));
}

/// One end of a join as the views of its table see it.
struct End<'m> {
    join: &'m TableModel,
    near: &'m JoinSide,
    far: &'m JoinSide,
    /// `FromLeft` or `FromRight`.
    side: &'static str,
}

fn ends<'m>(table: &Table<'m>) -> impl Iterator<Item = End<'m>> {
    let model = table.model;
    table
        .table
        .links_through
        .iter()
        .filter_map(move |(at, near)| {
            let join = &model[*at];
            let [left, right] = &join.join()?.sides;
            let (near, far, side) = match near {
                0 => (left, right, "FromLeft"),
                _ => (right, left, "FromRight"),
            };
            Some(End {
                join,
                near,
                far,
                side,
            })
        })
}

/// For reading: the rows that a row is linked with.
pub(crate) fn lists(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let list = |end: End<'_>| {
        code.uses(&["Linked", end.side]);
        let far = &table.model[end.far.table];
        let (join, list, side) = (&end.join.type_name, &end.near.methods.list, end.side);
        let doc = format!(
            "The {} that {} links with this {}, in the order in which they were linked. O(1).",
            words(far.accessor.stem()),
            quoted(&end.join.name),
            table.word()
        );
        let allow = allow_convention(list);
        let text = format!(
            "{allow}#[inline] pub fn {list}(self) -> Linked<'w, {join}, {side}> {{ self.0.linked() }}"
        );
        method(&doc, &text)
    };
    ends(table).map(list).collect()
}

/// For reading: the rows at the other ends of joins with payload.
pub(crate) fn far_lists(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let list = |list: &FarList| {
        let join = Table::new(table.model, list.join);
        let constant = |column: usize| {
            let key = join.foreign_key(column);
            key.map_or_else(String::new, |key| key.constant.clone())
        };
        let far = &table.model[list.table];
        let (name, of) = (&list.accessor, join.type_name());
        let doc = format!(
            "The {} that rows of {} tie to this {}, in the order of those rows. One that\n\
             several of them tie comes several times. O(1).",
            words(far.accessor.stem()),
            quoted(&join.table.name),
            table.word()
        );
        code.uses(&["FarRows"]);
        let text = format!(
            "{}#[inline] pub fn {name}(self) -> FarRows<'w, {of}, {}> {{ self.0.far_rows({of}::{}, {of}::{}) }}",
            allow_convention(name),
            far.type_name,
            constant(list.near),
            constant(list.far),
        );
        method(&doc, &text)
    };
    table.table.far_lists.iter().map(list).collect()
}

/// For writing: link one, unlink one, link these and no others.
pub(crate) fn verbs(code: &mut Code, table: &Table<'_>) -> Vec<String> {
    let mut methods = Vec::new();
    for end in ends(table) {
        code.uses(&["Error", end.side]);
        let far = &table.model[end.far.table];
        let (join, side) = (&end.join.type_name, end.side);
        let (key, link_key) = (key_type(table.model, end.far.table), format!("{join}Key"));
        let (me, one, many) = (
            table.word(),
            words(far.singular.stem()),
            words(far.accessor.stem()),
        );
        let (a, sql) = (article(&one), quoted(&end.join.name));
        let mut scope = Scope::default();
        let argument = scope.ident(&[far.singular.clone(), Ident::new("other")]);
        let list = scope.ident(&[far.accessor.clone(), Ident::new("others")]);
        let names = &end.near.methods;
        let unchanged = "nothing was changed then";
        methods.push(method(
            &format!(
                "Links {a} {one} with this {me}: a row of {sql}. O(1).\n\n# Errors\n\
                 [`gamedb::ErrorKind::NotUnique`] when they are linked already,\n\
                 [`gamedb::ErrorKind::NoSuchRow`] when the {one} is not there; {unchanged}."
            ),
            &format!(
                "pub fn {}(&mut self, {argument}: {key}) -> Result<{link_key}, Error> {{
                    self.0.link::<{join}, {side}>({argument})
                }}",
                names.add
            ),
        ));
        methods.push(method(
            &format!(
                "Unlinks {a} {one} from this {me}: the row of {sql} goes, and the {one} stays. O(1).\n\n\
                 # Errors\n[`gamedb::ErrorKind::NotLinked`] when they are not linked; {unchanged}."
            ),
            &format!(
                "pub fn {}(&mut self, {argument}: {key}) -> Result<(), Error> {{
                    self.0.unlink::<{join}, {side}>({argument})
                }}",
                names.remove
            ),
        ));
        methods.push(method(
            &format!(
                "Links this {me} with these {many} and no others; links that are there already stay. All or\n\
                 nothing.\n\n# Errors\n[`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what \
                 linking and unlinking\nrefuse; {unchanged}."
            ),
            &format!(
                "pub fn {}(&mut self, {list}: impl IntoIterator<Item = {key}>) -> Result<(), Error> {{
                    self.0.set_links::<{join}, {side}>({list})
                }}",
                names.set
            ),
        ));
    }
    methods
}
