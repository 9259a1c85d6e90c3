//! The functions that SQLite calls for an open file.
#![allow(unsafe_code, reason = "SQLite calls a VFS through pointers")]
#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "sizes and offsets of small files"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;

use rusqlite::ffi;

use crate::disk::{Shared, State};
use crate::fault::{Effect, Kind, Operation};
use crate::replay::{Op, write};

/// Pieces of shared memory, which stay where they are while one connection has them.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    regions: Vec<Box<[u64]>>,
    /// Handles that have opened it.
    users: Vec<u64>,
}

/// What SQLite has of an open file.
#[repr(C)]
pub(crate) struct File {
    pub(crate) base: ffi::sqlite3_file,
    pub(crate) handle: *mut Handle,
}

pub(crate) struct Handle {
    pub(crate) disk: Arc<Shared>,
    pub(crate) node: usize,
    pub(crate) id: u64,
    pub(crate) is_temporary: bool,
}

/// The code of a failed operation; the system's error is where the system leaves it.
pub(crate) fn failed(kind: Kind) -> c_int {
    // SAFETY: it is the address of this thread's own number.
    unsafe {
        *libc::__errno_location() = kind.errno;
    }
    kind.code
}

/// Counts an operation. Returns how it fails, if it does.
pub(crate) fn begin(state: &mut State, operation: Operation, file: &str) -> Option<Kind> {
    let n = state.operations.len();
    state.operations.push(operation);
    state.armed.strike(n, operation, file)
}

pub(crate) static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write_at),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `file` was opened by [`open`], and is not closed.
unsafe fn handle_of<'f>(file: *mut ffi::sqlite3_file) -> &'f Handle {
    // SAFETY: as the caller promises.
    unsafe { &*(*file.cast::<File>()).handle }
}

impl Handle {
    /// Does an operation on the file, or fails it.
    fn run(
        &self,
        operation: Operation,
        run: impl FnOnce(&mut State, Option<Kind>) -> c_int,
    ) -> c_int {
        let mut state = self.disk.lock();
        let name = std::mem::take(&mut state.nodes[self.node].name);
        let kind = begin(&mut state, operation, &name);
        state.nodes[self.node].name = name;
        let code = run(&mut state, kind);
        kind.map_or(code, failed)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file that is open, once.
    let handle = unsafe { Box::from_raw((*file.cast::<File>()).handle) };
    let mut state = handle.disk.lock();
    state.n_open -= 1;
    let node = &mut state.nodes[handle.node];
    node.locks.close(handle.id);
    let (name, len) = (node.name.clone(), node.content.len());
    if handle.is_temporary && state.names.remove(&name).is_some() {
        handle.disk.remove_shadow(&name);
    } else if state.names.get(&name) == Some(&handle.node) {
        handle.disk.resize_shadow(&name, len);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    len: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite calls it for an open file, with a buffer of this length.
    let (handle, buffer) = unsafe {
        let buffer = std::slice::from_raw_parts_mut(buffer.cast::<u8>(), len as usize);
        (handle_of(file), buffer)
    };
    handle.run(Operation::Read, |state, kind| {
        if kind.is_some() {
            return ffi::SQLITE_OK;
        }
        let content = &state.nodes[handle.node].content;
        let begin = content.len().min(offset as usize);
        let end = content.len().min(offset as usize + buffer.len());
        let (found, missing) = buffer.split_at_mut(end - begin);
        found.copy_from_slice(&content[begin..end]);
        missing.fill(0);
        if missing.is_empty() {
            ffi::SQLITE_OK
        } else {
            ffi::SQLITE_IOERR_SHORT_READ
        }
    })
}

unsafe extern "C" fn write_at(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    len: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite calls it for an open file, with this many bytes.
    let (handle, data) = unsafe {
        let data = std::slice::from_raw_parts(data.cast::<u8>(), len as usize);
        (handle_of(file), data)
    };
    let offset = offset as usize;
    handle.run(Operation::Write, |state, kind| {
        let mut data = match kind.map(|kind| kind.effect) {
            None | Some(Effect::All | Effect::PagesLost) => data,
            Some(Effect::Half) => &data[..data.len() / 2],
            Some(Effect::Nothing) => return ffi::SQLITE_OK,
        };
        let old_len = state.nodes[handle.node].content.len();
        let mut code = ffi::SQLITE_OK;
        if let Some(capacity) = state.capacity {
            let room = old_len + capacity.saturating_sub(state.used());
            if offset + data.len() > room.max(old_len) {
                data = &data[..room.saturating_sub(offset).min(data.len())];
                // SAFETY: it is the address of this thread's own number.
                unsafe {
                    *libc::__errno_location() = libc::ENOSPC;
                }
                code = ffi::SQLITE_FULL;
            }
        }
        if data.is_empty() {
            return code;
        }
        let node = &mut state.nodes[handle.node];
        write(&mut node.content, offset, data);
        if old_len == 0 {
            handle.disk.resize_shadow(&node.name, data.len());
        }
        handle.disk.write_shadow(&node.name, offset, data);
        let (node, data) = (handle.node, || data.to_vec());
        state.record(|| Op::Write {
            node,
            offset,
            data: data(),
        });
        code
    })
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: i64) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::Truncate, |state, kind| {
        if kind.is_none() {
            let (node, len) = (handle.node, len as usize);
            let file = &mut state.nodes[node];
            file.content.resize(len, 0);
            handle.disk.resize_shadow(&file.name, len);
            state.record(|| Op::Truncate { node, len });
        }
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    let node = handle.node;
    handle.run(Operation::Sync, |state, kind| {
        match kind.map(|kind| kind.effect) {
            None | Some(Effect::All) => state.record(|| Op::Sync { node }),
            Some(Effect::PagesLost) => state.record(|| Op::PagesLost { node }),
            Some(Effect::Nothing | Effect::Half) => {}
        }
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::FileSize, |state, _| {
        let len = state.nodes[handle.node].content.len();
        // SAFETY: SQLite gives a place for the answer.
        unsafe {
            *size = len as i64;
        }
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::Lock, |state, kind| match kind {
        None => state.nodes[handle.node].locks.lock(handle.id, level),
        Some(_) => ffi::SQLITE_OK,
    })
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::Unlock, |state, _| {
        // SQLite takes a lock that it was to give back for given back, so no test waits for it.
        state.nodes[handle.node].locks.unlock(handle.id, level);
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::CheckLock, |state, _| {
        let is_reserved = state.nodes[handle.node].locks.is_reserved();
        // SAFETY: SQLite gives a place for the answer.
        unsafe {
            *answer = c_int::from(is_reserved);
        }
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn file_control(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    if operation != ffi::SQLITE_FCNTL_PRAGMA {
        return ffi::SQLITE_NOTFOUND;
    }
    // SAFETY: SQLite calls it for an open file; the argument of this operation is three texts, the second of
    // which is the pragma's name, and the third its value or null.
    unsafe {
        let texts = argument.cast::<*const c_char>();
        let (name, value) = (CStr::from_ptr(*texts.add(1)), *texts.add(2));
        let is_set = name.to_bytes() == b"synchronous" && !value.is_null();
        if is_set && CStr::from_ptr(value).to_bytes() != b"0" {
            let never_syncs = handle_of(file).disk.lock().never_syncs;
            if never_syncs {
                // It counts as done.
                return ffi::SQLITE_OK;
            }
        }
    }
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// As the VFS for Unix: what a write does not write to stays as it is.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    answer: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    handle.run(Operation::ShmMap, |state, kind| {
        let shm = &mut state.nodes[handle.node].shm;
        if !shm.users.contains(&handle.id) {
            shm.users.push(handle.id);
        }
        let region = region as usize;
        if kind.is_none() && extend != 0 {
            while shm.regions.len() <= region {
                shm.regions.push(vec![0; size as usize / 8].into());
            }
        }
        let found = shm.regions.get_mut(region).filter(|_| kind.is_none());
        let found = found.map_or(std::ptr::null_mut(), |region| region.as_mut_ptr().cast());
        // SAFETY: SQLite gives a place for the answer.
        unsafe {
            *answer = found;
        }
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    n: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    let run = |state: &mut State| {
        let locks = &mut state.nodes[handle.node].locks;
        locks.shm_lock(handle.id, first as usize, n as usize, flags)
    };
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        // SQLite does not look at its result.
        return run(&mut handle.disk.lock());
    }
    handle.run(Operation::ShmLock, |state, kind| match kind {
        None => run(state),
        Some(_) => ffi::SQLITE_OK,
    })
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    // The mutex orders what stands before and after it.
    drop(handle.disk.lock());
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite calls it for an open file.
    let handle = unsafe { handle_of(file) };
    let mut state = handle.disk.lock();
    let node = &mut state.nodes[handle.node];
    node.locks.shm_close(handle.id);
    node.shm.users.retain(|&user| user != handle.id);
    if node.shm.users.is_empty() {
        // The next one to open it recovers the log, as where the system has forgotten all locks.
        node.shm.regions.clear();
    }
    ffi::SQLITE_OK
}
