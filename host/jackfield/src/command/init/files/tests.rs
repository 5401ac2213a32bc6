use std::os::unix::fs::PermissionsExt;

use super::*;

fn mode(path: &Path) -> u32 {
    let stat = fs::symlink_metadata(path).expect("a file");
    stat.permissions().mode() & 0o777
}

/// What is in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn both_are_written_for_the_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("x.toml");
    let files = Files::new(&config, "acme-cxone").expect("free names");
    files.write("# hello\n", "sesame").expect("written");
    let secret = folder.path().join("secrets/acme-cxone");
    assert_eq!(fs::read_to_string(&config).expect("a file"), "# hello\n");
    assert_eq!(fs::read_to_string(&secret).expect("a file"), "sesame\n");
    assert_eq!(mode(&config), 0o600);
    assert_eq!(mode(&secret), 0o600);
    assert_eq!(mode(&folder.path().join("secrets")), 0o700);
    files.undo();
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("x.toml");
    fs::write(&config, "mine").expect("a file");
    let error = Files::new(&config, "acme-cxone").expect_err("taken");
    assert!(error.contains("x.toml is there already"), "{error}");
    fs::remove_file(&config).expect("gone");
    // A link that leads nowhere is something all the same.
    fs::create_dir(folder.path().join("secrets")).expect("a folder");
    std::os::unix::fs::symlink("nowhere", folder.path().join("secrets/acme-cxone"))
        .expect("a link");
    let error = Files::new(&config, "acme-cxone").expect_err("taken");
    assert!(
        error.contains("secrets/acme-cxone is there already"),
        "{error}"
    );
    assert!(Files::new(&config, "other-cxone").is_ok());
}

/// Somebody else was quicker: between the look and the writing.
#[test]
fn what_cannot_be_written_whole_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("x.toml");
    let files = Files::new(&config, "acme-cxone").expect("free names");
    fs::write(&config, "mine").expect("a file");
    let error = files.write("# hello\n", "sesame").expect_err("taken");
    assert!(error.contains("is there already"), "{error}");
    assert_eq!(
        names(folder.path()),
        ["x.toml"],
        "no secret, no folder of secrets"
    );
    assert_eq!(fs::read_to_string(&config).expect("a file"), "mine");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Files::new(Path::new("/nowhere/at/all/x.toml"), "x").expect_err("no folder");
    assert!(error.starts_with("/nowhere/at/all is no folder"), "{error}");
}
