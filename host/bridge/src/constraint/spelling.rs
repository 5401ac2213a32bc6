//! How values are written: the form of user names, the names of time zones. Phone numbers stay as they were said.

use super::{accepted, denial};
use crate::policy::{Policy, TimeZoneForm, UserNameForm};
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::time_zone;
use crate::user::User;

/// No text has a NUL character: it is nothing that a person has, and ends a text wherever one is kept as C keeps it. What names
/// somebody has no character either that is not seen or makes a line read otherwise than it is written: two who look alike would
/// be two.
pub(super) fn whole(user: &User, desired: &Target) -> Result<(), Box<Denial>> {
    let unfit = desired.values.iter().find_map(|(attribute, text)| {
        let unfit = text.chars().find(|it| unfit(*attribute, *it))?;
        (accepted(user, *attribute) != Some(text)).then_some((*attribute, unfit))
    });
    match unfit {
        None => Ok(()),
        Some((attribute, '\0')) => Err(denial(
            attribute,
            "a text has no NUL character",
            format!("{attribute} has a NUL character"),
            format!("take it out of what is mapped to {attribute}"),
        )),
        Some((attribute, unfit)) => Err(denial(
            attribute,
            "a user name or e-mail address has no character that is not seen",
            format!("{attribute} has the character U+{:04X}", u32::from(unfit)),
            format!("take it out of what is mapped to {attribute}"),
        )),
    }
}

/// Controls (line breaks among them), separators of lines, and what changes the direction of writing.
fn unfit(attribute: Attribute, character: char) -> bool {
    let names = matches!(attribute, Attribute::UserName | Attribute::Email);
    let unseen = character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character == '\0' || (names && unseen)
}

/// The user name has the form that the tenant asks for.
pub(super) fn user_name(user: &User, desired: &Target, policy: &Policy) -> Result<(), Box<Denial>> {
    let Some(name) = desired.get(Attribute::UserName) else {
        return Ok(());
    };
    let unchanged = user.link.is_some() && accepted(user, Attribute::UserName) == Some(name);
    if policy.user_name_form == UserNameForm::Any || unchanged || email(name) {
        return Ok(());
    }
    Err(denial(
        Attribute::UserName,
        "a user name has the form of an e-mail address",
        "the user name is not of the form something@something".to_owned(),
        "map an attribute of that form to userName, or set user_name_form = \"any\" where the tenant takes other names"
            .to_owned(),
    ))
}

/// The help page's form: it need not be a mailbox (cxone.md 4).
fn email(name: &str) -> bool {
    let parts: Vec<&str> = name.split('@').collect();
    let [local, domain] = parts.as_slice() else {
        return false;
    };
    !local.is_empty() && !domain.is_empty() && !name.contains(char::is_whitespace)
}

/// The time zone is one, and is written as the tenant's CXone names zones.
pub(super) fn time_zone(
    user: &User,
    desired: &mut Target,
    policy: &Policy,
) -> Result<(), Box<Denial>> {
    let Some(name) = desired.get(Attribute::TimeZone).map(str::to_owned) else {
        return Ok(());
    };
    let form = match policy.time_zones {
        TimeZoneForm::AsWritten => return Ok(()),
        TimeZoneForm::Iana => "an IANA time zone",
        TimeZoneForm::Windows => "a time zone of Windows",
    };
    match time_zone::written(&name, policy.time_zones) {
        Some(written) => desired.set(Attribute::TimeZone, written),
        None if user.link.is_some() && accepted(user, Attribute::TimeZone) == Some(&*name) => {}
        None => {
            return Err(denial(
                Attribute::TimeZone,
                "a time zone has a name of IANA's or of Windows'",
                format!("{name:?} is not the name of {form}, or has none"),
                "map a name such as America/New_York or \"Eastern Standard Time\" to timeZone, or set \
                 time_zones = \"as-written\" to pass names on as they come"
                    .to_owned(),
            ));
        }
    }
    Ok(())
}
