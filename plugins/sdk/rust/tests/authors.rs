//! What authors start from and look at is tested as they test it: by `cargo test` in a crate of its own.
//!
//! That components come of them, too, is the workbench's to test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    root.canonicalize().unwrap()
}

/// `cargo test` in a directory. All share what is built, and the tree stays clean.
fn tested(crate_dir: &Path) -> Result<String, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authors");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--tests"]);
    cargo
        .current_dir(crate_dir)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_BUILD_BUILD_DIR", &target);
    let output = cargo.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(said)
    }
}

/// Copies a template as `jackfield plugin new` does, but with the SDK where it is.
fn copy(from: &Path, to: &Path, name: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied, name);
            continue;
        }
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .replace("{{name}}", name)
            .replace("{{crate}}", &name.replace('-', "_"))
            .replace("path = \"sdk\"", &format!("path = {sdk:?}"));
        assert!(
            !text.contains("{{"),
            "{}: a placeholder is left",
            path.display()
        );
        fs::write(copied, text).unwrap();
    }
}

/// One test, so that they do not wait for each other's locks.
#[test]
fn the_example_and_every_template_pass_their_cases() {
    let example = root().join("plugins/examples/rust");
    let lock = fs::read_to_string(example.join("Cargo.lock")).unwrap();
    let said = tested(&example).unwrap_or_else(|said| panic!("the example: {said}"));
    assert!(said.contains("test cases ... ok"), "{said}");

    let new = tempfile::tempdir().unwrap();
    for kind in ["mapper", "template-chooser", "rules"] {
        let template = root().join("host/workbench/templates/rust").join(kind);
        let name = format!("new-{kind}");
        let made = new.path().join(&name);
        copy(&template, &made, &name);
        // The same dependencies, so nothing has to be resolved.
        fs::write(made.join("Cargo.lock"), lock.replace("acme-skills", &name)).unwrap();
        let said = tested(&made).unwrap_or_else(|said| panic!("{kind}: {said}"));
        assert!(said.contains("test cases ... ok"), "{kind}: {said}");
        assert!(!said.contains("warning:"), "{kind}: {said}");
    }
}

/// The example is locked to what the house is: a newer one is not taken unseen.
#[test]
fn the_example_is_locked_to_the_versions_of_the_house() {
    let packages = |path: &str| {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let packages = text.split("[[package]]").skip(1);
        let named = packages.map(|package| {
            let lines = package.lines().filter(|line| {
                ["name = ", "version = ", "checksum = "]
                    .iter()
                    .any(|key| line.starts_with(key))
            });
            lines.collect::<Vec<_>>().join(", ")
        });
        named.collect::<std::collections::BTreeSet<_>>()
    };
    let house = packages("Cargo.lock");
    let example = packages("plugins/examples/rust/Cargo.lock");
    let others: Vec<&String> = example.difference(&house).collect();
    assert_eq!(others, ["name = \"acme-skills\", version = \"0.1.0\""]);
}
