use super::*;
use crate::place::area_of;
use client::Client;

fn finder(change: impl FnOnce(&mut Settings)) -> Finder {
    let key = Auth::AccessKey {
        id: "simulator".into(),
        secret: "x".into(),
    };
    let mut settings = Settings::new(key);
    change(&mut settings);
    let client = Client::new(client::Settings::default()).unwrap();
    let upstreams = Arc::new(Upstreams::new(&settings, client));
    Finder::new(&settings, &upstreams)
}

fn starts(change: impl FnOnce(&mut Settings)) -> Vec<String> {
    let starts = finder(change).starts();
    starts.iter().map(|url| shown(url).to_owned()).collect()
}

fn application(settings: &mut Settings) {
    settings.auth = Auth::Password {
        client_id: "app".into(),
        client_secret: "x".into(),
        id: "simulator".into(),
        secret: "x".into(),
    };
}

// cxone.md 2.1 to 2.4: tokens are global; the government's hosts are its own.
#[test]
fn looking_begins_at_the_public_hosts() {
    let usual = [NA1, GLOBAL, GOVERNMENT];
    assert_eq!(starts(|_| {}), usual);
    assert_eq!(starts(application), [GLOBAL, GOVERNMENT, NA1]);
    let area = |name: &'static str| {
        move |settings: &mut Settings| settings.place.area = Some(name.to_owned())
    };
    let eu1 = "https://eu1.nice-incontact.com";
    assert_eq!(starts(area("eu1")), [eu1, NA1, GLOBAL, GOVERNMENT]);
    assert_eq!(starts(area("na1")), usual);
    assert_eq!(starts(area("na2"))[1], GOVERNMENT);
}

#[test]
fn hosts_that_are_stated_come_instead() {
    let stated = |settings: &mut Settings| {
        settings.place.discovery_urls = vec![Url::parse("http://127.0.0.1:9090").unwrap()];
        settings.place.area = Some("eu1".to_owned());
    };
    assert_eq!(starts(stated), ["http://127.0.0.1:9090"]);
    // Another server in CXone's place: nobody else hears of its credentials.
    let other = |settings: &mut Settings| {
        settings.place.base_url = Url::parse("https://scim.example.com").ok();
    };
    assert_eq!(starts(other), ["https://scim.example.com"]);
}

// cxone.md 2.2: the password grant is at the global hosts.
#[test]
fn a_stated_area_host_makes_no_granted_tokens() {
    let tokens = |base: &str, change: fn(&mut Settings)| {
        let mut settings = finder(change);
        settings.stated.base_url = Url::parse(base).ok();
        let mut auth = Settings::new(Auth::Bearer("x".into()));
        change(&mut auth);
        let place = Place::stated(&settings.stated, &auth.auth).unwrap();
        shown(&place.tokens.base).to_owned()
    };
    let eu1 = "https://eu1.nice-incontact.com";
    assert_eq!(tokens(eu1, application), GLOBAL);
    assert_eq!(
        tokens("https://na2.nicecxone-gov.com", application),
        GOVERNMENT
    );
    assert_eq!(
        tokens("http://127.0.0.1:9090", application),
        "http://127.0.0.1:9090"
    );
    assert_eq!(tokens(eu1, |_| {}), eu1);
}

#[test]
fn an_area_is_read_from_nices_hosts_only() {
    let area = |url: &str| area_of(&Url::parse(url).unwrap());
    assert_eq!(
        area("https://eu1.nice-incontact.com").as_deref(),
        Some("eu1")
    );
    assert_eq!(area("https://eu1.example.com"), None);
    assert_eq!(area("http://127.0.0.1:9090"), None);
}
