//! Whether an empty answer of the search's filter can be believed: it is tried out on people who are known.
//!
//! Reading everybody to say "nobody" is the right of a small tenant; with twenty thousand people it is two hundred requests.

use std::sync::Mutex;
use std::time::Duration;

use bridge::port::cxone::{People, Person};
use bridge::target::Attribute;
use tokio::time::Instant;

use crate::flight::lock;

/// How long what was found out holds.
const HOLDS: Duration = Duration::from_secs(3600);

/// What was found out of the filter.
#[derive(Debug, Default)]
pub(super) struct Sounding(Mutex<Option<(Instant, bool)>>);

impl Sounding {
    /// Whether an empty answer is CXone's word; `None` if that is not known, or not any more.
    pub(super) fn known(&self) -> Option<bool> {
        let (learned, trusted) = (*lock(&self.0))?;
        (Instant::now() < learned + HOLDS).then_some(trusted)
    }

    pub(super) fn learn(&self, trusted: bool) {
        *lock(&self.0) = Some((Instant::now(), trusted));
    }
}

/// User names to ask for, and whom the answer must show. Assumption (cxone.md 3.1: what a filter compares, and whether
/// the search has the inactive, is UNKNOWN): a filter that finds somebody under a name in another case, and somebody
/// inactive, finds everybody. `None` where nobody can be tried it on.
pub(super) fn questions(people: &People) -> Option<[(String, &Person); 2]> {
    let named = |person: &&Person| person.target.get(Attribute::UserName).is_some();
    let known = || people.people.iter().filter(named);
    let name = |person: &Person| person.target.get(Attribute::UserName).map(str::to_owned);
    let other_case = known().find_map(|person| {
        let name = name(person)?;
        let other: String = name.chars().map(swapped).collect();
        (other != name).then_some((other, person))
    })?;
    let inactive = known().find(|person| person.target.active == Some(false))?;
    Some([other_case, (name(inactive)?, inactive)])
}

fn swapped(c: char) -> char {
    if c.is_ascii_lowercase() {
        c.to_ascii_uppercase()
    } else {
        c.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::target::Target;

    fn people(names: &[(&str, bool)]) -> People {
        let person = |(name, active): &(&str, bool)| {
            let mut target = Target {
                active: Some(*active),
                ..Target::default()
            };
            target.set(Attribute::UserName, *name);
            Person {
                id: format!("id of {name}"),
                target,
                status: None,
                own: false,
            }
        };
        People {
            people: names.iter().map(person).collect(),
            ..People::default()
        }
    }

    #[test]
    fn somebody_in_another_case_and_somebody_inactive_are_asked_for() {
        let people = people(&[("", true), ("77", true), ("Ada@x", true), ("Eve@x", false)]);
        let asked = questions(&people).expect("questions");
        let asked = asked.map(|(name, person)| (name, person.id.clone()));
        let wanted = [("aDA@X", "id of Ada@x"), ("Eve@x", "id of Eve@x")];
        assert_eq!(
            asked,
            wanted.map(|(name, id)| (name.to_owned(), id.to_owned()))
        );
    }

    #[test]
    fn with_nobody_to_try_it_on_there_is_no_question() {
        for names in [
            &[][..],
            &[("Ada@x", true)],
            &[("77", true), ("78", false)],
            &[("", false)],
        ] {
            assert!(questions(&people(names)).is_none(), "{names:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_found_out_holds_for_an_hour() {
        let sounding = Sounding::default();
        assert_eq!(sounding.known(), None);
        sounding.learn(true);
        assert_eq!(sounding.known(), Some(true));
        tokio::time::advance(Duration::from_secs(3601)).await;
        assert_eq!(sounding.known(), None);
        sounding.learn(false);
        assert_eq!(sounding.known(), Some(false));
    }
}
