//! Guests that mean no good: WebAssembly text of `tests/guests`, assembled here.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A directory of plugins that a configuration can name. What stands in a file changes with a restart, as when an operator
/// replaces it: users are made while the plugin is good.
pub(crate) struct Shelf(TempDir);

impl Shelf {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a directory"))
    }

    /// The path of a plugin, as `use` has it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a bundled plugin there.
    pub(crate) fn bundled(&self, name: &str, plugin: &str) {
        let bytes = bundled::find(plugin).expect("a bundled plugin").bytes;
        self.bytes(name, bytes);
    }

    /// Puts a guest of `tests/guests` there.
    pub(crate) fn guest(&self, name: &str, guest: &str) {
        self.bytes(name, &assemble(&text(guest)));
    }

    /// Puts a mapper there that answers this, whoever comes.
    pub(crate) fn saying(&self, name: &str, document: &[u8]) {
        let escaped: String = document
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        let says = text("says").replace("\"DOCUMENT\"", &format!("\"{escaped}\""));
        let says = says.replace("LENGTH", &document.len().to_string());
        self.bytes(name, &assemble(&says));
    }

    pub(crate) fn bytes(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a file");
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("a file");
    }
}

fn house(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

fn text(guest: &str) -> String {
    let path = house("tests/guests").join(format!("{guest}.wat"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A guest's component.
fn assemble(guest: &str) -> Vec<u8> {
    if guest.contains("(component") {
        return wat::parse_str(guest).expect("well-formed text");
    }
    let world = if guest.contains("rules@") {
        "rules-plugin"
    } else {
        "mapper-plugin"
    };
    let module = text("frame").replace(";; GUEST", guest);
    let mut module = wat::parse_str(module).expect("well-formed text");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(house("wit")).expect("the contract");
    let world = resolve
        .select_world(&[package], Some(world))
        .expect("a world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let mut encoder = ComponentEncoder::default();
    encoder
        .module(&module)
        .expect("a module")
        .encode()
        .expect("a component")
}
