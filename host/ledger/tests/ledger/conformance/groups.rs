//! Groups: versions, names, look-ups, all or nothing. Their members: `members`.

use bridge::event::{Event, EventKind};
use bridge::group::{Group, MemberChange};
use bridge::name::{GroupId, Scope, UserId};
use bridge::port::ledger::{GroupLookup, Ledger, LedgerError};
use serde_json::json;

use super::Engine;
use crate::fixture::{
    acme, at, evaluate_all, event, group, people, person, regroup, scope, team, tenant, waiting,
    with,
};

fn regrouped() -> Vec<Event> {
    vec![Event {
        user: None,
        ..event(&person(&acme(), "nobody"), EventKind::Regrouped)
    }]
}

fn titles(groups: &[Group]) -> Vec<&str> {
    groups.iter().map(Group::display_name).collect()
}

async fn found(ledger: &dyn Ledger, scope: &Scope, lookup: GroupLookup) -> Vec<String> {
    let groups = ledger.find_groups(scope, &lookup).await.expect("a look-up");
    titles(&groups).into_iter().map(str::to_owned).collect()
}

async fn stale(ledger: &dyn Ledger, group: &Group) {
    let change = MemberChange::Set(vec![]);
    let refused = ledger.commit_group(group.clone(), vec![change], regrouped());
    assert_eq!(refused.await, Err(LedgerError::Stale));
}

pub(crate) async fn a_group_reads_back_exactly(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut sales = group(&acme(), "Sales");
    sales.carried = ["displayName".to_owned(), "members".to_owned()].into();
    sales.modified = at(7);
    let sales = regroup(&*ledger, &sales, []).await.group;
    let mut support = group(&acme(), "Support");
    // On a full second: no digits that could be lost.
    support.modified = jiff::Timestamp::from_second(1_790_000_000).expect("a moment");
    let support = regroup(&*ledger, &support, []).await.group;
    assert_eq!((sales.version, support.version), (1, 1));
    assert!(0 < sales.sequence && sales.sequence < support.sequence);
    for stored in [&sales, &support] {
        let read = ledger.group(&acme(), stored.id).await;
        assert_eq!(read, Ok(Some(stored.clone())));
        let read = read.ok().flatten().expect("a group");
        let order = |group: &Group| group.source.as_map().keys().cloned().collect::<Vec<_>>();
        assert_eq!(order(&read), order(stored), "the order of attributes");
    }
    assert_eq!(ledger.group(&acme(), GroupId::new()).await, Ok(None));
}

pub(crate) async fn a_commit_counts_up_and_keeps_the_sequence(engine: impl Engine) {
    let ledger = engine.ledger();
    let first = team(&*ledger, &acme(), "Sales", &[]).await;
    team(&*ledger, &acme(), "Support", &[]).await;
    let mut next = with(&first, "displayName", json!("Sales EU"));
    next.sequence = 0;
    let second = regroup(&*ledger, &next, []).await.group;
    assert_eq!((second.version, second.sequence), (2, first.sequence));
    assert_eq!(ledger.group(&acme(), first.id).await, Ok(Some(second)));
}

pub(crate) async fn an_old_version_is_stale(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada] = people(&*ledger, &acme(), ["ada"]).await;
    let first = team(&*ledger, &acme(), "Sales", &[ada]).await;
    let second = with(&first, "displayName", json!("Sales EU"));
    let second = regroup(&*ledger, &second, []).await.group;
    stale(&*ledger, &first).await;
    let mut ahead = second.clone();
    for version in [0, 3, i64::MAX as u64, u64::MAX] {
        ahead.version = version;
        stale(&*ledger, &ahead).await;
        let refused = ledger.delete_group(&ahead, regrouped()).await;
        assert_eq!(refused, Err(LedgerError::Stale), "{version}");
    }
    assert_eq!(ledger.group(&acme(), first.id).await, Ok(Some(second)));
    assert_eq!(ledger.members(&acme(), first.id).await, Ok(vec![ada]));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
}

pub(crate) async fn a_group_that_does_not_exist_is_neither_changed_nor_deleted(
    engine: impl Engine,
) {
    let ledger = engine.ledger();
    let new = group(&acme(), "Sales");
    let refused = ledger.delete_group(&new, regrouped()).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    stale(&*ledger, &Group { version: 1, ..new }).await;
    assert_eq!(ledger.count_groups(&acme()).await, Ok(0));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
}

pub(crate) async fn a_group_never_changes_its_connection(engine: impl Engine) {
    let ledger = engine.ledger();
    let sales = team(&*ledger, &acme(), "Sales", &[]).await;
    for version in [0, 1] {
        let mut moved = sales.clone();
        moved.version = version;
        moved.scope = scope("acme/okta");
        stale(&*ledger, &moved).await;
        let refused = ledger.delete_group(&moved, regrouped()).await;
        assert_eq!(refused, Err(LedgerError::Stale));
    }
    assert_eq!(ledger.group(&acme(), sales.id).await, Ok(Some(sales)));
}

pub(crate) async fn a_name_is_taken_whatever_its_case(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada] = people(&*ledger, &acme(), ["ada"]).await;
    let first = team(&*ledger, &acme(), "Vertrieb Köln", &[]).await;
    let second = team(&*ledger, &acme(), "Support", &[]).await;
    let twin = group(&acme(), "VERTRIEB KÖLN");
    let renamed = with(&second, "displayName", json!("vertrieb köln"));
    for refused in [twin.clone(), renamed] {
        let change = vec![MemberChange::Add(vec![ada])];
        let refused = ledger.commit_group(refused, change, regrouped()).await;
        assert_eq!(refused, Err(LedgerError::NameTaken));
    }
    // Nothing of it was kept.
    assert_eq!(ledger.group(&acme(), twin.id).await, Ok(None));
    assert_eq!(ledger.members(&acme(), second.id).await, Ok(vec![]));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    assert!(waiting(&*ledger, &tenant("acme")).await.is_empty());
    // A group may write its own name otherwise, and what it leaves is free.
    let first = with(&first, "displayName", json!("VERTRIEB KÖLN"));
    let first = regroup(&*ledger, &first, []).await.group;
    regroup(&*ledger, &with(&first, "displayName", json!("Sales")), []).await;
    regroup(&*ledger, &twin, []).await;
}

pub(crate) async fn a_name_is_free_in_another_connection(engine: impl Engine) {
    let ledger = engine.ledger();
    for connection in ["acme/entra", "acme/okta", "globex/entra"] {
        team(&*ledger, &scope(connection), "Sales", &[]).await;
    }
}

pub(crate) async fn what_changes_nothing_is_not_written(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben] = people(&*ledger, &acme(), ["ada", "ben"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada]).await;
    evaluate_all(&*ledger, &tenant("acme")).await;
    let mut same = sales.clone();
    same.modified = at(9);
    let unknown = UserId::new();
    for changes in [
        vec![],
        vec![MemberChange::Add(vec![ada, ada])],
        vec![MemberChange::Remove(vec![ben])],
        vec![MemberChange::Set(vec![ada])],
        vec![
            MemberChange::Add(vec![ben]),
            MemberChange::Remove(vec![ben]),
        ],
        vec![
            MemberChange::Remove(vec![ada]),
            MemberChange::Add(vec![ada]),
        ],
        vec![MemberChange::Add(vec![unknown])],
    ] {
        let shown = format!("{changes:?}");
        let answer = ledger.commit_group(same.clone(), changes, regrouped());
        let answer = answer.await.expect("a commit");
        assert_eq!(answer.group, sales, "{shown}");
        assert_eq!(answer.touched, vec![], "{shown}");
    }
    assert_eq!(ledger.group(&acme(), sales.id).await, Ok(Some(sales)));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    assert!(waiting(&*ledger, &tenant("acme")).await.is_empty());
}

pub(crate) async fn a_commit_that_changes_something_is_recorded(engine: impl Engine) {
    let ledger = engine.ledger();
    let sales = group(&acme(), "Sales");
    let answer = ledger.commit_group(sales, vec![], regrouped()).await;
    let sales = answer.expect("a commit").group;
    ledger
        .delete_group(&sales, regrouped())
        .await
        .expect("a deletion");
    let recorded = [regrouped(), regrouped()].concat();
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(recorded));
}

pub(crate) async fn groups_are_found_by_every_index(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben] = people(&*ledger, &acme(), ["ada", "ben"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada]).await;
    let support = with(&group(&acme(), "Support"), "externalId", json!("ext-Sales"));
    regroup(&*ledger, &support, [MemberChange::Add(vec![ben, ada])]).await;
    team(&*ledger, &scope("acme/okta"), "Sales", &[]).await;
    let name = |text: &str| GroupLookup::Name(text.into());
    let external = |text: &str| GroupLookup::ExternalId(text.into());
    let both = ["Sales", "Support"];
    assert_eq!(found(&*ledger, &acme(), name("sales")).await, ["Sales"]);
    assert!(found(&*ledger, &acme(), name("Sales")).await.is_empty());
    assert_eq!(found(&*ledger, &acme(), external("ext-Sales")).await, both);
    assert!(
        found(&*ledger, &acme(), external("ext-sales"))
            .await
            .is_empty()
    );
    assert_eq!(
        found(&*ledger, &acme(), GroupLookup::Member(ada)).await,
        both
    );
    assert_eq!(
        found(&*ledger, &acme(), GroupLookup::Member(ben)).await,
        ["Support"]
    );
    let nobody = GroupLookup::Member(UserId::new());
    assert!(found(&*ledger, &acme(), nobody).await.is_empty());
    // As it changes.
    let sales = with(&sales, "displayName", json!("Sales EU"));
    let sales = with(&sales, "externalId", json!("other"));
    regroup(&*ledger, &sales, [MemberChange::Remove(vec![ada])]).await;
    assert!(found(&*ledger, &acme(), name("sales")).await.is_empty());
    assert_eq!(
        found(&*ledger, &acme(), name("sales eu")).await,
        ["Sales EU"]
    );
    assert_eq!(
        found(&*ledger, &acme(), external("other")).await,
        ["Sales EU"]
    );
    assert_eq!(
        found(&*ledger, &acme(), GroupLookup::Member(ada)).await,
        ["Support"]
    );
}

pub(crate) async fn groups_are_listed_paged_and_counted(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut all = Vec::new();
    for name in ["e", "d", "c", "b", "a"] {
        all.push(team(&*ledger, &acme(), name, &[]).await);
        team(&*ledger, &scope("acme/okta"), name, &[]).await;
    }
    ledger
        .delete_group(&all[1], vec![])
        .await
        .expect("a deletion");
    regroup(&*ledger, &with(&all[2], "displayName", json!("z")), []).await;
    assert_eq!(ledger.count_groups(&acme()).await, Ok(4));
    assert_eq!(ledger.count_groups(&scope("globex/entra")).await, Ok(0));
    for (after, limit, expected) in [
        (0, 2, vec!["e", "z"]),
        (all[2].sequence, usize::MAX, vec!["b", "a"]),
        (0, 0, vec![]),
        (i64::MAX, 9, vec![]),
    ] {
        let list = ledger.list_groups(&acme(), after, limit).await;
        assert_eq!(titles(&list.expect("a list")), expected, "after {after}");
    }
    for (skip, limit, expected) in [
        (0, usize::MAX, vec!["e", "z", "b", "a"]),
        (1, 2, vec!["z", "b"]),
        (3, 9, vec!["a"]),
        (4, 9, vec![]),
        (u64::MAX, 9, vec![]),
    ] {
        let page = ledger.page_groups(&acme(), skip, limit).await;
        assert_eq!(titles(&page.expect("a page")), expected, "skip {skip}");
    }
}

pub(crate) async fn a_deleted_group_leaves_nothing(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada, ben] = people(&*ledger, &acme(), ["ada", "ben"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ben, ada]).await;
    let support = team(&*ledger, &acme(), "Support", &[ada]).await;
    evaluate_all(&*ledger, &tenant("acme")).await;
    let members = ledger.delete_group(&sales, vec![]).await;
    assert_eq!(members, Ok(vec![ben, ada]));
    assert_eq!(waiting(&*ledger, &tenant("acme")).await.len(), 2);
    assert_eq!(ledger.group(&acme(), sales.id).await, Ok(None));
    assert_eq!(ledger.members(&acme(), sales.id).await, Ok(vec![]));
    let left = ledger.memberships(&acme(), &[ada, ben]).await;
    let expected = [(ada, vec![support.membership()])];
    assert_eq!(left, Ok(expected.into()));
    let again = ledger.delete_group(&sales, vec![]).await;
    assert_eq!(again, Err(LedgerError::Stale));
    // The name is free, and nobody comes with it.
    let new = team(&*ledger, &acme(), "SALES", &[]).await;
    assert!(new.sequence > support.sequence);
    assert_eq!(ledger.members(&acme(), new.id).await, Ok(vec![]));
}

pub(crate) async fn tenants_and_connections_do_not_meet(engine: impl Engine) {
    let ledger = engine.ledger();
    let [ada] = people(&*ledger, &acme(), ["ada"]).await;
    let sales = team(&*ledger, &acme(), "Sales", &[ada]).await;
    for other in ["acme/okta", "globex/entra"] {
        let other = scope(other);
        assert_eq!(ledger.group(&other, sales.id).await, Ok(None));
        for lookup in [
            GroupLookup::Name("sales".into()),
            GroupLookup::ExternalId("ext-Sales".into()),
            GroupLookup::Member(ada),
        ] {
            let found = ledger.find_groups(&other, &lookup).await;
            assert_eq!(found, Ok(vec![]), "{lookup:?}");
        }
        assert_eq!(ledger.list_groups(&other, 0, 9).await, Ok(vec![]));
        assert_eq!(ledger.page_groups(&other, 0, 9).await, Ok(vec![]));
        assert_eq!(ledger.count_groups(&other).await, Ok(0));
        assert_eq!(ledger.members(&other, sales.id).await, Ok(vec![]));
        let memberships = ledger.memberships(&other, &[ada]).await;
        assert_eq!(memberships, Ok([].into()));
        assert_eq!(ledger.pending_of(&other, ada).await, Ok(None));
    }
    assert_eq!(ledger.pending(&tenant("globex"), 9).await, Ok(vec![]));
}
