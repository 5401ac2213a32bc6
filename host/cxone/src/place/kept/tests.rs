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
