//! What the lock file says of its world: which flushes were acknowledged. It is written after every transaction and
//! not synced, so that it costs one small write.
//!
//! What may be relied on, and when:
//!
//! - After the death of the process the system still has what was written to the lock file, and to the log before.
//!   So a file that is older than what was acknowledged has lost something.
//! - After a power cut the lock file may be older than the log, or newer: neither was synced. What was durable was
//!   synced before the lock file said so. So only a file that is older than what was durable has lost something.
//! - Which of the two it was, the number tells that Linux gives each start of the machine. Where the system gives
//!   none, every death counts as a power cut.
//! - The file may be newer than the record at any time: the process died between the two writes, or the lock file
//!   of another place was left behind. That is never wrong.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::stamp::{Stamp, WorldId};

/// The first line, with the number of the format. Format 1 had a check of its own.
const TITLE: &str = "gamedb-lock 2";

/// The first line of format 1, which is still read: a game may be updated between a kill and the next start.
const TITLE_1: &str = "gamedb-lock 1";

/// What the system calls a start of the machine that it does not name.
const NO_BOOT: &str = "unknown";

/// The record in a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LockRecord {
    pub(super) world: WorldId,
    /// The last state that was committed and told to the program.
    pub(super) acknowledged: Stamp,
    /// The last generation that survives a power cut.
    pub(super) durable: i64,
    /// The number of the state that the file had without its log when it was opened; zero if it had none. Until a
    /// checkpoint, all else is in the log.
    pub(super) opened: i64,
    /// Whether a sync has failed, after which the file is not to be believed until the machine has started again.
    pub(super) has_failed_sync: bool,
    /// Which start of the machine it was.
    pub(super) boot: String,
}

impl LockRecord {
    /// Whether the machine has been running ever since. What processes have written is there then.
    pub(super) fn is_of_this_boot(&self) -> bool {
        self.boot != NO_BOOT && self.boot == boot()
    }

    /// Whether the machine may have been running ever since.
    pub(super) fn may_be_of_this_boot(&self) -> bool {
        self.boot == NO_BOOT || self.boot == boot()
    }

    /// Lines for people, of which the last one tells whether all of them were written.
    fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\nworld {}\n", self.world);
        let Stamp { generation, number } = self.acknowledged;
        // Numbers of one width, so that a record is written over the last one.
        let _ = writeln!(text, "acknowledged {generation:020} {number:016x}");
        let _ = writeln!(text, "durable {:020}", self.durable);
        let _ = writeln!(text, "opened {:016x}", self.opened);
        let sync = if self.has_failed_sync {
            "failed"
        } else {
            "worked"
        };
        let _ = writeln!(text, "sync {sync}");
        let _ = writeln!(text, "boot {}", self.boot);
        // A record may have been torn, and is not to be taken for another one.
        let check = xxh3_64(text.as_bytes());
        let _ = writeln!(text, "check {check:016x}");
        text
    }

    /// `None` if the text is not a record, or not all of one.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (body, found) = text.rsplit_once("check ")?;
        let mut lines = body.lines();
        let check = match lines.next()? {
            TITLE => xxh3_64(body.as_bytes()),
            TITLE_1 => check_1(body.as_bytes()),
            _ => return None,
        };
        if parse_hex(found.trim_end())? != check.cast_signed() {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let mut world = super::stamp::MAGIC.to_vec();
        let hex = value("world")?;
        for at in (0..hex.len()).step_by(2) {
            world.push(u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?);
        }
        let (generation, number) = value("acknowledged")?.split_once(' ')?;
        Some(Self {
            world: WorldId::from_slice(&world)?,
            acknowledged: Stamp {
                generation: generation.parse().ok()?,
                number: parse_hex(number)?,
            },
            durable: value("durable")?.parse().ok()?,
            opened: parse_hex(value("opened")?)?,
            has_failed_sync: match value("sync")? {
                "failed" => true,
                "worked" => false,
                _ => return None,
            },
            boot: value("boot")?.to_owned(),
        })
    }
}

fn parse_hex(text: &str) -> Option<i64> {
    u64::from_str_radix(text, 16).ok().map(u64::cast_signed)
}

/// FNV-1a, the check of format 1.
fn check_1(text: &[u8]) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Which start of the machine this is.
pub(super) fn boot() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    boot.map_or_else(|_| NO_BOOT.into(), |boot| boot.trim().to_owned())
}

/// The record that a lock file has; `None` if it has none.
pub(super) fn read(mut file: &File) -> io::Result<Option<LockRecord>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    // A record is a few hundred bytes.
    file.take(4096).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes);
    Ok(text.ok().and_then(LockRecord::from_text))
}

/// The record of a lock file that is only looked at.
pub(super) fn read_at(lock: &Path) -> Option<LockRecord> {
    let file = File::open(lock).ok()?;
    read(&file).ok().flatten()
}

/// A file that is locked for as long as there is a handle of it.
///
/// It is unlocked, and not only closed: a child process that another thread starts has a copy of every open file until it
/// executes its program, and with it the lock. A world that was closed could not be opened again in that moment.
#[derive(Debug)]
pub(super) struct LockedFile(pub(super) File);

impl Drop for LockedFile {
    fn drop(&mut self) {
        // It is unlocked in any case when no process has it open.
        let _ = self.0.unlock();
    }
}

/// The record of a world that is open, and the lock file that it is written to.
#[derive(Debug)]
pub(super) struct OpenRecord {
    pub(super) record: LockRecord,
    file: Arc<LockedFile>,
    path: PathBuf,
    /// Whether it has been said that the lock file cannot be written.
    has_warned: bool,
}

impl OpenRecord {
    pub(super) fn new(record: LockRecord, file: Arc<LockedFile>, path: &Path) -> Self {
        Self {
            record,
            file,
            path: path.to_owned(),
            has_warned: false,
        }
    }

    /// Writes the record. A record that cannot be written is older than the file, which is never wrong: what was
    /// committed is no less so.
    pub(super) fn write(&mut self) {
        if let Err(error) = write(&self.file.0, &self.record)
            && !std::mem::replace(&mut self.has_warned, true)
        {
            tracing::warn!(path = %self.path.display(), %error, "the lock file cannot be written; a log that is lost may go unnoticed");
        }
    }

    /// Writes the first record of an open world, which may be shorter than what is there.
    pub(super) fn begin(&mut self) {
        let _ = self.file.0.set_len(0);
        self.write();
    }

    /// Makes the record survive a power cut, with the name of the file.
    pub(super) fn sync(&mut self) {
        let synced = self.file.0.sync_all();
        #[cfg(unix)]
        let synced = synced.and_then(|()| {
            let folder = self.path.parent().map(File::open);
            folder.map_or(Ok(()), |folder| folder?.sync_all())
        });
        if let Err(error) = synced {
            tracing::warn!(path = %self.path.display(), %error, "the lock file cannot be synced");
        }
    }

    /// Records that all of the world is in the file, and nothing in a log any more.
    pub(super) fn note_closed(file: &File) -> io::Result<()> {
        if let Some(mut record) = read(file)? {
            record.opened = record.acknowledged.number;
            write(file, &record)?;
        }
        Ok(())
    }
}

fn write(mut file: &File, record: &LockRecord) -> io::Result<()> {
    let text = record.to_text();
    file.seek(SeekFrom::Start(0))?;
    // In one write, which another process sees all of, or nothing.
    file.write_all(text.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use super::*;

    fn record() -> LockRecord {
        LockRecord {
            world: WorldId(*b"gamedb\x00\xff45678901"),
            acknowledged: Stamp {
                generation: 12,
                number: -5,
            },
            durable: 7,
            opened: i64::MIN,
            has_failed_sync: false,
            boot: boot(),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for has_failed_sync in [false, true] {
            let record = LockRecord {
                has_failed_sync,
                ..record()
            };
            assert_eq!(
                LockRecord::from_text(&record.to_text()),
                Some(record.clone())
            );
            assert!(record.may_be_of_this_boot());
        }
    }

    /// A system that names no start of the machine may have been running, and may have been started again: of each
    /// question the answer is the one that loses nothing.
    #[test]
    fn a_record_of_a_start_without_a_name_may_be_of_this_one() {
        let record = LockRecord {
            boot: NO_BOOT.into(),
            ..record()
        };
        assert!(record.may_be_of_this_boot() && !record.is_of_this_boot());
        let another = LockRecord {
            boot: "another".into(),
            ..record
        };
        assert!(!another.may_be_of_this_boot() && !another.is_of_this_boot());
    }

    #[test]
    fn a_record_that_is_torn_or_edited_is_none() {
        let text = record().to_text();
        for len in 0..text.len() - 1 {
            assert_eq!(LockRecord::from_text(&text[..len]), None, "{len}");
        }
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let text = String::from_utf8(bytes).unwrap();
            assert_ne!(LockRecord::from_text(&text), Some(record()), "{at}: {text}");
        }
        assert_eq!(LockRecord::from_text(""), None);
    }

    #[test]
    fn a_record_of_format_1_is_read() {
        let text = "gamedb-lock 1\nworld 7538109d1fe06d52e2cb\n\
            acknowledged 00000000000000000003 75657108f5d93f6f\ndurable 00000000000000000003\n\
            opened 75657108f5d93f6f\nsync worked\nboot 0480ff60-63c9-41f3-8ef8-70efba337f22\n\
            check 183ba6d8e8577adf\n";
        let expected = LockRecord {
            world: WorldId(*b"gamedb\x75\x38\x10\x9d\x1f\xe0\x6d\x52\xe2\xcb"),
            acknowledged: Stamp {
                generation: 3,
                number: 0x7565_7108_f5d9_3f6f,
            },
            durable: 3,
            opened: 0x7565_7108_f5d9_3f6f,
            has_failed_sync: false,
            boot: "0480ff60-63c9-41f3-8ef8-70efba337f22".into(),
        };
        assert_eq!(LockRecord::from_text(text), Some(expected));
        // Each format has its own check, and no other format is known.
        for title in ["gamedb-lock 2", "gamedb-lock 3", "gamedb-lock 0"] {
            let text = text.replacen("gamedb-lock 1", title, 1);
            assert_eq!(LockRecord::from_text(&text), None, "{title}");
        }
        for at in 0..text.len() - 1 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1;
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(LockRecord::from_text(&text), None, "{at}: {text}");
        }
    }

    #[test]
    fn every_record_has_one_length() {
        let mut other = record();
        other.acknowledged.generation = i64::MAX;
        other.durable = 0;
        other.has_failed_sync = true;
        assert_eq!(other.to_text().len(), record().to_text().len());
    }
}
