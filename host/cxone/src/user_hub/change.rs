//! The steps of a change, and what it comes to when one of them fails.

use bridge::directory::Directory;
use bridge::port::cxone::{CallOptions, Change, Held, UpstreamError};
use bridge::target::{Attribute, Target};
use serde_json::Value;
use tokio::time::Instant;

use crate::api::{no_such_path, unavailable};
use crate::complaint::Personal;
use crate::outcome::after_effect;
use crate::people::own_id;

use super::calls::{self, Told};
use super::{UserHubAdapter, body, row};

impl UserHubAdapter {
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
            Err(told) => return Err(self.missing(held, calls::DEACTIVATE, told, options).await),
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
            Ok(told) => Err(self.missing(held, calls::REVIVE, told, options).await),
            // Who is active already, by an answer that was lost say, may not be revivable. Who is locked out is revived only
            // where we deactivated them: BLOCKED is what that comes to then.
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
    pub(super) async fn change(
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
    pub(super) async fn complete(
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
