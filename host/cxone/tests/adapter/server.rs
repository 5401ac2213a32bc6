//! A server that answers as a test tells it to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use bridge::port::cxone::{CallOptions, Priority};
use client::{Client, Url};
use cxone::{Auth, ScimAdapter, Session, Settings};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Terms that hurry nobody.
pub(crate) fn soon() -> CallOptions {
    CallOptions::of(Priority::Request)
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Value,
    /// The body as it was sent.
    pub(crate) text: String,
}

impl Seen {
    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    fn is_token(&self) -> bool {
        self.path == "/authentication/v1/token/access-key"
    }
}

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, String),
    /// 429 and such, with a header.
    Header(u16, &'static str, Value),
    /// The connection is closed without an answer.
    Close,
    /// No answer ever.
    Hang,
}

type Script = Arc<dyn Fn(&Seen, usize) -> Option<Reply> + Send + Sync>;

pub(crate) struct Server {
    pub(crate) base_url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A server that asks the script first, with how many equal requests came before; then answers tokens, roles,
    /// teams and 404.
    pub(crate) async fn start(
        script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(script);
        let server = Self {
            base_url,
            seen: Arc::clone(&seen),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&script)));
            }
        });
        server
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What was asked apart from tokens, roles and teams.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.path.starts_with("/scim/"));
        seen
    }

    pub(crate) fn tokens(&self) -> usize {
        self.seen().iter().filter(|seen| seen.is_token()).count()
    }

    /// Settings that lead here with the access key of the tests.
    pub(crate) fn settings(&self) -> Settings {
        Settings::at(self.base_url.clone(), key())
    }

    pub(crate) fn adapter(&self) -> ScimAdapter {
        self.adapter_with(|_| {})
    }

    pub(crate) fn adapter_with(&self, change: impl FnOnce(&mut Settings)) -> ScimAdapter {
        let mut settings = self.settings();
        change(&mut settings);
        ScimAdapter::new(session(settings))
    }
}

/// The access key of the tests.
pub(crate) fn key() -> Auth {
    Auth::AccessKey {
        id: "simulator".into(),
        secret: "simulator-secret".into(),
    }
}

/// A session that remembers no place.
pub(crate) fn session(settings: Settings) -> Session {
    let client = Client::new(client::Settings::default()).unwrap();
    Session::new(settings, client, None).unwrap()
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, script: Script) {
    while let Some(request) = read(&mut stream).await {
        let before = {
            let mut seen = seen.lock().unwrap();
            let before = seen
                .iter()
                .filter(|seen: &&Seen| seen.is(&request.method, &request.path))
                .count();
            seen.push(request.clone());
            before
        };
        let reply = script(&request, before).unwrap_or_else(|| usual(&request));
        let (status, header, body) = match reply {
            Reply::Json(status, body) => (status, "", body.to_string()),
            Reply::Text(status, body) => (status, "", body),
            Reply::Header(status, header, body) => (status, header, body.to_string()),
            Reply::Close => return,
            Reply::Hang => std::future::pending().await,
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{header}\r\n");
        if stream.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut parts = head.split(' ');
    let (method, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen {
        method,
        path,
        head,
        body: serde_json::from_slice(&bytes[end..]).unwrap_or_default(),
        text: String::from_utf8_lossy(&bytes[end..]).into_owned(),
    })
}

fn usual(request: &Seen) -> Reply {
    if request.is_token() {
        return Reply::Json(200, json!({"access_token": "token-1", "expires_in": 3600}));
    }
    match request.path.as_str() {
        "/authorization/v1/roles/search" => Reply::Json(200, json!({"roles": roles()})),
        "/user-management/v4/teams/search" => Reply::Json(
            200,
            json!({"totalRecords": 1, "teams": [{"id": "t-1", "name": "Support"}]}),
        ),
        _ => Reply::Json(404, json!({"message": "not found"})),
    }
}

fn roles() -> Value {
    json!([
        {"roleId": "r-1", "roleName": "Agent", "status": "ACTIVE"},
        {"roleId": "r-2", "roleName": "Manager", "status": "ACTIVE"},
        {"roleId": "r-3", "roleName": "Night shift", "status": "DRAFT"},
    ])
}

/// A UserResponse (cxone.md 1.4) with members that nobody knows.
pub(crate) fn ada() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "u-1",
        "externalId": "ext-1",
        "locale": "en-US",
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lin", "honorificPrefix": "Dr"},
        "emails": [
            {"value": "home@example.com", "type": "home"},
            {"value": "ada@example.com", "type": "work", "primary": true},
        ],
        "displayName": "Ada L.",
        "active": true,
        "userType": null,
        "phoneNumbers": [
            {"value": "+1 555 0100", "type": "work"},
            {"value": "+1 (555) 0101", "type": "mobile"},
        ],
        "roles": [
            {"value": "r-2", "display": "Manager", "primary": false},
            {"value": "r-1", "display": "Agent", "primary": true},
        ],
        "urn:ietf:params:scim:schemas:extension:nice:2.0:User": {
            "team": {"value": "t-1", "display": "Support"},
            "loginAuthenticator": {"value": "la-1", "display": "SSO"},
            "shift": "late",
        },
        "timeZone": "America/Denver",
        "meta": {"resourceType": "User"},
        "xNew": {"kept": [1, 2]},
    })
}

/// A list item has no phone numbers (cxone.md 1.4).
pub(crate) fn list(users: &[Value]) -> Reply {
    let items: Vec<Value> = users
        .iter()
        .map(|user| {
            let mut item = user.clone();
            item.as_object_mut().unwrap().shift_remove("phoneNumbers");
            item
        })
        .collect();
    Reply::Json(
        200,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": items.len(),
            "Resources": items,
        }),
    )
}
