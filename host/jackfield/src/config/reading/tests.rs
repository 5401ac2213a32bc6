use std::path::Path;

use tempfile::TempDir;

use crate::config::tests::parse;
use crate::config::*;

const TENANT: &str = "[cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"${file:key}\"\n[connections.okta]\nidp = \"okta\"\n\
                      token = \"canary-token\"\n[[connections.okta.plugins]]\nuse = \"./map.wasm\"\n";

/// A directory with these files, and a secret beside each that may refer to it.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    std::fs::create_dir(directory.path().join("tenants")).expect("a folder");
    for key in ["key", "tenants/key"] {
        std::fs::write(directory.path().join(key), "canary-secret").expect("a file");
    }
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("a file");
    }
    directory
}

/// The tenant as it stands in one file with others.
fn nested() -> String {
    let text = TENANT.replace("[[", "[[tenants.acme.");
    text.replace("[c", "[tenants.acme.c")
}

fn said(directory: &TempDir) -> Vec<String> {
    let mistakes = Config::load(directory.path()).expect_err("mistakes");
    let here = format!("{}/", directory.path().display());
    let said = mistakes.iter();
    let said = said.map(|mistake| mistake.to_string().replace(&here, ""));
    let said: Vec<String> = said.collect();
    assert!(!said.concat().contains("canary"), "{said:?}");
    said
}

#[test]
fn a_directory_has_a_file_for_each_tenant() {
    let directory = directory(&[
        ("jackfield.toml", "[listen]\nscim = \"127.0.0.1:1\"\n"),
        ("acme.toml", TENANT),
        ("tenants/beta.toml", TENANT),
        // These are none.
        (".gamma.toml", "x"),
        ("tenants/beta.toml~", "x"),
        ("README", "x"),
    ]);
    let config = Config::load(directory.path()).expect("a configuration");
    assert_eq!(config.general.scim.port(), 1);
    let names: Vec<&str> = config.tenants.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["acme", "beta"]);
    let scope = config.tenants[1].connections[0].scope.to_string();
    assert_eq!(scope, "beta/okta");
    // Relative paths count from the file that has them.
    let plugin = &config.tenants[1].connections[0].plugins[0];
    let expected = directory.path().join("tenants/./map.wasm");
    assert_eq!(plugin.component, Component::File(expected));
}

#[test]
fn a_folder_whose_tenants_are_gone_at_once_is_told() {
    let directory = directory(&[
        ("acme.toml", TENANT),
        ("tenants/beta.toml", TENANT),
        ("tenants/gamma.toml", TENANT),
    ]);
    let (path, folder) = (directory.path(), directory.path().join("tenants"));
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let (both, nobody): (BTreeSet<String>, _) = (names(&["beta", "gamma"]), BTreeSet::new());
    assert_eq!(Reading::of(path).folder, both);
    assert_eq!(Reading::folder_of(path), both);
    std::fs::remove_file(folder.join("beta.toml")).expect("a file");
    let reading = Reading::again(path, &both, &nobody);
    assert!(reading.general.is_ok(), "it has one yet");
    std::fs::remove_file(folder.join("gamma.toml")).expect("a file");
    // Unmounted, a mount point is an empty folder.
    for gone in [false, true] {
        if gone {
            std::fs::remove_dir_all(&folder).expect("a folder");
        }
        for let_go in [&[][..], &["beta"], &["beta/okta", "gamma"]] {
            let reading = Reading::again(path, &both, &names(let_go));
            let said = reading.general.expect_err("a mistake").to_string();
            assert!(
                said.contains("tenants: no tenant is in this folder"),
                "{said}"
            );
            let count = if let_go.is_empty() { 2 } else { 1 };
            assert!(said.contains(&format!("{count} went with it")), "{said}");
        }
        let reading = Reading::again(path, &both, &both);
        assert!(reading.general.is_ok(), "they are let go");
        let reading = Reading::again(path, &nobody, &nobody);
        assert!(reading.general.is_ok(), "it never had any");
    }
    // They are elsewhere now.
    for name in ["beta.toml", "gamma.toml"] {
        std::fs::write(path.join(name), TENANT).expect("a file");
    }
    let reading = Reading::again(path, &both, &nobody);
    assert!(reading.general.is_ok());
    assert_eq!(reading.tenants.len(), 3);
}

#[test]
fn what_holds_for_all_may_be_left_to_defaults() {
    let directory = directory(&[("acme.toml", TENANT)]);
    let config = Config::load(directory.path()).expect("a configuration");
    assert_eq!(config.general.admin.port(), 8081);
}

#[test]
fn every_file_tells_its_own_mistake() {
    let directory = directory(&[
        ("jackfield.toml", "[listen]\nscim = \"here\"\n"),
        ("acme.toml", &TENANT.replace("okta\"\n", "octa\"\n")),
        ("tenants/beta.toml", "[cxone\n"),
        ("gamma.toml", TENANT),
        ("tenants/gamma.toml", TENANT),
        ("a_b.toml", TENANT),
    ]);
    let said = said(&directory);
    assert_eq!(said.len(), 5, "{said:?}");
    for expected in [
        "a_b.toml:1:1: \"a_b\" is not a name",
        "acme.toml:5:7: the idp \"octa\" is not known",
        "gamma.toml: the tenant gamma is also in ",
        "jackfield.toml:2:8: this is no address",
        "tenants/beta.toml:1:",
    ] {
        assert!(
            said.iter().any(|said| said.starts_with(expected)),
            "{expected}: {said:?}"
        );
    }
}

#[test]
fn a_directory_has_tenants_and_has_them_in_files() {
    let none = directory(&[("jackfield.toml", "")]);
    assert!(said(&none)[0].contains("there is no tenant"));
    let beside = format!("[listen]\n{}", nested());
    let beside = directory(&[("jackfield.toml", &beside), ("b.toml", TENANT)]);
    let said = said(&beside);
    assert!(
        said[0].contains("tenants have files of their own"),
        "{said:?}"
    );
}

#[test]
fn the_others_are_read_beside_a_tenant_that_is_wrong() {
    let text = format!("{}[tenants.beta]\nprotekted = []\n", nested());
    let text = text.replace("${file:key}", "x");
    let reading = Reading::of_text(Path::new("x.toml"), &text, &Fixed::default());
    assert!(reading.general.is_ok());
    assert!(reading.tenants["acme"].is_ok());
    let mistake = reading.tenants["beta"]
        .as_ref()
        .expect_err("protekted")
        .to_string();
    assert!(
        mistake.starts_with("x.toml:10:1: the key \"protekted\""),
        "{mistake}"
    );
    let syntax = Reading::of_text(Path::new("x.toml"), &format!("{text}["), &Fixed::default());
    assert!(syntax.general.is_err() && syntax.tenants.is_empty());
}

#[test]
fn a_print_changes_with_what_is_meant_and_with_nothing_else() {
    let directory = directory(&[("acme.toml", TENANT)]);
    let path = directory.path().join("acme.toml");
    let print = || {
        Config::load(directory.path())
            .expect("a configuration")
            .tenants[0]
            .print
    };
    let first = print();
    let moved = format!(
        "# A remark.\n\n{}",
        TENANT.replace(
            "idp = \"okta\"\ntoken = \"canary-token\"",
            "token = \"canary-token\"\nidp = \"okta\""
        )
    );
    std::fs::write(&path, moved).expect("a file");
    assert_eq!(print(), first, "order and remarks mean nothing");
    std::fs::write(&path, TENANT.replace("canary-token", "canary-tokem")).expect("a file");
    let token = print();
    assert_ne!(token.all, first.all);
    assert_eq!(token.cxone, first.cxone);
    std::fs::write(&path, TENANT).expect("a file");
    std::fs::write(directory.path().join("key"), "canary-other").expect("a file");
    let secret = print();
    assert_ne!(secret.all, first.all, "what is filled in counts");
    assert_ne!(secret.cxone, first.cxone);
}

#[test]
fn a_tenant_that_is_no_table_is_told() {
    let message = parse("[tenants]\nacme = 1\n")
        .expect_err("no table")
        .to_string();
    assert!(message.contains(":2:8: invalid type"), "{message}");
    let message = parse("tenants = 1\n").expect_err("no table").to_string();
    assert!(message.contains(":1:11: invalid type"), "{message}");
}
