use gamedb::{Effect, Encoded, Positions};

use super::*;
use crate::inspected::Place;

struct Sample(i64, Vec<Value<'static>>);

impl AnyRow for Sample {
    fn at(&self) -> i64 {
        self.0
    }
    fn id(&self) -> i64 {
        self.0
    }
    fn key(&self) -> Option<String> {
        None
    }
    fn value(&self, column: usize) -> Encoded<'_> {
        Encoded::Borrowed(self.1[column])
    }
    fn unflushed(&self) -> Option<Effect<Positions>> {
        None
    }
    fn target(&self, _: usize) -> Option<Place> {
        None
    }
    fn target_by_value(&self, _: usize) -> Option<Place> {
        None
    }

    fn owner(&self) -> Option<Place> {
        None
    }
    fn owned(&self) -> Option<Place> {
        None
    }
}

fn table() -> TableSchema {
    TableSchema {
        name: "players".into(),
        id: "id".into(),
        columns: ["name", "gold", "weight", "gone"]
            .map(String::from)
            .to_vec(),
        foreign_keys: Vec::new(),
        value_keys: Vec::new(),
        pivot_of: None,
        incoming: Vec::new(),
    }
}

fn matches(query: &str) -> bool {
    let row = Sample(
        17,
        vec![
            Value::Text("Ada \"the\" Lovelace"),
            Value::Integer(-250),
            Value::Real(1.5),
            Value::Null,
        ],
    );
    let query = Query::parse(query, &table()).expect("a query");
    query.matches(&row, 4, &mut Scratch::default())
}

#[test]
fn a_row_has_to_satisfy_all_terms() {
    for found in [
        "",
        "  ",
        "ada",
        "ADA love",
        "17",
        "-250",
        "25",
        "1.5",
        "name~LOVE",
        "gold=-250",
        "gold<0",
        "gold<=-250",
        "gold>-251",
        "gold>-250.5",
        "weight=1.5",
        "weight>1",
        "gone=NULL",
        "name!=NULL",
        "id=17",
        "id>16 id<18",
        r#"name="Ada \"the\" Lovelace""#,
        r#""the\" Love""#,
        "name>A",
        "name!=x gold!=0",
        r#"gone!="NULL""#,
        "gold!=abc",
        r#"name~"""#,
    ] {
        assert!(matches(found), "{found}");
    }
    for missed in [
        "bob",
        "ada bob",
        "18",
        "gold=250",
        "gold>0",
        "weight<1",
        "gone!=NULL",
        "name=NULL",
        "gone=0",
        "gone<1",
        "id=18",
        "id!=17",
        r#"gone="NULL""#,
        "gold=abc",
        "gold<abc",
        "name=ada",
        "weight>NaN",
        "null",
    ] {
        assert!(!matches(missed), "{missed}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let refused = |query: &str| Query::parse(query, &table()).expect_err(query).to_string();
    assert_eq!(
        refused("nmae=Ada"),
        "players has no column `nmae`; it has id, name, gold, weight, gone"
    );
    assert_eq!(refused("name="), "a value is missing after `name=`");
    assert_eq!(refused("name~ gold=1"), "a value is missing after `name~`");
    assert_eq!(
        refused(r#"name="Ada"#),
        "a quote is open at the end of the search"
    );
    assert_eq!(refused(r#"""#), "a quote is open at the end of the search");
    assert_eq!(refused(r#""\"#), "a quote is open at the end of the search");
}

#[test]
fn a_part_is_found_wherever_a_long_text_has_it() {
    let mut lowercase = Vec::new();
    for part in ["z", "Zz", "abcdefg", &"y".repeat(MOST_PATTERN)] {
        let finder = Finder::new(part);
        for at in [
            0,
            1,
            PART - 2,
            PART - 1,
            PART,
            2 * PART - part.len(),
            3 * PART - 1,
        ] {
            let before = "x".repeat(at);
            let text = format!("{before}{}", part.to_ascii_uppercase());
            assert!(
                finder.is_in(text.as_bytes(), &mut lowercase),
                "{part} at {at}"
            );
            let text = format!("{text}{before}");
            assert!(
                finder.is_in(text.as_bytes(), &mut lowercase),
                "{part} at {at}"
            );
            let almost = &text[..at + part.len() - 1];
            assert!(
                !finder.is_in(almost.as_bytes(), &mut lowercase),
                "{part} at {at}"
            );
        }
        assert!(!finder.is_in(b"", &mut lowercase));
    }
    assert!(Finder::new("").is_in(b"", &mut lowercase));
}

/// Nearly found at each place, which a search that begins anew each time pays for with the length of the part.
#[test]
fn a_search_takes_no_longer_for_a_long_part() {
    let text = "a".repeat(1 << 18);
    let mut lowercase = Vec::new();
    let mut shortest = |n: usize| {
        let finder = Finder::new(&format!("{}b", "a".repeat(n - 1)));
        let times = (0..9).map(|_| {
            let start = std::time::Instant::now();
            assert!(!finder.is_in(text.as_bytes(), &mut lowercase));
            start.elapsed()
        });
        times.min().expect("nine times").as_secs_f64()
    };
    let (short, long) = (shortest(8), shortest(MOST_PATTERN));
    assert!(
        long < 8.0 * short,
        "{long} seconds for 256 bytes, {short} for 8"
    );
}

#[test]
fn a_query_has_bounds() {
    let refused = |query: &str| {
        Query::parse(query, &table())
            .expect_err("bounds")
            .to_string()
    };
    let long = "a".repeat(MOST_PATTERN + 1);
    for query in [&long, &format!("name~{long}"), &format!("\"{long}\"")] {
        assert!(
            refused(query).contains("256 bytes, and this one has 257"),
            "{query}"
        );
    }
    assert!(Query::parse(&long[1..], &table()).is_ok());
    assert!(Query::parse(&format!("name={long}"), &table()).is_ok());
    assert!(refused(&"a ".repeat(33)).contains("32 terms, and this one has 33"));
    assert!(Query::parse(&"a ".repeat(32), &table()).is_ok());
}

#[test]
fn integers_and_reals_are_compared_by_their_exact_values() {
    let two_53 = Sample(
        1,
        vec![
            Value::Null,
            Value::Integer((1 << 53) + 1),
            Value::Real(9_007_199_254_740_992.0),
        ],
    );
    let matches = |query: &str| {
        let query = Query::parse(query, &table()).expect("a query");
        query.matches(&two_53, 3, &mut Scratch::default())
    };
    assert!(matches("gold>9007199254740992.0"));
    assert!(!matches("gold=9007199254740992.0"));
    assert!(matches("weight<9007199254740993"));
    assert!(!matches("weight=9007199254740993"));
    assert!(matches("weight=9007199254740992 gold=9007199254740993"));
}

#[test]
fn a_sign_without_a_name_is_part_of_a_word() {
    let query = Query::parse("=x <b> ~", &table()).expect("words");
    assert_eq!(query.terms.len(), 3);
    assert!(
        query
            .terms
            .iter()
            .all(|term| matches!(term, Term::Anywhere(_)))
    );
}

#[test]
fn what_an_index_can_find_is_known() {
    let query = Query::parse("id=5 gold=7 gold>7 name=8", &table()).expect("a query");
    assert_eq!(query.wanted_id(), Some(5));
    assert!(query.wanted_integers().eq([(1, 7), (0, 8)]));
    assert_eq!(
        Query::parse("5", &table()).expect("a query").wanted_id(),
        None
    );
}
