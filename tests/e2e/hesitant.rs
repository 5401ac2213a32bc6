//! Registries that have nothing and say so once each of them has been asked: whoever asks one after the other waits in vain.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The addresses of such registries, as references have them.
pub(crate) async fn hesitant<const COUNT: usize>() -> [String; COUNT] {
    let asked = Arc::new(watch::Sender::new(BTreeSet::new()));
    let mut addresses = [const { String::new() }; COUNT];
    for (registry, address) in addresses.iter_mut().enumerate() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        *address = listener.local_addr().expect("an address").to_string();
        let asked = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let asked = Arc::clone(&asked);
                tokio::spawn(async move {
                    asked.send_modify(|all| {
                        all.insert(registry);
                    });
                    let mut all = asked.subscribe();
                    let _ = all.wait_for(|all| all.len() == COUNT).await;
                    let _ = refuse(stream).await;
                });
            }
        });
    }
    addresses
}

async fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let body = r#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}"#;
    let answer = format!(
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await
}
