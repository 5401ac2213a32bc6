//! Puts the SDKs, the templates and the contract into the program, from where they are written: what `plugin new` makes is
//! what this repository has.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// What tools leave behind, and what is for the SDKs' own makers.
const LEFT_OUT: [&str; 6] = [
    "target",
    "node_modules",
    "__pycache__",
    "tests",
    "test",
    "run",
];
/// Hidden files that belong to a template.
const HIDDEN: [&str; 2] = [".gitignore", ".npmrc"];

fn main() {
    if let Err(message) = run() {
        println!("cargo::error={}", message.replace('\n', " "));
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("not run by cargo")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("not run by cargo")?);
    let top = here.join("../..");
    println!("cargo::rerun-if-changed=build.rs");
    let mut embedded = String::new();
    for (name, folder) in [
        ("WIT", top.join("wit")),
        ("SDK_RUST", top.join("plugins/sdk/rust")),
        ("SDK_JS", top.join("plugins/sdk/js")),
        ("SDK_PYTHON", top.join("plugins/sdk/python")),
        ("TEMPLATE_RUST", here.join("templates/rust")),
        ("TEMPLATE_JS", here.join("templates/js")),
        ("TEMPLATE_PYTHON", here.join("templates/python")),
    ] {
        // Where there is no such folder yet, cargo looks again each time.
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        let template = name.starts_with("TEMPLATE");
        gather(&folder, &folder, template, &mut files)?;
        if !template && name != "WIT" {
            let schema = top.join("plugins/sdk/cases.schema.json");
            println!("cargo::rerun-if-changed={}", schema.display());
            if schema.is_file() {
                files.push(("cases.schema.json".to_owned(), schema));
            }
        }
        if name == "SDK_RUST" {
            let alone = alone(&folder.join("Cargo.toml"), &top.join("Cargo.toml"))?;
            let written = out.join("sdk-rust.toml");
            fs::write(&written, alone).map_err(|error| told(&written, &error))?;
            for (path, file) in &mut files {
                if path == "Cargo.toml" {
                    file.clone_from(&written);
                }
            }
        }
        files.sort();
        embed(&mut embedded, name, &files);
    }
    let written = out.join("embedded.rs");
    fs::write(&written, embedded).map_err(|error| told(&written, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The files below a folder, by path from `root`. Links are followed: the SDK's `wit` is one.
fn gather(
    root: &Path,
    folder: &Path,
    template: bool,
    into: &mut Vec<(String, PathBuf)>,
) -> Result<(), String> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| told(folder, &error))? {
        let path = entry.map_err(|error| told(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = name.starts_with('.') && !HIDDEN.contains(&&*name);
        // The tests of a template are the plugin's, those of an SDK are not.
        let left_out = LEFT_OUT.contains(&&*name) && !(template && name.starts_with("test"));
        if hidden || left_out {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, template, into)?;
        } else if !name.ends_with(".wasm") && !name.ends_with(".pyc") {
            let relative = path.strip_prefix(root).map_err(|error| error.to_string())?;
            let relative = relative.to_string_lossy().replace('\\', "/");
            let path = path.canonicalize().map_err(|error| told(&path, &error))?;
            into.push((relative, path));
        }
    }
    Ok(())
}

fn embed(into: &mut String, name: &str, files: &[(String, PathBuf)]) {
    // Writing to a String cannot fail.
    let _ = writeln!(into, "pub(super) static {name}: &[(&str, &[u8])] = &[");
    for (path, file) in files {
        let file = file.to_string_lossy();
        let _ = writeln!(into, "    ({path:?}, include_bytes!({file:?})),");
    }
    into.push_str("];\n");
}

/// The SDK's manifest without what it has of the workspace and of its own tests, so that it stands alone.
fn alone(manifest: &Path, workspace: &Path) -> Result<String, String> {
    let read = |path: &Path| {
        let text = fs::read_to_string(path).map_err(|error| told(path, &error))?;
        text.parse::<Table>()
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    println!("cargo::rerun-if-changed={}", workspace.display());
    let workspace = read(workspace)?;
    let shared = |table: &str| {
        let found = workspace.get("workspace").and_then(|all| all.get(table));
        found.and_then(Value::as_table).cloned().unwrap_or_default()
    };
    let (packages, crates) = (shared("package"), shared("dependencies"));
    let mut table = read(manifest)?;
    for own in ["lints", "dev-dependencies", "test", "bench", "example"] {
        table.remove(own);
    }
    if let Some(Value::Table(package)) = table.get_mut("package") {
        for (name, value) in package.iter_mut() {
            if inherits(value) {
                *value = packages
                    .get(name)
                    .cloned()
                    .ok_or_else(|| format!("the workspace has no package.{name}"))?;
            }
        }
    }
    for section in ["dependencies", "build-dependencies"] {
        let Some(Value::Table(section)) = table.get_mut(section) else {
            continue;
        };
        for (name, value) in section.iter_mut() {
            if inherits(value) {
                let own = value.as_table().cloned().unwrap_or_default();
                let shared = crates.get(name);
                *value = joined(name, shared, own)?;
            }
        }
    }
    Ok(format!(
        "# Written by `jackfield plugin sdk`: changes are lost.\n\n{table}"
    ))
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// The workspace's dependency with what the crate adds to it.
fn joined(name: &str, shared: Option<&Value>, own: Table) -> Result<Value, String> {
    let mut whole = match shared {
        Some(Value::String(version)) => {
            Table::from_iter([("version".to_owned(), Value::from(version.as_str()))])
        }
        Some(Value::Table(shared)) => shared.clone(),
        _ => return Err(format!("the workspace has no dependency {name}")),
    };
    if whole.contains_key("path") {
        return Err(format!(
            "{name} is of this repository: the SDK must stand alone"
        ));
    }
    for (key, value) in own {
        match (key.as_str(), whole.get_mut(&key), value) {
            ("workspace", ..) => {}
            (_, Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (_, _, value) => {
                whole.insert(key, value);
            }
        }
    }
    Ok(Value::Table(whole))
}
