//! A place that is kept over a restart, and looked for anew when its hosts are CXone's no more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bridge::port::cxone::Cxone;
use client::Client;
use cxone::{PlaceCache, ScimAdapter, Session, Settings};
use serde_json::json;

use super::{area, beginning, paths, shown};
use crate::server::{Reply, Server, soon};

/// A text that outlives a session.
#[derive(Default)]
struct Memory(Mutex<Option<String>>, AtomicUsize);

#[async_trait]
impl PlaceCache for Memory {
    async fn load(&self) -> Option<String> {
        self.0.lock().unwrap().clone()
    }

    async fn store(&self, place: &str) {
        self.1.fetch_add(1, Ordering::SeqCst);
        *self.0.lock().unwrap() = Some(place.to_owned());
    }
}

fn remembering(settings: Settings, memory: &Arc<Memory>) -> Session {
    let client = Client::new(client::Settings::default()).unwrap();
    let cache: Arc<dyn PlaceCache> = Arc::clone(memory) as _;
    Session::new(settings, client, Some(cache)).unwrap()
}

#[tokio::test]
async fn a_place_that_was_found_is_used_at_the_next_start_without_asking() {
    let server = area("na1").await;
    let memory = Arc::new(Memory::default());
    let first = remembering(beginning(&[&server]), &memory)
        .place(soon())
        .await
        .unwrap();
    let record = memory.0.lock().unwrap().clone().unwrap();
    assert!(
        !record.contains("secret") && record.len() < 4096,
        "{record}"
    );
    let asked = server.seen().len();
    let next = remembering(beginning(&[&server]), &memory);
    assert_eq!(next.place(soon()).await.unwrap(), first);
    assert_eq!(server.seen().len(), asked);
    ScimAdapter::new(next).read("u-1", soon()).await.unwrap();
    let discoveries = paths(&server)
        .iter()
        .filter(|path| path.starts_with("/.well"))
        .count();
    assert_eq!((discoveries, memory.1.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_record_that_the_configuration_does_not_allow_is_none() {
    let server = area("na1").await;
    let own = shown(&server.base_url).to_owned();
    let record = |user_hub: &str, auth: &str, area: &str| {
        json!({"version": 1, "area": area, "user_hub": user_hub, "auth": auth}).to_string()
    };
    for record in [
        record("https://evil.example.com", &own, "na1"),
        record(&own, "https://evil.example.com", "na1"),
        record("https://na1.nice-incontact.com", &own, "na1"),
        record(&own, &own, "eu1"),
        record(&own, &own, "na1").replace("\"version\":1", "\"version\":2"),
        "{".to_owned(),
        String::new(),
    ] {
        let memory = Arc::new(Memory::default());
        *memory.0.lock().unwrap() = Some(record.clone());
        let mut settings = beginning(&[&server]);
        settings.place.area = Some("na1".to_owned());
        let place = remembering(settings, &memory).place(soon()).await.unwrap();
        assert_eq!(place.user_hub, server.base_url, "{record}");
        assert_eq!(memory.1.load(Ordering::SeqCst), 1, "{record}");
    }
}

#[tokio::test]
async fn a_host_that_is_cxone_no_more_is_looked_for_once() {
    let server = area("na1").await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let web = Server::start(|_, _| Some(Reply::Text(404, "<html>".to_owned()))).await;
    for old in [gone.as_str(), shown(&web.base_url)] {
        let memory = Arc::new(Memory::default());
        let auth = shown(&server.base_url);
        let record = json!({"version": 1, "area": "na1", "user_hub": old, "auth": auth});
        *memory.0.lock().unwrap() = Some(record.to_string());
        let session = remembering(beginning(&[&server]), &memory);
        let adapter = ScimAdapter::new(session.clone());
        // The call that meets it fails or finds nobody; the next one goes to where CXone is now.
        let first = adapter.find("ada@example.com", soon()).await;
        assert!(first.is_err(), "{old}: {first:?}");
        assert!(
            adapter.read("u-1", soon()).await.unwrap().is_some(),
            "{old}"
        );
        assert_eq!(session.known_place().unwrap().user_hub, server.base_url);
        assert_eq!(memory.1.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_host_that_makes_no_tokens_any_more_is_looked_for_once() {
    let server = area("na1").await;
    let web = Server::start(|_, _| Some(Reply::Text(404, "<html>".to_owned()))).await;
    let memory = Arc::new(Memory::default());
    let user_hub = shown(&server.base_url);
    let record =
        json!({"version": 1, "area": "na1", "user_hub": user_hub, "auth": shown(&web.base_url)});
    *memory.0.lock().unwrap() = Some(record.to_string());
    let session = remembering(beginning(&[&server]), &memory);
    let adapter = ScimAdapter::new(session.clone());
    assert!(adapter.read("u-1", soon()).await.is_err());
    assert!(adapter.read("u-1", soon()).await.unwrap().is_some());
    assert_eq!(*session.known_place().unwrap().auth(), server.base_url);
}

#[tokio::test]
async fn credentials_of_another_tenant_do_not_use_the_old_ones_place() {
    let (old, server) = (area("na1").await, area("eu1").await);
    let memory = Arc::new(Memory::default());
    let record = json!({
        "version": 1, "area": "na1", "tenant": "another",
        "user_hub": shown(&old.base_url), "auth": shown(&server.base_url),
    });
    *memory.0.lock().unwrap() = Some(record.to_string());
    let session = remembering(beginning(&[&server]), &memory);
    ScimAdapter::new(session).read("u-1", soon()).await.unwrap();
    assert!(old.seen().is_empty());
    assert_eq!(server.calls().len(), 1);
}
