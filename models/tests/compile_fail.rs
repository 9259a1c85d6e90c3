//! What the type system refuses.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::fs;
use std::path::Path;

#[test]
fn the_compiler_refuses() {
    leave_sqlite_out();
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

/// trybuild checks all dependencies once more, with flags and in a folder of its own. Nothing is linked there, so SQLite
/// need not be compiled, which takes longer than any other of them.
fn leave_sqlite_out() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("tests/trybuild/.cargo");
    fs::create_dir_all(&folder).unwrap();
    // The system's library is asked for in a folder where it need not be.
    let config = format!(
        "[env]\nLIBSQLITE3_SYS_USE_PKG_CONFIG = \"1\"\nSQLITE3_LIB_DIR = {:?}\n",
        target.join("tests")
    );
    fs::write(folder.join("config.toml"), config).unwrap();
}
