use super::*;

fn key() -> Auth {
    Auth::AccessKey {
        id: "simulator".into(),
        secret: "simulator-secret".into(),
    }
}

fn settings(base_url: &str) -> Settings {
    Settings::at(Url::parse(base_url).unwrap(), key())
}

#[test]
fn mistakes_are_named() {
    let check = |base_url| settings(base_url).check(false).map_err(|e| e.to_string());
    assert_eq!(check("https://na1.nice-incontact.com"), Ok(()));
    assert_eq!(check("http://127.0.0.1:9090/"), Ok(()));
    assert_eq!(
        check("https://na1.nice-incontact.com/scim/v2/"),
        Err("base_url: leave out the \"/scim/v2\" at the end".to_owned())
    );
    assert!(check("http://na1.nice-incontact.com").is_err());
    assert!(check("https://na1.nice-incontact.com?x=1").is_err());
}

#[test]
fn a_place_need_not_be_stated_and_is_checked_where_it_is() {
    assert_eq!(Settings::new(key()).check(false), Ok(()));
    let wrong = |change: fn(&mut PlaceSettings)| {
        let mut settings = Settings::new(key());
        change(&mut settings.place);
        settings.check(false).err().map(|bad| bad.key())
    };
    let area = |place: &mut PlaceSettings| place.area = Some("NA1.example.com/".to_owned());
    assert_eq!(wrong(area), Some("area"));
    let auth = |place: &mut PlaceSettings| place.auth_url = Url::parse("http://10.0.0.1").ok();
    assert_eq!(wrong(auth), Some("auth_url"));
    let discovery = |place: &mut PlaceSettings| {
        place.discovery_urls = vec![Url::parse("https://169.254.169.254").unwrap()];
    };
    assert_eq!(wrong(discovery), Some("discovery_urls"));
}

#[test]
fn a_rate_lets_something_through() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut settings = Settings::new(key());
        settings.rate = rate;
        assert_eq!(settings.check(false), Err(BadSettings::NotARate), "{rate}");
    }
}

#[test]
fn scim_may_be_at_another_path() {
    let check = |base_url: &str, path: &str| {
        let mut settings = settings(base_url);
        path.clone_into(&mut settings.scim_path);
        settings.check(false)
    };
    for path in ["", "/v2", "/basic-auth/scim/v2", "/a.b/~c_d-e"] {
        assert_eq!(check("http://127.0.0.1:9090", path), Ok(()), "{path}");
    }
    for path in [
        "/", "v2", "/v2/", "//v2", "/v2?x", "/v 2", "/%2e", "/..", "/a/../b",
    ] {
        let outcome = check("http://127.0.0.1:9090", path);
        assert_eq!(outcome, Err(BadSettings::NotAPath), "{path}");
    }
    assert_eq!(check("https://scim.example.com/scim/v2", ""), Ok(()));
    assert!(check("https://scim.example.com/v2", "/v2").is_err());
    assert!(check("https://scim.example.com/Users", "").is_err());
}

// cxone.md 1.2: two families of paths.
#[test]
fn a_key_in_basic_has_paths_of_its_own() {
    let basic = Auth::Basic {
        id: "simulator".into(),
        secret: "simulator-secret".into(),
    };
    assert_eq!(Settings::new(basic).scim_path, "/basic-auth/scim/v2");
    assert_eq!(Settings::new(key()).scim_path, "/scim/v2");
}

#[test]
fn a_token_must_fit_into_a_header() {
    let check = |token: &str| {
        let url = Url::parse("https://scim.example.com").unwrap();
        Settings::at(url, Auth::Bearer(token.into())).check(false)
    };
    assert_eq!(check("sesame"), Ok(()));
    assert_eq!(check(""), Err(BadSettings::Empty("token")));
    for bad in ["ses ame", "sesame\n", "sésame"] {
        assert_eq!(check(bad), Err(BadSettings::NotAToken), "{bad:?}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", settings("https://na1.nice-incontact.com"));
    assert!(!shown.contains("simulator"), "{shown}");
    let shown = format!("{:?}", Settings::new(Auth::Bearer("sesame".into())));
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn paths_are_appended() {
    let base = Url::parse("https://gate.example.com/cxone/").unwrap();
    assert_eq!(
        join(&base, "/scim/v2/Users/a%2Fb").as_str(),
        "https://gate.example.com/cxone/scim/v2/Users/a%2Fb"
    );
}
