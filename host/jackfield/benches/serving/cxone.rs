//! A CXone that costs next to nothing: what is measured is what stands in front of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bridge::directory::{Directory, Role, Team};
use bridge::port::cxone::{CallOptions, Change, Freshness, Held, People, UpstreamError};
use bridge::target::{Attribute, Target};
use serde_json::Value;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A CXone that answers at once.
#[derive(Debug)]
pub(crate) struct Cxone {
    people: Mutex<HashMap<String, Target>>,
    directory: Arc<Directory>,
}

impl Default for Cxone {
    fn default() -> Self {
        let role = Role {
            id: "role-agent".to_owned(),
            name: "Agent".to_owned(),
            status: "ACTIVE".to_owned(),
        };
        let team = Team {
            id: "team-default".to_owned(),
            name: "DefaultTeam".to_owned(),
        };
        let directory = Directory {
            roles: vec![role],
            teams: vec![team],
            version: "1".to_owned(),
            ..Directory::default()
        };
        Self {
            people: Mutex::default(),
            directory: Arc::new(directory),
        }
    }
}

fn held(id: &str, target: &Target) -> Held {
    Held {
        id: id.to_owned(),
        target: target.clone(),
        own: false,
        pending: None,
        raw: Value::Null,
    }
}

#[async_trait]
impl bridge::port::cxone::Cxone for Cxone {
    async fn find(&self, user_name: &str, _: CallOptions) -> Result<Option<Held>, UpstreamError> {
        let people = locked(&self.people);
        let mut people = people.iter();
        let named = people.find(|(_, target)| target.get(Attribute::UserName) == Some(user_name));
        Ok(named.map(|(id, target)| held(id, target)))
    }

    async fn read(&self, id: &str, _: CallOptions) -> Result<Option<Held>, UpstreamError> {
        Ok(locked(&self.people).get(id).map(|target| held(id, target)))
    }

    async fn create(
        &self,
        target: &Target,
        _: Option<&str>,
        _: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let mut people = locked(&self.people);
        let id = format!("cxone-{}", people.len());
        people.insert(id.clone(), target.clone());
        Ok(held(&id, target))
    }

    async fn replace(
        &self,
        before: &Held,
        change: &Change,
        _: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let mut target = before.target.clone();
        for (attribute, value) in &change.set {
            target.set(*attribute, value.as_deref().unwrap_or_default());
        }
        target.active = change.active.or(target.active);
        let after = held(&before.id, &target);
        locked(&self.people).insert(before.id.clone(), target);
        Ok(after)
    }

    async fn directory(
        &self,
        _: Freshness,
        _: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        Ok(Arc::clone(&self.directory))
    }

    async fn people(
        &self,
        _: Freshness,
        _: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        Ok(None)
    }

    fn cannot_carry(&self) -> &'static [Attribute] {
        &[]
    }
}
