//! What cargo and clippy cannot check about the house. Every test names file and line.
//!
//! The manifests are read crudely, line by line: they are ours, and the standard library has no TOML.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/papers.rs"]
mod papers;

/// A room of the host, the floor it is on, and the rooms below that it may use (docs/architecture.md, "The house").
const ROOMS: &[(&str, u8, &[&str])] = &[
    ("scim", 1, &[]),
    ("client", 1, &[]),
    ("bridge", 2, &["scim"]),
    ("plugin", 3, &["bridge"]),
    ("registry", 3, &[]),
    ("cxone", 3, &["bridge", "client"]),
    ("ledger", 3, &["bridge"]),
    ("simulator", 3, &["scim"]),
    ("service", 4, &["bridge", "scim"]),
    ("workbench", 4, &["bridge", "plugin", "bundled"]),
    (
        "jackfield",
        5,
        &[
            "scim",
            "client",
            "bridge",
            "plugin",
            "cxone",
            "ledger",
            "simulator",
            "service",
            "registry",
            "workbench",
            "bundled",
        ],
    ),
];

/// Crates that stand for something a room may do, and the rooms that may. `dev` is for tests only.
const RESERVED: &[(&str, &[&str], &[&str])] = &[
    ("wasmtime", &["plugin"], &[]),
    ("wasmparser", &["plugin"], &[]),
    ("rusqlite", &["ledger"], &[]),
    ("sqlx", &["ledger"], &[]),
    ("reqwest", &["client"], &["jackfield"]),
    ("hyper", &["service", "simulator"], &["jackfield"]),
    ("hyper-util", &["service", "simulator"], &["jackfield"]),
    ("http", &["service", "simulator"], &["jackfield"]),
    ("http-body", &["service", "simulator"], &["jackfield"]),
    ("http-body-util", &["service", "simulator"], &["jackfield"]),
    ("jsonwebtoken", &["service"], &["jackfield"]),
    ("hmac", &["plugin", "service"], &[]),
    ("clap", &["jackfield"], &[]),
    ("toml", &["jackfield", "simulator", "workbench"], &[]),
    ("oci-client", &["registry"], &[]),
    ("aws-lc-rs", &["registry"], &[]),
];

/// What `scim` may use: it is pure, so no runtime, no network, no clock, no randomness, no log.
const SCIM: &[&str] = &["scim_v2", "serde", "serde_json", "thiserror"];

/// The longest file, in lines.
const LONGEST: usize = 500;

/// Each in two halves, so that this file does not find itself.
const NOT_OURS: &[&str] = &[
    "/wo|rk/",
    "/ro|ot/",
    "/tmp/|t/",
    "/tmp/ba|sh",
    "Clau|de",
    "Anthro|pic",
    "Chat|GPT",
    "Copi|lot",
    "language |model",
    "agent |session",
    "coding |agent",
    "sub|agent",
    "AI-|generated",
    "as an |AI",
];

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.join("../..");
    root.canonicalize().expect("the top of the tree")
}

/// Every file below `folders` that ends in `suffix`, but what is built or hidden, by path from the top.
fn files(folders: &[&str], suffix: &str) -> Vec<String> {
    let root = root();
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    while let Some(path) = open.pop() {
        let Ok(entries) = fs::read_dir(&path) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, ".git" | "target" | ".venv" | "node_modules") {
                    open.push(path);
                }
            } else if name.ends_with(suffix) {
                let relative = path.strip_prefix(&root).expect("below the top");
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The manifests of the house's crates: not what new plugins start from, nor an example that stands alone as an author's does.
fn manifests(folders: &[&str]) -> Vec<String> {
    let mut found = files(folders, "Cargo.toml");
    found.retain(|path| {
        let alone = || read(path).lines().any(|line| line.trim() == "[workspace]");
        !path.contains("/templates/") && !alone()
    });
    found
}

/// A text, or nothing where a file is no text.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

fn rust() -> Vec<String> {
    files(&["host", "plugins", "tests"], ".rs")
}

/// Lines with their numbers, from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

/// Fails with every complaint at once.
fn clean(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// A dependency of a manifest.
struct Needs {
    line: usize,
    dev: bool,
    name: String,
}

fn needs(manifest: &str) -> Vec<Needs> {
    let (mut found, mut section) = (Vec::new(), String::new());
    for (line, text) in lines(manifest) {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        }
        let (table, single) = match section.split_once("dependencies.") {
            Some((_, name)) => (section.as_str(), Some(name.to_owned())),
            None => (section.as_str(), None),
        };
        let dev = table.contains("dev-dependencies");
        let name = match single {
            Some(name) if text.starts_with('[') => name,
            None if table.ends_with("dependencies") && text.contains('=') => {
                let key = text.split(['=', '.', ' ']).next().unwrap_or_default();
                key.trim_matches('"').to_owned()
            }
            _ => continue,
        };
        // `alias = { package = "name" }` is a dependency on `name`.
        let renamed = text
            .split_once("package = \"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let name = renamed.map_or(name, |(name, _)| name.to_owned());
        if !name.starts_with('#') {
            found.push(Needs { line, dev, name });
        }
    }
    found
}

#[test]
fn every_room_uses_only_rooms_below_it() {
    let mut complaints = Vec::new();
    let floor = |name: &str| ROOMS.iter().find(|(room, ..)| *room == name);
    for manifest in manifests(&["host"]) {
        let room = manifest.split('/').nth(1).unwrap_or_default();
        let Some((_, own, allowed)) = floor(room) else {
            complaints.push(format!("{manifest}:1: the room {room} is not on the map"));
            continue;
        };
        for needs in needs(&read(&manifest)) {
            let Some((_, other, _)) = floor(&needs.name) else {
                // Benchmarks compare a guest with its native twin.
                let twin = needs.dev && room == "jackfield";
                let ours = ["bundled", "mapping", "jackfield-sdk", "entra"];
                if ours.contains(&needs.name.as_str())
                    && !twin
                    && !allowed.contains(&needs.name.as_str())
                {
                    complaints.push(format!(
                        "{manifest}:{}: {room} may not use {}: guests belong to jackfield alone",
                        needs.line, needs.name
                    ));
                }
                continue;
            };
            if other >= own || !allowed.contains(&needs.name.as_str()) {
                complaints.push(format!(
                    "{manifest}:{}: {room} (floor {own}) may not use {} (floor {other})",
                    needs.line, needs.name
                ));
            }
        }
    }
    clean(complaints);
}

#[test]
fn what_touches_the_world_is_in_its_room() {
    let mut complaints = Vec::new();
    for manifest in manifests(&["host", "plugins"]) {
        let room = manifest.split('/').nth(1).unwrap_or_default();
        let host = manifest.starts_with("host/");
        for needs in needs(&read(&manifest)) {
            let place = format!("{manifest}:{}", needs.line);
            let reserved = RESERVED.iter().find(|(name, ..)| *name == needs.name);
            if let Some((name, rooms, tests)) = reserved {
                let allowed = rooms.contains(&room) || (needs.dev && tests.contains(&room));
                if !(host && allowed) {
                    complaints.push(format!(
                        "{place}: {name} is for {}, not for {room}",
                        rooms.join(" and ")
                    ));
                }
            }
            if host && room == "scim" && !needs.dev && !SCIM.contains(&needs.name.as_str()) {
                complaints.push(format!(
                    "{place}: scim is pure and may not use {}",
                    needs.name
                ));
            }
        }
    }
    clean(complaints);
}

#[test]
fn every_crate_is_a_member_and_inherits_the_lints() {
    let workspace = read("Cargo.toml");
    let members = workspace.split("members = [").nth(1).unwrap_or_default();
    let members = members.split(']').next().unwrap_or_default();
    let mut complaints = Vec::new();
    for manifest in manifests(&["host", "plugins"]) {
        let text = read(&manifest);
        let folder = manifest.trim_end_matches("/Cargo.toml");
        if !members.contains(&format!("\"{folder}\"")) {
            complaints.push(format!("Cargo.toml:1: {folder} is no member"));
        }
        let lints: String = text.split_whitespace().collect();
        if !lints.contains("[lints]workspace=true") {
            complaints.push(format!("{manifest}:1: [lints] workspace = true is missing"));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !text.contains(&format!("{key}.workspace = true")) {
                complaints.push(format!("{manifest}:1: {key}.workspace = true is missing"));
            }
        }
    }
    clean(complaints);
}

#[test]
fn files_are_named_and_sized_as_agreed() {
    let mut complaints = Vec::new();
    for path in rust() {
        let name = path.rsplit('/').next().unwrap_or_default();
        let better = match name {
            "mod.rs" => Some("write FOLDER.rs beside the folder"),
            "utils.rs" | "util.rs" | "helpers.rs" | "misc.rs" | "common.rs" => {
                Some("name the file after its concept")
            }
            _ => None,
        };
        if let Some(better) = better {
            complaints.push(format!("{path}:1: {name}: {better}"));
        }
        let count = read(&path).lines().count();
        if count > LONGEST {
            complaints.push(format!(
                "{path}:{count}: {count} lines, more than {LONGEST}: it is two concepts"
            ));
        }
    }
    clean(complaints);
}

#[test]
fn nothing_is_left_undone_or_skipped_without_a_reason() {
    let undone =
        ["to|do!(", "unimple|mented!(", "TO|DO", "FIX|ME"].map(|word| word.replace('|', ""));
    let ignored = ["#[ig", "nore]"].concat();
    let mut complaints = Vec::new();
    for path in rust() {
        for (at, line) in lines(&read(&path)) {
            if undone.iter().any(|word| line.contains(word.as_str())) {
                complaints.push(format!("{path}:{at}: something is left undone"));
            }
            if line.trim() == ignored {
                complaints.push(format!("{path}:{at}: a test is ignored without a reason"));
            }
        }
    }
    clean(complaints);
}

#[test]
fn no_word_of_machines_or_tools() {
    let mut complaints = Vec::new();
    for path in files(&[""], "") {
        if path == "Cargo.lock" || path.ends_with(".db") {
            continue;
        }
        for (at, line) in lines(&read(&path)) {
            for word in NOT_OURS {
                let word = word.replace('|', "");
                if line.to_lowercase().contains(&word.to_lowercase()) {
                    complaints.push(format!("{path}:{at}: {word:?} has no place here"));
                }
            }
        }
    }
    clean(complaints);
}

#[test]
fn every_item_of_the_plugin_contract_is_documented() {
    let words = [
        "interface ",
        "world ",
        "record ",
        "enum ",
        "variant ",
        "flags ",
        "resource ",
    ];
    let mut complaints = Vec::new();
    for path in files(&["wit"], ".wit") {
        let text = read(&path);
        let mut before = "";
        for (at, line) in lines(&text) {
            let line = line.trim();
            let item = words.iter().any(|word| line.starts_with(word));
            // `name: type`: a field, a case with a payload, a function.
            let member = line.split_once(':').is_some_and(|(name, _)| {
                let name = name.trim_start_matches('%');
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            });
            if (item || member) && !before.starts_with("///") {
                complaints.push(format!("{path}:{at}: no words on {line:?}"));
            }
            before = line;
        }
    }
    clean(complaints);
}
