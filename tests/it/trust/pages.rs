//! Files whose pages are not those of one database any more: lost writes, doubled pages, and what somebody
//! made by hand. Each is refused, and none takes time or memory beyond its own size.

use crate::common::TestFile;
use crate::common::sample::{flushed, inventory, player};
use gamedb::{Error, ErrorKind, FileError, Options};
use gamedb_models::World;

/// Size of a page, as SQLite makes them.
const PAGE: usize = 4096;

/// A closed file with some players and their inventories, as bytes to be damaged.
struct Pages {
    file: TestFile,
    bytes: Vec<u8>,
}

impl Pages {
    fn new() -> Self {
        let file = TestFile::new();
        let mut db = file.open();
        let sample = flushed(&mut db);
        for n in 10..20 {
            db.insert(player(n)).unwrap();
            let mut ada = db.get_mut(sample.ada).unwrap();
            ada.add_inventory(inventory("bag")).unwrap();
        }
        let _ = db.close().unwrap();
        let bytes = std::fs::read(file.path()).unwrap();
        Self { file, bytes }
    }

    /// The place of the first page of a table, which is a leaf.
    fn root(&self, table: &str) -> usize {
        let sql = format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}'");
        let page: i64 = self.file.query(&sql);
        let root = (usize::try_from(page).unwrap() - 1) * PAGE;
        assert_eq!(self.bytes[root], 13, "a leaf");
        root
    }

    fn write(&self) {
        std::fs::write(self.file.path(), &self.bytes).unwrap();
        for log in ["world.db-wal", "world.db-shm"] {
            let _ = std::fs::remove_file(self.file.folder().join(log));
        }
    }

    /// What is said of it, with quick_check and without.
    fn refused(&self) -> [Vec<String>; 2] {
        self.write();
        let said = |options: Options| match options
            .open::<World>(self.file.path())
            .map_err(Error::into_kind)
        {
            Err(ErrorKind::File(FileError::Damaged { path, problems })) => {
                assert_eq!(path, self.file.path());
                assert!(!problems.is_empty());
                problems
            }
            Err(other) => panic!("{other}"),
            Ok(db) => panic!("it was opened: {:?}", db.check()),
        };
        let said = [
            said(Options::new()),
            said(Options::new().skip_quick_check()),
        ];
        assert!(
            std::fs::read(self.file.path()).unwrap() == self.bytes,
            "it was written to"
        );
        said
    }
}

#[test]
fn two_cells_of_a_page_that_are_one_row() {
    let mut pages = Pages::new();
    let root = pages.root("players");
    let cells = root + 8;
    pages.bytes.copy_within(cells..cells + 2, cells + 2);
    let [checked, unchecked] = pages.refused();
    assert!(checked[0].contains("page"), "{checked:?}");
    assert_eq!(unchecked[0], "players: row 1 comes after row 1");
}

#[test]
fn rows_that_are_not_in_the_order_of_their_ids() {
    let mut pages = Pages::new();
    let cells = pages.root("inventories") + 8;
    for n in 0..2 {
        pages.bytes.swap(cells + n, cells + 4 + n);
    }
    let [_, unchecked] = pages.refused();
    assert_eq!(unchecked[0], "inventories: row 2 comes after row 3");
}

/// The pivot's index says that every inventory has an owner, and the table has none.
#[test]
fn a_table_that_is_empty_and_whose_index_is_not() {
    let mut pages = Pages::new();
    let root = pages.root("inventory_owners");
    pages.bytes[root + 1..root + 8].copy_from_slice(&[0, 0, 0, 0, 16, 0, 0]);
    pages.write();
    for options in [Options::new(), Options::new().skip_quick_check()] {
        let error = options.open::<World>(pages.file.path()).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("inventory_owners"), "{said}");
        assert!(
            matches!(error.kind(), ErrorKind::File(FileError::Damaged { .. })),
            "{said}"
        );
    }
    assert!(
        std::fs::read(pages.file.path()).unwrap() == pages.bytes,
        "it was written to"
    );
}

/// Four pages that say they are 41 billion rows, and never end to be read.
#[test]
fn pages_that_name_one_leaf_again_and_again() {
    let mut pages = Pages::new();
    let (root, n_pages) = (pages.root("players"), pages.bytes.len() / PAGE);
    let leaf = pages.bytes[root..root + PAGE].to_vec();
    let mut interior = |at: usize, child: usize| {
        let mut page = vec![0; PAGE];
        let child = u32::try_from(child).unwrap().to_be_bytes();
        let n_cells = 450_u16;
        page[0] = 5;
        page[3..5].copy_from_slice(&n_cells.to_be_bytes());
        page[5..7].copy_from_slice(&4000_u16.to_be_bytes());
        page[8..12].copy_from_slice(&child);
        for cell in 0..usize::from(n_cells) {
            page[12 + 2 * cell..][..2].copy_from_slice(&4000_u16.to_be_bytes());
        }
        page[4000..4004].copy_from_slice(&child);
        page[4004] = 1;
        pages.bytes.resize(pages.bytes.len().max(at + PAGE), 0);
        pages.bytes[at..at + PAGE].copy_from_slice(&page);
    };
    interior(root, n_pages + 1);
    for n in 0..4 {
        interior((n_pages + n) * PAGE, n_pages + n + 2);
    }
    pages.bytes.extend(leaf);
    let n_pages = u32::try_from(pages.bytes.len() / PAGE).unwrap();
    pages.bytes[28..32].copy_from_slice(&n_pages.to_be_bytes());
    pages.write();
    let error = Options::new().open::<World>(pages.file.path()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Damaged { .. })),
        "{error}"
    );
    assert!(
        std::fs::read(pages.file.path()).unwrap() == pages.bytes,
        "it was written to"
    );
}

/// A row that no index has can be read, and is not lost; but the file cannot find it.
#[test]
fn an_index_that_is_empty_and_whose_table_is_not() {
    let mut pages = Pages::new();
    let sql =
        "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_inventory_owners_1'";
    let page: i64 = pages.file.query(sql);
    let root = (usize::try_from(page).unwrap() - 1) * PAGE;
    pages.bytes[root + 1..root + 8].copy_from_slice(&[0, 0, 0, 0, 16, 0, 0]);
    pages.write();
    let error = Options::new().open::<World>(pages.file.path()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Damaged { problems, .. })
            if problems[0].starts_with("inventory_owners: wrong # of entries in index ")),
        "{error}"
    );
    assert!(
        std::fs::read(pages.file.path()).unwrap() == pages.bytes,
        "it was written to"
    );
}

/// Of a table that is not the world's the pages are looked at, and nothing of it is computed: that may take any
/// time and memory, or fail.
#[test]
fn what_tables_of_others_compute_is_not_computed() {
    let notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, other TEXT) STRICT;
        INSERT INTO notes (id) VALUES (1)";
    let file = TestFile::by_hand(|ddl| ddl, "");
    let writer = file.writer();
    // It fails when it is written too, so the row is made before the column.
    writer.execute_batch(notes).unwrap();
    let never = "never TEXT NOT NULL AS (abs(-9223372036854775807 - id))";
    let behind = format!(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'other TEXT', '{never}') WHERE name = 'notes';
         PRAGMA writable_schema = RESET;"
    );
    writer.execute_batch(&behind).unwrap();
    let read: Result<String, _> = writer.query_row("SELECT never FROM notes", [], |row| row.get(0));
    assert!(read.is_err(), "{read:?}");
    let mut db = file.open();
    let _ = flushed(&mut db);
    file.reopen(db);
}
