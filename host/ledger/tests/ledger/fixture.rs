//! Invented people and their doings.

use std::time::Duration;

use bridge::event::{Event, EventKind};
use bridge::group::{Group, MemberChange, Regrouped};
use bridge::name::{Scope, TenantName, UserId, fold};
use bridge::port::ledger::{Aim, Intent, Ledger, Opening};
use bridge::source::Source;
use bridge::user::{Debt, State, User};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A moment, by its distance from a fixed one; not on a full second, so that lost digits show.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + seconds, 123_456_789).expect("a moment")
}

pub(crate) fn tenant(name: &str) -> TenantName {
    name.parse().expect("a tenant name")
}

pub(crate) fn scope(text: &str) -> Scope {
    let (tenant, connection) = text.split_once('/').expect("tenant/connection");
    Scope {
        tenant: tenant.parse().expect("a tenant name"),
        connection: connection.parse().expect("a connection name"),
    }
}

pub(crate) fn acme() -> Scope {
    scope("acme/entra")
}

pub(crate) fn source(document: Value) -> Source {
    let Value::Object(document) = document else {
        panic!("a source is an object");
    };
    Source::from(document)
}

/// A settled user of this name, not stored yet.
pub(crate) fn person(scope: &Scope, name: &str) -> User {
    let document = json!({
        "userName": format!("{name}@example.com"),
        "externalId": format!("ext-{name}"),
        "emails": [{"type": "work", "value": format!("{name}@example.com")}],
        "zeta": 1,
        "alpha": {"nested": [true, null, "\u{0000}ß"]},
    });
    let mut user = User::new(scope.clone(), source(document), at(0));
    user.state = State::Settled;
    user
}

/// The user with another user name.
pub(crate) fn renamed(user: &User, name: &str) -> User {
    let mut user = user.clone();
    let mut document = user.source.into_map();
    document.insert("userName".into(), json!(format!("{name}@example.com")));
    user.source = Source::from(document);
    user
}

pub(crate) fn deleted(user: &User, seconds: i64) -> User {
    let mut user = user.clone();
    user.deleted = Some(at(seconds));
    user
}

pub(crate) fn owing(user: &User, deactivation: bool, since: i64) -> User {
    let mut user = user.clone();
    user.state = State::Owed;
    user.debt = Some(Debt {
        deactivation,
        since: at(since),
        attempts: 1,
        held: false,
        released: false,
        template: false,
        observed: false,
        sought: None,
    });
    user
}

pub(crate) fn event(user: &User, kind: EventKind) -> Event {
    Event {
        at: at(0),
        scope: user.scope.clone(),
        user: Some(user.id),
        kind,
        detail: json!({"attributes": ["userName"]}),
    }
}

/// What is about to be done to a user under these names in CXone.
pub(crate) fn intent(user: &User, names: &[&str]) -> Intent {
    Intent {
        user: user.clone(),
        aim: Aim::Converge,
        names: names.iter().map(|name| fold(name)).collect(),
        event: event(user, EventKind::Told),
    }
}

pub(crate) async fn commit(ledger: &dyn Ledger, user: User) -> User {
    ledger.commit(user, vec![]).await.expect("a commit")
}

/// Opens an intent that nobody is in the way of; answers its fencing number.
pub(crate) async fn grant(ledger: &dyn Ledger, intent: &Intent) -> u64 {
    match ledger.open(intent, "a", at(0), LEASE).await {
        Ok(Opening::Granted { fence }) => fence,
        other => panic!("the lock was not granted: {other:?}"),
    }
}

/// The first parts of the user names, in the order given.
pub(crate) fn names(users: &[User]) -> Vec<String> {
    let name = |user: &User| user.source.user_name().split('@').next().map(str::to_owned);
    users.iter().filter_map(name).collect()
}

/// A group of this name, not stored yet.
pub(crate) fn group(scope: &Scope, name: &str) -> Group {
    let document = json!({
        "displayName": name,
        "externalId": format!("ext-{name}"),
        "zeta": 1,
        "alpha": {"nested": [true, null, "ß"]},
    });
    Group::new(scope.clone(), source(document), at(0))
}

/// The group with another value of an attribute.
pub(crate) fn with(group: &Group, attribute: &str, value: Value) -> Group {
    let mut group = group.clone();
    let mut document = group.source.into_map();
    document.insert(attribute.into(), value);
    group.source = Source::from(document);
    group
}

/// Commits a group that nothing is wrong with.
pub(crate) async fn regroup(
    ledger: &dyn Ledger,
    group: &Group,
    changes: impl Into<Vec<MemberChange>>,
) -> Regrouped {
    ledger
        .commit_group(group.clone(), changes.into(), vec![])
        .await
        .expect("a commit")
}

/// Stores users of these names; answers their ids.
pub(crate) async fn people<const N: usize>(
    ledger: &dyn Ledger,
    scope: &Scope,
    names: [&str; N],
) -> [UserId; N] {
    let users = names.iter().map(|name| person(scope, name)).collect();
    let users = ledger.commit_all(users, vec![]).await.expect("a commit");
    std::array::from_fn(|index| users[index].id)
}

/// A group of these members, stored.
pub(crate) async fn team(
    ledger: &dyn Ledger,
    scope: &Scope,
    name: &str,
    members: &[UserId],
) -> Group {
    let change = MemberChange::Add(members.to_vec());
    regroup(ledger, &group(scope, name), [change]).await.group
}

/// Whose re-evaluation is pending, longest first.
pub(crate) async fn waiting(ledger: &dyn Ledger, tenant: &TenantName) -> Vec<UserId> {
    let pending = ledger.pending(tenant, 10_000).await.expect("a list");
    pending.iter().map(|pending| pending.user).collect()
}

/// Ends all re-evaluations of a tenant.
pub(crate) async fn evaluate_all(ledger: &dyn Ledger, tenant: &TenantName) {
    let pending = ledger.pending(tenant, 10_000).await.expect("a list");
    ledger.evaluated(pending).await.expect("an end");
}

/// Sorted: where the order is nobody's promise.
pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}
