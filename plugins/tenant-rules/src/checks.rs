//! The rules, one function each: a decision where the rule is broken.

use jackfield_sdk::{Attribute, Decision, Error, Occasion, directory};

use crate::settings::{Settings, UserNameForm, Wait};

/// How many names a fix lists.
const LISTED: usize = 10;

/// User names have the form and domain that the tenant wants.
pub(crate) fn user_name(input: &Occasion<Settings>) -> Option<Decision> {
    let name = input.target.user_name()?;
    let settings = &input.settings;
    if settings.user_name_form == UserNameForm::Email && !has_email_form(name) {
        return Some(
            invalid("userName", "the user name has no e-mail form")
                .fix("map an e-mail address to the user name, or set user_name_form = \"any\" in the settings of tenant-rules"),
        );
    }
    let domain = name.rsplit_once('@').map_or("", |(_, domain)| domain);
    let allowed = |wanted: &String| same(wanted.trim_start_matches('@'), domain);
    if settings.allowed_domains.is_empty() || settings.allowed_domains.iter().any(allowed) {
        return None;
    }
    Some(invalid("userName", "the domain is not allowed").fix(format!(
        "use a user name of {}, or add the domain to allowed_domains in the settings of tenant-rules",
        list(&settings.allowed_domains)
    )))
}

/// The team is one that may be given.
pub(crate) fn team(input: &Occasion<Settings>) -> Option<Decision> {
    let team = input.target.team()?;
    let allowed = &input.settings.allowed_teams;
    if allowed.is_empty() {
        return None;
    }
    let known = directory::find_team(team);
    let means = |wanted: &String| {
        same(wanted, team)
            || known
                .as_ref()
                .is_some_and(|known| same(wanted, &known.name) || *wanted == known.id)
    };
    if allowed.iter().any(means) {
        return None;
    }
    Some(invalid("team", "the team is not allowed").fix(format!(
        "map one of the teams {}, or add the team to allowed_teams in the settings of tenant-rules",
        list(allowed)
    )))
}

/// A role that the mapping names may be given.
pub(crate) fn named_role(input: &Occasion<Settings>) -> Option<Decision> {
    role(input.target.role()?, &input.settings)
}

/// The role that CXone gives where none is named may be given. A user who has a role in CXone is given none.
pub(crate) fn default_role(input: &Occasion<Settings>) -> Option<Decision> {
    let held = input.held.as_ref().and_then(|held| held.get().ok());
    if input.target.role().is_some() || held.is_some_and(|held| held.role().is_some()) {
        return None;
    }
    role(&directory::default_role(), &input.settings)
}

fn role(named: &str, settings: &Settings) -> Option<Decision> {
    let known = directory::find_role(named);
    let forbidden = |wanted: &String| {
        same(wanted, named)
            || known
                .as_ref()
                .is_some_and(|known| same(wanted, &known.name) || *wanted == known.id)
    };
    if let Some(rule) = settings
        .forbidden_roles
        .iter()
        .find(|wanted| forbidden(wanted))
    {
        return Some(
            Decision::deny("role", format!("provisioning must not give the role {rule}"))
                .status(403)
                .fix("map another role and give this one by hand in CXone, or change forbidden_roles in the settings of tenant-rules"),
        );
    }
    match known {
        Some(known) if known.is_active() => None,
        Some(known) => Some(
            Decision::deny(
                "role",
                format!(
                    "the role {} is not active in CXone: {}",
                    known.name, known.status
                ),
            )
            .status(403)
            .fix(format!(
                "activate the role {} in CXone, or map another",
                known.name
            )),
        ),
        // The default role's name is the tenant's; a name from the mapping may be the person's.
        None if named == directory::default_role() => Some(
            Decision::deny("role", format!("the role {named} does not exist in CXone"))
                .status(403)
                .fix(format!(
                    "create and activate the role {named} in CXone, or map one of {}",
                    active_roles()
                )),
        ),
        None => Some(
            invalid("role", "the role to be given does not exist in CXone").fix(format!(
                "map one of the active roles {}, or create the role in CXone",
                active_roles()
            )),
        ),
    }
}

/// What must be there is there, as far as `which` asks.
pub(crate) fn required(
    input: &Occasion<Settings>,
    which: impl Fn(Attribute) -> bool,
) -> Option<Decision> {
    let named = input
        .settings
        .required
        .iter()
        .filter_map(|name| Attribute::from_name(name));
    let missing =
        named
            .filter(|attribute| which(*attribute))
            .find(|attribute| match attribute {
                Attribute::Active => input.target.active().is_none(),
                text => input.target.get(*text).is_none_or(str::is_empty),
            })?;
    Some(invalid(missing.name(), "the attribute is required and missing").fix(format!(
        "fill in what {missing} is mapped from, or take it out of required in the settings of tenant-rules"
    )))
}

/// Whether a group may bring the attribute.
pub(crate) fn comes_by_group(attribute: Attribute) -> bool {
    matches!(attribute, Attribute::Role | Attribute::Team)
}

/// The user is in a group that decides. Whoever works in CXone by our word already does not wait again: what becomes of them
/// without a group is the mapping's affair (`no_group`).
pub(crate) fn group(input: &Occasion<Settings>) -> Result<Option<Decision>, Error> {
    let detail = match &input.settings.defer_without_group {
        Wait::Always(true) if input.groups.is_empty() => {
            "waits for membership in a group".to_owned()
        }
        Wait::For(wanted) if !wanted.iter().any(|name| input.groups.contains(name)) => {
            format!("waits for membership in one of {}", list(wanted))
        }
        _ => return Ok(None),
    };
    let accepted = input.facts.get()?.accepted()?;
    if accepted.is_some_and(|accepted| accepted.active() != Some(false)) {
        return Ok(None);
    }
    Ok(Some(Decision::defer(detail).attribute("groups")))
}

/// The value breaks a rule (RFC 7644, section 3.12: 400, `invalidValue`).
fn invalid(attribute: &str, detail: &str) -> Decision {
    Decision::deny(attribute, detail).scim_type("invalidValue")
}

/// Good enough to catch a bare name: one `@`, something before it, a dotted domain after it, no white space.
fn has_email_form(name: &str) -> bool {
    let Some((local, domain)) = name.split_once('@') else {
        return false;
    };
    let labels = domain.split('.');
    !local.is_empty()
        && !name.contains(char::is_whitespace)
        && !domain.contains('@')
        && labels.clone().count() > 1
        && labels.clone().all(|label| !label.is_empty())
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn active_roles() -> String {
    let active = directory::roles()
        .into_iter()
        .filter(directory::Role::is_active);
    list(&active.map(|role| role.name).collect::<Vec<_>>())
}

fn list(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(LISTED)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    match names.len() {
        0 => "(none)".to_owned(),
        many if many > LISTED => format!("{shown}, ..."),
        _ => shown,
    }
}
