//! What the access key may do beyond what it is needed for.

use bridge::directory::Role;
use bridge::name::fold;
use bridge::port::cxone::CallOptions;
use client::Method;
use serde_json::{Value, json};

use crate::api::{Call, Service};
use crate::claims::Claims;
use crate::complaint::Personal;
use crate::directory::ROLES;
use crate::employee::Employee;
use crate::search::ask;
use crate::session::Session;
use crate::wire::text;

/// Reported (cxone.md 2.1).
const KEYS: &str = "/access-key-management/v1/access-keys";

/// What a permission of the smallest role that serves is about (cxone.md 1.6).
const NEEDED: [&str; 4] = ["employee", "user", "role", "team"];
/// The own key, which its employee may see.
const OWN_KEY: [&str; 2] = ["myaccesskey", "my access key"];

/// The role of the access key's employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRole {
    /// Its name.
    pub name: String,
    /// What it allows that is not needed, by CXone's words for it.
    pub beyond: Vec<String>,
}

impl Session {
    /// The role that the token names, with what it allows beyond what is needed.
    ///
    /// Assumption (cxone.md 3.1: the shape of a role's permissions is UNKNOWN): each is a text, or an object with a name.
    pub(super) async fn key_role(
        &self,
        claims: Option<&Claims>,
        roles: Option<&Vec<Role>>,
        options: CallOptions,
    ) -> Option<KeyRole> {
        let claimed = claims?.role.as_deref()?;
        let known = roles.into_iter().flatten();
        let mut same = known.filter(|role| role.id == claimed || fold(&role.name) == fold(claimed));
        let role = same.next();
        let name = role.map_or(claimed, |role| &role.name).to_owned();
        let beyond = match role {
            Some(role) => self.beyond(role, options).await,
            None => Vec::new(),
        };
        Some(KeyRole { name, beyond })
    }

    async fn beyond(&self, role: &Role, options: CallOptions) -> Vec<String> {
        let mut found = Vec::new();
        // Whether pages count from 0 or 1 is UNKNOWN (cxone.md 3.1).
        for number in [0, 1] {
            let body = json!({
                "filter": { "roleId": [role.id] }, "page": { "pageSize": 100, "pageNo": number },
            });
            let answer = ask(self.api(), ROLES, &body, &Personal::default(), options).await;
            let Ok(Ok(answer)) = answer else { continue };
            let roles = answer.get("roles").and_then(Value::as_array);
            let mut roles = roles.into_iter().flatten();
            if let Some(row) = roles.find(|row| text(row.get("roleId")).as_ref() == Some(&role.id))
            {
                found = permissions(row)
                    .into_iter()
                    .filter(|name| !needed(name))
                    .collect();
                break;
            }
        }
        found
    }

    /// Whether the key is shown a key of somebody else.
    pub(super) async fn sees_others_keys(
        &self,
        own: Option<&Employee>,
        options: CallOptions,
    ) -> bool {
        let Some(own) = own else { return false };
        let call = Call {
            method: Method::GET,
            service: Service::UserHub,
            route: KEYS,
            path: KEYS.to_owned(),
            query: None,
            media_type: "application/json",
            body: None,
            write: false,
            repeatable: true,
            personal: &Personal::default(),
            options,
        };
        let answer = Box::pin(self.api().answer(&call)).await;
        let keys = answer.ok().filter(|answer| answer.status.is_success());
        let keys = keys.and_then(|answer| answer.json()).unwrap_or_default();
        let keys = keys.get("accessKeys").and_then(Value::as_array);
        let mut owners = keys.into_iter().flatten();
        owners.any(|key| text(key.get("userId")).is_some_and(|id| id != own.id))
    }
}

fn permissions(role: &Value) -> Vec<String> {
    let all = role.get("permissions").and_then(Value::as_array);
    let name = |item: &Value| {
        let named = ["name", "displayName", "permission", "id"];
        text(Some(item)).or_else(|| named.iter().find_map(|member| text(item.get(*member))))
    };
    let plain = |name: &String| name.len() <= 80 && !name.chars().any(char::is_control);
    let names = all.into_iter().flatten().filter_map(name);
    names.filter(plain).collect()
}

fn needed(permission: &str) -> bool {
    let words = permission.to_lowercase().replace(['_', '-', '.'], " ");
    let own = OWN_KEY.iter().any(|key| words.contains(key));
    own || NEEDED.iter().any(|about| words.contains(about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_read_in_every_shape_and_told_from_what_is_needed() {
        let role = json!({ "permissions": [
            "Employees.Create", {"name": "RECORDINGS_DELETE"}, {"displayName": "My Access Key"}, {"x": 1}, 5, null,
            {"id": "billing"}, "teams_view",
        ]});
        let names = permissions(&role);
        let beyond: Vec<&String> = names.iter().filter(|name| !needed(name)).collect();
        assert_eq!(beyond, ["RECORDINGS_DELETE", "5", "billing"]);
        assert!(permissions(&json!({"permissions": {}})).is_empty());
    }
}
