//! The text of a dump as a source of rows: INSERTs, REPLACEs and COPYs, as mysqldump, pg_dump and SQLite's
//! `.dump` write them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rusqlite::types::Value;

use super::dump_columns::{columns, is_bytes, not_computed};
use super::pending::Pending;
use super::source::{
    Cell, Conflict, ProgressUnit, RowSink, Source, SourceColumn, SourceRow, SourceTable, TableId,
    TextPlace,
};
use crate::error::{ImportError, TextError};
use crate::input::dump::catalog::{Catalog, Effect, effect};
use crate::input::dump::file::TextFile;
use crate::input::dump::{CHUNK, Dump, Event, Place, Tail, Target, Verb};
use crate::input::split::Statement;
use crate::sql::Dialect;
use crate::sql::cursor;

/// The text of a dump, plain or compressed.
#[derive(Debug)]
pub struct DumpFile {
    path: PathBuf,
    dialect: Dialect,
    chunk: usize,
}

impl DumpFile {
    /// A text in this dialect.
    pub fn new(path: &Path, dialect: Dialect) -> Self {
        Self {
            path: path.to_owned(),
            dialect,
            chunk: CHUNK,
        }
    }

    /// Reads the file in chunks of so many bytes. The rows are the same, whatever it is.
    #[must_use]
    pub fn with_chunk(mut self, n_bytes: usize) -> Self {
        self.chunk = n_bytes;
        self
    }
}

impl Source for DumpFile {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn unit(&self) -> ProgressUnit {
        ProgressUnit::Bytes
    }

    fn tables(&mut self) -> Result<Vec<SourceTable>, ImportError> {
        Ok(Vec::new())
    }

    fn send(&mut self, sink: &mut dyn RowSink) -> Result<(), ImportError> {
        let failed = |source| ImportError::Text {
            path: self.path.clone(),
            source,
        };
        let file = TextFile::open(&self.path).map_err(|error| failed(TextError::Io(error)))?;
        let catalog = Catalog::of(self.dialect).map_err(|source| ImportError::Read {
            path: self.path.clone(),
            source,
        })?;
        let (done, total) = (file.done(), file.total);
        let mut sending = Sending {
            path: &self.path,
            dialect: self.dialect,
            sink,
            catalog,
            lists: HashMap::new(),
            computed: HashSet::new(),
            not_done: BTreeMap::new(),
            n_rows: 0,
            tick: &|| (done.get(), total),
        };
        let mut dump = Dump::new(file.reader, self.dialect, self.chunk);
        sending.run(&mut dump)?;
        sending.finish(dump.is_complete())?;
        sink.progress(total, total);
        Ok(())
    }
}

/// A list of columns in which rows of a table come.
#[derive(Debug)]
struct List {
    table: SourceTable,
    /// How the sink calls it; `None` where it does not take the rows.
    id: Option<TableId>,
    /// For each column, whether its texts are bytes, which have no character set.
    is_bytes: Vec<bool>,
    /// The columns that the database computes, by place.
    computed: Vec<usize>,
}

/// How many rows there are between two reports of the progress.
const EVERY: u64 = 1000;

/// Sends the rows of a text to a sink.
struct Sending<'s> {
    path: &'s Path,
    dialect: Dialect,
    sink: &'s mut dyn RowSink,
    catalog: Catalog,
    lists: HashMap<Target, Rc<List>>,
    /// The computed columns that rows have values of: schema, table and column.
    computed: HashSet<[String; 3]>,
    /// Kinds of statements that are not carried out: how many, and the line of the first one.
    not_done: BTreeMap<String, (usize, u64)>,
    n_rows: u64,
    /// How many bytes of the file were read, and how many there are.
    tick: &'s dyn Fn() -> (u64, u64),
}

impl Sending<'_> {
    fn failed(&self, source: TextError) -> ImportError {
        ImportError::Text {
            path: self.path.to_owned(),
            source,
        }
    }

    fn run<R: std::io::Read>(&mut self, dump: &mut Dump<R>) -> Result<(), ImportError> {
        loop {
            let (target, verb, place) = match dump.next().map_err(|e| self.failed(e))? {
                None => return Ok(()),
                Some(Event::Statement(statement, place)) => {
                    self.statement(&statement, place)?;
                    continue;
                }
                // `finish` says that there is no row at all.
                Some(Event::LastStatement(statement, _)) if self.is_no_dump(&statement) => {
                    return Ok(());
                }
                Some(Event::LastStatement(_, Place { line, offset })) => {
                    let what = "a statement";
                    return Err(self.failed(TextError::Cut { line, offset, what }));
                }
                Some(Event::Rows(target, verb, place)) => (target, verb, place),
                // Rows and their ends are read by `rows`.
                Some(Event::Row(..) | Event::End(_)) => continue,
            };
            let list = self.list(&target, place)?;
            match list.id {
                None => {
                    self.leave_behind(dump, &list, target.is_copy)?;
                }
                Some(id) => {
                    dump.set_bytes(&list.is_bytes);
                    self.rows(dump, &list, id, verb)?;
                }
            }
        }
    }

    /// Passes over the rows of a table that the sink does not want.
    fn leave_behind<R: std::io::Read>(
        &mut self,
        dump: &mut Dump<R>,
        list: &List,
        is_copy: bool,
    ) -> Result<(), ImportError> {
        // Every INSERT has a row; a COPY may have none.
        let mut has_row = !is_copy;
        let mut n_rows = 0_u64;
        while dump.skip_row().map_err(|e| self.failed(e))? {
            has_row = true;
            n_rows += 1;
            if n_rows.is_multiple_of(EVERY) {
                self.progress();
            }
        }
        if has_row {
            self.sink.left_behind(&list.table);
        }
        Ok(())
    }

    /// Whether there were neither tables nor rows so far.
    fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.n_rows == 0 && self.catalog.tables().is_empty()
    }

    /// Whether nothing of a text looks like a dump, whose only statement is this one.
    fn is_no_dump(&self, statement: &Statement<'_>) -> bool {
        let rows = ["INSERT", "REPLACE", "COPY"];
        let word = statement.words.first().map(String::as_str);
        self.is_empty() && !word.is_some_and(|word| rows.contains(&word))
    }

    fn progress(&mut self) {
        let (done, total) = (self.tick)();
        self.sink.progress(done.min(total), total);
    }

    /// The columns of the rows that a statement has.
    fn list(&mut self, target: &Target, place: Place) -> Result<Rc<List>, ImportError> {
        if let Some(known) = self.lists.get(target) {
            return Ok(Rc::clone(known));
        }
        let path = cursor::Path {
            schema: target.schema.clone(),
            name: target.table.clone(),
        };
        let known = self.catalog.table(&path);
        let (schema, name) = match &known {
            Some(known) => (known.schema.clone(), known.name.clone()),
            None => (self.catalog.schema_of(&path), path.name),
        };
        let declared: Option<Vec<SourceColumn>> = match &known {
            Some(known) if target.columns.is_some() => Some(columns(known.columns.iter())),
            Some(known) => Some(columns(known.columns_of_row(target.is_copy, self.dialect))),
            None => self.sink.columns(&schema, &name),
        };
        let columns = match (&target.columns, declared) {
            (None, Some(declared)) => declared,
            (Some(names), declared) => {
                let of_type = |name: &String| {
                    let mut declared = declared.iter().flatten();
                    let known = declared.find(|column| column.name.eq_ignore_ascii_case(name));
                    SourceColumn {
                        name: name.clone(),
                        type_name: known
                            .map_or_else(String::new, |column| column.type_name.clone()),
                    }
                };
                names.iter().map(of_type).collect()
            }
            (None, None) => Vec::new(),
        };
        let is_bytes: Vec<bool> = columns
            .iter()
            .map(|column| is_bytes(&column.type_name))
            .collect();
        let is_computed = |column: &SourceColumn| {
            let mut declared = known.iter().flat_map(|known| &known.columns);
            let known = declared.find(|known| known.name.eq_ignore_ascii_case(&column.name));
            known.is_some_and(|known| known.is_computed)
        };
        let places = columns.iter().enumerate();
        let computed = places.filter(|(_, column)| is_computed(column));
        let computed: Vec<usize> = computed.map(|(at, _)| at).collect();
        let table = SourceTable {
            schema,
            name,
            columns,
            definition: known.and_then(|known| known.definition),
        };
        let accepted = self.sink.table(&table)?;
        if accepted.is_some() && target.columns.is_none() && table.columns.is_empty() {
            return Err(self.failed(TextError::NoColumns {
                line: place.line,
                table: table.name,
            }));
        }
        let list = Rc::new(List {
            is_bytes,
            computed,
            id: accepted.map(|accepted| accepted.id),
            table,
        });
        self.lists.insert(target.clone(), Rc::clone(&list));
        Ok(list)
    }

    /// Sends the rows of a statement.
    fn rows<R: std::io::Read>(
        &mut self,
        dump: &mut Dump<R>,
        list: &List,
        id: TableId,
        verb: Verb,
    ) -> Result<(), ImportError> {
        let conflict = match verb {
            Verb::Insert => Conflict::Later,
            Verb::Ignore => Conflict::Ignore,
            Verb::Replace => Conflict::Replace,
        };
        let mut pending = Pending::default();
        let tail = loop {
            match dump.next().map_err(|e| self.failed(e))? {
                Some(Event::Row(cells, place)) => {
                    self.n_rows += 1;
                    if self.n_rows.is_multiple_of(EVERY) {
                        self.progress();
                    }
                    self.row(list, id, cells, place, conflict, &mut pending)?;
                }
                Some(Event::End(tail)) => break tail,
                Some(Event::Statement(..) | Event::LastStatement(..) | Event::Rows(..)) | None => {
                    unreachable!("the end of rows comes before anything else")
                }
            }
        };
        if let (Tail::Computed(text), true) = (&tail, !pending.is_empty()) {
            self.sink.note(format!(
                "line {}: `{text}` is not carried out for rows that are there already",
                pending.line()
            ));
        }
        let conflict = match &tail {
            Tail::None | Tail::Computed(_) => Conflict::Refuse,
            Tail::Ignore => Conflict::Ignore,
            Tail::Update(columns) => Conflict::Update(columns),
        };
        pending.send(self.sink, id, conflict)
    }

    fn row(
        &mut self,
        list: &List,
        id: TableId,
        cells: Vec<Cell<'_>>,
        place: Place,
        conflict: Conflict<'_>,
        pending: &mut Pending,
    ) -> Result<(), ImportError> {
        if cells.len() != list.table.columns.len() {
            let names = list.table.columns.iter().map(|column| column.name.as_str());
            return Err(self.failed(TextError::Values {
                line: place.line,
                offset: place.offset,
                table: list.table.name.clone(),
                n_values: cells.len(),
                n_columns: list.table.columns.len(),
                columns: names.collect::<Vec<_>>().join(", "),
            }));
        }
        for &at in list
            .computed
            .iter()
            .filter(|&&at| cells[at] != Cell::Default)
        {
            let (table, column) = (&list.table, &list.table.columns[at]);
            let place = [&table.schema, &table.name, &column.name].map(String::clone);
            self.computed.insert(place);
        }
        let computed = self.computed(&cells);
        let mut cells = cells;
        for (at, value) in &computed {
            cells[*at] = Cell::from(rusqlite::types::ValueRef::from(value));
        }
        let place = TextPlace {
            line: place.line,
            offset: place.offset,
        };
        let row = SourceRow {
            cells: &cells,
            place: Some(place),
            conflict,
        };
        if !self.sink.row(id, row)? && !pending.add(&cells, place) {
            let conflict = Conflict::Refuse;
            self.sink.row(id, SourceRow { conflict, ..row })?;
        }
        Ok(())
    }

    /// The values of expressions that can be computed here.
    fn computed(&self, cells: &[Cell<'_>]) -> Vec<(usize, Value)> {
        let cells = cells.iter().enumerate();
        let value = |(at, cell): (usize, &Cell<'_>)| match cell {
            Cell::Expression(text) => Some((at, self.catalog.value(text)?)),
            _ => None,
        };
        cells.filter_map(value).collect()
    }

    fn statement(&mut self, statement: &Statement<'_>, place: Place) -> Result<(), ImportError> {
        let effect = effect(statement, self.dialect);
        if let Effect::Empties(paths) = &effect {
            for path in paths {
                self.clear(path)?;
            }
        }
        if let Effect::Changes(what) = effect {
            let line = place.line + statement.line as u64 - 1;
            let (n, _) = self.not_done.entry(what.to_owned()).or_insert((0, line));
            *n += 1;
        }
        self.catalog.statement(statement);
        // Names can mean other tables now, and tables have other columns.
        self.lists.clear();
        Ok(())
    }

    /// Removes the rows of a table.
    fn clear(&mut self, path: &cursor::Path) -> Result<(), ImportError> {
        let known = self.catalog.table(path);
        let Some(known) = known else {
            return Ok(());
        };
        let table = SourceTable {
            columns: columns(known.columns_of_row(true, self.dialect)),
            schema: known.schema,
            name: known.name,
            definition: known.definition,
        };
        match self.sink.table(&table)? {
            Some(accepted) => self.sink.clear(accepted.id),
            None => Ok(()),
        }
    }

    fn finish(&mut self, is_complete: bool) -> Result<(), ImportError> {
        if self.is_empty() {
            return Err(self.failed(TextError::NoRows));
        }
        for known in self.catalog.tables() {
            let table = SourceTable {
                columns: columns(known.columns.iter()),
                schema: known.schema,
                name: known.name,
                definition: known.definition,
            };
            let accepted = self.sink.table(&table)?;
            let is_wanted = accepted.map_or(Vec::new(), |accepted| accepted.is_wanted);
            for (column, is_wanted) in known.columns.iter().zip(is_wanted) {
                let place = [&table.schema, &table.name, &column.name].map(String::clone);
                if is_wanted && column.is_computed && !self.computed.contains(&place) {
                    self.sink
                        .note(not_computed(&table.name, &column.name, self.dialect));
                }
            }
            if let Some((column, next_id)) = &known.next_id {
                self.sink.next_id(&table, column, *next_id);
            }
        }
        for (what, (n, line)) in &self.not_done {
            let statements = if *n == 1 { "statement" } else { "statements" };
            self.sink.note(format!(
                "{n} {statements} of the text cannot be carried out here: {what} (the first one on line {line})"
            ));
        }
        if !is_complete {
            self.sink.note(
                "the text does not end with the line that says that the dump is complete; it may be cut off"
                    .to_owned(),
            );
        }
        Ok(())
    }
}
