//! A registry that says what a test wants it to.

use std::sync::{Arc, Mutex};

use registry::{Digest, Reference};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is answered to a request, or not.
pub(crate) enum Answer {
    /// Status, headers (each with its line break), body.
    Say(u16, String, Vec<u8>),
    /// A body that stops before its announced length.
    Half(Vec<u8>),
    /// Nothing, while the connection stays open.
    Nothing,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Say(200, String::new(), body.into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Say(status, String::new(), Vec::new())
    }
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// Everything before the body.
    pub(crate) head: String,
}

/// It listens until it is dropped.
pub(crate) struct Misbehaving {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Misbehaving {
    /// `answer` gets the request and the requests before it.
    pub(crate) async fn start(
        answer: impl Fn(&Asked, &[Asked]) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer) = (asked.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (log.clone(), answer.clone());
                tokio::spawn(async move { talk(stream, &log, &*answer).await });
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a lock").clone()
    }

    /// A plugin that it claims to have.
    pub(crate) fn reference(&self, digest: &Digest) -> Reference {
        let text = format!("oci://{}/rules@{digest}", self.address);
        Reference::parse(&text).expect("a reference")
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request and its answer. What is no HTTP is closed without one, and not counted.
async fn talk(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    answer: &(impl Fn(&Asked, &[Asked]) -> Answer + Sync),
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) if byte.is_ascii() && (byte >= b' ' || matches!(byte, b'\r' | b'\n')) => {
                head.push(byte);
            }
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let asked = Asked { path, head };
    let answer = {
        let mut log = log.lock().expect("a lock");
        let answer = answer(&asked, &log);
        log.push(asked);
        answer
    };
    let (status, headers, body, length) = match answer {
        Answer::Say(status, headers, body) => (status, headers, body.clone(), body.len()),
        Answer::Half(body) => (200, String::new(), body.clone(), body.len() * 2),
        Answer::Nothing => {
            // Until the other side gives up.
            let _ = stream.read_u8().await;
            return;
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
    let _ = stream.shutdown().await;
}

/// A manifest like that of a plugin, with one thing changed.
pub(crate) fn manifest(component: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.wasm.config.v0+json",
            "digest": Digest::of(b"{}").as_str(),
            "size": 2,
        },
        "layers": [{
            "mediaType": "application/wasm",
            "digest": Digest::of(component).as_str(),
            "size": component.len(),
        }],
    });
    change(&mut manifest);
    manifest.to_string().into_bytes()
}
