//! Whom an operator means.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::event::Event;
use crate::line::Bridge;
use crate::name::{Scope, TenantName, UserId, fold};
use crate::port::ledger::{LedgerError, Lookup, asked_name};
use crate::search::BATCH;
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::user::{State, User};

/// How many people a name may mean.
const MOST: usize = 20;
/// How many refused creates are looked through.
const REFUSALS: usize = 10_000;
/// How long names that no index has are looked for.
const SCAN: Duration = Duration::from_secs(20);

impl Bridge {
    /// Whoever is known by this name or id: live ones first, then the latest.
    pub(super) async fn meant(
        &self,
        tenant: &TenantName,
        who: &str,
    ) -> Result<Vec<User>, LedgerError> {
        let (who, folded) = (who.trim(), fold(who.trim()));
        if who.is_empty() {
            return Ok(Vec::new());
        }
        let scopes: Vec<Scope> = self
            .connections()
            .iter()
            .map(|connection| connection.scope.clone())
            .filter(|scope| scope.tenant == *tenant)
            .collect();
        let mut found = self.ledger.linked(tenant, who).await?;
        found.extend(self.ledger.holders(tenant, &folded).await?);
        for scope in &scopes {
            if let Some(id) = UserId::parse(&who.to_lowercase()) {
                found.extend(self.ledger.user(scope, id).await?);
            }
            let lookups = [
                Lookup::Name(folded.clone()),
                Lookup::Email(folded.clone()),
                Lookup::ExternalId(who.to_owned()),
            ];
            for lookup in lookups {
                found.extend(self.ledger.find_users(scope, &lookup).await?);
            }
            found.extend(self.ledger.tombstones(scope, &folded).await?);
        }
        found.extend(self.turned_away(tenant, &folded).await?);
        if found.is_empty() {
            found = self.formerly(&scopes, &folded).await?;
        }
        let mut seen = BTreeSet::new();
        found.retain(|user| seen.insert(user.id));
        found.sort_by_key(|user| (!user.live(), std::cmp::Reverse(user.sequence)));
        found.truncate(MOST);
        Ok(found)
    }

    /// Those whose create was refused, and who were never stored.
    async fn turned_away(
        &self,
        tenant: &TenantName,
        folded: &str,
    ) -> Result<Vec<User>, LedgerError> {
        let refusals = self.ledger.refusals(tenant, REFUSALS).await?;
        let theirs = refusals
            .into_iter()
            .filter(|event| event.user.is_none() && asked_name(event).as_deref() == Some(folded));
        Ok(theirs.map(newcomer).collect())
    }

    /// Those who had the name before, or may have it in CXone: no index knows that.
    async fn formerly(&self, scopes: &[Scope], folded: &str) -> Result<Vec<User>, LedgerError> {
        let began = Instant::now();
        let mut found = Vec::new();
        for scope in scopes {
            let mut after = 0;
            while found.len() < MOST && began.elapsed() < SCAN {
                let batch = self.ledger.list_users(scope, after, BATCH).await?;
                let Some(last) = batch.last() else {
                    break;
                };
                after = last.sequence;
                found.extend(batch.into_iter().filter(|user| had(user, folded)));
            }
        }
        Ok(found)
    }
}

fn had(user: &User, folded: &str) -> bool {
    let name = |target: &Option<Target>| target.as_ref()?.get(Attribute::UserName).map(fold);
    let names = [name(&user.accepted), name(&user.shown)];
    let mut uncertain = user.uncertain.iter().map(|name| fold(name));
    names.iter().flatten().any(|name| name == folded) || uncertain.any(|name| name == folded)
}

/// Somebody as their refused create would have made them.
fn newcomer(event: Event) -> User {
    let asked = event.detail.get("asked").and_then(Value::as_object);
    let source = Source::from(asked.cloned().unwrap_or_default());
    let said = |key: &str| event.detail.get(key).and_then(Value::as_str);
    let parts: Vec<&str> = ["rule", "plugin", "detail", "fix"]
        .into_iter()
        .filter_map(said)
        .collect();
    User {
        state: State::Refused,
        reason: Some(parts.join(": ")).filter(|reason| !reason.is_empty()),
        ..User::new(event.scope, source, event.at)
    }
}
