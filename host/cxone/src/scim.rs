//! CXone by its SCIM API: the six operations of cxone.md 1.3, of which PATCH is not used (its documented shape differs
//! from RFC 7644, cxone.md 1.5).

use std::sync::Arc;

use async_trait::async_trait;
use bridge::directory::Directory;
use bridge::name::fold;
use bridge::port::cxone::{CallOptions, Change, Cxone, Freshness, Held, People, UpstreamError};
use bridge::target::{Attribute, Target};
use client::{Answer, Method};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{Call, Reply, Service, no_such_path, unavailable};
use crate::complaint::{Personal, is_error};
use crate::directory::Directories;
use crate::outcome::{after_effect, doubtful, encoded, scrubbed, segment, told_error};
use crate::people::{Everybody, own_id};
use crate::session::Session;
use crate::wire::{MEDIA_TYPE, Names, create_body, held, matching, replace_body};

/// Below the SCIM service.
const USERS: &str = "/Users";
const USER: &str = "/Users/{id}";

/// One tenant's CXone through its SCIM API.
#[derive(Debug)]
pub struct ScimAdapter {
    session: Session,
    directories: Arc<Directories>,
    everybody: Everybody,
}

/// What the answer to a write says.
enum Written {
    /// The user as CXone holds it now.
    Shown(Value),
    /// Nothing, or nothing that can be read.
    Untold,
}

impl ScimAdapter {
    /// An adapter over a session.
    pub fn new(session: Session) -> Self {
        let directories = Arc::new(Directories::new(session.clone()));
        Self {
            everybody: Everybody::new(session.clone(), Arc::clone(&directories)),
            directories,
            session,
        }
    }

    /// The directory for showing names. What CXone holds is shown without it too: a deactivation may not wait for
    /// roles and teams.
    async fn names(&self, options: CallOptions) -> Option<Arc<Directory>> {
        let half = options.deadline.saturating_duration_since(Instant::now()) / 2;
        let options = CallOptions {
            deadline: Instant::now() + half,
            ..options
        };
        self.directories.get(Freshness::Recent, options).await.ok()
    }

    /// `None` if the answer is no user.
    async fn shown(&self, raw: Value, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        let directory = self.names(options).await;
        let Some(mut held) = held(raw, directory.as_deref()) else {
            return Ok(None);
        };
        let own = own_id(&self.session, options).await?;
        held.own = own.as_deref() == Some(held.id.as_str());
        Ok(Some(held))
    }

    fn writing<'a>(&'a self, directory: &'a Directory) -> Names<'a> {
        let settings = self.session.settings();
        Names {
            directory,
            role_value: settings.assume.role_value,
            default_role: settings.default_role.as_deref(),
        }
    }

    /// The directory for writing roles, teams and login authenticators, as far as it is needed.
    async fn references<'a>(
        &self,
        mut written: impl Iterator<Item = &'a Attribute>,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        use Attribute::{Role, SecondaryRoles, Team};
        if written.any(|attribute| matches!(attribute, Role | SecondaryRoles | Team)) {
            return self.directories.get(Freshness::Recent, options).await;
        }
        Ok(Arc::new(self.directories.stated()))
    }

    async fn find_by(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        let folded = fold(user_name);
        let mut found = self.search(user_name, options).await?;
        if found.is_none() && folded != user_name {
            found = self.search(&folded, options).await?;
        }
        let Some(id) = found else { return Ok(None) };
        // Items of a list have no phone numbers (cxone.md 1.4), and a replace gives back what was read.
        match self.read_by(&id, options).await? {
            Some(held) => Ok(Some(held)),
            None => Err(unavailable("CXone lists the user and does not know its id")),
        }
    }

    /// Assumption (cxone.md 1.5): `eq` on userName is served. Only a whole list says that there is nobody; an error,
    /// 404 included, does not.
    async fn search(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<String>, UpstreamError> {
        let literal = Value::String(user_name.to_owned()).to_string();
        let filter = format!("userName eq {literal}");
        let query = format!("filter={}", encoded(&filter));
        let personal = Personal::of(&json!({ "userName": user_name }));
        let call = Call {
            method: Method::GET,
            service: Service::Scim,
            route: USERS,
            path: USERS.to_owned(),
            query: Some(query),
            media_type: MEDIA_TYPE,
            body: None,
            write: false,
            repeatable: true,
            personal: &personal,
            options,
        };
        let answer = match self.session.api().ask(&call).await? {
            Reply::Done(answer) => answer,
            Reply::Missing { detail, .. } => return Err(no_such_path(USERS, &detail)),
        };
        let list = answer.json().unwrap_or_default();
        if is_error(&list) {
            return Err(told_error(&answer, &personal, false));
        }
        matching(&list, user_name).map_err(|bad| unavailable(bad.as_str()))
    }

    async fn read_by(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        let none = Personal::default();
        let call = self.on_user(Method::GET, id, &none, options)?;
        let answer = match self.session.api().ask(&call).await? {
            Reply::Done(answer) => answer,
            Reply::Missing { .. } => return Ok(None),
        };
        let raw = answer.json().unwrap_or_default();
        if is_error(&raw) {
            return Err(told_error(&answer, &none, false));
        }
        match self.shown(raw, options).await? {
            Some(held) if held.id == id => Ok(Some(held)),
            Some(_) => Err(unavailable("CXone answered with another user")),
            None => Err(unavailable("CXone's answer is no user")),
        }
    }

    fn on_user<'a>(
        &self,
        method: Method,
        id: &str,
        personal: &'a Personal,
        options: CallOptions,
    ) -> Result<Call<'a>, UpstreamError> {
        let write = method != Method::GET;
        let id = segment(id)?;
        Ok(Call {
            method,
            service: Service::Scim,
            route: USER,
            path: format!("{USERS}/{id}"),
            query: None,
            media_type: MEDIA_TYPE,
            body: None,
            write,
            // A replace says all that it leaves behind, so twice is once.
            repeatable: true,
            personal,
            options,
        })
    }
}

fn written(answer: &Answer, personal: &Personal) -> Result<Written, UpstreamError> {
    match answer.json() {
        Some(json) if is_error(&json) => Err(told_error(answer, personal, true)),
        Some(json) if held(json.clone(), None).is_some() => Ok(Written::Shown(json)),
        _ => Ok(Written::Untold),
    }
}

#[async_trait]
impl Cxone for ScimAdapter {
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        self.find_by(user_name, self.session.terms(options)).await
    }

    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        self.read_by(id, self.session.terms(options)).await
    }

    async fn create(
        &self,
        target: &Target,
        template: Option<&str>,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let options = self.session.terms(options);
        let directory = self.references(target.values.keys(), options).await?;
        // Assumption (cxone.md 1.4: UNKNOWN): the template's name as text, at the top, under the name that a probe found.
        let attribute = self.session.settings().assume.template_attribute.as_deref();
        let body = create_body(target, attribute.zip(template), self.writing(&directory));
        let personal = Personal::of(&body);
        let call = Call {
            method: Method::POST,
            service: Service::Scim,
            route: USERS,
            path: USERS.to_owned(),
            query: None,
            media_type: MEDIA_TYPE,
            body: Some(&body),
            write: true,
            repeatable: false,
            personal: &personal,
            options,
        };
        let answer = match self.session.api().ask(&call).await? {
            Reply::Done(answer) => answer,
            // The path exists, a find has gone before: CXone misses something that the body names.
            Reply::Missing { told: true, detail } => {
                return Err(UpstreamError::Refused {
                    status: 404,
                    detail,
                    duplicate: false,
                    pending: false,
                });
            }
            Reply::Missing { detail, .. } => return Err(no_such_path(USERS, &detail)),
        };
        if let Written::Shown(raw) = written(&answer, &personal)?
            && let Some(held) = self.shown(raw, options).await.map_err(after_effect)?
        {
            return Ok(held);
        }
        let user_name = target.get(Attribute::UserName).unwrap_or_default();
        doubtful(self.find_by(user_name, options).await)
    }

    async fn replace(
        &self,
        held: &Held,
        change: &Change,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let options = self.session.terms(options);
        let set = change.set.iter().filter(|(_, value)| value.is_some());
        let directory = self
            .references(set.map(|(attribute, _)| attribute), options)
            .await?;
        let Some(body) = replace_body(held, change, self.writing(&directory)) else {
            return Err(unavailable(
                "CXone does not say whether the user is active, so nothing is written",
            ));
        };
        let personal = Personal::of(&body);
        let call = Call {
            body: Some(&body),
            ..self.on_user(Method::PUT, &held.id, &personal, options)?
        };
        let answer = match self.session.api().ask(&call).await? {
            Reply::Done(answer) => answer,
            Reply::Missing { .. } => return Err(UpstreamError::Gone),
        };
        if let Written::Shown(raw) = written(&answer, &personal)?
            && let Some(shown) = self.shown(raw, options).await.map_err(after_effect)?
            && shown.id == held.id
        {
            return Ok(shown);
        }
        doubtful(self.read_by(&held.id, options).await).map_err(|error| scrubbed(error, &personal))
    }

    async fn directory(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        let options = self.session.terms(options);
        self.directories.get(freshness, options).await
    }

    async fn people(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        self.everybody.people(freshness, options).await
    }

    fn place(&self) -> Option<String> {
        self.session.known_place().map(|place| place.to_string())
    }

    fn cannot_carry(&self) -> &'static [Attribute] {
        &[
            Attribute::ExternalIdentity,
            Attribute::ApplicationAttributes,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Auth, Settings};
    use bridge::port::cxone::Priority;
    use client::{Client, Url};

    // Futures hold every future that they may wait for, and these are nested deep: without boxes a create took
    // 2 MB of stack.
    #[test]
    fn futures_are_small() {
        let auth = Auth::AccessKey {
            id: "simulator".into(),
            secret: "x".into(),
        };
        let settings = Settings::at(Url::parse("http://127.0.0.1:1").unwrap(), auth);
        let client = Client::new(client::Settings::default()).unwrap();
        let adapter = ScimAdapter::new(Session::new(settings, client, None).unwrap());
        let options = CallOptions::of(Priority::Request);
        for size in [
            size_of_val(&adapter.find_by("ada@example.com", options)),
            size_of_val(&adapter.read_by("u-1", options)),
            size_of_val(&adapter.names(options)),
        ] {
            assert!(size < 16 * 1024, "{size} bytes");
        }
    }
}
