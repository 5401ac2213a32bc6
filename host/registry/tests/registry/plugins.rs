//! Something to push, and stores to push and fetch with.

use std::path::Path;

use registry::{Credentials, PushFacts, Pushed, SigningKey, Store, Tagged};

/// The smallest component: the host of plugins would refuse it, a registry does not look.
pub(crate) const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

pub(crate) fn facts() -> PushFacts {
    PushFacts {
        name: "acme-rules".into(),
        version: "1.0.0".into(),
        description: "Refuses two teams.".into(),
        kinds: vec!["rules".into()],
        imports: vec!["jackfield:plugin/log@0.1.0".into()],
        exports: vec!["jackfield:plugin/rules@0.1.0".into()],
        target: None,
    }
}

/// A store that knows nobody's password and speaks plain http to one registry.
pub(crate) fn store(dir: &Path, registry: &str) -> Store {
    Store::new(dir.to_owned(), vec![registry.to_owned()]).with_credentials(Credentials::none())
}

pub(crate) fn place(text: &str) -> Tagged {
    Tagged::parse(text).expect("a place")
}

/// Pushes a component, signed by a key if there is one.
pub(crate) async fn push(
    store: &Store,
    to: &str,
    bytes: &[u8],
    key: Option<&SigningKey>,
) -> Pushed {
    let digest = registry::Digest::of(bytes);
    let signatures: Vec<String> = key
        .map(|key| key.sign(&digest).expect("a signature"))
        .into_iter()
        .collect();
    let pushed = store.push(&place(to), bytes, &facts(), &signatures).await;
    pushed.expect("pushed")
}
