//! Keys by value: declared foreign keys to UNIQUE columns that are no id, which memory follows through the indexes of
//! both tables.

use crate::analysis::pivot::PivotInfo;
use crate::analysis::relations::Unfollowed;
use crate::config::Config;
use crate::model::{
    ColumnSet, FieldKind, FieldModel, Model, Scalar, TableModel, TableRef, ValueKeyModel,
};
use crate::names::{Ident, Scope};
use crate::schema::{OnDelete, Schema};

/// Turns foreign keys that do not point to an id into keys by value where memory can follow them, and says of the
/// others why it cannot.
pub(super) fn connect(model: &mut Model, schema: &Schema, config: &Config, infos: &[PivotInfo]) {
    for at in 0..model.tables.len() {
        let mut unfollowed = Vec::new();
        for key in std::mem::take(&mut model.tables[at].unfollowed) {
            match value_key(model, config, infos, TableRef(at), &key) {
                Ok(found) => {
                    follow(model, TableRef(at), found);
                }
                Err(why) => {
                    let why = why.unwrap_or_else(|| key.why.clone());
                    unfollowed.push(Unfollowed { why, ..key });
                }
            }
        }
        // The translation has warned about these keys already.
        let said = |columns: &[String]| {
            let mut keys = schema.tables[at].unfollowed_keys.iter();
            keys.any(|key| key.columns == columns)
        };
        for key in unfollowed.iter().filter(|key| !said(&key.columns)) {
            model.warnings.push(format!(
                "table {}: foreign key {} -> {} ({}) is not followed in memory: {}",
                model.tables[at].name,
                key.columns.join(", "),
                key.target,
                key.target_columns.join(", "),
                key.why
            ));
        }
        model.tables[at].unfollowed = unfollowed;
    }
}

/// A key by value that can be followed, without its names.
pub(super) struct Found {
    pub(super) columns: Vec<usize>,
    pub(super) target: TableRef,
    pub(super) target_index: usize,
    pub(super) on_delete: OnDelete,
}

/// Why no row is named by the columns that a foreign key points to.
fn not_named(target: &TableModel, key: &Unfollowed, pairs: &[(usize, usize)]) -> String {
    let to = key.target_columns.join(", ");
    let is_key = match pairs {
        [(_, named)] => {
            let field = target.columns[*named].field;
            matches!(target.fields[field].kind, FieldKind::ForeignKey(_))
        }
        _ => false,
    };
    if is_key {
        let table = &key.target;
        format!("{to} is itself a foreign key in {table}, and a key by value names no row by one")
    } else {
        format!("{to} is neither the id nor UNIQUE in {}", key.target)
    }
}

/// A foreign key as a key by value.
///
/// # Errors
/// Why it cannot be followed; `None` if what is known already says it.
fn value_key(
    model: &Model,
    config: &Config,
    infos: &[PivotInfo],
    at: TableRef,
    key: &Unfollowed,
) -> Result<Found, Option<String>> {
    let table = &model[at];
    let target = model
        .tables
        .iter()
        .position(|target| target.name == key.target);
    let target = TableRef(target.ok_or(None)?);
    if infos[at.0].is_pivot || infos[target.0].is_pivot {
        return Err(None);
    }
    let pairs = pairs(table, &model[target], key).ok_or(None)?;
    let named = |set: &ColumnSet| {
        set.columns.len() == pairs.len()
            && set
                .columns
                .iter()
                .all(|column| pairs.iter().any(|pair| pair.1 == *column))
    };
    let is_exact = |set: &&ColumnSet| set.no_case.is_empty();
    let mut uniques = model[target].uniques.iter().filter(|set| named(set));
    if uniques.clone().next().is_some() && !uniques.any(|set| is_exact(&set)) {
        let to = key.target_columns.join(", ");
        return Err(Some(format!(
            "{to} is compared by NOCASE in {}",
            key.target
        )));
    }
    let named = |set: &ColumnSet| named(set) && set.no_case.is_empty();
    let target_index = model[target].uniques.iter().position(named);
    let target_index = target_index.ok_or_else(|| Some(not_named(&model[target], key, &pairs)))?;
    let columns: Vec<usize> = model[target].uniques[target_index]
        .columns
        .iter()
        .filter_map(|column| Some(pairs.iter().find(|pair| pair.1 == *column)?.0))
        .collect();
    for (own, named) in &pairs {
        same_type(model, at, *own, target, *named).map_err(Some)?;
    }
    let said = match key.columns.as_slice() {
        [only] => config.on_delete(&table.name, only),
        _ => None,
    };
    let on_delete = said.unwrap_or(key.on_delete);
    let not_null = columns
        .iter()
        .find(|column| table.columns[**column].not_null);
    match (on_delete, not_null) {
        (OnDelete::SetDefault, _) => Err(Some("ON DELETE SET DEFAULT is not supported".to_owned())),
        (OnDelete::SetNull, Some(column)) => {
            let column = &table.columns[*column].name;
            Err(Some(format!(
                "ON DELETE SET NULL cannot be: `{column}` is NOT NULL"
            )))
        }
        _ => Ok(Found {
            columns,
            target,
            target_index,
            on_delete,
        }),
    }
}

/// The columns of a key, each with the column that it names, by place; `None` if one is the id of its table, or not
/// there.
fn pairs(table: &TableModel, target: &TableModel, key: &Unfollowed) -> Option<Vec<(usize, usize)>> {
    if key.columns.len() != key.target_columns.len() {
        return None;
    }
    let place = |table: &TableModel, name: &str| {
        let mut columns = table.columns.iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    };
    let columns = key.columns.iter().zip(&key.target_columns);
    let pairs = columns.map(|(own, named)| Some((place(table, own)?, place(target, named)?)));
    let pairs: Vec<_> = pairs.collect::<Option<_>>()?;
    let twice = |n: usize| {
        pairs[..n]
            .iter()
            .any(|pair| pair.0 == pairs[n].0 || pair.1 == pairs[n].1)
    };
    (!(0..pairs.len()).any(twice)).then_some(pairs)
}

/// Whether two columns hold values that are compared and hashed alike in memory.
fn same_type(
    model: &Model,
    at: TableRef,
    own: usize,
    target: TableRef,
    named: usize,
) -> Result<(), String> {
    let field = |table: TableRef, column: usize| {
        let table = &model[table];
        &table.fields[table.columns[column].field]
    };
    let (one, other) = (field(at, own), field(target, named));
    let text = |scalar: &Scalar| matches!(scalar, Scalar::Text | Scalar::ShortText);
    let same = match (&one.kind, &other.kind) {
        (FieldKind::Scalar { ty: one, .. }, FieldKind::Scalar { ty: other, .. }) => {
            one == other || text(one) && text(other)
        }
        (FieldKind::Own { ty: one, .. }, FieldKind::Own { ty: other, .. }) => one == other,
        (FieldKind::Enum { ty: one, .. }, FieldKind::Enum { ty: other, .. }) => one == other,
        (FieldKind::ForeignKey(one), FieldKind::ForeignKey(other)) => one.target == other.target,
        _ => false,
    };
    if same {
        return Ok(());
    }
    let place = |table: TableRef, column: usize| {
        format!(
            "{}.{}",
            model[table].name, model[table].columns[column].name
        )
    };
    Err(format!(
        "{} holds {}, and {} {}; give both the same type, as `[columns.\"..\"] type = \"..\"` or `references = \"..\"` \
         in gamedb.toml does",
        place(at, own),
        kind_of(model, one),
        place(target, named),
        kind_of(model, other)
    ))
}

/// What a field holds, in a message.
fn kind_of(model: &Model, field: &FieldModel) -> String {
    match &field.kind {
        FieldKind::Scalar { ty, .. } => format!("a {}", ty.rust()),
        FieldKind::Own { ty, .. } => format!("a {ty}"),
        FieldKind::Enum { ty, .. } => format!("a {}", model[*ty].type_name),
        FieldKind::ForeignKey(key) => format!("a key to {}", model[key.target].name),
        FieldKind::Owner { .. } => "an owner".to_owned(),
        FieldKind::Value { .. } => "a part of a union".to_owned(),
    }
}

/// Adds a key by value to its table, with the index on its columns if there is none in this order. Returns its place.
pub(super) fn follow(model: &mut Model, at: TableRef, found: Found) -> usize {
    let Found {
        columns,
        target,
        target_index,
        on_delete,
    } = found;
    let table = &mut model.tables[at.0];
    let has = |set: &ColumnSet| set.columns == columns && set.no_case.is_empty();
    let index = match table.uniques.iter().position(has) {
        Some(unique) => unique,
        None => {
            let plain = table.indexes.iter().position(has).unwrap_or_else(|| {
                let set = index_on(table, &columns);
                table.indexes.push(set);
                table.indexes.len() - 1
            });
            table.uniques.len() + plain
        }
    };
    let is_same = |known: &ValueKeyModel| {
        known.columns == columns && known.target == target && known.target_index == target_index
    };
    if let Some(known) = table.value_keys.iter().position(is_same) {
        // It is declared twice.
        return known;
    }
    let unique = |set: &ColumnSet| set.columns.iter().all(|column| columns.contains(column));
    let key = ValueKeyModel {
        // Named when all tables are known.
        accessor: Ident::new(""),
        setter: None,
        nullable: columns
            .iter()
            .any(|column| !table.columns[*column].not_null),
        unique: table.uniques.iter().any(unique),
        columns,
        index,
        target,
        target_index,
        on_delete,
        root: None,
    };
    table.value_keys.push(key);
    table.value_keys.len() - 1
}

/// An index that the engine has, whether or not the file does.
fn index_on(table: &TableModel, columns: &[usize]) -> ColumnSet {
    let fields: Vec<usize> = columns.iter().map(|at| table.columns[*at].field).collect();
    let mut names = Scope::default();
    for field in &table.fields {
        names.take(field.name.seen());
    }
    for set in table.uniques.iter().chain(&table.indexes) {
        names.take(set.name.seen());
    }
    let stems: Vec<&str> = fields
        .iter()
        .map(|at| table.fields[*at].name.stem())
        .collect();
    ColumnSet {
        name: names.ident(&[Ident::new(&stems.join("_and_"))]),
        columns: columns.to_vec(),
        fields,
        no_case: Vec::new(),
    }
}

/// Names what the views of a table have for its keys by value: the named row, and the setter of several columns.
pub(super) fn names(model: &mut Model, scopes: &mut [Scope]) {
    for (at, scope) in scopes.iter_mut().enumerate() {
        for n in 0..model.tables[at].value_keys.len() {
            let (table, key) = (&model.tables[at], &model.tables[at].value_keys[n]);
            let target = &model[key.target];
            let fields = key
                .columns
                .iter()
                .map(|column| &table.fields[table.columns[*column].field]);
            let stems: Vec<&str> = fields.map(|field| field.name.stem()).collect();
            let joined = stems.join("_and_");
            let accessor = match stems.as_slice() {
                _ if key.root.is_some() => scope.ident(&[
                    Ident::new("container"),
                    Ident::new(&format!("container_by_{joined}")),
                ]),
                // A column that is named as the row has a field of this name, and no method.
                [only] => {
                    let named = &target.uniques[key.target_index].columns;
                    let named = named
                        .iter()
                        .map(|column| target.columns[*column].name.as_str());
                    let bare = named.chain(["id"]).find_map(|end| {
                        let bare = only.strip_suffix(end)?.trim_end_matches('_');
                        (!bare.is_empty()).then_some(bare)
                    });
                    let own = Ident::new(only);
                    let mut others = table.value_keys[..n].iter();
                    let mut is_free = |own: &Ident| {
                        !Scope::methods().has(&own.seen())
                            && !others.any(|key| key.accessor == *own)
                    };
                    match bare {
                        Some(bare) => {
                            scope.ident(&[Ident::new(bare), Ident::new(&format!("{joined}_row"))])
                        }
                        None if is_free(&own) => own,
                        None => scope.ident(&[Ident::new(&format!("{joined}_row"))]),
                    }
                }
                _ => scope.ident(&[
                    target.singular.clone(),
                    Ident::new(&format!("{}_by_{joined}", target.singular.stem())),
                ]),
            };
            let setter =
                (stems.len() > 1).then(|| scope.ident(&[Ident::new(&format!("set_{joined}"))]));
            let key = &mut model.tables[at].value_keys[n];
            key.accessor = accessor;
            key.setter = setter;
        }
    }
}
