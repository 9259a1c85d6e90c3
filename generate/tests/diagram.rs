//! Diagrams: the text word by word, and that nothing in a picture lies on something else.

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::{of_sql, path, resolved};
use gamedb_generate::Model;
use gamedb_generate::diagram::{Format, diagram};

fn check_text(case: &str, model: &Model) {
    insta::with_settings!({
        snapshot_path => path("tests/cases").join(case),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("diagram", diagram(model, Format::Mermaid));
    });
}

#[test]
fn the_games_own_world_as_a_text() {
    check_text("game", &resolved("../models"));
}

#[test]
fn joins_as_a_text() {
    check_text("emit_joins", &resolved("tests/cases/emit_joins"));
}

#[test]
fn hostile_names_as_a_text() {
    check_text("hostile", &resolved("tests/cases/hostile"));
}

/// Left, upper, right and lower end.
type Area = [f64; 4];

fn number(text: &str, after: &str) -> f64 {
    let (_, rest) = text.split_once(after).expect(after);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    rest[..end.unwrap_or(rest.len())].parse().expect("a number")
}

/// The tables of a picture, with their names.
fn tables(svg: &str) -> Vec<(String, Area)> {
    let tables = svg.split("<g class=\"table ").skip(1);
    let placed = tables.filter(|text| text.contains("data-table=\""));
    let area = |text: &str| {
        let (_, name) = text.split_once("data-table=\"").expect("a name");
        let name = name.split('"').next().unwrap_or_default().to_owned();
        let x = number(text, "transform=\"translate(");
        let (_, rest) = text.split_once("translate(").expect("a place");
        let y = number(rest, " ");
        let (_, rest) = text.split_once("class=\"box\"").expect("a box");
        let (width, height) = (number(rest, "width=\""), number(rest, "height=\""));
        (name, [x, y, x + width, y + height])
    };
    placed.map(area).collect()
}

/// From where to where, and its points: the ends of its curves and their two control points.
type Line = (String, String, Vec<(f64, f64)>);

/// The lines of a picture, with the names at both ends.
fn lines(svg: &str) -> Vec<Line> {
    let lines = svg.split("<g class=\"edge ").skip(1);
    let drawn = lines.filter(|text| text.contains("data-from=\""));
    let line = |text: &str| {
        let named = |which: &str| {
            let (_, name) = text.split_once(which).expect("a name");
            name.split('"').next().unwrap_or_default().to_owned()
        };
        let path = named("<path d=\"");
        let numbers: Vec<f64> = path
            .split(['M', 'C', ' '])
            .filter(|text| !text.is_empty())
            .map(|text| text.parse().expect("a number"))
            .collect();
        let points = numbers.chunks(2).map(|p| (p[0], p[1])).collect();
        (named("data-from=\""), named("data-to=\""), points)
    };
    drawn.map(line).collect()
}

/// Points of a line that are close together.
fn on_the_way(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const N_STEPS: usize = 40;
    let mut way = Vec::new();
    for curve in points.windows(4).step_by(3) {
        for step in 0..=N_STEPS {
            let t = step as f64 / N_STEPS as f64;
            let s = 1.0 - t;
            let parts = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
            let at = |pick: fn(&(f64, f64)) -> f64| -> f64 {
                parts
                    .iter()
                    .zip(curve)
                    .map(|(part, point)| part * pick(point))
                    .sum()
            };
            way.push((at(|point| point.0), at(|point| point.1)));
        }
    }
    way
}

/// Whether a point is in an area, or closer to it than this.
fn is_near(point: (f64, f64), area: &Area, distance: f64) -> bool {
    area[0] - distance < point.0
        && point.0 < area[2] + distance
        && area[1] - distance < point.1
        && point.1 < area[3] + distance
}

/// The area that a line cannot leave, which is that of its points, and as much more on each side.
fn hull(points: &[(f64, f64)], more: f64) -> Area {
    let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let hull = points
        .iter()
        .fold(start, |[left, upper, right, lower], (x, y)| {
            [left.min(*x), upper.min(*y), right.max(*x), lower.max(*y)]
        });
    let more = more.max(0.0);
    [
        hull[0] - more,
        hull[1] - more,
        hull[2] + more,
        hull[3] + more,
    ]
}

/// The labels at lines that pass tables: what is written, with which classes, and where.
fn labels(svg: &str) -> Vec<(String, String, Area)> {
    let texts = svg
        .lines()
        .filter(|line| line.starts_with("<text class=\"lane "));
    let label = |text: &str| {
        let (_, classes) = text.split_once("class=\"").expect("classes");
        let (_, written) = text.split_once('>').expect("a text");
        let written = written.trim_end_matches("</text>").to_owned();
        let (x, y) = (number(text, " x=\""), number(text, " y=\""));
        let width = written.chars().count() as f64 * 5.5;
        let classes = classes.split('"').next().unwrap_or_default().to_owned();
        (written, classes, [x, y - 8.0, x + width, y + 1.0])
    };
    texts.map(label).collect()
}

/// Whether two areas have no point in common.
fn are_apart(a: &Area, b: &Area) -> bool {
    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]
}

/// Checks that a picture is readable.
fn check_picture(model: &Model) {
    let svg = diagram(model, Format::Svg);
    let tables = tables(&svg);
    assert_eq!(tables.len(), model.tables.len());
    let (width, height) = (number(&svg, "width=\""), number(&svg, "height=\""));
    for (at, (name, a)) in tables.iter().enumerate() {
        assert!(a[0] >= 0.0 && a[1] >= -0.1, "{name} begins outside: {a:?}");
        assert!(a[2] < width && a[3] < height, "{name} ends outside: {a:?}");
        for (other, b) in &tables[at + 1..] {
            assert!(are_apart(a, b), "{name} {a:?} lies on {other} {b:?}");
        }
    }
    let lines = lines(&svg);
    for (from, to, points) in &lines {
        // Lines end at the sides of tables; rounding can put them a little inside.
        let distance = if from == to { 4.0 } else { -0.2 };
        let near: Vec<_> = tables
            .iter()
            .filter(|(name, area)| {
                (from != to || name != from) && !are_apart(area, &hull(points, distance))
            })
            .collect();
        for point in on_the_way(points) {
            for (name, area) in &near {
                assert!(
                    !is_near(point, area, distance),
                    "the line from {from} to {to} runs through {name}, at {point:?}"
                );
            }
            assert!(
                point.0 < width - 30.0,
                "the line from {from} to {to} leaves the picture"
            );
        }
    }
    let labels = labels(&svg);
    for (at, (text, _, a)) in labels.iter().enumerate() {
        for (name, area) in &tables {
            assert!(
                are_apart(a, area),
                "the label {text} {a:?} lies on {name} {area:?}"
            );
        }
        for (other, _, b) in &labels[at + 1..] {
            assert!(
                are_apart(a, b),
                "the label {text} {a:?} lies on {other} {b:?}"
            );
        }
    }
    let n_keys = svg.matches("<title>").count() - tables.len();
    assert_eq!(lines.len(), n_keys);
}

#[test]
fn nothing_lies_on_something_else() {
    for case in [
        "../models",
        "tests/cases/emit_joins",
        "tests/cases/hostile",
        "tests/cases/twins",
    ] {
        check_picture(&resolved(case));
    }
    check_picture(&Model::default());
    check_picture(&of_sql(
        "CREATE TABLE alone (id INTEGER PRIMARY KEY) STRICT;",
    ));
}

/// A schema as large as that of an old game server: a few tables that all others point to.
fn large(n_tables: usize) -> String {
    let mut sql = String::new();
    for n in 0..n_tables {
        let mut columns = String::new();
        for column in 0..(n * 7) % 23 {
            let _ = write!(columns, ", value_{column} INTEGER");
        }
        for (key, target) in [n / 40, n / 3, n.saturating_sub(1)].into_iter().enumerate() {
            if (n * 5 + key) % 4 < 2 && target < n {
                let _ = write!(
                    columns,
                    ", key_{key} INTEGER REFERENCES table_{target} (id)"
                );
            }
        }
        let _ = writeln!(
            sql,
            "CREATE TABLE table_{n} (id INTEGER PRIMARY KEY{columns}) STRICT;"
        );
    }
    sql
}

#[test]
fn hundreds_of_tables_have_their_places() {
    check_picture(&of_sql(&large(280)));
}

#[test]
fn circles_of_tables_have_their_places() {
    let circle: String = (0..12)
        .map(|n| {
            let next = (n + 1) % 12;
            format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, next INTEGER REFERENCES t{next} (id), own INTEGER REFERENCES t{n} (id)) STRICT;")
        })
        .collect();
    check_picture(&of_sql(&circle));
}

#[test]
fn a_line_from_a_table_to_itself_stays_clear_of_its_neighbours() {
    let tree = |n: usize| {
        format!(
            "CREATE TABLE tree_{n} (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree_{n} (id), first INTEGER REFERENCES tree_{n} (id)) STRICT;"
        )
    };
    let plain = |n: usize| format!("CREATE TABLE plain_{n} (id INTEGER PRIMARY KEY) STRICT;");
    let tables: String = (0..30)
        .map(|n| if n % 3 == 0 { plain(n) } else { tree(n) })
        .collect();
    check_picture(&of_sql(&tables));
}

/// Two hubs, whose children are declared in turns, and a table that everything points to.
fn hubs() -> Model {
    let mut sql = String::from(
        "CREATE TABLE realm (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE guild (id INTEGER PRIMARY KEY, realm INTEGER REFERENCES realm (id)) STRICT;
         CREATE TABLE pet (id INTEGER PRIMARY KEY, realm INTEGER REFERENCES realm (id)) STRICT;
         CREATE TABLE quest (id INTEGER PRIMARY KEY, realm INTEGER REFERENCES realm (id)) STRICT;",
    );
    for n in 0..24 {
        let hub = ["guild", "pet", "quest"][n % 3];
        let _ = writeln!(
            sql,
            "CREATE TABLE {hub}_{n} (id INTEGER PRIMARY KEY, realm INTEGER REFERENCES realm (id), {hub} INTEGER REFERENCES {hub} (id)) STRICT;"
        );
    }
    of_sql(&sql)
}

#[test]
fn the_children_of_a_parent_stand_together() {
    let model = hubs();
    check_picture(&model);
    let mut tables = tables(&diagram(&model, Format::Svg));
    tables.sort_by(|(_, a), (_, b)| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let children = tables.iter().filter(|(name, _)| name.contains('_'));
    let hubs: Vec<&str> = children
        .filter_map(|(name, _)| name.split('_').next())
        .collect();
    assert_eq!(hubs.len(), 24);
    let mut groups = hubs.clone();
    groups.dedup();
    // They fill several columns, so that the last group of one can go on in the next.
    let mut columns: Vec<f64> = tables.iter().map(|(_, area)| area[0]).collect();
    columns.dedup();
    let most = 3 + columns.len() - 2;
    assert!(
        groups.len() <= most,
        "{hubs:?} in {} columns",
        columns.len()
    );
}

#[test]
fn a_line_that_passes_tables_says_where_it_leads() {
    let model = hubs();
    let svg = diagram(&model, Format::Svg);
    let labels = labels(&svg);
    let of_realm: Vec<_> = labels
        .iter()
        .filter(|(text, ..)| text == "← realm")
        .collect();
    assert!(!of_realm.is_empty(), "{labels:?}");
    // Each hub has a colour, and lines and labels have that of the table that they lead to.
    let colour = |to: &str| {
        let to = format!("data-to=\"{to}\"");
        let lines = svg.lines().filter(|line| line.contains(&to));
        let mut colours: Vec<&str> = lines
            .map(|line| line.split('"').nth(1).unwrap_or_default())
            .filter_map(|classes| classes.split(' ').find(|class| class.starts_with("hue-")))
            .collect();
        colours.dedup();
        assert_eq!(colours.len(), 1, "{to}: {colours:?}");
        colours[0].to_owned()
    };
    let colours: std::collections::BTreeSet<String> = ["realm", "guild", "pet", "quest"]
        .into_iter()
        .map(colour)
        .collect();
    assert_eq!(colours.len(), 4, "{colours:?}");
    for (text, classes, _) in of_realm {
        assert!(classes.contains(&colour("realm")), "{text}: {classes}");
    }
}

#[test]
fn pivots_and_arms_have_colours_of_their_own() {
    let svg = diagram(&resolved("../models"), Format::Svg);
    let with = |class: &str| -> Vec<(String, String)> {
        let class = format!("<g class=\"edge {class}\"");
        let lines = svg.split('\n').filter(|line| line.starts_with(&class));
        let lines: Vec<&str> = lines.filter(|line| line.contains("data-from")).collect();
        let lines = self::lines(&lines.join("\n"));
        lines.into_iter().map(|(from, to, _)| (from, to)).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = pairs.iter().map(|(a, b)| (a.to_string(), b.to_string()));
        owned.collect()
    };
    let owned = [
        ("attribute_owners", "attributes"),
        ("inventory_owners", "inventories"),
    ];
    assert_eq!(with("owned"), pairs(&owned));
    let arms = [
        ("mobiles", "mobiles"),
        ("mobiles", "players"),
        ("attribute_owners", "mobiles"),
        ("attribute_owners", "items"),
        ("attribute_owners", "players"),
        ("inventory_owners", "mobiles"),
        ("inventory_owners", "items"),
        ("inventory_owners", "players"),
    ];
    assert_eq!(with("arm"), pairs(&arms));
    for pivot in ["attribute_owners", "inventory_owners"] {
        assert!(svg.contains(&format!("<g class=\"table pivot\" data-table=\"{pivot}\"")));
    }
    assert_eq!(
        svg.matches("<g class=\"table pivot\" data-table").count(),
        2
    );
}

#[test]
fn names_stay_names() {
    let model = of_sql(
        "CREATE TABLE \"</text><script>alert(1)</script>\" (id INTEGER PRIMARY KEY, \"\"\" onload=\"\"x()\" TEXT, \"a\u{1}b\" INTEGER) STRICT;",
    );
    let svg = diagram(&model, Format::Svg);
    assert!(!svg.contains("<script") && !svg.contains("\" onload") && !svg.contains('\u{1}'));
    let page = diagram(&model, Format::Html);
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert_eq!(page.matches("</script>").count(), 1);
    for outside in ["http://", "https://", "//cdn", "@import", "url("] {
        let allowed = page.matches("http://www.w3.org/2000/svg").count();
        let n = page.matches(outside).count();
        assert_eq!(
            n,
            if outside == "http://" { allowed } else { 0 },
            "{outside}"
        );
    }
    let text = diagram(&model, Format::Mermaid);
    assert!(
        text.lines()
            .all(|line| !line.contains('<') || line.contains("[\"") || line.contains(" \""))
    );
}

#[test]
fn the_same_model_gives_the_same_picture() {
    let model = resolved("../models");
    for format in [Format::Mermaid, Format::Svg, Format::Html] {
        assert_eq!(diagram(&model, format), diagram(&model, format));
    }
}

#[test]
fn the_format_is_that_of_the_files_name() {
    let of = |name: &str| Format::of(Path::new(name));
    assert_eq!(of("a/world.svg"), Some(Format::Svg));
    assert_eq!(of("world.html"), Some(Format::Html));
    assert_eq!(of("world.mmd"), Some(Format::Mermaid));
    assert_eq!(of("world"), None);
    assert_eq!(of("world.md"), None);
}
