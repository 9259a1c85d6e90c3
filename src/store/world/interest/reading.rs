//! What a watch finds out when it is read: which rows came in, changed and left.

use std::collections::{BTreeMap, HashSet};

use super::{Columns, Member, News, Watch};
use crate::schema::graph::Reference;
use crate::schema::{OnDelete, TableId, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::stored::Tables;
use crate::store::tracking::effect::{Effect, position};
use crate::store::tracking::feed::{Net, Pending};
use crate::store::world::World;
use crate::store::world::remove::Action;

impl<T: Tables> World<T> {
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
                let reference = Reference { table, foreign_key };
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
pub(super) struct Reading<'r, T: Tables> {
    pub(super) world: &'r World<T>,
    pub(super) watch: &'r mut Watch<T>,
    pub(super) pending: Pending,
    pub(super) to_visit: Vec<(TableId, i64, RawKey)>,
    pub(super) news: BTreeMap<(TableId, i64), News>,
    /// The members that were replaced, as they were.
    pub(super) before: Vec<((TableId, i64), Option<Member>)>,
    pub(super) has_ended: bool,
}

impl<T: Tables> Drop for Reading<'_, T> {
    /// What the program asks of rows has panicked: the reader is told nothing of this reading, so it has what it had.
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        self.watch.is_behind = true;
        for (row, before) in std::mem::take(&mut self.before).into_iter().rev() {
            match before {
                Some(before) => self.watch.members.insert(row, before),
                None => self.watch.members.remove(&row),
            };
        }
    }
}

impl<T: Tables> Reading<'_, T> {
    /// What the reader is told.
    pub(super) fn end(mut self) -> BTreeMap<(TableId, i64), News> {
        self.has_ended = true;
        self.watch.is_behind = false;
        std::mem::take(&mut self.news)
    }

    /// The rows that may have come in, changed or left by themselves.
    pub(super) fn begin(&mut self) {
        let world = self.world;
        if self.watch.is_behind {
            let mut tables = Vec::new();
            for part in &self.watch.interest.parts {
                let table = part.table;
                let Some(find) = &part.find else {
                    tables.push(table);
                    continue;
                };
                let ids = world.tables.table(table);
                let found = find(world).into_iter();
                let live = found.filter_map(|key| Some((table, ids.id_of(key)?, key)));
                self.to_visit.extend(live);
            }
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

    pub(super) fn visit_all(&mut self) {
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
        self.before.push(((table, id), before));
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
