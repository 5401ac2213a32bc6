//! A simulator on a free port, and a client that shows what really came over the wire.

use std::io;

use serde_json::{Value, json};
use simulator::{Running, Settings, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";
pub(crate) const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub(crate) const MANAGER: &str = "401e0000-0000-4000-8000-000000000002";

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Value,
}

/// What came over the wire, whatever it was.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How the connection ended, if not orderly.
    pub(crate) end: Option<io::ErrorKind>,
}

impl Wire {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct World {
    running: Option<Running>,
    addr: std::net::SocketAddr,
    token: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let running = Simulator::start(listener, settings).unwrap();
        let addr = running.addr();
        let mut world = Self {
            running: Some(running),
            addr,
            token: String::new(),
        };
        let login = world.login("simulator", "simulator-secret").await;
        world.token = login.body["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        world
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) async fn shutdown(&mut self) {
        self.running.take().unwrap().shutdown().await;
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    pub(crate) async fn login(&self, id: &str, secret: &str) -> Answer {
        let body = json!({ "accessKeyId": id, "accessKeySecret": secret });
        self.raw(
            "POST",
            "/authentication/v1/token/access-key",
            None,
            Some(&body.to_string()),
        )
        .await
        .unwrap()
    }

    /// With the bearer token of the start.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.try_send(method, path, body).await.unwrap()
    }

    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> io::Result<Answer> {
        let bearer = format!("Bearer {}", self.token);
        self.raw(
            method,
            path,
            Some(&bearer),
            body.map(|body| body.to_string()).as_deref(),
        )
        .await
    }

    /// An error of kind ConnectionReset is an RST; UnexpectedEof an orderly close without an answer.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        body: Option<&str>,
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.addr).await?;
        stream
            .write_all(request(method, path, authorization, body, "close").as_bytes())
            .await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        parse(&bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads until the connection ends, however it does.
    pub(crate) async fn wire(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Wire {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: cxone.example.com\r\nconnection: close\r\n{headers}\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            match stream.read_buf(&mut bytes).await {
                Ok(0) => break None,
                Ok(_) => {}
                Err(error) => break Some(error.kind()),
            }
        };
        let at = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or(bytes.len());
        Wire {
            head: String::from_utf8_lossy(&bytes[..at]).into_owned(),
            body: bytes.get(at + 4..).unwrap_or_default().to_vec(),
            end,
        }
    }

    /// The value of an `Authorization` header with the token of the start.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// `GET` with that token.
    pub(crate) async fn fetch(&self, path: &str) -> Wire {
        self.wire("GET", path, &[("authorization", &self.bearer())], "")
            .await
    }

    /// Puts employees in by hand; their ids.
    pub(crate) async fn hire(&self, employees: Value) -> Vec<String> {
        let answer = self.send("POST", "/simulator/users", Some(employees)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_value(answer.body["ids"].clone()).unwrap()
    }

    /// User Hub's third version of an employee.
    pub(crate) async fn hub(&self, id: &str) -> Value {
        let answer = self.get(&format!("/user-management/v3/users/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["user"].clone()
    }

    /// Somebody new in User Hub, Bo changed by the members of `more`; the id.
    pub(crate) async fn registered(&self, more: Value) -> String {
        let answer = self
            .send("POST", "/user-management/v1/users", Some(bo(more)))
            .await;
        assert_eq!(
            (answer.status, &answer.body["success"]),
            (200, &json!(true)),
            "{answer:?}"
        );
        answer.body["uuid"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn create(&self, body: Value) -> Answer {
        self.send("POST", "/scim/v2/Users", Some(body)).await
    }

    /// Ada, changed by the members of `more`; her id.
    pub(crate) async fn created(&self, more: Value) -> String {
        let answer = self.create(ada(more)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn read(&self, id: &str) -> Value {
        let answer = self.get(&format!("/scim/v2/Users/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    pub(crate) async fn put(&self, id: &str, body: Value) -> Answer {
        self.send("PUT", &format!("/scim/v2/Users/{id}"), Some(body))
            .await
    }

    pub(crate) async fn patch(&self, id: &str, operations: Value) -> Answer {
        let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
        self.send("PATCH", &format!("/scim/v2/Users/{id}"), Some(body))
            .await
    }

    pub(crate) async fn find(&self, user_name: &str) -> Answer {
        self.filter(&format!("userName eq \"{user_name}\"")).await
    }

    pub(crate) async fn filter(&self, filter: &str) -> Answer {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        self.get(&format!("/scim/v2/Users?filter={filter}")).await
    }

    pub(crate) async fn set(&self, settings: Value) {
        let answer = self
            .send("PUT", "/simulator/settings", Some(settings))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) async fn switch(&self, name: &str, to: impl Into<Value>) {
        let to: Value = to.into();
        self.set(json!({ "switches": { name: to } })).await;
    }

    pub(crate) async fn state(&self) -> Value {
        self.get("/simulator/state").await.body
    }

    pub(crate) async fn users(&self) -> Vec<Value> {
        self.state().await["users"].as_array().unwrap().clone()
    }

    /// The last recorded call.
    pub(crate) async fn last_call(&self) -> Value {
        self.state().await["calls"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone()
    }
}

/// A complete request as text.
pub(crate) fn request(
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: Option<&str>,
    connection: &str,
) -> String {
    let body = body.unwrap_or_default();
    let authorization = authorization
        .map(|value| format!("authorization: {value}\r\n"))
        .unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: cxone.example.com\r\nconnection: {connection}\r\n{authorization}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let content_type = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: "))
        .map(str::to_owned);
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(body).unwrap()
    };
    Some(Answer {
        status,
        content_type,
        body,
    })
}

/// The four required attributes of Ada, changed by the members of `more`; null takes one out.
pub(crate) fn ada(more: Value) -> Value {
    let mut body = json!({
        "userName": "ada@example.com",
        "name": { "givenName": "Ada", "familyName": "Lin" },
        "emails": [{ "value": "Ada@example.com", "type": "work", "primary": true }],
    });
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    body
}

/// Ada as a complete PUT.
pub(crate) fn ada_put(id: &str, more: Value) -> Value {
    let mut body = ada(json!({ "id": id, "active": true }));
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    body
}

/// Bo as User Hub's create wants one, changed by the members of `more`; null takes one out.
pub(crate) fn bo(more: Value) -> Value {
    let mut body = json!({
        "firstName": "Bo", "lastName": "Ek", "emailAddress": "bo@example.com", "role": "Agent",
    });
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    body
}
