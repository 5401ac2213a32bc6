//! An employee as User Hub shows one. `displayName`, `middleName` and `type` are read here and written nowhere in User Hub.

use serde_json::{Map, Value, json};

use crate::settings::Settings;
use crate::switches::EmailShown;
use crate::user::User;

/// Members of the third version and of the search that the first version does not have.
const NOT_IN_V1: [&str; 6] = [
    "middleName",
    "displayName",
    "type",
    "mobileNumber2",
    "loginAuthenticatorId",
    "views",
];

/// What User Hub keeps of an employee and nothing here looks at, with what is shown while nobody wrote it.
pub(super) fn kept() -> [(&'static str, Value); 9] {
    [
        ("assignedGroup", "".into()),
        ("rank", 0.into()),
        ("country", Value::Null),
        ("hireDate", Value::Null),
        ("groupIds", json!([])),
        ("billable", true.into()),
        ("views", json!([])),
        ("customAttributes", json!({})),
        ("applicationAttributes", json!({})),
    ]
}

/// As `GET v3/users/{id}` and the search have it.
pub(super) fn v3(user: &User, settings: &Settings) -> Map<String, Value> {
    let switches = &settings.switches;
    let email = user.shown_emails(switches.email_shown);
    let email = email.into_iter().next().map(|email| email.value);
    let written = user.emails.first().map(|email| email.value.as_str());
    let to_verify = written.filter(|written| {
        switches.email_shown == EmailShown::Pending && email.as_deref() != Some(*written)
    });
    let phone = user.shown_phones(switches.phone_shown).into_iter().next();
    let role = user.roles.first();
    let known = role.and_then(|held| settings.roles.iter().find(|role| role.id == held.id));
    let role_name = known.map(|role| &role.name).or(role.map(|held| &held.name));
    let secondary: Vec<&String> = user.roles.iter().skip(1).map(|role| &role.id).collect();
    let mut row = Map::new();
    let mut put = |member: &str, value: Value| {
        row.insert(member.to_owned(), value);
    };
    put("id", json!(user.id));
    put("userName", json!(user.user_name));
    put("firstName", json!(user.given_name));
    put("middleName", json!(user.middle_name));
    put("lastName", json!(user.family_name));
    put("fullName", full_name(user).into());
    put("displayName", json!(user.display_name));
    put("emailAddress", json!(email));
    put("emailToBeVerified", to_verify.unwrap_or_default().into());
    put("type", json!(user.user_type));
    put("mobileNumber", json!(phone.map(|phone| phone.value)));
    put("mobileNumber2", Value::Null);
    put("timeZone", json!(user.time_zone));
    put("role", json!(role_name));
    put("roleUUID", json!(role.map(|role| &role.id)));
    put("secondaryRoleIds", json!(secondary));
    put("teamId", json!(user.team.id));
    put("status", user.shown_status(settings).into());
    put("deletedDate", json!(user.deactivated));
    put("externalIdentity", json!(user.external_identity));
    let authenticator = user.login_authenticator.as_ref();
    put(
        "loginAuthenticatorId",
        json!(authenticator.map(|known| &known.value)),
    );
    put("impersonated", false.into());
    put(
        "acdInfos",
        json!([{ "loginId": user.agent_id.to_string() }]),
    );
    for (member, empty) in kept() {
        put(member, user.more.get(member).cloned().unwrap_or(empty));
    }
    row
}

/// As the first version has it: less of the person, more of the machinery.
pub(super) fn v1(user: &User, settings: &Settings) -> Value {
    let mut row = v3(user, settings);
    row.retain(|member, _| !NOT_IN_V1.contains(&member.as_str()));
    row.insert("icBUId".into(), settings.business_unit.to_string().into());
    row.insert("icClusterId".into(), settings.hosts.cluster.as_str().into());
    row.insert("idmType".into(), "COGNITO".into());
    row.insert("modifiable".into(), true.into());
    row.insert("creationDate".into(), user.created.as_str().into());
    Value::Object(row)
}

/// First and last name.
pub(super) fn full_name(user: &User) -> String {
    format!("{} {}", user.given_name, user.family_name)
}
