//! The rows of a relation as views, and the rows that they reference in turn.

use std::fmt;
use std::iter::FusedIterator;

use crate::store::key::Key;
use crate::store::table::{Rows, Table};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::view::RowRef;

impl<'a, E: Entity> Rows<'a, E> {
    /// The same rows as views, which have relations of their own.
    ///
    /// ```
    /// use gamedb_models::{Inventory, InventoryEntry, Item, Player, World};
    ///
    /// let mut world = World::new();
    /// let ada = world.insert(Player::default())?;
    /// let item = world.insert(Item { internal_name: "iron".into(), ..Item::default() })?;
    /// let inventory = world.get_mut(ada)?.add_inventory(Inventory::default())?;
    /// world.insert(InventoryEntry { inventory, item, ..InventoryEntry::default() })?;
    ///
    /// let entries = world.get(inventory)?.inventory_entries();
    /// let names: Vec<_> = entries.views(&world).map(|entry| entry.item().internal_name.clone()).collect();
    /// assert_eq!(names, ["iron"]);
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Panics
    /// If these are rows of another world.
    pub fn views(self, world: &'a World<E::Tables>) -> Views<'a, E> {
        assert!(
            self.is_of(E::table(&world.tables)),
            "rows of {} are views in their own world only",
            E::INFO.name
        );
        Views { rows: self, world }
    }
}

/// Rows of a relation as views: [`Rows::views`].
pub struct Views<'a, E: Entity> {
    rows: Rows<'a, E>,
    world: &'a World<E::Tables>,
}

impl<'a, E: Entity> Views<'a, E> {
    fn view(world: &'a World<E::Tables>, key: Key<E>) -> E::Ref<'a> {
        let row = RowRef::new(world, key);
        row.expect("an index contains live rows only (invariant 1)")
            .into()
    }
}

impl<E: Entity> Clone for Views<'_, E> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            world: self.world,
        }
    }
}

impl<E: Entity> fmt::Debug for Views<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.rows.clone()).finish()
    }
}

impl<'a, E: Entity> Iterator for Views<'a, E> {
    type Item = E::Ref<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, _) = self.rows.next()?;
        Some(Self::view(self.world, key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<E: Entity> DoubleEndedIterator for Views<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let (key, _) = self.rows.next_back()?;
        Some(Self::view(self.world, key))
    }
}

impl<E: Entity> ExactSizeIterator for Views<'_, E> {}
impl<E: Entity> FusedIterator for Views<'_, E> {}

/// The rows of `F` that rows of `C` tie to one row, with their keys: the far end of a join with payload. They come in
/// the order of the ids of the rows between; a row that several of them tie comes several times.
pub struct FarRows<'w, C: Entity, F: Entity> {
    between: Rows<'w, C>,
    foreign_key: usize,
    far: &'w Table<F>,
}

impl<'w, E: Entity> RowRef<'w, E> {
    /// The rows of `F` that the foreign key `far` of `C` references, for the rows of `C` whose foreign key `near`
    /// references this row. O(1), and O(1) for each row.
    #[must_use]
    pub fn far_rows<C, F>(self, near: usize, far: usize) -> FarRows<'w, C, F>
    where
        C: Entity<Tables = E::Tables>,
        F: Entity<Tables = E::Tables>,
    {
        debug_assert_eq!(C::INFO.foreign_keys[far].table, Some(F::TABLE));
        FarRows {
            between: self.children(near),
            foreign_key: far,
            far: F::table(&self.world().tables),
        }
    }
}

impl<'w, C: Entity, F: Entity> FarRows<'w, C, F> {
    /// The keys only.
    pub fn keys(self) -> impl DoubleEndedIterator<Item = Key<F>> + use<'w, C, F> {
        self.map(|(key, _)| key)
    }

    /// The rows between.
    #[must_use]
    pub fn between(self) -> Rows<'w, C> {
        self.between
    }

    fn far_end(&self, between: &C) -> (Key<F>, &'w F) {
        let far = between.parent(self.foreign_key);
        self.far
            .lent(far.expect("both ends of a join are NOT NULL"))
    }
}

impl<C: Entity, F: Entity> Clone for FarRows<'_, C, F> {
    fn clone(&self) -> Self {
        Self {
            between: self.between.clone(),
            foreign_key: self.foreign_key,
            far: self.far,
        }
    }
}

impl<C: Entity, F: Entity> fmt::Debug for FarRows<'_, C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'w, C: Entity, F: Entity> Iterator for FarRows<'w, C, F> {
    type Item = (Key<F>, &'w F);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (_, between) = self.between.next()?;
        Some(self.far_end(between))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.between.size_hint()
    }
}

impl<C: Entity, F: Entity> DoubleEndedIterator for FarRows<'_, C, F> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let (_, between) = self.between.next_back()?;
        Some(self.far_end(between))
    }
}

impl<C: Entity, F: Entity> ExactSizeIterator for FarRows<'_, C, F> {}
impl<C: Entity, F: Entity> FusedIterator for FarRows<'_, C, F> {}
