//! A schema resolved into Rust names and types: everything that [`crate::emit`] has to know, with nothing
//! left to look up or to decide.
//!
//! Everything is in declaration order. Items refer to each other by [`TableRef`], [`EnumRef`],
//! [`ValueRef`] and [`OwnerRef`], with which a [`Model`] can be indexed: `model[field.target]`.
//! Docs are Markdown on one or more lines; put them through [`crate::names::doc_lines`].

mod field;
mod refs;
mod relation;
mod table;
mod types;

pub use field::{ColumnModel, FieldKind, FieldModel, ForeignKeyModel, Literal, Scalar};
pub use refs::{EnumRef, OwnerRef, TableRef, ValueRef};
pub use relation::{FarList, JoinMethods, JoinModel, JoinSide, PivotMethods, PivotModel};
pub use table::{
    CheckModel, ChildModel, ColumnSet, ConditionModel, IdsModel, NestModel, NestOwner, RootModel,
    TableKind, TableModel, ValueKeyModel,
};
pub use types::{
    ArmModel, EnumModel, EnumVariant, OwnerModel, ValueField, ValueModel, ValueVariant,
};

/// A whole world.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The tables, entities and pivots, in declaration order.
    pub tables: Vec<TableModel>,
    /// The enums of text columns; each once, however many columns have it.
    pub enums: Vec<EnumModel>,
    /// The value unions; each once, however many tables have it.
    pub values: Vec<ValueModel>,
    /// The owner enums: one for each pivot, one for each owner union.
    pub owners: Vec<OwnerModel>,
    /// By which UNIQUE columns rows that stay behind are named in parcels, by table.
    pub parcels: Vec<ParcelModel>,
    /// The statements that make a new world file, in order.
    pub ddl: Vec<String>,
    /// All tables, parents before children where the foreign keys have no cycle; otherwise as
    /// declared. Self references do not count.
    pub order: Vec<TableRef>,
    /// Constraints of the schema that only the file enforces, not the engine.
    pub warnings: Vec<String>,
}

/// The UNIQUE columns by which the rows of a table are named in parcels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelModel {
    /// The table.
    pub table: TableRef,
    /// Names of the columns, in key order.
    pub columns: Vec<String>,
}

/// How many tables of each kind a model has; as text `14 tables: 12 entities, 2 pivots, 0 joins`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Tables whose rows are entities, joins with payload included.
    pub n_entities: usize,
    /// Tables that say who owns what.
    pub n_pivots: usize,
    /// Tables whose rows link two others.
    pub n_joins: usize,
}

impl std::fmt::Display for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            n_entities,
            n_pivots,
            n_joins,
        } = *self;
        let counted = |n: usize, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        write!(
            f,
            "{}: {}, {}, {}",
            counted(n_entities + n_pivots + n_joins, "table", "tables"),
            counted(n_entities, "entity", "entities"),
            counted(n_pivots, "pivot", "pivots"),
            counted(n_joins, "join", "joins"),
        )
    }
}

impl Model {
    /// How many tables of each kind it has.
    pub fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        for table in &self.tables {
            match table.kind {
                TableKind::Entity | TableKind::JoinWithPayload => contents.n_entities += 1,
                TableKind::Pivot(_) => contents.n_pivots += 1,
                TableKind::Join(_) => contents.n_joins += 1,
            }
        }
        contents
    }

    /// A warning for each CHECK that only the file enforces, with what to do.
    pub fn file_check_warnings(&self) -> impl Iterator<Item = String> {
        self.tables.iter().flat_map(|table| {
            let checks = table.file_checks.iter();
            checks.map(|check| format!(
                "table {}: CHECK ({check}) is kept by the file alone, so a row that fails it is refused when it is \
                 flushed; write it with what memory keeps too (comparisons, IN, LIKE, GLOB, arithmetic, abs, length, \
                 typeof), or look at the value before it is set, or flush with `flush_without_refused`",
                table.name
            ))
        })
    }

    /// Whether a row of this table could own itself, directly or through others.
    pub fn can_own_itself(&self, table: TableRef) -> bool {
        let mut reached = Vec::new();
        let mut to_visit = self.owner_tables(table);
        while let Some(owner) = to_visit.pop() {
            if !reached.contains(&owner) {
                reached.push(owner);
                to_visit.extend(self.owner_tables(owner));
            }
        }
        reached.contains(&table)
    }

    /// The tables whose rows can own rows of this one.
    fn owner_tables(&self, table: TableRef) -> Vec<TableRef> {
        let pivots = self[table].owned_through.iter();
        let places = pivots.copied().chain([table]);
        let of_place = |place| self.owners.iter().filter(move |owner| owner.table == place);
        let arms = places.flat_map(of_place).flat_map(|owner| &owner.arms);
        arms.filter_map(|arm| arm.key.as_ref())
            .map(|key| key.target)
            .collect()
    }
}

macro_rules! index {
    ($name:ident, $items:ident, $item:ty) => {
        impl std::ops::Index<$name> for Model {
            type Output = $item;

            fn index(&self, index: $name) -> &$item {
                &self.$items[index.0]
            }
        }
    };
}

index!(TableRef, tables, TableModel);
index!(EnumRef, enums, EnumModel);
index!(ValueRef, values, ValueModel);
index!(OwnerRef, owners, OwnerModel);
