//! A small CXone with people in it, seen through SCIM and through User Hub, that obeys; and what a test makes it do
//! otherwise.

use std::sync::{Arc, Mutex};

use bridge::port::cxone::Cxone;
use cxone::{ScimAdapter, Settings, UserHubAdapter};
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, session};

const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";
pub(crate) const SEARCH: &str = "/user-management/v2/users/search";
pub(crate) const USERS: &str = "/user-management/v1/users";
pub(crate) const EVERYBODY: &str = "/user-management/v1/users?includeDeleted=true";

/// The API that an adapter speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Scim,
    UserHub,
}

pub(crate) const BOTH: [Api; 2] = [Api::Scim, Api::UserHub];

/// How CXone is, where that is UNKNOWN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways {
    /// Whether a filter finds a name in another case.
    pub(crate) folds: bool,
    /// Whether the search shows the inactive.
    pub(crate) search_has_inactive: bool,
    /// Whether a look-up by id does.
    pub(crate) id_has_inactive: bool,
}

pub(crate) const PLAIN: Ways = Ways {
    folds: false,
    search_has_inactive: true,
    id_has_inactive: true,
};

pub(crate) type People = Arc<Mutex<Vec<Value>>>;

pub(crate) struct Hub {
    pub(crate) server: Server,
    pub(crate) people: People,
}

impl Hub {
    pub(crate) async fn with(people: Vec<Value>) -> Self {
        Self::start(people, PLAIN, |_, _| None).await
    }

    /// A CXone that asks the script first, as [`Server`] does.
    pub(crate) async fn start(
        people: Vec<Value>,
        ways: Ways,
        script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let people = Arc::new(Mutex::new(people));
        let held = Arc::clone(&people);
        let server = Server::start(move |request, before| {
            script(request, before).or_else(|| obey(request, &mut held.lock().unwrap(), ways))
        })
        .await;
        Self { server, people }
    }

    pub(crate) fn adapter(&self, api: Api) -> Box<dyn Cxone> {
        self.adapter_with(api, |_| {})
    }

    pub(crate) fn adapter_with(
        &self,
        api: Api,
        change: impl FnOnce(&mut Settings),
    ) -> Box<dyn Cxone> {
        let mut settings = self.server.settings();
        // Nobody has to wait for a turn.
        settings.rate = 10_000.0;
        settings.default_role = Some("Agent".to_owned());
        change(&mut settings);
        let session = session(settings);
        match api {
            Api::Scim => Box::new(ScimAdapter::new(session)),
            Api::UserHub => Box::new(UserHubAdapter::new(session)),
        }
    }

    /// What was asked of people: method and path, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let of_people =
            |seen: &&Seen| seen.path.starts_with("/scim/") || seen.path.contains("/users");
        let seen = self.server.seen();
        let people = seen.iter().filter(of_people);
        people
            .map(|seen| format!("{} {}", seen.method, seen.path))
            .collect()
    }

    /// The bodies of the writes of a method to a path.
    pub(crate) fn bodies(&self, method: &str, path: &str) -> Vec<Value> {
        let seen = self.server.seen();
        let sent = seen.iter().filter(|seen| seen.is(method, path));
        sent.map(|seen| seen.body.clone()).collect()
    }

    pub(crate) fn person(&self, id: &str) -> Value {
        let people = self.people.lock().unwrap();
        let person = people.iter().find(|person| person["id"] == id);
        person.expect("a person").clone()
    }
}

/// Somebody as User Hub's v3 shows them (cxone.md 3.1).
pub(crate) fn ada() -> Value {
    json!({
        "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "middleName": "M", "lastName": "Lin",
        "displayName": "Ada L.", "fullName": "Ada Lin", "emailAddress": "ada@example.com", "type": "Agent",
        "mobileNumber": "+1 555 0101", "assignedGroup": "g-1", "rank": 3, "timeZone": "America/Denver",
        "role": "Agent", "roleUUID": "r-1", "secondaryRoleIds": ["r-2"], "status": "ACTIVE",
        "acdInfos": [{"loginId": "7"}], "groupIds": ["g-7"], "billable": true, "teamId": "t-1",
        "emailToBeVerified": "", "views": [{"id": "v-1", "objectType": "VIEW"}],
        "loginAuthenticatorId": "la-1",
    })
}

/// Somebody else, with a number in every value.
pub(crate) fn person(number: usize, status: &str) -> Value {
    json!({
        "id": format!("p-{number}"), "userName": format!("person{number}@example.com"),
        "firstName": "Person", "lastName": format!("No{number}"),
        "emailAddress": format!("person{number}@example.com"), "roleUUID": "r-1", "status": status,
    })
}

fn obey(request: &Seen, people: &mut Vec<Value>, ways: Ways) -> Option<Reply> {
    let path = request.path.as_str();
    if let Some(rest) = path.strip_prefix("/scim/v2/Users") {
        return Some(scim(request, rest, people, ways));
    }
    let active = |person: &Value| person["status"] != "DELETED";
    match (request.method.as_str(), path) {
        ("POST", SEARCH) => {
            let filter = request.body.pointer("/filter/userName/0");
            let visible = |person: &&Value| {
                (ways.search_has_inactive || active(person))
                    && filter.is_none_or(|name| matches(person, name.as_str().unwrap(), ways))
            };
            let all: Vec<&Value> = people.iter().filter(visible).collect();
            let number =
                |name: &str| usize::try_from(request.body[name].as_u64().unwrap()).unwrap();
            let page: Vec<&&Value> = all
                .iter()
                .skip(number("skip"))
                .take(number("top"))
                .collect();
            Some(Reply::Json(
                200,
                json!({"totalRecords": all.len(), "skip": number("skip"), "top": number("top"), "users": page}),
            ))
        }
        ("GET", EVERYBODY) => Some(Reply::Json(200, json!({ "users": people }))),
        ("POST", USERS) => Some(create(request, people)),
        ("PUT", USERS) => Some(update(request, people)),
        ("POST", "/user-management/v1/users/deactivate") => {
            let mut not = Vec::new();
            for id in request.body["userIds"].as_array().unwrap() {
                match people.iter_mut().find(|it| it["id"] == *id && active(it)) {
                    Some(person) => person["status"] = json!("DELETED"),
                    None => not.push(id.clone()),
                }
            }
            Some(Reply::Json(200, json!({ "notDeletedUserIds": not })))
        }
        ("GET", _) => {
            let id = path.strip_prefix("/user-management/v3/users/")?;
            let shown = |it: &&Value| it["id"] == id && (ways.id_has_inactive || active(it));
            let person = people.iter().find(shown)?;
            Some(Reply::Json(200, json!({ "user": person })))
        }
        ("POST", _) if path.ends_with("/revive") => {
            let id = path.split('/').rev().nth(1)?;
            let person = people.iter_mut().find(|it| it["id"] == id)?;
            person["status"] = json!("ACTIVE");
            Some(Reply::Json(200, json!({"success": true, "uuid": id})))
        }
        ("PUT", _) if path.ends_with("/login-authenticator") => {
            let id = path.split('/').rev().nth(1)?;
            let person = people.iter_mut().find(|it| it["id"] == id)?;
            person["loginAuthenticatorId"] = request.body["authenticatorId"].clone();
            Some(Reply::Json(200, json!({"success": true, "message": "ok"})))
        }
        ("POST", "/user-management/v2/users/inviteById") => {
            for id in request.body["inviteUserIds"].as_array().unwrap() {
                let person = people.iter_mut().find(|it| it["id"] == *id)?;
                person["status"] = json!("PENDING");
            }
            Some(Reply::Json(200, json!({"success": true})))
        }
        _ => None,
    }
}

fn matches(person: &Value, name: &str, ways: Ways) -> bool {
    let held = person["userName"].as_str().unwrap();
    held == name || (ways.folds && held.eq_ignore_ascii_case(name))
}

fn taken(people: &[Value], name: &Value, id: &str) -> bool {
    let name = name.as_str().unwrap();
    people.iter().any(|person| {
        person["id"] != id
            && person["userName"]
                .as_str()
                .unwrap()
                .eq_ignore_ascii_case(name)
    })
}

fn create(request: &Seen, people: &mut Vec<Value>) -> Reply {
    let mut person = request.body.clone();
    if taken(people, &person["userName"], "") {
        return Reply::Json(
            200,
            json!({"success": false, "message": "User already exists"}),
        );
    }
    let id = format!("n-{}", people.len() + 1);
    person["id"] = json!(id);
    person["status"] = json!("UNREGISTERED");
    person["roleUUID"] = person["role"].clone();
    people.push(person);
    Reply::Json(
        200,
        json!({"success": true, "message": "created", "uuid": id}),
    )
}

fn update(request: &Seen, people: &mut [Value]) -> Reply {
    let id = request.body["id"].as_str().unwrap_or_default().to_owned();
    if taken(people, &request.body["userName"], &id) {
        return Reply::Json(
            200,
            json!({"success": false, "message": "User already exists"}),
        );
    }
    let Some(person) = people.iter_mut().find(|it| it["id"] == id.as_str()) else {
        return Reply::Json(404, json!({"code": "NOT_FOUND", "details": "no such user"}));
    };
    // What is not in the body of an update stays; the rest is what the body says.
    let mut after = request.body.clone();
    for kept in [
        "status",
        "middleName",
        "displayName",
        "type",
        "fullName",
        "loginAuthenticatorId",
    ] {
        after[kept] = person[kept].clone();
    }
    after["roleUUID"] = after["role"].clone();
    *person = after;
    Reply::Json(200, json!({"success": true, "message": "updated"}))
}

fn scim(request: &Seen, rest: &str, people: &mut Vec<Value>, ways: Ways) -> Reply {
    let missing = || Reply::Json(404, json!({"status": "404", "detail": "no such user"}));
    let refused = || {
        Reply::Json(
            409,
            json!({"scimType": "uniqueness", "detail": "User already exists"}),
        )
    };
    match (request.method.as_str(), rest) {
        ("POST", "") => {
            if taken(people, &request.body["userName"], "") {
                return refused();
            }
            let mut person = of_scim(&request.body);
            person["id"] = json!(format!("n-{}", people.len() + 1));
            if person["roleUUID"].is_null() {
                person["roleUUID"] = json!("r-1");
            }
            people.push(person.clone());
            Reply::Json(201, to_scim(&person))
        }
        ("GET", _) if rest.starts_with('?') => {
            let filter = percent_encoding::percent_decode_str(rest)
                .decode_utf8()
                .unwrap();
            let name = filter.split('"').nth(1).unwrap();
            let found = people.iter().filter(|it| matches(it, name, ways));
            let found: Vec<Value> = found.map(to_scim).collect();
            Reply::Json(
                200,
                json!({"totalResults": found.len(), "Resources": found}),
            )
        }
        _ => {
            let id = rest.trim_start_matches('/');
            let name = request.body.get("userName").cloned().unwrap_or(json!(""));
            if request.method == "PUT" && taken(people, &name, id) {
                return refused();
            }
            let Some(person) = people.iter_mut().find(|it| it["id"] == id) else {
                return missing();
            };
            if request.method == "PUT" {
                *person = of_scim(&request.body);
            }
            Reply::Json(200, to_scim(person))
        }
    }
}

fn to_scim(person: &Value) -> Value {
    let mut roles = vec![json!({"value": person["roleUUID"], "primary": true})];
    for id in person["secondaryRoleIds"].as_array().into_iter().flatten() {
        roles.push(json!({"value": id, "primary": false}));
    }
    json!({
        "id": person["id"],
        "userName": person["userName"],
        "name": {"givenName": person["firstName"], "familyName": person["lastName"]},
        "emails": [{"value": person["emailAddress"], "type": "work", "primary": true}],
        "phoneNumbers": [{"value": person["mobileNumber"], "type": "mobile"}],
        "timeZone": person["timeZone"],
        "roles": roles,
        "active": person["status"] != "DELETED",
        EXTENSION: {
            "team": {"value": person["teamId"]},
            "loginAuthenticator": {"value": person["loginAuthenticatorId"]},
        },
    })
}

fn of_scim(user: &Value) -> Value {
    let roles: Vec<Value> = user["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| it["value"].clone())
        .collect();
    let extension = &user[EXTENSION];
    json!({
        "id": user["id"],
        "userName": user["userName"],
        "firstName": user["name"]["givenName"],
        "lastName": user["name"]["familyName"],
        "emailAddress": user["emails"][0]["value"],
        "mobileNumber": user["phoneNumbers"][0]["value"],
        "timeZone": user["timezone"],
        "roleUUID": roles.first(),
        "secondaryRoleIds": roles.get(1..),
        "status": if user["active"] == true { "ACTIVE" } else { "DELETED" },
        "teamId": extension["team"]["value"],
        "loginAuthenticatorId": extension["loginAuthenticator"]["value"],
    })
}
