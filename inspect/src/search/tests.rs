use std::cmp::Ordering;

use gamedb::{Effect, Encoded, FlushStats, Positions, Value};
use proptest::prelude::*;

use super::best::{SORTED, SortKey};
use super::*;
use crate::inspected::{Place, Schema, Size};

/// A table of one column.
pub(crate) struct Sample(pub(crate) Vec<Value<'static>>);

struct Row<'s>(i64, &'s Value<'static>);

impl AnyRow for Row<'_> {
    fn at(&self) -> i64 {
        self.0
    }
    fn id(&self) -> i64 {
        self.0
    }
    fn key(&self) -> Option<String> {
        None
    }
    fn value(&self, _: usize) -> Encoded<'_> {
        Encoded::Borrowed(*self.1)
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

impl Inspected for Sample {
    fn path(&self) -> String {
        String::new()
    }

    fn schema(&self) -> Schema {
        Schema {
            tables: vec![TableSchema {
                name: "sample".into(),
                id: "id".into(),
                columns: vec!["value".into()],
                foreign_keys: Vec::new(),
                value_keys: Vec::new(),
                pivot_of: None,
                incoming: Vec::new(),
            }],
        }
    }

    fn size(&self, _: usize) -> Result<Size, Unreadable> {
        let rows = self.0.len() as u64;
        Ok(Size {
            rows,
            ..Size::default()
        })
    }

    fn scan(
        &self,
        _: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        let rows = (0..).zip(&self.0).filter(|&(at, _)| at >= from);
        let _ = rows.into_iter().all(|(at, value)| visit(&Row(at, value)));
        Ok(())
    }

    fn row(&self, _: usize, at: i64, visit: &mut dyn FnMut(&dyn AnyRow)) -> Result<(), Unreadable> {
        let value = usize::try_from(at).ok().and_then(|at| self.0.get(at));
        if let Some(value) = value {
            visit(&Row(at, value));
        }
        Ok(())
    }

    fn naming(
        &self,
        _: usize,
        _: i64,
        _: usize,
        _: i64,
        _: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        Ok(())
    }

    fn n_naming(&self, _: usize, _: i64, _: usize) -> Result<usize, Unreadable> {
        Ok(0)
    }

    fn dirty(&self, _: usize, _: &mut dyn FnMut(&dyn AnyRow) -> bool) {}

    fn removed(&self, _: usize, _: usize) -> Vec<i64> {
        Vec::new()
    }

    fn flushes(&self) -> Option<FlushStats> {
        None
    }
}

fn search(world: &Sample, query: &str, order: Order) -> Search {
    let tables = world.schema().tables;
    let wanted = Wanted {
        table: 0,
        query: Query::parse(query, &tables[0]).expect("a query"),
        order,
        limit: 50,
    };
    Search::new(wanted, &tables)
}

fn by_value(skip: usize) -> Order {
    Order::Column {
        column: Some(0),
        is_descending: false,
        skip,
    }
}

/// The number of steps to the end, and the most rows of one.
fn run(search: &mut Search, world: &Sample) -> (usize, u64) {
    let (mut n_steps, mut most) = (0, 0);
    loop {
        let before = search.n_scanned;
        let is_done = search.step(world).expect("rows");
        n_steps += 1;
        most = most.max(search.n_scanned - before);
        if is_done {
            return (n_steps, most);
        }
    }
}

#[test]
fn a_step_ends_after_some_rows_or_after_some_bytes() {
    let small = Sample(vec![Value::Text("small"); 1000]);
    assert_eq!(
        run(&mut search(&small, "zzz", Order::Place(0)), &small),
        (4, 256)
    );
    let large: &'static str = "a".repeat(100_000).leak();
    let large = Sample(vec![Value::Text(large); 100]);
    let (n_steps, most) = run(&mut search(&large, "zzz", Order::Place(0)), &large);
    assert_eq!((n_steps, most), (100, 1));
    // Each term looks at the text again.
    let medium: &'static str = "a".repeat(2_000).leak();
    let medium = Sample(vec![Value::Text(medium); 300]);
    let one = run(&mut search(&medium, "a", by_value(0)), &medium).1;
    let ten = run(
        &mut search(&medium, "a a a a a a a a a a", by_value(0)),
        &medium,
    )
    .1;
    assert!(ten * 4 < one, "{ten} rows of ten terms, {one} of one");
}

#[test]
fn a_sorted_list_keeps_the_beginnings_of_its_values() {
    let blob: &'static [u8] = vec![7; 512 * 1024].leak();
    let text: &'static str = "t".repeat(512 * 1024).leak();
    for value in [Value::Blob(blob), Value::Text(text)] {
        let world = Sample(vec![value; 3_000]);
        let mut search = search(&world, "", by_value(1_950));
        let (_, most) = run(&mut search, &world);
        let n_bytes = search.best.kept.iter().map(|(key, _)| key.n_bytes());
        assert!(n_bytes.sum::<usize>() <= search.best.kept.len() * SORTED);
        // What was copied counts as work.
        assert!(most <= 1 + (BYTES / SORTED) as u64, "{most}");
        let page = search.page(&world).expect("rows");
        let found: Vec<i64> = page.rows.iter().map(|row| row.at).collect();
        assert_eq!(found, (1_950..2_000).collect::<Vec<_>>());
    }
}

/// 2^53 and the integers beside it: as reals some of them would be equal.
fn integers() -> impl Strategy<Value = i64> {
    let two_53 = 1_i64 << 53;
    prop_oneof![
        5 => two_53 - 2..two_53 + 3,
        1 => -2..3_i64,
        1 => prop_oneof![Just(i64::MAX), Just(i64::MIN), any::<i64>()],
    ]
}

#[allow(clippy::cast_precision_loss, reason = "any real will do")]
fn values() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        4 => integers().prop_map(Value::Integer),
        4 => integers().prop_map(|near| Value::Real(near as f64)),
        1 => any::<f64>().prop_map(Value::Real),
        1 => prop::sample::select(vec![f64::NAN, -0.0, 0.5, -0.5]).prop_map(Value::Real),
        1 => prop::sample::select(vec![
            Value::Null,
            Value::Text(""),
            Value::Text("a"),
            Value::Text("ab"),
            Value::Blob(b""),
            Value::Blob(b"ab"),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// A sort by any other order may panic.
    #[test]
    fn the_order_is_total(values in prop::collection::vec(values(), 10)) {
        let compare = |a, b| SortKey::of(a).compare(&SortKey::of(b));
        for &a in &values {
            prop_assert_eq!(compare(a, a), Ordering::Equal);
            for &b in &values {
                prop_assert_eq!(compare(a, b), compare(b, a).reverse());
                for &c in &values {
                    if compare(a, b).is_le() && compare(b, c).is_le() {
                        prop_assert!(compare(a, c).is_le(), "{:?}, {:?}, {:?}", a, b, c);
                    }
                }
            }
        }
    }
}

#[test]
fn a_sorted_list_is_in_order_whatever_comes_first() {
    for is_descending in [false, true] {
        let texts = (0..2_000).map(|n| format!("{}{:04}", "x".repeat(100), n * 7_919 % 2_000));
        let texts: Vec<Value<'static>> = texts.map(|text| Value::Text(text.leak())).collect();
        let world = Sample(texts);
        let order = Order::Column {
            column: Some(0),
            is_descending,
            skip: 100,
        };
        let mut search = search(&world, "", order);
        run(&mut search, &world);
        let page = search.page(&world).expect("rows");
        let mut all: Vec<i64> = (0..2_000).collect();
        all.sort_by_key(|n| n * 7_919 % 2_000);
        if is_descending {
            all.reverse();
        }
        let found: Vec<i64> = page.rows.iter().map(|row| row.at).collect();
        assert_eq!(found, all[100..150]);
    }
}
