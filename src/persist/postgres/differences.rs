//! Comparing the tables of a world on a server with those of the models, by the server's catalogue.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Difference;

use super::error::Error;
use super::schema::{NEXT_IDS, Schema, WORLD};
use super::session::Session;

/// Whether there is a schema of this name with anything in it.
pub(super) fn is_there(session: &Session, schema: &Schema) -> Result<bool, Error> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1)";
    Ok(session.row(sql, &[&schema.world])?.try_get(0)?)
}

/// All differences between the tables of a world and the models; none if it can be opened.
///
/// Tables that the models do not have are ignored, as long as they do not point into the world. So are plain indexes,
/// comments, and storage parameters, as a fill factor.
pub(super) fn differences(session: &Session, schema: &Schema) -> Result<Vec<Difference>, Error> {
    let mut differences = Vec::new();
    compare_columns(session, schema, &mut differences)?;
    compare_constraints(session, schema, &mut differences)?;
    find_foreign(session, schema, &mut differences)?;
    Ok(differences)
}

/// A relation of the schema, with the declarations of its columns.
#[derive(Default)]
struct Relation {
    kind: String,
    is_logged: bool,
    has_row_security: bool,
    columns: BTreeMap<String, String>,
}

fn compare_columns(
    session: &Session,
    schema: &Schema,
    differences: &mut Vec<Difference>,
) -> Result<(), Error> {
    let sql = "SELECT c.relname::text, c.relkind::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            || CASE WHEN a.attgenerated <> '' THEN ' GENERATED' ELSE '' END
            || CASE WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END,
            c.relpersistence = 'p', c.relrowsecurity
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 'I')";
    let mut found: BTreeMap<String, Relation> = BTreeMap::new();
    for row in session.rows(sql, &[&schema.world])? {
        let relation = found.entry(row.try_get(0)?).or_default();
        relation.kind = row.try_get(1)?;
        (relation.is_logged, relation.has_row_security) = (row.try_get(4)?, row.try_get(5)?);
        if let (Some(column), Some(declared)) = (row.try_get(2)?, row.try_get(3)?) {
            relation.columns.insert(column, declared);
        }
    }
    for table in &schema.tables {
        let id = [(table.info.id, "bigint NOT NULL".to_owned())];
        let others = (table.columns.iter()).map(|column| (column.name, column.declaration()));
        let expected = id.into_iter().chain(others).collect();
        compare_table(&found, table.info.name, &expected, differences);
    }
    let text = || "text NOT NULL".to_owned();
    let number = || "bigint NOT NULL".to_owned();
    let ids = BTreeMap::from([("table_name", text()), ("next_id", number())]);
    compare_table(&found, NEXT_IDS, &ids, differences);
    let world = BTreeMap::from([
        ("world", text()),
        ("identity", text()),
        ("epoch", number()),
        ("generation", number()),
        ("owner", text()),
        ("since", "timestamp with time zone NOT NULL".to_owned()),
    ]);
    compare_table(&found, WORLD, &world, differences);
    Ok(())
}

fn compare_table(
    found: &BTreeMap<String, Relation>,
    name: &str,
    expected: &BTreeMap<&str, String>,
    differences: &mut Vec<Difference>,
) {
    let table = name.to_owned();
    let Some(relation) = found.get(name) else {
        return differences.push(Difference::NoTable { table });
    };
    if relation.kind != "r" {
        let kind = match relation.kind.as_str() {
            "v" | "m" => "view",
            "p" => "partitioned table",
            "f" => "foreign table",
            _ => "relation of another kind",
        };
        return differences.push(Difference::NotATable {
            table,
            kind: kind.to_owned(),
        });
    }
    // A crash empties a table that is not in the log; and row-level security hides rows.
    let of_table = |what: &str, expected| Difference::Constraint {
        table: table.clone(),
        what: what.to_owned(),
        expected,
    };
    if !relation.is_logged {
        differences.push(of_table("LOGGED (it is not in the write-ahead log)", true));
    }
    if relation.has_row_security {
        differences.push(of_table("row-level security", false));
    }
    for (&column, expected) in expected {
        let (table, column) = (table.clone(), column.to_owned());
        match relation.columns.get(&column) {
            None => differences.push(Difference::NoColumn { table, column }),
            Some(found) if found != expected => differences.push(Difference::Column {
                table,
                column,
                expected: expected.clone(),
                found: found.clone(),
            }),
            Some(_) => {}
        }
    }
    for column in relation.columns.keys() {
        if !expected.contains_key(column.as_str()) {
            let (table, column) = (table.clone(), column.clone());
            differences.push(Difference::UnknownColumn { table, column });
        }
    }
}

fn compare_constraints(
    session: &Session,
    schema: &Schema,
    differences: &mut Vec<Difference>,
) -> Result<(), Error> {
    // A constraint that was altered since, and does less or more than its name says, counts as another one.
    let sql = "SELECT c.relname::text, k.conname::text, pg_get_constraintdef(k.oid),
            NOT k.condeferred AND k.convalidated
                AND (k.contype <> 'f' OR (k.confdeltype = 'a' AND k.confupdtype = 'a' AND k.confmatchtype = 's')),
            k.condeferrable
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND k.contype IN ('c', 'f', 'p', 'u', 'x')";
    let mut found: BTreeMap<(String, String), (String, (bool, bool))> = BTreeMap::new();
    for row in session.rows(sql, &[&schema.world])? {
        let key = (row.try_get(0)?, row.try_get(1)?);
        found.insert(key, (row.try_get(2)?, (row.try_get(3)?, row.try_get(4)?)));
    }
    for table in &schema.tables {
        let name = table.info.name;
        for (key, constraint) in &table.constraints {
            let found = found.remove(&(name.to_owned(), key.clone()));
            if found.is_none_or(|(_, as_made)| as_made != (true, constraint.is_deferrable)) {
                differences.push(Difference::Constraint {
                    table: name.to_owned(),
                    what: constraint.what.clone(),
                    expected: true,
                });
            }
        }
    }
    for ((table, _), (what, _)) in found {
        if is_of_models(schema, &table) {
            differences.push(Difference::Constraint {
                table,
                what,
                expected: false,
            });
        }
    }
    Ok(())
}

fn is_of_models(schema: &Schema, table: &str) -> bool {
    schema.tables.iter().any(|own| own.info.name == table)
}

/// What would refuse rows, or change them behind the world's back.
fn find_foreign(
    session: &Session,
    schema: &Schema,
    differences: &mut Vec<Difference>,
) -> Result<(), Error> {
    let indexes = "SELECT c.relname::text, pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND (i.indisunique OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)";
    for row in session.rows(indexes, &[&schema.world])? {
        let (table, index): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if is_of_models(schema, &table) {
            differences.push(Difference::Index { table, index });
        }
    }
    let triggers = "SELECT c.relname::text, t.tgname::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND NOT t.tgisinternal
        UNION ALL SELECT c.relname::text, r.rulename::text
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind = 'r'
        ORDER BY 1, 2";
    for row in session.rows(triggers, &[&schema.world])? {
        let (table, trigger): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if is_of_models(schema, &table) {
            differences.push(Difference::Trigger { table, trigger });
        }
    }
    let keys = "SELECT source.relname::text, source.relnamespace = target.relnamespace, k.conrelid::regclass::text,
            target.relname::text
        FROM pg_constraint k JOIN pg_class source ON source.oid = k.conrelid
            JOIN pg_class target ON target.oid = k.confrelid JOIN pg_namespace n ON n.oid = target.relnamespace
        WHERE n.nspname = $1 AND k.contype = 'f'";
    let mut foreign = BTreeSet::new();
    for row in session.rows(keys, &[&schema.world])? {
        let (name, is_inside): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
        let target: String = row.try_get(3)?;
        if is_of_models(schema, &target) && !(is_inside && is_of_models(schema, &name)) {
            foreign.insert((row.try_get(2)?, target));
        }
    }
    let foreign = foreign.into_iter();
    differences.extend(foreign.map(|(table, target)| Difference::ForeignTable { table, target }));
    Ok(())
}
