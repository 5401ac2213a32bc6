use super::login::life;
use super::*;
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};

struct Source(AtomicU32);

impl Source {
    fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    fn asked(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    async fn token(&self, life: u64) -> Result<Token, UpstreamError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let secret = SecretString::from(format!("token-{number}"));
        let life = Some(Duration::from_secs(life));
        Ok(Token::new(secret, life, Instant::now()))
    }

    async fn down(&self) -> Result<Token, UpstreamError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(unavailable("down"))
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(8)
}

fn name(token: &Token) -> String {
    token.secret().expose_secret().to_owned()
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

// cxone.md 2.1: tokens live 3600 s; renewed 5 min early.
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let (shared, source) = (Shared::default(), Source::new());
    let first = shared.get(soon(), source.token(3600)).await.unwrap();
    pass(3299).await;
    let same = shared.get(soon(), source.token(3600)).await.unwrap();
    assert_eq!((name(&first), source.asked()), (name(&same), 1));
    pass(2).await;
    let next = shared.get(soon(), source.token(3600)).await.unwrap();
    assert_eq!(name(&next), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_short_life_is_renewed_at_nine_tenths() {
    let (shared, source) = (Shared::default(), Source::new());
    shared.get(soon(), source.token(100)).await.unwrap();
    pass(89).await;
    shared.get(soon(), source.token(100)).await.unwrap();
    assert_eq!(source.asked(), 1);
    pass(2).await;
    shared.get(soon(), source.token(100)).await.unwrap();
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_good_token_is_used_to_its_end_while_none_is_to_be_had() {
    let (shared, source) = (Shared::default(), Source::new());
    shared.get(soon(), source.token(3600)).await.unwrap();
    pass(3400).await;
    for _ in 0..5 {
        let old = shared.get(soon(), source.down()).await.unwrap();
        assert_eq!(name(&old), "token-1");
    }
    assert_eq!(source.asked(), 2, "it is not tried again on every call");
    let hang = shared.get(soon(), std::future::pending());
    pass(11).await;
    assert_eq!(name(&hang.await.unwrap()), "token-1");
    pass(200).await;
    assert!(shared.get(soon(), source.down()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn only_the_refused_token_is_dropped() {
    let (shared, source) = (Shared::default(), Source::new());
    let first = shared.get(soon(), source.token(3600)).await.unwrap();
    shared.forget(&first);
    shared.get(soon(), source.token(3600)).await.unwrap();
    shared.forget(&first);
    shared.get(soon(), source.token(3600)).await.unwrap();
    assert_eq!(source.asked(), 2);
}

#[test]
fn lives_that_cannot_be_are_an_hour() {
    let now = Instant::now();
    for answer in [
        json!({}),
        json!({"expires_in": 0}),
        json!({"expires_in": -5}),
        json!({"expires_in": 1e300}),
        json!({"expires_in": 1e9}),
        json!({"expires_in": "soon"}),
        json!({"expires_in": null}),
    ] {
        let token = Token::new(SecretString::from("t"), life(&answer), now);
        assert_eq!(token.ends_at, now + DEFAULT_LIFE, "{answer}");
    }
    for answer in [json!({"expires_in": 60}), json!({"expires_in": "60"})] {
        let token = Token::new(SecretString::from("t"), life(&answer), now);
        assert_eq!(token.ends_at, now + Duration::from_secs(60), "{answer}");
    }
}
