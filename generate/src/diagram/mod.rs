//! Pictures of a schema: its tables, what points to what, and who owns what.

mod graph;
mod html;
mod hues;
mod layout;
mod mermaid;
mod order;
mod svg;

use std::path::Path;

use crate::model::Model;
use graph::Graph;

/// What a diagram is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
