//! A picture as self-contained SVG.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::graph::{Edge, Graph, Node, NodeColumn, NodeKind, Role};
use super::hues::hues;
use super::layout::{LOOP, Layout, Placed, layout};

/// Up to this number of tables all columns are shown, beyond it only foreign keys.
const FEW_TABLES: usize = 40;
/// The most columns that a table shows, and where there are many tables.
const MOST_COLUMNS: usize = 16;
const MOST_KEYS: usize = 8;
/// The most letters of a name.
const LONGEST_NAME: usize = 34;

const MARGIN: f64 = 30.0;
const LEGEND: f64 = 44.0;
const HEADER: f64 = 26.0;
const ROW: f64 = 17.0;
/// The width of a letter in the type used, at its size.
const LETTER: f64 = 6.7;

/// The width of a letter of the labels that lines have.
const SMALL_LETTER: f64 = 5.5;

/// The styles, of which a page has some more.
pub(super) const STYLE: &str = include_str!("picture.css");

/// A picture that stands alone.
pub(super) fn picture(graph: &Graph) -> String {
    drawing(graph, "")
}

/// The picture, with more attributes on its outermost element.
pub(super) fn drawing(graph: &Graph, attributes: &str) -> String {
    let boxes: Vec<Shown<'_>> = graph
        .tables
        .iter()
        .enumerate()
        .map(|(at, _)| Shown::new(graph, at))
        .collect();
    let sizes: Vec<(f64, f64)> = boxes.iter().map(Shown::size).collect();
    let layout = layout(graph, &sizes);
    let width = layout.width.max(760.0) + 2.0 * MARGIN;
    let height = layout.height + 2.0 * MARGIN + LEGEND;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\"{attributes}>\n<style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"
    );
    legend(&mut out);
    let _ = writeln!(
        out,
        "<g transform=\"translate({MARGIN} {:.0})\">",
        MARGIN + LEGEND
    );
    // Arms and ownership last, over the plain ones.
    let mut edges: Vec<usize> = (0..graph.edges.len()).collect();
    edges.sort_by_key(|at| (graph.edges[*at].role != Role::Key, *at));
    let hues = hues(graph, &layout);
    for at in edges {
        edge(&mut out, graph, &boxes, &layout, &hues, at);
    }
    labels(&mut out, graph, &layout, &hues);
    for (shown, placed) in boxes.iter().zip(&layout.tables) {
        table(&mut out, shown, placed);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// A table with the columns that are shown.
struct Shown<'g> {
    node: &'g Node,
    columns: Vec<(usize, &'g NodeColumn)>,
    n_hidden: usize,
}

impl<'g> Shown<'g> {
    fn new(graph: &'g Graph, at: usize) -> Self {
        let node = &graph.tables[at];
        let few = graph.tables.len() <= FEW_TABLES;
        let most = if few { MOST_COLUMNS } else { MOST_KEYS };
        let all = || node.columns.iter().enumerate();
        let mut columns: Vec<(usize, &NodeColumn)> =
            all().filter(|(_, column)| few || column.is_key).collect();
        if columns.len() > most {
            // Columns that point somewhere have a line, and stay first.
            let keys = columns.iter().filter(|(_, column)| column.is_key);
            let n_others = most.saturating_sub(keys.count());
            let others = columns.iter().filter(|(_, column)| !column.is_key);
            let last = others.map(|(at, _)| *at).nth(n_others);
            columns.retain(|(at, column)| column.is_key || last.is_some_and(|last| *at < last));
            columns.truncate(most.max(MOST_COLUMNS));
        }
        Self {
            node,
            n_hidden: node.columns.len() - columns.len(),
            columns,
        }
    }

    fn size(&self) -> (f64, f64) {
        let letters = |name: &str| name.chars().count().min(LONGEST_NAME);
        let columns = self.columns.iter().map(|(_, column)| {
            letters(&column.name) + letters(&column.type_name) + 4 + usize::from(column.nullable)
        });
        let head = letters(&self.node.name) + 2 + self.tag().chars().count();
        let widest = columns.chain([head]).max().unwrap_or_default();
        let n_rows = self.columns.len() + usize::from(self.n_hidden > 0);
        (
            (widest as f64 * LETTER + 24.0).max(120.0),
            HEADER + n_rows as f64 * ROW + 5.0,
        )
    }

    /// The label beside the name.
    fn tag(&self) -> &'static str {
        match self.node.kind {
            NodeKind::Entity => "",
            NodeKind::Pivot => "pivot",
            NodeKind::Join | NodeKind::JoinWithPayload => "join",
        }
    }

    /// The height of a column in the table; the header's for one that is not shown.
    fn row(&self, column: usize) -> f64 {
        match self.columns.iter().position(|(at, _)| *at == column) {
            Some(row) => HEADER + (row as f64 + 0.5) * ROW + 2.0,
            None => HEADER / 2.0,
        }
    }
}

fn table(out: &mut String, shown: &Shown<'_>, placed: &Placed) {
    let Placed {
        x,
        y,
        width,
        height,
    } = placed;
    let node = shown.node;
    let name = escaped(&node.name);
    let right = width - 10.0;
    let _ = writeln!(
        out,
        "<g class=\"table {}\" data-table=\"{name}\" transform=\"translate({x:.1} {y:.1})\">\
         <title>{name}: {}, {} columns</title>\
         <rect class=\"box\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"5\"/>\
         <path class=\"head\" d=\"M0 {HEADER}V5a5 5 0 0 1 5-5H{:.1}a5 5 0 0 1 5 5V{HEADER}z\"/>\
         <text class=\"name\" x=\"10\" y=\"17\">{}</text>\
         <text class=\"tag\" x=\"{right:.1}\" y=\"17\">{}</text>",
        node.kind.class(),
        node.kind.word(),
        node.columns.len(),
        width - 5.0,
        escaped(&short(&node.name)),
        shown.tag(),
    );
    for (at, column) in &shown.columns {
        let y = shown.row(*at) + 4.0;
        let class = match (column.is_id, column.is_key) {
            (true, _) => "id",
            (_, true) => "points",
            _ => "plain",
        };
        let optional = if column.nullable { "?" } else { "" };
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"10\" y=\"{y:.1}\">{}</text>\
             <text class=\"type\" x=\"{right:.1}\" y=\"{y:.1}\">{}{optional}</text>",
            escaped(&short(&column.name)),
            escaped(&short(&column.type_name))
        );
    }
    if shown.n_hidden > 0 {
        let y = HEADER + (shown.columns.len() as f64 + 0.5) * ROW + 6.0;
        let more = if shown.columns.is_empty() {
            ""
        } else {
            " more"
        };
        let _ = writeln!(
            out,
            "<text class=\"more\" x=\"10\" y=\"{y:.1}\">{} column{}{more}</text>",
            shown.n_hidden,
            if shown.n_hidden == 1 { "" } else { "s" }
        );
    }
    out.push_str("</g>\n");
}

/// A line from the column that points to the table that it points to, with a dot at that end.
fn edge(
    out: &mut String,
    graph: &Graph,
    boxes: &[Shown<'_>],
    layout: &Layout,
    hues: &[&'static str],
    at: usize,
) {
    let edge = &graph.edges[at];
    let (from, to) = (&layout.tables[edge.from], &layout.tables[edge.to]);
    let from_y = from.y + boxes[edge.from].row(edge.column);
    let to_y = to.y + HEADER / 2.0;
    let (path, end_x) = if edge.from == edge.to {
        let x = from.x + from.width;
        let path = format!(
            "M{x:.1} {from_y:.1}C{0:.1} {from_y:.1} {0:.1} {to_y:.1} {x:.1} {to_y:.1}",
            // A curve goes three quarters of the way to its control points.
            x + (LOOP - 2.0) / 0.75
        );
        (path, x)
    } else if from.x > to.x {
        let end = to.x + to.width;
        let lanes = layout.lanes[at]
            .iter()
            .rev()
            .map(|&(left, right, y)| (right, left, y));
        (line(from.x, from_y, lanes, end, to_y), end)
    } else if from.x < to.x {
        let lanes = layout.lanes[at].iter().rev().copied();
        (line(from.x + from.width, from_y, lanes, to.x, to_y), to.x)
    } else {
        // In one column: around on the right.
        let x = from.x + from.width;
        let path = format!(
            "M{x:.1} {from_y:.1}C{0:.1} {from_y:.1} {0:.1} {to_y:.1} {x:.1} {to_y:.1}",
            x + 48.0
        );
        (path, x)
    };
    let (child, parent) = (&graph.tables[edge.from], &graph.tables[edge.to]);
    let _ = writeln!(
        out,
        "<g class=\"edge {}{}{}\" data-from=\"{}\" data-to=\"{}\"><title>{}.{} → {}</title>\
         <path d=\"{path}\"/><circle cx=\"{end_x:.1}\" cy=\"{to_y:.1}\" r=\"3.2\"/></g>",
        edge.role.class(),
        optional(edge),
        hue(edge, hues),
        escaped(&child.name),
        escaped(&parent.name),
        escaped(&child.name),
        escaped(&child.columns[edge.column].name),
        escaped(&parent.name),
    );
}

/// The colour of a foreign key's line, as a class; what belongs to pivots and joins has colours of its own.
fn hue(edge: &Edge, hues: &[&'static str]) -> &'static str {
    match edge.role {
        Role::Key => hues[edge.to],
        Role::Owned | Role::Arm | Role::End => "",
    }
}

/// Writes at each place where lines pass other tables the name of the table that they lead to.
fn labels(out: &mut String, graph: &Graph, layout: &Layout, hues: &[&'static str]) {
    let mut written = BTreeSet::new();
    for (edge, lanes) in graph.edges.iter().zip(&layout.lanes) {
        for &(left, right, y) in lanes {
            if !written.insert((edge.to, edge.role, left.to_bits())) {
                continue;
            }
            let room = ((right - left - 8.0) / SMALL_LETTER).max(0.0) as usize;
            let name = shortened(&graph.tables[edge.to].name, room.saturating_sub(2));
            let label = match layout.tables[edge.to].x < left {
                true => format!("← {name}"),
                false => format!("{name} →"),
            };
            let _ = writeln!(
                out,
                "<text class=\"lane {}{}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                edge.role.class(),
                hue(edge, hues),
                left + 4.0,
                y - 3.0,
                escaped(&label)
            );
        }
    }
}

fn optional(edge: &Edge) -> &'static str {
    if edge.nullable && edge.role == Role::Key {
        " optional"
    } else {
        ""
    }
}

/// A curve through the lanes, each from one end of its column to the other.
fn line(
    mut x: f64,
    mut y: f64,
    lanes: impl Iterator<Item = (f64, f64, f64)>,
    end_x: f64,
    end_y: f64,
) -> String {
    let mut path = format!("M{x:.1} {y:.1}");
    let mut curve = |x: f64, y: f64, to_x: f64, to_y: f64| {
        let middle = (x + to_x) / 2.0;
        let _ = write!(
            path,
            "C{middle:.1} {y:.1} {middle:.1} {to_y:.1} {to_x:.1} {to_y:.1}"
        );
    };
    for (enter, leave, height) in lanes {
        curve(x, y, enter, height);
        // Straight on, as a curve like the others.
        curve(enter, height, leave, height);
        (x, y) = (leave, height);
    }
    curve(x, y, end_x, end_y);
    path
}

fn legend(out: &mut String) {
    let y = MARGIN + 6.0;
    let mut x = MARGIN;
    for (class, word) in [
        ("entity", "entity"),
        ("pivot", "pivot: who owns what"),
        ("join", "join"),
        ("payload", "join with payload"),
    ] {
        let _ = writeln!(
            out,
            "<g class=\"table {class} sample\"><rect class=\"head\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"12\" rx=\"3\"/>\
             <text class=\"legend\" x=\"{:.1}\" y=\"{y:.1}\">{word}</text></g>",
            y - 10.0,
            x + 20.0
        );
        x += 20.0 + word.len() as f64 * LETTER + 26.0;
    }
    let (y, mut x) = (y + 22.0, MARGIN);
    for (class, word) in [
        ("key", "foreign key"),
        ("key optional", "may be NULL"),
        ("key hue-0", "a colour for each table that several point to"),
        ("owned", "what a pivot says the owner of"),
        ("arm", "one of its owners"),
        ("end", "end of a join"),
    ] {
        let _ = writeln!(
            out,
            "<g class=\"edge {class} sample\"><path d=\"M{x:.1} {0:.1}h26\"/><circle cx=\"{1:.1}\" cy=\"{0:.1}\" r=\"3.2\"/>\
             <text class=\"legend\" x=\"{2:.1}\" y=\"{y:.1}\">{word}</text></g>",
            y - 4.0,
            x + 26.0,
            x + 36.0
        );
        x += 36.0 + word.len() as f64 * LETTER + 22.0;
    }
}

/// A name that is not too long.
fn short(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}

/// A name of so many letters at most.
fn shortened(name: &str, n_letters: usize) -> String {
    if name.chars().count() <= n_letters {
        return name.to_owned();
    }
    let start: String = name.chars().take(n_letters.saturating_sub(1)).collect();
    format!("{start}…")
}

/// A text for XML, between tags and in quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML cannot represent these characters, not even escaped.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
