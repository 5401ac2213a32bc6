//! The credentials of a connection: `token`, `tokens` and the tables below `auth`.

use std::time::Duration;

use client::Url;
use jiff::SignedDuration;
use service::{
    Client, Credentials, EntraTenant, OAuth, PROVISIONING_AUDIENCE, Secret, User, WorkloadIdentity,
};
use toml::Spanned;

use super::file;
use super::mistake::{Mistake, Text};

/// Passwords and client secrets have at least so many bytes; a shorter `token` is taken, and `serve` warns of it.
pub(crate) const SHORTEST: usize = 16;
/// What Microsoft asks of access tokens (Workload Identity Federation for SCIM Provisioning; app-gallery-user-provisioning-
/// requirements).
const TTL: [i64; 2] = [3600, 6 * 3600];

/// What a connection's credentials come to.
pub(super) struct Checked {
    pub(super) credentials: Credentials,
    pub(super) short_token: bool,
}

/// Checks the credentials of the connection that is called `name`.
pub(super) fn check(
    name: &Spanned<String>,
    token: Option<Spanned<String>>,
    tokens: Vec<Spanned<String>>,
    auth: file::Auth,
    text: &Text<'_>,
) -> Result<Checked, Mistake> {
    let mut short_token = false;
    let mut credentials = Credentials::default();
    for token in token.iter().chain(&tokens) {
        let given = token.get_ref().trim();
        short_token |= !Secret::is_hash(given) && given.len() < SHORTEST;
        credentials
            .tokens
            .push(secret("token", token, given, 1, text)?);
    }
    for user in auth.basic.into_iter().flat_map(|basic| basic.users) {
        if user.name.get_ref().is_empty() || user.name.get_ref().contains(':') {
            let message = "a user's name is not empty and has no ':'".to_owned();
            return Err(text.at(user.name.span(), message, None));
        }
        let given = user.password.get_ref();
        credentials.users.push(User {
            password: secret("password", &user.password, given, SHORTEST, text)?,
            name: user.name.into_inner(),
        });
    }
    if let Some(oauth) = auth.oauth {
        credentials.oauth = Some(check_oauth(oauth, text)?);
    }
    if let Some(identity) = auth.workload_identity {
        credentials.workload_identity = Some(check_identity(identity, text)?);
    }
    if let Some(entra) = auth.entra {
        let default = || vec![PROVISIONING_AUDIENCE.to_owned()];
        credentials.entra = Some(EntraTenant {
            tenant_id: tenant_id(&entra.tenant_id, text)?,
            audiences: entra
                .audiences
                .map_or_else(|| Ok(default()), |given| audiences(given, text))?,
            subject: entra.subject,
            app_id: entra.app_id,
            keys_url: keys_url(entra.keys_url, text)?,
        });
    }
    if credentials.is_empty() {
        let message = format!("the connection {} has no credential", name.get_ref());
        let hint =
            "add token = \"${env:NAME}\" (`jackfield token` makes one), or a table below auth";
        return Err(text.at(name.span(), message, Some(hint.to_owned())));
    }
    Ok(Checked {
        credentials,
        short_token,
    })
}

fn check_oauth(oauth: file::OAuth, text: &Text<'_>) -> Result<OAuth, Mistake> {
    let mut clients: Vec<Client> = Vec::new();
    for client in oauth.clients {
        let id = client.id.get_ref();
        let problem = match () {
            () if id.is_empty() => Some("the client's id is empty"),
            () if clients.iter().any(|other| other.id == *id) => {
                Some("another client has this id: a client's secrets are one list")
            }
            () if client.secrets.is_empty() => Some("the client has no secret"),
            () => None,
        };
        if let Some(problem) = problem {
            let hint = "`jackfield token --client ID` makes one".to_owned();
            return Err(text.at(client.id.span(), problem.to_owned(), Some(hint)));
        }
        let secrets = client.secrets.iter();
        let secrets = secrets.map(|given| secret("secret", given, given.get_ref(), SHORTEST, text));
        clients.push(Client {
            secrets: secrets.collect::<Result<_, _>>()?,
            id: client.id.into_inner(),
            scopes: client.scopes,
        });
    }
    Ok(OAuth {
        token_ttl: token_ttl(oauth.token_ttl, text)?,
        clients,
    })
}

fn check_identity(
    identity: file::WorkloadIdentity,
    text: &Text<'_>,
) -> Result<WorkloadIdentity, Mistake> {
    if identity.subject.is_none() && identity.app_id.is_none() {
        let message = "neither subject nor app_id is here: every app of the tenant could come in";
        let hint =
            "add subject, the Subject (sub) that Entra shows under Workload Identity Federation";
        let place = identity.tenant_id.span();
        return Err(text.at(place, message.to_owned(), Some(hint.to_owned())));
    }
    Ok(WorkloadIdentity {
        client_id: identity.client_id,
        token_ttl: token_ttl(identity.token_ttl, text)?,
        tenant: EntraTenant {
            tenant_id: tenant_id(&identity.tenant_id, text)?,
            audiences: audiences(identity.audiences, text)?,
            subject: identity.subject,
            app_id: identity.app_id,
            keys_url: keys_url(identity.keys_url, text)?,
        },
    })
}

/// A secret, as a hash or as it is. No message repeats it.
fn secret(
    what: &str,
    place: &Spanned<String>,
    given: &str,
    shortest: usize,
    text: &Text<'_>,
) -> Result<Secret, Mistake> {
    if given.is_empty() {
        return Err(text.at(place.span(), format!("the {what} is empty"), None));
    }
    if !Secret::is_hash(given) && given.len() < shortest {
        let message = format!("the {what} is shorter than {shortest} bytes");
        let hint = "`jackfield token --help` says how to make one".to_owned();
        return Err(text.at(place.span(), message, Some(hint)));
    }
    Secret::parse(given).map_err(|bad| {
        let hint = "`jackfield token` prints one, `jackfield token --hash` makes one of a secret";
        text.at(
            place.span(),
            format!("the {what} is no hash: {bad}"),
            Some(hint.to_owned()),
        )
    })
}

fn token_ttl(given: Option<Spanned<String>>, text: &Text<'_>) -> Result<Duration, Mistake> {
    let [least, most] = TTL;
    let Some(given) = given else {
        return Ok(Duration::from_secs(3600));
    };
    let parsed = given.get_ref().parse::<SignedDuration>().ok();
    let seconds = parsed.map(|ttl| ttl.as_secs());
    match seconds.filter(|seconds| (least..=most).contains(seconds)) {
        Some(seconds) => Ok(Duration::from_secs(seconds.unsigned_abs())),
        None => {
            let message = "a token's life is from 1h to 6h".to_owned();
            let hint = Some("write it as \"1h\" or \"90m\"".to_owned());
            Err(text.at(given.span(), message, hint))
        }
    }
}

/// A GUID; Entra writes them in lower case.
fn tenant_id(given: &Spanned<String>, text: &Text<'_>) -> Result<String, Mistake> {
    let groups: Vec<&str> = given.get_ref().split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hexadecimal = |group: &&str| group.bytes().all(|b| b.is_ascii_hexdigit());
    if lengths != [8, 4, 4, 4, 12] || !groups.iter().all(hexadecimal) {
        let message = "the tenant_id is no GUID".to_owned();
        let hint = "it is the Directory (tenant) ID on the overview page of Entra".to_owned();
        return Err(text.at(given.span(), message, Some(hint)));
    }
    Ok(given.get_ref().to_ascii_lowercase())
}

fn audiences(given: Spanned<Vec<String>>, text: &Text<'_>) -> Result<Vec<String>, Mistake> {
    if given.get_ref().is_empty() || given.get_ref().iter().any(String::is_empty) {
        let message = "an audience is missing here".to_owned();
        let hint = "it is the Audience (aud) that Entra shows, as \"api://APP-ID\"".to_owned();
        return Err(text.at(given.span(), message, Some(hint)));
    }
    Ok(given.into_inner())
}

/// Where the client may go is checked here already, with its place.
fn keys_url(given: Option<Spanned<String>>, text: &Text<'_>) -> Result<Option<String>, Mistake> {
    let Some(given) = given else { return Ok(None) };
    let wrong = |reason: String| text.at(given.span(), format!("keys_url: {reason}"), None);
    let url =
        Url::parse(given.get_ref()).map_err(|error| wrong(format!("this is no URL: {error}")))?;
    client::guard::check_url(&url, false).map_err(|error| wrong(error.to_string()))?;
    Ok(Some(given.into_inner()))
}

#[cfg(test)]
mod tests;
