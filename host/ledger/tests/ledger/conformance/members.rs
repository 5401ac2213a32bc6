//! Members: who joins, who leaves, in which order.

use std::sync::Arc;

use bridge::group::{Group, MemberChange};
use bridge::name::{UserId, fold};
use bridge::port::ledger::{Ledger, LedgerError};
use bridge::user::{State, User};
use serde_json::json;
use tokio::task::JoinSet;

use super::Engine;
use super::model::Dice;
use crate::fixture::{
    acme, at, commit, deleted, grant, group, intent, people, person, regroup, scope, sorted, team,
    with,
};

use MemberChange::{Add, Remove, Set};

async fn members(ledger: &dyn Ledger, group: &Group) -> Vec<UserId> {
    let members = ledger.members(&group.scope, group.id).await;
    members.expect("members")
}

pub(crate) async fn members_keep_the_order_of_joining(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a, b, c, d] = people(&*ledger, &acme(), ["a", "b", "c", "d"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[c, a, c]).await;
    assert_eq!(members(&*ledger, &sales).await, [c, a]);
    let sales = regroup(&*ledger, &sales, [Add(vec![d, a, b])]).await.group;
    assert_eq!(members(&*ledger, &sales).await, [c, a, d, b]);
    let sales = regroup(&*ledger, &sales, [Remove(vec![b, c])]).await.group;
    let sales = regroup(&*ledger, &sales, [Add(vec![c])]).await.group;
    assert_eq!(members(&*ledger, &sales).await, [a, d, c]);
    let sales = regroup(&*ledger, &sales, [Set(vec![b, c, a])]).await.group;
    assert_eq!(members(&*ledger, &sales).await, [a, c, b]);
    let sales = regroup(&*ledger, &sales, [Set(vec![])]).await.group;
    assert_eq!(members(&*ledger, &sales).await, []);
    assert_eq!(sales.version, 6);
    assert_eq!(ledger.group(&acme(), sales.id).await, Ok(Some(sales)));
}

pub(crate) async fn several_changes_are_done_in_order(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a, b, c, d, e] = people(&*ledger, &acme(), ["a", "b", "c", "d", "e"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[a, b]).await;
    for (changes, expected, touched) in [
        (
            vec![Remove(vec![a]), Add(vec![d, c]), Remove(vec![d])],
            vec![b, c],
            vec![a, c],
        ),
        (vec![Add(vec![a]), Set(vec![e, b])], vec![b, e], vec![c, e]),
        (
            vec![Set(vec![]), Add(vec![c, b]), Remove(vec![e, e])],
            vec![b, c],
            vec![c, e],
        ),
        (
            vec![Add(vec![d]), Add(vec![a]), Remove(vec![d]), Add(vec![d])],
            vec![b, c, a, d],
            vec![a, d],
        ),
    ] {
        let now = ledger.group(&acme(), sales.id).await.expect("a read");
        let now = now.expect("a group");
        let answer = regroup(&*ledger, &now, changes).await;
        assert_eq!(members(&*ledger, &sales).await, expected);
        assert_eq!(sorted(answer.touched), sorted(touched));
        assert_eq!(answer.group.version, now.version + 1);
        assert_eq!(answer.unknown, vec![]);
    }
}

pub(crate) async fn who_is_no_live_user_of_the_connection_is_passed_over(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben] = people(&*ledger, &acme(), ["ada", "ben"]).await;
    let [okta] = people(&*ledger, &scope("acme/okta"), ["cleo"]).await;
    let [globex] = people(&*ledger, &scope("globex/entra"), ["dan"]).await;
    let gone = commit(&*ledger, person(&acme(), "eve")).await;
    let gone = commit(&*ledger, deleted(&gone, 1)).await.id;
    let nobody = UserId::new();
    let strangers = vec![okta, globex, gone, nobody];
    let mut all = vec![ada];
    all.extend(strangers.iter().chain(&strangers));
    all.push(ben);
    let mut sales = group(&acme(), "Sales");
    for change in [Add(all.clone()), Set(all.clone()), Remove(all)] {
        let changes = [change, Add(strangers.clone())];
        let answer = regroup(&*ledger, &sales, changes).await;
        assert_eq!(sorted(answer.unknown), sorted(strangers.clone()));
        sales = answer.group;
        let left = members(&*ledger, &sales).await;
        assert!(left == [ada, ben] || left.is_empty(), "{left:?}");
    }
    assert_eq!(members(&*ledger, &sales).await, []);
    let theirs = ledger.memberships(&scope("acme/okta"), &[okta]).await;
    assert_eq!(theirs, Ok([].into()));
}

pub(crate) async fn offered_users_may_be_members(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = User {
        state: State::Offered,
        ..person(&acme(), "ada")
    };
    let ada = commit(&*ledger, ada).await;
    let sales = group(&acme(), "Sales");
    let answer = regroup(&*ledger, &sales, [Add(vec![ada.id])]).await;
    assert_eq!((answer.touched, answer.unknown), (vec![ada.id], vec![]));
    assert_eq!(members(&*ledger, &answer.group).await, [ada.id]);
    let pending = ledger.pending_of(&acme(), ada.id).await;
    assert!(matches!(pending, Ok(Some(_))), "{pending:?}");
}

pub(crate) async fn memberships_are_those_of_whom_is_asked_for(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben, cleo] = people(&*ledger, &acme(), ["ada", "ben", "cleo"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ben]).await;
    let plain = with(&group(&acme(), "Alpha"), "externalId", json!(null));
    let alpha = regroup(&*ledger, &plain, [Add(vec![ada, ben])]).await.group;
    // Joined later, but the group is older.
    let sales = regroup(&*ledger, &sales, [Add(vec![ada])]).await.group;
    let asked = [ada, cleo, UserId::new(), ada];
    let expected = [(ada, vec![sales.membership(), alpha.membership()])];
    let found = ledger.memberships(&acme(), &asked).await;
    assert_eq!(found, Ok(expected.into()));
    assert_eq!(alpha.membership().external_id, None);
    assert_eq!(ledger.memberships(&acme(), &[]).await, Ok([].into()));
    // As the group is called now.
    let renamed = with(&alpha, "displayName", json!("Omega"));
    let renamed = with(&renamed, "externalId", json!("o-1"));
    let omega = regroup(&*ledger, &renamed, []).await.group.membership();
    let found = ledger.memberships(&acme(), &[ben]).await;
    let expected = [(ben, vec![sales.membership(), omega])];
    assert_eq!(found, Ok(expected.into()));
}

pub(crate) async fn a_page_of_users_and_a_large_group(engine: impl Engine) {
    let ledger = engine.ledger();
    let users = (0..1000).map(|number| person(&acme(), &format!("user-{number}")));
    let users = ledger.commit_all(users.collect(), vec![]).await;
    let ids: Vec<_> = users.expect("users").iter().map(|user| user.id).collect();
    let sales = team(&*ledger, &acme(), "Sales", &ids).await;
    let support = team(&*ledger, &acme(), "Support", &ids[..100]).await;
    assert_eq!(members(&*ledger, &sales).await, ids);
    let page = ledger.memberships(&acme(), &ids[..200]).await;
    let page = page.expect("memberships");
    assert_eq!(page.len(), 200);
    for (index, id) in ids[..200].iter().enumerate() {
        let mut groups = vec![sales.membership()];
        groups.extend((index < 100).then(|| support.membership()));
        assert_eq!(page[id], groups, "{index}");
    }
    let half: Vec<_> = ids.iter().copied().step_by(2).collect();
    let answer = regroup(&*ledger, &sales, [Set(half.clone())]).await;
    assert_eq!(answer.touched.len(), 500);
    assert_eq!(members(&*ledger, &sales).await, half);
}

pub(crate) async fn who_is_deleted_leaves_all_groups(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben, cleo, dan] = people(&*ledger, &acme(), ["ada", "ben", "cleo", "dan"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada, ben, cleo, dan]).await;
    let mut late = group(&acme(), "Support");
    late.modified = at(100);
    let late = regroup(&*ledger, &late, [Add(vec![ada, dan])]).await.group;
    let other = team(&*ledger, &acme(), "Other", &[dan]).await;
    let user = async |id| {
        let user = ledger.user(&acme(), id).await.expect("a read");
        user.expect("a user")
    };
    // Each way of deleting.
    commit(&*ledger, deleted(&user(ada).await, 10)).await;
    let gone = deleted(&user(ben).await, 20);
    let fence = grant(&*ledger, &intent(&gone, &["ben"])).await;
    assert_eq!(members(&*ledger, &sales).await, [ben, cleo, dan]);
    ledger.close(fence, gone, vec![]).await.expect("the lock");
    let gone = vec![deleted(&user(cleo).await, 30), user(dan).await];
    ledger.commit_all(gone, vec![]).await.expect("a commit");

    assert_eq!(members(&*ledger, &sales).await, [dan]);
    assert_eq!(members(&*ledger, &late).await, [dan]);
    let left = ledger.memberships(&acme(), &[ada, ben, cleo]).await;
    assert_eq!(left, Ok([].into()));
    let group = async |id| ledger.group(&acme(), id).await.expect("a read");
    let now = group(sales.id).await.expect("a group");
    assert_eq!((now.version, now.modified), (sales.version + 3, at(30)));
    // A time never goes back.
    let now = group(late.id).await.expect("a group");
    assert_eq!((now.version, now.modified), (late.version + 1, at(100)));
    assert_eq!(group(other.id).await, Some(other));
    let refused = ledger.commit_group(sales, vec![Add(vec![ada])], vec![]);
    assert_eq!(refused.await, Err(LedgerError::Stale));
}

pub(crate) async fn who_comes_back_from_deletion_is_in_no_group(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada.id]).await;
    let ada = commit(&*ledger, deleted(&ada, 1)).await;
    let ada = User {
        deleted: None,
        ..ada
    };
    let ada = commit(&*ledger, ada).await;
    assert_eq!(members(&*ledger, &sales).await, []);
    let groups = ledger.memberships(&acme(), &[ada.id]).await;
    assert_eq!(groups, Ok([].into()));
}

pub(crate) async fn a_refused_deletion_leaves_the_groups_as_they_were(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada.id, ben.id]).await;
    let mut old = deleted(&ben, 1);
    old.version = 0;
    let refused = ledger.commit_all(vec![deleted(&ada, 1), old], vec![]).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    assert_eq!(members(&*ledger, &sales).await, [ada.id, ben.id]);
    assert_eq!(ledger.group(&acme(), sales.id).await, Ok(Some(sales)));
}

/// One at a time, whoever is too late reads again: nobody's change is lost.
pub(crate) async fn eight_writers_of_one_group_lose_nothing(engine: impl Engine) {
    const WRITERS: usize = 8;
    const CHANGES: usize = 500;
    let ledger = engine.ledger();
    let users = (0..WRITERS * 10).map(|number| person(&acme(), &format!("user-{number}")));
    let users = ledger.commit_all(users.collect(), vec![]).await;
    let ids: Vec<_> = users.expect("users").iter().map(|user| user.id).collect();
    let sales = team(&*ledger, &acme(), "Sales", &[]).await;
    let mut writers = JoinSet::new();
    // Each has ten people of its own, so that it knows who of them must be in at the end.
    for (writer, own) in ids.chunks(10).enumerate() {
        let (ledger, own, id) = (Arc::clone(&ledger), own.to_vec(), sales.id);
        writers.spawn(async move {
            let mut dice = Dice::new(writer as u64);
            let mut members = Vec::new();
            let mut written = 0;
            for _ in 0..CHANGES {
                let one = own[dice.below(own.len())];
                let before = members.len();
                members.retain(|member| *member != one);
                let change = if members.len() < before {
                    Remove(vec![one])
                } else {
                    members.push(one);
                    Add(vec![one])
                };
                loop {
                    let group = ledger.group(&acme(), id).await.expect("a read");
                    let group = group.expect("a group");
                    match ledger
                        .commit_group(group, vec![change.clone()], vec![])
                        .await
                    {
                        Ok(answer) => {
                            assert_eq!(answer.touched, [one]);
                            written += 1;
                            break;
                        }
                        Err(LedgerError::Stale) => tokio::task::yield_now().await,
                        Err(other) => panic!("{other}"),
                    }
                }
            }
            (members, written)
        });
    }
    let (expected, written): (Vec<_>, Vec<u64>) = writers.join_all().await.into_iter().unzip();
    let found = members(&*ledger, &sales).await;
    assert_eq!(sorted(found), sorted(expected.concat()));
    let sales = ledger.group(&acme(), sales.id).await.expect("a read");
    let version = sales.expect("a group").version;
    assert_eq!(version, 1 + written.iter().sum::<u64>());
    assert_eq!(written.iter().sum::<u64>(), (WRITERS * CHANGES) as u64);
}

/// What is folded alike is one name, so a group is found by what a caller folds.
pub(crate) async fn names_are_folded_as_everywhere(engine: impl Engine) {
    let ledger = engine.ledger();
    let name = "ΟΔΟΣ Straße İ";
    let sales = team(&*ledger, &acme(), name, &[]).await;
    let lookup = bridge::port::ledger::GroupLookup::Name(fold(name));
    let found = ledger.find_groups(&acme(), &lookup).await;
    assert_eq!(found, Ok(vec![sales]));
}
