//! What nobody outside NiCE could tell about CXone is a switch of the simulator; here the whole product is tried in each position
//! of each, by both of CXone's APIs: one person's life as Entra tells it, from the first match to a re-hire.
//!
//! [`table`] has a row for every position and says what is different there. [`life`] has the steps, and what holds after each
//! whatever the position ([`person`]): one account a person, no leaver active, nothing acknowledged lost, a second cycle that
//! writes nothing. A switch or position without a row fails here.

use std::collections::BTreeSet;
use std::sync::Arc;

use simulator::Switches;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

mod life;
mod person;
mod row;
mod table;

use row::{APIS, Row};
use table::rows;

/// How many worlds there are at a time.
const AT_ONCE: usize = 4;

/// The positions that a switch is to be tried in: those that have a name, and for a number or a name of one's own the default
/// and one more at least.
fn positions(allowed: &[&'static str], default: &str) -> BTreeSet<String> {
    let named = allowed.iter().filter(|word| !word.contains(' '));
    let mut positions: BTreeSet<String> = named.map(|word| (*word).to_owned()).collect();
    positions.insert(default.to_owned());
    positions
}

#[test]
fn every_position_of_every_switch_has_a_row() {
    let mut missing = Vec::new();
    // Weather is no UNKNOWN: outage.rs has it.
    let switches = Switches::describe().into_iter();
    for switch in switches.filter(|switch| !switch.about.starts_with("Weather")) {
        for api in APIS {
            let tried: BTreeSet<String> = rows()
                .iter()
                .filter(|row| row.switch == switch.name && row.speaks(api))
                .map(|row| row.position.to_owned())
                .collect();
            let wanted = positions(switch.allowed, &switch.default);
            let further = tried.iter().any(|position| !wanted.contains(position));
            if wanted.len() == 1 && !further {
                missing.push(format!("{api}: {} but {}", switch.name, switch.default));
            }
            let untried = wanted.difference(&tried);
            missing.extend(untried.map(|position| format!("{api}: {} {position}", switch.name)));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn no_row_is_of_a_switch_that_is_none() {
    let known: Vec<&str> = Switches::describe()
        .iter()
        .map(|switch| switch.name)
        .collect();
    let strangers = rows()
        .into_iter()
        .filter(|row| !known.contains(&row.switch));
    assert_eq!(strangers.count(), 0);
}

/// Plays every row by one API, and tells of all that went wrong.
async fn play(api: &'static str) {
    let only = std::env::var("UNKNOWNS").unwrap_or_default();
    let mut usual = false;
    let wanted = |row: &Row| {
        let another = !(row.usual() && std::mem::replace(&mut usual, true));
        another && row.speaks(api) && row.title().contains(&only)
    };
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut lives = JoinSet::new();
    for row in rows().into_iter().filter(wanted) {
        let turns = Arc::clone(&turns);
        lives.spawn(async move {
            let _turn = turns.acquire().await.expect("a turn");
            life::of(api, &row).await
        });
    }
    let wrong: Vec<String> = lives.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_life_in_every_position_by_scim() {
    play("scim").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_life_in_every_position_by_user_hub() {
    play("user-hub").await;
}
