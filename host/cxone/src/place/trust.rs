//! Which hosts are believed when a document names them. An access key goes there, so a document may name NICE's own hosts
//! and, if it was served elsewhere because the configuration says so, the host that served it.

use client::Url;
use client::guard::check_url;

/// cxone.md 2.4.
const DOMAINS: [&str; 5] = [
    "nice-incontact.com",
    "niceincontact.com",
    "incontact.com",
    "nicecxone.com",
    "nicecxone-gov.com",
];

/// Whether a URL is `https` at a host of NICE's.
pub(super) fn of_nice(url: &Url) -> bool {
    let known = |host: &str| {
        DOMAINS.iter().any(|domain| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    url.scheme() == "https" && url.port().is_none() && bare(url) && url.domain().is_some_and(known)
}

/// Whether a URL may be asked because the document at `told_by` names it.
pub(super) fn believed(url: &Url, told_by: &Url) -> bool {
    if of_nice(told_by) {
        return of_nice(url);
    }
    let near = url.origin() == told_by.origin() || (loopback(url) && loopback(told_by));
    near && bare(url) && matches!(url.scheme(), "https" | "http")
}

fn bare(url: &Url) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Whether a URL is one of this machine's: the only ones that the guard lets go by plain `http`.
fn loopback(url: &Url) -> bool {
    let mut plain = url.clone();
    plain.set_scheme("http").is_ok() && check_url(&plain, false).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn believes(told_by: &str, url: &str) -> bool {
        believed(&Url::parse(url).unwrap(), &Url::parse(told_by).unwrap())
    }

    #[test]
    fn nices_hosts_name_nices_hosts() {
        let na1 = "https://na1.nice-incontact.com";
        for url in [
            "https://eu1.nice-incontact.com",
            "https://api-eu1.niceincontact.com/",
            "https://cxone-gov.niceincontact.com",
            "https://na2.nicecxone-gov.com",
        ] {
            assert!(believes(na1, url), "{url}");
        }
        for url in [
            "http://eu1.nice-incontact.com",
            "https://eu1.nice-incontact.com:8443",
            "https://a@eu1.nice-incontact.com",
            "https://eu1.nice-incontact.com?x",
            "https://evil-nice-incontact.com",
            "https://nice-incontact.com.example.com",
            "https://example.com/nice-incontact.com",
            "https://169.254.169.254",
            "https://10.0.0.1",
            "http://127.0.0.1:9090",
            "https://localhost",
        ] {
            assert!(!believes(na1, url), "{url}");
        }
    }

    #[test]
    fn a_stated_host_names_itself_only() {
        let own = "https://cxone.example.com";
        assert!(believes(own, "https://cxone.example.com/gate"));
        for url in [
            "https://cxone.example.com:8443",
            "http://cxone.example.com",
            "https://na1.nice-incontact.com",
            "https://sub.cxone.example.com",
            "http://127.0.0.1:1",
        ] {
            assert!(!believes(own, url), "{url}");
        }
        assert!(believes("http://127.0.0.1:9090", "http://127.0.0.1:9091"));
        assert!(believes("http://127.0.0.1:9090", "http://localhost:9091"));
        for url in [
            "http://10.0.0.1:9090",
            "https://na1.nice-incontact.com",
            "ftp://127.0.0.1",
        ] {
            assert!(!believes("http://127.0.0.1:9090", url), "{url}");
        }
    }
}
