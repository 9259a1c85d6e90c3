//! A disk: files in memory, what was done to them, and the fault that waits.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak};

use crate::fault::{Armed, Fault, Operation, Strike};
use crate::file::Regions;
use crate::locks::Locks;
use crate::replay::{Op, Trace};
use crate::vfs;

/// The files of a disk with their bytes, by name.
pub type Image = BTreeMap<String, Vec<u8>>;

/// A folder whose files are in memory, all but the lock files, which no SQLite opens. When it is dropped, the folder is removed.
#[derive(Debug)]
pub struct Disk {
    folder: tempfile::TempDir,
    shared: Arc<Shared>,
}

/// What the handles of open files have of their disk.
#[derive(Debug)]
pub(crate) struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) names: BTreeMap<String, usize>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) next_handle: u64,
    pub(crate) trace: Option<Trace>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) armed: Armed,
    /// How many bytes all files may have together.
    pub(crate) capacity: Option<usize>,
    /// Whether connections run with `synchronous=OFF`, whatever they ask for.
    pub(crate) never_syncs: bool,
    pub(crate) n_open: usize,
}

/// A file, as the process sees it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) locks: Locks,
    pub(crate) shm: Regions,
}

static DISKS: OnceLock<RwLock<HashMap<PathBuf, Weak<Shared>>>> = OnceLock::new();

fn disks() -> &'static RwLock<HashMap<PathBuf, Weak<Shared>>> {
    DISKS.get_or_init(RwLock::default)
}

/// The disk whose folder has the file at a path, and the file's name.
pub(crate) fn disk_of(path: &Path) -> Option<(Arc<Shared>, String)> {
    let disks = disks().read().unwrap_or_else(PoisonError::into_inner);
    let disk = disks.get(path.parent()?)?.upgrade()?;
    Some((disk, path.file_name()?.to_str()?.to_owned()))
}

impl Disk {
    /// An empty disk. The first one makes its VFS SQLite's default, for the whole process.
    ///
    /// # Panics
    /// If the system gives no temporary folder.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a test cannot go on without a folder")]
    pub fn new() -> Self {
        vfs::register();
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let canonical = folder.path().canonicalize().expect("the folder is there");
        let shared = Arc::new(Shared {
            folder: canonical.clone(),
            state: Mutex::default(),
        });
        let mut disks = disks().write().unwrap_or_else(PoisonError::into_inner);
        disks.insert(canonical, Arc::downgrade(&shared));
        drop(disks);
        Self { folder, shared }
    }

    /// A disk with these files.
    #[must_use]
    pub fn with(image: &Image) -> Self {
        let disk = Self::new();
        disk.mount(image);
        disk
    }

    /// The path of a file of this disk.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts these files in the place of all that are there, all of them synced. Forgets the trace, the fault, and
    /// all other settings.
    ///
    /// # Panics
    /// If a file is open.
    pub fn mount(&self, image: &Image) {
        let (real, image): (Image, Image) = image
            .iter()
            .map(|(name, content)| (name.clone(), content.clone()))
            .partition(|(name, _)| is_real(name));
        let mut state = self.shared.lock();
        assert_eq!(state.n_open, 0, "a file is open");
        for name in self.shared.real_files().keys() {
            if !real.contains_key(name) {
                self.shared.remove_shadow(name);
            }
        }
        for (name, content) in &real {
            self.shared.make_shadow(name);
            self.shared.resize_shadow(name, content.len());
            self.shared.write_real(name, 0, content);
        }
        for name in state.names.keys().filter(|&name| !image.contains_key(name)) {
            self.shared.remove_shadow(name);
        }
        let new = image.keys().filter(|&name| !state.names.contains_key(name));
        new.for_each(|name| self.shared.make_shadow(name));
        *state = State::default();
        for (name, content) in &image {
            let node = state.nodes.len();
            state.names.insert(name.clone(), node);
            state.nodes.push(Node {
                name: name.clone(),
                content: content.clone(),
                ..Node::default()
            });
            self.shared.resize_shadow(name, content.len());
            self.shared.write_shadow(name, 0, content);
        }
    }

    /// The files as the process sees them, whether synced or not: what is there after a death of the process. The
    /// lock files, which are real ones, are among them.
    #[must_use]
    pub fn image(&self) -> Image {
        let mut image = self.shared.lock().image();
        image.extend(self.shared.real_files());
        image
    }

    /// Begins to record what is written.
    pub fn record(&self) {
        let mut state = self.shared.lock();
        state.trace = Some(Trace::new(state.image()));
    }

    /// Number of writes, syncs and so on that were recorded.
    #[must_use]
    pub fn position(&self) -> usize {
        self.shared.lock().trace.as_ref().map_or(0, Trace::len)
    }

    /// What was recorded. Nothing more is.
    #[must_use]
    pub fn take_trace(&self) -> Trace {
        self.shared.lock().trace.take().unwrap_or_default()
    }

    /// Every operation since the disk was mounted, or a fault was set.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        self.shared.lock().operations.clone()
    }

    /// Makes an operation fail, counted from now on.
    pub fn fail(&self, fault: Fault) {
        let mut state = self.shared.lock();
        state.operations.clear();
        state.armed = Armed {
            fault: Some(fault),
            ..Armed::default()
        };
    }

    /// Makes no operation fail any more. Returns those that have.
    pub fn mend(&self) -> Vec<Strike> {
        let armed = std::mem::take(&mut self.shared.lock().armed);
        armed.struck
    }

    /// The operations that have failed.
    #[must_use]
    pub fn struck(&self) -> Vec<Strike> {
        self.shared.lock().armed.struck.clone()
    }

    /// How many bytes all files together may have from now on.
    pub fn limit(&self, capacity: Option<usize>) {
        self.shared.lock().capacity = capacity;
    }

    /// Lets connections that are opened from now on run with `synchronous=OFF`, whatever they ask for.
    pub fn never_sync(&self) {
        self.shared.lock().never_syncs = true;
    }

    /// Takes a file away, and returns its content. A program that has renamed it has renamed the real file alone: here it
    /// still has the name that it was made with.
    #[must_use]
    pub fn take(&self, name: &str) -> Option<Vec<u8>> {
        let mut state = self.shared.lock();
        let node = state.names.remove(name)?;
        self.shared.remove_shadow(name);
        Some(std::mem::take(&mut state.nodes[node].content))
    }

    /// Number of bytes of a file; `None` if it is not there.
    #[must_use]
    pub fn len_of(&self, name: &str) -> Option<usize> {
        let state = self.shared.lock();
        let node = state.names.get(name)?;
        Some(state.nodes[*node].content.len())
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mut disks = disks().write().unwrap_or_else(PoisonError::into_inner);
        disks.remove(&self.shared.folder);
    }
}

impl Shared {
    /// A test that has failed in another thread must not hide why.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[allow(clippy::expect_used, reason = "a test cannot go on without it")]
    pub(crate) fn make_shadow(&self, name: &str) {
        let made = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(name));
        let _: File = made.expect("a file can be made in a temporary folder");
    }

    pub(crate) fn remove_shadow(&self, name: &str) {
        // It may have been removed by the test itself.
        let _ = std::fs::remove_file(self.folder.join(name));
    }

    /// Gives the real file the size of the one in memory, without content.
    pub(crate) fn resize_shadow(&self, name: &str, len: usize) {
        let file = File::options().write(true).open(self.folder.join(name));
        if let Ok(file) = file {
            // A size that is not right shows in a test.
            let _ = file.set_len(len as u64);
        }
    }

    /// Gives the real file of a log the content of the one in memory too: the library reads logs itself.
    pub(crate) fn write_shadow(&self, name: &str, offset: usize, data: &[u8]) {
        if name.ends_with("-wal") {
            self.write_real(name, offset, data);
        }
    }

    fn write_real(&self, name: &str, offset: usize, data: &[u8]) {
        let file = File::options().write(true).open(self.folder.join(name));
        if let Ok(mut file) = file {
            // Content that is not right shows in a test.
            let _ = file.seek(SeekFrom::Start(offset as u64));
            let _ = file.write_all(data);
        }
    }

    /// The lock files, which only the library itself opens.
    fn real_files(&self) -> Image {
        let Ok(files) = std::fs::read_dir(&self.folder) else {
            return Image::new();
        };
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        let real = names.filter(|name| is_real(name));
        let read = real.map(|name| {
            let content = std::fs::read(self.folder.join(&name));
            (name, content.unwrap_or_default())
        });
        read.collect()
    }
}

/// Whether a file is opened by the program itself and never by SQLite.
fn is_real(name: &str) -> bool {
    name.ends_with("-lock")
}

impl State {
    pub(crate) fn image(&self) -> Image {
        let content = |&node: &usize| self.nodes[node].content.clone();
        let files = self.names.iter();
        files
            .map(|(name, node)| (name.clone(), content(node)))
            .collect()
    }

    pub(crate) fn record(&mut self, op: impl FnOnce() -> Op) {
        if let Some(trace) = &mut self.trace {
            trace.push(op());
        }
    }

    /// Bytes of all files.
    pub(crate) fn used(&self) -> usize {
        let nodes = self.names.values();
        nodes.map(|&node| self.nodes[node].content.len()).sum()
    }
}
