//! CXone by User Hub's REST calls (cxone.md 3.1, 3.2), for tenants without its SCIM.

use std::sync::Arc;

use async_trait::async_trait;
use bridge::directory::Directory;
use bridge::name::fold;
use bridge::port::cxone::{
    CallOptions, Change, Cxone, Freshness, Held, People, Person, UpstreamError,
};
use bridge::target::{Attribute, Target};
use serde_json::Value;
use tokio::time::Instant;

use crate::api::{no_such_path, unavailable};
use crate::complaint::Personal;
use crate::directory::Directories;
use crate::outcome::{after_effect, doubtful, scrubbed};
use crate::people::{Everybody, own_id};
use crate::session::Session;

mod attributes;
mod body;
mod calls;
pub(crate) mod row;

use calls::{Calls, Row, Told};

/// One tenant's CXone through User Hub.
#[derive(Debug)]
pub struct UserHubAdapter {
    session: Session,
    calls: Calls,
    directories: Arc<Directories>,
    everybody: Everybody,
}

impl UserHubAdapter {
    /// An adapter over a session.
    pub fn new(session: Session) -> Self {
        let directories = Arc::new(Directories::new(session.clone()));
        Self {
            calls: Calls::new(session.clone()),
            everybody: Everybody::new(session.clone(), Arc::clone(&directories)),
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

    /// "Nobody" is the word of the list of everybody alone, whatever a filter makes of a name (cxone.md 3.1): of one that
    /// was read within the last minute, and since we wrote the name ourselves. Assumption: whoever else creates somebody
    /// of the name within that minute is told by CXone, where user names are unique (cxone.md 4), when we create them.
    async fn find_by(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        let folded = fold(user_name);
        let mut names = vec![user_name];
        if folded != user_name {
            names.push(&folded);
        }
        for name in names {
            let found = self.calls.search(name, options).await?;
            if let Some(id) = found.first() {
                let held = self.read_by(id, options).await?;
                let lost = || unavailable("CXone lists the user and does not know its id");
                return held.ok_or_else(lost).map(Some);
            }
        }
        let listing = self.everybody.knowing(user_name, options).await?;
        match listing.of_name(user_name)?.first() {
            Some(person) => self.read_by(&person.id, options).await,
            None => Ok(None),
        }
    }

    async fn read_by(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        match self.calls.read(id, options).await? {
            Some(row) => self.shown(row, options).await.map(Some),
            None => self.hidden(id, options).await,
        }
    }

    /// Somebody whom a look-up by id does not show. Assumption (cxone.md 3.1: whether it shows the inactive is UNKNOWN):
    /// accounts are never deleted, so who is in a list, inactive, is there.
    async fn hidden(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        for freshness in [Freshness::Recent, Freshness::Now] {
            let listing = self.everybody.get(freshness, options).await?;
            let Ok(found) = listing.of_id(id) else {
                // Without a list the word of both look-ups stands.
                return Ok(None);
            };
            match found {
                None => return Ok(None),
                Some(person) if person.target.active == Some(false) => {
                    return Ok(Some(out_of_sight(person)));
                }
                Some(_) => {}
            }
        }
        Err(unavailable("CXone lists the user and does not know its id"))
    }

    /// What a 404 to a write about a person means.
    async fn missing(
        &self,
        held: &Held,
        route: &str,
        told: Told,
        options: CallOptions,
    ) -> UpstreamError {
        let detail = match told {
            Told::Missing { detail, .. } => detail,
            Told::Done(_) => String::new(),
        };
        match self.calls.read(&held.id, options).await {
            Ok(None) if held.raw.is_object() => UpstreamError::Gone,
            Ok(_) => no_such_path(route, &detail),
            Err(error) => error,
        }
    }

    async fn deactivate(&self, held: &Held, options: CallOptions) -> Result<(), UpstreamError> {
        let said = match self.calls.deactivate(&held.id, options).await? {
            Ok(said) => said,
            Err(told) => return Err(self.missing(held, calls::USERS, told, options).await),
        };
        if said == Some(true) {
            return Ok(());
        }
        // Who is inactive already cannot be deactivated, and an answer that says nothing is no word.
        let read = self.calls.read(&held.id, options).await;
        match (read, said) {
            (Ok(Some(row)), _) if row::active(&row) == Some(false) => Ok(()),
            (Ok(_), Some(_)) => Err(unavailable(
                "CXone says that it did not deactivate the user",
            )),
            (Ok(_), None) => Err(after_effect(unavailable(
                "CXone does not show the user inactive",
            ))),
            (Err(error), Some(_)) => Err(error),
            (Err(error), None) => Err(after_effect(error)),
        }
    }

    async fn revive(&self, held: &Held, options: CallOptions) -> Result<(), UpstreamError> {
        match self.calls.revive(&held.id, options).await {
            Ok(Told::Done(_)) => Ok(()),
            Ok(told) => Err(self.missing(held, calls::USERS, told, options).await),
            // Who is active already, by an answer that was lost say, may not be revivable.
            Err(refused @ UpstreamError::Refused { .. }) => {
                match self.calls.read(&held.id, options).await {
                    Ok(Some(row)) if row::active(&row) == Some(true) => Ok(()),
                    _ => Err(refused),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The steps of a change. A leaver goes first, whatever becomes of the rest; who comes back is there before anything
    /// is written onto them. `effect` tells whether a step took effect.
    async fn change(
        &self,
        held: &Held,
        change: &Change,
        effect: &mut bool,
        options: CallOptions,
    ) -> Result<(), UpstreamError> {
        if change.active == Some(false) {
            self.deactivate(held, options).await?;
            *effect = true;
        }
        let set = change.set.iter().filter(|(_, value)| value.is_some());
        let directory = self
            .references(set.map(|(attribute, _)| attribute), options)
            .await?;
        if change.active == Some(true) {
            self.revive(held, options).await?;
            *effect = true;
        }
        if body::is_of_update(change) {
            let read = match &held.raw {
                // Who was inactive may come back with less than they had.
                Value::Object(read) if change.active != Some(true) => read.clone(),
                _ => self.calls.read(&held.id, options).await?.ok_or_else(|| {
                    unavailable("CXone does not show the user by id, so nothing can be given back")
                })?,
            };
            let read = self.calls.with_attributes(read, options).await?;
            let body = body::update(&read, change, Some(&directory));
            let personal = Personal::of(&body);
            match self.calls.update(&body, &personal, options).await? {
                Told::Done(_) => *effect = true,
                told => return Err(self.missing(held, calls::USERS, told, options).await),
            }
        }
        // Everybody needs one (cxone.md 4): it can be changed and not taken away.
        if let Some(Some(authenticator)) = change.set.get(&Attribute::LoginAuthenticator) {
            let id = body::authenticator_id(authenticator, Some(&directory));
            self.calls.authenticate_by(&held.id, &id, options).await?;
            *effect = true;
        }
        Ok(())
    }

    /// What comes after a create; `effect` as above.
    async fn complete(
        &self,
        id: &str,
        target: &Target,
        directory: &Directory,
        options: CallOptions,
    ) -> Result<(), UpstreamError> {
        if let Some(authenticator) = target.get(Attribute::LoginAuthenticator) {
            let authenticator = body::authenticator_id(authenticator, Some(directory));
            self.calls
                .authenticate_by(id, &authenticator, options)
                .await?;
        }
        if self.session.settings().invite
            && let Err(error) = self.invite(id, options).await
        {
            let tenant = &self.session.settings().name;
            tracing::warn!(tenant, %error, "a new employee was created and could not be invited");
        }
        Ok(())
    }

    async fn invite(&self, id: &str, options: CallOptions) -> Result<(), UpstreamError> {
        // The user that was created must still be shown in time.
        let half = options.deadline.saturating_duration_since(Instant::now()) / 2;
        let options = CallOptions {
            deadline: Instant::now() + half,
            ..options
        };
        match own_id(&self.session, options).await? {
            Some(sender) => self.calls.invite(id, &sender, options).await,
            None => Err(unavailable(
                "nobody knows in whose name: the access key's employee is unknown",
            )),
        }
    }
}

/// Somebody whom only a list shows, inactive.
fn out_of_sight(person: &Person) -> Held {
    Held {
        id: person.id.clone(),
        target: person.target.clone(),
        own: person.own,
        pending: Some(false),
        raw: Value::Null,
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
        let options = self.session.terms(options);
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
