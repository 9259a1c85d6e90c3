//! The `gamedb` command from the outside.

use std::path::Path;
use std::process::Command;

/// Runs `gamedb` in a folder and gives its exit code, what it printed, and its complaints.
pub(crate) fn gamedb(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gamedb"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}
