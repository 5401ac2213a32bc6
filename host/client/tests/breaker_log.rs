//! What the log says of a host that fails. Alone in its program: which log lines are wanted is decided once for all
//! threads.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{
    Client, Failure, Method, Priority, Request, Settings, State, Upstream, UpstreamSettings, Url,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Fails so many times, then answers.
async fn serve(failures: usize) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/Users/canary?canary",
        listener.local_addr().unwrap()
    );
    tokio::spawn(async move {
        for at in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 8192];
            assert!(stream.read(&mut bytes).await.unwrap() > 0);
            let status = if at < failures { 500 } else { 200 };
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 6\r\nconnection: close");
            let text = format!("{head}\r\n\r\ncanary");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    Url::parse(&url).unwrap()
}

#[tokio::test]
async fn it_says_once_that_a_host_is_left_alone_and_once_that_it_answers() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    // The eighth failure is the first probe: still left alone, and nothing new to say.
    let url = serve(8).await;
    let settings = UpstreamSettings {
        name: "acme scim".to_owned(),
        rate: 100.0,
    };
    let upstream = Upstream::new(Client::new(Settings::default()).unwrap(), settings);
    loop {
        let deadline = Instant::now() + Duration::from_secs(20);
        let request = Request::new(Method::POST, url.clone(), "/Users/{id}", deadline);
        match upstream.send(request, Priority::Request, false).await {
            Ok(answer) if answer.status.is_success() => break,
            Err(Failure::Open { retry_after, .. }) => tokio::time::sleep(retry_after).await,
            _ => {}
        }
    }
    assert_eq!(upstream.state(), State::Closed);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("client::"))
        .collect();
    assert_eq!(ours.len(), 2, "{log}");
    for (line, words) in ours.iter().zip(["WARN", "INFO"]) {
        assert!(
            line.contains(words) && line.contains("upstream=\"acme scim\""),
            "{log}"
        );
    }
    assert!(!log.contains("canary"), "{log}");
}
