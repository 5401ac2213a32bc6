//! The probes on a user, one after another; each leaves the user as before.

use bridge::target::Attribute;
use client::{Answer, Method};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::Subject;
use crate::api::Service;
use crate::complaint::duplicate;
use crate::outcome::segment;
use crate::probe::hub::deactivated;
use crate::probe::{done, refused, status};
use crate::wire::text;

/// Nobody reads what is sent there (RFC 2606, section 2); written so that a change of case shows.
const ADDRESS: &str = "Jackfield-Probe@example.invalid";
/// Of those set aside for fiction.
const NUMBER: &str = "+12025550143";
/// The zone of a probe, by both its names.
const IANA: &str = "Europe/London";
const WINDOWS: &str = "GMT Standard Time";

/// The optional fields that are texts of their own in SCIM, by name there in bodies and in answers (cxone.md 1.4).
pub(super) const TEXTS: [(Attribute, &str, &str); 3] = [
    (Attribute::DisplayName, "displayName", "displayName"),
    (Attribute::UserType, "userType", "userType"),
    (Attribute::TimeZone, "timezone", "timeZone"),
];

impl Subject<'_> {
    /// Runs every probe; whether it was stopped.
    pub(super) async fn steps(&mut self, stop: watch::Receiver<bool>) -> bool {
        if !self.find_a_way().await {
            return true;
        }
        for step in 0..9 {
            if *stop.borrow() {
                return true;
            }
            match step {
                0 => self.duplicate().await,
                1 => self.left_out().await,
                2 => self.not_enabled().await,
                3 => self.patch().await,
                4 => self.role().await,
                5 => self.contacts().await,
                6 => self.zone().await,
                7 => self.comes_back().await,
                _ => self.delete().await,
            }
            // Steps rest on what was there before; what is still missing at the end is told then.
            if self.put_back().await.is_err() {
                return true;
            }
        }
        false
    }

    pub(super) fn enabled(&self, field: Attribute) -> bool {
        self.prober.enabled.contains(&field)
    }

    fn active(&self) -> bool {
        self.held.target.active == Some(true)
    }

    /// What a PUT that changes nothing but this member is answered.
    async fn put_with(
        &mut self,
        probe: &'static str,
        member: &str,
        value: Value,
    ) -> Option<Answer> {
        let mut body = self.before.clone();
        if let Some(user) = body.as_object_mut() {
            user.insert(member.to_owned(), value);
        }
        self.put(probe, &body).await
    }

    /// A second user of the name.
    async fn duplicate(&mut self) {
        let mut body = Map::new();
        for member in ["userName", "name", "emails", "active"] {
            if let Some(value) = self.before.get(member) {
                body.insert(member.to_owned(), value.clone());
            }
        }
        let body = Value::Object(body);
        let asked = self.prober.scim(
            "a second user of the name",
            Method::POST,
            "/Users",
            Some(&body),
        );
        let Some(answer) = asked.await else { return };
        match status(&answer) {
            409 => self.prober.settle("duplicate_answer", "409"),
            400 if duplicate(&answer) => self.prober.settle("duplicate_answer", "400_words"),
            _ => {}
        }
        let Some(second) = done(&answer) else { return };
        let id = text(second.get("id")).filter(|id| *id != self.held.id);
        let Some(id) = id.and_then(|id| segment(&id).ok()) else {
            return;
        };
        // User names are unique (cxone.md 4): nobody expects this.
        let mut body = second;
        body["active"] = Value::Bool(false);
        let path = format!("/Users/{id}");
        let gone = self
            .prober
            .scim("deactivating it", Method::PUT, &path, Some(&body))
            .await;
        let inactive = gone
            .as_ref()
            .and_then(done)
            .is_some_and(|user| user["active"] == false);
        self.remarks.push(if inactive {
            "CXone made a second user of the name, who was deactivated".to_owned()
        } else {
            format!(
                "CXone made a second user of the name, with the id {id}: deactivate them by hand"
            )
        });
    }

    /// An optional attribute that a PUT leaves out.
    async fn left_out(&mut self) {
        let there = |(field, written, read): &(Attribute, &'static str, &'static str)| {
            self.enabled(*field)
                && text(self.shown.get(*read)).is_some()
                && self.before.get(*written).is_some()
        };
        let Some((_, written, read)) = TEXTS.into_iter().find(there) else {
            return;
        };
        let mut body = self.before.clone();
        if let Some(user) = body.as_object_mut() {
            user.shift_remove(written);
        }
        let Some(answer) = self.put("a PUT that leaves an attribute out", &body).await else {
            return;
        };
        if done(&answer).is_none() {
            return;
        }
        if let Some(now) = self.read("what a PUT left out").await {
            let kept = text(now.get(read)).is_some();
            self.prober
                .settle("put_absent", if kept { "kept" } else { "cleared" });
        }
    }

    /// A value for an optional field that is not enabled.
    async fn not_enabled(&mut self) {
        let off = |(field, ..): &(Attribute, &'static str, &'static str)| !self.enabled(*field);
        let Some((field, written, read)) = TEXTS.into_iter().find(off) else {
            return;
        };
        let value = if field == Attribute::TimeZone {
            IANA
        } else {
            "jackfield-probe"
        };
        let asked = self.put_with("a field that is not enabled", written, json!(value));
        let Some(answer) = asked.await else { return };
        if refused(&answer) {
            return self.prober.settle("disabled_field", "refuse");
        }
        if done(&answer).is_none() {
            return;
        }
        let now = self.read("a field that is not enabled, read").await;
        match now.and_then(|now| text(now.get(read))) {
            Some(shown) if shown == value => self.remarks.push(format!(
                "{field} is not among enabled_fields, and CXone takes it: it is switched on there"
            )),
            _ => self.prober.settle("disabled_field", "ignore"),
        }
    }

    /// PATCH, of `active` as it is.
    async fn patch(&mut self) {
        if !self.active() {
            return;
        }
        let path = self.path();
        let operations = [
            (
                "a PATCH with text",
                json!({"op": "replace", "path": "active", "value": "true"}),
            ),
            (
                "a PATCH with a boolean",
                json!({"op": "replace", "path": "active", "value": true}),
            ),
            (
                "a PATCH without path",
                json!({"op": "replace", "value": {"active": true}}),
            ),
        ];
        let mut taken = Vec::new();
        for (probe, operation) in operations {
            let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
            let body = json!({ "schemas": [schema], "Operations": [operation] });
            let Some(answer) = self
                .prober
                .scim(probe, Method::PATCH, &path, Some(&body))
                .await
            else {
                return;
            };
            let good = answer.status.is_success();
            if taken.is_empty() && good {
                let user = done(&answer).is_some_and(|user| user.get("userName").is_some());
                self.prober
                    .settle("patch_answer", if user { "user" } else { "empty" });
            }
            if !good && !refused(&answer) {
                return;
            }
            taken.push(good);
        }
        match taken.as_slice() {
            [true, true, true] => self.prober.settle("patch", "lenient"),
            [true, false, false] => self.prober.settle("patch", "strict"),
            _ => {}
        }
    }

    /// The role that the user has, by id and by name: nothing changes, whichever is taken.
    async fn role(&mut self) {
        let roles = self.shown.get("roles").and_then(Value::as_array);
        let (Some([role]), true) = (roles.map(Vec::as_slice), self.enabled(Attribute::Role)) else {
            return;
        };
        let known = [role.get("value"), role.get("display")];
        let known = known.into_iter().filter_map(text);
        let Some(role) = known
            .filter_map(|it| self.directory.role(&it))
            .next()
            .cloned()
        else {
            return;
        };
        let mut taken = Vec::new();
        for (probe, value) in [("a role by id", role.id), ("a role by name", role.name)] {
            let asked = self.put_with(probe, "roles", json!([{ "value": value }]));
            let Some(answer) = asked.await else { return };
            if done(&answer).is_none() && !refused(&answer) {
                return;
            }
            taken.push(done(&answer).is_some());
        }
        match taken.as_slice() {
            [true, true] => self.prober.settle("role_value", "either"),
            [true, false] => self.prober.settle("role_value", "id"),
            [false, true] => self.prober.settle("role_value", "name"),
            _ => {}
        }
    }

    /// What a read shows of an e-mail address and a number that were just written.
    async fn contacts(&mut self) {
        let value = json!([{ "value": ADDRESS, "type": "work", "primary": true }]);
        let asked = self.put_with("a changed e-mail address", "emails", value);
        if asked.await.as_ref().and_then(done).is_some()
            && let Some(now) = self.read("a changed e-mail address, read").await
        {
            let shown = now.pointer("/emails/0/value").and_then(Value::as_str);
            if shown == Some(ADDRESS) {
                self.prober.settle("email_shown", "as_written");
            } else if shown == Some(&ADDRESS.to_lowercase()) {
                self.prober.settle("email_shown", "lower_case");
            } else if now.get("emails") == self.shown.get("emails") || shown.is_none() {
                self.prober.settle("email_shown", "pending");
            }
        }
        // Who has none might keep the probe's.
        if !self.enabled(Attribute::MobileNumber) || self.shown.pointer("/phoneNumbers/0").is_none()
        {
            return;
        }
        let value = json!([{ "value": NUMBER, "type": "mobile" }]);
        let asked = self.put_with("a changed number", "phoneNumbers", value);
        if asked.await.as_ref().and_then(done).is_none() {
            return;
        }
        let Some(now) = self.read("a changed number, read").await else {
            return;
        };
        let shown = now.pointer("/phoneNumbers/0/value").and_then(Value::as_str);
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        match shown {
            Some(NUMBER) => self.prober.settle("phone_shown", "as_written"),
            Some(shown) if digits(shown) == digits(NUMBER) => {
                self.prober.settle("phone_shown", "reformatted");
            }
            _ => {}
        }
    }

    async fn zone(&mut self) {
        if !self.enabled(Attribute::TimeZone) || text(self.shown.get("timeZone")).is_none() {
            return;
        }
        let mut taken = Vec::new();
        for (probe, zone) in [
            ("a time zone of IANA's", IANA),
            ("a time zone of Windows'", WINDOWS),
        ] {
            let Some(answer) = self.put_with(probe, "timezone", json!(zone)).await else {
                return;
            };
            if done(&answer).is_none() && !refused(&answer) {
                return;
            }
            taken.push(done(&answer).is_some());
        }
        match taken.as_slice() {
            [true, true] => self.prober.settle("time_zone_form", "any"),
            [true, false] => self.prober.settle("time_zone_form", "iana"),
            [false, true] => self.prober.settle("time_zone_form", "windows"),
            _ => {}
        }
    }

    /// Deactivated, looked at, and active again.
    async fn comes_back(&mut self) {
        if !self.active() {
            return;
        }
        let inactive = self
            .put_with("active false", "active", Value::Bool(false))
            .await;
        if inactive.as_ref().and_then(done).is_none() {
            return;
        }
        let id = segment(&self.held.id).unwrap_or_default();
        let path = format!("/user-management/v3/users/{id}");
        let probe = "a deactivated user in User Hub";
        let asked = self
            .prober
            .ask(probe, Service::UserHub, Method::GET, (&path, None), None);
        let row = asked.await.as_ref().and_then(done).unwrap_or_default();
        let row = row.get("user").unwrap_or(&row);
        if let Some(word) = deactivated(row) {
            self.prober.settle("deactivated_status", word);
        }
        let name = text(self.shown.get("userName")).unwrap_or_default();
        let state = text(row.get("status"));
        self.prober.shown(&name, state).await;
        let Some(answer) = self
            .put_with("active true", "active", Value::Bool(true))
            .await
        else {
            return;
        };
        if refused(&answer) {
            return self.prober.settle("reactivation", "refused");
        }
        let now = self.read("active true, read").await;
        if now.is_some_and(|now| now.get("active") == Some(&Value::Bool(true))) {
            self.prober.settle("reactivation", "allowed");
        }
    }

    /// DELETE, last of all.
    async fn delete(&mut self) {
        let path = self.path();
        let unknown = self
            .prober
            .scim(
                "an unknown path",
                Method::GET,
                "/ServiceProviderConfig",
                None,
            )
            .await;
        let Some(answer) = self
            .prober
            .scim("DELETE", Method::DELETE, &path, None)
            .await
        else {
            return;
        };
        match status(&answer) {
            404 | 405 => {
                self.prober.settle("delete", "absent");
                let position = match (unknown.as_ref().map(status), status(&answer)) {
                    (Some(404), 405) => "by_kind",
                    (Some(404), _) => "404",
                    (Some(405), 405) => "405",
                    _ => return,
                };
                self.prober.settle("not_offered", position);
            }
            200..=299 => {
                let now = self.read("a deleted user, read").await;
                if now.is_none_or(|now| now.get("active") == Some(&Value::Bool(false))) {
                    self.prober.settle("delete", "deactivates");
                }
            }
            _ => {}
        }
    }
}
