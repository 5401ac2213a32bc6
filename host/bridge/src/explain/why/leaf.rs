//! The single things that a source says: where they stand, how they are called, and how a source reads with one of them changed.

use serde_json::{Map, Value};

use crate::source::Source;

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A member, by name.
    Member(String),
    /// The element of a list that has this `type`, or the one at this place.
    Element(Option<String>, usize),
}

/// Where something stands.
pub(super) type Place = Vec<Part>;

/// A single value of a source.
#[derive(Clone, PartialEq)]
pub(super) struct Leaf {
    /// The path, as RFC 7644 (section 3.10) writes it.
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a source says of who it is about and not of the person.
const NOT_SAID: [&str; 4] = ["schemas", "id", "meta", "active"];

/// Whether every source says this, so that nobody need ask whether it is said.
pub(super) fn always_said(place: &Place) -> bool {
    matches!(place.first(), Some(Part::Member(name)) if NOT_SAID.contains(&name.as_str()))
}

/// Every single value, in the document's order.
pub(super) fn of(source: &Source) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let members = source.as_map().iter();
    for (name, value) in members.filter(|(name, _)| !NOT_SAID.contains(&name.as_str())) {
        let place = vec![Part::Member(name.clone())];
        down(name.clone(), place, value, &mut leaves);
    }
    leaves
}

fn down(path: String, place: Place, value: &Value, into: &mut Vec<Leaf>) {
    let below = |part: Part| {
        let mut place = place.clone();
        place.push(part);
        place
    };
    match value {
        Value::Object(members) => {
            // What says which element it is names the path, and is no value of its own.
            let named = matches!(place.last(), Some(Part::Element(Some(_), _)));
            for (name, value) in members
                .iter()
                .filter(|(name, _)| !(named && *name == "type"))
            {
                let separator = if is_urn(&path) && place.len() == 1 {
                    ':'
                } else {
                    '.'
                };
                let path = format!("{path}{separator}{name}");
                down(path, below(Part::Member(name.clone())), value, into);
            }
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                let of_type = element.get("type").and_then(Value::as_str);
                let alone = elements.len() == 1 && of_type.is_none();
                let path = match of_type {
                    Some(of_type) => format!("{path}[type eq {of_type:?}]"),
                    None if alone => path.clone(),
                    None => format!("{path}[{at}]"),
                };
                let part = Part::Element(of_type.map(str::to_owned), at);
                down(path, below(part), element, into);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => into.push(Leaf {
            path,
            place,
            value: value.clone(),
        }),
    }
}

impl Leaf {
    /// Whether a plugin that reads at a place finds this: the place names a list without saying which element, or the very value.
    pub(super) fn answers(&self, place: &[Part]) -> bool {
        let mut mine = self.place.iter();
        for part in place {
            let found = match (part, mine.next()) {
                (Part::Member(wanted), Some(Part::Member(name))) => {
                    wanted.eq_ignore_ascii_case(name)
                }
                (Part::Element(None, _), Some(Part::Element(..))) => true,
                (Part::Element(Some(wanted), _), Some(Part::Element(found, _))) => found
                    .as_ref()
                    .is_some_and(|found| wanted.eq_ignore_ascii_case(found)),
                (Part::Element(None, _), Some(Part::Member(_)) | None) | (_, None) => false,
                (Part::Member(wanted), Some(Part::Element(..))) => match mine.next() {
                    Some(Part::Member(name)) => wanted.eq_ignore_ascii_case(name),
                    Some(Part::Element(..)) | None => false,
                },
                (Part::Element(Some(_), _), Some(Part::Member(_))) => false,
            };
            if !found {
                return false;
            }
        }
        true
    }
}

/// The lists of objects of RFC 7643, section 4.1.2.
const LISTS: [&str; 8] = [
    "emails",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509Certificates",
];

/// Where a path leads; `None` for one that names no single value: the filter of another attribute than `type` or `primary`.
pub(super) fn place(path: &str) -> Option<Place> {
    let (mut place, rest) = match path.rfind(':').filter(|_| is_urn(path)) {
        Some(_) => {
            // A filter may hold a colon, an attribute's name never does.
            let head = path.split('[').next()?;
            let colon = head.rfind(':')?;
            let (urn, attribute) = (path.get(..colon)?, path.get(colon + 1..)?);
            let core = urn.eq_ignore_ascii_case("urn:ietf:params:scim:schemas:core:2.0:User");
            let place = (!core).then(|| Part::Member(urn.to_owned()));
            (Vec::from_iter(place), attribute)
        }
        None => (Vec::new(), path),
    };
    let (name, filter, sub) = match rest.split_once('[') {
        Some((name, rest)) => {
            let (filter, sub) = rest.split_once(']')?;
            (name, Some(filter), sub.strip_prefix('.'))
        }
        None => match rest.split_once('.') {
            Some((name, sub)) => (name, None, Some(sub)),
            None => (rest, None, None),
        },
    };
    let list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
    place.push(Part::Member(name.to_owned()));
    match filter.map(|filter| filter.split_once(" eq ")) {
        None if list => place.push(Part::Element(None, 0)),
        None => {}
        Some(Some((by, value))) if by.trim().eq_ignore_ascii_case("type") => {
            let value = value.trim().trim_matches('"');
            place.push(Part::Element(Some(value.to_owned()), 0));
        }
        Some(Some((by, _))) if by.trim().eq_ignore_ascii_case("primary") => {
            place.push(Part::Element(None, 0));
        }
        Some(_) => return None,
    }
    match sub {
        Some(sub) => place.push(Part::Member(sub.to_owned())),
        None if list => place.push(Part::Member("value".to_owned())),
        None => {}
    }
    Some(place)
}

/// The source with another value at a place, or none.
pub(super) fn with(source: &Source, place: &[Part], value: Option<&Value>) -> Source {
    let mut document = source.as_map().clone();
    put(&mut document, place, value);
    Source::from(document)
}

fn put(document: &mut Map<String, Value>, place: &[Part], value: Option<&Value>) {
    let Some((Part::Member(name), rest)) = place.split_first() else {
        return;
    };
    let spelled = document.keys().find(|key| key.eq_ignore_ascii_case(name));
    let name = spelled.cloned().unwrap_or_else(|| name.clone());
    match (rest, value) {
        ([], Some(value)) => {
            document.insert(name, value.clone());
        }
        ([], None) => {
            document.shift_remove(&name);
        }
        ([Part::Element(of_type, at), rest @ ..], value) => {
            let list = document
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            element(list, of_type.as_deref(), *at, rest, value);
        }
        (rest, value) => {
            let below = document
                .entry(name)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}

fn element(
    list: &mut Value,
    of_type: Option<&str>,
    at: usize,
    rest: &[Part],
    value: Option<&Value>,
) {
    let Value::Array(elements) = list else {
        return;
    };
    let is = |element: &Value| {
        element
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_lowercase)
            == of_type.map(str::to_lowercase)
    };
    let found = match of_type {
        Some(_) => elements.iter().position(is),
        None => (at < elements.len()).then_some(at),
    };
    let found = match (found, value) {
        (Some(found), _) => found,
        (None, None) => return,
        (None, Some(_)) => {
            let mut element = Map::new();
            if let Some(of_type) = of_type {
                element.insert("type".to_owned(), Value::from(of_type));
            }
            elements.push(Value::Object(element));
            elements.len() - 1
        }
    };
    match (rest, value, elements.get_mut(found)) {
        ([], Some(value), Some(element)) => *element = value.clone(),
        ([], None, Some(_)) => {
            elements.remove(found);
        }
        (rest, value, Some(Value::Object(below))) => {
            put(below, rest, value);
            // An element of which only its type is left says nothing.
            if value.is_none() && below.keys().all(|name| name == "type" || name == "primary") {
                elements.remove(found);
            }
        }
        _ => {}
    }
}

fn is_urn(path: &str) -> bool {
    path.get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
}

#[cfg(test)]
mod tests;
