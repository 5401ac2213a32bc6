//! The users: who they are, and how they come into a ledger that quickly.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge::group::{Group, MemberChange};
use bridge::name::UserId;
use bridge::port::ledger::Ledger;
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::user::{State, User};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::serving::scope;

/// How many users share a commit.
const BATCH: usize = 1_000;
/// How many commits are made ready while one is written.
const ABREAST: usize = 3;

/// The group that has many members from the start, and the one that has none.
pub(crate) const CROWD: &str = "Everybody";
pub(crate) const FEW: &str = "Some";

/// How many members the crowd has, among so many users: the rest are there to join it.
pub(crate) fn crowd(users: usize) -> usize {
    (users / 2).min(100_000)
}

/// The user name of the person with this number. Names, like everything that is indexed, come in order: an index of a million
/// that grows anywhere takes SQLite many minutes, and a look-up anywhere in it as many pages as in this.
pub(crate) fn user_name(number: usize) -> String {
    format!("person{number:07}@example.com")
}

/// Fills a ledger, and writes down everybody's id in the order of their numbers.
pub(crate) async fn settle(ledger: Arc<dyn Ledger>, directory: &Path, users: usize) {
    let mut ids = vec![None; users];
    let mut under_way = JoinSet::new();
    let mut batches = (0..users).step_by(BATCH);
    loop {
        while under_way.len() < ABREAST
            && let Some(first) = batches.next()
        {
            let ledger = Arc::clone(&ledger);
            let last = (first + BATCH).min(users);
            under_way.spawn(async move {
                let people = (first..last).map(person).collect();
                let stored = ledger.commit_all(people, Vec::new()).await;
                let stored = stored.expect("a commit");
                (first, stored.into_iter().map(|user| user.id).collect())
            });
        }
        let Some(done) = under_way.join_next().await else {
            break;
        };
        let (first, stored): (usize, Vec<UserId>) = done.expect("a batch");
        for (place, id) in ids.iter_mut().skip(first).zip(stored) {
            *place = Some(id);
        }
    }
    let ids: Vec<UserId> = ids.into_iter().flatten().collect();
    let text: Vec<String> = ids.iter().map(UserId::to_string).collect();
    std::fs::write(file(directory, users), text.join("\n")).expect("a file");

    group(ledger.as_ref(), FEW, Vec::new()).await;
    let crowd = ids.into_iter().take(crowd(users)).collect();
    group(ledger.as_ref(), CROWD, crowd).await;
}

/// Everybody's id, in the order of their numbers.
pub(crate) fn ids(directory: &Path, users: usize) -> Vec<String> {
    let text = std::fs::read_to_string(file(directory, users)).expect("the ids");
    text.lines().map(str::to_owned).collect()
}

fn file(directory: &Path, users: usize) -> PathBuf {
    directory.join(format!("{users}.ids"))
}

/// Makes a group whose members need no evaluation any more.
async fn group(ledger: &dyn Ledger, name: &str, members: Vec<UserId>) {
    let source = source(json!({"displayName": name}));
    let group = Group::new(scope(), source, Timestamp::now());
    let changes = vec![MemberChange::Add(members)];
    let made = ledger.commit_group(group, changes, Vec::new()).await;
    made.expect("a group");
    loop {
        let pending = ledger.pending(&scope().tenant, BATCH).await;
        let pending = pending.expect("what is pending");
        if pending.is_empty() {
            break;
        }
        ledger.evaluated(pending).await.expect("nothing pending");
    }
}

fn source(document: Value) -> Source {
    match document {
        Value::Object(document) => document.into(),
        _ => Source::default(),
    }
}

/// Somebody whom CXone has accepted as they are, so that an evaluation tells it nothing.
fn person(number: usize) -> User {
    let user_name = user_name(number);
    let (given, family) = (format!("Ada{number:07}"), format!("Byron{}", number % 977));
    let display_name = format!("{given} {family}");
    let phone = format!("+44207946{:04}", number % 10_000);
    let mut user = User::new(
        scope(),
        source(json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            ],
            "externalId": format!("ext-{number:07}"),
            "userName": user_name,
            "active": true,
            "displayName": display_name,
            "title": "Agent",
            "preferredLanguage": "en-GB",
            "name": {"givenName": given, "familyName": family, "formatted": display_name},
            "emails": [{"primary": true, "type": "work", "value": user_name}],
            "phoneNumbers": [{"type": "mobile", "value": phone}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "employeeNumber": number.to_string(),
                "department": format!("Voice {}", number % 40),
            },
        })),
        Timestamp::now(),
    );
    let mut target = Target::default();
    for (attribute, value) in [
        (Attribute::UserName, &user_name),
        (Attribute::GivenName, &given),
        (Attribute::FamilyName, &family),
        (Attribute::DisplayName, &display_name),
        (Attribute::Email, &user_name),
        (Attribute::MobileNumber, &phone),
    ] {
        target.set(attribute, value);
        user.provenance.insert(attribute, "entra".to_owned());
    }
    target.active = Some(true);
    user.carried = user.source.as_map().keys().cloned().collect();
    user.link = Some(format!("cxone-{number:012}"));
    user.target_name = Some(user_name);
    user.shown = Some(target.clone());
    user.accepted = Some(target);
    user.state = State::Settled;
    user
}
