//! The careful way to a host, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use client::{
    Answer, Client, Failure, Method, Priority, Request, Settings, State, Upstream,
    UpstreamSettings, Url,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A server that answers the n-th request with the n-th text (the last one again after that), each on a connection of
/// its own, and closes without an answer where a text is empty.
struct Server {
    url: Url,
    asked: Arc<AtomicUsize>,
    upstream: Upstream,
}

async fn serve(texts: impl IntoIterator<Item = &'static str>) -> Server {
    let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    serve_texts(texts, usize::MAX).await
}

/// After `connections` of them nobody listens any more.
async fn serve_texts(texts: Vec<String>, connections: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/Users", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        for at in 0..connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 8192];
            assert!(stream.read(&mut bytes).await.unwrap() > 0);
            count.fetch_add(1, Ordering::SeqCst);
            if at + 1 == connections {
                // The port is free before the client learns that this connection broke.
                drop(listener);
                return;
            }
            let text = &texts[at.min(texts.len() - 1)];
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    let settings = UpstreamSettings {
        name: "acme scim".to_owned(),
        rate: 100.0,
    };
    Server {
        url: Url::parse(&url).unwrap(),
        asked,
        upstream: Upstream::new(Client::new(Settings::default()).unwrap(), settings),
    }
}

impl Server {
    async fn ask(&self, method: Method, repeatable: bool) -> Result<Answer, Failure> {
        let deadline = Instant::now() + Duration::from_secs(20);
        let request = Request::new(method, self.url.clone(), "/Users", deadline);
        self.upstream
            .send(request, Priority::Request, repeatable)
            .await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
const ILL: &str = "HTTP/1.1 503 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ASIDE: &str = "HTTP/1.1 429 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn throttled(retry_after: &str) -> String {
    format!(
        "HTTP/1.1 429 X\r\nretry-after: {retry_after}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

#[tokio::test]
async fn a_read_survives_a_broken_connection_and_a_bad_moment() {
    let server = serve(["", ILL, OK]).await;
    assert_eq!(
        server
            .ask(Method::GET, false)
            .await
            .unwrap()
            .status
            .as_u16(),
        200
    );
    assert_eq!(server.asked(), 3);
    // Two more attempts are all: the client's own second try for a GET does not multiply them.
    let server = serve([""]).await;
    assert!(server.ask(Method::GET, true).await.is_err());
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn a_write_goes_again_only_where_it_was_turned_away_or_is_repeatable() {
    let server = serve(["", OK]).await;
    let failure = server.ask(Method::POST, false).await.unwrap_err();
    assert!(failure.may_have_arrived());
    assert_eq!(server.asked(), 1);
    let server = serve(["", OK]).await;
    let answer = server.ask(Method::PUT, true).await.unwrap();
    assert!(answer.status.is_success() && answer.uncertain);
    let server = serve([ASIDE, OK]).await;
    let answer = server.ask(Method::POST, false).await.unwrap();
    assert!(answer.status.is_success() && !answer.uncertain);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_write_that_may_have_arrived_stays_so_when_the_host_goes_away() {
    let server = serve_texts(vec![String::new()], 1).await;
    let failure = server.ask(Method::PUT, true).await.unwrap_err();
    assert!(matches!(failure, Failure::Broken { .. }), "{failure}");
    assert!(failure.may_have_arrived());
    let failure = server.ask(Method::PUT, true).await.unwrap_err();
    assert!(matches!(failure, Failure::Connect { .. }), "{failure}");
    assert!(!failure.may_have_arrived());
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_pause_is_asked_for_in_seconds_or_as_a_date_and_is_a_minute_at_most() {
    let date = |seconds| {
        let at = SystemTime::now() + Duration::from_secs(seconds);
        httpdate::fmt_http_date(at)
    };
    let kinds = [
        ("45".to_owned(), 45),
        (date(45), 45),
        ("1000000000".to_owned(), 60),
        (date(1_000_000_000), 60),
    ];
    for (text, seconds) in kinds {
        let server = serve_texts(vec![throttled(&text), OK.to_owned()], usize::MAX).await;
        let answer = server.ask(Method::GET, true).await.unwrap();
        assert_eq!(answer.status.as_u16(), 429);
        let near = |found: Option<Duration>| {
            let found = found.expect("a pause").as_secs_f64();
            assert!(
                found > seconds as f64 - 15.0 && found <= seconds as f64,
                "{found}"
            );
        };
        near(answer.retry_after);
        near(server.upstream.pause());
        let failure = server.ask(Method::GET, true).await.unwrap_err();
        assert!(matches!(failure, Failure::NoTurn { .. }), "{failure}");
        near(failure.retry_after());
        assert_eq!(server.asked(), 1);
        assert_eq!(server.upstream.state(), State::Closed);
        assert!((server.upstream.rate() - 50.0).abs() < 1e-9);
    }
}

#[tokio::test]
async fn a_dead_host_is_asked_seven_times_and_again_when_it_is_back() {
    let server = serve(std::iter::repeat_n(ILL, 7).chain([OK])).await;
    for _ in 0..7 {
        assert_eq!(
            server
                .ask(Method::POST, false)
                .await
                .unwrap()
                .status
                .as_u16(),
            503
        );
    }
    let failure = server.ask(Method::GET, true).await.unwrap_err();
    assert!(failure.retry_after().unwrap() <= Duration::from_secs(2));
    assert_eq!(server.asked(), 7);
    let answer = loop {
        match server.ask(Method::GET, true).await {
            Ok(answer) => break answer,
            Err(Failure::Open { retry_after, .. }) => tokio::time::sleep(retry_after).await,
            Err(failure) => panic!("{failure}"),
        }
    };
    assert!(answer.status.is_success());
    assert_eq!(server.asked(), 8);
    assert_eq!(server.upstream.state(), State::Closed);
}

#[tokio::test]
async fn hostile_answers_stay_within_the_cap_and_are_not_asked_for_again() {
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\nconnection: close\r\n\r\n";
    let server = serve([long]).await;
    for _ in 0..8 {
        let failure = server.ask(Method::GET, true).await.unwrap_err();
        assert!(matches!(failure, Failure::TooLong { .. }), "{failure}");
    }
    assert_eq!(server.asked(), 8);
}
