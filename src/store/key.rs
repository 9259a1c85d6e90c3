//! Row handles: the key, which identifies a row in memory, and the id, which identifies it in the file.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use slotmap::Key as _;

use crate::schema::TableId;

/// A key without its entity type: what indexes store, and what is passed between tables.
pub type RawKey = slotmap::DefaultKey;

/// Generational handle of a live row of entity `E`.
///
/// It is 8 bytes, `Copy`, and never outlives its row: once the row is removed, a lookup by the key fails
/// for ever, even when its slot in memory is reused. Keys belong to one world of one process: in another
/// world, such as a mirror or the same file opened again, a key may resolve to any row of its table. What
/// is written to a file or sent to a client is the [`Id`].
///
/// Where gamedb is compiled with `debug_assertions`, a key also carries the number of its world and the id of its
/// row, and has 24 bytes. Then a key of another world is an
/// [`ErrorKind::OtherWorld`](crate::ErrorKind::OtherWorld), or finds nothing where there is no error to return, and a
/// stale key says which row it was of. Keys are equal, hash and sort as in a release build. A key that was read out of
/// an owner of a pivot, or made by [`from_raw`](Self::from_raw), carries nothing, and is not checked.
pub struct Key<E>(RawKey, PhantomData<fn() -> E>, Origin);

// What a program stores many of.
#[cfg(not(debug_assertions))]
const _: () = assert!(size_of::<Option<Key<()>>>() == 8);

/// The number of a world in this process; nothing without `debug_assertions`. Generated code passes it on, and never
/// looks into it, because the crate of the models may be compiled with another profile than this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorldNumber {
    /// 0 is no world.
    #[cfg(debug_assertions)]
    number: u32,
}

impl WorldNumber {
    /// A number that no other world has.
    #[must_use]
    pub(crate) fn next() -> Self {
        #[cfg(debug_assertions)]
        {
            use std::sync::atomic::{AtomicU32, Ordering};
            static WORLDS: AtomicU32 = AtomicU32::new(1);
            // After 2^32 worlds numbers repeat, and a key of another world may go unnoticed.
            let number = WORLDS.fetch_add(1, Ordering::Relaxed).max(1);
            Self { number }
        }
        #[cfg(not(debug_assertions))]
        Self {}
    }
}

/// The world and the row that a key was made for; nothing without `debug_assertions`.
#[derive(Clone, Copy)]
struct Origin {
    #[cfg(debug_assertions)]
    world: WorldNumber,
    /// `i64::MAX` is not the id of any row.
    #[cfg(debug_assertions)]
    id: i64,
}

impl Origin {
    #[inline]
    fn new(world: WorldNumber, id: i64) -> Self {
        #[cfg(debug_assertions)]
        return Self { world, id };
        #[cfg(not(debug_assertions))]
        {
            let _ = (world, id);
            Self {}
        }
    }

    fn world(self) -> WorldNumber {
        #[cfg(debug_assertions)]
        return self.world;
        #[cfg(not(debug_assertions))]
        WorldNumber {}
    }

    fn id(self) -> Option<i64> {
        #[cfg(debug_assertions)]
        return (self.id != i64::MAX).then_some(self.id);
        #[cfg(not(debug_assertions))]
        None
    }
}

/// The id of a row of `E`: the value of its `INTEGER PRIMARY KEY`.
///
/// Ids are assigned at insert, in ascending order. An id that has been flushed is never assigned again,
/// even after a restart; an id whose insert was rolled back is reused, because the file has never seen
/// it.
pub struct Id<E>(i64, PhantomData<fn() -> E>);

/// A table and a key in it: identifies a row of any table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnyKey {
    /// The table.
    pub table: TableId,
    /// The key; for a pivot's row, the key of the owned row.
    pub key: RawKey,
}

impl<E> Key<E> {
    /// The null key, which no row ever has. Also the value of `default()`.
    #[must_use]
    pub fn null() -> Self {
        Self::from_raw(RawKey::null())
    }

    /// Whether this is the null key.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// This key without its type.
    #[must_use]
    pub fn raw(self) -> RawKey {
        self.0
    }

    /// Restores the type of a raw key. Used with a key of another table, it finds no row or the wrong
    /// row, as any key of another world would.
    #[must_use]
    #[inline]
    pub fn from_raw(raw: RawKey) -> Self {
        Self(
            raw,
            PhantomData,
            Origin::new(WorldNumber::default(), i64::MAX),
        )
    }

    /// The key of a row of a world.
    #[inline]
    pub(crate) fn of(raw: RawKey, world: WorldNumber, id: i64) -> Self {
        Self(raw, PhantomData, Origin::new(world, id))
    }

    /// The key of a row of a world, whose id is not at hand.
    #[inline]
    pub(crate) fn in_world(raw: RawKey, world: WorldNumber) -> Self {
        Self::of(raw, world, i64::MAX)
    }

    /// Whether it is known to be a key of another world than this one.
    #[inline]
    pub(crate) fn is_of_another_world(self, world: WorldNumber) -> bool {
        let none = WorldNumber::default();
        cfg!(debug_assertions) && ![none, world].contains(&self.2.world()) && world != none
    }

    /// The id that its row has or had, if the key carries it.
    pub(crate) fn id_at_origin(self) -> Option<i64> {
        self.2.id()
    }
}

impl<E> Id<E> {
    /// The id with this value, whether or not such a row exists.
    #[must_use]
    pub const fn new(value: i64) -> Self {
        Self(value, PhantomData)
    }

    /// The value, as stored in the file.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<E> Default for Key<E> {
    fn default() -> Self {
        Self::null()
    }
}

impl<E> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// Derives would require the same traits of `E`, which is only a marker here.
macro_rules! by_first_field {
    ($($name:ident)*) => {$(
        impl<E> Clone for $name<E> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<E> Copy for $name<E> {}
        impl<E> PartialEq for $name<E> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        impl<E> Eq for $name<E> {}
        impl<E> PartialOrd for $name<E> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl<E> Ord for $name<E> {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }
        impl<E> Hash for $name<E> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    )*};
}
by_first_field!(Key Id);

fn short_name<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    name.rsplit("::").next().unwrap_or(name)
}

impl<E> fmt::Debug for Key<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Key({:?}", short_name::<E>(), self.0.data())?;
        match self.id_at_origin() {
            Some(id) => write!(f, ", id {id})"),
            None => f.write_str(")"),
        }
    }
}

impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Id({})", short_name::<E>(), self.0)
    }
}
