//! Images of a disk after a power cut, at any moment of a trace.

use std::collections::BTreeMap;

use crate::disk::Image;
use crate::random::Random;

/// What a disk writes at once, or not at all.
const SECTOR: usize = 512;

/// Something that was done to the disk.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Create {
        name: String,
        node: usize,
    },
    Delete {
        name: String,
        is_synced: bool,
    },
    Write {
        node: usize,
        offset: usize,
        data: Vec<u8>,
    },
    Truncate {
        node: usize,
        len: usize,
    },
    Sync {
        node: usize,
    },
    /// A sync has failed, and dropped what it was to write.
    PagesLost {
        node: usize,
    },
}

/// What was done to a disk, in order.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    start: Image,
    ops: Vec<Op>,
}

impl Trace {
    pub(crate) fn new(start: Image) -> Self {
        let ops = Vec::new();
        Self { start, ops }
    }

    pub(crate) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// Number of operations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether a sync has failed and dropped what it was to write.
    #[must_use]
    pub fn has_lost_pages(&self) -> bool {
        let mut ops = self.ops.iter();
        ops.any(|op| matches!(op, Op::PagesLost { .. }))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
}

/// A file, some of which is not synced.
#[derive(Clone, Debug, Default)]
struct Node {
    /// What survives a power cut.
    synced: Vec<u8>,
    /// Numbers of the operations since the last sync.
    pending: Vec<usize>,
}

/// A trace that is gone through, from the first operation to the last.
#[derive(Debug)]
pub struct Replay<'t> {
    trace: &'t Trace,
    position: usize,
    nodes: Vec<Node>,
    names: BTreeMap<String, usize>,
    /// Names that were made or removed since the folder was synced. A file system keeps their order.
    pending_names: Vec<usize>,
    is_lying: bool,
    random: Random,
}

impl<'t> Replay<'t> {
    /// Begins before the first operation.
    #[must_use]
    pub fn new(trace: &'t Trace, seed: u64) -> Self {
        let names = trace.start.keys().cloned().zip(0..).collect();
        let node = |content: &Vec<u8>| Node {
            synced: content.clone(),
            pending: Vec::new(),
        };
        Self {
            trace,
            position: 0,
            nodes: trace.start.values().map(node).collect(),
            names,
            pending_names: Vec::new(),
            is_lying: false,
            random: Random::new(seed),
        }
    }

    /// The disk says that it has synced, and has not.
    #[must_use]
    pub const fn lying(mut self) -> Self {
        self.is_lying = true;
        self
    }

    /// Goes on to a number of operations that have been done.
    pub fn advance_to(&mut self, position: usize) {
        while self.position < position.min(self.trace.ops.len()) {
            self.step();
        }
    }

    fn step(&mut self) {
        let n = self.position;
        self.position += 1;
        match &self.trace.ops[n] {
            Op::Create { node, .. } => {
                let len = self.nodes.len().max(node + 1);
                self.nodes.resize(len, Node::default());
                self.pending_names.push(n);
            }
            Op::Delete { is_synced, .. } => {
                self.pending_names.push(n);
                if *is_synced && !self.is_lying {
                    self.sync_names(self.pending_names.len());
                }
            }
            Op::Write { node, .. } | Op::Truncate { node, .. } => self.nodes[*node].pending.push(n),
            Op::Sync { .. } if self.is_lying => {}
            Op::Sync { node } => {
                let pending = std::mem::take(&mut self.nodes[*node].pending);
                for op in pending {
                    apply(&self.trace.ops[op], &mut self.nodes[*node].synced);
                }
                // With the file its name is synced, and what was done in the folder before.
                let is_name = |&op: &usize| matches!(&self.trace.ops[op], Op::Create { node: of, .. } if of == node);
                if let Some(place) = self.pending_names.iter().rposition(is_name) {
                    self.sync_names(place + 1);
                }
            }
            Op::PagesLost { node } => {
                let pending = std::mem::take(&mut self.nodes[*node].pending);
                for op in pending {
                    if self.random.one_in(4) {
                        apply(&self.trace.ops[op], &mut self.nodes[*node].synced);
                    }
                }
            }
        }
    }

    fn sync_names(&mut self, n: usize) {
        for op in self.pending_names.drain(..n) {
            rename(&self.trace.ops[op], &mut self.names);
        }
    }

    /// The disk at this moment as the process sees it: what a death of the process leaves.
    #[must_use]
    pub fn all_kept(&self) -> Image {
        let mut names = self.names.clone();
        for &op in &self.pending_names {
            rename(&self.trace.ops[op], &mut names);
        }
        let content = |node: usize| {
            let Node { synced, pending } = &self.nodes[node];
            let mut content = synced.clone();
            for &op in pending {
                apply(&self.trace.ops[op], &mut content);
            }
            content
        };
        let files = names.into_iter();
        files.map(|(name, node)| (name, content(node))).collect()
    }

    /// The disk after a power cut at this moment. What was not synced is kept, dropped, torn and reordered at
    /// random.
    pub fn image(&mut self) -> Image {
        let mut names = self.names.clone();
        let n_names = self.random.below(self.pending_names.len() + 1);
        for &op in &self.pending_names[..n_names] {
            rename(&self.trace.ops[op], &mut names);
        }
        let losses = Losses::any(&mut self.random);
        let mut image = Image::new();
        for (name, node) in names {
            let node = &self.nodes[node];
            let mut content = node.synced.clone();
            losses.apply(
                &self.trace.ops,
                &node.pending,
                &mut content,
                &mut self.random,
            );
            image.insert(name, content);
        }
        image
    }
}

/// Which of the operations that were not synced are on the disk.
#[derive(Clone, Copy, Debug)]
enum Losses {
    All,
    None,
    /// All after a certain one, and a part of that one.
    Suffix,
    /// Some of them.
    Some,
    /// Some sectors of them.
    Sectors,
    /// Some of them, in another order.
    Reordered,
    /// One of them.
    One,
}

impl Losses {
    fn any(random: &mut Random) -> Self {
        match random.below(10) {
            0 => Self::All,
            1 => Self::None,
            2 | 3 => Self::Suffix,
            4 | 5 => Self::Some,
            6 | 7 => Self::Sectors,
            8 => Self::Reordered,
            _ => Self::One,
        }
    }

    fn apply(self, ops: &[Op], pending: &[usize], content: &mut Vec<u8>, random: &mut Random) {
        let n = pending.len();
        let kept = match self {
            Self::Suffix => random.below(n + 1),
            _ => n,
        };
        let lost = match self {
            Self::One if n > 0 => Some(random.below(n)),
            _ => None,
        };
        let mut order: Vec<usize> = (0..kept).collect();
        if let Self::Reordered = self {
            for place in (1..order.len()).rev() {
                order.swap(place, random.below(place + 1));
            }
        }
        for place in order {
            let op = &ops[pending[place]];
            match self {
                Self::All => {}
                Self::None | Self::Suffix => apply(op, content),
                Self::One if lost == Some(place) => {}
                Self::One => apply(op, content),
                Self::Some | Self::Reordered if random.one_in(2) => apply(op, content),
                Self::Some | Self::Reordered => {}
                Self::Sectors => tear(op, content, random),
            }
        }
        if let Self::Suffix = self
            && kept < n
        {
            tear(&ops[pending[kept]], content, random);
        }
    }
}

fn apply(op: &Op, content: &mut Vec<u8>) {
    match op {
        Op::Write { offset, data, .. } => write(content, *offset, data),
        Op::Truncate { len, .. } => content.resize(*len, 0),
        Op::Create { .. } | Op::Delete { .. } | Op::Sync { .. } | Op::PagesLost { .. } => {}
    }
}

/// Some sectors of a write.
fn tear(op: &Op, content: &mut Vec<u8>, random: &mut Random) {
    let Op::Write { offset, data, .. } = op else {
        if random.one_in(2) {
            apply(op, content);
        }
        return;
    };
    let mut begin = 0;
    while begin < data.len() {
        let sector_end = ((offset + begin) / SECTOR + 1) * SECTOR - offset;
        let end = sector_end.min(data.len());
        if random.one_in(2) {
            write(content, offset + begin, &data[begin..end]);
        }
        begin = end;
    }
}

pub(crate) fn write(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(data);
}

fn rename(op: &Op, names: &mut BTreeMap<String, usize>) {
    match op {
        Op::Create { name, node } => {
            names.insert(name.clone(), *node);
        }
        Op::Delete { name, .. } => {
            names.remove(name);
        }
        Op::Write { .. } | Op::Truncate { .. } | Op::Sync { .. } | Op::PagesLost { .. } => {}
    }
}
