//! Giving back what was there.

use bridge::directory::Directory;
use bridge::port::cxone::{Change, Held};
use bridge::target::Attribute;
use client::{Answer, Method};
use serde_json::{Map, Value};
use tokio::time::{Duration, Instant};

use super::Subject;
use super::steps::TEXTS;
use crate::api::Service;
use crate::outcome::segment;
use crate::probe::done;
use crate::settings::RoleValue;
use crate::wire::{EXTENSION, Names, replace_body, text};

/// For giving back, after all else: it must not fail because probing took long.
const LAST: Duration = Duration::from_secs(60);

/// The body of a PUT that changes nothing; `None` if nobody knows whether the user is active.
pub(super) fn body(held: &Held, directory: &Directory) -> Option<Value> {
    let names = Names {
        directory,
        role_value: RoleValue::Id,
        default_role: None,
    };
    replace_body(held, &Change::default(), names)
}

/// What may differ without anybody having changed it.
fn comparable(user: &Value) -> Map<String, Value> {
    let mut user = user.as_object().cloned().unwrap_or_default();
    for member in ["schemas", "meta"] {
        user.shift_remove(member);
    }
    user.retain(|_, value| !value.is_null());
    user
}

/// The members in which two answers differ.
fn differing(before: &Value, now: &Value) -> Vec<String> {
    let (before, now) = (comparable(before), comparable(now));
    let names = before
        .keys()
        .chain(now.keys().filter(|name| !before.contains_key(*name)));
    let differs = |name: &&String| before.get(*name) != now.get(*name);
    names.filter(differs).cloned().collect()
}

impl Subject<'_> {
    pub(super) fn path(&self) -> String {
        // An id that cannot be addressed was never found.
        format!("/Users/{}", segment(&self.held.id).unwrap_or_default())
    }

    pub(super) async fn put(&mut self, probe: &'static str, body: &Value) -> Option<Answer> {
        let path = self.path();
        self.prober
            .scim(probe, Method::PUT, &path, Some(body))
            .await
    }

    /// The user as SCIM shows them now.
    pub(super) async fn read(&mut self, probe: &'static str) -> Option<Value> {
        let path = self.path();
        let answer = self.prober.scim(probe, Method::GET, &path, None).await;
        answer.as_ref().and_then(done)
    }

    /// Finds a body of a PUT that CXone takes and that changes nothing; whether there is one. Fields that are off may be
    /// refused, and so may the ids of roles.
    pub(super) async fn find_a_way(&mut self) -> bool {
        for plain in [false, true] {
            for change in [|_: &mut Value| {}, by_name, without_roles] {
                let mut body = self.whole.clone();
                change(&mut body);
                if plain {
                    self.without_what_is_off(&mut body);
                }
                let answer = self.put("a PUT of what is there", &body).await;
                if answer.as_ref().and_then(done).is_some() {
                    self.before = body;
                    return self.put_back().await.is_ok();
                }
            }
        }
        let said = "CXone takes no PUT of what it shows of the user, so nothing could be settled";
        self.remarks.push(said.to_owned());
        false
    }

    fn without_what_is_off(&self, body: &mut Value) {
        let Some(user) = body.as_object_mut() else {
            return;
        };
        for (field, written, _) in TEXTS {
            if !self.enabled(field) {
                user.shift_remove(written);
            }
        }
        if !self.enabled(Attribute::MobileNumber) {
            user.shift_remove("phoneNumbers");
        }
        if !self.enabled(Attribute::MiddleName)
            && let Some(Value::Object(name)) = user.get_mut("name")
        {
            name.shift_remove("middleName");
        }
    }

    /// Gives back what was there before, by the plainest way that works; the members that still differ.
    pub(super) async fn put_back(&mut self) -> Result<(), Vec<String>> {
        self.prober.by = Instant::now() + LAST;
        let unread = || vec!["everything: the user cannot be read".to_owned()];
        let mut left = unread();
        for way in [
            Way::Nothing,
            Way::AsTaken,
            Way::AsRead,
            Way::Revived,
            Way::Emptied,
            Way::ByName,
            Way::WithoutRoles,
        ] {
            let tried = self.give_back(way).await;
            if !tried {
                continue;
            }
            match self.read("what it came to").await {
                Some(now) => {
                    left = differing(&self.shown, &now);
                    self.now = now;
                }
                None => left = unread(),
            }
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(left)
    }

    /// Whether there was anything to try.
    async fn give_back(&mut self, way: Way) -> bool {
        let mut body = self.whole.clone();
        match way {
            Way::Nothing => return true,
            Way::AsRead => {}
            Way::AsTaken => body = self.before.clone(),
            Way::Emptied => {
                body = self.before.clone();
                if !empty_what_is_new(&mut body, &self.shown, &self.now) {
                    return false;
                }
            }
            Way::Revived => {
                body = self.before.clone();
                if self.held.target.active != Some(true) {
                    return false;
                }
                let id = segment(&self.held.id).unwrap_or_default();
                let path = format!("/user-management/v1/users/{id}/revive");
                let probe = "reviving by User Hub";
                let service = Service::UserHub;
                self.prober
                    .ask(probe, service, Method::POST, (&path, None), None)
                    .await;
            }
            Way::ByName => by_name(&mut body),
            Way::WithoutRoles => without_roles(&mut body),
        }
        self.put("giving back", &body).await;
        true
    }
}

/// How something is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Perhaps nothing is to be given back.
    Nothing,
    /// By the body that CXone took before anything was tried.
    AsTaken,
    AsRead,
    /// Where a PUT keeps what it leaves out, what was not there before goes by an empty value.
    Emptied,
    /// Who was deactivated may come back through User Hub alone.
    Revived,
    /// Roles and team by the names that were shown, where ids are not taken.
    ByName,
    WithoutRoles,
}

/// Whether there is anything that was not there before.
fn empty_what_is_new(body: &mut Value, before: &Value, now: &Value) -> bool {
    let (Some(user), Some(now)) = (body.as_object_mut(), now.as_object()) else {
        return false;
    };
    let mut any = false;
    for (member, value) in now {
        let empty = match value {
            Value::String(_) => Value::String(String::new()),
            Value::Array(_) => Value::Array(Vec::new()),
            _ => continue,
        };
        if before.get(member).is_some_and(|value| !value.is_null()) || member == "schemas" {
            continue;
        }
        let written = if member == "timeZone" {
            "timezone"
        } else {
            member
        };
        user.insert(written.to_owned(), empty);
        any = true;
    }
    any
}

fn by_name(body: &mut Value) {
    let rename = |item: &mut Value| {
        if let Some(name) = text(item.get("display")) {
            item["value"] = Value::String(name);
        }
    };
    if let Some(Value::Array(roles)) = body.get_mut("roles") {
        roles.iter_mut().for_each(rename);
    }
    for part in ["team", "loginAuthenticator"] {
        let path = format!("/{EXTENSION}/{part}");
        if let Some(item) = body.pointer_mut(&path).filter(|item| item.is_object()) {
            rename(item);
        }
    }
}

fn without_roles(body: &mut Value) {
    if let Some(user) = body.as_object_mut() {
        user.shift_remove("roles");
        user.shift_remove(EXTENSION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_named() {
        let before = json!({"id": "1", "displayName": "A", "locale": null, "meta": {"v": 1}, "userType": "x"});
        let same = json!({"displayName": "A", "id": "1", "meta": {"v": 2}, "userType": "x", "schemas": []});
        assert!(differing(&before, &same).is_empty());
        let other = json!({"id": "1", "displayName": "B", "timeZone": "UTC"});
        assert_eq!(
            differing(&before, &other),
            ["displayName", "userType", "timeZone"]
        );
    }

    #[test]
    fn roles_and_teams_are_given_back_by_name_too() {
        let mut body = json!({
            "roles": [{"value": "r-1", "display": "Agent"}, {"value": "r-2"}], EXTENSION: {"team": {"value": "t", "display": "Voice"}},
        });
        by_name(&mut body);
        assert_eq!(
            body["roles"],
            json!([{"value": "Agent", "display": "Agent"}, {"value": "r-2"}])
        );
        assert_eq!(body[EXTENSION]["team"]["value"], "Voice");
    }
}
