//! Who is there, and who is not.

use bridge::name::fold;
use bridge::port::cxone::{CallOptions, Freshness, Held, Person, UpstreamError};
use serde_json::Value;

use crate::api::unavailable;
use crate::people::Listing;

use super::{UserHubAdapter, sounding};

impl UserHubAdapter {
    /// "Nobody" is the word of the list of everybody, whatever a filter makes of a name (cxone.md 3.1): of one that was
    /// read within the last minute, and since we wrote the name ourselves. It is the filter's word too once that was tried
    /// out. Assumption: whoever else creates somebody of the name within that minute is told by CXone, where user names
    /// are unique (cxone.md 4), when we create them.
    pub(super) async fn find_by(
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
        if self.sounding.known() == Some(true) && !self.everybody.noted(user_name) {
            return Ok(None);
        }
        let listing = self.everybody.knowing(user_name, options).await?;
        match listing.of_name(user_name)?.first() {
            Some(person) => self.read_by(&person.id, options).await,
            None => {
                if self.sounding.known().is_none() {
                    self.sound(&listing, options).await;
                }
                Ok(None)
            }
        }
    }

    /// Tries out whether the filter finds whom a list shows.
    async fn sound(&self, listing: &Listing, options: CallOptions) {
        let Some(questions) = listing.people().ok().and_then(sounding::questions) else {
            return;
        };
        let mut trusted = true;
        for (name, person) in questions {
            match self.calls.search(&name, options).await {
                Ok(found) => trusted &= found.contains(&person.id),
                // Found out another time.
                Err(_) => return,
            }
        }
        self.sounding.learn(trusted);
    }

    pub(super) async fn read_by(
        &self,
        id: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
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
