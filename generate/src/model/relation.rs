//! Pivots and joins: the methods with which tables reach each other.

use super::refs::{OwnerRef, TableRef};
use crate::names::Ident;

/// An ownership pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PivotModel {
    /// The table of what is owned.
    pub owned: TableRef,
    /// The place of the field that points to it; a [`FieldKind::ForeignKey`](super::FieldKind::ForeignKey).
    pub owned_field: usize,
    /// The place of the field that says who owns; a [`FieldKind::Owner`](super::FieldKind::Owner) that is required.
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
    /// The join's field that points to it; a [`FieldKind::ForeignKey`](super::FieldKind::ForeignKey).
    pub field: usize,
    /// The join's column that points to it.
    pub column: usize,
    /// The names of the methods on this table's views, for the rows at the other end.
    pub methods: JoinMethods,
}

/// The rows at the other end of a join with payload, listed on the views of the table at this end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FarList {
    /// The name of the list: `players`.
    pub accessor: Ident,
    /// The join table.
    pub join: TableRef,
    /// The join's column that points to this end.
    pub near: usize,
    /// The join's column that points to the other end.
    pub far: usize,
    /// The table at the other end.
    pub table: TableRef,
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
