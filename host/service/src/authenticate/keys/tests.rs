use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;

/// A key document in memory, and how often it was read.
#[derive(Debug, Default)]
struct Document {
    body: Mutex<Option<String>>,
    reads: AtomicUsize,
    /// Permits to answer; a test that sets none lets every read through.
    gate: Option<tokio::sync::Semaphore>,
}

impl Document {
    fn set(&self, kids: &[&str]) {
        let keys: Vec<Value> = kids.iter().map(|kid| jwk(kid)).collect();
        *self.body.lock().expect("a lock") = Some(json!({"keys": keys}).to_string());
    }

    fn break_it(&self) {
        *self.body.lock().expect("a lock") = None;
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl FetchKeys for Document {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        assert_eq!(url, "http://127.0.0.1/keys");
        self.reads.fetch_add(1, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.acquire().await.expect("a gate").forget();
        }
        let body = self.body.lock().expect("a lock").clone();
        body.map(String::into_bytes).ok_or("down".to_owned())
    }
}

fn jwk(kid: &str) -> Value {
    json!({"kid": kid, "kty": "RSA", "use": "sig", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "AQAB", "x5c": ["x"]})
}

fn set(document: &Arc<Document>) -> Arc<KeySet> {
    let fetch: Arc<dyn FetchKeys> = Arc::<Document>::clone(document);
    Arc::new(KeySet::new("http://127.0.0.1/keys".to_owned(), fetch))
}

fn word(found: &Found) -> &'static str {
    match found {
        Found::Key(_) => "key",
        Found::Unknown => "unknown",
        Found::Unreachable => "unreachable",
    }
}

#[tokio::test]
async fn a_flood_of_names_reads_the_document_once_a_minute() {
    let document = Arc::new(Document::default());
    document.set(&["one"]);
    let keys = set(&document);
    let start = Instant::now();
    for at in 0..200 {
        let kid = format!("../{at}");
        assert_eq!(word(&keys.find_at(&kid, start).await), "unknown");
    }
    assert_eq!(word(&keys.find_at("one", start).await), "key");
    assert_eq!(document.reads(), 1);
    let later = start + PAUSE;
    document.set(&["two"]);
    assert_eq!(
        word(&keys.find_at("two", later - Duration::from_secs(1)).await),
        "unknown"
    );
    assert_eq!(word(&keys.find_at("two", later).await), "key");
    assert_eq!(
        word(&keys.find_at("one", later).await),
        "unknown",
        "withdrawn"
    );
    assert_eq!(document.reads(), 2);
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_asked_for_once_a_minute_and_known_keys_stay() {
    let document = Arc::new(Document::default());
    let keys = set(&document);
    let start = Instant::now();
    for _ in 0..50 {
        assert_eq!(word(&keys.find_at("one", start).await), "unreachable");
    }
    assert_eq!(document.reads(), 1);
    document.set(&["one"]);
    let mut now = start + PAUSE;
    assert_eq!(word(&keys.find_at("one", now).await), "key");

    document.break_it();
    now += FRESH + PAUSE;
    assert_eq!(word(&keys.find_at("one", now).await), "key");
    let _ = keys.flight.lock().await;
    assert_eq!(document.reads(), 3, "old keys are fetched anew");
    assert_eq!(word(&keys.find_at("one", now).await), "key", "and stay");
    assert_eq!(word(&keys.find_at("two", now).await), "unreachable");
    assert_eq!(document.reads(), 3);
}

#[tokio::test]
async fn a_crowd_shares_one_read_and_a_caller_that_hangs_up_does_not_stop_it() {
    let document = Arc::new(Document {
        gate: Some(tokio::sync::Semaphore::new(0)),
        ..Document::default()
    });
    document.set(&["one"]);
    let keys = set(&document);
    let now = Instant::now();
    let first = tokio::time::timeout(Duration::from_millis(1), keys.find_at("one", now)).await;
    assert!(first.is_err(), "it hung up");
    let crowd: Vec<_> = (0..20)
        .map(|_| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { word(&keys.find_at("one", now).await) })
        })
        .collect();
    document.gate.as_ref().expect("a gate").add_permits(1);
    for one in crowd {
        assert_eq!(one.await.expect("an end"), "key");
    }
    assert_eq!(document.reads(), 1);
}

#[test]
fn only_rsa_keys_for_signatures_are_taken() {
    let with = |name: &str, value: Value| {
        let mut one = jwk("other");
        one[name] = value;
        one
    };
    let others = [
        with("kty", json!("EC")),
        with("kty", json!("oct")),
        with("use", json!("enc")),
        with("alg", json!("HS256")),
        with("alg", json!(256)),
        with("n", json!("AQAB")),
        with("n", json!("no base64!")),
        with("n", json!(URL_SAFE_NO_PAD.encode([1; 1025]))),
        with("e", json!("")),
        with("kid", json!("")),
        with("kid", json!("k".repeat(LONGEST_KID + 1))),
        with("kid", Value::Null),
        json!("a key"),
    ];
    for other in &others {
        let document = json!({"keys": [other, jwk("one")]}).to_string();
        let keys = parse(document.as_bytes()).expect("keys");
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["one"], "{other}");
        assert!(parse(json!({"keys": [other]}).to_string().as_bytes()).is_err());
    }
    for document in [
        "",
        "[]",
        "{}",
        "{\"keys\": 1}",
        "<html>",
        &" ".repeat(LONGEST + 1),
    ] {
        assert!(parse(document.as_bytes()).is_err());
    }
}
