use super::*;
use crate::settings::Auth;
use client::{Client, Url};

fn places() -> Places {
    let settings = Settings::new(Auth::Bearer("sesame".into()));
    let client = Client::new(client::Settings::default()).unwrap();
    let upstreams = Arc::new(Upstreams::new(&settings, client));
    Places::new(&settings, &upstreams, None)
}

fn somewhere() -> Arc<Place> {
    let url = Url::parse("https://na1.nice-incontact.com").unwrap();
    Arc::new(Place {
        area: None,
        tenant: None,
        user_hub: url.clone(),
        api: None,
        tokens: crate::token::login::TokenHost::at(url),
    })
}

#[tokio::test(start_paused = true)]
async fn a_place_is_doubted_once_in_five_minutes() {
    let places = places();
    let doubted = || {
        places.doubt();
        std::mem::take(&mut lock(&places.state).doubted)
    };
    assert!(!doubted(), "there is nothing to doubt");
    lock(&places.state).known = Some(somewhere());
    assert!(doubted(), "what is remembered was not looked for yet");
    lock(&places.state).looked = Some(Instant::now());
    assert!(!doubted());
    tokio::time::advance(Duration::from_secs(299)).await;
    assert!(!doubted());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(doubted());
}

/// Two requests that go together, one of which ends both when it fails: neither may end the look that the other has begun.
#[tokio::test]
async fn who_comes_while_it_is_looked_for_waits() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", nobody.local_addr().unwrap())).unwrap();
    drop(nobody);
    let mut settings = Settings::new(Auth::AccessKey {
        id: "simulator".into(),
        secret: "simulator-secret".into(),
    });
    settings.place.discovery_urls = vec![url];
    let client = Client::new(client::Settings::default()).unwrap();
    let upstreams = Arc::new(Upstreams::new(&settings, client));
    let places = Places::new(&settings, &upstreams, None);
    let access = Access::new(&settings.auth, &upstreams);
    {
        let mut state = lock(&places.state);
        state.failed = Some(crate::api::unavailable("an hour ago"));
        state.looked = Instant::now().checked_sub(Duration::from_secs(3600));
    }
    let options = || CallOptions {
        priority: bridge::port::cxone::Priority::Request,
        deadline: Instant::now() + Duration::from_secs(4),
    };
    let both = tokio::try_join!(
        places.get(&access, options()),
        places.get(&access, options())
    );
    let error = both.unwrap_err().to_string();
    assert!(!error.contains("an hour ago"), "it was looked for: {error}");
}
