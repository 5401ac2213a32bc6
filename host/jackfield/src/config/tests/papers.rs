//! docs/configuration.md and the code know the same keys.

use std::collections::BTreeSet;

use super::*;

fn page() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    std::fs::read_to_string(page).expect("the page")
}

/// The keys in the tables of a section: the first cells of rows below a head `| key |`.
fn told(heading: &str) -> BTreeSet<String> {
    let page = page();
    let (_, section) = page.split_once(&format!("\n{heading}\n")).expect(heading);
    let lines = section.lines().take_while(|line| !line.starts_with('#'));
    let mut keys = BTreeSet::new();
    let mut head = "";
    for line in lines {
        if !line.starts_with('|') {
            head = "";
        } else if head.is_empty() {
            head = line;
        } else if head.starts_with("| key |") {
            let cell = line.split('|').nth(1).unwrap_or_default();
            keys.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    keys
}

/// The keys that the code knows in a table, by what it says of one that it does not.
fn known(table: &str) -> BTreeSet<String> {
    let text = format!("{table}\nno_such_key = 1\n");
    let message = parse(&text).expect_err(table).to_string();
    let (_, known) = message.split_once("known: ").expect(&message);
    known.split(", ").map(str::to_owned).collect()
}

fn without<const N: usize>(mut keys: BTreeSet<String>, others: [&str; N]) -> BTreeSet<String> {
    for other in others {
        assert!(keys.remove(other), "{other}");
    }
    keys
}

const CXONE: &str = "[tenants.x.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n";

#[test]
fn every_key_has_a_row_and_every_row_a_key() {
    assert_eq!(told("## `[listen]`"), known("[listen]"));
    assert_eq!(told("## `[ledger]`"), known("[ledger]"));
    assert_eq!(told("## `[plugins]`"), known("[plugins]"));
    // These have sections of their own.
    let tenant = known(&format!("{CXONE}[tenants.x]"));
    let tenant = without(tenant, ["cxone", "templates", "connections"]);
    assert_eq!(told("## `[tenants.NAME]`"), tenant);
    assert_eq!(told("### `[tenants.NAME.cxone]`"), known(CXONE));
    let template = known(&format!("{CXONE}[tenants.x.templates.y]"));
    assert_eq!(told("### `[tenants.NAME.templates]`"), template);
    let connection = known(&format!("{CXONE}[tenants.x.connections.y]"));
    assert_eq!(told("### `[tenants.NAME.connections.NAME]`"), connection);
    let plugin = known(&format!("{CXONE}[[tenants.x.connections.y.plugins]]"));
    assert_eq!(
        told("### `[[tenants.NAME.connections.NAME.plugins]]`"),
        plugin
    );
    let recording = known(&format!("{CXONE}[tenants.x.connections.y.recording]"));
    assert_eq!(told("#### Recording"), recording);
    // The others are the simulator's switches, which docs/simulator.md has.
    let assume = known(&format!("{CXONE}[tenants.x.cxone.assume]"));
    let assumed = told("#### `[tenants.NAME.cxone.assume]`");
    assert!(assumed.is_subset(&assume), "{assumed:?} {assume:?}");
}

#[test]
fn the_examples_of_the_page_are_read() {
    let page = page();
    let connection = "[tenants.acme.connections.y]\nidp = \"okta\"\ntoken = \"x\"\n";
    let cxone = CXONE.replace(".x.", ".acme.");
    for (heading, before, after) in [
        ("## A whole file", "", ""),
        ("### `[tenants.NAME.cxone]`", "", connection),
        ("### `[tenants.NAME.templates]`", cxone.as_str(), connection),
        ("#### A SCIM server that is not CXone", "", connection),
    ] {
        let (_, section) = page.split_once(&format!("\n{heading}\n")).expect(heading);
        let (_, example) = section.split_once("```toml\n").expect(heading);
        let (example, _) = example.split_once("```").expect(heading);
        let example = example
            .replace("${file:secrets/cxone}", "x")
            .replace("${env:LAB_TOKEN}", "x")
            .replace("tenants.lab.", "tenants.acme.");
        parse(&format!("{before}{example}{after}")).expect(heading);
    }
    let (_, section) = page.split_once("\n## A directory\n").expect("a section");
    let (_, example) = section.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let example = example.replace("${file:secrets/cxone}", "x");
    let example = example
        .replace("[[", "[[tenants.acme.")
        .replace("\n[c", "\n[tenants.acme.c");
    parse(&example.replacen("[cxone]", "[tenants.acme.cxone]", 1)).expect("a tenant");
}
