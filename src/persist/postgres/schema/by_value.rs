//! Keys by value as foreign keys of the server.
//!
//! A foreign key names a constraint that is not deferrable, so the values that it names are unique after each row that is
//! written, and not only when the transaction ends. Rows that exchange such values, or pass them on, step aside first: their
//! flush gives them values that no row has (`plan.rs`). Where a CHECK might refuse these, or where PostgreSQL would
//! find another row than memory does, memory alone keeps the key.

use crate::schema::value::ColumnKind;
use crate::schema::{TableInfo, ValueKey};

use super::Table;

/// Adds the keys by value that the server can keep to all tables.
pub(super) fn constrain(tables: &mut [Table], world: &str, infos: &[&'static TableInfo]) {
    for (own, info) in infos.iter().enumerate() {
        for (n, key) in info.value_keys.iter().enumerate() {
            let target = key.table.index();
            let named = key.named_columns(infos);
            match kept_by_memory(tables, own, key, infos) {
                None => {
                    tables[target].check_at_once(named);
                    let listed = tables[target].listed(named);
                    tables[own].add_value_key(world, n, (infos[target].name, listed));
                }
                Some(why) => {
                    let names = tables[own].listed(key.own_columns(info)).replace('"', "");
                    let what = format!(
                        "key by value ({names}) to {} ({}): {why}",
                        infos[target].name,
                        infos[target].index_columns(key.target_index)
                    );
                    tables[own].kept_by_memory.push(what);
                }
            }
        }
    }
}

/// Why a key is not one of the server; `None` if it is.
fn kept_by_memory(
    tables: &[Table],
    own: usize,
    key: &ValueKey,
    infos: &[&'static TableInfo],
) -> Option<&'static str> {
    let (from, to) = (&tables[own], &tables[key.table.index()]);
    let (naming, named) = (key.own_columns(from.info), key.named_columns(infos));
    let mut pairs = naming.iter().zip(named);
    let differ = |(&own, &named): (&usize, &usize)| {
        let (own, named) = (from.columns[own].kind, to.columns[named].kind);
        own != named || own == ColumnKind::Real
    };
    let has_no_case = |table: &Table, index: usize| !table.info.indexes[index].no_case.is_empty();
    if key.root.is_some() {
        return Some("some numbers name no row");
    }
    if has_no_case(from, key.index) || has_no_case(to, key.target_index) {
        return Some("it compares by NOCASE");
    }
    if pairs.any(differ) {
        return Some("its columns have other types, or are REAL");
    }
    if named.iter().any(|column| to.checked.contains(column)) {
        return Some("a CHECK is about the columns that it names");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;
    use crate::schema::check_constraint::{Check, Comparison, Operand};
    use crate::schema::{IndexInfo, TableId, TableKind};

    const fn table(
        name: &'static str,
        value_keys: &'static [ValueKey],
        indexes: &'static [IndexInfo],
        checks: &'static [Check],
    ) -> TableInfo {
        TableInfo {
            name,
            id: "id",
            columns: &["code", "other"],
            foreign_keys: &[],
            value_keys,
            indexes,
            checks,
            conditions: &[],
            kind: TableKind::Entity,
        }
    }

    static KEY: [ValueKey; 1] = [ValueKey::to("code", 0, TableId(1), 0)];
    static NEST: [ValueKey; 1] = [ValueKey::to("code", 0, TableId(1), 0).nest(0, &[(0, 0)])];
    static INDEX: [IndexInfo; 1] = [IndexInfo::plain(&[0])];
    static NO_CASE: [IndexInfo; 1] = [IndexInfo::plain(&[0]).no_case(&[0])];
    static UNIQUE: [IndexInfo; 1] = [IndexInfo::unique(&[0])];
    static CHECK: [Check; 1] = [Check::new(
        "code >= 0",
        Operand::Column(0),
        Comparison::GreaterOrEqual,
        Operand::Integer(0),
    )];
    static OTHER_CHECK: [Check; 1] = [Check::new(
        "other >= 0",
        Operand::Column(1),
        Comparison::GreaterOrEqual,
        Operand::Integer(0),
    )];

    fn schema(from: &'static TableInfo, to: &'static TableInfo, own: &str, named: &str) -> Schema {
        let ddl = format!(
            "CREATE TABLE f (id INTEGER PRIMARY KEY, code {own}, other INTEGER);
             CREATE TABLE t (id INTEGER PRIMARY KEY, code {named}, other INTEGER);"
        );
        Schema::of("w", &[from, to], &ddl).expect("both tables have an equal")
    }

    /// A key is one of the server, or it is said why not; then the values that it names are checked as all others are.
    #[test]
    fn a_key_that_a_server_would_decide_otherwise_is_kept_by_memory() {
        static FROM: TableInfo = table("f", &KEY, &INDEX, &[]);
        static IN_A_NEST: TableInfo = table("f", &NEST, &INDEX, &[]);
        static WITHOUT_CASE: TableInfo = table("f", &KEY, &NO_CASE, &[]);
        static TO: TableInfo = table("t", &[], &UNIQUE, &[]);
        static CHECKED: TableInfo = table("t", &[], &UNIQUE, &CHECK);
        static OTHERWISE_CHECKED: TableInfo = table("t", &[], &UNIQUE, &OTHER_CHECK);
        for (from, to, own, named, expected) in [
            (&FROM, &TO, "TEXT", "TEXT NOT NULL", None),
            (&FROM, &TO, "INTEGER", "BOOLEAN", None),
            (&FROM, &TO, "BLOB", "BLOB NOT NULL", None),
            (&FROM, &OTHERWISE_CHECKED, "INTEGER", "INTEGER", None),
            (&FROM, &TO, "TEXT", "INTEGER", Some("other types")),
            (&FROM, &TO, "REAL", "REAL", Some("other types")),
            (&IN_A_NEST, &TO, "INTEGER", "INTEGER", Some("name no row")),
            (&WITHOUT_CASE, &TO, "TEXT", "TEXT", Some("NOCASE")),
            (&FROM, &CHECKED, "INTEGER", "INTEGER", Some("a CHECK")),
        ] {
            let schema = schema(from, to, own, named);
            let [from, to] = &schema.tables[..] else {
                unreachable!("there are two tables")
            };
            let said: Vec<_> = from.kept_by_memory.iter().collect();
            let has_key = (from.constraints.values()).any(|rule| rule.what.starts_with("FOREIGN"));
            let unique = to.constraints.values();
            let mut unique = unique.filter(|rule| rule.what.starts_with("UNIQUE"));
            let unique = unique.next().map(|rule| rule.is_deferrable);
            match expected {
                None => assert!(said.is_empty() && has_key, "{own} {named}: {said:?}"),
                Some(why) => assert!(
                    said.len() == 1 && said[0].contains(why) && !has_key,
                    "{own} {named}: {said:?}"
                ),
            }
            assert_eq!(unique, Some(expected.is_some()), "{own} {named}");
        }
    }

    #[test]
    fn rows_step_aside_in_a_column_that_their_update_writes() {
        static FROM: TableInfo = table("f", &KEY, &INDEX, &[]);
        static TO: TableInfo = table("t", &[], &UNIQUE, &[]);
        for (named, expected) in [
            ("TEXT", "NULL"),
            ("TEXT NOT NULL", "gen_random_uuid()::text"),
            ("BLOB NOT NULL", "uuid_send(gen_random_uuid())"),
        ] {
            let own = named.split(' ').next().unwrap_or_default();
            let schema = schema(&FROM, &TO, own, named);
            let set = schema.tables[1].steps_aside(|column| column == 0);
            assert_eq!(set, [format!("\"code\" = {expected}")]);
            let nothing: [&str; 0] = [];
            assert_eq!(schema.tables[1].steps_aside(|column| column == 1), nothing);
            assert_eq!(schema.tables[0].steps_aside(|_| true), nothing);
        }
    }
}
