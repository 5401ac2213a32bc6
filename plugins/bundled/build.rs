//! Builds the bundled plugins for wasm and makes components of them, so that plain cargo does everything.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wit_component::ComponentEncoder;

/// The plugins' crates; `src/lib.rs` names them too, and a test compares.
const PLUGINS: [&str; 7] = [
    "entra",
    "generic",
    "google",
    "okta",
    "onelogin",
    "template-chooser",
    "tenant-rules",
];
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "guest";

/// A small stack, because every call pays for the pages that it touches; and 1 MiB from the start, because growing memory is a
/// system call in the host.
const RUSTFLAGS: [&str; 2] = [
    "-Clink-arg=-zstack-size=65536",
    "-Clink-arg=--initial-memory=1048576",
];

/// What a build script must not hand down to cargo: flags and wrappers meant for the host's own build.
const NOT_INHERITED: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
];

fn main() {
    if let Err(message) = run() {
        // One line: cargo prints it as the error, without a panic's backtrace.
        println!("cargo::error={}", message.replace('\n', " "));
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let workspace = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let workspace = workspace
        .canonicalize()
        .map_err(|error| format!("{}: {error}", workspace.display()))?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTUP_TOOLCHAIN");
    have_target()?;

    let guest = out.join("guest");
    build(&workspace, &guest)?;
    let built = guest.join(TARGET).join(PROFILE);
    for plugin in PLUGINS {
        let stem = plugin.replace('-', "_");
        let module = built.join(&stem).with_extension("wasm");
        let component = encode(&module)
            .map_err(|error| format!("{plugin}: cannot be made a component: {error}"))?;
        let path = out.join(plugin).with_extension("wasm");
        fs::write(&path, component).map_err(|error| format!("{}: {error}", path.display()))?;
        watch(&built.join(&stem).with_extension("d"))?;
        println!(
            "cargo::rerun-if-changed={}",
            workspace
                .join("plugins")
                .join(plugin)
                .join("Cargo.toml")
                .display()
        );
    }
    for manifest in [
        "Cargo.toml",
        "Cargo.lock",
        "plugins/mapping/Cargo.toml",
        "plugins/sdk/rust/Cargo.toml",
        "wit",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(manifest).display()
        );
    }
    Ok(())
}

fn variable(name: &str) -> Result<OsString, String> {
    env::var_os(name).ok_or_else(|| format!("{name} is not set: this runs under cargo only"))
}

/// Adds the target by rustup where it is missing, and says so.
fn have_target() -> Result<(), String> {
    if target_is_there()? {
        return Ok(());
    }
    let advice =
        format!("the bundled plugins need the target {TARGET}; run: rustup target add {TARGET}");
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .stdout(Stdio::null())
        .status();
    match added {
        Ok(status) if status.success() && target_is_there()? => {
            println!(
                "cargo::warning=added the target {TARGET} for the bundled plugins (rustup target add {TARGET})"
            );
            Ok(())
        }
        Ok(_) => Err(advice),
        Err(error) => Err(format!("{advice} (rustup: {error})")),
    }
}

fn target_is_there() -> Result<bool, String> {
    let rustc = variable("RUSTC")?;
    let asked = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let asked = asked.map_err(|error| format!("{}: {error}", rustc.display()))?;
    Ok(asked.status.success() && Path::new(String::from_utf8_lossy(&asked.stdout).trim()).is_dir())
}

fn build(workspace: &Path, guest: &Path) -> Result<(), String> {
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.current_dir(workspace);
    cargo.args([
        "build",
        "--locked",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        PROFILE,
    ]);
    for plugin in PLUGINS {
        cargo.args(["--package", plugin]);
    }
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    // A directory of its own: cargo holds the lock of the outer one while it waits for us.
    cargo
        .env("CARGO_TARGET_DIR", guest)
        .env("CARGO_BUILD_BUILD_DIR", guest);
    let mut flags = RUSTFLAGS.map(OsString::from).to_vec();
    if let Some(home) = env::var_os("CARGO_HOME") {
        // The messages of panics name files: without where they lie, a component has the same bytes wherever it is built.
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(Path::new(&home).join("registry").join("src"));
        flag.push("=");
        flags.push(flag);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\x1f")));
    let status = cargo
        .status()
        .map_err(|error| format!("cargo for the bundled plugins: {error}"))?;
    if status.success() {
        return Ok(());
    }
    let mut again = format!(
        "the bundled plugins do not build (see above); try: cargo build --lib --target {TARGET} --profile {PROFILE}"
    );
    for plugin in PLUGINS {
        // Writing to a String cannot fail.
        let _ = write!(again, " -p {plugin}");
    }
    Err(again)
}

fn encode(module: &Path) -> Result<Vec<u8>, String> {
    let module = fs::read(module).map_err(|error| format!("{}: {error}", module.display()))?;
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.validate(true).module(&module);
    encoder
        .and_then(|encoder| encoder.encode())
        .map_err(|error| format!("{error:#}"))
}

/// Rebuild when any file that the plugin was made of changes: cargo lists them in a makefile's rule.
fn watch(rule: &Path) -> Result<(), String> {
    let text = fs::read_to_string(rule).map_err(|error| format!("{}: {error}", rule.display()))?;
    let Some((_, files)) = text.split_once(": ") else {
        return Ok(());
    };
    // A space inside a path is escaped by a backslash.
    for file in files.replace("\\ ", "\0").split_whitespace() {
        println!("cargo::rerun-if-changed={}", file.replace('\0', " "));
    }
    Ok(())
}
