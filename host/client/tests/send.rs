//! The client over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client::guard::Forbidden;
use client::{Answer, Client, Failure, Method, Request, SecretString, Settings, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A server that answers the n-th request with the n-th text (the last one again after that) and closes where a text
/// is empty; how many requests came, and the last head.
struct Server {
    url: Url,
    asked: Arc<AtomicUsize>,
    head: Arc<std::sync::Mutex<String>>,
}

async fn serve(texts: &'static [&'static str]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a?secret=canary", listener.local_addr().unwrap());
    let server = Server {
        url: Url::parse(&url).unwrap(),
        asked: Arc::default(),
        head: Arc::default(),
    };
    let (asked, head) = (Arc::clone(&server.asked), Arc::clone(&server.head));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (asked, head) = (Arc::clone(&asked), Arc::clone(&head));
            tokio::spawn(async move {
                let mut bytes = vec![0; 8192];
                while let Ok(length @ 1..) = stream.read(&mut bytes).await {
                    *head.lock().unwrap() = String::from_utf8_lossy(&bytes[..length]).into_owned();
                    let at = asked.fetch_add(1, Ordering::SeqCst).min(texts.len() - 1);
                    if texts[at].is_empty() {
                        return;
                    }
                    stream.write_all(texts[at].as_bytes()).await.unwrap();
                }
            });
        }
    });
    server
}

impl Server {
    async fn ask(&self, method: Method) -> Result<Answer, Failure> {
        self.ask_as(method, Settings::default()).await
    }

    async fn ask_as(&self, method: Method, settings: Settings) -> Result<Answer, Failure> {
        let deadline = Instant::now() + Duration::from_secs(2);
        let settings = Settings {
            answer_cap: 100,
            ..settings
        };
        let request = Request::new(method, self.url.clone(), "/a", deadline)
            .bearer(SecretString::from("canary-token"));
        Client::new(settings).unwrap().send(request).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nretry-after: 5\r\n\r\n{}";

#[tokio::test]
async fn an_answer_is_read_whole_and_headers_are_a_closed_list() {
    let server = serve(&[OK]).await;
    let answer = server.ask(Method::GET).await.unwrap();
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.json(), Some(serde_json::json!({})));
    assert_eq!(answer.retry_after, Some(Duration::from_secs(5)));
    let head = server.head.lock().unwrap().to_lowercase();
    let mut names: Vec<&str> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "host", "user-agent"]);
}

#[tokio::test]
async fn the_servers_clock_is_read_where_it_tells_one() {
    let date =
        "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n\r\n";
    let bad = "HTTP/1.1 200 OK\r\ndate: yesterday\r\ncontent-length: 0\r\n\r\n";
    let at = std::time::UNIX_EPOCH + Duration::from_secs(784_111_777);
    for (text, expected) in [(date, Some(at)), (bad, None), (OK, None)] {
        let server = serve(Box::leak(Box::new([text]))).await;
        assert_eq!(server.ask(Method::GET).await.unwrap().date, expected);
    }
}

#[tokio::test]
async fn the_media_type_is_read_without_its_parameters() {
    let typed = "HTTP/1.1 200 OK\r\ncontent-type: Application/SCIM+json; charset=utf-8\r\ncontent-length: 0\r\n\r\n";
    for (text, expected) in [(typed, Some("application/scim+json")), (OK, None)] {
        let server = serve(Box::leak(Box::new([text]))).await;
        let answer = server.ask(Method::GET).await.unwrap();
        assert_eq!(answer.media_type.as_deref(), expected);
    }
}

#[tokio::test]
async fn basic_credentials_and_forms_are_written_as_the_rfcs_say_and_never_shown() {
    let server = serve(&[OK]).await;
    let client = Client::new(Settings::default()).unwrap();
    let ask = |id: &str, secret: &str, fields: &[(&str, &str)]| {
        let deadline = Instant::now() + Duration::from_secs(5);
        Request::new(Method::POST, server.url.clone(), "/token", deadline)
            .basic(SecretString::from(id), SecretString::from(secret))
            .form(fields)
    };
    // RFC 7617, section 2.
    let request = ask(
        "Aladdin",
        "open sesame",
        &[("grant_type", "password"), ("password", "a b&c=\u{e9}+%")],
    );
    let shown = format!("{request:?}");
    assert!(
        !shown.contains("sesame") && !shown.contains("grant_type"),
        "{shown}"
    );
    client.send(request).await.unwrap();
    let head = server.head.lock().unwrap().clone();
    for line in [
        "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "content-type: application/x-www-form-urlencoded\r\n",
        "accept: application/json\r\n",
        "\r\n\r\ngrant_type=password&password=a+b%26c%3D%C3%A9%2B%25",
    ] {
        assert!(head.contains(line), "{line:?} is not in {head}");
    }
    // A colon would end the id early, and the rest of it would count as password.
    let failure = client.send(ask("a:b", "c", &[])).await.unwrap_err();
    assert!(matches!(failure, Failure::Malformed), "{failure}");
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn the_user_agent_is_what_the_settings_say() {
    for (user_agent, line) in [
        (
            Settings::default().user_agent,
            Some("user-agent: jackfield/"),
        ),
        (Some("Somebody 1.0"), Some("user-agent: Somebody 1.0")),
        (None, None),
    ] {
        let server = serve(&[OK]).await;
        let settings = Settings {
            user_agent,
            ..Settings::default()
        };
        server.ask_as(Method::GET, settings).await.unwrap();
        let head = server.head.lock().unwrap().clone();
        let mut lines = head.lines();
        let found = lines.find(|line| line.to_lowercase().starts_with("user-agent"));
        assert_eq!(found.is_some(), line.is_some(), "{head}");
        assert!(
            found.is_none_or(|found| found.starts_with(line.unwrap())),
            "{head}"
        );
    }
}

#[tokio::test]
async fn redirects_are_answers() {
    let server =
        serve(&["HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"])
            .await;
    assert_eq!(server.ask(Method::GET).await.unwrap().status.as_u16(), 302);
}

#[tokio::test]
async fn a_get_on_a_broken_connection_is_sent_once_more_and_nothing_else_is() {
    let server = serve(&["", OK]).await;
    assert!(server.ask(Method::GET).await.is_ok());
    assert_eq!(server.asked(), 2);
    let server = serve(&[""]).await;
    assert!(server.ask(Method::GET).await.is_err());
    assert_eq!(server.asked(), 2);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let server = serve(&["", OK]).await;
        let failure = server.ask(method).await.unwrap_err();
        assert!(failure.may_have_arrived());
        assert_eq!(server.asked(), 1);
    }
}

#[tokio::test]
async fn slow_cut_and_long_answers_end_and_may_have_arrived() {
    let kinds: [(&'static [&'static str], &str); 5] = [
        (&["HTTP/1.1 200 OK\r\n"], "within"),
        (
            &["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx"],
            "within",
        ),
        (
            &["HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n"],
            "longer",
        ),
        (
            &[
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n50\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
            ],
            "longer",
        ),
        (&["garbage\r\n\r\n"], "broke"),
    ];
    for (texts, words) in kinds {
        let server = serve(texts).await;
        let started = Instant::now();
        let failure = server.ask(Method::POST).await.unwrap_err();
        assert!(failure.may_have_arrived(), "{failure}");
        assert!(failure.to_string().contains(words), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(5));
        for shown in [failure.to_string(), format!("{failure:?}")] {
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}

#[tokio::test]
async fn what_is_forbidden_or_nobody_hears_is_not_sent() {
    let client = Client::new(Settings::default()).unwrap();
    let ask = async |url: &str, time: u64| {
        let deadline = Instant::now() + Duration::from_millis(time);
        let request = Request::new(Method::POST, Url::parse(url).unwrap(), "/", deadline);
        client.send(request).await.unwrap_err()
    };
    let failure = ask("http://example.com/", 500).await;
    assert!(matches!(
        failure,
        Failure::Forbidden(Forbidden::PlainHttp(_))
    ));
    let failure = ask("https://169.254.169.254/latest", 500).await;
    assert!(matches!(
        failure,
        Failure::Forbidden(Forbidden::Address { .. })
    ));
    let failure = ask("http://127.0.0.1:1/?canary", 500).await;
    assert!(matches!(failure, Failure::Connect { .. }));
    assert!(!failure.may_have_arrived() && !failure.to_string().contains("canary"));
    // TLS with somebody who does not speak it: the request itself never leaves.
    let plain = serve(&["HTTP/1.1 200 OK\r\n\r\n"]).await;
    let mut url = plain.url.clone();
    url.set_scheme("https").unwrap();
    let failure = ask(url.as_str(), 2000).await;
    assert!(matches!(failure, Failure::Connect { .. }), "{failure}");
    let failure = ask("http://127.0.0.1:1/", 0).await;
    assert!(matches!(failure, Failure::NoTime { .. }));
    assert!(!failure.may_have_arrived());
}

/// A name that is not `localhost` but leads to this machine, if the machine has one.
#[tokio::test]
async fn the_guard_sits_behind_the_resolver_too() {
    let server = serve(&[OK]).await;
    let mut url = server.url.clone();
    url.set_host(Some("localhost")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let client = Client::new(Settings::default()).unwrap();
    let request = Request::new(Method::GET, url, "/a", deadline);
    assert!(client.send(request).await.is_ok());

    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let own_name = hosts
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split_whitespace().skip(1))
        .find(|name| !name.contains("localhost") && !name.starts_with("ip6-"));
    let Some(name) = own_name else {
        println!("skipped in part: /etc/hosts gives this machine no name but localhost");
        return;
    };
    let url = Url::parse(&format!("https://{name}:1/")).unwrap();
    let request = Request::new(Method::GET, url, "/a", deadline);
    let failure = client.send(request).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Forbidden(Forbidden::Address { .. })),
        "{failure}"
    );
}
