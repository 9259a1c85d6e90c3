//! What operators see of flushes: spans with counts and times, and, with the feature `metrics`, numbers. A process of its
//! own, because subscriber and recorder are there once in a process.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use gamedb_models::Player;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use common::TestFile;
use common::sample::player;

/// Name, parent and fields of each span, in the order in which they began.
static SPANS: Mutex<Vec<Seen>> = Mutex::new(Vec::new());
/// The fields of each event.
static EVENTS: Mutex<Vec<BTreeMap<String, String>>> = Mutex::new(Vec::new());

#[derive(Clone, Debug)]
struct Seen {
    name: &'static str,
    fields: BTreeMap<String, String>,
}

struct Fields<'f>(&'f mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gamedb")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = BTreeMap::new();
        span.record(&mut Fields(&mut fields));
        let mut spans = SPANS.lock().unwrap();
        let name = span.metadata().name();
        spans.push(Seen { name, fields });
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = SPANS.lock().unwrap();
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Fields(&mut spans[at].fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        EVENTS.lock().unwrap().push(fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of the last span with this name.
#[track_caller]
fn last(name: &str) -> BTreeMap<String, String> {
    let spans = SPANS.lock().unwrap();
    let found = spans.iter().rev().find(|span| span.name == name);
    found
        .unwrap_or_else(|| panic!("no span {name} in {spans:?}"))
        .fields
        .clone()
}

#[track_caller]
fn has_time(fields: &BTreeMap<String, String>, name: &str) {
    let time = fields
        .get(name)
        .unwrap_or_else(|| panic!("no {name} in {fields:?}"));
    assert!(time.ends_with('s') && time != "0ns", "{name}: {time}");
}

// One after the other, in one test, because there is one subscriber and one recorder.
#[test]
fn every_flush_is_seen_with_its_rows_and_its_times() {
    tracing::subscriber::set_global_default(Collector).unwrap();
    #[cfg(feature = "metrics")]
    recorded::install();
    in_the_foreground();
    in_the_background();
    a_checkpoint();
    a_failure();
    #[cfg(feature = "metrics")]
    recorded::the_page_lists_what_there_is();
}

fn in_the_foreground() {
    let file = TestFile::new();
    let mut db = file.open();
    for n in 1..=3 {
        db.insert(player(n)).unwrap();
    }
    let report = db.flush().unwrap();
    let flush = last("flush");
    assert_eq!(flush["rows"], "3");
    assert_eq!(flush["generation"], report.generation.to_string());
    has_time(&flush, "took");
    has_time(&flush, "writing");
    let capture = last("capture");
    assert_eq!(capture["rows"], "3");
    assert_eq!(capture["path"], file.path().display().to_string());
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_rows_written_total{insert}", 3.0);
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_dirty_rows", 3.0);
    db.close().unwrap();

    let db = file.open();
    let open = last("open");
    assert_eq!(open["rows"], "3");
    assert!(open["path"].contains("world"), "{open:?}");
    has_time(&open, "took");
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_loaded_rows", 3.0);
    db.close().unwrap();
}

fn in_the_background() {
    let file = TestFile::new();
    let mut db = file.open();
    let ada = db.insert(player(1)).unwrap();
    let gone = db.insert(player(2)).unwrap();
    db.flush().unwrap();
    EVENTS.lock().unwrap().clear();
    db.get_mut(ada).unwrap().set_full_name("Ada");
    db.remove(gone).unwrap();
    assert_eq!(db.prepare_flush(1), 1);
    let capture = last("capture");
    assert_eq!(capture["rows"], "1");
    // Staged outside of a flush: nothing else says which world it is.
    assert_eq!(capture["path"], file.path().display().to_string());
    let ticket = db.flush_in_background().unwrap();
    let report = db.wait(ticket).unwrap();
    let write = last("write");
    assert_eq!(write["rows"], "2");
    has_time(&write, "took");
    let said = EVENTS.lock().unwrap().clone();
    let of = |message: &str| {
        let found = said
            .iter()
            .find(|event| event.get("message").is_some_and(|said| said == message));
        found
            .unwrap_or_else(|| panic!("no {message} in {said:?}"))
            .clone()
    };
    let line = of("flushed in the background");
    assert!(!format!("{line:?}").contains("0ns"), "{line:?}");
    assert_eq!(line["rows"], "2");
    let line = of("a background flush is in the file");
    assert_eq!(line["report"], format!("{report:?}"));
    assert!(line["report"].contains(&format!("{:?}", report.generation)));
    assert!(!line["report"].contains("took: 0ns"), "{line:?}");
    #[cfg(feature = "metrics")]
    {
        recorded::has(&file, "gamedb_flushes_total", 2.0);
        recorded::has(&file, "gamedb_rows_written_total{insert}", 2.0);
        recorded::has(&file, "gamedb_rows_written_total{update}", 1.0);
        recorded::has(&file, "gamedb_rows_written_total{delete}", 1.0);
        recorded::has(&file, "gamedb_flush_duration_seconds", 2.0);
        recorded::has(&file, "gamedb_flush_write_duration_seconds", 2.0);
        recorded::has(&file, "gamedb_left_out_rows", 0.0);
        recorded::has(&file, "gamedb_dirty_rows", 2.0);
    }
    // A flush with nothing to write is not counted.
    db.flush().unwrap();
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_flushes_total", 2.0);
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_dirty_rows", 0.0);
    db.close().unwrap();
}

fn a_checkpoint() {
    let file = TestFile::new();
    let mut db = file.open();
    for n in 0..20 {
        for row in 0..40 {
            let long = "x".repeat(10_000);
            db.insert(Player {
                full_name: long,
                ..player(100 + n * 40 + row)
            })
            .unwrap();
        }
        db.flush().unwrap();
    }
    db.close().unwrap();
    let checkpoint = last("checkpoint");
    assert!(
        checkpoint["moved"].parse::<i64>().unwrap() > 0,
        "{checkpoint:?}"
    );
    has_time(&checkpoint, "took");
    #[cfg(feature = "metrics")]
    recorded::is_there(&file, "gamedb_checkpoint_duration_seconds");
}

/// The file is gone, so nothing is written, and the rows are merged back.
fn a_failure() {
    let file = TestFile::new();
    let mut db = file.open();
    db.flush().unwrap();
    db.insert(player(1)).unwrap();
    let aside = file.path().with_extension("aside");
    std::fs::rename(file.path(), &aside).unwrap();
    let ticket = db.flush_in_background().unwrap();
    assert!(db.wait(ticket).is_err());
    assert_eq!(last("merge")["rows"], "1");
    #[cfg(feature = "metrics")]
    {
        recorded::has(&file, "gamedb_flush_failures_total", 1.0);
        recorded::has(&file, "gamedb_merged_batches_total", 1.0);
        recorded::has(&file, "gamedb_dirty_rows", 1.0);
    }
    // As long as flushes fail, there are more of them. A save says nothing of all rows.
    let ada = db.insert(player(2)).unwrap();
    assert!(db.flush().is_err());
    assert!(db.save(ada).is_err());
    #[cfg(feature = "metrics")]
    recorded::has(&file, "gamedb_dirty_rows", 2.0);
    std::fs::rename(&aside, file.path()).unwrap();
    db.flush().unwrap();
    db.close().unwrap();
}

/// A recorder that keeps what it is given. The one of metrics-util would bring other versions of crates along.
#[cfg(feature = "metrics")]
mod recorded {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::{Arc, Mutex};

    use metrics::{
        Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata,
        Recorder, SharedString, Unit,
    };

    use super::common::TestFile;

    /// The values by file and name: the sum of a counter, the last value of a gauge, the count of a histogram.
    static VALUES: Mutex<BTreeMap<(String, String), f64>> = Mutex::new(BTreeMap::new());
    static DESCRIBED: Mutex<BTreeSet<(String, &'static str)>> = Mutex::new(BTreeSet::new());

    struct Kept;

    struct Value(String, String);

    impl Value {
        fn change(&self, change: impl FnOnce(&mut f64)) {
            let key = (self.0.clone(), self.1.clone());
            change(VALUES.lock().unwrap().entry(key).or_default());
        }
    }

    impl CounterFn for Value {
        fn increment(&self, value: u64) {
            self.change(|sum| *sum += value as f64);
        }

        fn absolute(&self, _: u64) {
            panic!("no counter is set");
        }
    }

    impl GaugeFn for Value {
        fn increment(&self, _: f64) {
            panic!("gauges are set");
        }

        fn decrement(&self, _: f64) {
            panic!("gauges are set");
        }

        fn set(&self, value: f64) {
            self.change(|last| *last = value);
        }
    }

    impl HistogramFn for Value {
        fn record(&self, seconds: f64) {
            assert!((0.0..60.0).contains(&seconds), "{}: {seconds} s", self.1);
            self.change(|n| *n += 1.0);
        }
    }

    fn value(key: &Key) -> Arc<Value> {
        let mut name = key.name().to_owned();
        let mut file = None;
        for label in key.labels() {
            match label.key() {
                "file" => file = Some(label.value().to_owned()),
                "operation" => name = format!("{name}{{{}}}", label.value()),
                other => panic!("{name} has the label {other}"),
            }
        }
        Arc::new(Value(file.expect("each has the file"), name))
    }

    impl Recorder for Kept {
        fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
            DESCRIBED
                .lock()
                .unwrap()
                .insert((name.as_str().to_owned(), "counter"));
        }

        fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
            DESCRIBED
                .lock()
                .unwrap()
                .insert((name.as_str().to_owned(), "gauge"));
        }

        fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
            assert_eq!(unit, Some(Unit::Seconds));
            DESCRIBED
                .lock()
                .unwrap()
                .insert((name.as_str().to_owned(), "histogram"));
        }

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(value(key))
        }

        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::from_arc(value(key))
        }

        fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::from_arc(value(key))
        }
    }

    pub(crate) fn install() {
        metrics::set_global_recorder(Kept).unwrap();
    }

    fn found(file: &TestFile, name: &str) -> Option<f64> {
        let file = file.path().display().to_string();
        let values = VALUES.lock().unwrap();
        values.get(&(file, name.to_owned())).copied()
    }

    #[track_caller]
    pub(crate) fn has(file: &TestFile, name: &str, expected: f64) {
        assert_eq!(found(file, name), Some(expected), "{name}");
    }

    #[track_caller]
    pub(crate) fn is_there(file: &TestFile, name: &str) {
        assert!(found(file, name).is_some(), "{name}");
    }

    /// The table of `docs/operations.md` has what is described, with its kind; and what is recorded is described.
    pub(crate) fn the_page_lists_what_there_is() {
        let page = include_str!("../docs/operations.md");
        let rows = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `gamedb_"));
        let listed: BTreeSet<_> = rows
            .map(|row| {
                let mut cells = row.split(" | ");
                let name = cells.next().unwrap().trim_end_matches('`');
                (format!("gamedb_{name}"), cells.next().unwrap().to_owned())
            })
            .collect();
        let described = DESCRIBED.lock().unwrap();
        let described: BTreeSet<_> = described
            .iter()
            .map(|(name, kind)| (name.clone(), (*kind).to_owned()))
            .collect();
        assert_eq!(listed, described);
        for (_, name) in VALUES.lock().unwrap().keys() {
            let name = name.split('{').next().unwrap();
            assert!(
                described.iter().any(|(known, _)| known == name),
                "{name} is not described"
            );
        }
    }
}
