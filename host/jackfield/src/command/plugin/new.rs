//! `jackfield plugin new`.

use std::process::ExitCode;

use plugin::Kind;
use workbench::new::{New, new};
use workbench::project::Language;

use super::{here, on_screen};

/// What `new` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The plugin's name, and its directory's
    name: String,
    /// The language
    #[arg(long, value_name = "LANGUAGE")]
    lang: Spoken,
    /// What it does
    #[arg(long, value_name = "KIND")]
    kind: Does,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Spoken {
    Rust,
    Js,
    Python,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Does {
    /// Maps attributes
    Mapper,
    /// Chooses templates
    TemplateChooser,
    /// Enforces rules
    Rules,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let asked = New {
        name: arguments.name.clone(),
        language: match arguments.lang {
            Spoken::Rust => Language::Rust,
            Spoken::Js => Language::Js,
            Spoken::Python => Language::Python,
        },
        kind: match arguments.kind {
            Does::Mapper => Kind::Mapper,
            Does::TemplateChooser => Kind::TemplateChooser,
            Does::Rules => Kind::Rules,
        },
    };
    on_screen(|screen| new(&asked, &here(), screen))
}
