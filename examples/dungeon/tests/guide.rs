//! The page of the guide shows this package, and this package does what the page says.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_page_shows_the_files_of_this_package() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("../../docs/first-schema.md")).unwrap();
    for file in ["schema.sql", "build.rs", "src/main.rs"] {
        let text = fs::read_to_string(here.join(file)).unwrap();
        // The page has no comment of the file as a whole.
        let code = text
            .lines()
            .skip_while(|line| line.starts_with("//!") || line.is_empty());
        let code: String = code.map(|line| format!("{line}\n")).collect();
        assert!(
            page.contains(&code),
            "docs/first-schema.md does not show {file}"
        );
    }
}

#[test]
fn the_second_run_is_refused_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let output = Command::new(env!("CARGO_BIN_EXE_dungeon"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        )
    };
    assert_eq!(run(), (true, "Ada has 1 items and 3 gold\n".to_owned()));
    let (is_done, printed) = run();
    assert!(!is_done && printed.contains("gold >= 0"), "{printed}");
    assert!(!run().0, "the third run finds what the first one left");
}
