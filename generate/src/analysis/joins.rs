//! Join tables: rows that link two others. Found by their shape, as pivots are.

use crate::analysis::pivot::PivotInfo;
use crate::analysis::relations::{self, Relation, Unfollowed};
use crate::config::Config;
use crate::error::{ConfigError, Error};
use crate::names;
use crate::schema::{Column, Index, SURROGATE_ID, Schema, Table};

/// Columns that record when a row was written, and are not part of its content.
const BOOKKEEPING: &[&str] = &[
    "created",
    "created_at",
    "created_on",
    "date_created",
    "date_modified",
    "inserted_at",
    "last_modified",
    "last_modified_at",
    "last_update",
    "last_updated",
    "last_updated_at",
    "modified",
    "modified_at",
    "modified_on",
    "updated",
    "updated_at",
    "updated_on",
];

/// What a table is as a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// No join.
    No,
    /// Its rows link two others, and have no other content.
    Plain,
    /// Its rows link two others, and have content of their own.
    WithPayload,
}

/// What is known about a table as a join, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinInfo {
    /// What it is.
    pub kind: JoinKind,
    /// Its required foreign keys by column, where there are exactly two.
    pub ends: Option<[String; 2]>,
    /// Why it is a join, or why it is not. Empty for a table that does not look like one.
    pub reasons: Vec<String>,
}

impl JoinInfo {
    fn no(reasons: Vec<String>) -> Self {
        Self {
            kind: JoinKind::No,
            ends: None,
            reasons,
        }
    }
}

/// What is known about each table of a schema as a join, in declaration order; `pivots` is the same
/// about pivots.
///
/// # Errors
/// [`ModelError`](crate::error::ModelError) for a foreign key that cannot be kept;
/// [`ConfigError::Impossible`] if the config asks for a join that cannot be made.
pub fn join_infos(
    schema: &Schema,
    config: &Config,
    pivots: &[PivotInfo],
) -> Result<Vec<JoinInfo>, Error> {
    let (relations, unfollowed) = relations::relations(schema, config)?;
    let shapes = Joins {
        config,
        relations: &relations,
        unfollowed: &unfollowed,
        pivots,
    };
    let infos = schema.tables.iter().map(|table| shapes.info(table));
    infos.collect()
}

/// Everything that tells joins from other tables.
struct Joins<'a> {
    config: &'a Config,
    relations: &'a [Relation],
    unfollowed: &'a [Unfollowed],
    pivots: &'a [PivotInfo],
}

impl Joins<'_> {
    fn info(&self, table: &Table) -> Result<JoinInfo, Error> {
        let section = self.config.table(&table.name);
        let said = section.and_then(|section| section.join.as_ref());
        let forced = said.map(|join| *join.get_ref());
        if forced == Some(false) {
            let why = format!("no join: [tables.{}] forbids it", table.name);
            return Ok(JoinInfo::no(vec![why]));
        }
        let mut info = self.by_shape(table, forced == Some(true));
        if info.kind == JoinKind::No && !self.is_pivot(&table.name) {
            info.reasons.extend(self.shared_key(table).map(|key| {
                let (target, column) = (&key.target, &key.column);
                format!("one to one with {target}: {column} is the key of both")
            }));
        }
        match said {
            Some(join) if info.kind != JoinKind::Plain => {
                let why = match info.reasons.is_empty() {
                    true => "no join: it does not have two required foreign keys".to_owned(),
                    false => info.reasons.join("; "),
                };
                let what = format!("table {:?}: {why}", table.name);
                Err(ConfigError::Impossible {
                    file: self.config.file().to_owned(),
                    line: self.config.line(join.span()),
                    message: what,
                }
                .into())
            }
            _ => Ok(info),
        }
    }

    /// The two required foreign keys of a table.
    ///
    /// # Errors
    /// The reasons why it cannot be a join; none for a table that does not look like one.
    fn ends(&self, table: &Table) -> Result<[&Relation; 2], Vec<String>> {
        if self.is_pivot(&table.name) {
            return Err(Vec::new());
        }
        let of_table = self.relations.iter().filter(|r| r.table == table.name);
        let required: Vec<&Relation> = of_table.filter(|r| !r.nullable).collect();
        let ends = match required.as_slice() {
            [a, b] => [*a, *b],
            [] | [_] => return Err(Vec::new()),
            many => {
                let n = many.len();
                let columns: Vec<&str> = many.iter().map(|r| r.column.as_str()).collect();
                let columns = columns.join(", ");
                return Err(vec![format!(
                    "no join: {n} required foreign keys ({columns}), where two are linked"
                )]);
            }
        };
        let pivot = self.pivots.iter().find(|pivot| {
            let owned = pivot.owned.as_ref();
            pivot.is_pivot && owned.is_some_and(|owned| owned.table == table.name)
        });
        match pivot {
            Some(pivot) => Err(vec![format!(
                "no join: its rows are owned through {}",
                pivot.table
            )]),
            None => Ok(ends),
        }
    }

    fn by_shape(&self, table: &Table, forced: bool) -> JoinInfo {
        let [a, b] = match self.ends(table) {
            Ok(ends) => ends,
            Err(reasons) => return JoinInfo::no(reasons),
        };
        let ends = [a.column.clone(), b.column.clone()];
        if self.shared_key(table).is_some() && !forced {
            return JoinInfo::no(Vec::new());
        }
        let pair = format!("{} and {}", a.column, b.column);
        let linked = format!("{} with {}", a.target, b.target);
        let payload: Vec<&str> = table
            .columns
            .iter()
            .filter(|column| !ends.contains(&column.name) && self.is_payload(table, column))
            .map(|column| column.name.as_str())
            .collect();
        let own_id = table.primary_key.first();
        let own_id = own_id.is_some_and(|id| !id.starts_with(SURROGATE_ID));
        let proof = self.proof(table, &ends);
        if let Some(key) = self.pointing(table).filter(|_| proof.is_some() && !forced) {
            let why = format!("no join: {}.{} points to its rows", key.table, key.column);
            return JoinInfo::no(vec![why]);
        }
        let (kind, reason) = match (proof, payload.as_slice()) {
            (Some(proof), []) => (JoinKind::Plain, format!("links {linked}: {proof}")),
            (Some(proof), payload) if forced => {
                let (name, payload) = (&table.name, payload.join(", "));
                let why = format!(
                    "links {linked}: {proof}; [tables.{name}] says that {payload} can be what Default gives"
                );
                (JoinKind::Plain, why)
            }
            (Some(proof), payload) => {
                let payload = payload.join(", ");
                let why = format!("links {linked}, and says more about it ({payload}): {proof}");
                (JoinKind::WithPayload, why)
            }
            (None, payload) if !payload.is_empty() && !own_id && !forced => {
                let payload = payload.join(", ");
                let why = format!(
                    "links {linked}, and says more about it ({payload}); {pair} are not UNIQUE together, so two rows can link the same two"
                );
                (JoinKind::WithPayload, why)
            }
            (None, _) => {
                let why = format!(
                    "no join: {pair} are not UNIQUE together, so two rows can link the same two"
                );
                return JoinInfo::no(vec![why]);
            }
        };
        JoinInfo {
            kind,
            ends: Some(ends),
            reasons: vec![reason],
        }
    }

    fn is_pivot(&self, table: &str) -> bool {
        let mut pivots = self.pivots.iter();
        pivots.any(|pivot| pivot.is_pivot && pivot.table == table)
    }

    /// Whether a column is content of the row, beyond the link.
    fn is_payload(&self, table: &Table, column: &Column) -> bool {
        let name = column.name.as_str();
        let books = BOOKKEEPING.contains(&names::Ident::new(name).stem());
        let points = |relation: &Relation| relation.table == table.name && relation.column == name;
        let points_nowhere = |key: &Unfollowed| {
            key.table == table.name && key.columns.iter().any(|column| column == name)
        };
        let unique = |index: &Index| index.columns.iter().any(|c| c == name);
        let plain = !self.relations.iter().any(points)
            && !self.unfollowed.iter().any(points_nowhere)
            && !table.uniques.iter().any(unique);
        !(column.primary_key || books && plain)
    }

    /// The constraint that lets two rows be linked once at most.
    fn proof(&self, table: &Table, ends: &[String; 2]) -> Option<String> {
        let mut uniques = table.uniques.iter().filter(|index| {
            index.partial.covers_all() && !index.expression && index.collation.is_none()
        });
        let both = |index: &Index| {
            index.columns.len() == 2 && ends.iter().all(|end| index.columns.contains(end))
        };
        if uniques.any(both) {
            return Some(format!("{} and {} are UNIQUE together", ends[0], ends[1]));
        }
        // A UNIQUE end alone is an attribute of that end, or a row of its own if other tables point to it.
        if self.pointing(table).is_some() {
            return None;
        }
        let one = ends.iter().find(|end| table.is_unique(end))?;
        Some(format!("{one} is UNIQUE"))
    }

    /// A foreign key that points to rows of this table, which are rows of their own then.
    fn pointing(&self, table: &Table) -> Option<&Relation> {
        let mut relations = self.relations.iter();
        relations.find(|relation| relation.target == table.name && relation.table != table.name)
    }

    /// The foreign key that is the key of a table in its source: each of its rows goes with one row of another
    /// table.
    fn shared_key(&self, table: &Table) -> Option<&Relation> {
        let mut relations = self.relations.iter();
        relations
            .find(|relation| relation.table == table.name && table.is_shared_key(&relation.column))
    }
}
