//! A registry that is down when the service starts.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use registry::Digest;
use serde_json::json;

use super::site::{Site, naming, tenant};
use crate::hesitant::hesitant;

const TOKEN: &str = "token-of-before";

/// A manifest with the bundled mapper of Entra as its component.
fn manifest(component: &[u8]) -> Vec<u8> {
    let manifest = json!({
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
    manifest.to_string().into_bytes()
}

/// A registry that has this plugin and nothing else, and closes every connection while it is not up.
fn serve(listener: TcpListener, up: Arc<AtomicBool>, manifest: Vec<u8>, component: &'static [u8]) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            if !up.load(Ordering::SeqCst) {
                continue;
            }
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let body = match head.split(' ').nth(1) {
                Some(path) if path.contains("/manifests/") => &manifest,
                Some(path) if path.contains("/blobs/") => component,
                _ => &b"{}"[..],
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_does_not_answer_costs_another_connection_no_time() {
    let [one, other] = hesitant().await;
    let digest = Digest::of(b"a manifest");
    let used = |connection: &str, registry: &str| {
        format!(
            "[[connections.{connection}.plugins]]\nuse = \"oci://{registry}/acme/mapper@{digest}\"\n"
        )
    };
    let okta = "[connections.okta]\nidp = \"okta\"\ntoken = \"token-of-before\"\n";
    let both = tenant(TOKEN, "", &used("entra", &one));
    let both = format!("{both}{okta}{}", used("okta", &other));
    let general = format!("[plugins]\ninsecure_registries = [\"{one}\", \"{other}\"]\n");
    let site = Site::with_general(&general, &[("pulls", both)]).await;
    for connection in ["pulls/entra", "pulls/okta"] {
        let state = &site.ready().await["connections"][connection];
        let reason = state["plugins_not_loaded"][0]["reason"].as_str();
        let reason = reason.unwrap_or_default();
        assert!(reason.contains("has no such plugin"), "{state}");
    }
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_whose_registry_was_down_at_the_start_comes_by_itself() {
    let component = bundled::find("entra").expect("a bundled plugin").bytes;
    let manifest = manifest(component);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let up = Arc::new(AtomicBool::new(false));
    let digest = Digest::of(&manifest);
    serve(listener, Arc::clone(&up), manifest, component);
    let used =
        format!("[[connections.entra.plugins]]\nuse = \"oci://{address}/acme/mapper@{digest}\"\n");
    let site = Site::with_general(
        &format!("[plugins]\ninsecure_registries = [\"{address}\"]\n"),
        &[
            ("pulls", tenant(TOKEN, "", &used)),
            ("beside", tenant(TOKEN, "", &naming("Old"))),
        ],
    )
    .await;
    let state = &site.ready().await["connections"]["pulls/entra"];
    let reason = state["plugins_not_loaded"][0]["reason"].as_str();
    let reason = reason.unwrap_or_default();
    assert!(reason.contains("the registry cannot be reached"), "{state}");
    assert_eq!(site.create("pulls", TOKEN, "ada").await.status, 503);
    assert_eq!(site.create("beside", TOKEN, "bob").await.status, 201);

    up.store(true, Ordering::SeqCst);
    site.eventually("the plugin is there", async |site: &Site| {
        site.ready().await["connections"]["pulls/entra"]["status"] == "ok"
    })
    .await;
    let made = site.create("pulls", TOKEN, "ada").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let absent = "jackfield_plugins_not_loaded{tenant=\"pulls\",connection=\"entra\"}";
    assert_eq!(site.metric(absent).await, Some(0.0));
    assert_eq!(site.reloaded("pulls").await.0, "unchanged");
    site.app.stop().await;
}
