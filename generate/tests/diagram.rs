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

/// From where to where, and what it goes through.
type Line = (String, String, Vec<(f64, f64)>);

/// The points that the curves of each line of a picture go through, with the names at both ends.
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
        let points: Vec<(f64, f64)> = numbers.chunks(2).map(|p| (p[0], p[1])).collect();
        let ends = points.into_iter().step_by(3).collect();
        (named("data-from=\""), named("data-to=\""), ends)
    };
    drawn.map(line).collect()
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
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "{name} {a:?} lies on {other} {b:?}");
        }
    }
    let lines = lines(&svg);
    for (from, to, points) in &lines {
        // Between two points that a curve goes through on one height, it goes straight on.
        for pair in points.windows(2).filter(|pair| pair[0].1 == pair[1].1) {
            let (left, right) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
            let y = pair[0].1;
            for (name, area) in &tables {
                let passes = area[1] < y && y < area[3] && left < area[2] && area[0] < right;
                assert!(
                    !passes || name == from || name == to,
                    "the line from {from} to {to} runs through {name}"
                );
            }
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
