//! Access keys as the vendor's key management shows them (cxone.md 2.1). Reading only; secrets are never shown.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::Caller;
use crate::settings::{AccessKey, Permission, Settings};
use crate::users::Users;

/// `GET /access-key-management/v1/access-keys/{id}`
pub(crate) fn one(
    id: &str,
    caller: &Caller,
    users: &Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    if caller.key != id || !caller.may(Permission::MyAccessKeyRead) {
        caller.must(Permission::AccessKeysRead)?;
    }
    let found = settings.access_keys.iter().find(|key| key.id == id);
    let found =
        found.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no such access key"))?;
    Ok(Answer::ok(
        json!({ "resultSet": shown(found, users, settings) }),
    ))
}

/// `GET /access-key-management/v1/access-keys?userId=`; who may see only their own key sees only that.
pub(crate) fn list(
    query: &str,
    caller: &Caller,
    users: &Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let all = caller.may(Permission::AccessKeysRead);
    if !all {
        caller.must(Permission::MyAccessKeyRead)?;
    }
    let member = |name: &str| {
        let mut members = form_urlencoded::parse(query.as_bytes());
        let found = members.find(|(given, _)| given == name);
        found.map(|(_, value)| value.into_owned())
    };
    let (user, agent) = (member("userId"), member("agentId"));
    let agent: Option<u64> = agent.and_then(|agent| agent.parse().ok());
    let keys: Vec<Value> = settings
        .access_keys
        .iter()
        .filter(|key| all || key.id == caller.key)
        .filter(|key| user.as_ref().is_none_or(|user| *user == key.user))
        .map(|key| shown(key, users, settings))
        .filter(|key| {
            agent
                .as_ref()
                .is_none_or(|agent| key["agentId"].as_u64() == Some(*agent))
        })
        .collect();
    Ok(Answer::ok(json!({
        "totalRecords": keys.len(),
        "_links": {},
        "accessKeys": keys,
    })))
}

fn shown(key: &AccessKey, users: &Users, settings: &Settings) -> Value {
    json!({
        "accessKeyId": key.id,
        "userId": key.user,
        "tenantId": settings.tenant_id,
        "agentId": users.by_id(&key.user).ok().map(|user| user.agent_id),
        "isActive": key.active,
    })
}
