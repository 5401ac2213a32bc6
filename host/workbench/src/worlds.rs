//! The world of a plugin's kinds, and a folder of WIT that has it.

use std::path::{Path, PathBuf};

use plugin::Kind;

use crate::embedded;
use crate::problem::Problem;

/// The world that is written where the contract has none for a combination of kinds.
const WRITTEN: &str = "this-plugin";

/// A folder of WIT and a world in it.
#[derive(Debug)]
pub(crate) struct World {
    /// The folder.
    pub(crate) wit: PathBuf,
    /// The world's name.
    pub(crate) name: &'static str,
    /// Ends with the value.
    _written: Option<tempfile::TempDir>,
}

/// The world of the contract for exactly these kinds.
fn of_the_contract(kinds: &[Kind]) -> Option<&'static str> {
    match kinds {
        [Kind::Mapper] => Some("mapper-plugin"),
        [Kind::TemplateChooser] => Some("template-chooser-plugin"),
        [Kind::Rules] => Some("rules-plugin"),
        [Kind::Mapper, Kind::TemplateChooser, Kind::Rules] => Some("plugin"),
        _ => None,
    }
}

impl World {
    /// The world for these kinds, in order; `vendored` is the contract that came with the SDK.
    ///
    /// # Errors
    /// The folder that cannot be read or written.
    pub(crate) fn of(kinds: &[Kind], vendored: &Path) -> Result<Self, Problem> {
        let contract = of_the_contract(kinds);
        if let (Some(name), true) = (contract, vendored.is_dir()) {
            return Ok(Self {
                wit: vendored.to_owned(),
                name,
                _written: None,
            });
        }
        let folder = tempfile::tempdir().map_err(|error| {
            Problem::new(format!("no temporary folder for the contract: {error}"))
        })?;
        if vendored.is_dir() {
            let unreadable = |error| Problem::file(vendored, &error);
            for entry in std::fs::read_dir(vendored).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                let name = path.file_name().unwrap_or_default();
                let bytes = std::fs::read(&path).map_err(|error| Problem::file(&path, &error))?;
                embedded::write(&folder.path().join(name), &bytes)?;
            }
        } else {
            for (name, bytes) in embedded::wit() {
                embedded::write(&folder.path().join(name), bytes)?;
            }
        }
        let name = match contract {
            Some(name) => name,
            None => {
                let world = written(kinds);
                let file = folder.path().join(format!("{WRITTEN}.wit"));
                embedded::write(&file, world.as_bytes())?;
                WRITTEN
            }
        };
        Ok(Self {
            wit: folder.path().to_owned(),
            name,
            _written: Some(folder),
        })
    }
}

/// A world that includes the part of each kind.
fn written(kinds: &[Kind]) -> String {
    let parts: String = kinds
        .iter()
        .map(|kind| format!("    include {kind}-only;\n"))
        .collect();
    format!(
        "/// The kinds of this plugin.\nworld {WRITTEN} {{\n    include about-only;\n{parts}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wit_parser::{Resolve, WorldKey};

    use super::*;

    const KINDS: [Kind; 3] = [Kind::Mapper, Kind::TemplateChooser, Kind::Rules];

    #[test]
    fn every_combination_has_a_world_of_exactly_its_kinds() {
        let contract = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"));
        for vendored in [contract, Path::new("/nowhere")] {
            for bits in 1..8_usize {
                let kinds: Vec<Kind> = (0..3)
                    .filter(|at| bits & (1 << at) != 0)
                    .map(|at| KINDS[at])
                    .collect();
                let world = World::of(&kinds, vendored).unwrap();
                let mut resolve = Resolve::default();
                let (package, _) = resolve.push_path(&world.wit).unwrap();
                let id = resolve.select_world(&[package], Some(world.name)).unwrap();
                let exports: BTreeSet<String> = resolve.worlds[id]
                    .exports
                    .keys()
                    .map(|key: &WorldKey| resolve.name_world_key(key))
                    .collect();
                let mut expected: BTreeSet<String> = kinds
                    .iter()
                    .map(|kind| format!("jackfield:plugin/{kind}@0.1.0"))
                    .collect();
                expected.insert("jackfield:plugin/about@0.1.0".to_owned());
                assert_eq!(exports, expected);
            }
        }
    }
}
