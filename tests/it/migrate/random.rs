//! Random schemas, random rows and random changes of the schema: the file has the rows that a plain reckoning over
//! vectors gives, or is refused where that finds no row to write.

use std::collections::BTreeSet;

use gamedb::Consent;
use proptest::prelude::*;
use rusqlite::types::Value;

use super::SqlFile;

/// Texts, of which some are numbers.
const TEXTS: &[&str] = &[
    "",
    "7",
    "007",
    "1.5",
    "1.50",
    "abc",
    "-3",
    "1e2",
    "é'\"",
    "12abc",
    "9223372036854775808",
];

const TYPES: [&str; 3] = ["INTEGER", "REAL", "TEXT"];

#[derive(Clone, Debug, PartialEq)]
struct Column {
    /// Which column of the old table it was.
    origin: Option<usize>,
    name: String,
    ty: usize,
    is_nullable: bool,
    default: Option<Value>,
    is_unique: bool,
    /// Whether a CHECK asks for a value of at least 0.
    is_checked: bool,
    /// The table that it names rows of, by its place.
    target: Option<usize>,
}

#[derive(Clone, Debug)]
struct Table {
    /// Which old table it was.
    origin: Option<usize>,
    name: String,
    columns: Vec<Column>,
}

/// A change of one column.
#[derive(Clone, Debug)]
enum Edit {
    RenameTable(usize),
    Rename(usize, usize),
    Drop(usize, usize),
    Add(usize, Column),
    Type(usize, usize, usize),
    Nullable(usize, usize),
    Default(usize, usize, Value),
    Unique(usize, usize),
    Checked(usize, usize),
    Target(usize, usize, usize),
    NewTable,
}

fn value(ty: usize) -> BoxedStrategy<Value> {
    match ty {
        0 => prop_oneof![-3..12_i64, Just(9_007_199_254_740_993), Just(i64::MAX)]
            .prop_map(Value::Integer)
            .boxed(),
        1 => prop_oneof![Just(0.5), Just(2.0), Just(-1.0), Just(7.0), Just(1e300)]
            .prop_map(Value::Real)
            .boxed(),
        _ => prop::sample::select(TEXTS)
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed(),
    }
}

fn column() -> impl Strategy<Value = Column> {
    let flags = (any::<bool>(), any::<bool>(), 0..8_u8, 0..8_u8);
    (0..TYPES.len(), flags).prop_flat_map(|(ty, (is_nullable, has_default, unique, checked))| {
        value(ty).prop_map(move |default| Column {
            origin: None,
            name: String::new(),
            ty,
            is_nullable,
            default: has_default.then_some(default),
            is_unique: unique == 0,
            is_checked: checked == 0 && ty != 2,
            target: None,
        })
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = || (any::<usize>(), any::<usize>());
    prop_oneof![
        any::<usize>().prop_map(Edit::RenameTable),
        place().prop_map(|(table, column)| Edit::Rename(table, column)),
        place().prop_map(|(table, column)| Edit::Drop(table, column)),
        (any::<usize>(), column()).prop_map(|(table, column)| Edit::Add(table, column)),
        (place(), 0..TYPES.len()).prop_map(|((table, column), ty)| Edit::Type(table, column, ty)),
        place().prop_map(|(table, column)| Edit::Nullable(table, column)),
        (place(), (0..TYPES.len()).prop_flat_map(value))
            .prop_map(|((table, column), value)| Edit::Default(table, column, value)),
        place().prop_map(|(table, column)| Edit::Unique(table, column)),
        place().prop_map(|(table, column)| Edit::Checked(table, column)),
        (place(), any::<usize>()).prop_map(|((table, column), to)| Edit::Target(table, column, to)),
        Just(Edit::NewTable),
    ]
}

type Rows = Vec<Vec<Value>>;

fn sql(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}"),
        Value::Text(value) => format!("'{}'", value.replace('\'', "''")),
        Value::Blob(_) => panic!("no column has blobs"),
    }
}

/// The statements of a schema. With the old schema, renames are declared.
fn ddl(tables: &[Table], old: &[Table]) -> String {
    let mut ddl = String::new();
    for table in tables {
        let before = table.origin.and_then(|origin| old.get(origin));
        if let Some(before) = before.filter(|before| before.name != table.name) {
            ddl += &format!("-- @renamed from={}\n", before.name);
        }
        ddl += &format!("CREATE TABLE {} (\n    id INTEGER PRIMARY KEY", table.name);
        for column in &table.columns {
            ddl += ",\n";
            let source = before.and_then(|before| before.columns.get(column.origin?));
            if let Some(source) = source.filter(|source| source.name != column.name) {
                ddl += &format!("    -- @renamed from={}\n", source.name);
            }
            ddl += &format!("    {} {}", column.name, TYPES[column.ty]);
            let rules = [
                (!column.is_nullable, " NOT NULL"),
                (column.is_unique, " UNIQUE"),
            ];
            for (_, rule) in rules.iter().filter(|(has, _)| *has) {
                ddl += rule;
            }
            if let Some(default) = &column.default {
                ddl += &format!(" DEFAULT ({})", sql(default));
            }
            if column.is_checked {
                ddl += &format!(" CHECK ({} >= 0)", column.name);
            }
            if let Some(target) = column.target {
                ddl += &format!(" REFERENCES {} (id)", tables[target].name);
            }
        }
        ddl += "\n) STRICT;\n";
    }
    ddl
}

/// A table's place and a column's, where there are any.
fn place(tables: &[Table], table: usize, column: usize) -> Option<(usize, usize)> {
    let table = table % tables.len();
    let n_columns = tables[table].columns.len();
    (n_columns > 0).then(|| (table, column % n_columns))
}

fn apply(tables: &mut Vec<Table>, edit: Edit, number: usize) {
    let n_tables = tables.len();
    match edit {
        Edit::RenameTable(table) => tables[table % n_tables].name = format!("table{number}"),
        Edit::Add(table, column) => tables[table % n_tables].columns.push(Column {
            name: format!("c{number}"),
            ..column
        }),
        Edit::NewTable => tables.push(Table {
            origin: None,
            name: format!("table{number}"),
            columns: Vec::new(),
        }),
        Edit::Drop(table, column) => {
            if let Some((table, column)) = place(tables, table, column) {
                tables[table].columns.remove(column);
            }
        }
        Edit::Rename(table, column)
        | Edit::Type(table, column, _)
        | Edit::Nullable(table, column)
        | Edit::Default(table, column, _)
        | Edit::Unique(table, column)
        | Edit::Checked(table, column)
        | Edit::Target(table, column, _) => {
            if let Some((table, column)) = place(tables, table, column) {
                change(&mut tables[table].columns[column], edit, number, n_tables);
            }
        }
    }
}

fn change(column: &mut Column, edit: Edit, number: usize, n_tables: usize) {
    match edit {
        Edit::Rename(..) => column.name = format!("c{number}"),
        Edit::Type(_, _, ty) => {
            *column = Column {
                ty,
                default: None,
                is_checked: false,
                target: None,
                ..column.clone()
            };
        }
        Edit::Nullable(..) => column.is_nullable = !column.is_nullable,
        Edit::Default(_, _, value) if type_of(&value) == column.ty => column.default = Some(value),
        Edit::Unique(..) => column.is_unique = !column.is_unique,
        Edit::Checked(..) if column.ty != 2 => column.is_checked = !column.is_checked,
        Edit::Target(_, _, to) if column.ty == 0 => column.target = Some(to % n_tables),
        _ => {}
    }
}

fn type_of(value: &Value) -> usize {
    match value {
        Value::Integer(_) => 0,
        Value::Real(_) => 1,
        _ => 2,
    }
}

/// A value in another type, if it means the same there.
fn converted(value: &Value, ty: usize) -> Option<Value> {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "it is compared afterwards"
    )]
    match (value, ty) {
        (Value::Null, _) => Some(Value::Null),
        (value, ty) if type_of(value) == ty => Some(value.clone()),
        (Value::Integer(number), 1) => {
            let float = *number as f64;
            (float as i128 == i128::from(*number)).then_some(Value::Real(float))
        }
        (Value::Real(number), 0) => {
            let whole = *number as i128;
            let fits = whole as f64 == *number;
            i64::try_from(whole)
                .ok()
                .filter(|_| fits)
                .map(Value::Integer)
        }
        (Value::Integer(number), _) => Some(Value::Text(number.to_string())),
        (Value::Real(number), _) if *number == 1e300 => Some(Value::Text("1.0e+300".into())),
        (Value::Real(number), _) => Some(Value::Text(format!("{number:?}"))),
        (Value::Text(text), 0) => {
            let number: i64 = text.parse().ok()?;
            (number.to_string() == *text).then_some(Value::Integer(number))
        }
        (Value::Text(text), _) => text
            .parse()
            .ok()
            .filter(|number| keeps(text, *number))
            .map(Value::Real),
        (Value::Blob(_), _) => None,
    }
}

/// Whether a number says all that a text of digits says.
fn keeps(text: &str, number: f64) -> bool {
    let zeros = |text: &str| {
        text.starts_with('0') && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
    };
    let digits = |text: &str| {
        let mantissa = text.split('e').next().unwrap().replace(['.', '-'], "");
        mantissa.trim_matches('0').to_owned()
    };
    !zeros(text) && digits(text) == digits(&format!("{number:e}"))
}

/// The rows after the migration, with values that do not fit replaced; `None` if a person has to decide.
fn reckoned(old: &[Table], rows: &[Rows], new: &[Table]) -> Option<Vec<Rows>> {
    let mut all: Vec<Rows> = Vec::new();
    for table in new {
        let mut new_rows = Rows::new();
        for row in table.origin.map_or(&[][..], |origin| &rows[origin]) {
            let mut new_row = vec![row[0].clone()];
            for column in &table.columns {
                let source = table.origin.zip(column.origin);
                let source =
                    source.map(|(table, column)| (&old[table].columns[column], &row[column + 1]));
                let value = match source {
                    None => column.default.clone(),
                    Some((_, value)) => converted(value, column.ty)
                        .filter(|value| *value != Value::Null || column.is_nullable)
                        .or_else(|| column.default.clone()),
                };
                let is_kept =
                    source.is_some_and(|(_, value)| *value == Value::Null) && column.is_nullable;
                let value = if is_kept { Some(Value::Null) } else { value };
                new_row.push(match value {
                    Some(value) => value,
                    None if column.is_nullable => Value::Null,
                    None => return None,
                });
            }
            new_rows.push(new_row);
        }
        all.push(new_rows);
    }
    without_dangling(old, new, &mut all)?;
    let is_whole = new
        .iter()
        .zip(&all)
        .all(|(table, rows)| keeps_rules(table, rows));
    is_whole.then_some(all)
}

/// A new foreign key becomes NULL where it names no row.
fn without_dangling(old: &[Table], new: &[Table], all: &mut [Rows]) -> Option<()> {
    let ids: Vec<BTreeSet<i64>> = all
        .iter()
        .map(|rows| rows.iter().map(|row| id(&row[0])).collect())
        .collect();
    for (table, rows) in new.iter().zip(all) {
        for (column, place) in table.columns.iter().zip(1..) {
            let Some(target) = column.target else {
                continue;
            };
            let before = table.origin.zip(column.origin);
            let was_key = before.is_some_and(|(table, column)| {
                let before = old[table].columns[column].target;
                before.is_some() && before == new[target].origin
            });
            for row in &mut *rows {
                let is_dangling =
                    row[place] != Value::Null && !ids[target].contains(&id(&row[place]));
                // A DEFAULT that names no row is found when the whole file is checked.
                if is_dangling && (!column.is_nullable || was_key || before.is_none()) {
                    return None;
                }
                if is_dangling {
                    row[place] = Value::Null;
                }
            }
        }
    }
    Some(())
}

fn id(value: &Value) -> i64 {
    match value {
        Value::Integer(id) => *id,
        other => panic!("{other:?} is no id"),
    }
}

fn keeps_rules(table: &Table, rows: &Rows) -> bool {
    table.columns.iter().zip(1..).all(|(column, place)| {
        let values: Vec<_> = rows
            .iter()
            .map(|row| &row[place])
            .filter(|value| **value != Value::Null)
            .collect();
        let different: BTreeSet<_> = values.iter().map(|value| sql(value)).collect();
        let is_positive = |value: &&Value| match value {
            Value::Integer(value) => *value >= 0,
            Value::Real(value) => *value >= 0.0,
            _ => true,
        };
        (!column.is_unique || different.len() == values.len())
            && (!column.is_checked || values.iter().all(is_positive))
    })
}

/// The rows that a table takes, out of those that were made for it.
fn fitting(tables: &[Table], rows: &[Rows]) -> Vec<Rows> {
    let mut all: Vec<Rows> = Vec::new();
    for (table, candidates) in tables.iter().zip(rows) {
        let mut kept = Rows::new();
        for row in candidates {
            let mut row = row[..=table.columns.len()].to_vec();
            for (column, value) in table.columns.iter().zip(&mut row[1..]) {
                if type_of(value) != column.ty && *value != Value::Null {
                    *value = column.default.clone().unwrap_or(Value::Null);
                }
                let is_missing = *value == Value::Null && !column.is_nullable;
                if is_missing {
                    *value = [Value::Integer(1), Value::Real(1.0), Value::Text("x".into())]
                        [column.ty]
                        .clone();
                }
            }
            kept.push(row);
            if !keeps_rules(table, &kept)
                || kept
                    .iter()
                    .filter(|other| other[0] == kept[kept.len() - 1][0])
                    .count()
                    > 1
            {
                kept.pop();
            }
        }
        kept.sort_by_key(|row| id(&row[0]));
        all.push(kept);
    }
    all
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 4 => (0..TYPES.len()).prop_flat_map(value)]
}

fn tables() -> impl Strategy<Value = Vec<Table>> {
    let columns = prop::collection::vec(column(), 0..5);
    prop::collection::vec(columns, 1..4).prop_map(|tables| {
        let named = tables.into_iter().enumerate().map(|(table, columns)| {
            let columns = columns
                .into_iter()
                .enumerate()
                .map(|(number, column)| Column {
                    name: format!("a{number}"),
                    origin: Some(number),
                    ..column
                });
            Table {
                origin: Some(table),
                name: format!("t{table}"),
                columns: columns.collect(),
            }
        });
        named.collect()
    })
}

fn candidates() -> impl Strategy<Value = Vec<Rows>> {
    let row = (1..40_i64, prop::collection::vec(any_value(), 5))
        .prop_map(|(id, values)| [vec![Value::Integer(id)], values].concat());
    prop::collection::vec(prop::collection::vec(row, 0..8), 3)
}

fn n_cases() -> u32 {
    let cases = std::env::var("GAMEDB_MIGRATIONS").ok();
    cases.map_or(60, |cases| {
        cases.parse().expect("GAMEDB_MIGRATIONS is a number")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: n_cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_migrated_file_has_the_rows_that_it_should_have(
        old in tables(),
        candidates in candidates(),
        edits in prop::collection::vec(edit(), 0..6),
    ) {
        let rows = fitting(&old, &candidates);
        let mut new = old.clone();
        for (edit, number) in edits.into_iter().zip(10..) {
            apply(&mut new, edit, number);
        }
        let mut setup = ddl(&old, &[]);
        for (table, rows) in old.iter().zip(&rows) {
            for row in rows {
                let values: Vec<_> = row.iter().map(sql).collect();
                setup += &format!("INSERT INTO {} VALUES ({});\n", table.name, values.join(", "));
            }
        }
        let file = SqlFile::new(&setup);
        let before = file.all();
        let schema = ddl(&new, &old);
        let migration = file.plan(&schema);
        let drops = old.iter().flat_map(|table| {
            let new = new.iter().find(|new| old[new.origin.unwrap_or(0)].name == table.name && new.origin.is_some());
            let name = new.map_or(&table.name, |new| &new.name).clone();
            table.columns.iter().map(move |column| format!("{name}.{}", column.name))
        });
        let consent = drops.fold(Consent::new().lossy(), Consent::drop);
        let ran = migration.run(&consent);
        match reckoned(&old, &rows, &new) {
            None => {
                prop_assert!(ran.is_err(), "{schema}\n{migration}");
                prop_assert_eq!(file.all(), before);
            }
            Some(expected) => {
                prop_assert!(ran.is_ok(), "{:?}\n{schema}\n{migration}", ran.map_err(|error| error.to_string()));
                for (table, expected) in new.iter().zip(expected) {
                    let found = file.rows(&format!("SELECT * FROM {} ORDER BY id", table.name));
                    prop_assert_eq!(found, expected, "{}\n{}", schema, migration);
                }
                prop_assert!(file.plan(&schema).is_empty(), "{}", file.plan(&schema));
            }
        }
    }
}
