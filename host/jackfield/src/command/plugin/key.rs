//! `jackfield plugin key`.

use std::path::PathBuf;
use std::process::ExitCode;

use registry::SigningKey;
use workbench::problem::Problem;

use super::unable;
use crate::command::say;

/// What `key` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file to be written: secret, readable by you alone
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let made = SigningKey::generate().and_then(|key| key.create(&arguments.file).map(|()| key));
    match made {
        Ok(key) => {
            let name = arguments.file.file_stem().unwrap_or_default();
            let name = name.to_string_lossy();
            // A bare key of TOML where it is one.
            let bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            let name = match !name.is_empty() && name.chars().all(bare) {
                true => name.into_owned(),
                false => toml::Value::from(&*name).to_string(),
            };
            say(format_args!(
                "wrote {}: keep it secret, it signs",
                arguments.file.display()
            ));
            say("the configuration trusts it by a line below [plugins]:");
            say(format_args!("keys = {{ {name} = \"{}\" }}", key.public()));
            ExitCode::SUCCESS
        }
        Err(error) => unable(&Problem::new(error.to_string())),
    }
}
