//! Commits: versions, names, all or nothing.

use std::sync::Arc;

use bridge::event::EventKind;
use bridge::port::ledger::{Ledger, LedgerError, Lookup};
use bridge::user::User;
use tokio::task::JoinSet;

use super::Engine;
use crate::fixture::{acme, commit, deleted, event, grant, intent, owing, person, renamed, scope};

pub(crate) async fn the_first_commit_gives_sequence_and_version(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ben = commit(&*ledger, person(&scope("globex/okta"), "ben")).await;
    assert_eq!((ada.version, ben.version), (1, 1));
    assert!(0 < ada.sequence && ada.sequence < ben.sequence);
}

pub(crate) async fn a_user_reads_back_exactly(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut ada = owing(&person(&acme(), "ada"), true, 7);
    ada.carried = ["emails".to_owned(), "title".to_owned()].into();
    ada.link = Some("11ec-ada".into());
    ada.target_name = Some("Ada@Example.com".into());
    ada.uncertain.insert("ada@example.com".to_owned());
    ada.reason = Some("the role Agent is missing".into());
    let ada = commit(&*ledger, ada).await;
    let read = ledger.user(&ada.scope, ada.id).await;
    assert_eq!(read, Ok(Some(ada.clone())));
    let read = read.ok().flatten().expect("a user");
    let order = |user: &User| user.source.as_map().keys().cloned().collect::<Vec<_>>();
    assert_eq!(order(&read), order(&ada), "the order of attributes");
}

pub(crate) async fn a_commit_counts_up_and_keeps_the_sequence(engine: impl Engine) {
    let ledger = engine.ledger();
    let first = commit(&*ledger, person(&acme(), "ada")).await;
    commit(&*ledger, person(&acme(), "ben")).await;
    let mut next = renamed(&first, "ada.l");
    next.sequence = 0;
    let second = commit(&*ledger, next).await;
    assert_eq!((second.version, second.sequence), (2, first.sequence));
    assert_eq!(ledger.user(&acme(), first.id).await, Ok(Some(second)));
}

pub(crate) async fn an_old_version_is_stale(engine: impl Engine) {
    let ledger = engine.ledger();
    let first = commit(&*ledger, person(&acme(), "ada")).await;
    let second = commit(&*ledger, first.clone()).await;
    assert_eq!(ledger.commit(first, vec![]).await, Err(LedgerError::Stale));
    let mut ahead = second.clone();
    for version in [3, u64::MAX, i64::MAX as u64] {
        ahead.version = version;
        let refused = ledger.commit(ahead.clone(), vec![]).await;
        assert_eq!(refused, Err(LedgerError::Stale), "{version}");
    }
    assert_eq!(ledger.user(&acme(), second.id).await, Ok(Some(second)));
}

pub(crate) async fn a_row_that_exists_is_not_created_again(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let stored = commit(&*ledger, ada.clone()).await;
    assert_eq!(ledger.commit(ada, vec![]).await, Err(LedgerError::Stale));
    assert_eq!(ledger.user(&acme(), stored.id).await, Ok(Some(stored)));
}

pub(crate) async fn a_row_that_does_not_exist_is_not_updated(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut ada = person(&acme(), "ada");
    ada.version = 1;
    assert_eq!(
        ledger.commit(ada.clone(), vec![]).await,
        Err(LedgerError::Stale)
    );
    assert_eq!(ledger.user(&acme(), ada.id).await, Ok(None));
}

pub(crate) async fn a_live_name_is_taken_whatever_its_case(engine: impl Engine) {
    let ledger = engine.ledger();
    commit(&*ledger, person(&acme(), "änne")).await;
    let refused = ledger.commit(person(&acme(), "ÄNNE"), vec![]).await;
    assert_eq!(refused, Err(LedgerError::NameTaken));
}

pub(crate) async fn a_name_is_free_in_another_connection(engine: impl Engine) {
    let ledger = engine.ledger();
    for connection in ["acme/entra", "acme/okta", "globex/entra"] {
        commit(&*ledger, person(&scope(connection), "ada")).await;
    }
}

pub(crate) async fn a_deleted_name_is_free_until_it_is_taken_again(engine: impl Engine) {
    let ledger = engine.ledger();
    let first = commit(&*ledger, person(&acme(), "ada")).await;
    let gone = commit(&*ledger, deleted(&first, 1)).await;
    let second = commit(&*ledger, person(&acme(), "ada")).await;
    let mut undeleted = gone.clone();
    undeleted.deleted = None;
    let refused = ledger.commit(undeleted.clone(), vec![]).await;
    assert_eq!(refused, Err(LedgerError::NameTaken));
    commit(&*ledger, deleted(&second, 2)).await;
    commit(&*ledger, undeleted).await;
}

pub(crate) async fn a_rename_to_a_taken_name_is_refused(engine: impl Engine) {
    let ledger = engine.ledger();
    commit(&*ledger, person(&acme(), "ada")).await;
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    let refused = ledger.commit(renamed(&ben, "Ada"), vec![]).await;
    assert_eq!(refused, Err(LedgerError::NameTaken));
    assert_eq!(ledger.user(&acme(), ben.id).await, Ok(Some(ben)));
}

pub(crate) async fn a_user_keeps_their_own_name(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ada = commit(&*ledger, renamed(&ada, "ADA")).await;
    assert_eq!(ada.source.user_name(), "ADA@example.com");
}

pub(crate) async fn a_refused_commit_leaves_nothing(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let twin = person(&acme(), "ada");
    let created = vec![event(&twin, EventKind::Created)];
    let refused = ledger.commit(twin.clone(), created).await;
    assert_eq!(refused, Err(LedgerError::NameTaken));
    assert_eq!(ledger.user(&acme(), twin.id).await, Ok(None));
    assert_eq!(ledger.events(&acme(), None, 10).await, Ok(vec![]));
    let emails = Lookup::Email("ada@example.com".into());
    assert_eq!(ledger.find_users(&acme(), &emails).await, Ok(vec![ada]));
    assert_eq!(ledger.count_users(&acme()).await, Ok(1));
}

pub(crate) async fn a_row_never_changes_its_connection(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let mut moved = ada.clone();
    moved.scope = scope("acme/okta");
    assert_eq!(ledger.commit(moved, vec![]).await, Err(LedgerError::Stale));
    assert_eq!(ledger.user(&acme(), ada.id).await, Ok(Some(ada)));
}

/// Commits all at once; answers in no order.
async fn all(ledger: &Arc<dyn Ledger>, users: Vec<User>) -> Vec<Result<User, LedgerError>> {
    let mut tasks = JoinSet::new();
    for user in users {
        let ledger = Arc::clone(ledger);
        let created = vec![event(&user, EventKind::Created)];
        tasks.spawn(async move { ledger.commit(user, created).await });
    }
    tasks.join_all().await
}

pub(crate) async fn of_200_creates_of_one_name_one_wins(engine: impl Engine) {
    let ledger = engine.ledger();
    let users = (0..200).map(|_| person(&acme(), "ada")).collect();
    let answers = all(&ledger, users).await;
    let won: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .collect();
    let taken = |answer: &&Result<User, _>| **answer == Err(LedgerError::NameTaken);
    assert_eq!((won.len(), answers.iter().filter(taken).count()), (1, 199));
    let listed = ledger.list_users(&acme(), 0, 500).await.expect("a list");
    assert_eq!(listed.iter().collect::<Vec<_>>(), won);
    assert_eq!(
        ledger
            .events(&acme(), None, 500)
            .await
            .map(|events| events.len()),
        Ok(1)
    );
}

pub(crate) async fn refusals_take_no_neighbour_with_them(engine: impl Engine) {
    let ledger = engine.ledger();
    commit(&*ledger, person(&acme(), "taken")).await;
    let users = (0..200).map(|number| match number % 2 {
        0 => person(&acme(), &format!("new-{number}")),
        _ => person(&acme(), "taken"),
    });
    let answers = all(&ledger, users.collect()).await;
    let stored: Vec<_> = answers.into_iter().filter_map(Result::ok).collect();
    assert_eq!(stored.len(), 100);
    for user in &stored {
        assert_eq!(ledger.user(&acme(), user.id).await, Ok(Some(user.clone())));
    }
    let mut sequences: Vec<_> = stored.iter().map(|user| user.sequence).collect();
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len(), 100);
    assert_eq!(ledger.count_users(&acme()).await, Ok(101));
}

pub(crate) async fn of_50_updates_of_one_version_one_wins(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let users = (0..50).map(|number| renamed(&ada, &format!("ada-{number}")));
    let answers = all(&ledger, users.collect()).await;
    let won: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.clone().ok())
        .collect();
    let stale = |answer: &&Result<User, _>| **answer == Err(LedgerError::Stale);
    assert_eq!((won.len(), answers.iter().filter(stale).count()), (1, 49));
    assert_eq!(
        ledger.user(&acme(), ada.id).await,
        Ok(won.into_iter().next())
    );
}

pub(crate) async fn what_was_answered_is_there_after_a_restart(engine: impl Engine) {
    let ledger = engine.ledger();
    let users = (0..300).map(|number| person(&acme(), &format!("user-{number}")));
    let stored = all(&ledger, users.collect()).await;
    drop(ledger);
    let engine = engine.restart().await;
    let ledger = engine.ledger();
    for user in stored {
        let user = user.expect("a commit");
        assert_eq!(ledger.user(&acme(), user.id).await, Ok(Some(user)));
    }
    assert_eq!(ledger.count_users(&acme()).await, Ok(300));
    assert_eq!(
        ledger
            .events(&acme(), None, 500)
            .await
            .map(|events| events.len()),
        Ok(300)
    );
}

pub(crate) async fn several_users_are_committed_in_order(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let okta = scope("acme/okta");
    // Whose name is needed goes first: each is held to what the ones before it left.
    let users = vec![
        deleted(&ada, 1),
        person(&acme(), "ada"),
        person(&okta, "ada"),
    ];
    let events = vec![event(&ada, EventKind::Transferred)];
    let stored = ledger.commit_all(users.clone(), events.clone()).await;
    let stored = stored.expect("a commit");
    assert_eq!(stored.len(), 3);
    for (user, given) in stored.iter().zip(&users) {
        assert_eq!((user.id, user.version), (given.id, given.version + 1));
        let read = ledger.user(&user.scope, user.id).await;
        assert_eq!(read, Ok(Some(user.clone())));
    }
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(events));
    assert_eq!(ledger.commit_all(vec![], vec![]).await, Ok(vec![]));
}

pub(crate) async fn of_several_users_all_are_committed_or_none(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    let cleo = commit(&*ledger, person(&acme(), "cleo")).await;
    grant(&*ledger, &intent(&cleo, &["cleo"])).await;
    let mut old = ben.clone();
    old.version = 0;
    for (second, why) in [
        (old, LedgerError::Stale),
        (renamed(&ben, "cleo"), LedgerError::Stale),
        (renamed(&ben, "ada.l"), LedgerError::NameTaken),
        (cleo.clone(), LedgerError::Stale),
    ] {
        let users = vec![renamed(&ada, "ada.l"), second];
        let events = vec![event(&ada, EventKind::Transferred)];
        let refused = ledger.commit_all(users, events).await;
        assert_eq!(refused, Err(why));
    }
    for user in [ada, ben, cleo] {
        let read = ledger.user(&acme(), user.id).await;
        assert_eq!(read, Ok(Some(user)));
    }
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
}
