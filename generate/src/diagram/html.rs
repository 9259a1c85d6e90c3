//! The picture in a self-contained page that can be moved, zoomed and searched.

use super::graph::Graph;
use super::svg;

/// The whole page. Names of the schema stand in text and attributes only, never in the script.
pub(super) fn page(graph: &Graph) -> String {
    let (style, script) = (include_str!("page.css"), include_str!("page.js"));
    let picture = svg::drawing(graph, " id=\"picture\"");
    let n_tables = graph.tables.len();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Tables</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
         <div id=\"tools\"><input id=\"search\" type=\"search\" placeholder=\"Find a table or column\" \
         autocomplete=\"off\"> <span id=\"found\">{n_tables} tables</span> \
         <button id=\"whole\">Whole picture</button></div>\n<div id=\"view\">\n{picture}</div>\n\
         <script>\n{script}</script>\n</body>\n</html>\n"
    )
}
