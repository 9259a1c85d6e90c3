//! The record in a lock file, changed as a start of the machine changes it.

/// What the lock file says after the machine has been started again: the same, of another start.
pub(crate) fn after_restart(lock: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(lock).unwrap();
    let Some((body, _)) = text.rsplit_once("check ") else {
        return lock.to_vec();
    };
    let mut lines: Vec<_> = body.lines().map(str::to_owned).collect();
    let boot = lines.iter_mut().find(|line| line.starts_with("boot "));
    *boot.unwrap() = "boot 00000000-0000-0000-0000-000000000000".into();
    let body = lines.join("\n") + "\n";
    let check = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
    format!("{body}check {check:016x}\n").into_bytes()
}

/// What the lock file says after a sync has failed.
pub(crate) fn after_failed_sync(lock: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(lock).unwrap();
    let (body, _) = text.rsplit_once("check ").unwrap();
    let body = body.replacen("sync worked", "sync failed", 1);
    assert!(body.contains("sync failed"), "{body}");
    let check = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
    format!("{body}check {check:016x}\n").into_bytes()
}

/// The same record as a version of yesterday has written it: format 1, whose check is FNV-1a.
pub(crate) fn in_format_1(lock: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(lock).unwrap();
    let (body, _) = text.rsplit_once("check ").unwrap();
    let body = body.replacen("gamedb-lock 2", "gamedb-lock 1", 1);
    assert!(body.starts_with("gamedb-lock 1\n"), "{body}");
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let check = body.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    format!("{body}check {check:016x}\n").into_bytes()
}
