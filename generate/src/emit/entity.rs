//! A table whose rows are entities: the row, its columns and fields, and the `Entity` trait.

use crate::model::{CheckModel, FieldKind, FieldModel, Scalar, TableRef};
use crate::schema::{Comparison, OnDelete, Operand};

use super::code::{Code, positions, quoted};
use super::columns;
use super::table::{Table, default_value};

/// The types of an entity, and its `Entity` impl.
pub(crate) fn entity(code: &mut Code, table: &Table<'_>) {
    let (name, sql) = (table.type_name(), quoted(&table.table.name));
    code.uses(&["Id", "Key", "views"]);
    code.doc(format!("Handle of a row of {sql} in memory."));
    code.line(format!("pub type {name}Key = Key<{name}>;"));
    code.doc(quoted(&format!(
        "{}.{}",
        table.table.name, table.table.id_column
    )));
    code.line(format!("pub type {name}Id = Id<{name}>;\n"));
    row(code, table);
    code.verbatim(|code| flags(code, table));
    code.verbatim(|code| fields(code, table));
    code.line(format!("views!({name}, {name}Ref, {name}Mut);\n"));
    positions_of_keys(code, table);
    implementation(code, table);
    match table.table.owned_through.first() {
        Some(pivot) => {
            let pivot = &table.model[*pivot].type_name;
            code.uses(&["Owned"]);
            code.line(format!(
                "impl Owned for {name} {{ type Pivot = {pivot}; }}\n"
            ));
        }
        None => {
            code.uses(&["Standalone"]);
            code.line(format!("impl Standalone for {name} {{}}\n"));
        }
    }
}

fn row(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    let defaults: Vec<_> = table
        .table
        .fields
        .iter()
        .map(|field| default_value(table, field))
        .collect();
    let is_plain = defaults.iter().all(Option::is_none);
    let otherwise = format!("A row of {}.", quoted(&table.table.name));
    let derived = if is_plain {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    code.lay_out(0, |code| {
        code.prose("", table.table.doc.as_deref(), &otherwise);
        code.line(format!("#[derive({derived})] pub struct {name} {{"));
        for field in &table.table.fields {
            code.prose("", Some(&field.doc), &quoted(field.name.stem()));
            code.line(format!("pub {}: {},", field.name, table.field_type(field)));
        }
        code.line("}\n");
    });
    if is_plain {
        return;
    }
    code.lay_out(0, |code| {
        code.line(format!(
            "impl Default for {name} {{ fn default() -> Self {{\nSelf {{"
        ));
        for (field, default) in table.table.fields.iter().zip(defaults) {
            let value = default.unwrap_or_else(|| zero(table, field));
            code.line(format!("{}: {value},", field.name));
        }
        code.line("} } }\n");
    });
}

/// What `Default` gives for a field.
fn zero(table: &Table<'_>, field: &FieldModel) -> String {
    let plain = match &field.kind {
        _ if columns::is_optional(field) => "None",
        FieldKind::Scalar { ty, .. } => super::table::zero(*ty),
        FieldKind::ForeignKey(_) => "Key::null()",
        _ => return format!("{}::default()", table.field_type(field)),
    };
    plain.to_owned()
}

/// The flags of the columns, in the smallest integer that has a bit for each. rustfmt does not look into
/// macros.
fn flags(code: &mut Code, table: &Table<'_>) {
    let columns = &table.table.columns;
    let bits = match columns.len() {
        0..=8 => "u8".to_owned(),
        9..=16 => "u16".to_owned(),
        17..=32 => "u32".to_owned(),
        33..=64 => "u64".to_owned(),
        65..=128 => "u128".to_owned(),
        n => format!("[u64; {}]", n.div_ceil(64)),
    };
    code.uses(&["columns"]);
    code.line("columns! {");
    code.line(format!("    /// Columns of {}.", quoted(&table.table.name)));
    code.line(format!(
        "    pub struct {}Columns: {bits} {{",
        table.type_name()
    ));
    for column in columns {
        code.line(format!("        /// {}", quoted(&column.name)));
        code.line(format!(
            "        const {} = {};",
            column.flag, column.position
        ));
    }
    code.line("    }\n}\n");
}

/// The enum of the fields, a line each. rustfmt does not look into macros.
fn fields(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    code.uses(&["fields"]);
    code.line("fields! {");
    code.line(format!(
        "    pub enum {name}Field for {name}, {name}Columns {{"
    ));
    for (field, variant) in table.table.fields.iter().zip(&table.variants) {
        let flags = |columns: &mut dyn Iterator<Item = usize>| {
            let flags: Vec<&str> = columns
                .map(|column| table.table.columns[column].flag.as_str())
                .collect();
            flags.join(", ")
        };
        let columns = match &field.kind {
            FieldKind::Owner { ty, required } => {
                let word = if *required { "required_owner" } else { "owner" };
                let arms = &table.model[*ty].arms;
                let flags = flags(&mut arms.iter().map(|arm| arm.column));
                format!("{word} [{flags}]")
            }
            FieldKind::Value { columns, .. } => {
                let flags = flags(&mut columns.iter().flatten().copied());
                format!("union [{flags}]")
            }
            _ => flags(&mut field.columns.iter().copied()),
        };
        let ty = table.field_type(field);
        code.line(format!(
            "        {variant}: {ty} = {} => {columns},",
            field.name
        ));
    }
    code.line("    }\n}\n");
}

fn positions_of_keys(code: &mut Code, table: &Table<'_>) {
    if table.foreign_keys.is_empty() {
        return;
    }
    code.line(format!(
        "impl {} {{ // Positions of the foreign keys in `INFO`.",
        table.type_name()
    ));
    for (at, key) in table.foreign_keys.iter().enumerate() {
        code.line(format!("const {}: usize = {at};", key.constant));
    }
    code.line("}\n");
}

fn implementation(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    code.uses(&["ColumnProblem", "Row", "RowReader", "Table", "TableId"]);
    code.line(format!(
        "impl Row for {name} {{
        type Tables = Tables;

        const TABLE: TableId = TableId({});",
        table.at.0
    ));
    info(code, table);
    let reals = |at: &usize| table.table.columns[*at].scalar == Scalar::F64;
    flag_set(
        code,
        table,
        "REALS",
        (0..table.table.columns.len()).filter(reals),
    );
    flag_set(code, table, "INDEXED", indexed(table).into_iter());
    flag_set(code, table, "CHECKED", checked(table).into_iter());
    code.line("");
    code.lay_out(1, |code| columns::parent(code, table));
    code.lay_out(1, |code| columns::orphaned(code, table));
    code.lay_out(1, |code| columns::index_hash(code, table));
    code.lay_out(1, |code| columns::index_eq(code, table));
    code.lay_out(1, |code| columns::value(code, table));
    code.lay_out(1, |code| columns::load(code, table));
    code.line("}\n");
}

/// The columns that an index or a foreign key is on, ascending.
pub(crate) fn indexed(table: &Table<'_>) -> Vec<usize> {
    let keys = table.foreign_keys.iter().map(|key| key.column);
    let sets = table
        .indexes()
        .flat_map(|(set, _)| set.columns.iter().copied());
    let mut columns: Vec<usize> = keys.chain(sets).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The columns of CHECKs that the engine keeps, ascending.
pub(crate) fn checked(table: &Table<'_>) -> Vec<usize> {
    let is_checked = |name: &String| {
        let mut checks = table.table.checks.iter();
        checks.any(|check| check.comparison.columns().any(|column| column == name))
    };
    let columns = table.table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| is_checked(&column.name))
        .map(|(at, _)| at)
        .collect()
}

fn flag_set(code: &mut Code, table: &Table<'_>, name: &str, columns: impl Iterator<Item = usize>) {
    let ty = format!("{}Columns", table.type_name());
    let mut set = String::new();
    for column in columns {
        let flag = table.flag(column);
        set = if set.is_empty() {
            flag
        } else {
            format!("{set}.union({flag})")
        };
    }
    if set.is_empty() {
        set = format!("{ty}::empty()");
    }
    code.line(format!("const {name}: {ty} = {set};"));
}

/// What the engine has to know of the table.
fn info(code: &mut Code, table: &Table<'_>) {
    code.uses(&["TableInfo", "TableKind"]);
    let keys = table.foreign_keys.iter();
    let keys = keys.map(|key| {
        let target = Some(table.model[key.key.target].type_name.as_str());
        let text = foreign_key(code, key.column, target, key.on_delete, key.unique);
        let owner = if key.arm.is_some() { ".owner()" } else { "" };
        format!("{text}{owner}")
    });
    let keys: Vec<String> = keys.collect();
    let indexes = table.indexes().map(|(set, unique)| {
        code.uses(&["IndexInfo"]);
        let word = if unique { "unique" } else { "plain" };
        format!("IndexInfo::{word}(&[{}])", positions(&set.columns))
    });
    let indexes: Vec<String> = indexes.collect();
    let kind = match table.table.owned_through.first() {
        Some(pivot) => format!(
            "Owned {{ pivot: {}::TABLE }}",
            table.model[*pivot].type_name
        ),
        None => "Entity".to_owned(),
    };
    let checks: Vec<String> = table
        .table
        .checks
        .iter()
        .map(|kept| check(code, table, kept))
        .collect();
    table_info(
        code,
        table.model,
        table.at,
        &Info {
            keys,
            indexes,
            checks,
            kind,
        },
    );
}

/// One `Check` of a table's info.
fn check(code: &mut Code, table: &Table<'_>, check: &CheckModel) -> String {
    code.uses(&["Check", "Comparison", "Operand"]);
    let place = |name: &String| {
        let mut columns = table.table.columns.iter();
        columns
            .position(|column| column.name == *name)
            .unwrap_or_default()
    };
    let operand = |operand: &Operand| match operand {
        Operand::Column(name) => format!("Operand::Column({})", place(name)),
        Operand::Length(name) => format!("Operand::Length({})", place(name)),
        Operand::Integer(integer) => format!("Operand::Integer({integer})"),
        Operand::Real(real) => format!("Operand::Real({real:?})"),
        Operand::Text(text) => format!("Operand::Text({text:?})"),
    };
    let Comparison {
        left,
        operator,
        right,
    } = &check.comparison;
    format!(
        "Check::new({:?}, {}, Comparison::{operator:?}, {})",
        check.sql,
        operand(left),
        operand(right)
    )
}

/// What the engine has to know of a table, as code.
pub(crate) struct Info {
    pub(crate) keys: Vec<String>,
    pub(crate) indexes: Vec<String>,
    pub(crate) checks: Vec<String>,
    pub(crate) kind: String,
}

/// One `ForeignKey` of a table's info.
pub(crate) fn foreign_key(
    code: &mut Code,
    column: usize,
    target: Option<&str>,
    on_delete: OnDelete,
    unique: bool,
) -> String {
    code.uses(&["ForeignKey"]);
    let key = match target {
        Some(target) => format!("ForeignKey::to({column}, {target}::TABLE)"),
        None => format!("ForeignKey::arm({column})"),
    };
    let action = match on_delete {
        OnDelete::Cascade => ".cascade()",
        OnDelete::SetNull => ".set_null()",
        // SET DEFAULT is refused before.
        OnDelete::NoAction | OnDelete::Restrict | OnDelete::SetDefault => "",
    };
    let unique = if unique { ".unique()" } else { "" };
    format!("{key}{action}{unique}")
}

/// The `INFO` of a table or pivot.
pub(crate) fn table_info(code: &mut Code, model: &crate::model::Model, at: TableRef, info: &Info) {
    let Info {
        keys,
        indexes,
        checks,
        kind,
    } = info;
    let table = &model[at];
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{:?}", column.name))
        .collect();
    code.line(format!(
        "const INFO: &'static TableInfo = &TableInfo {{
            name: {:?},
            id: {:?},
            columns: &[{}],
            foreign_keys: &[{}],
            indexes: &[{}],
            checks: &[{}],
            kind: TableKind::{kind},
        }};",
        table.name,
        table.id_column,
        columns.join(", "),
        keys.join(", "),
        indexes.join(", "),
        checks.join(", ")
    ));
}
