//! The probes of User Hub and of the roles' search that only read.

use bridge::name::fold;
use client::Method;
use serde_json::{Value, json};

use super::read::{finds, named};
use super::{Prober, done, other_case, people, status};
use crate::api::Service;
use crate::directory::ROLES;
use crate::examine::NOBODY;
use crate::outcome::segment;
use crate::people::SEARCH;
use crate::wire::text;

const LIST: &str = "/user-management/v1/users";

/// The people in an answer of User Hub.
pub(super) fn rows(answer: &Value) -> Vec<Value> {
    let rows = answer.get("users").and_then(Value::as_array);
    rows.cloned().unwrap_or_default()
}

/// The word for a deactivated person's status, if it is a known one.
pub(super) fn deactivated(row: &Value) -> Option<&'static str> {
    match text(row.get("status"))?.to_ascii_uppercase().as_str() {
        "DELETED" => Some("deleted"),
        "BLOCKED" => Some("blocked"),
        "INACTIVE" => Some("inactive"),
        _ => None,
    }
}

fn has_name(rows: &[Value], name: &str) -> bool {
    let mut names = rows.iter().filter_map(|row| text(row.get("userName")));
    names.any(|found| fold(&found) == fold(name))
}

impl Prober<'_> {
    pub(super) async fn user_hub(&mut self) {
        self.role_pages().await;
        let everybody = people(&json!({}), &json!({}));
        let asked = ("User Hub's search", SEARCH, Some(&everybody));
        let answer = self
            .ask(
                asked.0,
                Service::UserHub,
                Method::POST,
                (asked.1, None),
                asked.2,
            )
            .await;
        let found = match &answer {
            Some(answer) if status(answer) == 404 => return self.settle("user_hub", "absent"),
            Some(answer) if status(answer) == 403 => return self.settle("user_hub", "forbidden"),
            Some(answer) => match done(answer) {
                Some(found) => rows(&found),
                None => return,
            },
            None => return,
        };
        self.settle("user_hub", "present");
        let mut names = found.iter().filter_map(|row| text(row.get("userName")));
        if let Some(name) = names.find(|name| other_case(name).is_some()) {
            self.search_filter(&name).await;
        }
        self.gone().await;
    }

    /// Assumption until then (cxone.md 3.1): either base of `pageNo` is taken.
    async fn role_pages(&mut self) {
        let mut pages: Vec<Option<Vec<String>>> = Vec::new();
        for (number, probe) in [(0, "page 0 of the roles"), (1, "page 1 of the roles")] {
            let body = json!({ "filter": {}, "page": { "pageSize": 1, "pageNo": number } });
            let page = self.search(probe, ROLES, &body).await;
            let ids = page.as_ref().and_then(|page| page.get("roles")?.as_array());
            pages.push(ids.map(|all| all.iter().filter_map(|it| text(it.get("roleId"))).collect()));
        }
        let [zero, Some(one)] = pages.as_slice() else {
            return;
        };
        match zero {
            Some(zero) if zero == one && !one.is_empty() => self.settle("role_pages", "from_one"),
            Some(zero) if !zero.is_empty() => self.settle("role_pages", "from_zero"),
            None | Some(_) if !one.is_empty() => self.settle("role_pages", "from_one"),
            None | Some(_) => {}
        }
    }

    /// What a filter without an operation compares.
    async fn search_filter(&mut self, name: &str) {
        let by = |name: &str| people(&json!({ "userName": name }), &json!({}));
        let Some(other) = other_case(name) else {
            return;
        };
        let part: String = name
            .chars()
            .take(name.chars().count().div_ceil(2))
            .collect();
        let mut found = Vec::new();
        for (probe, wanted) in [
            ("User Hub's search for nobody", NOBODY),
            ("User Hub's search for a name as written", name),
            ("User Hub's search for a part of a name", &part),
            ("User Hub's search for a name in another case", &other),
        ] {
            match self.search(probe, SEARCH, &by(wanted)).await {
                Some(answer) => found.push(rows(&answer)),
                None => return,
            }
        }
        let [nobody, whole, part, other] = found.as_slice() else {
            return;
        };
        let position = if !nobody.is_empty() {
            "ignored"
        } else if !has_name(whole, name) {
            return;
        } else if has_name(part, name) {
            "like"
        } else if has_name(other, name) {
            "folded"
        } else {
            "exact"
        };
        self.settle("search_filter", position);
    }

    /// What is shown of who was deactivated, or locked out, if there is anybody.
    async fn gone(&mut self) {
        let list = (LIST, Some("includeDeleted=true".to_owned()));
        let asked = self.ask(
            "everybody, with the deactivated",
            Service::UserHub,
            Method::GET,
            list,
            None,
        );
        let everybody = asked.await.as_ref().and_then(done);
        let everybody = everybody.map(|list| rows(&list)).unwrap_or_default();
        let gone = |row: &&Value| row.get("deletedDate").is_some_and(|date| !date.is_null());
        if let Some(row) = everybody.iter().find(gone) {
            if let Some(word) = deactivated(row) {
                self.settle("deactivated_status", word);
            }
            if let Some(name) = text(row.get("userName")) {
                self.shown(&name, text(row.get("status"))).await;
            }
        }
        let locked =
            |row: &&Value| text(row.get("status")).as_deref() == Some("BLOCKED") && !gone(row);
        let locked = everybody
            .iter()
            .find(locked)
            .and_then(|row| text(row.get("id")));
        if let Some(id) = locked.and_then(|id| segment(&id).ok()) {
            let path = format!("/Users/{id}");
            let asked = self
                .scim("somebody who is locked out", Method::GET, &path, None)
                .await;
            let user = asked.as_ref().and_then(done);
            match user.as_ref().and_then(|user| user.get("active")) {
                Some(Value::Bool(true)) => self.settle("blocked_active", "true"),
                Some(Value::Bool(false)) => self.settle("blocked_active", "false"),
                _ => {}
            }
        }
    }

    /// Whether searches show somebody who was deactivated.
    pub(super) async fn shown(&mut self, name: &str, state: Option<String>) {
        let asked = self
            .scim(
                "a name of somebody deactivated",
                Method::GET,
                &named(name),
                None,
            )
            .await;
        if let Some(list) = asked.as_ref().and_then(done) {
            let shown = finds(&list, name);
            self.settle("inactive_users", if shown { "shown" } else { "hidden" });
        }
        let plain = people(&json!({ "userName": name }), &json!({}));
        let probe = "User Hub's search for somebody deactivated";
        let Some(answer) = self.search(probe, SEARCH, &plain).await else {
            return;
        };
        if has_name(&rows(&answer), name) {
            return self.settle("search_inactive", "shown");
        }
        // Where filters count for nothing, who is not on the first page is not known to be hidden.
        let ignored = self
            .found
            .settled
            .get("search_filter")
            .is_some_and(|it| it == "ignored");
        let Some(state) = state.filter(|_| !ignored) else {
            return;
        };
        let stated = people(&json!({ "userName": name, "status": [state] }), &json!({}));
        let probe = "User Hub's search for somebody deactivated, by status";
        if let Some(answer) = self.search(probe, SEARCH, &stated).await {
            let by_status = has_name(&rows(&answer), name);
            self.settle(
                "search_inactive",
                if by_status { "by_status" } else { "hidden" },
            );
        }
    }
}
