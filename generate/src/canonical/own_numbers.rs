//! Keys of one integer column that nothing numbers: no AUTO_INCREMENT, no serial, no identity. The game gives such a
//! number, in any order and perhaps again after a removal, as no id can be; or it is the id of a row of another table.

use super::draft::TableDraft;
use crate::config::{Config, Ids, References};
use crate::input::ddl::{Ddl, DeclaredTable};
use crate::names::{self, Ident};
use crate::schema::{game_number, shared_key};

/// The reason why such a key is a UNIQUE field beside an id of gamedb's own; `None` if it is the id of its rows. What
/// other tables point to stays the id, and so does what is called an id.
pub(super) fn why_a_field(
    ddl: &Ddl,
    tables: &[TableDraft],
    config: &Config,
    at: usize,
    column: usize,
) -> Option<String> {
    let own = &tables[at].columns[column];
    let said = config.ids(&tables[at].name).map(|ids| *ids.get_ref());
    match said {
        Some(Ids::Field) => return Some(game_number(&own.name)),
        Some(Ids::Game | Ids::Gamedb) => return None,
        None => {}
    }
    let source = &ddl.tables[at];
    if source.columns[column].identity || is_pointed_to(ddl, tables, config, at) {
        return None;
    }
    let name = Ident::new(&own.name);
    let name = name.stem();
    if let Some(word) = name.strip_suffix("_id").filter(|word| !word.is_empty()) {
        let target = other_table(ddl, tables, config, at, column, word)?;
        return Some(format!("{}{}", shared_key(&own.name), tables[target].name));
    }
    let is_shared = |other: usize| other != at && ddl.tables[other].position(&own.name).is_some();
    let is_id = name.ends_with("id") || (0..tables.len()).any(is_shared);
    (!is_id).then(|| game_number(&own.name))
}

/// Whether a table has rows that others point to, by a declaration or by the config.
fn is_pointed_to(ddl: &Ddl, tables: &[TableDraft], config: &Config, at: usize) -> bool {
    let declared = ddl.tables.iter().any(|source| {
        let mut keys = source.foreign_keys.iter();
        keys.any(|key| ddl.position(&key.target, &source.schema) == Some(at))
    });
    let name = &tables[at].name;
    let sections = config.sections();
    let own = sections.columns.values();
    let own = own.filter_map(|section| section.references.as_ref());
    let mut said = own.chain(sections.references.values());
    declared || said.any(|to| matches!(to.get_ref(), References::Table(table) if table == name))
}

/// The other table that a key called `<word>_id` is the id of, by its name. The key of `old_letters` is its own,
/// though there are `letters` too.
fn other_table(
    ddl: &Ddl,
    tables: &[TableDraft],
    config: &Config,
    at: usize,
    column: usize,
    word: &str,
) -> Option<usize> {
    let (own, name) = (&tables[at], &tables[at].columns[column].name);
    if let Some(References::No(_)) = config.references(&own.name, name).map(|to| to.get_ref()) {
        return None;
    }
    let many = names::plural(word);
    let bare = Ident::new(config.bare(&own.name));
    let bare = bare.stem();
    let is_own = bare.ends_with(word)
        || bare.ends_with(&many)
        || config.singular(&own.name) == word
        || names::singular(bare) == word;
    let fits = |other: &usize| {
        let table = Ident::new(config.bare(&tables[*other].name));
        let table = table.stem();
        let is_named = table == word || table == many || names::singular(table) == word;
        let source = &ddl.tables[*other];
        // As for every guess: a plain column of that name in the target says that it means something else.
        let has_plain = source.position(name).is_some() && !is_key(source, name);
        *other != at && is_named && source.primary_key.len() == 1 && !has_plain
    };
    if is_own {
        return None;
    }
    let mut found = (0..tables.len()).filter(fits);
    found.next().filter(|_| found.next().is_none())
}

fn is_key(table: &DeclaredTable, column: &str) -> bool {
    let mut key = table.primary_key.iter();
    key.any(|key| key.eq_ignore_ascii_case(column))
}
