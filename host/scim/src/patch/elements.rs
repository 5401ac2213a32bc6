//! One step on a multi-valued attribute, of a known schema or an open one.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::apply::named;
use super::{Op, Step};
use crate::dialect::{BareRemoval, Dialect};
use crate::error::Error;
use crate::filter::is_present;
use crate::members;
use crate::normalise::value::{self, is_primary};
use crate::path::{lookup, spelling};
use crate::schema::Attribute;

/// Sub-attributes that describe a value without being one.
const LABELS: &[&str] = &["type", "display", "primary"];

pub(super) struct Elements<'a> {
    pub(super) attribute: Option<&'static Attribute>,
    pub(super) dialect: &'a Dialect,
}

impl Elements<'_> {
    pub(super) fn apply(
        &self,
        container: &mut Map<String, Value>,
        name: &str,
        step: &Step,
    ) -> Result<(), Error> {
        if self.is_members() && empties_unasked(step, self.dialect) {
            return Err(bare_removal());
        }
        let mut items = match container.get_mut(name).map(Value::take) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(single) => vec![single],
        };
        let mut primaries = Vec::new();
        match (step.path.filter.is_some(), &step.path.sub, step.op) {
            (false, None, Op::Add) => self.add(&mut items, step, &mut primaries)?,
            (false, None, Op::Replace) => items = self.list(step)?,
            (false, None, Op::Remove) => self.remove(&mut items, step)?,
            _ => self.selected(&mut items, step, &mut primaries)?,
        }
        demote(&mut items, &primaries, step)?;
        if items.is_empty() {
            container.shift_remove(name);
        } else {
            container.insert(name.to_owned(), Value::Array(items));
        }
        Ok(())
    }

    /// The step's value as normalised elements.
    fn list(&self, step: &Step) -> Result<Vec<Value>, Error> {
        let list = match self.attribute {
            Some(attribute) => value::attribute(
                attribute,
                step.value.clone(),
                self.dialect,
                &named(&step.path),
            )?,
            None => value::open(step.value.clone()),
        };
        Ok(match list {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(single) => vec![single],
        })
    }

    fn element(&self, value: &Value, path: &str) -> Result<Option<Value>, Error> {
        match self.attribute {
            Some(attribute) => value::single(attribute, value.clone(), self.dialect, path),
            None => Ok(value::open(value.clone())),
        }
    }

    fn is_members(&self) -> bool {
        self.attribute
            .is_some_and(|attribute| attribute.name == "members")
    }

    /// What makes two elements the same: their value, and but for members their type; without a value, everything.
    fn identity(&self, element: &Value) -> String {
        let is_members = self.is_members();
        match (element.get("value"), element.get("type")) {
            (Some(value), _) if is_members => value.to_string(),
            (Some(value), Some(label)) => format!("{value} {label}"),
            (Some(value), None) => value.to_string(),
            (None, _) => element.to_string(),
        }
    }

    /// As equality of [`Self::identity`].
    fn is_same(&self, left: &Value, right: &Value) -> bool {
        let is_members = self.is_members();
        match (left.get("value"), right.get("value")) {
            (Some(a), Some(b)) => a == b && (is_members || left.get("type") == right.get("type")),
            (None, None) => left == right,
            _ => false,
        }
    }

    fn add(
        &self,
        items: &mut Vec<Value>,
        step: &Step,
        primaries: &mut Vec<usize>,
    ) -> Result<(), Error> {
        let list = self.list(step)?;
        // Many requests add one value to a long list: an index would cost more than a look at each.
        let mut known: Option<HashMap<String, usize>> = (list.len() > 8).then(|| {
            let identities = items.iter().enumerate();
            identities
                .map(|(index, item)| (self.identity(item), index))
                .collect()
        });
        for new in list {
            let index = match &mut known {
                Some(known) => *known.entry(self.identity(&new)).or_insert(items.len()),
                None => {
                    let same = items.iter().position(|item| self.is_same(item, &new));
                    same.unwrap_or(items.len())
                }
            };
            if is_primary(&new) {
                primaries.push(index);
            }
            match (items.get_mut(index), new) {
                (Some(Value::Object(before)), Value::Object(more)) => before.extend(more),
                (Some(_), _) => {}
                (None, new) => items.push(new),
            }
        }
        Ok(())
    }

    fn remove(&self, items: &mut Vec<Value>, step: &Step) -> Result<(), Error> {
        let given = match &step.value {
            Value::Null => {
                items.clear();
                return Ok(());
            }
            _ if self.is_members() => {
                let ids: HashSet<String> = members::ids(&self.list(step)?).into_iter().collect();
                items.retain(|item| members::id(item).is_none_or(|id| !ids.contains(id)));
                return Ok(());
            }
            Value::Array(given) => given.as_slice(),
            single => std::slice::from_ref(single),
        };
        let (mut values, mut labelled, mut exact) = (HashSet::new(), HashSet::new(), Vec::new());
        for given in given {
            let Some(element) = self.element(given, &named(&step.path))? else {
                continue;
            };
            let has_type = given.get("type").is_some();
            match (element.get("value"), has_type) {
                (Some(_), true) => {
                    labelled.insert(self.identity(&element));
                }
                (Some(value), false) => {
                    values.insert(value.to_string());
                }
                (None, _) => exact.push(element),
            }
        }
        items.retain(|item| {
            let by_value = item
                .get("value")
                .is_some_and(|value| values.contains(&value.to_string()));
            !(by_value
                || labelled.contains(&self.identity(item))
                || exact.iter().any(|given| covers(item, given)))
        });
        Ok(())
    }

    /// A step on the elements that the filter selects, or on a sub-attribute of all of them.
    fn selected(
        &self,
        items: &mut Vec<Value>,
        step: &Step,
        primaries: &mut Vec<usize>,
    ) -> Result<(), Error> {
        let path = &step.path;
        let at = named(path);
        let selects = |item: &Value| {
            path.filter
                .as_ref()
                .is_none_or(|filter| filter.matches_element(item))
        };
        let chosen = items.iter().enumerate().filter(|(_, item)| selects(item));
        let mut chosen: Vec<usize> = chosen.map(|(index, _)| index).collect();
        let new = match (step.op, &path.sub) {
            (Op::Remove, _) => None,
            (_, None) if self.is_members() => self.member(step, &at)?,
            (_, None) => self.element(&step.value, &at)?,
            (_, Some(_)) => match path.sub_definition {
                Some(sub) => value::single(sub, step.value.clone(), self.dialect, &at)?,
                None => value::open(step.value.clone()),
            },
        };
        let Some(new) = new else {
            self.clear(items, &chosen, path.sub.as_deref());
            return Ok(());
        };
        let terms = self.terms(step)?;
        if chosen.is_empty() {
            let Some(terms) = &terms else {
                return Err(Error::no_target(format!(
                    "{at}: no value matches, and the filter does not say what to make"
                )));
            };
            chosen.push(items.len());
            items.push(Value::Object(terms.clone()));
        }
        for index in chosen {
            let Some(item) = items.get_mut(index) else {
                continue;
            };
            let mut parts = match item.take() {
                Value::Object(parts) => parts,
                Value::Null => Map::new(),
                plain => Map::from_iter([("value".to_owned(), plain)]),
            };
            match (&path.sub, &new) {
                (Some(sub), new) => {
                    let sub = spelling(&parts, sub);
                    parts.insert(sub, new.clone());
                }
                (None, Value::Object(more)) => {
                    if step.op == Op::Replace {
                        parts = terms.clone().unwrap_or_default();
                    }
                    parts.extend(more.clone());
                }
                (None, plain) => {
                    parts.insert("value".to_owned(), plain.clone());
                }
            }
            *item = Value::Object(parts);
            let says_primary = match &path.sub {
                Some(sub) => sub == "primary",
                None => new.get("primary").is_some() || step.op == Op::Replace,
            };
            if is_primary(item)
                && (says_primary
                    || terms
                        .as_ref()
                        .is_some_and(|terms| terms.contains_key("primary")))
            {
                primaries.push(index);
            }
        }
        Ok(())
    }

    /// The value for selected members; whose id the filter may say instead.
    fn member(&self, step: &Step, path: &str) -> Result<Option<Value>, Error> {
        let mut value = step.value.clone();
        if let (Value::Object(member), Some(terms)) = (&mut value, self.terms(step)?)
            && let (None, Some(id)) = (lookup(member, "value"), terms.get("value"))
        {
            member.insert("value".to_owned(), id.clone());
        }
        match self.element(&value, path)? {
            None if is_present(&value) => Err(value::no_member(path)),
            member => Ok(member),
        }
    }

    /// The object that the filter's equalities describe (N11). Without a filter it is empty; `None` if the filter says
    /// more than equalities.
    fn terms(&self, step: &Step) -> Result<Option<Map<String, Value>>, Error> {
        let Some(filter) = &step.path.filter else {
            return Ok(Some(Map::new()));
        };
        let Some(terms) = filter.equal_terms() else {
            return Ok(None);
        };
        let mut map = Map::new();
        for (name, operand) in terms {
            let value = operand.to_value();
            let clashes = map.get(name).is_some_and(|before| *before != value);
            if clashes {
                return Ok(None);
            }
            if !value.is_null() {
                map.insert(name.to_owned(), value);
            }
        }
        Ok(Some(map))
    }

    fn clear(&self, items: &mut Vec<Value>, chosen: &[usize], sub: Option<&str>) {
        let mut chosen = chosen.iter().copied().peekable();
        let mut index = 0;
        items.retain_mut(|item| {
            let is_chosen = chosen.next_if_eq(&index).is_some();
            index += 1;
            let Some(sub) = sub.filter(|_| is_chosen) else {
                return !is_chosen;
            };
            let Value::Object(parts) = item else {
                return true;
            };
            parts.shift_remove(&spelling(parts, sub));
            let is_value = self.attribute.is_some() && !LABELS.contains(&sub);
            !(parts.is_empty()
                || is_value && parts.keys().all(|key| LABELS.contains(&key.as_str())))
        });
    }
}

/// N12: which members are meant has to be said.
/// Whether a step on `members` would empty the group without naming anybody or saying `[]`, in a dialect that refuses it.
pub(super) fn empties_unasked(step: &Step, dialect: &Dialect) -> bool {
    let names_nobody = match &step.value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    };
    let whole = step.path.filter.is_none() && step.path.sub.is_none();
    dialect.bare_member_removal == BareRemoval::Refuse
        && step.op != Op::Add
        && whole
        && names_nobody
}

pub(super) fn bare_removal() -> Error {
    Error::invalid_value(
        "members: a remove names whom, by members[value eq \"…\"] or a value array; \
         to empty the group, replace members by []",
    )
}

/// Whether `item` has every part of `given`.
fn covers(item: &Value, given: &Value) -> bool {
    match (item, given) {
        (Value::Object(item), Value::Object(given)) => given
            .iter()
            .all(|(key, value)| item.get(key) == Some(value)),
        _ => item == given,
    }
}

/// Leaves `primary` with the element that the step set it on.
fn demote(items: &mut [Value], primaries: &[usize], step: &Step) -> Result<(), Error> {
    let Some(winner) = primaries.first() else {
        return Ok(());
    };
    if primaries.iter().any(|index| index != winner) {
        return Err(Error::invalid_value(format!(
            "{}: more than one value would be primary",
            named(&step.path)
        )));
    }
    for (index, item) in items.iter_mut().enumerate() {
        if index != *winner && is_primary(item) {
            item["primary"] = Value::Bool(false);
        }
    }
    Ok(())
}
