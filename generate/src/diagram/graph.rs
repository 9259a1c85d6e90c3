//! A schema as a picture has it: tables, and the columns that connect them.

use crate::model::{ColumnSet, FieldKind, ForeignKeyModel, Model, TableKind, TableModel};

/// The tables and what connects them; edges name tables by place.
pub(super) struct Graph {
    pub(super) tables: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

/// One table.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: NodeKind,
    pub(super) columns: Vec<NodeColumn>,
}

/// What a table is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Entity,
    Pivot,
    Join,
    JoinWithPayload,
}

impl NodeKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Pivot => "pivot",
            Self::Join => "join",
            Self::JoinWithPayload => "join with payload",
        }
    }

    /// The name of its style.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Pivot => "pivot",
            Self::Join => "join",
            Self::JoinWithPayload => "payload",
        }
    }
}

/// One column of a table.
pub(super) struct NodeColumn {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) nullable: bool,
    pub(super) is_id: bool,
    pub(super) is_key: bool,
    pub(super) unique: bool,
}

/// One column that points to a table.
pub(super) struct Edge {
    /// The table that points.
    pub(super) from: usize,
    /// Its column, by place in [`Node::columns`].
    pub(super) column: usize,
    /// The table pointed to.
    pub(super) to: usize,
    pub(super) nullable: bool,
    pub(super) unique: bool,
    pub(super) role: Role,
}

/// What an edge says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// A foreign key.
    Key,
    /// What a pivot's rows say the owner of.
    Owned,
    /// One of several owners, of which one is set.
    Arm,
    /// An end of a join.
    End,
}

impl Role {
    /// The name of its style.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Owned => "owned",
            Self::Arm => "arm",
            Self::End => "end",
        }
    }
}

impl Graph {
    pub(super) fn new(model: &Model) -> Self {
        let mut graph = Self {
            tables: Vec::new(),
            edges: Vec::new(),
        };
        for (at, table) in model.tables.iter().enumerate() {
            let kind = match table.kind {
                TableKind::Entity => NodeKind::Entity,
                TableKind::Pivot(_) => NodeKind::Pivot,
                TableKind::Join(_) => NodeKind::Join,
                TableKind::JoinWithPayload => NodeKind::JoinWithPayload,
            };
            let first = graph.edges.len();
            graph.edges_of(model, at, table);
            let keys = &graph.edges[first..];
            let id = NodeColumn {
                name: table.id_column.clone(),
                type_name: "i64".to_owned(),
                nullable: false,
                is_id: true,
                is_key: false,
                unique: true,
            };
            let columns = table.columns.iter().map(|column| {
                let place = column.position + 1;
                let key = keys.iter().find(|key| key.column == place);
                let unique = |set: &ColumnSet| set.columns.as_slice() == [column.position];
                NodeColumn {
                    name: column.name.clone(),
                    type_name: type_name(model, table, column.position),
                    nullable: !column.not_null,
                    is_id: false,
                    is_key: key.is_some(),
                    unique: key.is_some_and(|key| key.unique) || table.uniques.iter().any(unique),
                }
            });
            graph.tables.push(Node {
                name: table.name.clone(),
                kind,
                columns: std::iter::once(id).chain(columns).collect(),
            });
        }
        graph
    }

    fn edges_of(&mut self, model: &Model, from: usize, table: &TableModel) {
        for key in &table.value_keys {
            self.edges.push(Edge {
                from,
                // An edge begins at one column; the others of the key are the rest of the same row.
                column: key.columns[0] + 1,
                to: key.target.0,
                nullable: key.nullable,
                unique: key.unique,
                role: Role::Key,
            });
        }
        let mut edge = |column: usize, key: &ForeignKeyModel, nullable: bool, role: Role| {
            self.edges.push(Edge {
                from,
                column: column + 1,
                to: key.target.0,
                nullable,
                unique: key.unique,
                role,
            });
        };
        for field in &table.fields {
            match &field.kind {
                FieldKind::ForeignKey(key) => {
                    let role = match &table.kind {
                        TableKind::Pivot(_) => Role::Owned,
                        TableKind::Join(_) | TableKind::JoinWithPayload if !key.nullable => {
                            Role::End
                        }
                        _ => Role::Key,
                    };
                    for column in &field.columns {
                        edge(*column, key, key.nullable, role);
                    }
                }
                FieldKind::Owner { ty, .. } => {
                    for arm in &model[*ty].arms {
                        if let Some(key) = &arm.key {
                            edge(arm.column, key, true, Role::Arm);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The Rust type of a column, without `Option`.
fn type_name(model: &Model, table: &TableModel, column: usize) -> String {
    let column = &table.columns[column];
    match &table.fields[column.field].kind {
        FieldKind::Enum { ty, .. } => model[*ty].type_name.clone(),
        FieldKind::Own { ty, .. } => ty.rsplit("::").next().unwrap_or(ty).to_owned(),
        _ => column.scalar.rust().to_owned(),
    }
}
