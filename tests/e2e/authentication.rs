//! Who is let in: every kind of credential, its rotation, the token endpoint, Entra's tokens, and what happens to those who are
//! wrong.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::{Reply, World, reply};

mod command;
mod endpoint;
mod entra;
mod failures;
mod kinds;
mod logged;

const TENANT: &str = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const AUDIENCE: &str = "api://b5ba7a93-4452-4522-aeb4-a2b5da870c16";
const SUBJECT: &str = "d2f8ee76-c549-45b8-a143-f5b640669704";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SECRET: &str = "a-client-secret-of-some-length";
const DOCUMENT: &str = include_str!("../fixtures/auth/entra-keys.json");
const KEY: &str = include_str!("../fixtures/auth/entra-key.pem");
const OTHER_KEY: &str = include_str!("../fixtures/auth/other-key.pem");

/// A client with an address of its own, 127.0.0.`last`: who is wrong is counted by address.
pub(crate) fn peer(last: u8) -> Client {
    let address = IpAddr::from([127, 0, 0, last]);
    let client = Client::builder().local_address(address).build();
    client.expect("a client")
}

/// Entra's key document, and how often it was read.
struct Keys {
    url: String,
    reads: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

impl Keys {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (reads, down) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (counted, broken) = (Arc::clone(&reads), Arc::clone(&down));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                counted.fetch_add(1, Ordering::SeqCst);
                let status = match broken.load(Ordering::SeqCst) {
                    true => "503 Service Unavailable",
                    false => "200 OK",
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{DOCUMENT}",
                    DOCUMENT.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        let url = format!("http://{address}/keys");
        Self { url, reads, down }
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn break_down(&self) {
        self.down.store(true, Ordering::SeqCst);
    }
}

/// A connection with these lines of credentials; tables start with `[auth`.
fn connection(name: &str, idp: &str, credentials: &str) -> String {
    let table = format!("[tenants.acme.connections.{name}");
    let credentials = credentials.replace("[auth", &format!("{table}.auth"));
    format!("{table}]\nidp = \"{idp}\"\n{credentials}\n[{table}.plugins]]\nuse = \"entra\"\n")
}

/// Every kind at once.
fn everything(keys: &Keys) -> String {
    let trust = format!("tenant_id = \"{TENANT}\"\nkeys_url = \"{}\"", keys.url);
    format!(
        "token = \"test-token\"\n\
         tokens = [\"{token}\"]\n\
         [auth.basic]\nusers = [{{ name = \"okta\", password = \"{password}\" }}]\n\
         [auth.oauth]\nclients = [{{ id = \"entra\", secrets = [\"{SECRET}\", \"{second}\"] }}]\n\
         [auth.workload_identity]\nclient_id = \"federated\"\nsubject = \"{SUBJECT}\"\naudiences = [\"{AUDIENCE}/.default\"]\n{trust}\n\
         [auth.entra]\n{trust}",
        token = service::Secret::of("a-hashed-token").to_hash(),
        password = service::Secret::of("a-hashed-password").to_hash(),
        second = service::Secret::of("a-second-secret").to_hash(),
    )
}

/// The claims of a token that Entra sends by itself, good for an hour.
fn claims() -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({
        "aud": service::PROVISIONING_AUDIENCE,
        "iss": format!("https://sts.windows.net/{TENANT}/"),
        "iat": now, "nbf": now, "exp": now + 3600,
        "appid": "b5ba7a93-4452-4522-aeb4-a2b5da870c16", "oid": SUBJECT, "sub": SUBJECT,
        "tid": TENANT, "ver": "1.0",
    })
}

/// The claims of an assertion of Entra's provisioning service.
fn assertion() -> Value {
    let mut claims = claims();
    claims["aud"] = json!(AUDIENCE);
    claims["iss"] = json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    claims["ver"] = json!("2.0");
    claims
}

/// Claims with another one, or without one where it is null.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(claims.as_object_mut().and_then(|all| all.remove(name))),
        value => claims[name] = value,
    }
    claims
}

fn header(kid: &str) -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(kid.to_owned());
    header
}

fn signed(claims: &Value) -> String {
    signed_as(&header("test-key"), claims, KEY)
}

fn signed_as(header: &Header, claims: &Value, pem: &str) -> String {
    let body = pem.lines().skip_while(|line| !line.starts_with("-----"));
    let body: String = body.filter(|line| !line.starts_with("-----")).collect();
    let key = EncodingKey::from_rsa_der(&STANDARD.decode(body).expect("base64"));
    encode(header, claims, &key).expect("a token")
}

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// A request with this `Authorization` header; the path follows the host.
async fn ask(
    world: &World,
    http: &Client,
    method: &str,
    path: &str,
    authorization: Option<&str>,
) -> Reply {
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = http.request(method, format!("http://{}{path}", world.app.scim));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    reply(request).await
}

/// The status of a look at a connection's users.
async fn opens(world: &World, connection: &str, authorization: &str) -> u16 {
    let path = format!("/{connection}/scim/v2/Users");
    let answer = ask(world, &world.http, "GET", &path, Some(authorization)).await;
    answer.status
}

/// A request to the token endpoint of `acme/entra`.
async fn grant(world: &World, authorization: Option<&str>, form: &[(&str, &str)]) -> Reply {
    grant_at(world, "acme/entra", authorization, form).await
}

async fn grant_at(
    world: &World,
    connection: &str,
    authorization: Option<&str>,
    form: &[(&str, &str)],
) -> Reply {
    let url = format!("http://{}/{connection}/oauth2/token", world.app.scim);
    let encoded = reqwest::Url::parse_with_params("http://x/", form).expect("a form");
    let mut request = world
        .http
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded.query().unwrap_or_default().to_owned());
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    reply(request).await
}

/// `Bearer`, and the token that was granted.
fn bearer(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    format!(
        "Bearer {}",
        reply.body["access_token"].as_str().expect("a token")
    )
}
