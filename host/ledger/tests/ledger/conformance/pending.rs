//! Re-evaluations: whom a change touches, and what becomes of the marks.

use bridge::group::{MemberChange, Pending};
use bridge::name::UserId;
use bridge::port::ledger::Ledger;
use serde_json::json;

use super::Engine;
use crate::fixture::{
    acme, at, commit, deleted, evaluate_all, group, people, person, regroup, scope, sorted, team,
    tenant, waiting, with,
};

use MemberChange::{Add, Remove, Set};

async fn of(ledger: &dyn Ledger, user: UserId) -> Pending {
    let pending = ledger.pending_of(&acme(), user).await.expect("a read");
    pending.expect("a mark")
}

async fn done(ledger: &dyn Ledger, pending: &Pending) {
    let done = vec![pending.clone()];
    ledger.evaluated(done).await.expect("an end");
}

pub(crate) async fn who_joins_or_leaves_is_touched_and_nobody_else(engine: impl Engine) {
    let ledger = engine.ledger();
    let acme_ = tenant("acme");
    let [a, b, c, d] = people(&*ledger, &acme(), ["a", "b", "c", "d"]).await;
    let sales = group(&acme(), "Sales");
    let answer = regroup(&*ledger, &sales, [Add(vec![a, b])]).await;
    assert_eq!(sorted(answer.touched), sorted([a, b]));
    assert_eq!(sorted(waiting(&*ledger, &acme_).await), sorted([a, b]));
    evaluate_all(&*ledger, &acme_).await;
    let changes = [Remove(vec![b, d]), Add(vec![c, a])];
    let answer = regroup(&*ledger, &answer.group, changes).await;
    assert_eq!(sorted(answer.touched), sorted([b, c]));
    assert_eq!(sorted(waiting(&*ledger, &acme_).await), sorted([b, c]));
    evaluate_all(&*ledger, &acme_).await;
    let answer = regroup(&*ledger, &answer.group, [Set(vec![a, d])]).await;
    assert_eq!(sorted(answer.touched), sorted([c, d]));
    assert_eq!(sorted(waiting(&*ledger, &acme_).await), sorted([c, d]));
}

pub(crate) async fn what_members_see_of_a_group_touches_them_all(engine: impl Engine) {
    let ledger = engine.ledger();
    let acme_ = tenant("acme");
    let [a, b, c, d] = people(&*ledger, &acme(), ["a", "b", "c", "d"]).await;
    let mut sales = team(&*ledger, &acme(), "Sales", &[a, b]).await;
    for (attribute, value) in [
        ("displayName", json!("Sales EU")),
        // Folded alike, but settings and plugins are shown what is written.
        ("displayName", json!("SALES EU")),
        ("externalId", json!("new")),
        ("externalId", json!(null)),
    ] {
        evaluate_all(&*ledger, &acme_).await;
        let changed = with(&sales, attribute, value.clone());
        let answer = regroup(&*ledger, &changed, []).await;
        assert_eq!(sorted(answer.touched), sorted([a, b]), "{value}");
        assert_eq!(sorted(waiting(&*ledger, &acme_).await), sorted([a, b]));
        sales = answer.group;
    }
    // Before or after: who leaves at the same time, who comes, who stays.
    evaluate_all(&*ledger, &acme_).await;
    let changed = with(&sales, "displayName", json!("Sales US"));
    let changes = [Remove(vec![a]), Add(vec![c])];
    let answer = regroup(&*ledger, &changed, changes).await;
    assert_eq!(sorted(answer.touched), sorted([a, b, c]));
    assert_eq!(sorted(waiting(&*ledger, &acme_).await), sorted([a, b, c]));
    assert_eq!(ledger.pending_of(&acme(), d).await, Ok(None));
}

pub(crate) async fn what_members_do_not_see_touches_nobody(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a] = people(&*ledger, &acme(), ["a"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[a]).await;
    evaluate_all(&*ledger, &tenant("acme")).await;
    let changed = with(&sales, "description", json!("who sells"));
    let answer = regroup(&*ledger, &changed, []).await;
    assert_eq!(answer.touched, vec![]);
    assert_eq!(answer.group.version, sales.version + 1);
    assert!(waiting(&*ledger, &tenant("acme")).await.is_empty());
    let read = ledger.group(&acme(), sales.id).await;
    assert_eq!(read, Ok(Some(answer.group)));
}

pub(crate) async fn each_user_is_pending_once_and_keeps_the_place(engine: impl Engine) {
    let ledger = engine.ledger();
    let acme_ = tenant("acme");
    let [a, b, c] = people(&*ledger, &acme(), ["a", "b", "c"]).await;
    let mut sales = team(&*ledger, &acme(), "Sales", &[c]).await;
    for user in [a, b] {
        sales = regroup(&*ledger, &sales, [Add(vec![user])]).await.group;
    }
    assert_eq!(waiting(&*ledger, &acme_).await, [c, a, b]);
    let first = of(&*ledger, c).await;
    regroup(&*ledger, &sales, [Remove(vec![c])]).await;
    assert_eq!(waiting(&*ledger, &acme_).await, [c, a, b]);
    assert!(of(&*ledger, c).await.mark > first.mark);
    let two = ledger.pending(&acme_, 2).await.expect("a list");
    assert_eq!(two, [of(&*ledger, c).await, of(&*ledger, a).await]);
    assert_eq!(ledger.pending(&acme_, 0).await, Ok(vec![]));
    // Whoever was done with comes in at the end.
    done(&*ledger, &of(&*ledger, c).await).await;
    team(&*ledger, &acme(), "Support", &[c]).await;
    assert_eq!(waiting(&*ledger, &acme_).await, [a, b, c]);
}

pub(crate) async fn who_is_marked_during_the_evaluation_stays_pending(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a, b] = people(&*ledger, &acme(), ["a", "b"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[a, b]).await;
    let begun = ledger.pending(&tenant("acme"), 9).await.expect("a list");
    regroup(&*ledger, &sales, [Remove(vec![a])]).await;
    ledger.evaluated(begun.clone()).await.expect("an end");
    assert_eq!(waiting(&*ledger, &tenant("acme")).await, [a]);
    let again = of(&*ledger, a).await;
    ledger.evaluated(begun).await.expect("nothing to end");
    done(&*ledger, &again).await;
    done(&*ledger, &again).await;
    assert!(waiting(&*ledger, &tenant("acme")).await.is_empty());
}

/// Two may evaluate the same user, and the slower one may end long after: what it saw is not what is pending now.
pub(crate) async fn a_mark_never_comes_twice(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a] = people(&*ledger, &acme(), ["a"]).await;
    let mut sales = group(&acme(), "Sales");
    let mut ended: Vec<Pending> = Vec::new();
    for round in 0..6 {
        let change = if round % 2 == 0 {
            Add(vec![a])
        } else {
            Remove(vec![a])
        };
        sales = regroup(&*ledger, &sales, [change]).await.group;
        ledger.evaluated(ended.clone()).await.expect("nothing");
        let now = of(&*ledger, a).await;
        assert!(ended.iter().all(|old| old.mark < now.mark), "{now:?}");
        done(&*ledger, &now).await;
        assert_eq!(ledger.pending_of(&acme(), a).await, Ok(None));
        ended.push(now);
    }
}

pub(crate) async fn tenants_wait_apart(engine: impl Engine) {
    let ledger = engine.ledger();
    let (okta, globex) = (scope("acme/okta"), scope("globex/entra"));
    let [a] = people(&*ledger, &acme(), ["a"]).await;
    let [b] = people(&*ledger, &okta, ["b"]).await;
    let [c] = people(&*ledger, &globex, ["c"]).await;
    team(&*ledger, &globex, "Sales", &[c]).await;
    team(&*ledger, &okta, "Sales", &[b]).await;
    team(&*ledger, &acme(), "Sales", &[a]).await;
    assert_eq!(waiting(&*ledger, &tenant("acme")).await, [b, a]);
    let theirs = ledger.pending(&tenant("globex"), 9).await.expect("a list");
    assert_eq!(theirs.len(), 1);
    assert_eq!((&theirs[0].scope, theirs[0].user), (&globex, c));
    let alien = Pending {
        scope: acme(),
        ..theirs[0].clone()
    };
    done(&*ledger, &alien).await;
    assert_eq!(waiting(&*ledger, &tenant("globex")).await, [c]);
    evaluate_all(&*ledger, &tenant("globex")).await;
    assert_eq!(waiting(&*ledger, &tenant("acme")).await, [b, a]);
}

pub(crate) async fn who_is_deleted_waits_for_nothing(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    team(&*ledger, &acme(), "Sales", &[ada.id, ben.id]).await;
    commit(&*ledger, deleted(&ada, 1)).await;
    assert_eq!(waiting(&*ledger, &tenant("acme")).await, [ben.id]);
    assert_eq!(ledger.pending_of(&acme(), ada.id).await, Ok(None));
}

pub(crate) async fn groups_and_marks_survive_a_restart(engine: impl Engine) {
    let ledger = engine.ledger();
    let [a, b, c] = people(&*ledger, &acme(), ["a", "b", "c"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[b]).await;
    let mut sales = with(&sales, "displayName", json!("Sales EU"));
    sales.modified = at(5);
    let sales = regroup(&*ledger, &sales, [Add(vec![c, a])]).await.group;
    let pending = ledger.pending(&tenant("acme"), 9).await.expect("a list");
    assert_eq!(pending.len(), 3);
    drop(ledger);
    let engine = engine.restart().await;
    let ledger = engine.ledger();
    let read = ledger.group(&acme(), sales.id).await;
    assert_eq!(read, Ok(Some(sales.clone())));
    let members = ledger.members(&acme(), sales.id).await;
    assert_eq!(members, Ok(vec![b, c, a]));
    let groups = ledger.memberships(&acme(), &[a]).await;
    assert_eq!(groups, Ok([(a, vec![sales.membership()])].into()));
    assert_eq!(ledger.pending(&tenant("acme"), 9).await, Ok(pending));
    // Marks go on from where they were.
    let before = of(&*ledger, a).await;
    regroup(&*ledger, &sales, [Remove(vec![a])]).await;
    assert!(of(&*ledger, a).await.mark > before.mark);
}
