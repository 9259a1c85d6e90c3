//! Comparing two worlds: every table, every row by id, every column, every owner, and the order of owned
//! rows.

use gamedb::Id;
use gamedb::codegen::traits::*;
use gamedb::codegen::{Entity, Parent, Pivot, PivotRow, StoredPivot, Table};
use gamedb_models::{Tables, World};

/// Compares the world in memory with the one that was read from its file, and returns the number of rows.
/// The error names the row that differs.
pub(crate) fn compare(memory: &World, file: &World) -> Result<usize, String> {
    // Destructured without `..`, so that a table that is added to the schema and not compared here is a
    // compile error.
    let Tables {
        players,
        mobiles,
        items,
        attributes,
        attribute_owners,
        inventories,
        inventory_entries,
        inventory_owners,
        item_blueprints,
        item_blueprint_components,
        mobile_items,
        mobile_item_attributes,
        mobile_item_blueprints,
        mobile_item_blueprint_components,
    } = &**memory;
    let worlds = Worlds { memory, file };
    let n_rows = worlds.same_table(players)?
        + worlds.same_table(mobiles)?
        + worlds.same_table(items)?
        + worlds.same_table(attributes)?
        + worlds.same_pivot(attribute_owners, |row| row.id)?
        + worlds.same_table(inventories)?
        + worlds.same_table(inventory_entries)?
        + worlds.same_pivot(inventory_owners, |row| row.id)?
        + worlds.same_table(item_blueprints)?
        + worlds.same_table(item_blueprint_components)?
        + worlds.same_table(mobile_items)?
        + worlds.same_table(mobile_item_attributes)?
        + worlds.same_table(mobile_item_blueprints)?
        + worlds.same_table(mobile_item_blueprint_components)?;
    // In addition, every index of the reopened world has to agree with its rows.
    match file.check().first() {
        None => Ok(n_rows),
        Some(problem) => Err(problem.clone()),
    }
}

struct Worlds<'w> {
    memory: &'w World,
    file: &'w World,
}

impl Worlds<'_> {
    /// Compares the ids, and for each id the value of every column. A foreign key is compared by the id
    /// of the referenced row, because keys are only valid within one world.
    fn same_table<E: Entity<Tables = Tables>>(&self, memory: &Table<E>) -> Result<usize, String> {
        let table = E::INFO.name;
        let file = E::table(self.file);
        same_number(table, memory.len(), file.len())?;
        for (key, row) in memory.iter_by_id() {
            let id = id_of(self.memory, key)?;
            let Some(found) = file.key(id).and_then(|key| file.get(key)) else {
                return Err(format!("{table} row {id} is not in the file"));
            };
            for (column, name) in E::INFO.columns.iter().enumerate() {
                let memory = row.value(column, self.memory);
                let file = found.value(column, self.file);
                if memory != file {
                    return Err(format!(
                        "{table} row {id}, {name}: {memory} in memory, {file} in the file"
                    ));
                }
            }
        }
        Ok(memory.len())
    }

    /// Compares the pivot rows: the same ids, owned rows and owners, and for each owner the same rows in
    /// the same order.
    fn same_pivot<P: StoredPivot<Tables = Tables, Owned: Entity>>(
        &self,
        memory: &Pivot<P>,
        id: impl Fn(&P) -> Id<P>,
    ) -> Result<usize, String> {
        let table = P::INFO.name;
        let file = P::table(self.file);
        same_number(table, memory.len(), file.len())?;
        for row in memory.iter() {
            let owned = self.file.key(id_of(self.memory, row.owned())?);
            let Some(found) = owned.and_then(|owned| file.of(owned)) else {
                return Err(format!("{table} row {} is not in the file", id(&row)));
            };
            let owners = (memory.owner(row.owned()), file.owner(found.owned()));
            let (Some(owner), Some(found_owner)) = owners else {
                return Err(format!("{table} row {} has no owner", id(&row)));
            };
            let (here, there) = (
                (id(&row), describe::<P>(self.memory, owner)),
                (id(&found), describe::<P>(self.file, found_owner)),
            );
            if here != there {
                return Err(format!(
                    "{table}: {here:?} in memory, {there:?} in the file"
                ));
            }
            // The order of an owner's rows is compared once, at its first row.
            if memory.rows_of(owner).next() == Some(row) {
                let here = memory.rows_of(owner).map(|row| id(&row));
                let there = file.rows_of(found_owner).map(|row| id(&row));
                if !here.eq(there) {
                    let owner = describe::<P>(self.memory, owner);
                    return Err(format!("{table}: rows of {owner:?} in another order"));
                }
            }
        }
        Ok(memory.len())
    }
}

fn same_number(table: &str, memory: usize, file: usize) -> Result<(), String> {
    if memory == file {
        Ok(())
    } else {
        Err(format!(
            "{table}: {memory} rows in memory, {file} in the file"
        ))
    }
}

fn id_of<E: Entity<Tables = Tables>>(world: &World, key: gamedb::Key<E>) -> Result<Id<E>, String> {
    world.id(key).map_err(|error| error.to_string())
}

/// An owner, described by its column and id.
fn describe<P: PivotRow<Tables = Tables>>(
    world: &World,
    owner: P::Owner,
) -> (&'static str, Option<i64>) {
    let (arm, parent) = owner.arm();
    // The first foreign key of a pivot references the owned row; those of the owners follow.
    let foreign_key = &P::INFO.foreign_keys[arm + 1];
    let id = match (parent, foreign_key.table) {
        (Parent::Row(key), Some(table)) => world.table(table).id_of(key),
        (Parent::Outside(id), _) => Some(id),
        (Parent::Row(_), None) => None,
    };
    (P::INFO.columns[foreign_key.column], id)
}

#[cfg(test)]
mod tests {
    use super::compare;
    use gamedb::Error;
    use gamedb_models::{Attribute, AttributeKey, AttributeValue, Player, PlayerKey, World};

    /// Two players, the first of whom has two attributes.
    fn world() -> Result<(World, [PlayerKey; 2], [AttributeKey; 2]), Error> {
        let mut world = World::new();
        let ada = world.insert(Player::default())?;
        let email = "bob@example.com".into();
        let bob = world.insert(Player {
            email,
            ..Player::default()
        })?;
        let mut owner = world.get_mut(ada)?;
        let strength = owner.add_attribute(Attribute::default())?;
        let luck = owner.add_attribute(Attribute::default())?;
        Ok((world, [ada, bob], [strength, luck]))
    }

    #[test]
    fn every_difference_is_found() -> Result<(), Error> {
        let (memory, ..) = world()?;
        assert_eq!(compare(&memory, &world()?.0), Ok(6));

        let (mut file, _, [strength, _]) = world()?;
        file.get_mut(strength)?
            .set_value(AttributeValue::Bool(true))?;
        let difference = "attributes row 1, bool_value: 0 in memory, 1 in the file";
        assert_eq!(compare(&memory, &file), Err(difference.into()));

        let (mut file, [ada, bob], [strength, _]) = world()?;
        file.get_mut(ada)?.give_attribute(strength, bob)?;
        assert!(compare(&memory, &file).is_err_and(|difference| difference.contains("player_id")));

        let (mut file, [ada, _], _) = world()?;
        file.remove(ada)?;
        let difference = "players: 2 rows in memory, 1 in the file";
        assert_eq!(compare(&memory, &file), Err(difference.into()));
        Ok(())
    }
}
