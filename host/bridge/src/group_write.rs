//! Groups: what identity providers say about them, and who is touched by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use scim::dialect::PutPolicy;
use scim::members::{MemberStep, members_of};
use scim::patch::Patch;
use scim::replace::{carried_by, replace};
use scim::resource::Resource;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::event::{Event, EventKind};
use crate::group::{Group, MemberChange, Membership, Regrouped};
use crate::line::{Bridge, busy, pauses};
use crate::name::{GroupId, Scope, UserId, fold};
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::said::Condition;
use crate::source::Source;

/// A write request about a group, parsed and normalised.
#[derive(Debug, Clone)]
pub enum GroupAsk {
    /// POST.
    Create(Resource),
    /// PUT.
    Replace(GroupId, Resource),
    /// PATCH.
    Patch(GroupId, Patch),
    /// DELETE.
    Delete(GroupId),
}

/// What a granted request about a group comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupAnswer {
    /// 201 with the resource.
    Created(Group),
    /// 200 with the resource, or 204.
    Changed(Group),
    /// 204.
    Deleted,
}

impl Bridge {
    /// Carries out a write request about a group. The group's commit comes first; then the users that it touches are evaluated
    /// anew, and nothing that happens to them undoes it.
    pub async fn write_group(
        self: &Arc<Self>,
        scope: &Scope,
        ask: GroupAsk,
        condition: Condition,
    ) -> Result<GroupAnswer, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        self.write_group_on(&connection, ask, condition).await
    }

    /// As `write_group`, on a connection that somebody holds, whatever is configured by now.
    pub async fn write_group_on(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        ask: GroupAsk,
        condition: Condition,
    ) -> Result<GroupAnswer, Refusal> {
        let (bridge, connection) = (Arc::clone(self), Arc::clone(connection));
        // To its end, even if the caller stops waiting.
        let done = tokio::spawn(async move {
            let (answer, touched) = {
                let _turn = bridge.turn(group_turn(&connection.scope, &ask)).await;
                bridge.commit_ask(&connection, &ask, &condition).await?
            };
            bridge.settle(&connection, &touched).await;
            Ok(answer)
        });
        done.await.unwrap_or_else(|_| {
            let reason = "the request was cut short".to_owned();
            Err(Refusal::Ledger(LedgerError::Failed(reason)))
        })
    }

    /// The group of this id.
    pub async fn read_group(&self, scope: &Scope, id: GroupId) -> Result<Group, Refusal> {
        let found = self.ledger.group(scope, id).await?;
        found.ok_or(Refusal::NotFound)
    }

    /// A group's members, in the order in which they joined.
    pub async fn members(&self, scope: &Scope, group: GroupId) -> Result<Vec<UserId>, Refusal> {
        Ok(self.ledger.members(scope, group).await?)
    }

    /// The groups of each of these users. Users without any are absent.
    pub async fn memberships(
        &self,
        scope: &Scope,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Vec<Membership>>, Refusal> {
        if users.is_empty() {
            return Ok(BTreeMap::new());
        }
        Ok(self.ledger.memberships(scope, users).await?)
    }

    async fn commit_ask(
        &self,
        connection: &Connection,
        ask: &GroupAsk,
        condition: &Condition,
    ) -> Result<(GroupAnswer, Vec<UserId>), Refusal> {
        for pause in pauses() {
            match self.commit_once(connection, ask, condition).await {
                Err(Refusal::Ledger(LedgerError::Stale)) => tokio::time::sleep(pause).await,
                Err(Refusal::Ledger(LedgerError::NameTaken)) => {
                    let detail = "a group with this displayName exists already";
                    return Err(Refusal::Taken(detail.to_owned()));
                }
                answer => return answer,
            }
        }
        Err(busy())
    }

    async fn commit_once(
        &self,
        connection: &Connection,
        ask: &GroupAsk,
        condition: &Condition,
    ) -> Result<(GroupAnswer, Vec<UserId>), Refusal> {
        let scope = &connection.scope;
        let before = match ask {
            GroupAsk::Create(_) => None,
            GroupAsk::Replace(id, _) | GroupAsk::Patch(id, _) | GroupAsk::Delete(id) => {
                Some(self.read_group(scope, *id).await?)
            }
        };
        condition.check(before.as_ref().map(|group| group.version))?;
        let now = self.now();
        let mut strangers = 0;
        let mut ids = |texts: &[String]| {
            let found = ids(texts);
            strangers += texts.len() - found.len();
            found
        };
        let (group, changes) = match (ask, before) {
            (GroupAsk::Create(body), _) => {
                let mut body = body.clone();
                let carried = carried_by(&body);
                let members = members_of(&mut body).unwrap_or_default();
                let mut group = Group::new(scope.clone(), body.into(), now);
                group.carried = carried;
                (group, vec![MemberChange::Add(ids(&members))])
            }
            (GroupAsk::Replace(_, body), Some(before)) => {
                replaced(connection, before, body, &mut ids)
            }
            (GroupAsk::Patch(_, patch), Some(before)) => {
                self.patched(before, patch, &mut ids).await?
            }
            (GroupAsk::Delete(_), Some(before)) => {
                let events = vec![self.said(&before, "deleted")];
                let touched = self.ledger.delete_group(&before, events).await?;
                return Ok((GroupAnswer::Deleted, touched));
            }
            (_, None) => return Err(Refusal::NotFound),
        };
        let creates = matches!(ask, GroupAsk::Create(_));
        let event = self.said(&group, if creates { "created" } else { "changed" });
        let group = Group {
            modified: now,
            ..group
        };
        let done = self
            .ledger
            .commit_group(group, changes, vec![event])
            .await?;
        let Regrouped {
            group,
            touched,
            unknown,
        } = done;
        if strangers > 0 || !unknown.is_empty() {
            self.passed_over(&group, &unknown, strangers).await;
        }
        let answer = match creates {
            true => GroupAnswer::Created(group),
            false => GroupAnswer::Changed(group),
        };
        Ok((answer, touched))
    }

    /// A PATCH. Members are changed by what it says about them and not by writing a list back, so concurrent ones lose nobody
    /// (idp.md N26); only where an operation needs the list to be understood is it read, and written under its version.
    async fn patched(
        &self,
        before: Group,
        patch: &Patch,
        ids: &mut (dyn FnMut(&[String]) -> Vec<UserId> + Send),
    ) -> Result<(Group, Vec<MemberChange>), Refusal> {
        if let Some((rest, steps)) = patch.split_members() {
            let source = rest.apply(before.source.resource())?.into();
            let changes = steps.iter().map(|step| change(step, ids)).collect();
            return Ok((Group { source, ..before }, changes));
        }
        let members = self.ledger.members(&before.scope, before.id).await?;
        let mut whole = before.source.as_map().clone();
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        whole.insert("members".to_owned(), Value::Array(members));
        let mut after = patch.apply(Source::from(whole).resource())?;
        let members = members_of(&mut after).unwrap_or_default();
        let group = Group {
            source: after.into(),
            ..before
        };
        Ok((group, vec![MemberChange::Set(ids(&members))]))
    }

    /// Ids that are nobody's are told, not refused: one bad member must not keep the others out (idp.md N13). `strangers` counts
    /// those that have not even the form of an id. The group is committed: nothing that happens here takes that back.
    async fn passed_over(&self, group: &Group, unknown: &[UserId], strangers: usize) {
        let count = unknown.len() + strangers;
        tracing::warn!(scope = %group.scope, group = %group.id, count, "member ids that are nobody's were passed over");
        let mut event = self.said(group, "members passed over");
        event.detail["unknown"] = json!(unknown);
        event.detail["noIds"] = json!(strangers);
        if let Err(error) = self.ledger.record(vec![event]).await {
            tracing::error!(%error, "what was passed over could not be recorded");
        }
    }

    fn said(&self, group: &Group, what: &str) -> Event {
        Event {
            at: self.now(),
            scope: group.scope.clone(),
            user: None,
            kind: EventKind::Regrouped,
            detail: json!({"group": group.id, "displayName": group.display_name(), "what": what}),
        }
    }
}

/// A PUT.
fn replaced(
    connection: &Connection,
    mut before: Group,
    body: &Resource,
    ids: &mut dyn FnMut(&[String]) -> Vec<UserId>,
) -> (Group, Vec<MemberChange>) {
    let dialect = connection.dialect;
    let mut body = body.clone();
    let carried = carried_by(&body);
    let members = members_of(&mut body);
    let clears = dialect.put == PutPolicy::ReplaceAll || before.carried.contains("members");
    before.source = replace(before.source.resource(), body, &before.carried, dialect).into();
    before.carried.extend(carried);
    let changes = match members {
        Some(members) => vec![MemberChange::Set(ids(&members))],
        None if clears => vec![MemberChange::Set(Vec::new())],
        None => Vec::new(),
    };
    (before, changes)
}

fn change(step: &MemberStep, ids: &mut dyn FnMut(&[String]) -> Vec<UserId>) -> MemberChange {
    match step {
        MemberStep::Add(members) => MemberChange::Add(ids(members)),
        MemberStep::Remove(members) => MemberChange::Remove(ids(members)),
        MemberStep::Set(members) => MemberChange::Set(ids(members)),
    }
}

/// The ids among these texts. Any other text is nobody's id.
fn ids(texts: &[String]) -> Vec<UserId> {
    texts
        .iter()
        .filter_map(|text| UserId::parse(text))
        .collect()
}

/// What requests must wait for each other on.
fn group_turn(scope: &Scope, ask: &GroupAsk) -> String {
    match ask {
        GroupAsk::Create(body) => {
            let name = body.as_map().get("displayName").and_then(Value::as_str);
            format!("{scope} group {}", fold(name.unwrap_or_default()))
        }
        GroupAsk::Replace(id, _) | GroupAsk::Patch(id, _) | GroupAsk::Delete(id) => id.to_string(),
    }
}
