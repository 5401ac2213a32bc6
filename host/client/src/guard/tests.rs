use super::*;

fn url(text: &str) -> Result<(), Forbidden> {
    check_url(&Url::parse(text).unwrap(), false)
}

#[test]
fn public_https_and_loopback_are_allowed() {
    for good in [
        "https://na1.nice-incontact.com/scim/v2",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "http://127.0.0.1:9090",
        "http://127.9.9.9",
        "http://[::1]:9090",
        "http://localhost:9090",
        "http://cxone.localhost.",
        "https://localhost",
    ] {
        assert_eq!(url(good), Ok(()), "{good}");
    }
}

#[test]
fn plain_http_and_odd_schemes_are_refused() {
    for bad in [
        "http://na1.nice-incontact.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://notlocalhost",
    ] {
        assert!(matches!(url(bad), Err(Forbidden::PlainHttp(_))), "{bad}");
    }
    assert!(matches!(
        url("file:///etc/passwd"),
        Err(Forbidden::Scheme(_))
    ));
    assert_eq!(url("https://a:b@example.com"), Err(Forbidden::Credentials));
}

#[test]
fn inside_addresses_are_refused_in_every_spelling() {
    for bad in [
        "https://169.254.169.254/latest",
        "https://0.0.0.0",
        "https://10.1.2.3",
        "https://0xa.1",
        "https://167837953",
        "https://172.31.0.1",
        "https://192.168.1.1",
        "https://100.64.0.1",
        "https://224.0.0.1",
        "https://255.255.255.255",
        "https://[::]",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://[ff02::1]",
        "https://[::ffff:169.254.169.254]",
        "https://[64:ff9b::a9fe:a9fe]",
        "https://[2002:a9fe:a9fe::]",
        "https://[::ffff:10.0.0.1]",
    ] {
        assert!(matches!(url(bad), Err(Forbidden::Address { .. })), "{bad}");
    }
}

#[test]
fn allow_private_opens_private_ranges_and_no_more() {
    let open = |text: &str| check_url(&Url::parse(text).unwrap(), true);
    assert_eq!(open("https://10.1.2.3"), Ok(()));
    assert_eq!(open("https://[fd00::1]"), Ok(()));
    assert!(open("https://169.254.169.254").is_err());
    assert!(open("https://[fe80::1]").is_err());
    assert!(open("http://10.1.2.3").is_err());
}

#[test]
fn a_name_is_held_to_what_it_resolves_to() {
    let to = |host: &str, addresses: &[&str], allow_private| {
        let found: Vec<SocketAddr> = addresses
            .iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0))
            .collect();
        check_addresses(host, &found, allow_private).is_ok()
    };
    assert!(to("cxone.example.com", &["8.8.8.8"], false));
    // Rebinding: a public name that now points inside, or partly.
    assert!(!to("cxone.example.com", &["127.0.0.1"], false));
    assert!(!to("cxone.example.com", &["8.8.8.8", "10.0.0.1"], false));
    assert!(to("cxone.example.com", &["10.0.0.1"], true));
    assert!(!to("cxone.example.com", &["169.254.169.254"], true));
    assert!(to("localhost", &["127.0.0.1", "::1"], false));
    // Plain http is allowed by the name alone, so the name must not lead elsewhere.
    assert!(!to("localhost", &["8.8.8.8"], true));
}

#[tokio::test]
async fn the_resolver_hands_out_nothing_that_is_forbidden() {
    let resolve = async |name: &str| {
        let resolver = Resolver {
            allow_private: false,
        };
        resolver
            .resolve(name.parse().unwrap())
            .await
            .map(Vec::from_iter)
    };
    assert!(resolve("8.8.8.8").await.is_ok());
    for bad in ["127.0.0.1", "10.0.0.1", "169.254.169.254"] {
        let error = resolve(bad).await.unwrap_err();
        assert!(error.downcast_ref::<Forbidden>().is_some(), "{error}");
    }
}
