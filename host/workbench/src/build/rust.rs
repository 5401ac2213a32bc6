//! A component from a crate: cargo for WebAssembly, then the encoder.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wit_component::ComponentEncoder;

use crate::problem::Problem;
use crate::project::Project;
use crate::screen::{Paint, Screen};

const TARGET: &str = "wasm32-unknown-unknown";
/// As the bundled plugins are built (plugins/bundled/build.rs; a test compares): a small stack, because every call pays for the
/// pages that it touches, and 1 MiB from the start, because growing memory is a system call in the host.
const RUSTFLAGS: [&str; 2] = [
    "-Clink-arg=-zstack-size=65536",
    "-Clink-arg=--initial-memory=1048576",
];
/// Flags and wrappers that are meant for another build.
const NOT_INHERITED: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
];
pub(crate) const NO_CARGO: &str = "install Rust from https://rustup.rs";

/// Builds; false where cargo says that the crate does not.
pub(super) fn build(project: &Project, screen: &mut Screen<'_>) -> Result<bool, Problem> {
    have_target(&project.dir)?;
    let Some(module) = module(project)? else {
        return Ok(false);
    };
    let bytes = std::fs::read(&module).map_err(|error| Problem::file(&module, &error))?;
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.validate(true).module(&bytes);
    match encoded.and_then(|encoder| encoder.encode()) {
        Ok(component) => {
            crate::embedded::write(&project.component(), &component)?;
            Ok(true)
        }
        Err(error) => {
            screen.paint(
                Paint::Bad,
                format!(
                    "{}: cannot be made a component: {error:#}",
                    module.display()
                ),
            );
            screen.say(
                "a plugin imports nothing but the SDK's log and directory: a crate that asks for time, randomness or files is the \
                 usual reason",
            );
            Ok(false)
        }
    }
}

fn have_target(dir: &Path) -> Result<(), Problem> {
    let asked = Command::new("rustc")
        .current_dir(dir)
        .args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::null())
        .output();
    let asked = asked.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!("rustc is missing: {NO_CARGO}")),
        _ => Problem::new(format!("rustc: {error}")),
    })?;
    let libraries = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if asked.status.success() && Path::new(&libraries).is_dir() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "the target {TARGET} is missing: run `rustup target add {TARGET}`"
    )))
}

/// The module that cargo makes; what it says goes to standard error, as always.
fn module(project: &Project) -> Result<Option<PathBuf>, Problem> {
    let mut cargo = cargo(&project.dir);
    cargo.args(["build", "--release", "--lib", "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags().join(OsStr::new("\x1f")));
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!("cargo is missing: {NO_CARGO}")),
        _ => Problem::new(format!("cargo: {error}")),
    };
    let mut running = cargo.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut module = None;
    if let Some(said) = running.stdout.take() {
        for line in BufReader::new(said).lines() {
            let line = line.map_err(failed)?;
            if let Some(path) = artifact(&line, &project.name) {
                module = Some(path);
            }
        }
    }
    if !running.wait().map_err(failed)?.success() {
        return Ok(None);
    }
    module.map(Some).ok_or_else(|| {
        Problem::new(format!(
            "{}: cargo made no module: [lib] needs crate-type = [\"cdylib\", \"rlib\"]",
            project.dir.join("Cargo.toml").display()
        ))
    })
}

/// cargo in a directory, with nothing of another build.
pub(crate) fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(dir);
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    cargo
}

fn flags() -> Vec<OsString> {
    let mut flags = RUSTFLAGS.map(OsString::from).to_vec();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(home) = home {
        // The messages of panics name files: without where they lie, a component has the same bytes wherever it is built.
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(home.join("registry").join("src"));
        flag.push("=");
        flags.push(flag);
    }
    flags
}

/// The module of the package's library, if cargo's message tells of it (the cargo book, "External tools").
fn artifact(line: &str, package: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message.get("reason")?.as_str()? != "compiler-artifact" {
        return None;
    }
    let name = message.get("target")?.get("name")?.as_str()?;
    if name.replace('-', "_") != package.replace('-', "_") {
        return None;
    }
    let files = message.get("filenames")?.as_array()?;
    let module = files
        .iter()
        .filter_map(Value::as_str)
        .find(|file| file.ends_with(".wasm"));
    module.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_built_as_the_bundled_plugins_are() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../plugins/bundled/build.rs"
        );
        let script = std::fs::read_to_string(path).unwrap();
        let list = |name: &str| -> Vec<String> {
            let (_, rest) = script
                .split_once(&format!("const {name}: [&str; "))
                .unwrap();
            let (_, rest) = rest.split_once("= [").unwrap();
            let (items, _) = rest.split_once("];").unwrap();
            items
                .split(',')
                .map(|item| item.trim().trim_matches('"').to_owned())
                .filter(|item| !item.is_empty())
                .collect()
        };
        assert_eq!(list("RUSTFLAGS"), RUSTFLAGS);
        assert_eq!(list("NOT_INHERITED"), NOT_INHERITED);
        assert!(script.contains(&format!("const TARGET: &str = \"{TARGET}\";")));
    }

    #[test]
    fn the_module_is_found_among_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","target":{"name":"one_domain"},"filenames":["/t/libone_domain.rlib","/t/one_domain.wasm"]}"#;
        assert_eq!(
            artifact(line, "one-domain"),
            Some(PathBuf::from("/t/one_domain.wasm"))
        );
        assert_eq!(artifact(line, "other"), None);
        assert_eq!(artifact("   Compiling one-domain", "one-domain"), None);
    }
}
