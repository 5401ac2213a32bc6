//! Tables of cases in files, `cases/*.json` (schema: `plugins/sdk/cases.schema.json`): what is given and what is expected, run
//! natively here and against the component by `jackfield plugin test`.
//!
//! [`cases!`](crate::cases!) is the whole test:
//!
//! ```
//! # use jackfield_sdk::{Decision, Error, NoSettings, Occasion, Plugin, Rules};
//! # pub struct MyPlugin;
//! # impl Plugin for MyPlugin { type Settings = NoSettings; }
//! # impl Rules for MyPlugin { fn decide(_: Occasion<NoSettings>) -> Result<Decision, Error> { Ok(Decision::allow()) } }
//! jackfield_sdk::cases!(MyPlugin: rules);
//! ```

mod call;
mod compare;
mod given;
mod read;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::native;
use crate::plugin::{Mapper, Rules, TemplateChooser};

use call::Came;
use given::Given;
use report::Failed;
pub use report::Failures;

/// Tests a plugin by its tables of cases: `cases!(MyPlugin: mapper, rules);` in `tests/cases.rs`.
///
/// Runs every `cases/*.json` of the crate. `cases!(MyPlugin: rules; "../cases/x.json");` names another directory or one file,
/// from the crate's directory. All cases run; the test fails with those that do not hold: file, line, case, and each member that
/// differs. A panic is its case's failure. Cases that expect an `ending` are the component's: they are skipped, which is said.
#[macro_export]
macro_rules! cases {
    ($plugin:ty : $($kind:ident),+ $(,)?) => {
        $crate::cases!($plugin: $($kind),+; "cases");
    };
    ($plugin:ty : $($kind:ident),+ $(,)?; $place:expr) => {
        #[test]
        fn cases() -> ::std::result::Result<(), $crate::cases::Failures> {
            $( $crate::__kind!($kind, $plugin); )+
            let runner = $crate::cases::Runner::new(env!("CARGO_MANIFEST_DIR"));
            runner$( .$kind::<$plugin>() )+.run($place)
        }
    };
}

/// What a plugin exports that a case can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// `mapper.to-target`.
    ToTarget,
    /// `mapper.to-source`.
    ToSource,
    /// `template-chooser.choose`.
    Choose,
    /// `rules.decide`.
    Decide,
}

impl Export {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ToTarget, Self::ToSource, Self::Choose, Self::Decide];

    /// As the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToTarget => "to-target",
            Self::ToSource => "to-source",
            Self::Choose => "choose",
            Self::Decide => "decide",
        }
    }

    fn list(exports: &[Self]) -> String {
        let names: Vec<&str> = exports.iter().map(|export| export.as_str()).collect();
        names.join(", ")
    }
}

/// A case with everything filled in.
#[derive(Debug)]
struct Case {
    name: String,
    export: Export,
    given: Given,
    /// What the output holds; never empty.
    expect: Map<String, Value>,
}

impl Case {
    /// Whether only the component can end as it expects.
    fn is_the_components(&self) -> bool {
        self.expect.contains_key("ending")
    }
}

type Call = fn(&Given) -> Result<Map<String, Value>, Error>;

/// Runs tables of cases through a plugin. [`cases!`](crate::cases!) makes one.
#[derive(Debug)]
pub struct Runner {
    root: PathBuf,
    calls: Vec<(Export, Call)>,
}

impl Runner {
    /// For a crate in this directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            calls: Vec::new(),
        }
    }

    /// The plugin is a mapper.
    #[must_use]
    pub fn mapper<P: Mapper>(mut self) -> Self {
        self.calls.push((Export::ToTarget, |given| {
            call::document("target", native::to_target::<P>(given.forward())?)
        }));
        self.calls.push((Export::ToSource, |given| {
            call::document("source", native::to_source::<P>(given.backward())?)
        }));
        self
    }

    /// The plugin is a template chooser.
    #[must_use]
    pub fn template_chooser<P: TemplateChooser>(mut self) -> Self {
        self.calls.push((Export::Choose, |given| {
            native::choose::<P>(given.occasion()).map(call::choice)
        }));
        self
    }

    /// The plugin is one of rules.
    #[must_use]
    pub fn rules<P: Rules>(mut self) -> Self {
        self.calls.push((Export::Decide, |given| {
            native::decide::<P>(given.occasion()).map(call::decision)
        }));
        self
    }

    /// Runs the cases of a file, or of every `*.json` in a directory, by path from the crate's directory.
    ///
    /// # Errors
    /// The cases that do not hold, and files that cannot be read.
    pub fn run(&self, place: impl AsRef<Path>) -> Result<(), Failures> {
        let mut failures = Failures::default();
        match self.files(place.as_ref()) {
            Ok(files) => files.iter().for_each(|file| self.file(file, &mut failures)),
            Err(message) => failures.unread(message),
        }
        failures.into_result()
    }

    /// The files of a place, as paths from the crate's directory.
    fn files(&self, place: &Path) -> Result<Vec<PathBuf>, String> {
        let whole = self.root.join(place);
        if !whole.is_dir() {
            return Ok(vec![place.to_owned()]);
        }
        let entries =
            fs::read_dir(&whole).map_err(|error| format!("{}: {error}", place.display()))?;
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| Some(place.join(entry.ok()?.file_name())))
            .filter(|file| file.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(format!("{}: no *.json with cases", place.display()));
        }
        Ok(files)
    }

    fn file(&self, file: &Path, failures: &mut Failures) {
        let name = file.display().to_string();
        let text = match fs::read_to_string(self.root.join(file)) {
            Ok(text) => text,
            Err(error) => return failures.unread(format!("{name}: {error}")),
        };
        let exports: Vec<Export> = self.calls.iter().map(|(export, _)| *export).collect();
        let cases = match read::cases(&name, &text, &exports) {
            Ok(cases) => cases,
            Err(message) => return failures.unread(message),
        };
        for case in &cases {
            if case.is_the_components() {
                report::skipped(&name, &case.name);
                continue;
            }
            let Some((_, call)) = self.calls.iter().find(|(export, _)| *export == case.export)
            else {
                continue;
            };
            failures.ran();
            let place = (&*name, read::line(&text, &case.name));
            match call::run(*call, &case.given) {
                Came::Output { output, log } => {
                    let differences = compare::differences(&case.expect, &output, &log);
                    if !differences.is_empty() {
                        failures.add(place, &case.name, Failed::Differs(differences));
                    }
                }
                Came::Panic(message) => failures.add(place, &case.name, Failed::Panicked(message)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
