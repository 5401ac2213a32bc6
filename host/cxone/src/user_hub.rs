//! CXone by User Hub's REST calls (cxone.md 3.1, 3.2), for tenants without its SCIM.

use std::sync::Arc;

use async_trait::async_trait;
use bridge::directory::Directory;
use bridge::port::cxone::{CallOptions, Change, Cxone, Freshness, Held, People, UpstreamError};
use bridge::target::{Attribute, Target};
use serde_json::Value;
use tokio::time::Instant;

use crate::api::unavailable;
use crate::complaint::Personal;
use crate::directory::Directories;
use crate::outcome::{after_effect, doubtful, scrubbed};
use crate::people::{Everybody, own_id};
use crate::session::Session;

mod attributes;
mod body;
mod calls;
mod change;
mod find;
pub(crate) mod row;
mod sounding;

use calls::{Calls, Row};
use sounding::Sounding;

/// One tenant's CXone through User Hub.
#[derive(Debug)]
pub struct UserHubAdapter {
    session: Session,
    calls: Calls,
    directories: Arc<Directories>,
    everybody: Everybody,
    sounding: Sounding,
}

impl UserHubAdapter {
    /// An adapter over a session.
    pub fn new(session: Session) -> Self {
        let directories = Arc::new(Directories::new(session.clone()));
        Self {
            calls: Calls::new(session.clone()),
            everybody: Everybody::new(session.clone(), Arc::clone(&directories)),
            sounding: Sounding::default(),
            directories,
            session,
        }
    }

    /// The directory for showing names. What CXone holds is shown without it too: a deactivation may not wait for
    /// roles and teams.
    async fn names(&self, options: CallOptions) -> Directory {
        let half = options.deadline.saturating_duration_since(Instant::now()) / 2;
        let options = CallOptions {
            deadline: Instant::now() + half,
            ..options
        };
        match self.directories.get(Freshness::Recent, options).await {
            Ok(directory) => Directory::clone(&directory),
            Err(_) => self.directories.stated(),
        }
    }

    async fn shown(&self, raw: Row, options: CallOptions) -> Result<Held, UpstreamError> {
        let own = own_id(&self.session, options).await?;
        let directory = self.names(options).await;
        let id = row::id(&raw).unwrap_or_default();
        Ok(Held {
            own: own.as_deref() == Some(id.as_str()),
            target: row::target(&raw, Some(&directory)),
            pending: row::pending(&raw),
            id,
            raw: Value::Object(raw),
        })
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
}

#[async_trait]
impl Cxone for UserHubAdapter {
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        let options = self.session.terms(options);
        Box::pin(self.find_by(user_name, options)).await
    }

    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        let options = self.session.terms(options);
        Box::pin(self.read_by(id, options)).await
    }

    /// `template` is not CXone's here: its documents know none (cxone.md 3.2).
    async fn create(
        &self,
        target: &Target,
        _template: Option<&str>,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let options = self.session.terms(options);
        let user_name = target.get(Attribute::UserName).unwrap_or_default();
        // A role is always written, the default one if no other.
        let written = target.values.keys().chain([&Attribute::Role]);
        let directory = self.references(written, options).await?;
        let default_role = self.session.settings().default_role.as_deref();
        let Some(body) = body::create(target, default_role, Some(&directory)) else {
            return Err(unavailable(
                "User Hub gives nobody a role by itself: name one in default_role, in a template or in the mapping",
            ));
        };
        let personal = Personal::of(&body);
        self.everybody.note(user_name);
        let created = Box::pin(self.calls.create(&body, &personal, options)).await?;
        let outcome = match &created {
            Some(id) => match Box::pin(self.complete(id, target, &directory, options)).await {
                Ok(()) => Box::pin(self.read_by(id, options)).await,
                Err(error) => Err(error),
            },
            None => Box::pin(self.find_by(user_name, options)).await,
        };
        doubtful(outcome).map_err(|error| scrubbed(error, &personal))
    }

    async fn replace(
        &self,
        held: &Held,
        change: &Change,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let options = self.session.terms(options);
        if let Some(Some(user_name)) = change.set.get(&Attribute::UserName) {
            self.everybody.note(user_name);
        }
        let mut effect = false;
        let changed = Box::pin(self.change(held, change, &mut effect, options)).await;
        if let Err(error) = changed {
            return Err(if effect { after_effect(error) } else { error });
        }
        let personal = Personal::of(&held.target.to_json());
        let read = Box::pin(self.calls.read(&held.id, options)).await;
        let outcome = match read {
            Ok(Some(row)) => self.shown(row, options).await.map(Some),
            // CXone said that it deactivated them, and may hide them since.
            Ok(None) if change.active == Some(false) => {
                let mut gone = held.clone();
                gone.target.active = Some(false);
                gone.pending = Some(false);
                gone.raw = Value::Null;
                Ok(Some(gone))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        doubtful(outcome).map_err(|error| scrubbed(error, &personal))
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
        &body::CANNOT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Auth, Settings};
    use bridge::port::cxone::Priority;
    use client::{Client, Url};

    // Futures hold every future that they may wait for, and these are nested deep.
    #[test]
    fn futures_are_small() {
        let auth = Auth::AccessKey {
            id: "simulator".into(),
            secret: "x".into(),
        };
        let settings = Settings::at(Url::parse("http://127.0.0.1:1").unwrap(), auth);
        let client = Client::new(client::Settings::default()).unwrap();
        let adapter = UserHubAdapter::new(Session::new(settings, client, None).unwrap());
        let options = CallOptions::of(Priority::Request);
        let held = Held {
            id: String::new(),
            target: Target::default(),
            own: false,
            pending: None,
            raw: Value::Null,
        };
        let (change, mut effect) = (Change::default(), false);
        for size in [
            size_of_val(&adapter.find_by("ada@example.com", options)),
            size_of_val(&adapter.read_by("u-1", options)),
            size_of_val(&adapter.change(&held, &change, &mut effect, options)),
        ] {
            assert!(size < 16 * 1024, "{size} bytes");
        }
    }
}
