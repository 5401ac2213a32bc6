//! Guests of every hostile kind in the whole service: ended, named, and nobody else's trouble.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::guests::Shelf;
use crate::world::{World, person};

const KINDS: [&str; 7] = [
    "endless-loop",
    "memory-bomb",
    "deep-recursion",
    "trap",
    "huge-output",
    "host-call-flood",
    "forbidden-import",
];

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// Keeps what is logged: one log for all tests of the process, so every test looks for names of its own.
struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Sink;

    fn make_writer(&'a self) -> Sink {
        Sink
    }
}

fn log() {
    START.call_once(|| {
        let filter = tracing_subscriber::EnvFilter::new("info");
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter(filter)
            .with_writer(Sink)
            .init();
    });
}

/// The lines of the log that name this file.
fn lines(path: &std::path::Path) -> Vec<String> {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let path = path.display().to_string();
    String::from_utf8_lossy(&log)
        .lines()
        .filter(|line| line.contains(&path))
        .map(str::to_owned)
        .collect()
}

/// A connection for each kind, with a mapper of its own, and a good one.
fn connections(shelf: &Shelf) -> String {
    let one = |name: &str, mapper: String| {
        format!(
            "[tenants.acme.connections.{name}]\nidp = \"entra\"\ntoken = \"test-token\"\n\
             [[tenants.acme.connections.{name}.plugins]]\nuse = \"{mapper}\"\n"
        )
    };
    let mut text = one("good", "entra".to_owned());
    for kind in KINDS {
        text.push_str(&one(
            kind,
            shelf.path(&format!("{kind}.wasm")).display().to_string(),
        ));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_guest_of_each_kind_is_ended_and_named_and_harms_nobody() {
    log();
    let shelf = Shelf::new();
    for kind in KINDS {
        shelf.bundled(&format!("{kind}.wasm"), "entra");
    }
    let world = World::with(&connections(&shelf)).await;
    let mut ids = Vec::new();
    for kind in KINDS {
        let body = person(&format!("of-{kind}"), "Ada", "Byron");
        let made = world
            .connection(&format!("acme/{kind}"), "POST", "/Users", Some(body))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        ids.push(made.body["id"].as_str().expect("an id").to_owned());
    }
    for kind in KINDS {
        shelf.guest(&format!("{kind}.wasm"), kind);
    }
    let world = world.restart().await;

    for (number, (kind, id)) in KINDS.into_iter().zip(&ids).enumerate() {
        let scope = format!("acme/{kind}");
        let path = shelf.path(&format!("{kind}.wasm"));
        let body = person(&format!("new-of-{kind}"), "Grace", "Hopper");
        let refused = world.connection(&scope, "POST", "/Users", Some(body)).await;
        assert_eq!(refused.status, 503, "{kind}: {}", refused.body);
        let detail = refused.body["detail"].as_str().expect("a detail");
        let ending = match kind {
            "trap" => "trap",
            "forbidden-import" => "not loaded",
            _ => "limit",
        };
        assert!(
            detail.contains(&path.display().to_string()) && detail.contains(&format!("({ending})")),
            "{detail}"
        );
        assert!(refused.headers.contains_key("retry-after"));
        let logged = lines(&path);
        let told = if kind == "forbidden-import" {
            "wasi:http"
        } else {
            &format!("ending={ending}")
        };
        assert!(
            logged.iter().any(|line| line.contains(told)),
            "{kind}: {logged:#?}"
        );
        assert!(
            logged.len() < 200,
            "{kind} floods the log: {} lines",
            logged.len()
        );

        // The next request of another connection.
        let body = person(&format!("good{number}"), "Joan", "Clarke");
        let served = world
            .connection("acme/good", "POST", "/Users", Some(body))
            .await;
        assert_eq!(served.status, 201, "{kind}: {}", served.body);

        let leave = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                           "Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
        let left = world
            .connection(&scope, "PATCH", &format!("/Users/{id}"), Some(leave))
            .await;
        assert_eq!(
            (left.status, &left.body["active"]),
            (200, &json!(false)),
            "{kind}"
        );
        let held = world
            .held(&format!("of-{kind}@example.com"))
            .await
            .expect("in CXone");
        assert_eq!(held["active"], false, "{kind}");
        assert!(
            world
                .held(&format!("new-of-{kind}@example.com"))
                .await
                .is_none()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_guests_all_at_once_leave_room_for_the_good_one() {
    let shelf = Shelf::new();
    for kind in KINDS {
        shelf.guest(&format!("{kind}.wasm"), kind);
    }
    let world = World::with(&connections(&shelf)).await;
    let attack = async {
        for round in 0..3 {
            let storm = KINDS.map(|kind| {
                let body = person(&format!("{kind}{round}"), "Grace", "Hopper");
                let scope = format!("acme/{kind}");
                let world = &world;
                async move {
                    world
                        .connection(&scope, "POST", "/Users", Some(body))
                        .await
                        .status
                }
            });
            let [a, b, c, d, e, f, g] = storm;
            assert_eq!(
                tokio::join!(a, b, c, d, e, f, g),
                (503, 503, 503, 503, 503, 503, 503)
            );
        }
    };
    let work = async {
        for number in 0..5 {
            let body = person(&format!("good{number}"), "Joan", "Clarke");
            let served = world
                .connection("acme/good", "POST", "/Users", Some(body))
                .await;
            assert_eq!(served.status, 201, "{}", served.body);
        }
    };
    tokio::join!(attack, work);
    assert_eq!(
        world.state().await["users"]
            .as_array()
            .expect("users")
            .len(),
        5
    );
}
