//! The same world in std collections alone: slow, and obviously right. Ids are identity; a name that
//! stands for a row in an operation is a number that is taken modulo the rows there are.

use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Player(i64),
    Mobile(i64),
    Item(i64),
    Asset(i64),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) inventory: i64,
    pub(crate) item: i64,
    pub(crate) quantity: f64,
}

/// An owned row: what it says, the id of its pivot row, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Owned<V> {
    pub(crate) value: V,
    pub(crate) pivot: i64,
    pub(crate) owner: Owner,
}

/// The rows of each table by id, and the last id that was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows<R> {
    pub(crate) rows: BTreeMap<i64, R>,
    pub(crate) last: i64,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            last: 0,
        }
    }
}

impl<R> Rows<R> {
    pub(crate) fn insert(&mut self, row: R) -> i64 {
        self.last += 1;
        self.rows.insert(self.last, row);
        self.last
    }

    /// The id of a row that a number of an operation means.
    pub(crate) fn pick(&self, n: usize) -> Option<i64> {
        self.rows.keys().nth(n % self.rows.len().max(1)).copied()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Naive {
    /// Email by id.
    pub(crate) players: Rows<String>,
    pub(crate) mobiles: Rows<Option<Owner>>,
    pub(crate) items: Rows<String>,
    pub(crate) attributes: Rows<Owned<f64>>,
    pub(crate) last_attribute_owner: i64,
    pub(crate) inventories: Rows<Owned<String>>,
    pub(crate) last_inventory_owner: i64,
    pub(crate) entries: Rows<Entry>,
}

/// The operation was refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refused;

impl Naive {
    pub(crate) fn insert_player(&mut self, email: &str) -> Result<(), Refused> {
        if self.players.rows.values().any(|other| other == email) {
            return Err(Refused);
        }
        self.players.insert(email.to_owned());
        Ok(())
    }

    pub(crate) fn set_email(&mut self, id: i64, email: &str) -> Result<(), Refused> {
        if self
            .players
            .rows
            .iter()
            .any(|(other, it)| *other != id && it == email)
        {
            return Err(Refused);
        }
        self.players.rows.insert(id, email.to_owned());
        Ok(())
    }

    pub(crate) fn insert_item(&mut self, name: &str) -> Result<(), Refused> {
        if self.items.rows.values().any(|other| other == name) {
            return Err(Refused);
        }
        self.items.insert(name.to_owned());
        Ok(())
    }

    /// A player has one mobile at most.
    fn can_have(&self, mobile: Option<i64>, owner: Option<Owner>) -> bool {
        let is_player = matches!(owner, Some(Owner::Player(_)));
        let taken =
            |(id, its_owner): (&i64, &Option<Owner>)| Some(*id) != mobile && *its_owner == owner;
        !is_player || !self.mobiles.rows.iter().any(taken)
    }

    pub(crate) fn insert_mobile(&mut self, owner: Option<Owner>) -> Result<(), Refused> {
        if !self.can_have(None, owner) {
            return Err(Refused);
        }
        self.mobiles.insert(owner);
        Ok(())
    }

    pub(crate) fn set_owner(&mut self, id: i64, owner: Option<Owner>) -> Result<(), Refused> {
        if !self.can_have(Some(id), owner) {
            return Err(Refused);
        }
        self.mobiles.rows.insert(id, owner);
        Ok(())
    }

    pub(crate) fn add_attribute(&mut self, owner: Owner, value: f64) -> Result<(), Refused> {
        if value.is_nan() {
            return Err(Refused);
        }
        self.last_attribute_owner += 1;
        let pivot = self.last_attribute_owner;
        self.attributes.insert(Owned {
            value,
            pivot,
            owner,
        });
        Ok(())
    }

    pub(crate) fn add_inventory(&mut self, owner: Owner, value: &str) {
        self.last_inventory_owner += 1;
        let pivot = self.last_inventory_owner;
        self.inventories.insert(Owned {
            value: value.to_owned(),
            pivot,
            owner,
        });
    }

    /// Replaces the attributes of an owner by new ones, and by those of `kept` that it has.
    pub(crate) fn set_attributes(
        &mut self,
        owner: Owner,
        kept: &[i64],
        new: &[f64],
    ) -> Result<(), Refused> {
        if new.iter().any(|value| value.is_nan()) {
            return Err(Refused);
        }
        let is_owners = |id: &i64| {
            self.attributes
                .rows
                .get(id)
                .is_some_and(|row| row.owner == owner)
        };
        let is_twice = |n: usize| kept[..n].contains(&kept[n]);
        if !kept.iter().all(is_owners) || (0..kept.len()).any(is_twice) {
            return Err(Refused);
        }
        self.attributes
            .rows
            .retain(|id, row| row.owner != owner || kept.contains(id));
        new.iter()
            .try_for_each(|&value| self.add_attribute(owner, value))
    }

    pub(crate) fn attributes_of(&self, owner: Owner) -> Vec<i64> {
        let rows = self
            .attributes
            .rows
            .iter()
            .filter(|(_, row)| row.owner == owner);
        let mut by_pivot: Vec<_> = rows.map(|(id, row)| (row.pivot, *id)).collect();
        by_pivot.sort_unstable();
        by_pivot.into_iter().map(|(_, id)| id).collect()
    }

    pub(crate) fn inventories_of(&self, owner: Owner) -> Vec<i64> {
        let rows = self
            .inventories
            .rows
            .iter()
            .filter(|(_, row)| row.owner == owner);
        let mut by_pivot: Vec<_> = rows.map(|(id, row)| (row.pivot, *id)).collect();
        by_pivot.sort_unstable();
        by_pivot.into_iter().map(|(_, id)| id).collect()
    }

    pub(crate) fn remove_inventory(&mut self, id: i64) {
        self.inventories.rows.remove(&id);
        self.entries.rows.retain(|_, entry| entry.inventory != id);
    }

    /// Removes a player, a mobile or an item with all that hangs on it, unless an entry that stays needs
    /// one of them.
    pub(crate) fn remove(&mut self, gone: Owner) -> Result<(), Refused> {
        let before = self.clone();
        self.remove_with_all(gone);
        let items = &self.items.rows;
        if self
            .entries
            .rows
            .values()
            .all(|entry| items.contains_key(&entry.item))
        {
            return Ok(());
        }
        *self = before;
        Err(Refused)
    }

    fn remove_with_all(&mut self, gone: Owner) {
        let was_there = match gone {
            Owner::Player(id) => self.players.rows.remove(&id).is_some(),
            Owner::Mobile(id) => self.mobiles.rows.remove(&id).is_some(),
            Owner::Item(id) => self.items.rows.remove(&id).is_some(),
            Owner::Asset(_) => false,
        };
        if !was_there {
            return;
        }
        self.attributes.rows.retain(|_, row| row.owner != gone);
        for id in self.inventories_of(gone) {
            self.remove_inventory(id);
        }
        let owned = self
            .mobiles
            .rows
            .iter()
            .filter(|(_, owner)| **owner == Some(gone));
        let owned: Vec<_> = owned.map(|(id, _)| Owner::Mobile(*id)).collect();
        owned
            .into_iter()
            .for_each(|mobile| self.remove_with_all(mobile));
    }
}
