//! What can happen to a file and its log on a disk.

use gamedb_faults::Random;

use super::Base;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Damage {
    BitInText,
    BitInNumber,
    BitInLeaf,
    BitAnywhere,
    SomeBits,
    BytesOverwritten,
    PagesSwapped,
    PageZeroed,
    SectorZeroed,
    OldPage,
    OldSector,
    DoubledPage,
    Cut,
    FileHeader,
    LogHeader,
    LogFrameHeader,
    BitInLog,
    LogCut,
}

impl Damage {
    pub(super) const ALL: [Self; 18] = [
        Self::BitInText,
        Self::BitInNumber,
        Self::BitInLeaf,
        Self::BitAnywhere,
        Self::SomeBits,
        Self::BytesOverwritten,
        Self::PagesSwapped,
        Self::PageZeroed,
        Self::SectorZeroed,
        Self::OldPage,
        Self::OldSector,
        Self::DoubledPage,
        Self::Cut,
        Self::FileHeader,
        Self::LogHeader,
        Self::LogFrameHeader,
        Self::BitInLog,
        Self::LogCut,
    ];

    /// Whether it is done to the log. SQLite takes a log up to its first damaged frame, so the file may then be that
    /// of an earlier flush.
    pub(super) fn is_of_log(self) -> bool {
        self >= Self::LogHeader
    }
}

/// Somewhere in the pages of the world's rows: behind the header and the cell pointers of a leaf.
fn in_leaf(base: &Base, random: &mut Random) -> usize {
    const LEAF: u8 = 13;
    loop {
        let at = random.below(base.file.len());
        let page = at - at % base.page_size;
        let n_cells = u16::from_be_bytes([base.file[page + 3], base.file[page + 4]]);
        let cells = page + 8 + 2 * usize::from(n_cells);
        if page > 0 && base.file[page] == LEAF && at >= cells && base.file[at] != 0 {
            return at;
        }
    }
}

/// Damages a file, or its log.
pub(super) fn damage(base: &Base, damage: Damage, random: &mut Random) -> (Vec<u8>, Vec<u8>) {
    let (mut file, mut log) = (base.file.clone(), base.log.clone());
    let (n_bytes, size) = (file.len(), base.page_size);
    let (page, other) = (
        random.below(n_bytes / size) * size,
        random.below(n_bytes / size) * size,
    );
    let sector = random.below(n_bytes / 512) * 512;
    match damage {
        Damage::BitInText => {
            // One that leaves a letter a letter.
            let at = base.texts[random.below(base.texts.len())];
            file[at] ^= 1 << random.below(5);
        }
        Damage::BitInNumber => {
            let at = base.numbers[random.below(base.numbers.len())];
            flip(&mut file, at + random.below(8), random);
        }
        Damage::BitInLeaf => {
            let at = in_leaf(base, random);
            flip(&mut file, at, random);
        }
        Damage::BitAnywhere => {
            let at = random.below(n_bytes);
            flip(&mut file, at, random);
        }
        Damage::SomeBits => {
            for _ in 0..2 + random.below(7) {
                let at = random.below(n_bytes);
                flip(&mut file, at, random);
            }
        }
        Damage::BytesOverwritten => {
            let at = random.below(n_bytes);
            let end = n_bytes.min(at + 1 + random.below(100));
            file[at..end].fill_with(|| byte(random));
        }
        Damage::PagesSwapped => {
            for n in 0..size {
                file.swap(page + n, other + n);
            }
        }
        Damage::PageZeroed => file[page..page + size].fill(0),
        Damage::SectorZeroed => file[sector..sector + 512].fill(0),
        Damage::OldPage => put_back(&mut file, &base.older, page, size),
        Damage::OldSector => put_back(&mut file, &base.older, sector, 512),
        Damage::DoubledPage => file.copy_within(page..page + size, other),
        Damage::Cut => file.truncate(if random.one_in(2) {
            page
        } else {
            random.below(n_bytes)
        }),
        Damage::FileHeader => {
            let at = random.below(100);
            file[at] = byte(random);
        }
        of_log => damage_log(&mut log, of_log, size, random),
    }
    (file, log)
}

fn damage_log(log: &mut Vec<u8>, damage: Damage, page_size: usize, random: &mut Random) {
    match damage {
        Damage::LogHeader => {
            let at = random.below(32);
            flip(log, at, random);
        }
        Damage::LogFrameHeader => {
            let n_frames = (log.len() - 32) / (24 + page_size);
            let at = 32 + random.below(n_frames) * (24 + page_size) + random.below(24);
            flip(log, at, random);
        }
        Damage::BitInLog => {
            let at = random.below(log.len());
            flip(log, at, random);
        }
        Damage::LogCut => {
            let at = random.below(log.len());
            log.truncate(at);
        }
        _ => unreachable!("{damage:?} is not done to the log"),
    }
}

fn flip(bytes: &mut [u8], at: usize, random: &mut Random) {
    bytes[at] ^= 1 << random.below(8);
}

fn byte(random: &mut Random) -> u8 {
    random.next().to_le_bytes()[0]
}

/// A write that was lost: what stood there before.
fn put_back(file: &mut [u8], older: &[u8], at: usize, n: usize) {
    if let Some(old) = older.get(at..at + n) {
        file[at..at + n].copy_from_slice(old);
    }
}
