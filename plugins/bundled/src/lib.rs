//! The plugins that Jackfield brings along, as components, inside the binary: one file to deploy.
//!
//! `build.rs` builds them. They import nothing but `log` and `directory`.

/// A component that the binary carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bundled {
    /// What the configuration's `use` says.
    pub name: &'static str,
    /// The component.
    pub bytes: &'static [u8],
}

impl std::fmt::Debug for Bundled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bundled({}, {} bytes)", self.name, self.bytes.len())
    }
}

macro_rules! bundled {
    ($($name:literal),+ $(,)?) => {
        &[$(Bundled {
            name: $name,
            bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
        }),+]
    };
}

const ALL: &[Bundled] = bundled![
    "entra",
    "generic",
    "google",
    "okta",
    "onelogin",
    "template-chooser",
    "tenant-rules",
];

/// All of them, by name.
pub fn all() -> &'static [Bundled] {
    ALL
}

/// The one of this name.
pub fn find(name: &str) -> Option<Bundled> {
    ALL.iter().find(|bundled| bundled.name == name).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wit_component::{DecodedWasm, decode};

    use super::*;

    /// What a component imports and exports, as full names of interfaces.
    fn interfaces(bytes: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
        let DecodedWasm::Component(resolve, world) = decode(bytes).unwrap() else {
            panic!("not a component");
        };
        let world = &resolve.worlds[world];
        let names = |items: Vec<String>| items.into_iter().collect::<BTreeSet<_>>();
        (
            names(
                world
                    .imports
                    .keys()
                    .map(|key| resolve.name_world_key(key))
                    .collect(),
            ),
            names(
                world
                    .exports
                    .keys()
                    .map(|key| resolve.name_world_key(key))
                    .collect(),
            ),
        )
    }

    fn full(names: &[&str]) -> BTreeSet<String> {
        names
            .iter()
            .map(|name| format!("jackfield:plugin/{name}@0.1.0"))
            .collect()
    }

    #[test]
    fn each_exports_its_kind_and_imports_only_capabilities() {
        let mut checked = 0;
        for (names, kind, imports) in [
            (
                &["entra", "generic", "google", "okta", "onelogin"][..],
                "mapper",
                full(&["log", "types"]),
            ),
            (
                &["template-chooser"],
                "template-chooser",
                full(&["log", "types"]),
            ),
            (
                &["tenant-rules"],
                "rules",
                full(&["directory", "log", "types"]),
            ),
        ] {
            for name in names {
                let (imported, exported) = interfaces(find(name).unwrap().bytes);
                assert_eq!(imported, imports, "{name}");
                assert_eq!(exported, full(&["about", kind]), "{name}");
                checked += 1;
            }
        }
        assert_eq!(all().len(), checked);
    }

    #[test]
    fn only_known_names_are_found() {
        assert!(find("jumpcloud").is_none());
        assert_eq!(find("okta").map(|bundled| bundled.name), Some("okta"));
    }
}
