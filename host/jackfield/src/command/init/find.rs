//! What CXone says of itself: where it is, whose the access key is, which API answers, which roles there are.

use std::sync::Arc;

use bridge::directory::{Directory, Role};
use bridge::port::cxone::{CallOptions, Cxone, Freshness, Priority};
use bridge::target::Attribute;
use client::Client;
use cxone::{Auth, Place, PlaceSettings, Session, Settings};
use toml::Value;

use super::answers::Answers;
use crate::app;
use crate::command::say;
use crate::config::Api;

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) api: Api,
    /// The keys of the configuration that lead there.
    pub(super) place: Vec<(&'static str, Value)>,
    pub(super) default_role: String,
    /// `None` where CXone does not tell.
    pub(super) enabled_fields: Option<Vec<Attribute>>,
}

/// The name that CXone is asked for to see whether it answers; nobody can have it (RFC 2606, section 2).
const NOBODY: &str = "jackfield-init@example.invalid";
/// What CXone gives newcomers unless something else is set there (cxone.md 1.1).
const USUAL_ROLE: &str = "Agent";
/// What names of roles have that newcomers must not be given by a guess: "super" is a supervisor's and a superuser's.
const POWERFUL: [&str; 6] = ["admin", "manager", "super", "owner", "access key", "scim"];

/// Looks for CXone with an access key, and tells each thing that is found.
///
/// # Errors
/// What was tried and did not work.
pub(super) async fn find(
    answers: &Answers,
    stated: &PlaceSettings,
    client: &Client,
) -> Result<Found, String> {
    let mut settings = Settings::new(Auth::AccessKey {
        id: answers.access_key_id.as_str().into(),
        secret: answers.access_key_secret.clone().into(),
    });
    settings.name = answers.tenant.to_string();
    settings.place = stated.clone();
    let session = Session::new(settings, client.clone(), None);
    let session = session.map_err(|error| error.to_string())?;

    let place = place(&session).await?;
    say(format_args!("  place      {place}"));
    match session.own_employee(patience()).await {
        Ok(Some(own)) => say(format_args!(
            "  key        of the employee {}, whom nothing here will touch",
            own.user_name.as_deref().unwrap_or(&own.id)
        )),
        Ok(None) => say("  key        nobody says whose it is: name its employee in `protected`"),
        Err(error) => say(format_args!(
            "  key        nobody says whose it is: {error}"
        )),
    }
    let (api, adapter) = answering(&session).await?;
    let directory = adapter.directory(Freshness::Now, patience()).await;
    if let Err(error) = &directory {
        say(format_args!("  roles      cannot be read: {error}"));
    }
    let enabled_fields = match api {
        Api::Scim => enabled_fields(&session).await,
        Api::UserHub => None,
    };
    Ok(Found {
        api,
        place: keys(stated, &place),
        default_role: default_role(directory.ok().as_deref()),
        enabled_fields,
    })
}

/// A host that is stated is taken at its word: whoever states one may have it behind a gateway that tells nobody's place.
async fn place(session: &Session) -> Result<Place, String> {
    if session.settings().place.base_url.is_some() {
        let place = session.place(patience()).await;
        return place.map_err(|error| error.to_string());
    }
    let found = session.find(patience()).await;
    for step in &found.steps {
        say(format_args!("  {step}"));
    }
    found.outcome.map_err(|error| error.to_string())
}

fn patience() -> CallOptions {
    CallOptions::of(Priority::Request)
}

/// The API that answers: SCIM where the tenant has it, else User Hub.
async fn answering(session: &Session) -> Result<(Api, Arc<dyn Cxone>), String> {
    let scim = app::adapter(Api::Scim, session.clone());
    let error = match scim.find(NOBODY, patience()).await {
        Ok(_) => {
            say("  api        scim answers");
            return Ok((Api::Scim, scim));
        }
        Err(error) => error,
    };
    let user_hub = app::adapter(Api::UserHub, session.clone());
    match user_hub.find(NOBODY, patience()).await {
        Ok(_) => {
            say(format_args!(
                "  api        user-hub answers, scim does not: {error}"
            ));
            Ok((Api::UserHub, user_hub))
        }
        Err(other) => Err(format!("SCIM: {error}; User Hub: {other}")),
    }
}

/// The optional fields that are switched on, if CXone's schemas tell: those of a tenant with all of them look like those of one
/// whose schemas show everything (cxone.md 1.3).
async fn enabled_fields(session: &Session) -> Option<Vec<Attribute>> {
    let shown = session.schema_fields(patience()).await.ok()??;
    let optional = |attribute: &Attribute| attribute.optional_field();
    // The middle name is a part of the name, which is always there.
    let all = Attribute::ALL.into_iter().filter(optional);
    let mut others = all.filter(|attribute| *attribute != Attribute::MiddleName);
    if others.all(|attribute| shown.contains(&attribute)) {
        say(
            "  fields     the schemas show all that there are: compare `enabled_fields` with Account Settings",
        );
        return None;
    }
    let names: Vec<&str> = shown.iter().map(|attribute| attribute.as_str()).collect();
    say(format_args!("  fields     enabled: {}", names.join(", ")));
    Some(shown.into_iter().collect())
}

/// What leads to the place again. Where neither host nor area was stated, the area does if its host is the usual one.
fn keys(stated: &PlaceSettings, place: &Place) -> Vec<(&'static str, Value)> {
    let mut keys = stated_keys(stated);
    let usual = |area: &String| {
        place.user_hub.scheme() == "https"
            && place.user_hub.domain() == Some(&format!("{area}.nice-incontact.com"))
    };
    keys.retain(|(key, _)| *key != "area");
    if keys.is_empty()
        && let Some(area) = place.area.as_ref().filter(|area| usual(area))
    {
        keys.push(("area", area.as_str().into()));
    }
    keys
}

/// The place as the flags state it.
pub(super) fn stated_keys(stated: &PlaceSettings) -> Vec<(&'static str, Value)> {
    let mut keys: Vec<(&'static str, Value)> = Vec::new();
    if let Some(area) = &stated.area {
        keys.push(("area", area.as_str().into()));
    }
    let plain = |url: &client::Url| Value::from(url.as_str().trim_end_matches('/'));
    if let Some(url) = &stated.base_url {
        keys.push(("base_url", plain(url)));
    }
    if !stated.discovery_urls.is_empty() {
        let urls: Vec<Value> = stated.discovery_urls.iter().map(plain).collect();
        keys.push(("discovery_urls", urls.into()));
    }
    keys
}

/// The role that newcomers are to have, and what is to be said of it.
fn default_role(directory: Option<&Directory>) -> String {
    let Some(directory) = directory else {
        say(format_args!(
            "  newcomers  get {USUAL_ROLE}, if CXone has it: `roles` in the configuration can state what cannot be read"
        ));
        return USUAL_ROLE.to_owned();
    };
    let active: Vec<&Role> = directory
        .roles
        .iter()
        .filter(|role| role.active())
        .collect();
    let names: Vec<&str> = active.iter().map(|role| role.name.as_str()).collect();
    say(format_args!(
        "  roles      {} active of {}: {}",
        active.len(),
        directory.roles.len(),
        names.join(", ")
    ));
    let Some(role) = proposed(&active) else {
        say(format_args!(
            "  newcomers  get {USUAL_ROLE}, though no active role here is one for newcomers: `jackfield check` fails until CXone has {USUAL_ROLE}, active"
        ));
        return USUAL_ROLE.to_owned();
    };
    if role.name.eq_ignore_ascii_case(USUAL_ROLE) {
        say(format_args!("  newcomers  get {}", role.name));
    } else {
        say(format_args!(
            "  newcomers  {USUAL_ROLE} is not active here: {} is proposed, see that it is what they shall have",
            role.name
        ));
    }
    role.name.clone()
}

/// Agent; else a role that sounds like it; else any: but never one that is made to administer.
fn proposed<'a>(active: &[&'a Role]) -> Option<&'a Role> {
    let usual = |role: &&&Role| role.name.eq_ignore_ascii_case(USUAL_ROLE);
    let modest = |role: &&&Role| {
        let name = role.name.to_lowercase();
        !POWERFUL.iter().any(|word| name.contains(word))
    };
    let alike = |role: &&&Role| role.name.to_lowercase().contains("agent") && modest(role);
    let found = active.iter().find(usual);
    let found = found.or_else(|| active.iter().find(alike));
    found.or_else(|| active.iter().find(modest)).copied()
}

#[cfg(test)]
mod tests;
