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
    query.matches(&row, 4, &mut String::new())
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
