//! The set that every reader of case files is tested by, and what a failing run says.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Export, Runner, compare, read};
use crate::testing::Directory;
use crate::{Choice, Decision, Error, NoSettings, Occasion, Plugin, Rules, TemplateChooser, log};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    files: Vec<File>,
    comparisons: Vec<Comparison>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    file: String,
    exports: Option<Vec<String>>,
    cases: Option<Vec<Value>>,
    says: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    name: String,
    expect: Map<String, Value>,
    output: Map<String, Value>,
    #[serde(default)]
    log: Vec<String>,
    differs: Vec<String>,
}

fn conformance() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance"))
}

fn manifest() -> Manifest {
    let text = std::fs::read_to_string(conformance().join("manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn groups(groups: &[crate::Group]) -> Value {
    let group = |group: &crate::Group| {
        let mut value = json!({"id": group.id, "displayName": group.display_name});
        if let Some(external) = &group.external_id {
            value["externalId"] = json!(external);
        }
        value
    };
    groups.iter().map(group).collect()
}

/// The documents that are there.
fn optional(value: &mut Value, documents: [(&str, Option<String>); 2]) {
    for (name, text) in documents {
        if let Some(text) = text {
            value[name] = document(&text);
        }
    }
}

fn input(case: &super::Case) -> Value {
    match case.export {
        Export::ToTarget => {
            let given = case.given.forward();
            let mut value = json!({
                "connection": given.connection, "idp": given.idp, "source": document(&given.source),
                "draft": document(&given.draft), "groups": groups(&given.groups),
                "settings": document(&given.settings), "facts": document(&given.facts),
            });
            optional(&mut value, [("remembered", given.remembered), ("", None)]);
            value
        }
        Export::ToSource => {
            let given = case.given.backward();
            let mut value = json!({
                "connection": given.connection, "idp": given.idp, "target": document(&given.target),
                "draft": document(&given.draft), "settings": document(&given.settings),
                "facts": document(&given.facts),
            });
            optional(&mut value, [("remembered", given.remembered), ("", None)]);
            value
        }
        Export::Choose | Export::Decide => {
            let given = case.given.occasion();
            let mut value = json!({
                "connection": given.connection, "idp": given.idp, "operation": given.operation,
                "source": document(&given.source), "target": document(&given.target),
                "groups": groups(&given.groups), "moment": given.moment,
                "settings": document(&given.settings), "facts": document(&given.facts),
            });
            let documents = [("sourceBefore", given.source_before), ("held", given.held)];
            optional(&mut value, documents);
            value
        }
    }
}

fn directory(directory: &Directory) -> Value {
    let roles = directory.roles.iter();
    let role = |role: &crate::directory::Role| json!({"id": role.id, "name": role.name, "status": role.status});
    let teams = directory.teams.iter();
    let authenticators = directory.login_authenticators.iter();
    json!({
        "version": directory.version,
        "roles": roles.map(role).collect::<Vec<_>>(),
        "teams": teams.map(|team| json!({"id": team.id, "name": team.name})).collect::<Vec<_>>(),
        "loginAuthenticators": authenticators.map(|one| json!({"id": one.id, "name": one.name})).collect::<Vec<_>>(),
        "templates": directory.templates,
        "defaultRole": directory.default_role,
    })
}

#[test]
fn files_are_read_as_every_reader_reads_them() {
    let mut seen = Vec::new();
    for entry in manifest().files {
        let named = |name: &String| {
            Export::ALL
                .into_iter()
                .find(|export| export.as_str() == name)
        };
        let exports: Vec<Export> = match &entry.exports {
            Some(names) => names.iter().map(|name| named(name).unwrap()).collect(),
            None => Export::ALL.into(),
        };
        let text = std::fs::read_to_string(conformance().join(&entry.file)).unwrap();
        let read = read::cases(&entry.file, &text, &exports);
        match (entry.cases, entry.says, read) {
            (Some(expected), None, Ok(cases)) => {
                let whole = |case: &super::Case| {
                    let mut value = json!({"name": case.name, "export": case.export.as_str(), "input": input(case)});
                    if matches!(case.export, Export::Choose | Export::Decide) {
                        value["directory"] = directory(&case.given.directory());
                    }
                    if case.is_the_components() {
                        value["skippedNatively"] = json!(true);
                    }
                    value
                };
                let came: Vec<Value> = cases.iter().map(whole).collect();
                assert_eq!(came, expected, "{}", entry.file);
            }
            (None, Some(says), Err(message)) => {
                assert!(
                    message.starts_with(&format!("{}: ", entry.file)),
                    "{message}"
                );
                for text in says {
                    assert!(message.contains(&text), "{text} is not in: {message}");
                }
            }
            (_, _, read) => panic!("{}: {read:?}", entry.file),
        }
        seen.push(entry.file);
    }
    for file in std::fs::read_dir(conformance()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let listed = seen.contains(&name) || matches!(&*name, "manifest.json" | "README.md");
        assert!(listed, "{name} is not in the manifest");
    }
}

#[test]
fn outputs_are_compared_as_every_reader_compares_them() {
    for Comparison {
        name,
        expect,
        output,
        log,
        differs,
    } in manifest().comparisons
    {
        let found = compare::differences(&expect, &output, &log);
        let member = |leaf: &compare::Leaf| {
            let end = leaf.path.find(['.', '[']);
            leaf.path[..end.unwrap_or(leaf.path.len())].to_owned()
        };
        let mut members: Vec<String> = found.iter().map(member).collect();
        members.dedup();
        assert_eq!(members, differs, "{name}: {found:?}");
    }
}

struct Odd;

impl Plugin for Odd {
    type Settings = NoSettings;
}

impl TemplateChooser for Odd {
    fn choose(_: Occasion<NoSettings>) -> Result<Choice, Error> {
        Err(Error::internal("out of templates").attribute("template"))
    }
}

impl Rules for Odd {
    fn decide(input: Occasion<NoSettings>) -> Result<Decision, Error> {
        log::info(format!("{} roles", crate::directory::roles().len()));
        let mut target = input.target;
        assert!(target.team().is_none(), "a team, of all things");
        target.set_role("Manager");
        Ok(Decision::amend(target))
    }
}

const TABLE: &str = r#"{
  "cases": [
    { "name": "good", "expect": { "verdict": "amend", "log": ["info: 1 roles"] } },
    { "name": "another role", "given": { "target": { "urn:x:y": { "a": [1, 2] } } },
      "expect": { "verdict": "amend", "target": { "role": "Agent", "urn:x:y": { "a": [1, 3, 4] } }, "log": [] } },
    { "name": "a panic", "given": { "target": { "team": "Blue" } }, "expect": { "verdict": "allow" } },
    { "name": "an error", "expect": { "template": "T", "log": [] } },
    { "name": "never here", "export": "decide", "expect": { "ending": { "kind": "trap" } } }
  ]
}"#;

fn odd(files: &[(&str, &str)], place: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("cases")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join("cases").join(name), text).unwrap();
    }
    let runner = Runner::new(folder.path());
    let runner = runner.rules::<Odd>().template_chooser::<Odd>();
    runner
        .run(place)
        .map_err(|failures| format!("{failures:?}"))
}

#[test]
fn all_failures_are_told_with_place_and_difference() {
    let said = odd(&[("b.json", TABLE), ("a.json", "[]")], "cases").unwrap_err();
    let (panic, rest): (Vec<&str>, Vec<&str>) =
        said.lines().partition(|line| line.contains("panicked at"));
    assert!(panic[0].contains("cases/tests.rs:"), "{said}");
    assert_eq!(
        rest.join("\n"),
        r#"3 of 4 cases failed

cases/a.json: the file is not a JSON object

cases/b.json:4: another role
    log[0]
        expected nothing
        came     "info: 1 roles"
    target.role
        expected "Agent"
        came     "Manager"
    target["urn:x:y"].a[1]
        expected 3
        came     2
    target["urn:x:y"].a[2]
        expected 4
        came     nothing
    again: jackfield plugin run . --input 'cases/b.json#another role'

cases/b.json:6: a panic
    a team, of all things
    again: jackfield plugin run . --input 'cases/b.json#a panic'

cases/b.json:7: an error
    error
        expected nothing
        came     {"code":"internal","message":"out of templates","attribute":"template"}
    template
        expected "T"
        came     nothing
    again: jackfield plugin run . --input 'cases/b.json#an error'"#
    );
}

#[test]
fn a_place_is_a_file_or_a_directory_that_holds_some() {
    let good = r#"{"cases":[{"name":"good","expect":{"verdict":"amend"}}]}"#;
    let files = [("good.json", good), ("notes.txt", "no table")];
    assert_eq!(odd(&files, "cases"), Ok(()));
    assert_eq!(odd(&files, "cases/good.json"), Ok(()));
    let said = odd(&[], "cases").unwrap_err();
    assert!(said.contains("cases: no *.json with cases"), "{said}");
    let said = odd(&[], "cases/none.json").unwrap_err();
    assert!(said.contains("cases/none.json: "), "{said}");
}
