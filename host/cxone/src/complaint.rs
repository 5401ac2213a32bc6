//! What CXone says when it says no, in words that may be shown: short, clean, and without the person's values.

use client::Answer;
use serde_json::Value;

/// Longest text taken over, in characters.
const LONGEST: usize = 300;
/// As much of a text as is looked at, in characters.
const READ: usize = 16 * 1024;
const WITHHELD: &str = "(withheld)";

/// The values of a request that may not be shown again.
#[derive(Clone, Default)]
pub(crate) struct Personal(Vec<Vec<char>>);

/// Members whose values are the tenant's, not the person's: an error that names them says what to fix. SCIM's, then User
/// Hub's.
const TENANTS_OWN: [&str; 18] = [
    "roles",
    "team",
    "loginAuthenticator",
    "timezone",
    "userType",
    "type",
    "locale",
    "schemas",
    "active",
    "role",
    "secondaryRoleIds",
    "teamId",
    "authenticatorId",
    "timeZone",
    "applicationAttributes",
    "assignedGroup",
    "groupIds",
    "views",
];

impl Personal {
    /// Every text of a body, the tenant's own apart.
    pub(crate) fn of(body: &Value) -> Self {
        let mut found = Vec::new();
        collect(body, &mut found);
        // The longest first, so that a short value does not hide a part of a long one only.
        found.sort_by_key(|value: &Vec<char>| std::cmp::Reverse(value.len()));
        found.dedup();
        Self(found)
    }

    fn at(&self, text: &[char], start: usize) -> Option<usize> {
        let before = before(text, start);
        self.0.iter().find_map(|value| {
            let end = start + value.len();
            let there = text.get(start..end)?;
            let same = there.iter().zip(value).all(|(a, b)| alike(*a, *b));
            let whole = !joined(before, value.first()) && !joined(value.last(), text.get(end));
            (same && whole).then_some(end)
        })
    }
}

fn alike(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

fn joined(left: Option<&char>, right: Option<&char>) -> bool {
    matches!((left, right), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric())
}

fn collect(value: &Value, found: &mut Vec<Vec<char>>) {
    match value {
        Value::String(text) => {
            let text: Vec<char> = tidy(text);
            if text.len() > 1 {
                found.push(text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !TENANTS_OWN.contains(&name.as_str()))
            .for_each(|(_, value)| collect(value, found)),
        _ => {}
    }
}

/// One line without control, bidirectional and invisible characters.
fn tidy(text: &str) -> Vec<char> {
    let mut tidy: Vec<char> = Vec::new();
    for c in text.chars().take(READ) {
        let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if invisible {
            continue;
        }
        if c.is_control() || c.is_whitespace() {
            if tidy.last().is_some_and(|last| *last != ' ') {
                tidy.push(' ');
            }
        } else {
            tidy.push(c);
        }
    }
    if tidy.last() == Some(&' ') {
        tidy.pop();
    }
    tidy
}

/// The end of an e-mail address or a long number that starts here: CXone may show what it made of a value.
fn looks_personal(text: &[char], start: usize) -> Option<usize> {
    address(text, start).or_else(|| number(text, start))
}

fn before(text: &[char], start: usize) -> Option<&char> {
    start.checked_sub(1).and_then(|at| text.get(at))
}

fn address(text: &[char], start: usize) -> Option<usize> {
    let part = |c: &char| !c.is_whitespace() && !"\"'`<>()[]{},;:=".contains(*c);
    if before(text, start).is_some_and(part) {
        return None;
    }
    let length = text.get(start..)?.iter().take_while(|c| part(c)).count();
    let found = text.get(start..start + length)?;
    found.contains(&'@').then_some(start + length)
}

fn number(text: &[char], start: usize) -> Option<usize> {
    let first = text.get(start)?;
    let begins = first.is_ascii_digit() || "+(".contains(*first);
    if !begins || before(text, start).is_some_and(|c| c.is_alphanumeric() || *c == '+') {
        return None;
    }
    let part = |c: &char| c.is_ascii_digit() || "+-. ()".contains(*c);
    let rest = text.get(start..)?;
    let length = rest.iter().take_while(|c| part(c)).count();
    let run = rest.get(..length)?;
    let length = run.iter().rposition(char::is_ascii_digit)? + 1;
    let digits = run.iter().filter(|c| c.is_ascii_digit()).count();
    let stuck = joined(run.get(length - 1), rest.get(length));
    (digits >= 7 && !stuck).then_some(start + length)
}

/// A text as it may be shown.
pub(crate) fn clean(text: &str, personal: &Personal) -> String {
    let text = tidy(text);
    let mut shown = String::new();
    let mut length = 0;
    let mut at = 0;
    while let Some(c) = text.get(at) {
        // The longer of the two: a value may be a part of an address.
        let hidden = personal.at(&text, at).max(looks_personal(&text, at));
        let (piece, next) = match hidden {
            Some(end) => (WITHHELD.to_owned(), end),
            None => (c.to_string(), at + 1),
        };
        length += piece.chars().count();
        if length > LONGEST {
            shown.push('…');
            break;
        }
        shown.push_str(&piece);
        at = next;
    }
    shown
}

/// Members that explain, the best first: SCIM's (RFC 7644, section 3.12), User Hub's 400 and 401, the Admin API's and
/// the token service's (cxone.md 2.2, 3.2, 3.4).
const EXPLAIN: [&str; 12] = [
    "detail",
    "details",
    "errorDescription",
    "error_Description",
    "error_description",
    "detailedMessage",
    "message",
    "msg",
    "errors",
    "error",
    "title",
    "code",
];

fn explanation(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(items) => {
            let all: Vec<String> = items.iter().take(5).filter_map(explanation).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Value::Object(members) => EXPLAIN
            .iter()
            .find_map(|name| members.get(*name).and_then(explanation)),
        _ => None,
    }
}

/// The raw words of an answer, for reading only.
fn raw(answer: &Answer) -> Option<String> {
    match answer.json() {
        Some(json) => {
            let kind = ["scimType", "code"]
                .iter()
                .find_map(|name| json.get(*name)?.as_str());
            let text = explanation(&json)?;
            Some(match kind {
                Some(kind) if kind != text => format!("{text} ({kind})"),
                _ => text,
            })
        }
        None => {
            let text: String = String::from_utf8_lossy(&answer.body).into_owned();
            let text = text.trim();
            if text.starts_with('<') {
                return Some("a web page instead of an answer".to_owned());
            }
            (!text.is_empty()).then(|| text.to_owned())
        }
    }
}

/// What an answer says, as it may be shown.
pub(crate) fn words(answer: &Answer, personal: &Personal) -> String {
    raw(answer).map_or_else(
        || "no explanation".to_owned(),
        |text| clean(&text, personal),
    )
}

/// Everything that an answer says, for looking for words: in lower case, codes such as `USER_EXISTS` taken apart.
fn gist(answer: &Answer) -> String {
    let said = match answer.json() {
        Some(Value::Object(members)) => {
            let names = EXPLAIN.iter().chain(&["scimType"]);
            let said = names.filter_map(|name| members.get(*name).and_then(explanation));
            said.collect::<Vec<_>>().join("; ")
        }
        _ => raw(answer).unwrap_or_default(),
    };
    said.to_lowercase().replace(['_', '-'], " ")
}

fn any_of(gist: &str, words: &[&str]) -> bool {
    words.iter().any(|words| gist.contains(words))
}

/// Whether a refusal says that the user name is taken. Assumption (cxone.md 1.5: UNKNOWN): every 409 does, and else a
/// text that speaks of a user and of existing already, `success: false` among them.
pub(crate) fn duplicate(answer: &Answer) -> bool {
    if answer.status.as_u16() == 409 {
        return true;
    }
    let gist = gist(answer);
    let taken = [
        "already exist",
        "already in use",
        "is taken",
        "already taken",
        "already used",
        "user exists",
        "username exists",
        "duplicate",
        "not unique",
        "must be unique",
        "uniqueness",
    ];
    // SCIM's own word needs no other (RFC 7644, section 3.12).
    let told = answer
        .json()
        .is_some_and(|body| body.get("scimType").and_then(Value::as_str) == Some("uniqueness"));
    told || (gist.contains("user") && any_of(&gist, &taken))
}

/// Whether a refusal says that the user name cannot be changed because the employee is pending (cxone.md 4). Assumption
/// (cxone.md 4: how that is said is UNKNOWN): a text that speaks of the user name and of somebody invited.
pub(crate) fn pending(answer: &Answer) -> bool {
    let gist = gist(answer);
    let of_name = any_of(&gist, &["username", "user name", "login name"]);
    let waiting = [
        "pending",
        "invited",
        "invitation",
        "not activated",
        "not yet activated",
        "not been activated",
        "unregistered",
        "not registered",
        "not yet registered",
    ];
    of_name && any_of(&gist, &waiting) && !duplicate(answer)
}

/// Whether a body is an error, whatever its status says. User Hub answers `success: false` with 200 (cxone.md 3.4).
pub(crate) fn is_error(body: &Value) -> bool {
    let Value::Object(members) = body else {
        return false;
    };
    let scim = members
        .get("schemas")
        .and_then(Value::as_array)
        .is_some_and(|schemas| {
            schemas
                .iter()
                .filter_map(Value::as_str)
                .any(|schema| schema.ends_with(":Error"))
        });
    let said = ["error", "errors", "errorDescription", "error_description"]
        .iter()
        .any(|name| {
            members
                .get(*name)
                .is_some_and(|value| explanation(value).is_some())
        });
    let failed = members.get("success") == Some(&Value::Bool(false));
    scim || failed || (said && !members.contains_key("userName"))
}

#[cfg(test)]
mod tests;
