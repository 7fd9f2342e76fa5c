//! `versions list`, by running the program.

use std::path::Path;
use std::process::{Command, Output};

fn versions(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_versions"))
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"))
        .output()
        .unwrap()
}

#[test]
fn prints_every_release() {
    let output = versions(&["list", "catalog.txt"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "\
PACKAGE  VERSION     STATE
alder    1.0.0       available
alder    1.1.0       yanked
alder    0.9.3       available
birch    2.0.0-rc.1  available
birch    1.4.2       available
"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_missing_catalog_is_named() {
    let output = versions(&["list", "missing.txt"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("versions: missing.txt: "), "{message}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn wrong_usage_is_explained() {
    for args in [&[][..], &["list"], &["frobnicate", "catalog.txt"]] {
        let output = versions(args);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with("versions: usage: "), "{message}");
        assert_eq!(output.status.code(), Some(2));
    }
}
