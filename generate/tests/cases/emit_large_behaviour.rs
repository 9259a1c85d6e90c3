//! What generated code does in tables of many columns, and in a world of many tables, run inside of a crate that
//! `emit/compiled.rs` makes.

/// Rows of more columns than integers have bits, through memory and file.
macro_rules! broad {
    ($table:ident, $row:ident, $columns:ident, $n:literal, $last:ident, $set_last:ident, $flag:ident) => {
        #[test]
        fn $table() {
            use gamedb::codegen::{Flags as _, Row as _};
            use gamedb::{Database, Error, ErrorKind};

            use crate::broad::{World, $columns, $row};

            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("world.db");
            let mut db = Database::<World>::open(&path).unwrap();
            assert_eq!($columns::FLAGS.len(), $n);
            assert_eq!($row::INFO.columns.len(), $n);
            assert_eq!($columns::all().iter_names().count(), $n);
            let first = $row {
                text_60: "first".into(),
                ..$row::default()
            };
            let first = db.insert(first).unwrap();
            let twice = db.insert($row {
                text_60: "first".into(),
                ..$row::default()
            });
            assert!(matches!(
                twice.map_err(Error::into_kind),
                Err(ErrorKind::NotUnique { .. })
            ));
            let mut second = $row {
                text_60: "second".into(),
                ..$row::default()
            };
            second.parent_62 = Some(first);
            let second = db.insert(second).unwrap();
            assert_eq!(db.flush().unwrap().inserted, 2);

            let value = Some(7_i64);
            db.get_mut(second).unwrap().$set_last(value);
            assert_eq!(db.$table.dirty_columns(second), $columns::$flag);
            assert!(!db.$table.is_dirty(first));
            let report = db.flush().unwrap();
            assert_eq!((report.inserted, report.updated), (0, 1));
            let nan = db.get_mut(second).unwrap().set_real_61(f64::NAN);
            assert!(matches!(
                nan.map_err(Error::into_kind),
                Err(ErrorKind::NotANumber {
                    column: "real_61",
                    ..
                })
            ));
            db.get_mut(second).unwrap().set_real_61(-0.5).unwrap();
            assert_eq!(db.$table.dirty_columns(second), $columns::REAL_61);
            assert_eq!(db.flush().unwrap().updated, 1);
            let before: Vec<_> = db.$table.iter_by_id().map(|(_, row)| row.clone()).collect();
            assert_eq!(db.close().unwrap().updated, 0);

            let db = Database::<World>::open(&path).unwrap();
            let after: Vec<_> = db.$table.iter_by_id().map(|(_, row)| row.clone()).collect();
            // Keys are given anew; all else is the same.
            assert_eq!(format!("{before:?}").len(), format!("{after:?}").len());
            assert_eq!(after[1].$last, value);
            assert_eq!(after[1].real_61, -0.5);
            let first = db.$table.iter_by_id().next().unwrap().0;
            assert_eq!(after[1].parent_62, Some(first));
            assert_eq!(after[0], before[0]);
            assert_eq!(db.n_dirty(), 0);
            assert_eq!(db.check(), Vec::<String>::new());
        }
    };
}

broad!(
    broad_65,
    Broad65,
    Broad65Columns,
    65,
    whole_64,
    set_whole_64,
    WHOLE_64
);
broad!(
    broad_105,
    Broad105,
    Broad105Columns,
    105,
    whole_104,
    set_whole_104,
    WHOLE_104
);
broad!(
    broad_140,
    Broad140,
    Broad140Columns,
    140,
    whole_139,
    set_whole_139,
    WHOLE_139
);
broad!(
    broad_300,
    Broad300,
    Broad300Columns,
    300,
    whole_299,
    set_whole_299,
    WHOLE_299
);

/// The tables of a world are on the heap: in a debug build, a world of 300 tables on the stack would overflow
/// it in `open`.
#[test]
fn a_world_of_300_tables_opens_in_a_thread_with_little_stack() {
    use crate::many::{Things299, World};
    use gamedb::Database;

    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut db = Database::<World>::open(&path).unwrap();
        let key = db
            .insert(Things299 {
                name: "last".into(),
            })
            .unwrap();
        assert_eq!(db.get(key).unwrap().name, "last");
        db.flush().unwrap();
        db.close().unwrap();
        let db = Database::<World>::open(&path).unwrap();
        assert_eq!(db.len(), 1);
        db.into_world().len()
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    assert_eq!(thread.spawn(work).unwrap().join().unwrap(), 1);
}
