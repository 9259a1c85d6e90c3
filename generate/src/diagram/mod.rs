//! Pictures of a schema: its tables, what points to what, and who owns what.

mod html;
mod layout;
mod mermaid;
mod svg;

use std::path::Path;

use clap::ValueEnum;

use crate::model::{FieldKind, ForeignKeyModel, Model, TableKind, TableModel};

/// What a diagram is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The text of a Mermaid `erDiagram`.
    Mermaid,
    /// A picture that stands alone.
    Svg,
    /// A page that stands alone: the same picture to move about in, to search and to point at.
    Html,
}

impl Format {
    /// The format of a file, by the end of its name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "svg" => Some(Self::Svg),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// The diagram of a model.
pub fn diagram(model: &Model, format: Format) -> String {
    let graph = Graph::new(model);
    match format {
        Format::Mermaid => mermaid::text(&graph),
        Format::Svg => svg::picture(&graph),
        Format::Html => html::page(&graph),
    }
}

/// The tables and what connects them; edges name tables by place.
struct Graph {
    tables: Vec<Node>,
    edges: Vec<Edge>,
}

/// One table.
struct Node {
    name: String,
    kind: Kind,
    columns: Vec<Column>,
}

/// What a table is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entity,
    Pivot,
    Join,
    JoinWithPayload,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Pivot => "pivot",
            Self::Join => "join",
            Self::JoinWithPayload => "join with payload",
        }
    }

    /// The name of its style.
    fn class(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Pivot => "pivot",
            Self::Join => "join",
            Self::JoinWithPayload => "payload",
        }
    }
}

/// One column of a table.
struct Column {
    name: String,
    type_name: String,
    nullable: bool,
    is_id: bool,
    is_key: bool,
    unique: bool,
}

/// One column that points to a table.
struct Edge {
    /// The table that points.
    from: usize,
    /// Its column, by place in [`Node::columns`].
    column: usize,
    /// The table pointed to.
    to: usize,
    nullable: bool,
    unique: bool,
    role: Role,
}

/// What an edge says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
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
    fn class(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Owned => "owned",
            Self::Arm => "arm",
            Self::End => "end",
        }
    }
}

impl Graph {
    fn new(model: &Model) -> Self {
        let mut graph = Self {
            tables: Vec::new(),
            edges: Vec::new(),
        };
        for (at, table) in model.tables.iter().enumerate() {
            let kind = match table.kind {
                TableKind::Entity => Kind::Entity,
                TableKind::Pivot(_) => Kind::Pivot,
                TableKind::Join(_) => Kind::Join,
                TableKind::JoinWithPayload => Kind::JoinWithPayload,
            };
            let first = graph.edges.len();
            graph.edges_of(model, at, table);
            let keys = &graph.edges[first..];
            let id = Column {
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
                let unique =
                    |set: &crate::model::ColumnSet| set.columns.as_slice() == [column.position];
                Column {
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
        _ => column.scalar.rust().to_owned(),
    }
}
