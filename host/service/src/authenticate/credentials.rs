//! The credentials of a connection: several kinds at once, several live of each, so that one can be replaced by the next
//! without a gap.

use scim::discovery::AuthenticationScheme;
use std::time::Duration;

use bridge::name::Scope;
use subtle::Choice;

use super::access_token::{Fingerprint, SigningKey};
use super::entra::EntraTenant;
use super::secret::Secret;

/// What opens a connection. Empty, nothing does.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Bearer tokens (RFC 6750).
    pub tokens: Vec<Secret>,
    /// Users of HTTP Basic (RFC 7617). A name may be there twice, with the old and the new password.
    pub users: Vec<User>,
    /// Clients of our token endpoint, with secrets.
    pub oauth: Option<OAuth>,
    /// A client of our token endpoint that Entra vouches for.
    pub workload_identity: Option<WorkloadIdentity>,
    /// Entra's own tokens as bearer.
    pub entra: Option<EntraTenant>,
}

/// A user of HTTP Basic.
#[derive(Debug, Clone)]
pub struct User {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// OAuth 2.0 client credentials (RFC 6749, section 4.4).
#[derive(Debug, Clone)]
pub struct OAuth {
    /// How long an access token lives.
    pub token_ttl: Duration,
    /// The clients.
    pub clients: Vec<Client>,
}

/// A client with secrets.
#[derive(Debug, Clone)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// The secrets, any of which will do.
    pub secrets: Vec<Secret>,
    /// The scopes that may be asked for; with none, a request's scope is not looked at.
    pub scopes: Vec<String>,
}

/// A client without a secret: Entra's provisioning service, which presents a token of its own tenant (RFC 7523).
#[derive(Debug, Clone)]
pub struct WorkloadIdentity {
    /// The client id that it uses here.
    pub client_id: String,
    /// How long an access token lives.
    pub token_ttl: Duration,
    /// Whose tokens are believed.
    pub tenant: EntraTenant,
}

impl Credentials {
    /// One bearer token.
    pub fn bearer(token: &str) -> Self {
        Self {
            tokens: vec![Secret::of(token)],
            ..Self::default()
        }
    }

    /// Whether nothing opens the connection.
    pub fn is_empty(&self) -> bool {
        self.schemes().is_empty()
    }

    /// The ways to authenticate, the first of them to be preferred.
    pub fn schemes(&self) -> Vec<AuthenticationScheme> {
        let oauth = self.oauth.as_ref();
        let clients = oauth.is_some_and(|oauth| !oauth.clients.is_empty());
        let ways = [
            (
                clients || self.workload_identity.is_some(),
                AuthenticationScheme::OAUTH2,
            ),
            (
                !self.tokens.is_empty() || self.entra.is_some(),
                AuthenticationScheme::BEARER,
            ),
            (!self.users.is_empty(), AuthenticationScheme::BASIC),
        ];
        let given = ways.into_iter().filter(|(given, _)| *given);
        let mut schemes: Vec<_> = given.map(|(_, scheme)| scheme).collect();
        if let Some(first) = schemes.first_mut() {
            *first = first.preferred();
        }
        schemes
    }

    pub(super) fn has_token(&self, token: &str) -> bool {
        // An empty token is no token, whatever the configuration says.
        let found = Secret::of(token).among(self.tokens.iter());
        bool::from(found) && !token.is_empty()
    }

    pub(super) fn has_user(&self, name: &str, password: &str) -> bool {
        let (name, password) = (Secret::of(name), Secret::of(password));
        let found = self.users.iter().fold(Choice::from(0), |found, user| {
            found | (Secret::of(&user.name).same(&name) & user.password.same(&password))
        });
        found.into()
    }

    /// The client of this id and secret, and which secret it was. Every secret of every client is compared.
    pub(super) fn client(&self, id: &str, secret: &str) -> Option<(&Client, &Secret)> {
        let (id, presented) = (Secret::of(id), Secret::of(secret));
        let mut found = None;
        for client in self.oauth.iter().flat_map(|oauth| &oauth.clients) {
            let named = Secret::of(&client.id).same(&id);
            for secret in &client.secrets {
                if bool::from(named & secret.same(&presented)) {
                    found = Some((client, secret));
                }
            }
        }
        found
    }

    /// The fingerprints of what access tokens can be got with now.
    pub(super) fn fingerprints<'a>(
        &'a self,
        key: &'a SigningKey,
        scope: &'a Scope,
    ) -> impl Iterator<Item = Fingerprint> + 'a {
        let clients = self.oauth.iter().flat_map(|oauth| &oauth.clients);
        let secrets = clients.flat_map(move |client| {
            let secrets = client.secrets.iter();
            secrets.map(move |secret| client.fingerprint(secret, key, scope))
        });
        let identity = self.workload_identity.iter();
        secrets.chain(identity.map(move |identity| identity.fingerprint(key, scope)))
    }
}

impl Client {
    pub(super) fn fingerprint(
        &self,
        secret: &Secret,
        key: &SigningKey,
        scope: &Scope,
    ) -> Fingerprint {
        key.fingerprint(scope, "client", &[self.id.as_bytes(), secret.digest()])
    }
}

impl WorkloadIdentity {
    /// Everything that the trust consists of: with any of it changed, tokens have to be got anew.
    pub(super) fn fingerprint(&self, key: &SigningKey, scope: &Scope) -> Fingerprint {
        let text = |option: &Option<String>| format!("{option:?}");
        let tenant = &self.tenant;
        let audiences = format!("{:?}", tenant.audiences);
        let parts = [
            &self.client_id,
            &tenant.tenant_id,
            &audiences,
            &text(&tenant.subject),
            &text(&tenant.app_id),
        ];
        key.fingerprint(
            scope,
            "workload identity",
            &parts.map(|part| part.as_bytes()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, secrets: &[&str]) -> Client {
        Client {
            id: id.to_owned(),
            secrets: secrets.iter().copied().map(Secret::of).collect(),
            scopes: Vec::new(),
        }
    }

    fn several() -> Credentials {
        let user = |name: &str, password| User {
            name: name.to_owned(),
            password: Secret::of(password),
        };
        Credentials {
            tokens: ["old", "new"].map(Secret::of).into(),
            users: vec![user("okta", "old"), user("okta", "new"), user("ping", "pw")],
            oauth: Some(OAuth {
                token_ttl: Duration::from_secs(3600),
                clients: vec![client("a", &["old", "new"]), client("b", &["b"])],
            }),
            ..Credentials::default()
        }
    }

    #[test]
    fn several_of_a_kind_are_live_and_pairs_stay_pairs() {
        let credentials = several();
        for (token, opens) in [("old", true), ("new", true), ("ol", false), ("", false)] {
            assert_eq!(credentials.has_token(token), opens, "{token:?}");
        }
        for (name, password, opens) in [
            ("okta", "old", true),
            ("okta", "new", true),
            ("ping", "pw", true),
            ("okta", "pw", false),
            ("ping", "old", false),
            ("", "", false),
        ] {
            assert_eq!(
                credentials.has_user(name, password),
                opens,
                "{name} {password}"
            );
        }
        for (id, secret, opens) in [
            ("a", "old", true),
            ("a", "new", true),
            ("b", "b", true),
            ("a", "b", false),
            ("b", "old", false),
        ] {
            let found = credentials.client(id, secret);
            assert_eq!(
                found.map(|(client, _)| client.id.as_str()),
                opens.then_some(id)
            );
        }
        assert!(!Credentials::bearer("").has_token(""));
    }

    #[test]
    fn schemes_are_those_that_are_there() {
        assert!(Credentials::default().is_empty());
        let kinds = |credentials: Credentials| {
            let schemes = credentials.schemes().into_iter();
            let kinds = schemes.map(|scheme| (scheme.kind, scheme.primary));
            kinds.collect::<Vec<_>>()
        };
        assert_eq!(
            kinds(Credentials::bearer("x")),
            [("oauthbearertoken", true)]
        );
        assert_eq!(
            kinds(several()),
            [
                ("oauth2", true),
                ("oauthbearertoken", false),
                ("httpbasic", false)
            ]
        );
        let debug = format!("{:?}", several());
        assert!(!debug.contains("old"), "{debug}");
    }
}
