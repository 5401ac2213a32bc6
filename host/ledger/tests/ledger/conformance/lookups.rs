//! Look-ups, lists, counts and the queue of debts.

use bridge::name::{Scope, UserId, fold};
use bridge::port::ledger::{Ledger, Lookup};
use bridge::user::{State, User};
use serde_json::json;

use super::Engine;
use crate::fixture::{
    acme, at, commit, deleted, names, owing, person, renamed, scope, source, tenant,
};

async fn found(ledger: &dyn Ledger, scope: &Scope, lookup: Lookup) -> Vec<String> {
    names(&ledger.find_users(scope, &lookup).await.expect("a look-up"))
}

fn name(text: &str) -> Lookup {
    Lookup::Name(text.into())
}

fn external(text: &str) -> Lookup {
    Lookup::ExternalId(text.into())
}

fn email(text: &str) -> Lookup {
    Lookup::Email(text.into())
}

fn offered(user: User) -> User {
    User {
        state: State::Offered,
        ..user
    }
}

pub(crate) async fn a_user_is_read_by_id_live_or_deleted_in_their_scope(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let ada = commit(&*ledger, deleted(&ada, 1)).await;
    assert_eq!(ledger.user(&acme(), ada.id).await, Ok(Some(ada.clone())));
    for other in ["acme/okta", "globex/entra"] {
        assert_eq!(ledger.user(&scope(other), ada.id).await, Ok(None));
    }
    assert_eq!(ledger.user(&acme(), UserId::new()).await, Ok(None));
}

pub(crate) async fn by_name(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "Ada")).await;
    commit(&*ledger, person(&scope("acme/okta"), "ada")).await;
    assert_eq!(
        ledger.find_users(&acme(), &name("ada@example.com")).await,
        Ok(vec![ada.clone()])
    );
    commit(&*ledger, renamed(&ada, "ada.l")).await;
    assert!(
        found(&*ledger, &acme(), name("ada@example.com"))
            .await
            .is_empty()
    );
    assert_eq!(
        found(&*ledger, &acme(), name("ada.l@example.com")).await,
        ["ada.l"]
    );
    assert!(found(&*ledger, &acme(), name("%")).await.is_empty());
}

pub(crate) async fn by_external_id_exactly(engine: impl Engine) {
    let ledger = engine.ledger();
    for (person_name, id) in [("ada", "X1"), ("ben", "x1"), ("cleo", "X1")] {
        let mut user = renamed(&person(&acme(), "x"), person_name);
        user.source = source(json!({"userName": user.source.user_name(), "externalId": id}));
        commit(&*ledger, user).await;
    }
    assert_eq!(
        found(&*ledger, &acme(), external("X1")).await,
        ["ada", "cleo"]
    );
    assert_eq!(found(&*ledger, &acme(), external("x1")).await, ["ben"]);
    let ben = ledger
        .find_users(&acme(), &external("x1"))
        .await
        .expect("ben")
        .remove(0);
    commit(&*ledger, deleted(&ben, 1)).await;
    assert!(found(&*ledger, &acme(), external("x1")).await.is_empty());
}

pub(crate) async fn by_any_email_and_as_it_changes(engine: impl Engine) {
    let ledger = engine.ledger();
    let with = |user: &User, emails: &[&str]| {
        let emails: Vec<_> = emails.iter().map(|value| json!({"value": value})).collect();
        let document = json!({"userName": user.source.user_name(), "emails": emails});
        User {
            source: source(document),
            ..user.clone()
        }
    };
    let (shared, home) = ("desk@example.com", "home@example.com");
    let ada = person(&acme(), "ada");
    let ada = commit(
        &*ledger,
        with(&ada, &["Desk@Example.com", home, "HOME@example.com"]),
    )
    .await;
    let ben = person(&acme(), "ben");
    commit(&*ledger, with(&ben, &[shared])).await;
    commit(&*ledger, person(&scope("acme/okta"), "desk")).await;
    assert_eq!(
        found(&*ledger, &acme(), email(shared)).await,
        ["ada", "ben"]
    );
    assert_eq!(found(&*ledger, &acme(), email(home)).await, ["ada"]);
    let ada = commit(&*ledger, with(&ada, &["new@example.com"])).await;
    assert_eq!(found(&*ledger, &acme(), email(shared)).await, ["ben"]);
    assert!(found(&*ledger, &acme(), email(home)).await.is_empty());
    assert_eq!(
        found(&*ledger, &acme(), email("new@example.com")).await,
        ["ada"]
    );
    let ada = commit(&*ledger, with(&ada, &[])).await;
    assert!(
        found(&*ledger, &acme(), email("new@example.com"))
            .await
            .is_empty()
    );
    let ada = commit(&*ledger, with(&ada, &[home])).await;
    let ada = commit(&*ledger, deleted(&ada, 1)).await;
    assert!(found(&*ledger, &acme(), email(home)).await.is_empty());
    commit(
        &*ledger,
        User {
            deleted: None,
            ..ada
        },
    )
    .await;
    assert_eq!(found(&*ledger, &acme(), email(home)).await, ["ada"]);
}

/// By the folding of filters, which takes each character by itself: `str::to_lowercase` ends a word with another sigma.
pub(crate) async fn emails_are_folded_as_everywhere(engine: impl Engine) {
    let ledger = engine.ledger();
    let address = "ΟΔΟΣ@example.com";
    let mut ada = person(&acme(), "ada");
    let document = json!({"userName": "ada@example.com", "emails": [{"value": address}]});
    ada.source = source(document);
    commit(&*ledger, ada).await;
    assert_eq!(
        found(&*ledger, &acme(), email(&fold(address))).await,
        ["ada"]
    );
}

pub(crate) async fn by_display_name_and_as_it_changes(engine: impl Engine) {
    let ledger = engine.ledger();
    let called = |user: &User, display_name: &str| {
        let document = json!({"userName": user.source.user_name(), "displayName": display_name});
        User {
            source: source(document),
            ..user.clone()
        }
    };
    let display_name = |text: &str| Lookup::DisplayName(text.into());
    let ada = called(&person(&acme(), "ada"), "Änne ΟΔΟΣ");
    let ada = commit(&*ledger, ada).await;
    let ben = called(&offered(person(&acme(), "ben")), "änne οδοσ");
    commit(&*ledger, ben).await;
    commit(&*ledger, person(&acme(), "cleo")).await;
    let other = called(&person(&scope("acme/okta"), "dan"), "Änne ΟΔΟΣ");
    commit(&*ledger, other).await;
    let folded = || display_name("änne οδοσ");
    assert_eq!(found(&*ledger, &acme(), folded()).await, ["ada", "ben"]);
    assert!(found(&*ledger, &acme(), display_name("")).await.is_empty());
    let ada = commit(&*ledger, called(&ada, "Ada L")).await;
    assert_eq!(found(&*ledger, &acme(), folded()).await, ["ben"]);
    let new = || display_name("ada l");
    assert_eq!(found(&*ledger, &acme(), new()).await, ["ada"]);
    commit(&*ledger, deleted(&ada, 1)).await;
    assert!(found(&*ledger, &acme(), new()).await.is_empty());
}

pub(crate) async fn offered_users_are_found_but_not_listed(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, offered(person(&acme(), "ada"))).await;
    commit(&*ledger, person(&acme(), "ben")).await;
    assert_eq!(
        names(&ledger.list_users(&acme(), 0, 10).await.expect("a list")),
        ["ben"]
    );
    assert_eq!(
        names(&ledger.page_users(&acme(), 0, 10).await.expect("a page")),
        ["ben"]
    );
    assert_eq!(ledger.count_users(&acme()).await, Ok(1));
    assert_eq!(
        found(&*ledger, &acme(), name("ada@example.com")).await,
        ["ada"]
    );
    assert_eq!(found(&*ledger, &acme(), external("ext-ada")).await, ["ada"]);
    assert_eq!(
        found(&*ledger, &acme(), email("ada@example.com")).await,
        ["ada"]
    );
    assert_eq!(ledger.user(&acme(), ada.id).await, Ok(Some(ada)));
}

pub(crate) async fn lists_continue_after_a_sequence(engine: impl Engine) {
    let ledger = engine.ledger();
    for person_name in ["e", "d", "c", "b", "a"] {
        commit(&*ledger, person(&acme(), person_name)).await;
        commit(&*ledger, person(&scope("acme/okta"), person_name)).await;
    }
    let first = ledger.list_users(&acme(), 0, 2).await.expect("a list");
    assert_eq!(names(&first), ["e", "d"]);
    let last = first.last().expect("a user").sequence;
    let rest = ledger
        .list_users(&acme(), last, usize::MAX)
        .await
        .expect("a list");
    assert_eq!(names(&rest), ["c", "b", "a"]);
    // An update keeps the place; a deletion leaves the others where they are.
    commit(&*ledger, renamed(&first[0], "z")).await;
    commit(&*ledger, deleted(&rest[0], 1)).await;
    let all = ledger.list_users(&acme(), 0, 10).await.expect("a list");
    assert_eq!(names(&all), ["z", "d", "b", "a"]);
    assert_eq!(ledger.list_users(&acme(), 0, 0).await, Ok(vec![]));
    assert_eq!(ledger.list_users(&acme(), i64::MAX, 9).await, Ok(vec![]));
}

pub(crate) async fn pages_skip(engine: impl Engine) {
    let ledger = engine.ledger();
    for person_name in ["a", "b", "c", "d", "e"] {
        commit(&*ledger, person(&acme(), person_name)).await;
        commit(&*ledger, person(&scope("globex/entra"), person_name)).await;
    }
    let all = ledger.page_users(&acme(), 0, 10).await.expect("a page");
    commit(&*ledger, deleted(&all[1], 1)).await;
    for (skip, limit, expected) in [
        (0, 2, vec!["a", "c"]),
        (2, 2, vec!["d", "e"]),
        (3, 9, vec!["e"]),
        (4, 9, vec![]),
        (u64::MAX, 9, vec![]),
        (0, usize::MAX, vec!["a", "c", "d", "e"]),
        (0, 0, vec![]),
    ] {
        let page = ledger
            .page_users(&acme(), skip, limit)
            .await
            .expect("a page");
        assert_eq!(names(&page), expected, "skip {skip}, limit {limit}");
    }
}

pub(crate) async fn the_count_follows_every_change(engine: impl Engine) {
    let ledger = engine.ledger();
    let count = async || ledger.count_users(&acme()).await.expect("a count");
    assert_eq!(count().await, 0);
    let ada = commit(&*ledger, offered(person(&acme(), "ada"))).await;
    assert_eq!(count().await, 0);
    let ada = commit(
        &*ledger,
        User {
            state: State::Settled,
            ..ada
        },
    )
    .await;
    commit(&*ledger, person(&acme(), "ben")).await;
    commit(&*ledger, person(&scope("acme/okta"), "cleo")).await;
    assert_eq!(count().await, 2);
    let ada = commit(
        &*ledger,
        User {
            state: State::Refused,
            ..ada
        },
    )
    .await;
    assert_eq!(count().await, 2);
    let ada = commit(&*ledger, deleted(&ada, 1)).await;
    assert_eq!(count().await, 1);
    let ada = commit(&*ledger, offered(ada)).await;
    assert_eq!(count().await, 1);
    let ada = commit(
        &*ledger,
        User {
            deleted: None,
            ..ada
        },
    )
    .await;
    assert_eq!(count().await, 1);
    commit(
        &*ledger,
        User {
            state: State::Owed,
            ..ada
        },
    )
    .await;
    assert_eq!(count().await, 2);
}

pub(crate) async fn tombstones_are_newest_first(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut gone = Vec::new();
    for moment in [10, 30, 20, 20] {
        let ada = commit(&*ledger, person(&acme(), "Ada")).await;
        gone.push(commit(&*ledger, deleted(&ada, moment)).await);
    }
    commit(&*ledger, person(&acme(), "ada")).await;
    let other = commit(&*ledger, person(&scope("acme/okta"), "ada")).await;
    commit(&*ledger, deleted(&other, 40)).await;
    let expected = [1, 3, 2, 0].map(|index: usize| gone[index].clone());
    assert_eq!(
        ledger.tombstones(&acme(), "ada@example.com").await,
        Ok(expected.to_vec())
    );
}

pub(crate) async fn links_reach_over_connections_and_deletion(engine: impl Engine) {
    let ledger = engine.ledger();
    let linked = |text: &str, person_name: &str, link: &str| User {
        link: Some(link.into()),
        ..person(&scope(text), person_name)
    };
    let ada = commit(&*ledger, linked("acme/entra", "ada", "11ec")).await;
    let ada = commit(&*ledger, deleted(&ada, 1)).await;
    let ben = commit(&*ledger, linked("acme/okta", "ben", "11ec")).await;
    commit(&*ledger, linked("acme/okta", "cleo", "11EC")).await;
    commit(&*ledger, linked("globex/entra", "dan", "11ec")).await;
    commit(&*ledger, person(&acme(), "eve")).await;
    assert_eq!(
        ledger.linked(&tenant("acme"), "11ec").await,
        Ok(vec![ada, ben])
    );
    assert_eq!(ledger.linked(&tenant("acme"), "").await, Ok(vec![]));
}

pub(crate) async fn holders_are_live_users_of_the_tenant(engine: impl Engine) {
    let ledger = engine.ledger();
    let holder = |text: &str, person_name: &str| User {
        target_name: Some("Desk@Example.com".into()),
        ..person(&scope(text), person_name)
    };
    let ada = commit(&*ledger, holder("acme/entra", "ada")).await;
    let ben = commit(&*ledger, holder("acme/okta", "ben")).await;
    commit(&*ledger, holder("globex/entra", "cleo")).await;
    let holders = async || ledger.holders(&tenant("acme"), "desk@example.com").await;
    assert_eq!(holders().await, Ok(vec![ada.clone(), ben.clone()]));
    commit(&*ledger, deleted(&ada, 1)).await;
    assert_eq!(holders().await, Ok(vec![ben.clone()]));
    commit(
        &*ledger,
        User {
            target_name: None,
            ..ben
        },
    )
    .await;
    assert_eq!(holders().await, Ok(vec![]));
}

pub(crate) async fn debts_are_ordered_by_urgency(engine: impl Engine) {
    let ledger = engine.ledger();
    let okta = scope("acme/okta");
    commit(&*ledger, owing(&person(&acme(), "write-late"), false, 5)).await;
    commit(&*ledger, owing(&person(&okta, "leaver-late"), true, 90)).await;
    let paid = commit(&*ledger, owing(&person(&acme(), "write-early"), false, 1)).await;
    let gone = deleted(&person(&acme(), "leaver-early"), 1);
    commit(&*ledger, owing(&gone, true, 80)).await;
    commit(&*ledger, person(&acme(), "settled")).await;
    commit(
        &*ledger,
        owing(&person(&scope("globex/entra"), "other"), true, 0),
    )
    .await;
    let owed = async |limit| names(&ledger.owed(&tenant("acme"), limit).await.expect("debts"));
    let all = ["leaver-early", "leaver-late", "write-early", "write-late"];
    assert_eq!(owed(10).await, all);
    assert_eq!(owed(3).await, all[..3]);
    commit(
        &*ledger,
        User {
            debt: None,
            state: State::Settled,
            ..paid
        },
    )
    .await;
    assert_eq!(
        owed(10).await,
        ["leaver-early", "leaver-late", "write-late"]
    );
}

pub(crate) async fn held_debts_are_listed_and_not_owed(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut user = owing(&person(&acme(), "ada"), true, 0);
    user.debt.as_mut().expect("a debt").held = true;
    let held = commit(&*ledger, user).await;
    commit(&*ledger, owing(&person(&acme(), "ben"), true, 0)).await;
    // Whoever is observed may be refused as well.
    let mut refused = owing(&person(&acme(), "eve"), false, 0);
    refused.state = State::Refused;
    let debt = refused.debt.as_mut().expect("a debt");
    (debt.held, debt.observed) = (true, true);
    let refused = commit(&*ledger, refused).await;
    let owed = async || names(&ledger.owed(&tenant("acme"), 9).await.expect("debts"));
    assert_eq!(owed().await, ["ben"]);
    assert_eq!(ledger.held(&acme()).await, Ok(vec![held.id, refused.id]));
    assert_eq!(ledger.held(&scope("acme/okta")).await, Ok(vec![]));
    let mut released = held;
    released.debt.as_mut().expect("a debt").held = false;
    commit(&*ledger, released).await;
    assert_eq!(ledger.held(&acme()).await, Ok(vec![refused.id]));
    assert_eq!(owed().await.len(), 2);
}

pub(crate) async fn debts_within_one_second_are_ordered_too(engine: impl Engine) {
    let ledger = engine.ledger();
    for (person_name, micros) in [("c", 500_000), ("a", 5), ("b", 50_000)] {
        let mut user = owing(&person(&acme(), person_name), false, 0);
        let since = at(0).saturating_add(std::time::Duration::from_micros(micros));
        user.debt.as_mut().expect("a debt").since = since.expect("a moment");
        commit(&*ledger, user).await;
    }
    let owed = ledger.owed(&tenant("acme"), 10).await.expect("debts");
    assert_eq!(names(&owed), ["a", "b", "c"]);
}

pub(crate) async fn tenants_do_not_meet(engine: impl Engine) {
    let ledger = engine.ledger();
    let globex = scope("globex/entra");
    let ada = owing(&person(&acme(), "ada"), false, 0);
    let ada = User {
        link: Some("11ec".into()),
        target_name: Some("ada@example.com".into()),
        ..ada
    };
    let ada = commit(&*ledger, ada).await;
    commit(
        &*ledger,
        deleted(&commit(&*ledger, person(&acme(), "ben")).await, 1),
    )
    .await;
    assert_eq!(ledger.user(&globex, ada.id).await, Ok(None));
    for lookup in [
        name("ada@example.com"),
        external("ext-ada"),
        email("ada@example.com"),
    ] {
        assert_eq!(
            ledger.find_users(&globex, &lookup).await,
            Ok(vec![]),
            "{lookup:?}"
        );
    }
    assert_eq!(ledger.list_users(&globex, 0, 9).await, Ok(vec![]));
    assert_eq!(ledger.page_users(&globex, 0, 9).await, Ok(vec![]));
    assert_eq!(ledger.count_users(&globex).await, Ok(0));
    assert_eq!(
        ledger.tombstones(&globex, "ben@example.com").await,
        Ok(vec![])
    );
    assert_eq!(ledger.linked(&globex.tenant, "11ec").await, Ok(vec![]));
    assert_eq!(
        ledger.holders(&globex.tenant, "ada@example.com").await,
        Ok(vec![])
    );
    assert_eq!(ledger.owed(&globex.tenant, 9).await, Ok(vec![]));
}
