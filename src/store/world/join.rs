//! Joins: rows of a join table, each of which links two rows and has no other content. Linking and
//! unlinking never changes the rows at the ends.

use std::collections::HashSet;
use std::fmt;
use std::iter::FusedIterator;

use crate::error::{Error, ErrorKind};
use crate::schema::value::Value;
use crate::store::key::Key;
use crate::store::row::entity::Row as _;
use crate::store::table::stored::Stored as _;
use crate::store::table::stored::Tables;
use crate::store::table::{Rows, Table};
use crate::store::world::World;
use crate::store::world::entity::{Entity, Standalone};
use crate::store::world::view::{RowMut, RowRef};

/// A row of a join table: an entity like any other, of which at most one exists for each pair of rows.
/// Generated.
pub trait Join: Standalone {
    /// The entity that its first foreign key references.
    type Left: Entity<Tables = Self::Tables>;
    /// The entity that its second foreign key references.
    type Right: Entity<Tables = Self::Tables>;

    /// Position of the first foreign key in `INFO`.
    const LEFT: usize;
    /// Position of the second foreign key.
    const RIGHT: usize;

    /// A new row that links these two; other columns have their `Default`.
    fn link(left: Key<Self::Left>, right: Key<Self::Right>) -> Self;
    /// The keys of the two rows that it links.
    fn ends(&self) -> (Key<Self::Left>, Key<Self::Right>);
}

/// A join table seen from one of its ends.
pub trait Side<J: Join> {
    /// The entity at the near end, which the table is seen from.
    type Near: Entity<Tables = J::Tables>;
    /// The entity at the far end.
    type Far: Entity<Tables = J::Tables>;

    /// Position of the foreign key to the near end in `INFO`.
    const NEAR: usize;
    /// Position of the foreign key to the far end.
    const FAR: usize;

    /// A new row that links these two.
    fn link(near: Key<Self::Near>, far: Key<Self::Far>) -> J;
    /// The key at the far end of a link.
    fn far(link: &J) -> Key<Self::Far>;
}

/// The join table seen from the row that the first foreign key references.
#[derive(Clone, Copy, Debug)]
pub struct FromLeft;

/// The join table seen from the row that the second foreign key references.
#[derive(Clone, Copy, Debug)]
pub struct FromRight;

impl<J: Join> Side<J> for FromLeft {
    type Near = J::Left;
    type Far = J::Right;

    const NEAR: usize = J::LEFT;
    const FAR: usize = J::RIGHT;

    #[inline]
    fn link(near: Key<J::Left>, far: Key<J::Right>) -> J {
        J::link(near, far)
    }

    #[inline]
    fn far(link: &J) -> Key<J::Right> {
        link.ends().1
    }
}

impl<J: Join> Side<J> for FromRight {
    type Near = J::Right;
    type Far = J::Left;

    const NEAR: usize = J::RIGHT;
    const FAR: usize = J::LEFT;

    #[inline]
    fn link(near: Key<J::Right>, far: Key<J::Left>) -> J {
        J::link(far, near)
    }

    #[inline]
    fn far(link: &J) -> Key<J::Left> {
        link.ends().0
    }
}

/// The rows that a row is linked with, with their keys, in the order of the links' ids: the order in
/// which they were linked.
pub struct Linked<'w, J: Join, S: Side<J>> {
    links: Rows<'w, J>,
    far: &'w Table<S::Far>,
}

impl<'w, J: Join, S: Side<J>> Linked<'w, J, S> {
    /// The keys only.
    pub fn keys(
        self,
    ) -> impl DoubleEndedIterator<Item = Key<S::Far>> + ExactSizeIterator + use<'w, J, S> {
        self.links.map(|(_, link)| S::far(link))
    }

    /// The rows of the join table.
    #[must_use]
    pub fn links(self) -> Rows<'w, J> {
        self.links
    }

    fn far_end(&self, link: &J) -> (Key<S::Far>, &'w S::Far) {
        self.far.lent(S::far(link).raw())
    }
}

impl<J: Join, S: Side<J>> Clone for Linked<'_, J, S> {
    fn clone(&self) -> Self {
        Self {
            links: self.links.clone(),
            far: self.far,
        }
    }
}

impl<J: Join, S: Side<J>> fmt::Debug for Linked<'_, J, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'w, J: Join, S: Side<J>> Iterator for Linked<'w, J, S> {
    type Item = (Key<S::Far>, &'w S::Far);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (_, link) = self.links.next()?;
        Some(self.far_end(link))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.links.size_hint()
    }
}

impl<J: Join, S: Side<J>> DoubleEndedIterator for Linked<'_, J, S> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let (_, link) = self.links.next_back()?;
        Some(self.far_end(link))
    }
}

impl<J: Join, S: Side<J>> ExactSizeIterator for Linked<'_, J, S> {}
impl<J: Join, S: Side<J>> FusedIterator for Linked<'_, J, S> {}

impl<T: Tables> World<T> {
    /// The rows that `near` is linked with, in the order in which they were linked. O(1).
    #[inline]
    pub fn linked<J: Join<Tables = T>, S: Side<J>>(&self, near: Key<S::Near>) -> Linked<'_, J, S> {
        Linked {
            links: J::table(&self.tables).children(S::NEAR, near.raw()),
            far: S::Far::table(&self.tables),
        }
    }

    /// Links two rows: inserts a row of `J`. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::NotUnique`] when they are linked already, and [`ErrorKind::NoSuchRow`] when one of them
    /// does not exist. On error the world is unchanged.
    #[inline]
    pub fn link<J: Join<Tables = T>, S: Side<J>>(
        &mut self,
        near: Key<S::Near>,
        far: Key<S::Far>,
    ) -> Result<Key<J>, Error> {
        self.insert(S::link(near, far))
    }

    /// Unlinks two rows: removes the row of `J`, and neither of the two rows. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], [`ErrorKind::NotLinked`], and [`ErrorKind::StillReferenced`] when another
    /// row references the link. On error the world is unchanged.
    pub fn unlink<J: Join<Tables = T>, S: Side<J>>(
        &mut self,
        near: Key<S::Near>,
        far: Key<S::Far>,
    ) -> Result<(), Error> {
        let ends = (self.id(near)?.get(), self.id(far)?.get());
        let link = self.link_of::<J, S>(near, far);
        self.remove(link.ok_or_else(|| not_linked::<J, S>(ends))?)
    }

    /// Links `near` with exactly these rows: links with other rows are removed, existing links with these
    /// rows are kept, and missing links are added. All or nothing.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], [`ErrorKind::Twice`] for a key that is in the list twice, and any error of
    /// linking or unlinking. On error the world is unchanged.
    pub fn set_links<J: Join<Tables = T>, S: Side<J>>(
        &mut self,
        near: Key<S::Near>,
        rows: impl IntoIterator<Item = Key<S::Far>>,
    ) -> Result<(), Error> {
        self.id(near)?;
        let rows: Vec<Key<S::Far>> = rows.into_iter().collect();
        let mut wanted = HashSet::new();
        for &far in &rows {
            let id = self.id(far)?.get();
            if !wanted.insert(far.raw()) {
                let table = S::Far::INFO.name;
                return Err(ErrorKind::Twice { table, id }.into());
            }
        }
        let links = self.linked::<J, S>(near).links();
        let removed: Vec<Key<J>> = links
            .filter(|(_, link)| !wanted.contains(&S::far(link).raw()))
            .map(|(key, _)| key)
            .collect();
        let mut had: HashSet<_> = self.linked::<J, S>(near).keys().map(Key::raw).collect();
        self.transaction(|world| {
            for link in removed {
                world.remove(link)?;
            }
            for far in rows {
                if had.insert(far.raw()) {
                    world.link::<J, S>(near, far)?;
                }
            }
            Ok(())
        })
    }

    /// The row that links these two, found through one of the table's UNIQUE constraints.
    fn link_of<J: Join<Tables = T>, S: Side<J>>(
        &self,
        near: Key<S::Near>,
        far: Key<S::Far>,
    ) -> Option<Key<J>> {
        let table = J::table(&self.tables);
        let [near_key, far_key] = [S::NEAR, S::FAR].map(|n| &J::INFO.foreign_keys[n]);
        if far_key.unique && !near_key.unique {
            let (key, link) = table.children(S::FAR, far.raw()).next()?;
            return (S::link(near, far).ends() == link.ends()).then_some(key);
        }
        if !near_key.unique {
            let ends = [near_key.column, far_key.column];
            let on_ends = J::INFO
                .indexes
                .iter()
                .position(|index| index.unique && index.columns.iter().all(|c| ends.contains(c)));
            if let Some(index) = on_ends {
                let link = table.conflict(&S::link(near, far), None, index)?;
                return table.ids.key(link.id).map(Key::from_raw);
            }
        }
        let mut links = table.children(S::NEAR, near.raw());
        let found = links.find(|(_, link)| S::far(link) == far)?;
        Some(found.0)
    }
}

#[cold]
fn not_linked<J: Join, S: Side<J>>(ends: (i64, i64)) -> Error {
    let name = |foreign_key: usize| J::INFO.foreign_key_column(foreign_key);
    let value = |id: i64| Value::Integer(id).to_string();
    ErrorKind::NotLinked {
        table: J::INFO.name,
        column: format!("{}, {}", name(S::NEAR), name(S::FAR)),
        value: format!("{}, {}", value(ends.0), value(ends.1)),
    }
    .into()
}

impl<'w, E: Entity> RowRef<'w, E> {
    /// The rows that this row is linked with: see [`World::linked`].
    #[inline]
    pub fn linked<J, S>(self) -> Linked<'w, J, S>
    where
        J: Join<Tables = E::Tables>,
        S: Side<J, Near = E>,
    {
        self.world().linked(self.key())
    }
}

impl<E: Entity> RowMut<'_, E> {
    /// Links this row with another: see [`World::link`].
    ///
    /// # Errors
    /// As [`World::link`].
    #[inline]
    pub fn link<J, S>(&mut self, far: Key<S::Far>) -> Result<Key<J>, Error>
    where
        J: Join<Tables = E::Tables>,
        S: Side<J, Near = E>,
    {
        let near = self.key();
        self.world().link::<J, S>(near, far)
    }

    /// Unlinks this row from another: see [`World::unlink`].
    ///
    /// # Errors
    /// As [`World::unlink`].
    pub fn unlink<J, S>(&mut self, far: Key<S::Far>) -> Result<(), Error>
    where
        J: Join<Tables = E::Tables>,
        S: Side<J, Near = E>,
    {
        let near = self.key();
        self.world().unlink::<J, S>(near, far)
    }

    /// Links this row with exactly these: see [`World::set_links`].
    ///
    /// # Errors
    /// As [`World::set_links`].
    pub fn set_links<J, S>(
        &mut self,
        rows: impl IntoIterator<Item = Key<S::Far>>,
    ) -> Result<(), Error>
    where
        J: Join<Tables = E::Tables>,
        S: Side<J, Near = E>,
    {
        let near = self.key();
        self.world().set_links::<J, S>(near, rows)
    }
}
