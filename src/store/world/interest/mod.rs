//! Interest management: the changes of some rows only, for a client that may not, or need not, know of the others.
//!
//! The change feed stays as it is, and what a write costs does not depend on who watches what. A watch filters when it
//! reads: it remembers which rows its reader has, so that it can say which rows came in and which left, also those that
//! were not written to, because their owner has another owner now.

mod reading;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::schema::TableId;
use crate::store::key::{AnyKey, Key, RawKey};
use crate::store::table::stored::Tables;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
use crate::store::tracking::effect::Positions;
use crate::store::tracking::feed::{Pending, Subscription};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use reading::Reading;

/// The rows that a [`Watch`] follows: whole tables, rows by their values, single rows, each with what they own or without.
/// A row that several parts name is followed once. The row of a pivot goes with its owned row.
pub struct Interest<T: Tables> {
    parts: Vec<Part<T>>,
}

/// Whether a row is one of a part.
type Matches<T> = Box<dyn Fn(&T, RawKey) -> bool + Send + Sync>;

/// The rows that a part can name, without a look at the others.
type Find<T> = Box<dyn Fn(&World<T>) -> Vec<RawKey> + Send + Sync>;

struct Part<T: Tables> {
    table: TableId,
    matches: Matches<T>,
    /// `None` where all rows of the table have to be looked at.
    find: Option<Find<T>>,
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

    /// The same by means of an index: `find` returns the rows for which `matches` holds, or more, as a generated
    /// `find_by_*` does. So the first reading, and one after changes were missed, looks at these and not at all rows.
    /// `matches` alone decides; a row that `find` does not return comes in when it changes, if `matches` holds for it.
    ///
    /// ```
    /// use gamedb::Interest;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut world = World::new();
    /// world.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// let email = "ada@example.com";
    /// let interest = Interest::new().rows_found(
    ///     move |world| Player::find_by_email(world, email).map(|row| row.key()).into_iter().collect(),
    ///     move |player: &Player| player.email == email,
    /// );
    /// let mut watch = world.watch(interest)?;
    /// assert_eq!(world.changes_within(&mut watch)?.len(), 1);
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    #[must_use]
    pub fn rows_found<E: Entity<Tables = T>>(
        self,
        find: impl Fn(&World<T>) -> Vec<Key<E>> + Send + Sync + 'static,
        matches: impl Fn(&E) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rows(matches).found(move |world| {
            let found = find(world).into_iter();
            found.map(Key::raw).collect()
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
        .found(move |_| vec![key.raw()])
    }

    /// Says how the rows of the part that was added last are found.
    fn found(mut self, find: impl Fn(&World<T>) -> Vec<RawKey> + Send + Sync + 'static) -> Self {
        let last = self.parts.last_mut();
        last.expect("a part was just added").find = Some(Box::new(find));
        self
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
            find: None,
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
    /// O(changed rows of the world), and O(rows that come in or leave); the first time O(rows of the tables), or of what
    /// [`rows_found`](Interest::rows_found) and [`row`](Interest::row) find.
    ///
    /// If what an interest asks of rows panics, the reader has been told nothing: the next reading looks at all rows.
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
            before: Vec::new(),
            has_ended: false,
        };
        reading.begin();
        reading.visit_all();
        let news = reading.end();
        Ok(self.delta_of(news))
    }

    fn delta_of(&self, news: BTreeMap<(TableId, i64), News>) -> Delta {
        let mut delta = Delta::default();
        for ((id, row), news) in news {
            let table = self.tables.table(id);
            if delta.tables.last().is_none_or(|(_, last)| last.table != id) {
                delta.tables.push((table.info(), ChangeSet::new(id)));
            }
            let (_, change_set) = delta.tables.last_mut().expect("a table was just added");
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
}
