//! Rust names, and texts that go into comments.

use gamedb_generate::names::{self, Ident, Scope, doc_lines};

#[test]
fn identifiers() {
    let cases = [
        ("full_name", "full_name"),
        ("fullName", "full_name"),
        ("type", "r#type"),
        ("gen", "r#gen"),
        ("self", "self_"),
        ("Self", "self_"),
        ("crate", "crate_"),
        ("super", "super_"),
        ("_", "unnamed"),
        ("", "unnamed"),
        ("13th", "_13th"),
        ("x²", "x"),
        ("a; fn evil() {}", "a_fn_evil"),
        ("größe", "größe"),
        ("e\u{301}te\u{301}", "été"),
        ("\u{ff41}bc", "abc"),
        ("PlayerID", "player_id"),
        ("HTTPServer", "http_server"),
    ];
    for (sql, expected) in cases {
        assert_eq!(Ident::new(sql).to_string(), expected, "for {sql:?}");
    }
}

#[test]
fn types_variants_and_flags() {
    let types = [
        ("inventory_entries", "InventoryEntry"),
        ("people", "Person"),
        ("2d_maps", "_2dMap"),
    ];
    for (sql, expected) in types {
        assert_eq!(
            names::type_name(&names::singular(sql)),
            expected,
            "for {sql:?}"
        );
    }
    for (text, expected) in [
        ("TRANSLATED_NAME", "TranslatedName"),
        ("self", "Self_"),
        ("", "Empty"),
    ] {
        assert_eq!(names::variant(text), expected, "for {text:?}");
    }
    for (sql, expected) in [("full_name", "FULL_NAME"), ("a b", "A_B"), ("1", "_1")] {
        assert_eq!(names::flag(sql), expected, "for {sql:?}");
    }
}

#[test]
fn one_and_many() {
    let words = [
        ("leaf", "leaves"),
        ("status", "statuses"),
        ("index", "indices"),
        ("hero", "heroes"),
        ("person", "people"),
        ("data", "data"),
        ("player_data", "player_data"),
        ("series", "series"),
        ("species", "species"),
        ("address", "addresses"),
        ("cache", "caches"),
        ("box", "boxes"),
        ("class", "classes"),
        ("wolf", "wolves"),
        ("dwarf", "dwarves"),
        ("move", "moves"),
        ("cave", "caves"),
        ("curve", "curves"),
        ("die", "dice"),
        ("movie", "movies"),
        ("zombie", "zombies"),
        ("city", "cities"),
        ("key", "keys"),
        ("quiz", "quizzes"),
        ("matrix", "matrices"),
        ("base", "bases"),
        ("match", "matches"),
        ("mesh", "meshes"),
        ("bus", "buses"),
        ("virus", "viruses"),
        ("lens", "lenses"),
        ("atlas", "atlases"),
        ("canvas", "canvases"),
        ("child", "children"),
        ("mouse", "mice"),
        ("staff", "staff"),
        ("equipment", "equipment"),
        ("news", "news"),
        ("inventory_entry", "inventory_entries"),
        ("film_actor", "film_actors"),
        ("language", "languages"),
    ];
    for (one, many) in words {
        assert_eq!(names::singular(many), one, "for {many:?}");
        assert_eq!(names::plural(one), many, "for {one:?}");
        assert_eq!(names::singular(one), one, "for {one:?} again");
        assert_eq!(names::plural(many), many, "for {many:?} again");
    }
}

#[test]
fn names_have_an_end() {
    let long = "é".repeat(300);
    assert_eq!(names::type_name(&long).len(), 200);
    assert_eq!(Ident::new(&long).stem().len(), 200);
}

#[test]
fn clashes_get_numbers() {
    let mut scope = Scope::default();
    let wanted = [Ident::new("type"), Ident::new("type_id")];
    let got: Vec<String> = (0..3).map(|_| scope.ident(&wanted).to_string()).collect();
    assert_eq!(got, ["r#type", "type_id", "type_id_2"]);
}

#[test]
fn nothing_gets_out_of_a_doc_comment() {
    let hostile = "one\r\ntwo\rthree\n*/ fn evil() {}\u{202e}\u{0}\u{2028}end";
    let lines = doc_lines(hostile);
    assert_eq!(lines, ["one", "two", "three", "*/ fn evil() {}   end"]);
}
