//! SCIM Users as they come: members in any order, empty, odd, half there. Equal seeds give equal ones.

use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NICE: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";
const TEXTS: [&str; 18] = [
    "",
    "Agent",
    "agent",
    "Staff",
    "team lead",
    "SSO",
    "ada@example.com",
    "Zoë",
    "O'Neil \"Q\"",
    "back\\slash",
    "a b",
    " padded ",
    "0",
    "true",
    "+1 201 555 0100",
    "Europe/Berlin",
    "李",
    "x",
];
const TYPES: [&str; 5] = ["work", "home", "mobile", "other", "Work"];

/// Generates sources.
#[derive(Debug)]
pub(super) struct Generator {
    state: u64,
    /// Members that the cases' sources have, with the values that they have there.
    seen: Vec<(String, Vec<Value>)>,
}

impl Generator {
    /// With what the sources of the cases hold among its words: a mapper's own attributes are not in any schema.
    pub(super) fn new<'a>(seed: u64, sources: impl Iterator<Item = &'a Value>) -> Self {
        let mut seen: Vec<(String, Vec<Value>)> = Vec::new();
        for (name, value) in sources.filter_map(Value::as_object).flatten() {
            match seen.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) if !values.contains(value) => values.push(value.clone()),
                Some(_) => {}
                None => seen.push((name.clone(), vec![value.clone()])),
            }
        }
        Self { state: seed, seen }
    }

    /// The next number (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).copied()
    }

    fn text(&mut self) -> Value {
        let text = self.one(&TEXTS).unwrap_or_default();
        if self.chance(30) {
            // Two words make texts that no other user has.
            let number = self.below(1000);
            return json!(format!("{text}{number}"));
        }
        json!(text)
    }

    /// An object of those of these members that chance gives.
    fn object(&mut self, names: &[&str]) -> Value {
        let mut members = Map::new();
        for name in names {
            if self.chance(60) {
                let value = match *name {
                    "manager" | "team" => json!({"value": self.text()}),
                    _ => self.text(),
                };
                members.insert((*name).to_owned(), value);
            }
        }
        Value::Object(members)
    }

    /// Elements of a multi-valued attribute, at most one of them primary (RFC 7643, section 2.4).
    fn list(&mut self) -> Value {
        let primary = self.below(4);
        let elements = (0..self.below(4)).map(|at| {
            let mut element = Map::new();
            if self.chance(70)
                && let Some(kind) = self.one(&TYPES)
            {
                element.insert("type".to_owned(), json!(kind));
            }
            if at == primary {
                element.insert("primary".to_owned(), json!(true));
            }
            if self.chance(90) {
                element.insert("value".to_owned(), self.text());
            }
            Value::Object(element)
        });
        elements.collect()
    }

    /// A source.
    pub(super) fn source(&mut self) -> Value {
        let mut members: Vec<(String, Value)> = vec![("userName".to_owned(), self.text())];
        for name in [
            "displayName",
            "timezone",
            "locale",
            "title",
            "userType",
            "nickName",
        ] {
            if self.chance(50) {
                members.push((name.to_owned(), self.text()));
            }
        }
        if self.chance(60) {
            members.push(("active".to_owned(), json!(self.chance(50))));
        }
        for name in ["emails", "phoneNumbers", "roles"] {
            if self.chance(60) {
                members.push((name.to_owned(), self.list()));
            }
        }
        for (name, inner) in [
            (
                "name",
                &["givenName", "middleName", "familyName", "formatted"][..],
            ),
            (ENTERPRISE, &["department", "costCenter", "manager"]),
            (NICE, &["team", "loginAuthenticator"]),
        ] {
            if self.chance(60) {
                members.push((name.to_owned(), self.object(inner)));
            }
        }
        for at in 0..self.seen.len() {
            if self.chance(50) {
                let choice = self.next();
                if let Some((name, values)) = self.seen.get(at)
                    && let Some(value) =
                        values.get(usize::try_from(choice).unwrap_or(0) % values.len().max(1))
                {
                    members.retain(|(known, _)| known != name);
                    members.push((name.clone(), value.clone()));
                }
            }
        }
        // Nothing may depend on the order.
        for at in (1..members.len()).rev() {
            let other = self.below(at + 1);
            members.swap(at, other);
        }
        Value::Object(members.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_sources_and_others_do_not() {
        let of = |seed: u64| {
            let mut generator = Generator::new(seed, std::iter::empty());
            (0..20)
                .map(|_| generator.source().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let all: std::collections::BTreeSet<_> = of(7).into_iter().collect();
        assert_eq!(all.len(), 20);
    }

    #[test]
    fn what_cases_have_is_generated_too() {
        let case =
            json!({"urn:ietf:params:scim:schemas:extension:acme:2.0:User": {"skill": "voice"}});
        let mut generator = Generator::new(1, std::iter::once(&case));
        let with = (0..100).filter(|_| generator.source().to_string().contains("voice"));
        assert!((20..80).contains(&with.count()));
    }
}
