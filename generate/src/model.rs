//! A schema resolved into Rust names and types: everything that [`crate::emit`] has to know, with nothing
//! left to look up or to decide.
//!
//! Everything is in declaration order. Items refer to each other by [`TableRef`], [`EnumRef`],
//! [`ValueRef`] and [`OwnerRef`], with which a [`Model`] can be indexed: `model[field.target]`.
//! Docs are Markdown on one or more lines; put them through [`crate::names::doc_lines`].

use crate::analysis::relations::{Found, Unfollowed};
use crate::names::Ident;
use crate::schema::{Comparison, OnDelete};

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
    /// The statements that make a new world file, in order.
    pub ddl: Vec<String>,
    /// All tables, parents before children where the foreign keys have no cycle; otherwise as
    /// declared. Self references do not count.
    pub order: Vec<TableRef>,
    /// Constraints of the schema that only the file enforces, not the engine.
    pub warnings: Vec<String>,
}

impl Model {
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

macro_rules! reference {
    ($(#[$doc:meta])* $name:ident, $list:ident, $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);

        impl std::ops::Index<$name> for Model {
            type Output = $item;

            fn index(&self, index: $name) -> &$item {
                &self.$list[index.0]
            }
        }
    };
}

reference! {
    /// A table of a model: its place in [`Model::tables`].
    TableRef, tables, TableModel
}
reference! {
    /// An enum of a model: its place in [`Model::enums`].
    EnumRef, enums, EnumModel
}
reference! {
    /// A value union of a model: its place in [`Model::values`].
    ValueRef, values, ValueModel
}
reference! {
    /// An owner enum of a model: its place in [`Model::owners`].
    OwnerRef, owners, OwnerModel
}

/// One table: an entity, a pivot or a join.
#[derive(Debug, Clone, PartialEq)]
pub struct TableModel {
    /// Its SQL name.
    pub name: String,
    /// Its SQL comment.
    pub doc: Option<String>,
    /// The type of a row: `Player`. `PlayerKey`, `PlayerId`, `PlayerColumns`, `PlayerRef` and
    /// `PlayerMut` are free too.
    pub type_name: String,
    /// Its field in the world: `players`.
    pub accessor: Ident,
    /// The word for one row: `player`.
    pub singular: Ident,
    /// The SQL name of its `INTEGER PRIMARY KEY`.
    pub id_column: String,
    /// All columns but the id, in declaration order; fields name them by place.
    pub columns: Vec<ColumnModel>,
    /// The fields of a row, in the order of their first columns. Together they cover every column
    /// exactly once.
    pub fields: Vec<FieldModel>,
    /// UNIQUE sets, without those of a single foreign key or owner arm (these are marked there).
    pub uniques: Vec<ColumnSet>,
    /// Indexes that are not unique, without those of a single foreign key or owner arm.
    pub indexes: Vec<ColumnSet>,
    /// Whose foreign keys and owner unions point here: one accessor each, on the views of this
    /// table. Pivots are not among them.
    pub children: Vec<ChildModel>,
    /// The pivots whose convenience methods this entity has; names in [`PivotModel::methods`].
    pub owns_through: Vec<TableRef>,
    /// The pivot that says who owns a row of this table.
    pub owned_through: Vec<TableRef>,
    /// The joins that link rows of this table, each with the end that it is on, by place in
    /// [`JoinModel::sides`]; that side has the names of the methods.
    pub links_through: Vec<(TableRef, usize)>,
    /// Declared foreign keys whose columns are plain ones here.
    pub unfollowed: Vec<Unfollowed>,
    /// Entity, pivot or join.
    pub kind: TableKind,
    /// CHECKs that the engine enforces: comparisons.
    pub checks: Vec<CheckModel>,
    /// CHECKs that only the file enforces, as SQL.
    pub file_checks: Vec<String>,
    /// The `CREATE TABLE` text.
    pub sql: String,
    /// The `CREATE INDEX` texts.
    pub index_sql: Vec<String>,
}

impl TableModel {
    /// What it is as a pivot.
    pub fn pivot(&self) -> Option<&PivotModel> {
        match &self.kind {
            TableKind::Pivot(pivot) => Some(pivot),
            _ => None,
        }
    }

    /// What it is as a plain join.
    pub fn join(&self) -> Option<&JoinModel> {
        match &self.kind {
            TableKind::Join(join) => Some(join),
            _ => None,
        }
    }
}

/// A CHECK that the engine enforces.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckModel {
    /// As the schema has it.
    pub sql: String,
    /// What it compares. None of its columns is the id.
    pub comparison: Comparison,
}

/// What a table is.
#[derive(Debug, Clone, PartialEq)]
pub enum TableKind {
    /// Rows of their own.
    Entity,
    /// Says who owns what.
    Pivot(PivotModel),
    /// Rows that link two others, and have no other content.
    Join(JoinModel),
    /// Rows that link two others, and have content of their own: entities like any other.
    JoinWithPayload,
}

/// One column that is not the id.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnModel {
    /// Its SQL name.
    pub name: String,
    /// Its place among the columns that are not the id, and the number of its bit.
    pub position: usize,
    /// The name of its flag: `FULL_NAME`.
    pub flag: String,
    /// Its SQL comment; without one its declaration, as code.
    pub doc: String,
    /// The type of its values, below enums and unions.
    pub scalar: Scalar,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// The SQL text of its DEFAULT.
    pub default_sql: Option<String>,
    /// The field that it belongs to: its place in [`TableModel::fields`].
    pub field: usize,
}

/// One field of a row: one column, or several that are one value or one owner.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldModel {
    /// Its name; `set_<stem>` is free on the view.
    pub name: Ident,
    /// Its columns, by place in [`TableModel::columns`], in order.
    pub columns: Vec<usize>,
    /// Its doc.
    pub doc: String,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// A plain value.
    Scalar {
        /// Its type.
        ty: Scalar,
        /// Whether it may be NULL.
        nullable: bool,
        /// Its SQL DEFAULT, where it is a plain literal.
        default: Option<Literal>,
    },
    /// An enum stored as text.
    Enum {
        /// The enum.
        ty: EnumRef,
        /// Whether it may be NULL.
        nullable: bool,
        /// The variant of its SQL DEFAULT, by place.
        default: Option<usize>,
    },
    /// A foreign key.
    ForeignKey(ForeignKeyModel),
    /// An owner out of several tables.
    Owner {
        /// The owner enum.
        ty: OwnerRef,
        /// Whether there always is one.
        required: bool,
    },
    /// A value union.
    Value {
        /// The union.
        ty: ValueRef,
        /// Whether there always is one.
        required: bool,
        /// For each variant, and each of its fields, the column by place.
        columns: Vec<Vec<usize>>,
    },
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `bool`, as 0 or 1.
    Bool,
    /// `i64`
    I64,
    /// `f64`
    F64,
    /// `String`
    Text,
    /// `EcoString`
    ShortText,
    /// `Vec<u8>`
    Blob,
}

impl Scalar {
    /// The Rust type.
    pub fn rust(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I64 => "i64",
            Self::F64 => "f64",
            Self::Text => "String",
            Self::ShortText => "EcoString",
            Self::Blob => "Vec<u8>",
        }
    }
}

/// A plain SQL literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `0` or `1` of a bool.
    Bool(bool),
    /// An integer.
    I64(i64),
    /// A finite number.
    F64(f64),
    /// A text.
    Text(String),
    /// A blob.
    Blob(Vec<u8>),
}

/// A foreign key to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyModel {
    /// The table that it points to.
    pub target: TableRef,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether at most one row points to each.
    pub unique: bool,
    /// What happens to this row when the other one is removed.
    pub on_delete: OnDelete,
    /// How it was found; one that is not declared is enforced in memory alone.
    pub found: Found,
}

/// Columns that are UNIQUE or indexed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSet {
    /// The `<name>` of `find_by_<name>`; it does not clash with the names of foreign keys.
    pub name: Ident,
    /// The columns by place, in key order.
    pub columns: Vec<usize>,
    /// The fields of these columns, in the same order. All are scalars, enums or foreign keys.
    pub fields: Vec<usize>,
}

/// Rows of a table that point here: one accessor on the views of the table pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildModel {
    /// The accessor: `mobile_items`, or `mobile` if there is one at most.
    pub accessor: Ident,
    /// The table whose rows point here.
    pub table: TableRef,
    /// The column by place, in that table.
    pub column: usize,
    /// The field of that column.
    pub field: usize,
    /// Whether there is one at most.
    pub unique: bool,
}

/// An ownership pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PivotModel {
    /// The table of what is owned.
    pub owned: TableRef,
    /// The place of the field that points to it; a [`FieldKind::ForeignKey`].
    pub owned_field: usize,
    /// The place of the field that says who owns; a [`FieldKind::Owner`] that is required.
    pub owner_field: usize,
    /// The owner enum.
    pub owner: OwnerRef,
    /// The accessor of the owner on the views of what is owned: `owner`.
    pub owner_accessor: Ident,
    /// What the convenience methods of the owners are called.
    pub methods: PivotMethods,
}

/// The convenience methods of a pivot's owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PivotMethods {
    /// The owned rows: `attributes`.
    pub list: Ident,
    /// The pivot rows: `attribute_owners`.
    pub pivots: Ident,
    /// Inserts one: `add_attribute`.
    pub add: Ident,
    /// Removes one: `remove_attribute`.
    pub remove: Ident,
    /// Replaces all: `set_attributes`.
    pub set: Ident,
    /// Hands one over to another owner: `give_attribute`.
    pub give: Ident,
}

/// A join table, whose rows link two others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinModel {
    /// Its two ends, in column order.
    pub sides: [JoinSide; 2],
}

/// One end of a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinSide {
    /// The table at this end.
    pub table: TableRef,
    /// The join's field that points to it; a [`FieldKind::ForeignKey`].
    pub field: usize,
    /// The join's column that points to it.
    pub column: usize,
    /// The names of the methods on this table's views, for the rows at the other end.
    pub methods: JoinMethods,
}

/// The methods of one end of a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinMethods {
    /// The rows that it is linked with: `tracks`.
    pub list: Ident,
    /// Links one: `add_track`.
    pub add: Ident,
    /// Unlinks one: `remove_track`.
    pub remove: Ident,
    /// Links these and no others: `set_tracks`.
    pub set: Ident,
}

/// An enum of who owns: the owner of a pivot, or of a row itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerModel {
    /// Its type: `AttributeOwnerKey`, `MobileOwnerKey`.
    pub type_name: String,
    /// The table that has it.
    pub table: TableRef,
    /// Its variants, in column order.
    pub arms: Vec<ArmModel>,
    /// The columns, by place, that no arm may set: they stay NULL.
    pub always_null: Vec<usize>,
}

/// One kind of owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmModel {
    /// Its variant: `Player`.
    pub variant: String,
    /// The word in `is_player` and `as_player`.
    pub word: Ident,
    /// Its column by place.
    pub column: usize,
    /// The owner as a foreign key; `None` for one outside of the database, kept as a raw id.
    pub key: Option<ForeignKeyModel>,
    /// Whether at most one row names each owner.
    pub unique: bool,
    /// Whether the owner has the convenience methods of the pivot; `false` in an owner union.
    pub methods: bool,
}

/// An enum stored as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumModel {
    /// Its type: `ItemType`.
    pub type_name: String,
    /// Its variants, in the CHECK's order.
    pub variants: Vec<EnumVariant>,
}

/// One variant of an enum stored as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumVariant {
    /// Its name: `RawMaterial`.
    pub name: String,
    /// The text stored: `RAWMATERIAL`.
    pub text: String,
}

/// A value union: one enum over several nullable columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueModel {
    /// Its type: `AttributeValue`.
    pub type_name: String,
    /// Its variants, as the config orders them.
    pub variants: Vec<ValueVariant>,
}

/// One variant of a value union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueVariant {
    /// Its name: `Vector3`.
    pub name: String,
    /// What it holds.
    pub fields: Vec<ValueField>,
}

/// One field of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueField {
    /// Its name; `None` for the only field of a tuple variant: `Bool(bool)`.
    pub name: Option<Ident>,
    /// Its type.
    pub ty: Scalar,
}
