//! Employee templates named by a SCIM request (cxone.md 4); that a request can name one at all is a switch.

use serde_json::Value;

use crate::answer::Refusal;
use crate::draft::{Draft, EXTENSION, Reference};
use crate::settings::{Settings, Template};
use crate::switches::{TemplateWins, UnknownTemplate};

/// Gives a draft what the template that the body names holds: `team`, `role`, `secondaryRoles`, `timeZone` and
/// `loginAuthenticator`, by name or id.
pub(crate) fn fill(draft: &mut Draft, body: &Value, settings: &Settings) -> Result<(), Refusal> {
    let Some(member) = &settings.switches.template_attribute.0 else {
        return Ok(());
    };
    let Some(name) = named(body, member).or_else(|| named(body.get(EXTENSION)?, member)) else {
        return Ok(());
    };
    let mut templates = settings.templates.iter();
    let known = templates.find(|template| template.name.to_lowercase() == name.to_lowercase());
    match (known, settings.switches.unknown_template) {
        (Some(template), _) => {
            let wins = settings.switches.template_wins == TemplateWins::Yes;
            give(&mut draft.team, text(template, "team").map(reference), wins);
            give(&mut draft.roles, roles(template), wins);
            give(&mut draft.time_zone, text(template, "timeZone"), wins);
            let authenticator = text(template, "loginAuthenticator").map(reference);
            give(&mut draft.login_authenticator, authenticator, wins);
            Ok(())
        }
        (None, UnknownTemplate::Ignored) => Ok(()),
        (None, UnknownTemplate::Refused) => Err(Refusal::invalid(
            member,
            format!("there is no employee template {name:?}"),
        )),
    }
}

/// A text, or the value of a reference.
fn named<'a>(body: &'a Value, member: &str) -> Option<&'a str> {
    let value = body.get(member)?;
    value.as_str().or_else(|| value.get("value")?.as_str())
}

fn give<T>(into: &mut Option<T>, value: Option<T>, wins: bool) {
    if value.is_some() && (wins || into.is_none()) {
        *into = value;
    }
}

fn text(template: &Template, member: &str) -> Option<String> {
    template.rest.get(member)?.as_str().map(str::to_owned)
}

fn roles(template: &Template) -> Option<Vec<Reference>> {
    let primary = text(template, "role")?;
    let secondary = template
        .rest
        .get("secondaryRoles")
        .and_then(Value::as_array);
    let secondary = secondary.into_iter().flatten().filter_map(Value::as_str);
    let roles = std::iter::once(primary).chain(secondary.map(str::to_owned));
    Some(roles.map(reference).collect())
}

fn reference(value: String) -> Reference {
    Reference {
        value,
        display: None,
    }
}
