//! Ownership: whose an owned row is, both ways, in order.

use slotmap::SecondaryMap;
use smallvec::{SmallVec, smallvec};

use crate::error::{Problem, ProblemKind};

use super::any_table::{AnyTable, LoadRow, Selection};
use super::capture::Captured;
use super::dirty::{AnyKey, DirtySet, RowState, Tombstone};
use super::entity::{ColumnProblem, Entity, Owner, PivotRow, RowReader, RowSource, owner_value};
use super::ids::Counter;
use super::index::{Keys, Parent, ParentIndex, Place};
use super::key::{Id, Key, RawKey};
use super::schema::{TableId, TableInfo};
use super::value::Value;

/// Position of the owned row among a pivot's foreign keys; the arms follow.
const OWNED: usize = 0;

/// The rows of a pivot table, for reading.
///
/// An owned row has exactly one owner, so a pivot's row needs no key of its own: it stands beside
/// the owned row, under that row's key. An owner's rows come in the order of the pivot's ids, which
/// is the order in which they were added.
#[derive(Debug)]
pub struct Pivot<P: PivotRow> {
    links: SecondaryMap<RawKey, Link<P>>,
    arms: Box<[ParentIndex]>,
    counter: Counter,
    dirty: DirtySet,
    undo: Vec<Undo<P>>,
}

#[derive(Debug)]
struct Link<P: PivotRow> {
    id: i64,
    owner: P::Owner,
    /// Bit n: the column of arm n is dirty.
    dirty: u32,
    state: RowState,
}

impl<P: PivotRow> Clone for Link<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: PivotRow> Copy for Link<P> {}

#[derive(Debug)]
enum Undo<P: PivotRow> {
    Link { owned: RawKey },
    Unlink { owned: RawKey, link: Link<P> },
    Move { owned: RawKey, link: Link<P> },
}

impl<P: PivotRow> Default for Pivot<P> {
    fn default() -> Self {
        Self {
            links: SecondaryMap::new(),
            arms: P::INFO.foreign_keys[1..]
                .iter()
                .map(|_| ParentIndex::default())
                .collect(),
            counter: Counter::default(),
            dirty: DirtySet::default(),
            undo: Vec::new(),
        }
    }
}

/// Reading.
impl<P: PivotRow> Pivot<P> {
    /// What the schema says of the table.
    pub const INFO: &'static TableInfo = P::INFO;

    /// The pivot's row for an owned row. O(1).
    #[inline]
    #[must_use]
    pub fn of(&self, owned: Key<P::Owned>) -> Option<P> {
        let link = self.links.get(owned.raw())?;
        Some(P::new(Id::new(link.id), owned, link.owner))
    }

    /// Who owns a row. O(1).
    #[inline]
    #[must_use]
    pub fn owner(&self, owned: Key<P::Owned>) -> Option<P::Owner> {
        self.links.get(owned.raw()).map(|link| link.owner)
    }

    /// What somebody owns, in the order in which it was added. O(1).
    #[inline]
    #[must_use]
    pub fn owned_by(&self, owner: P::Owner) -> Keys<'_> {
        let (arm, parent) = owner.arm();
        self.arms[arm].children(parent)
    }

    /// The pivot's rows of an owner, in the order in which they were added.
    pub fn rows_of(
        &self,
        owner: P::Owner,
    ) -> impl DoubleEndedIterator<Item = P> + ExactSizeIterator {
        let row = move |owned| P::new(Id::new(self.links[owned].id), Key::from_raw(owned), owner);
        self.owned_by(owner).map(row)
    }

    /// All rows, in the order in which the owned rows lie in memory.
    pub fn iter(&self) -> impl Iterator<Item = P> {
        self.links
            .iter()
            .map(|(owned, link)| P::new(Id::new(link.id), Key::from_raw(owned), link.owner))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }
}

fn bit(arm: usize) -> u32 {
    1 << arm
}

fn arm_info(arm: usize) -> usize {
    arm + 1
}

fn arm_column<P: PivotRow>(arm: usize) -> usize {
    P::INFO.foreign_keys[arm_info(arm)].column
}

fn arm_table<P: PivotRow>(arm: usize) -> Option<TableId> {
    P::INFO.foreign_keys[arm_info(arm)].table
}

/// Changing. Whoever calls has made sure that the owner is there and the owned row free.
impl<P: PivotRow> Pivot<P> {
    pub(crate) fn next_id(&self) -> Option<i64> {
        self.counter.next()
    }

    /// Makes `owner` the owner of a row that has none.
    #[inline]
    pub(crate) fn link(&mut self, id: i64, owned: RawKey, owner: P::Owner, record: bool) {
        let (links, dirty) = (&mut self.links, &mut self.dirty);
        dirty.shrink(links.len(), |key| links.contains_key(key));
        let mut state = RowState::NEW;
        dirty.list(owned, &mut state);
        self.counter.use_up(id);
        self.put(
            owned,
            Link {
                id,
                owner,
                dirty: 0,
                state,
            },
            Place::Last,
        );
        if record {
            self.undo.push(Undo::Link { owned });
        }
    }

    /// Gives an owned row to somebody else: one UPDATE, of the arms that change.
    pub(crate) fn give(&mut self, owned: RawKey, owner: P::Owner, record: bool) {
        let Some(old) = self.take(owned) else { return };
        let ((from, _), (to, _)) = (old.owner.arm(), owner.arm());
        let mut link = Link {
            owner,
            dirty: old.dirty | bit(from) | bit(to),
            ..old
        };
        self.dirty.list(owned, &mut link.state);
        self.put(owned, link, Place::ById);
        if record {
            self.undo.push(Undo::Move { owned, link: old });
        }
    }

    #[inline]
    fn put(&mut self, owned: RawKey, link: Link<P>, at: Place) {
        self.links.insert(owned, link);
        let (arm, parent) = link.owner.arm();
        let links = &self.links;
        self.arms[arm].link(parent, link.id, owned, at, |other| links[other].id);
    }

    fn take(&mut self, owned: RawKey) -> Option<Link<P>> {
        let link = self.links.remove(owned)?;
        let (arm, parent) = link.owner.arm();
        self.arms[arm].unlink(parent, link.id, owned);
        Some(link)
    }

    fn is_dirty(link: &Link<P>) -> bool {
        link.state.contains(RowState::NEW) || link.dirty != 0
    }

    fn value<'a>(link: &Link<P>, owned: RawKey, column: usize, tables: &P::Tables) -> Value<'a> {
        if column == P::INFO.foreign_keys[OWNED].column {
            return P::Owned::table(tables).id_of(owned).into();
        }
        let arms = &P::INFO.foreign_keys[1..];
        match arms.iter().position(|arm| arm.column == column) {
            Some(arm) => owner_value(Some(link.owner), arm, arms[arm].table, tables),
            None => Value::Null,
        }
    }

    fn read(row: &RowReader<'_, P::Tables>) -> Result<(Key<P::Owned>, P::Owner), ColumnProblem> {
        let owned = row.key(P::INFO.foreign_keys[OWNED].column)?;
        let arms: SmallVec<[_; 8]> = P::INFO.foreign_keys[1..]
            .iter()
            .map(|arm| (arm.column, arm.table))
            .collect();
        let is_used = |column| {
            P::INFO
                .foreign_keys
                .iter()
                .any(|used| used.column == column)
        };
        for column in (0..P::INFO.columns.len()).filter(|&column| !is_used(column)) {
            row.unused(column)?;
        }
        let owner = row.owner(&arms)?.ok_or_else(|| ColumnProblem {
            columns: arms.iter().map(|&(column, _)| column).collect(),
            kind: ProblemKind::NoneOf,
        })?;
        Ok((owned, owner))
    }

    fn fill(&mut self, id: i64, owned: RawKey, owner: P::Owner) -> Vec<Problem> {
        self.counter.use_up(id);
        if let Some(link) = self.links.get(owned) {
            let column = P::INFO.foreign_key_column(OWNED).to_owned();
            let kind = ProblemKind::NotUnique { existing: link.id };
            return vec![Problem {
                table: P::INFO.name,
                id,
                column,
                kind,
            }];
        }
        self.put(
            owned,
            Link {
                id,
                owner,
                dirty: 0,
                state: RowState::empty(),
            },
            Place::Last,
        );
        Vec::new()
    }

    /// The dirty rows and the columns that differ; `None` for rows that the file does not have.
    fn dirty_arms(&self, key: RawKey) -> Option<u32> {
        let link = &self.links[key];
        (!link.state.contains(RowState::NEW)).then_some(link.dirty)
    }

    pub(super) fn arms(&self) -> &[ParentIndex] {
        &self.arms
    }
}

fn load_row<P: PivotRow>(tables: &mut P::Tables, id: i64, source: &dyn RowSource) -> Vec<Problem> {
    match Pivot::<P>::read(&RowReader::new(source, tables)) {
        Ok((owned, owner)) => P::table_mut(tables).fill(id, owned.raw(), owner),
        Err(problem) => vec![problem.of(P::INFO, id)],
    }
}

impl<P: PivotRow> AnyTable<P::Tables> for Pivot<P> {
    fn info(&self) -> &'static TableInfo {
        P::INFO
    }

    fn n_rows(&self) -> usize {
        self.links.len()
    }

    fn id_of(&self, key: RawKey) -> Option<i64> {
        self.links.get(key).map(|link| link.id)
    }

    /// O(n): nothing refers to a pivot's row by its id.
    fn key_of(&self, id: i64) -> Option<RawKey> {
        self.links
            .iter()
            .find(|(_, link)| link.id == id)
            .map(|(owned, _)| owned)
    }

    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_> {
        let mut rows: Vec<_> = self
            .links
            .iter()
            .map(|(owned, link)| (link.id, owned))
            .collect();
        rows.sort_unstable();
        Box::new(rows.into_iter())
    }

    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_> {
        debug_assert_ne!(
            foreign_key, OWNED,
            "the owned row's key is the pivot row's key"
        );
        self.arms[foreign_key - arm_info(0)].children(parent)
    }

    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent> {
        let link = self.links.get(key)?;
        if foreign_key == OWNED {
            return Some(Parent::Row(key));
        }
        let (arm, parent) = link.owner.arm();
        (arm_info(arm) == foreign_key).then_some(parent)
    }

    fn dirty(&self) -> &DirtySet {
        &self.dirty
    }

    fn is_dirty_row(&self, key: RawKey) -> bool {
        self.links.get(key).is_some_and(Self::is_dirty)
    }

    fn is_new_row(&self, key: RawKey) -> bool {
        self.links
            .get(key)
            .is_some_and(|link| link.state.contains(RowState::NEW))
    }

    fn counter(&self) -> &Counter {
        &self.counter
    }

    fn counter_mut(&mut self) -> &mut Counter {
        &mut self.counter
    }

    fn remove(&mut self, key: RawKey) {
        let Some(link) = self.take(key) else { return };
        if !link.state.contains(RowState::NEW) {
            let (arm, parent) = link.owner.arm();
            let belonged_to = match (parent, arm_table::<P>(arm)) {
                (Parent::Row(key), Some(table)) => smallvec![AnyKey { table, key }],
                _ => SmallVec::new(),
            };
            self.dirty.bury(Tombstone {
                id: link.id,
                key,
                belonged_to,
            });
        }
        self.undo.push(Undo::Unlink { owned: key, link });
    }

    fn orphan(&mut self, _: usize, _: RawKey) -> bool {
        false
    }

    fn undo(&mut self) {
        match self.undo.pop() {
            Some(Undo::Link { owned }) => {
                if let Some(link) = self.take(owned) {
                    self.counter.take_back(link.id);
                }
            }
            Some(Undo::Unlink { owned, mut link }) => {
                if !link.state.contains(RowState::NEW) {
                    self.dirty.unbury();
                }
                // The list may have been cleaned of it meanwhile.
                link.state.remove(RowState::LISTED);
                if Self::is_dirty(&link) {
                    self.dirty.list(owned, &mut link.state);
                }
                self.put(owned, link, Place::ById);
            }
            Some(Undo::Move { owned, mut link }) => {
                self.take(owned);
                // The list of dirty rows is never taken back, so the row is still in it.
                link.state.insert(RowState::LISTED);
                self.put(owned, link, Place::ById);
            }
            None => {}
        }
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn capture(&self, tables: &P::Tables, which: Selection<'_>, captured: &mut Captured) {
        let selected = |key| {
            which.has(AnyKey {
                table: P::TABLE,
                key,
            })
        };
        let listed = self.dirty.listed().iter().filter(|&&key| selected(key));
        let dirty = listed.filter_map(|&key| Some((self.links.get(key)?, key)));
        let mut rows: Vec<_> = dirty
            .filter(|(link, _)| Self::is_dirty(link))
            .map(|(link, key)| (link.id, key))
            .collect();
        rows.sort_unstable();
        rows.dedup();
        for (id, key) in rows {
            let shape = match self.dirty_arms(key) {
                None => captured.shape(true, 0..P::INFO.columns.len()),
                Some(dirty) => {
                    let arms = (0..self.arms.len()).filter(|&arm| dirty & bit(arm) != 0);
                    captured.shape(false, arms.map(arm_column::<P>))
                }
            };
            let link = &self.links[key];
            captured.push(id, key, shape, |column| {
                Self::value(link, key, column, tables)
            });
        }
        let removed = self
            .dirty
            .removed()
            .iter()
            .filter(|tombstone| selected(tombstone.key));
        captured.remove(removed.map(|tombstone| tombstone.id));
    }

    fn flushed(&mut self, which: Selection<'_>, captured: &Captured) {
        for row in captured.rows() {
            if let Some(link) = self.links.get_mut(row.key) {
                link.dirty = 0;
                link.state.remove(RowState::NEW);
            }
        }
        if let Selection::All = which {
            let listed = self.dirty.take_listed();
            for &key in &listed {
                if let Some(link) = self.links.get_mut(key) {
                    link.state.remove(RowState::LISTED);
                }
            }
            self.dirty.reuse(listed);
        }
        self.dirty
            .forget_removed(|tombstone| captured.removed().binary_search(&tombstone.id).is_ok());
    }

    fn preallocate(&mut self, _: i64) {}

    fn loader(&self) -> LoadRow<P::Tables> {
        load_row::<P>
    }

    fn check(&self, tables: &P::Tables) -> Vec<String> {
        super::check::pivot(self, tables)
    }
}

/// The owner as column and id, for messages.
pub(crate) fn describe<P: PivotRow>(owner: P::Owner, tables: &P::Tables) -> String {
    use super::entity::Tables as _;
    let (arm, parent) = owner.arm();
    let id = match (parent, arm_table::<P>(arm)) {
        (Parent::Row(key), Some(table)) => tables.table(table).id_of(key),
        (Parent::Outside(id), _) => Some(id),
        (Parent::Row(_), None) => None,
    };
    let column = P::INFO.columns[arm_column::<P>(arm)];
    id.map_or_else(|| column.to_owned(), |id| format!("{column} {id}"))
}
