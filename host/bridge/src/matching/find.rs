//! Who is certainly whom, from what is known of both sides. It asks nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{By, Who};
use crate::name::fold;
use crate::port::cxone::Person;
use crate::target::{Attribute, Target};

/// A user of the connection, and what CXone would hold of them.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) who: Who,
    /// Whom they are linked to already.
    pub(super) link: Option<String>,
    pub(super) target: Target,
}

/// A person in CXone.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) person: Person,
    pub(super) free: Free,
}

/// Whether a person may become somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    Yes,
    /// Somebody's already, or about to be.
    Taken,
    /// The configuration protects them, or they are the key's own employee.
    Protected,
}

/// What became of a user. Persons are named by their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Certain(By, usize),
    Ambiguous(Vec<usize>, &'static str),
    Nobody(&'static str),
}

/// What tells people apart beside the user name, in the order of trust.
const TELLING: [(By, Attribute); 2] = [
    (By::Email, Attribute::Email),
    (By::ExternalIdentity, Attribute::ExternalIdentity),
];

/// Finds a person for each user. `emails` are those of the connection's users who are somebody in CXone.
pub(super) fn find(subjects: &[Subject], known: &[Known], emails: &BTreeSet<String>) -> Vec<Found> {
    let names = Index::of(Attribute::UserName, subjects, known);
    let mut found: Vec<Found> = subjects
        .iter()
        .map(|subject| match &subject.link {
            Some(link) => by_link(subject, link, known),
            None => by_name(subject, known, &names),
        })
        .collect();
    let named: BTreeSet<usize> = found.iter().filter_map(certain).collect();
    let indexes = TELLING.map(|(by, attribute)| (by, Index::of(attribute, subjects, known)));
    for (subject, found) in subjects.iter().zip(&mut found) {
        if matches!(found, Found::Nobody(NOBODY)) {
            *found = by_the_rest(subject, known, &named, &indexes, emails);
        }
    }
    // One person is one user, whatever speaks for two.
    let mut proposed: BTreeMap<usize, usize> = BTreeMap::new();
    for person in found.iter().filter_map(certain) {
        *proposed.entry(person).or_default() += 1;
    }
    for found in &mut found {
        if let Some(person) = certain(found)
            && proposed.get(&person).is_some_and(|users| *users > 1)
        {
            *found = Found::Ambiguous(vec![person], "another user may be the same person");
        }
    }
    found
}

const NOBODY: &str = "nobody in CXone is like this user";

fn certain(found: &Found) -> Option<usize> {
    match found {
        Found::Certain(_, person) => Some(*person),
        _ => None,
    }
}

/// Who has which value, on both sides.
struct Index {
    attribute: Attribute,
    people: HashMap<String, Vec<usize>>,
    subjects: HashMap<String, usize>,
}

impl Index {
    fn of(attribute: Attribute, subjects: &[Subject], known: &[Known]) -> Self {
        let mut people: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, known) in known.iter().enumerate() {
            if let Some(value) = known.person.target.get(attribute) {
                people.entry(fold(value)).or_default().push(at);
            }
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        for subject in subjects {
            if let Some(value) = subject.target.get(attribute) {
                *counts.entry(fold(value)).or_default() += 1;
            }
        }
        Self {
            attribute,
            people,
            subjects: counts,
        }
    }

    /// The user's value, and the persons who have it too.
    fn look(&self, subject: &Subject) -> Option<(String, &[usize])> {
        let value = fold(subject.target.get(self.attribute)?);
        let people = self.people.get(&value)?;
        Some((value, people))
    }
}

fn by_link(subject: &Subject, link: &str, known: &[Known]) -> Found {
    let name = |target: &Target| target.get(Attribute::UserName).map(fold);
    match known.iter().position(|it| it.person.id == link) {
        Some(at)
            if known.get(at).map(|it| name(&it.person.target)) == Some(name(&subject.target)) =>
        {
            Found::Certain(By::UserName, at)
        }
        Some(at) => Found::Certain(By::Link, at),
        None => Found::Nobody("linked already"),
    }
}

fn by_name(subject: &Subject, known: &[Known], names: &Index) -> Found {
    let Some((_, people)) = names.look(subject) else {
        return Found::Nobody(NOBODY);
    };
    let standing = |free: Free| {
        let of = |at: &&usize| known.get(**at).is_some_and(|it| it.free == free);
        people.iter().filter(of).copied().collect::<Vec<_>>()
    };
    match standing(Free::Yes).as_slice() {
        [person] => Found::Certain(By::UserName, *person),
        [] if !standing(Free::Protected).is_empty() => {
            Found::Nobody("the CXone user of this name is protected")
        }
        [] => Found::Nobody("the CXone user of this name is another user's"),
        several => Found::Ambiguous(several.to_vec(), "several people have this user name"),
    }
}

fn by_the_rest(
    subject: &Subject,
    known: &[Known],
    named: &BTreeSet<usize>,
    indexes: &[(By, Index)],
    emails: &BTreeSet<String>,
) -> Found {
    let mut all: BTreeSet<usize> = BTreeSet::new();
    let mut sure: BTreeMap<usize, By> = BTreeMap::new();
    let mut each: Vec<BTreeSet<usize>> = Vec::new();
    let mut reason = "neither the first nor the last name agrees";
    for (by, index) in indexes {
        let Some((value, people)) = index.look(subject) else {
            continue;
        };
        let free = |at: &&usize| {
            let free = known.get(**at).is_some_and(|it| it.free == Free::Yes);
            free && !named.contains(*at)
        };
        let free: BTreeSet<usize> = people.iter().filter(free).copied().collect();
        if free.is_empty() {
            continue;
        }
        let others = index.subjects.get(&value).is_some_and(|users| *users > 1)
            || (*by == By::Email && emails.contains(&value));
        let several = people.len() > 1;
        for at in &free {
            let person = known.get(*at).map(|it| &it.person.target);
            if !several && !others && person.is_some_and(|it| agree(&subject.target, it)) {
                sure.entry(*at).or_insert(*by);
            }
        }
        if several {
            reason = "several people in CXone share the e-mail address or identity";
        } else if others {
            reason = "other users of the connection share the e-mail address or identity";
        }
        all.extend(&free);
        each.push(free);
    }
    if let Some((person, by)) = sure.iter().next().filter(|_| sure.len() == 1)
        && each.iter().all(|people| people.contains(person))
    {
        return Found::Certain(*by, *person);
    }
    if !sure.is_empty() {
        reason = "e-mail address and external identity speak for different people";
    }
    match all.is_empty() {
        true => Found::Nobody(NOBODY),
        false => Found::Ambiguous(all.into_iter().collect(), reason),
    }
}

/// Whether first or last names are the same: an address alone may have been handed on.
fn agree(one: &Target, other: &Target) -> bool {
    [Attribute::GivenName, Attribute::FamilyName]
        .into_iter()
        .any(|attribute| {
            let name = |target: &Target| target.get(attribute).map(|name| fold(name.trim()));
            name(one).is_some() && name(one) == name(other)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::UserId;
    use serde_json::json;

    fn target(user_name: &str, given: &str, family: &str, email: &str, identity: &str) -> Target {
        let mut target = Target::default();
        target.set(Attribute::UserName, user_name);
        target.set(Attribute::GivenName, given);
        target.set(Attribute::FamilyName, family);
        target.set(Attribute::Email, email);
        target.set(Attribute::ExternalIdentity, identity);
        target
    }

    fn subject(target: Target) -> Subject {
        let who = Who {
            id: Some(UserId::new()),
            user_name: "x".to_owned(),
            active: true,
        };
        Subject {
            who,
            link: None,
            target,
        }
    }

    fn known(target: Target, free: Free) -> Known {
        let person = Person {
            id: json!(target.values).to_string(),
            target,
            status: None,
            own: false,
        };
        Known { person, free }
    }

    fn one(subject_target: Target, people: Vec<Known>) -> Found {
        find(&[subject(subject_target)], &people, &BTreeSet::new()).remove(0)
    }

    const ADA: [&str; 5] = ["ada@new.example.com", "Ada", "Byron", "ada@example.com", ""];

    fn ada() -> Target {
        let [user_name, given, family, email, identity] = ADA;
        target(user_name, given, family, email, identity)
    }

    #[test]
    fn a_user_name_comes_first_whatever_else_agrees() {
        let named = known(
            target("ADA@new.example.com", "X", "Y", "z@example.com", ""),
            Free::Yes,
        );
        let alike = known(
            target("ada", "Ada", "Byron", "ada@example.com", ""),
            Free::Yes,
        );
        assert_eq!(
            one(ada(), vec![alike, named]),
            Found::Certain(By::UserName, 1)
        );
    }

    #[test]
    fn a_name_that_is_not_free_is_not_passed_over() {
        let alike = || {
            known(
                target("ada", "Ada", "Byron", "ada@example.com", ""),
                Free::Yes,
            )
        };
        for free in [Free::Taken, Free::Protected] {
            let named = known(target("ada@new.example.com", "", "", "", ""), free);
            let found = one(ada(), vec![alike(), named]);
            assert!(matches!(found, Found::Nobody(_)), "{found:?}");
        }
    }

    #[test]
    fn an_address_is_certain_only_with_a_name_and_without_a_second() {
        let person =
            |given, family| known(target("a", given, family, "ADA@example.com", ""), Free::Yes);
        assert_eq!(
            one(ada(), vec![person("ADA", "King")]),
            Found::Certain(By::Email, 0)
        );
        assert_eq!(
            one(ada(), vec![person("Augusta", "byron ")]),
            Found::Certain(By::Email, 0)
        );
        for people in [
            vec![person("Bob", "King")],
            vec![person("", "")],
            vec![person("Ada", "Byron"), person("Bob", "King")],
            vec![
                person("Ada", "Byron"),
                known(target("b", "", "", "ada@example.com", ""), Free::Taken),
            ],
        ] {
            let found = one(ada(), people);
            assert!(matches!(found, Found::Ambiguous(..)), "{found:?}");
        }
        let taken = known(
            target("a", "Ada", "Byron", "ada@example.com", ""),
            Free::Taken,
        );
        assert_eq!(one(ada(), vec![taken]), Found::Nobody(NOBODY));
    }

    #[test]
    fn an_address_that_users_share_is_nobodys() {
        let people = [known(
            target("a", "Ada", "Byron", "ada@example.com", ""),
            Free::Yes,
        )];
        let twice = [
            subject(ada()),
            subject(target("b", "Bob", "", "ada@example.com", "")),
        ];
        let found = find(&twice, &people, &BTreeSet::new());
        assert!(found.iter().all(|it| matches!(it, Found::Ambiguous(..))));
        let linked = BTreeSet::from(["ada@example.com".to_owned()]);
        let found = find(&twice[..1], &people, &linked);
        assert!(matches!(found[0], Found::Ambiguous(..)), "{found:?}");
    }

    #[test]
    fn an_identity_counts_where_the_address_says_nothing_else() {
        let wanted = target("new", "Ada", "Byron", "ada@example.com", "S-1-5-7");
        let same = || {
            known(
                target("a", "Ada", "", "old@example.com", "s-1-5-7"),
                Free::Yes,
            )
        };
        let shared = |name| known(target(name, "Bob", "", "ada@example.com", ""), Free::Yes);
        assert_eq!(
            one(wanted.clone(), vec![same()]),
            Found::Certain(By::ExternalIdentity, 0)
        );
        let found = one(wanted.clone(), vec![same(), shared("b")]);
        assert!(matches!(found, Found::Ambiguous(..)), "{found:?}");
        let both = known(
            target("c", "Ada", "", "ada@example.com", "S-1-5-7"),
            Free::Yes,
        );
        assert_eq!(
            one(wanted, vec![both, shared("b")]),
            Found::Certain(By::ExternalIdentity, 0),
            "the identity settles whom the shared address means"
        );
    }

    #[test]
    fn one_person_is_never_proposed_to_two() {
        let person = known(
            target("a", "Ada", "Byron", "ada@example.com", "S-1"),
            Free::Yes,
        );
        let by_email = subject(target("n", "Ada", "", "ada@example.com", ""));
        let by_identity = subject(target("m", "", "Byron", "", "S-1"));
        let found = find(&[by_email, by_identity], &[person], &BTreeSet::new());
        assert!(
            found.iter().all(|it| matches!(it, Found::Ambiguous(..))),
            "{found:?}"
        );
    }

    #[test]
    fn whoever_is_linked_stays_so() {
        let person = |name| known(target(name, "", "", "", ""), Free::Taken);
        let people = [person("ada@new.example.com"), person("old")];
        for (at, by) in [(0, By::UserName), (1, By::Link)] {
            let linked = Subject {
                link: Some(people[at].person.id.clone()),
                ..subject(ada())
            };
            let found = find(&[linked], &people, &BTreeSet::new());
            assert_eq!(found, [Found::Certain(by, at)]);
        }
    }

    #[test]
    fn whoever_a_name_finds_is_out_of_the_others_reach() {
        let person = known(ada(), Free::Yes);
        let named = subject(ada());
        let alike = subject(target("other", "Ada", "Byron", "ada@example.com", ""));
        let found = find(&[alike, named], &[person], &BTreeSet::new());
        assert_eq!(
            found,
            [Found::Nobody(NOBODY), Found::Certain(By::UserName, 0)]
        );
    }
}
