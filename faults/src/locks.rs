//! The locks of a file, between the connections of one process.

use std::collections::HashMap;

use rusqlite::ffi;

/// SQLite's five states of a lock, and the locks of the shared memory.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    /// By handle.
    levels: HashMap<u64, i32>,
    /// By handle and slot.
    shared: HashMap<(u64, usize), ()>,
    /// By slot.
    exclusive: HashMap<usize, u64>,
}

impl Locks {
    pub(crate) fn lock(&mut self, handle: u64, level: i32) -> i32 {
        let own = self.levels.get(&handle).copied().unwrap_or(0);
        if own >= level {
            return ffi::SQLITE_OK;
        }
        let others = self.levels.iter().filter(|&(&other, _)| other != handle);
        let highest = others.map(|(_, &level)| level).max().unwrap_or(0);
        let is_free = match level {
            ffi::SQLITE_LOCK_SHARED => highest < ffi::SQLITE_LOCK_PENDING,
            ffi::SQLITE_LOCK_RESERVED => highest < ffi::SQLITE_LOCK_RESERVED,
            _ => highest == ffi::SQLITE_LOCK_NONE,
        };
        if is_free {
            self.levels.insert(handle, level);
            return ffi::SQLITE_OK;
        }
        if level == ffi::SQLITE_LOCK_EXCLUSIVE && highest < ffi::SQLITE_LOCK_RESERVED {
            // No new reader comes in while this one waits for the old ones.
            self.levels.insert(handle, ffi::SQLITE_LOCK_PENDING);
        }
        ffi::SQLITE_BUSY
    }

    pub(crate) fn unlock(&mut self, handle: u64, level: i32) {
        let own = self.levels.get(&handle).copied().unwrap_or(0);
        self.levels.insert(handle, own.min(level));
    }

    pub(crate) fn is_reserved(&self) -> bool {
        let mut levels = self.levels.values();
        levels.any(|&level| level >= ffi::SQLITE_LOCK_RESERVED)
    }

    pub(crate) fn shm_lock(&mut self, handle: u64, first: usize, n: usize, flags: i32) -> i32 {
        let slots = first..first + n;
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            for slot in slots {
                self.shared.remove(&(handle, slot));
                if self.exclusive.get(&slot) == Some(&handle) {
                    self.exclusive.remove(&slot);
                }
            }
            return ffi::SQLITE_OK;
        }
        let is_exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
        for slot in slots.clone() {
            let is_held = self.exclusive.get(&slot).is_some_and(|&by| by != handle);
            let mut shared = self.shared.keys();
            let is_shared = shared.any(|&(by, of)| of == slot && by != handle);
            if is_held || (is_exclusive && is_shared) {
                return ffi::SQLITE_BUSY;
            }
        }
        for slot in slots {
            if is_exclusive {
                self.exclusive.insert(slot, handle);
            } else {
                self.shared.insert((handle, slot), ());
            }
        }
        ffi::SQLITE_OK
    }

    /// A connection has closed the shared memory.
    pub(crate) fn shm_close(&mut self, handle: u64) {
        self.shared.retain(|&(by, _), ()| by != handle);
        self.exclusive.retain(|_, by| *by != handle);
    }

    /// A connection has closed the file.
    pub(crate) fn close(&mut self, handle: u64) {
        self.levels.remove(&handle);
        self.shm_close(handle);
    }
}
