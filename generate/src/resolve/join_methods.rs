//! Names the methods of joins: by what word each end refers to the rows at the other end.

use crate::analysis::joins::{JoinInfo, JoinKind};
use crate::model::{
    FarList, FieldKind, JoinMethods, JoinModel, JoinSide, Model, TableKind, TableModel, TableRef,
};
use crate::names::{self, Ident, Scope};

/// Gives the tables that joins link their methods, and the joins their kind.
///
/// `wanted` counts the relations that want an accessor of this name on the views of a table; if there are
/// several, the accessor is named after the join table.
pub(super) fn connect(
    model: &mut Model,
    infos: &[JoinInfo],
    scopes: &mut [Scope],
    wanted: &dyn Fn(TableRef, &str) -> usize,
) {
    for (at, info) in infos.iter().enumerate() {
        if info.kind == JoinKind::WithPayload {
            model.tables[at].kind = TableKind::JoinWithPayload;
        }
        let Some(ends) = ends(model, at, info) else {
            continue;
        };
        let mut side = |near: usize, far: usize| {
            let (table, field, column) = ends[near];
            let (list, one) = words(model, at, &ends, far);
            let alone = wanted(table, list.stem()) < 2 && !says_more(model, at, &ends);
            let methods = methods(&scopes[table.0], &list, &one, &model.tables[at], alone);
            for name in [&methods.list, &methods.add, &methods.remove, &methods.set] {
                scopes[table.0].take(name.stem());
            }
            JoinSide {
                table,
                field,
                column,
                methods,
            }
        };
        let sides = [side(0, 1), side(1, 0)];
        for (near, side) in sides.iter().enumerate() {
            model.tables[side.table.0]
                .links_through
                .push((TableRef(at), near));
        }
        model.tables[at].kind = TableKind::Join(JoinModel { sides });
    }
}

/// The preferred names of the accessors of joins, each with the table whose views it is on.
pub(super) fn wanted(model: &Model, infos: &[JoinInfo]) -> Vec<(TableRef, String)> {
    let mut wanted = Vec::new();
    for (at, info) in infos.iter().enumerate() {
        let Some(ends) = ends(model, at, info) else {
            continue;
        };
        if says_more(model, at, &ends) {
            continue;
        }
        for (near, far) in [(0, 1), (1, 0)] {
            let (list, _) = words(model, at, &ends, far);
            wanted.push((ends[near].0, list.stem().to_owned()));
        }
    }
    wanted
}

/// One end of a join: the table, and the indexes of field and column.
type End = (TableRef, usize, usize);

/// Names the lists of the rows at the other ends of joins with payload. They are named last, so that no relation gets
/// another name because of them; a name that another relation wants, or a second list, is given to none of them.
pub(super) fn far_lists(
    model: &mut Model,
    infos: &[JoinInfo],
    scopes: &mut [Scope],
    wanted: &dyn Fn(TableRef, &str) -> usize,
) {
    let mut lists: Vec<(TableRef, FarList, bool)> = Vec::new();
    for (at, info) in infos.iter().enumerate() {
        if info.kind != JoinKind::WithPayload {
            continue;
        }
        let Some(ends) = ends_of(model, at, info) else {
            continue;
        };
        for (near, far) in [(0, 1), (1, 0)] {
            let (table, field, column) = ends[near];
            let is_one = matches!(
                &model.tables[at].fields[field].kind,
                FieldKind::ForeignKey(key) if key.unique
            );
            // Its accessor returns the one row as a view, which has the other end.
            if !is_one {
                let list = FarList {
                    accessor: words(model, at, &ends, far).0,
                    join: TableRef(at),
                    near: column,
                    far: ends[far].2,
                    table: ends[far].0,
                };
                lists.push((table, list, says_more(model, at, &ends)));
            }
        }
    }
    for n in 0..lists.len() {
        let (table, mut list, says_more) = lists[n].clone();
        let rivals = lists.iter().filter(|(other, rival, _)| {
            *other == table && rival.accessor.stem() == list.accessor.stem()
        });
        let is_only = rivals.count() == 1 && wanted(table, list.accessor.stem()) == 0;
        let alone = is_only && !says_more;
        let join = model[list.join].accessor.stem();
        let long = Ident::new(&format!("{}_by_{join}", list.accessor.tail()));
        let short = alone.then_some(list.accessor);
        let names: Vec<Ident> = short.into_iter().chain([long]).collect();
        list.accessor = scopes[table.0].ident(&names);
        model.tables[table.0].far_lists.push(list);
    }
}

/// The two ends of a plain join.
fn ends(model: &Model, at: usize, info: &JoinInfo) -> Option<[End; 2]> {
    match info.kind {
        JoinKind::Plain => ends_of(model, at, info),
        _ => None,
    }
}

/// The two ends of a join of any kind.
fn ends_of(model: &Model, at: usize, info: &JoinInfo) -> Option<[End; 2]> {
    let table = &model.tables[at];
    let end = |name: &String| {
        let column = table.columns.iter().position(|c| c.name == *name)?;
        let field = table.columns[column].field;
        match &table.fields[field].kind {
            FieldKind::ForeignKey(key) => Some((key.target, field, column)),
            _ => None,
        }
    };
    let [left, right] = info.ends.as_ref()?;
    Some([end(left)?, end(right)?])
}

/// Words in names of joins that say nothing.
const LINKING: &[&str] = &[
    "and", "has", "have", "in", "join", "link", "map", "mapping", "of", "rel", "relation", "to",
    "with", "x", "xref",
];

/// Whether the name of a join has a word that is in neither end: `guild_invites` between guilds and players says what
/// its rows mean, and they are no players of the guild.
fn says_more(model: &Model, at: usize, ends: &[End; 2]) -> bool {
    // The ends of a join of a table with itself are called as its columns, which say what they mean.
    if ends[0].0 == ends[1].0 {
        return false;
    }
    let join = &model.tables[at];
    let of_ends = ends.iter().flat_map(|(table, field, _)| {
        let table = &model[*table];
        let field = &join.fields[*field].name;
        let words = [&table.accessor, &table.singular, &table.plural, field];
        words.map(Ident::stem)
    });
    let known: Vec<String> = of_ends
        .flat_map(|name| name.split('_').map(names::singular))
        .collect();
    let mut words = join
        .accessor
        .stem()
        .split('_')
        .filter(|word| !word.is_empty());
    words.any(|word| {
        let one = names::singular(word);
        !LINKING.contains(&word)
            && !word.bytes().all(|b| b.is_ascii_digit())
            && !known.contains(&one)
    })
}

/// Plural and singular for the rows at an end: those of its table, or those of its column if both ends
/// point to the same table.
fn words(model: &Model, at: usize, ends: &[End; 2], far: usize) -> (Ident, Ident) {
    let (table, field, _) = ends[far];
    if ends[0].0 != ends[1].0 {
        let far = &model[table];
        return (far.plural.clone(), far.singular.clone());
    }
    let one = model.tables[at].fields[field].name.clone();
    let list = Ident::new(&names::plural_of_column(one.stem()));
    (list, one)
}

/// The first free set of names.
fn methods(
    scope: &Scope,
    list: &Ident,
    one: &Ident,
    join: &TableModel,
    alone: bool,
) -> JoinMethods {
    let join = join.accessor.stem();
    let first = if alone { 0_u64 } else { 1 };
    let named = |n: u64| {
        let end = match n {
            0 => String::new(),
            1 => format!("_by_{join}"),
            n => format!("_by_{join}_{n}"),
        };
        let name =
            |before: &str, word: &Ident| Ident::new(&format!("{before}{}{end}", word.tail()));
        JoinMethods {
            list: match n {
                0 => list.clone(),
                _ => name("", list),
            },
            add: name("add_", one),
            remove: name("remove_", one),
            set: name("set_", list),
        }
    };
    let free = |methods: &JoinMethods| {
        let names = [&methods.list, &methods.add, &methods.remove, &methods.set];
        names.iter().all(|name| !scope.has(name.stem()))
    };
    let mut n = first;
    while !free(&named(n)) {
        n += 1;
    }
    named(n)
}
