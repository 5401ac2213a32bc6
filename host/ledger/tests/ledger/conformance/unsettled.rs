//! Users who are not as they should be in CXone.

use std::collections::BTreeMap;

use bridge::port::ledger::{Ledger, Standing};
use bridge::user::{Debt, State, User};

use super::Engine;
use crate::fixture::{acme, commit, deleted, names, owing, person, scope, tenant};

async fn unsettled(ledger: &dyn Ledger, after: i64, limit: usize) -> Vec<User> {
    let users = ledger.unsettled(&tenant("acme"), after, limit).await;
    users.expect("users")
}

fn in_state(name: &str, state: State) -> User {
    User {
        state,
        ..person(&acme(), name)
    }
}

fn holding(user: &User, observed: bool) -> User {
    let owing = owing(user, false, 0);
    let debt = owing.debt.clone().map(|debt| Debt {
        held: true,
        observed,
        ..debt
    });
    User { debt, ..owing }
}

pub(crate) async fn everybody_who_is_not_as_they_should_be_in_sequence(engine: impl Engine) {
    let ledger = engine.ledger();
    for state in [
        State::Unconfirmed,
        State::Settled,
        State::Refused,
        State::Offered,
        State::Deferred,
    ] {
        commit(&*ledger, in_state(state.as_str(), state)).await;
    }
    commit(
        &*ledger,
        owing(&person(&scope("acme/okta"), "owed"), true, 0),
    )
    .await;
    commit(&*ledger, holding(&person(&acme(), "held"), false)).await;
    let gone = commit(&*ledger, owing(&person(&acme(), "gone"), true, 0)).await;
    commit(&*ledger, deleted(&gone, 1)).await;
    commit(
        &*ledger,
        owing(&person(&scope("globex/entra"), "other"), true, 0),
    )
    .await;
    let all = unsettled(&*ledger, 0, 99).await;
    let expected = ["unconfirmed", "refused", "deferred", "owed", "held", "gone"];
    assert_eq!(names(&all), expected);
    assert_eq!(names(&unsettled(&*ledger, 0, 2).await), expected[..2]);
    let rest = unsettled(&*ledger, all[1].sequence, 99).await;
    assert_eq!(names(&rest), expected[2..]);
    assert_eq!(unsettled(&*ledger, 0, 0).await, []);
}

pub(crate) async fn who_is_settled_again_is_not_among_them(engine: impl Engine) {
    let ledger = engine.ledger();
    let user = commit(&*ledger, in_state("ada", State::Refused)).await;
    assert_eq!(unsettled(&*ledger, 0, 9).await, std::slice::from_ref(&user));
    let settled = User {
        state: State::Settled,
        ..user
    };
    commit(&*ledger, settled).await;
    assert_eq!(unsettled(&*ledger, 0, 9).await, []);
}

pub(crate) async fn standings_count_each_connection(engine: impl Engine) {
    let ledger = engine.ledger();
    let standings = || async {
        let standings = ledger.standings(&tenant("acme")).await;
        standings.expect("standings")
    };
    assert_eq!(standings().await, BTreeMap::new());
    commit(&*ledger, in_state("settled", State::Settled)).await;
    commit(&*ledger, in_state("offered", State::Offered)).await;
    assert_eq!(standings().await, BTreeMap::new());
    for state in [State::Refused, State::Deferred, State::Unconfirmed] {
        for number in 0..2 {
            commit(&*ledger, in_state(&format!("{state}-{number}"), state)).await;
        }
    }
    commit(&*ledger, owing(&person(&acme(), "owed"), false, 0)).await;
    commit(&*ledger, holding(&person(&acme(), "held"), false)).await;
    for name in ["one", "two", "three"] {
        commit(&*ledger, holding(&person(&acme(), name), true)).await;
    }
    commit(
        &*ledger,
        owing(&person(&scope("acme/okta"), "okta"), false, 0),
    )
    .await;
    commit(
        &*ledger,
        owing(&person(&scope("globex/okta"), "okta"), false, 0),
    )
    .await;
    super::refusals::refuse(&*ledger, &acme(), None, "nobody", 1).await;
    let entra = Standing {
        owed: 1,
        held: 1,
        observed: 3,
        refused: 2,
        deferred: 2,
        unconfirmed: 2,
        requests: 1,
    };
    let okta = Standing {
        owed: 1,
        ..Standing::default()
    };
    let name = |text: &str| scope(text).connection;
    let expected = BTreeMap::from([(name("acme/entra"), entra), (name("acme/okta"), okta)]);
    assert_eq!(standings().await, expected);
}
