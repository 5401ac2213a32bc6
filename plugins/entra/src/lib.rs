//! Entra ID's users as CXone's.

use jackfield_sdk::{Error, Forward, Mapper, NoSettings, Plugin, Target};

/// The mapper.
#[derive(Debug)]
pub struct Entra;

impl Plugin for Entra {
    type Settings = NoSettings;
}

impl Mapper for Entra {
    fn to_target(input: Forward<NoSettings>) -> Result<Target, Error> {
        let mut target = input.draft;
        if let Some(name) = input.source.str("userName") {
            target.set_user_name(name);
        }
        Ok(target)
    }
}

jackfield_sdk::register!(Entra: mapper);
