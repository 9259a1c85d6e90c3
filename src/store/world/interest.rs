//! Interest management: the changes of some rows only, for a client that may not, or need not, know of the others.
//!
//! The change feed stays as it is, and what a write costs does not depend on who watches what. A watch filters when it
//! reads: it remembers which rows its reader has, so that it can say which rows came in and which left, also those that
//! were not written to, because their owner has another owner now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::schema::{OnDelete, TableId, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, Key, RawKey};
use crate::store::table::stored::Tables;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
use crate::store::tracking::effect::{Effect, Positions, position};
use crate::store::tracking::feed::{Net, Pending, Subscription};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::remove::Action;

/// The rows that a [`Watch`] follows: whole tables, rows by their values, single rows, each with what they own or without.
/// A row that several parts name is followed once. The row of a pivot goes with its owned row.
pub struct Interest<T: Tables> {
    parts: Vec<Part<T>>,
}

/// Whether a row is one of a part.
type Matches<T> = Box<dyn Fn(&T, RawKey) -> bool + Send + Sync>;

struct Part<T> {
    table: TableId,
    matches: Matches<T>,
    with_owned: bool,
}

/// A reader of the changes within an [`Interest`]: see [`World::watch`]. Dropping it ends it.
pub struct Watch<T: Tables> {
    interest: Interest<T>,
    subscription: Subscription,
    /// The rows that the reader has.
    members: HashMap<(TableId, i64), Member>,
    /// Whether all rows have to be looked at, because changes are missing, as they are at the start.
    is_behind: bool,
}

/// A row that the reader has.
#[derive(Clone, Copy)]
struct Member {
    /// Another row may come in under the same id, with another key.
    key: RawKey,
    /// Whether what it owns is followed, too.
    is_root: bool,
    /// The id of its pivot row.
    pivot_row: Option<i64>,
}

/// What the reader is told of an id: one row may leave and another come in under it.
#[derive(Default)]
struct News {
    left: Option<RawKey>,
    is_there: Option<(RawKey, Columns)>,
}

/// What the reader is told of a row.
enum Columns {
    /// All of a row that came in.
    CameIn,
    Changed(Positions),
}

impl<T: Tables> Default for Interest<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Tables> fmt::Debug for Interest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |part: &Part<T>| (T::INFO[part.table.index()].name, part.with_owned);
        f.debug_list().entries(self.parts.iter().map(name)).finish()
    }
}

impl<T: Tables> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("interest", &self.interest)
            .field("n_rows", &self.members.len())
            .finish_non_exhaustive()
    }
}

impl<T: Tables> Interest<T> {
    /// No rows yet.
    #[must_use]
    pub fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// All rows of `E`.
    #[must_use]
    pub fn table<E: Entity<Tables = T>>(self) -> Self {
        self.part(E::TABLE, |_, _| true)
    }

    /// The rows of `E` for which `matches` holds, such as all mobiles of zone 7. It is asked for rows that have changed,
    /// and for all rows at the start, so it has to depend on the row alone. A row that it holds for no more is told of as
    /// removed, and one that it begins to hold for as inserted.
    #[must_use]
    pub fn rows<E: Entity<Tables = T>>(
        self,
        matches: impl Fn(&E) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.part(E::TABLE, move |tables, key| {
            let slot = E::table(tables).slot(key);
            slot.is_some_and(|slot| matches(&slot.row))
        })
    }

    /// One row, as long as it is there. Where gamedb is compiled with `debug_assertions`, a key of another world names no
    /// row.
    #[must_use]
    pub fn row<E: Entity<Tables = T>>(self, key: Key<E>) -> Self {
        self.part(E::TABLE, move |tables, raw| {
            // The table knows a key of another world where keys know their world.
            key.raw() == raw && E::table(tables).contains_key(key)
        })
    }

    /// Adds to the part that was added last what its rows own, directly and through others: through pivots, and through
    /// foreign keys that are declared `ON DELETE CASCADE`, as [`SaveScope::Owned`](crate::SaveScope::Owned) has it.
    ///
    /// # Panics
    /// If there is no part yet.
    #[must_use]
    pub fn with_owned(mut self) -> Self {
        let last = self.parts.last_mut();
        last.expect("`with_owned` follows `table`, `rows` or `row`")
            .with_owned = true;
        self
    }

    fn part(
        mut self,
        table: TableId,
        matches: impl Fn(&T, RawKey) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.parts.push(Part {
            table,
            matches: Box::new(matches),
            with_owned: false,
        });
        self
    }

    /// Whether a part names this row, and whether one names it with what it owns.
    fn names(&self, tables: &T, row: AnyKey) -> (bool, bool) {
        let of_table = self.parts.iter().filter(|part| part.table == row.table);
        let mut named = false;
        for part in of_table {
            if (part.matches)(tables, row.key) {
                named = true;
                if part.with_owned {
                    return (true, true);
                }
            }
        }
        (named, false)
    }
}

impl<T: Tables> World<T> {
    /// Begins to follow the rows of an interest. The first [`changes_within`](Self::changes_within) has all of them.
    ///
    /// ```
    /// use gamedb::Interest;
    /// use gamedb_models::{Attribute, Mobile, Player, World};
    ///
    /// let mut world = World::new();
    /// let ada = world.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// world.add(ada, Attribute::default())?;
    /// let bob = world.insert(Player { email: "bob@example.com".into(), ..Player::default() })?;
    ///
    /// // What Ada's client may know: her row with all that is hers, and the mobiles that are called so.
    /// let interest = Interest::new()
    ///     .row(ada).with_owned()
    ///     .rows(|mobile: &Mobile| mobile.what_we_call_you == "guard");
    /// let mut watch = world.watch(interest)?;
    /// let all = world.changes_within(&mut watch)?;
    /// assert_eq!(all.len(), 3, "Ada, her attribute, and the pivot row that says so");
    ///
    /// world.add(bob, Attribute::default())?; // none of Ada's business
    /// let guard = world.insert(Mobile { what_we_call_you: "guard".into(), ..Mobile::default() })?;
    /// assert_eq!(world.changes_within(&mut watch)?.len(), 1);
    ///
    /// world.get_mut(guard)?.set_what_we_call_you("thief");
    /// let left = world.changes_within(&mut watch)?;
    /// let (table, changes) = left.tables().next().expect("the mobile that left");
    /// assert_eq!((table.name, changes.removed().len()), ("mobiles", 1));
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn watch(&mut self, interest: Interest<T>) -> Result<Watch<T>, Error> {
        self.watch_with(interest, usize::MAX)
    }

    /// The same with a limit for the memory of a reader that falls behind, as in
    /// [`subscribe_with`](Self::subscribe_with). If more rows change before it reads, all rows of its tables are
    /// looked at, and those that it has are sent with all columns; no change is lost to it.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn watch_with(
        &mut self,
        interest: Interest<T>,
        capacity: usize,
    ) -> Result<Watch<T>, Error> {
        Ok(Watch {
            interest,
            subscription: self.subscribe_with(capacity)?,
            members: HashMap::new(),
            is_behind: true,
        })
    }

    /// The changes of the rows of a watch since it was last read. A row that came in is there as inserted, with all of its columns,
    /// and one that left as removed, whether or not it exists any more. A copy to which they are applied, table by table
    /// and id by id, has the rows of the interest and no others. [`apply`](Self::apply) takes them only where
    /// the interest contains every row that its rows reference.
    ///
    /// O(changed rows of the world), and O(rows that come in or leave); the first time O(rows of the tables).
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction, [`ErrorKind::NotSubscribed`] for a watch of
    /// another world.
    pub fn changes_within(&mut self, watch: &mut Watch<T>) -> Result<Delta, Error> {
        self.refuse_in_transaction()?;
        let pending = match self.commit_sink.feed.take(&watch.subscription) {
            Ok(pending) => pending,
            Err(error) if matches!(error.kind(), ErrorKind::ChangesMissed { .. }) => {
                watch.is_behind = true;
                Pending::default()
            }
            Err(error) => return Err(error),
        };
        let mut reading = Reading {
            world: self,
            watch,
            pending,
            to_visit: Vec::new(),
            news: BTreeMap::new(),
        };
        reading.begin();
        reading.visit_all();
        let news = reading.news;
        watch.is_behind = false;
        Ok(self.delta_of(news))
    }

    fn delta_of(&self, news: BTreeMap<(TableId, i64), News>) -> Delta {
        let mut delta = Delta::default();
        for ((id, row), news) in news {
            let table = self.tables.table(id);
            if delta.tables.last().is_none_or(|(_, last)| last.table != id) {
                delta.tables.push((table.info(), ChangeSet::new(id)));
            }
            let Some((_, change_set)) = delta.tables.last_mut() else {
                continue;
            };
            if let Some(key) = news.left {
                change_set.remove_next(row, key);
            }
            if let Some((key, columns)) = news.is_there {
                let columns = match &columns {
                    Columns::CameIn => None,
                    Columns::Changed(columns) => Some(columns),
                };
                table.copy(&self.tables, key, columns, change_set);
            }
        }
        delta
    }

    /// The rows that go when this one goes, by the tables that they are in.
    fn rows_of(&self, row: AnyKey) -> Vec<AnyKey> {
        let mut rows = Vec::new();
        for &reference in &self.references[row.table.index()] {
            if let Action::Remove(table) = self.action(reference) {
                let children = self.tables.table(reference.table);
                let children = children.children_of(reference.foreign_key, Parent::Row(row.key));
                rows.extend(children.map(|key| AnyKey { table, key }));
            }
        }
        if Self::HAS_VALUE_KEYS {
            for (reference, key) in self.all_naming(row, None) {
                if self.on_removal_by_value(reference) == OnDelete::Cascade {
                    let table = reference.table;
                    rows.push(AnyKey { table, key });
                }
            }
        }
        rows
    }

    /// The rows with which this one would go.
    fn holders_of(&self, row: AnyKey) -> Vec<AnyKey> {
        let info = T::INFO[row.table.index()];
        let pivot = match info.kind {
            TableKind::Owned { pivot } => Some(pivot),
            _ => None,
        };
        let mut holders = Vec::new();
        for table in pivot.into_iter().chain([row.table]) {
            let keys = T::INFO[table.index()].foreign_keys;
            for (foreign_key, key) in keys.iter().enumerate() {
                let reference = crate::schema::graph::Reference { table, foreign_key };
                let Some(target) = key.table else { continue };
                if matches!(self.action(reference), Action::Remove(_))
                    && let Some(Parent::Row(key)) =
                        self.tables.table(table).parent_of(foreign_key, row.key)
                {
                    holders.push(AnyKey { table: target, key });
                }
            }
        }
        if Self::HAS_VALUE_KEYS {
            holders.extend(self.owners_by_value(row));
        }
        holders
    }
}

/// One reading of a watch.
struct Reading<'r, T: Tables> {
    world: &'r World<T>,
    watch: &'r mut Watch<T>,
    pending: Pending,
    to_visit: Vec<(TableId, i64, RawKey)>,
    news: BTreeMap<(TableId, i64), News>,
}

impl<T: Tables> Reading<'_, T> {
    /// The rows that may have come in, changed or left by themselves.
    fn begin(&mut self) {
        let world = self.world;
        if self.watch.is_behind {
            let mut tables: Vec<TableId> = (self.watch.interest.parts.iter())
                .map(|part| part.table)
                .collect();
            tables.sort_unstable();
            tables.dedup();
            for table in tables {
                let rows = world.tables.table(table).rows_by_id();
                self.to_visit.extend(rows.map(|(id, key)| (table, id, key)));
            }
            let had = self.watch.members.keys().map(|&(table, id)| {
                let key = world.tables.table(table).key_of(id);
                (table, id, key.unwrap_or_default())
            });
            self.to_visit.extend(had);
        }
        for (&(table, id), &Net { key, .. }) in &self.pending {
            match T::INFO[table.index()].kind {
                // Its row has another owner now, or is removed.
                TableKind::Pivot { owned } => {
                    let id = world.tables.table(owned).id_of(key);
                    self.to_visit.extend(id.map(|id| (owned, id, key)));
                }
                _ => self.to_visit.push((table, id, key)),
            }
        }
    }

    fn visit_all(&mut self) {
        let mut visited = HashSet::new();
        while let Some((table, id, key)) = self.to_visit.pop() {
            if visited.insert((table, id)) {
                self.visit(table, id, key);
            }
        }
    }

    /// Finds out what has become of a row, and of what it owns.
    fn visit(&mut self, table: TableId, id: i64, key: RawKey) {
        let row = AnyKey { table, key };
        let is_live = self.world.tables.table(table).id_of(key) == Some(id);
        let now = if is_live { self.membership(row) } else { None };
        let before = match now {
            Some(now) => self.watch.members.insert((table, id), now),
            None => self.watch.members.remove(&(table, id)),
        };
        self.tell((table, id), before, now);
        let [was_root, is_root] =
            [before, now].map(|member| member.is_some_and(|member| member.is_root));
        // Where changes are missing, what a root owns may have come in without a word.
        if is_live && (was_root != is_root || is_root && self.watch.is_behind) {
            let rows = self.world.rows_of(row).into_iter();
            let with_ids = rows.map(|row| (row.table, self.world.id_of_live(row), row.key));
            self.to_visit.extend(with_ids);
        }
    }

    /// What a live row is in the interest.
    fn membership(&self, row: AnyKey) -> Option<Member> {
        let interest = &self.watch.interest;
        let (named, named_as_root) = interest.names(&self.world.tables, row);
        let is_root = named_as_root || self.is_held(row);
        let pivot_row = match T::INFO[row.table.index()].kind {
            TableKind::Owned { pivot } => self.world.tables.table(pivot).id_of(row.key),
            _ => None,
        };
        let key = row.key;
        (named || is_root).then_some(Member {
            key,
            is_root,
            pivot_row,
        })
    }

    /// Whether a row that is named with what it owns owns this one, directly or through others.
    fn is_held(&self, row: AnyKey) -> bool {
        let interest = &self.watch.interest;
        if !interest.parts.iter().any(|part| part.with_owned) {
            return false;
        }
        let mut to_visit = self.world.holders_of(row);
        let mut visited = HashSet::new();
        while let Some(holder) = to_visit.pop() {
            // Foreign keys may be cyclic.
            if visited.insert(holder) {
                if interest.names(&self.world.tables, holder).1 {
                    return true;
                }
                to_visit.extend(self.world.holders_of(holder));
            }
        }
        false
    }

    fn tell(&mut self, (table, id): (TableId, i64), before: Option<Member>, now: Option<Member>) {
        let pivot = match T::INFO[table.index()].kind {
            TableKind::Owned { pivot } => Some(pivot),
            _ => None,
        };
        let row = |member: Member| (id, member.key);
        let rows = [
            Some((table, before.map(row), now.map(row))),
            pivot.map(|pivot| {
                let of = |member: Option<Member>| {
                    member.and_then(|member| Some((member.pivot_row?, member.key)))
                };
                (pivot, of(before), of(now))
            }),
        ];
        for (table, before, now) in rows.into_iter().flatten() {
            match (before, now) {
                (Some(before), Some((id, key))) if before == (id, key) => {
                    let changed = if self.watch.is_behind {
                        let all = 0..T::INFO[table.index()].columns.len();
                        Some(all.map(position).collect())
                    } else {
                        match self.pending.get(&(table, id)).map(|net| &net.effect) {
                            Some(Effect::Changed(columns)) => Some(columns.clone()),
                            _ => None,
                        }
                    };
                    if let Some(columns) = changed {
                        let news = self.news.entry((table, id)).or_default();
                        news.is_there = Some((key, Columns::Changed(columns)));
                    }
                }
                (before, now) => {
                    if let Some((id, key)) = before {
                        self.news.entry((table, id)).or_default().left = Some(key);
                    }
                    if let Some((id, key)) = now {
                        let news = self.news.entry((table, id)).or_default();
                        news.is_there = Some((key, Columns::CameIn));
                    }
                }
            }
        }
    }
}
