//! The functions that SQLite calls for a path.
#![allow(unsafe_code, reason = "SQLite calls a VFS through pointers")]

use std::ffi::{CStr, c_char, c_int};
use std::path::Path;
use std::sync::{Arc, Once, OnceLock};

use rusqlite::ffi;

use crate::disk::{Node, Shared, State, disk_of};
use crate::fault::Operation;
use crate::file::{File, Handle, METHODS, begin, failed};
use crate::replay::Op;

/// The name under which it is registered.
const NAME: &CStr = c"gamedb-faults";

/// The VFS of the system, which has all paths that are on no disk of ours.
struct Original(*mut ffi::sqlite3_vfs);
// SAFETY: a registered VFS is never changed, and its functions may be called by any thread.
unsafe impl Send for Original {}
// SAFETY: as above.
unsafe impl Sync for Original {}
static ORIGINAL: OnceLock<Original> = OnceLock::new();

fn original() -> *mut ffi::sqlite3_vfs {
    ORIGINAL.get().map_or(std::ptr::null_mut(), |vfs| vfs.0)
}

/// Registers the VFS as SQLite's default, once.
pub(crate) fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the default VFS is there for ever, and ours is leaked, so it is too.
        unsafe {
            let original = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!original.is_null(), "SQLite has a default VFS");
            ORIGINAL.get_or_init(|| Original(original));
            let mut vfs = std::ptr::read(original);
            vfs.iVersion = vfs.iVersion.min(2);
            vfs.szOsFile = vfs
                .szOsFile
                .max(c_int::try_from(size_of::<File>()).unwrap_or(c_int::MAX));
            vfs.pNext = std::ptr::null_mut();
            vfs.zName = NAME.as_ptr();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            vfs.xAccess = Some(access);
            vfs.xSleep = Some(sleep);
            let vfs = Box::leak(Box::new(vfs));
            assert_eq!(ffi::sqlite3_vfs_register(vfs, 1), ffi::SQLITE_OK);
            assert_eq!(ffi::sqlite3_auto_extension(Some(on_open)), ffi::SQLITE_OK);
        }
    });
}

/// Runs when a connection has been opened.
unsafe extern "C" fn on_open(
    connection: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite calls it with a connection that is open, and text that ends with a zero.
    unsafe {
        let name = ffi::sqlite3_db_filename(connection, c"main".as_ptr());
        if let Some((disk, _)) = place_of(name)
            && disk.lock().never_syncs
        {
            let off = c"PRAGMA synchronous = 0".as_ptr();
            let none = std::ptr::null_mut();
            return ffi::sqlite3_exec(connection, off, None, none, std::ptr::null_mut());
        }
    }
    ffi::SQLITE_OK
}

/// # Safety
/// `name` is null, or a text that ends with a zero.
unsafe fn place_of(name: *const c_char) -> Option<(Arc<Shared>, String)> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    let name = unsafe { CStr::from_ptr(name) };
    disk_of(Path::new(name.to_str().ok()?))
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with a zero, and room for the larger of both kinds of files.
    unsafe {
        let Some((disk, name)) = place_of(name) else {
            let Some(open) = (*original()).xOpen else {
                return ffi::SQLITE_CANTOPEN;
            };
            return open(original(), name, file, flags, flags_out);
        };
        (*file).pMethods = std::ptr::null();
        let mut state = disk.lock();
        if let Some(kind) = begin(&mut state, Operation::Open, &name) {
            return failed(kind);
        }
        let node = match state.names.get(&name) {
            Some(&node) => node,
            None if flags & ffi::SQLITE_OPEN_CREATE != 0 => create(&disk, &mut state, &name),
            None => {
                *libc::__errno_location() = libc::ENOENT;
                return ffi::SQLITE_CANTOPEN;
            }
        };
        state.n_open += 1;
        state.next_handle += 1;
        let handle = Handle {
            node,
            id: state.next_handle,
            is_temporary: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
            disk: Arc::clone(&disk),
        };
        let file = file.cast::<File>();
        (*file).handle = Box::into_raw(Box::new(handle));
        (*file).base.pMethods = &raw const METHODS;
        if !flags_out.is_null() {
            *flags_out = flags;
        }
    }
    ffi::SQLITE_OK
}

fn create(disk: &Shared, state: &mut State, name: &str) -> usize {
    let node = state.nodes.len();
    let name = name.to_owned();
    disk.make_shadow(&name);
    state.nodes.push(Node {
        name: name.clone(),
        ..Node::default()
    });
    state.names.insert(name.clone(), node);
    state.record(|| Op::Create { name, node });
    node
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    is_synced: c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with a zero.
    let place = unsafe { place_of(path) };
    let Some((disk, name)) = place else {
        // SAFETY: as above.
        let delete = unsafe { (*original()).xDelete };
        // SAFETY: as above.
        return delete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| unsafe {
            delete(original(), path, is_synced)
        });
    };
    let mut state = disk.lock();
    if let Some(kind) = begin(&mut state, Operation::Delete, &name) {
        return failed(kind);
    }
    if state.names.remove(&name).is_none() {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    disk.remove_shadow(&name);
    let is_synced = is_synced != 0;
    state.record(|| Op::Delete { name, is_synced });
    ffi::SQLITE_OK
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with a zero.
    let place = unsafe { place_of(path) };
    let Some((disk, name)) = place else {
        // SAFETY: as above.
        let access = unsafe { (*original()).xAccess };
        // SAFETY: as above.
        return access.map_or(ffi::SQLITE_IOERR_ACCESS, |access| unsafe {
            access(original(), path, flags, answer)
        });
    };
    let mut state = disk.lock();
    if let Some(kind) = begin(&mut state, Operation::Access, &name) {
        return failed(kind);
    }
    // As the VFS for Unix: a file without content counts as none.
    let node = state.names.get(&name);
    let is_there = node.is_some_and(|&node| {
        flags != ffi::SQLITE_ACCESS_EXISTS || !state.nodes[node].content.is_empty()
    });
    // SAFETY: SQLite gives a place for the answer.
    unsafe {
        *answer = c_int::from(is_there);
    }
    ffi::SQLITE_OK
}

/// Waits for nothing but other threads: what SQLite would wait for is a lock that a fault has made.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::yield_now();
    microseconds
}
