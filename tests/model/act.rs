//! Applies each operation to the world.

use gamedb::codegen::{DynTable, Id, Key, Standalone};
use gamedb::{Error, ErrorKind, NewOrKept as Row};
use gamedb_models::{Attribute, Inventory, World};

use crate::chosen::Chosen;
use crate::operation::{MANY, NewOrKept, Operation};
use crate::rows::{Finder, Typed, TypedOwned, with_entity};
use crate::rules::Refusal;
use crate::schema::Table;
use crate::stale::Stale;
use crate::value::{Input, Owner, Pick, Text};

/// Runs an expression with `E` as the row type of a table whose rows are owned.
macro_rules! with_owned {
    ($table:expr, $E:ident => $body:expr) => {
        match $table {
            Table::Attributes => {
                type $E = Attribute;
                $body
            }
            Table::Inventories => {
                type $E = Inventory;
                $body
            }
            other => panic!("rows of {other:?} are not owned"),
        }
    };
}

pub(crate) fn act(world: &mut World, stale: &Stale, operation: &Operation) -> Result<(), Error> {
    match operation {
        Operation::Insert(table, inputs) => insert(world, stale, *table, None, inputs),
        Operation::InsertWithId(table, chosen, inputs) => {
            insert(world, stale, *table, Some(*chosen), inputs)
        }
        &Operation::Set(table, pick, field, input) => with_entity!(
            table,
            E => {
                let finder = Finder { world, stale };
                let (key, value) = (finder.key::<E>(pick), E::from_field(field, input, finder));
                E::set(world.get_mut(key)?, field, value)
            },
            else panic!("a pivot has no setters")
        ),
        &Operation::SetAll(table, field, input) => with_entity!(
            table,
            E => {
                let value = E::from_field(field, input, Finder { world, stale });
                let mut rows = world.iter_mut::<E>();
                while let Some(row) = rows.next() {
                    E::set(row, field, value.clone())?;
                }
                Ok(())
            },
            else panic!("a pivot has no setters")
        ),
        &Operation::Swap(table, one, two) => swap(world, stale, table, one, two),
        &Operation::Remove(table, pick) => with_entity!(
            table,
            E => {
                let key = Finder { world, stale }.key::<E>(pick);
                world.remove(key)
            },
            else panic!("a pivot's row is not removed by hand")
        ),
        Operation::Add(table, owner, inputs) => {
            with_owned!(table, E => add::<E>(world, stale, *owner, inputs))
        }
        Operation::AddWithId(table, owner, chosen, inputs) => {
            with_owned!(table, E => add_with_id::<E>(world, stale, *owner, *chosen, inputs))
        }
        Operation::AddMany(table, owner, inputs) => world.transaction(|world| {
            with_owned!(table, E => {
                // The picks are resolved once, and the rows that they refer to do not change in between.
                (0..MANY).try_for_each(|_| add::<E>(world, stale, *owner, inputs))
            })
        }),
        &Operation::RemoveOwned(table, owner, pick) => with_owned!(table, E => {
            let finder = Finder { world, stale };
            let (owner, key) = (E::owner(owner, finder), finder.key::<E>(pick));
            world.remove_owned(owner, key)
        }),
        Operation::SetOwned(table, owner, rows) => {
            with_owned!(table, E => set_owned::<E>(world, stale, *owner, rows))
        }
        &Operation::Give(table, from, pick, to) => with_owned!(table, E => {
            let finder = Finder { world, stale };
            let (key, to) = (finder.key::<E>(pick), E::owner(to, finder));
            let from = match from {
                Some(from) => E::owner(from, finder),
                None => owner_of::<E>(world, key).unwrap_or(to),
            };
            world.give(from, key, to)
        }),
    }
}

fn owner_of<E: TypedOwned>(world: &World, key: Key<E>) -> Option<gamedb::internals::OwnerOf<E>> {
    use gamedb::codegen::traits::*;
    E::Pivot::table(world).owner(key)
}

/// The id that an operation chooses.
fn chosen_id<E: Typed>(world: &World, chosen: Chosen) -> Id<E> {
    let table: &dyn DynTable<_> = E::table(world);
    let next = table.counter().next().unwrap_or(i64::MAX);
    Id::new(chosen.id(next, |pick| match pick {
        Pick::Row(n) if table.n_rows() > 0 => {
            table.rows_by_id().nth(n % table.n_rows()).map(|(id, _)| id)
        }
        _ => None,
    }))
}

fn insert(
    world: &mut World,
    stale: &Stale,
    table: Table,
    chosen: Option<Chosen>,
    inputs: &[Input],
) -> Result<(), Error> {
    fn go<E: Typed + Standalone>(
        world: &mut World,
        stale: &Stale,
        chosen: Option<Chosen>,
        inputs: &[Input],
    ) -> Result<(), Error> {
        let row = E::from_inputs(inputs, Finder { world, stale });
        let (expected, key) = match chosen.map(|chosen| chosen_id::<E>(world, chosen)) {
            Some(id) => (Some(id.get()), world.insert_with_id(id, row)?),
            None => (E::table(world).counter().next(), world.insert(row)?),
        };
        assert_eq!(Some(world.id(key)?.get()), expected);
        Ok(())
    }
    use gamedb_models as m;
    match table {
        Table::Players => go::<m::Player>(world, stale, chosen, inputs),
        Table::Mobiles => go::<m::Mobile>(world, stale, chosen, inputs),
        Table::Items => go::<m::Item>(world, stale, chosen, inputs),
        Table::InventoryEntries => go::<m::InventoryEntry>(world, stale, chosen, inputs),
        Table::ItemBlueprints => go::<m::ItemBlueprint>(world, stale, chosen, inputs),
        Table::ItemBlueprintComponents => {
            go::<m::ItemBlueprintComponent>(world, stale, chosen, inputs)
        }
        Table::MobileItems => go::<m::MobileItem>(world, stale, chosen, inputs),
        Table::MobileItemAttributes => go::<m::MobileItemAttribute>(world, stale, chosen, inputs),
        Table::MobileItemBlueprints => go::<m::MobileItemBlueprint>(world, stale, chosen, inputs),
        Table::MobileItemBlueprintComponents => {
            go::<m::MobileItemBlueprintComponent>(world, stale, chosen, inputs)
        }
        other => panic!("rows of {other:?} are added to an owner"),
    }
}

fn add<E: TypedOwned>(
    world: &mut World,
    stale: &Stale,
    owner: Owner,
    inputs: &[Input],
) -> Result<(), Error> {
    let finder = Finder { world, stale };
    let (owner, row) = (E::owner(owner, finder), E::from_inputs(inputs, finder));
    world.add(owner, row).map(|_| ())
}

fn add_with_id<E: TypedOwned>(
    world: &mut World,
    stale: &Stale,
    owner: Owner,
    chosen: Chosen,
    inputs: &[Input],
) -> Result<(), Error> {
    let finder = Finder { world, stale };
    let (owner, row) = (E::owner(owner, finder), E::from_inputs(inputs, finder));
    let id = chosen_id::<E>(world, chosen);
    let key = world.add_with_id(owner, id, row)?;
    assert_eq!(world.id(key)?, id);
    Ok(())
}

fn set_owned<E: TypedOwned>(
    world: &mut World,
    stale: &Stale,
    owner: Owner,
    rows: &[NewOrKept],
) -> Result<(), Error> {
    let finder = Finder { world, stale };
    let owner = E::owner(owner, finder);
    let has: Vec<_> = world.owned_by::<E>(owner).keys().collect();
    let row = |row: &NewOrKept| match row {
        NewOrKept::New(inputs) => Row::New(E::from_inputs(inputs, finder)),
        NewOrKept::Kept(Pick::Row(n)) if !has.is_empty() => Row::Kept(has[n % has.len()]),
        NewOrKept::Kept(pick) | NewOrKept::Any(pick) => Row::Kept(finder.key(*pick)),
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    let kept: Vec<_> = rows
        .iter()
        .map(|row| match row {
            Row::New(_) => None,
            Row::Kept(key) => Some(*key),
        })
        .collect();
    let keys = world.set_owned::<E>(owner, rows)?;
    assert_eq!(keys.len(), kept.len());
    for (key, kept) in keys.into_iter().zip(kept) {
        assert!(kept.is_none_or(|kept| kept == key) && world.contains_key(key));
    }
    Ok(())
}

fn swap(world: &mut World, stale: &Stale, table: Table, one: Pick, two: Pick) -> Result<(), Error> {
    use gamedb_models::{Item, Player};
    let finder = Finder { world, stale };
    match table {
        Table::Players => {
            let [one, two] = [one, two].map(|pick| finder.key::<Player>(pick));
            let emails = [world.get(one)?.email.clone(), world.get(two)?.email.clone()];
            world.transaction(|world| {
                world.get_mut(one)?.set_email(Text::ASIDE.as_str())?;
                world.get_mut(two)?.set_email(emails[0].as_str())?;
                world.get_mut(one)?.set_email(emails[1].as_str())
            })
        }
        Table::Items => {
            let [one, two] = [one, two].map(|pick| finder.key::<Item>(pick));
            let names = [
                world.get(one)?.internal_name.clone(),
                world.get(two)?.internal_name.clone(),
            ];
            world.transaction(|world| {
                world
                    .get_mut(one)?
                    .set_internal_name(Text::ASIDE.as_str())?;
                world.get_mut(two)?.set_internal_name(names[0].as_str())?;
                world.get_mut(one)?.set_internal_name(names[1].as_str())
            })
        }
        other => panic!("no field of {other:?} can be swapped"),
    }
}

/// The model's refusal for an error.
pub(crate) fn refusal(error: &Error) -> Refusal {
    match error.kind() {
        ErrorKind::StaleKey { .. } => Refusal::StaleKey,
        ErrorKind::NotUnique { .. } => Refusal::NotUnique,
        ErrorKind::NoSuchRow { .. } => Refusal::NoSuchRow,
        ErrorKind::StillReferenced { .. } => Refusal::StillReferenced,
        ErrorKind::NotANumber { .. } => Refusal::NotANumber,
        ErrorKind::AlreadyOwned { .. } => Refusal::AlreadyOwned,
        ErrorKind::NotTheOwner { .. } => Refusal::NotTheOwner,
        ErrorKind::Twice { .. } => Refusal::Twice,
        ErrorKind::IdExhausted { .. } => Refusal::IdExhausted,
        ErrorKind::IdTaken { .. } => Refusal::IdTaken,
        ErrorKind::IdUsed { .. } => Refusal::IdUsed,
        ErrorKind::IdOutOfRange { .. } => Refusal::IdOutOfRange,
        ErrorKind::CheckFailed { .. } => Refusal::CheckFailed,
        ErrorKind::OwnsItself { .. } => Refusal::OwnsItself,
        other => panic!("no operation on a world ends in {other:?}"),
    }
}
