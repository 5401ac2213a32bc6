//! The SDKs, the templates and the contract, as `build.rs` puts them into the program.

use std::path::Path;

use crate::problem::Problem;
use crate::project::Language;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Files by path from their folder.
pub(crate) type Files = &'static [(&'static str, &'static [u8])];

/// The SDK of a language, with the contract in `wit`.
pub(crate) fn sdk(language: Language) -> Vec<(String, &'static [u8])> {
    let files = match language {
        Language::Rust => SDK_RUST,
        Language::Js => SDK_JS,
        Language::Python => SDK_PYTHON,
    };
    let own = files
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), *bytes));
    let mut all: Vec<_> = own.collect();
    if !all.iter().any(|(path, _)| path.starts_with("wit/")) {
        all.extend(
            WIT.iter()
                .map(|(path, bytes)| (format!("wit/{path}"), *bytes)),
        );
    }
    all
}

/// What a new plugin starts from.
pub(crate) fn template(language: Language) -> Files {
    match language {
        Language::Rust => TEMPLATE_RUST,
        Language::Js => TEMPLATE_JS,
        Language::Python => TEMPLATE_PYTHON,
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Problem::file(folder, &error))?;
    }
    std::fs::write(path, bytes).map_err(|error| Problem::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_the_repositorys() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let mut checked = 0;
        for (path, bytes) in WIT {
            assert_eq!(std::fs::read(Path::new(folder).join(path)).unwrap(), *bytes);
            checked += 1;
        }
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), checked);
        for language in Language::ALL {
            let files = sdk(language);
            let contract = files.iter().filter(|(path, _)| path.starts_with("wit/"));
            assert_eq!(contract.count(), checked, "{language}");
        }
    }

    #[test]
    fn the_sdk_for_rust_stands_alone() {
        let files = sdk(Language::Rust);
        let manifest = files.iter().find(|(path, _)| path == "Cargo.toml").unwrap();
        let text = std::str::from_utf8(manifest.1).unwrap();
        let table: toml::Table = text.parse().unwrap();
        assert!(!text.contains("workspace"), "{text}");
        assert!(table["package"]["version"].is_str());
        let dependencies = table["dependencies"].as_table().unwrap();
        assert!(dependencies["wit-bindgen"]["features"].is_array(), "{text}");
        assert!(!table.contains_key("dev-dependencies"));
        assert!(files.iter().any(|(path, _)| path == "src/lib.rs"));
        assert!(!files.iter().any(|(path, _)| path.starts_with("tests/")));
    }
}
