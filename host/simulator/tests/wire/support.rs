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
