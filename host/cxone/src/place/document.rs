//! The documents of discovery (cxone.md 2.3), from servers that may say anything.

use client::{Answer, Url};
use serde_json::Value;

use super::trust::{believed, of_nice};
use crate::claims::is_id;
use crate::settings::is_area;

pub(super) const CONFIGURATION: &str = "/.well-known/cxone-configuration";
pub(super) const OPENID: &str = "/.well-known/openid-configuration";
/// The documents are about a kilobyte.
const LONGEST: usize = 64 * 1024;

/// The hosts that a document names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    pub(super) area: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) user_hub: Url,
    pub(super) api: Option<Url>,
}

fn object(answer: &Answer) -> Result<Value, String> {
    if !answer.status.is_success() {
        return Err(format!("status {}", answer.status.as_u16()));
    }
    let json = (answer.body.len() <= LONGEST)
        .then(|| answer.json())
        .flatten();
    json.filter(Value::is_object)
        .ok_or_else(|| "it is no such document".to_owned())
}

fn url(document: &Value, member: &str) -> Option<Url> {
    Url::parse(document.get(member)?.as_str()?).ok()
}

/// The hosts of a `cxone-configuration` that `told_by` served.
pub(super) fn hosts(answer: &Answer, told_by: &Url) -> Result<Hosts, String> {
    let document = object(answer)?;
    let text = |member: &str| document.get(member).and_then(Value::as_str);
    let endpoint = url(&document, "api_endpoint");
    // Assumption (cxone.md 2.3: `area` is optional): the API's host is api-{area} (cxone.md 1.2).
    let named = || {
        let host = endpoint.as_ref()?.domain()?;
        host.strip_prefix("api-")?.split('.').next()
    };
    let area = text("area").or_else(named).map(str::to_lowercase);
    let area = area.filter(|area| is_area(area));
    let tenant = text("tenantId").filter(|id| is_id(id)).map(str::to_owned);
    let host = |area: &str, domain: &str| Url::parse(&format!("https://{area}.{domain}")).ok();
    let (user_hub, api) = if of_nice(told_by) {
        let (Some(area), Some(domain)) = (&area, text("uhDomain")) else {
            return Err("it does not say area and uhDomain".to_owned());
        };
        let user_hub = host(area, domain).filter(|url| believed(url, told_by));
        let user_hub = user_hub.ok_or("it names a host that is none of CXone's")?;
        let api = text("domain").and_then(|domain| host(&format!("api-{area}"), domain));
        (user_hub, [endpoint, api])
    } else {
        // A host that the configuration states serves everything, or says where else at the same host: areas are no
        // part of its name.
        let stated = [url(&document, "ui_endpoint"), endpoint.clone()];
        let mut near = stated
            .into_iter()
            .flatten()
            .filter(|url| believed(url, told_by));
        (
            near.next().unwrap_or_else(|| told_by.clone()),
            [endpoint, None],
        )
    };
    let mut api = api.into_iter().flatten();
    Ok(Hosts {
        area,
        tenant,
        user_hub,
        api: api.find(|url| believed(url, told_by)),
    })
}

/// The `token_endpoint` of an `openid-configuration` that `told_by` served.
pub(super) fn token_endpoint(answer: &Answer, told_by: &Url) -> Result<Url, String> {
    let endpoint = url(&object(answer)?, "token_endpoint").ok_or("it names no token_endpoint")?;
    if believed(&endpoint, told_by) {
        return Ok(endpoint);
    }
    Err("it names a token_endpoint that is none of CXone's".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::StatusCode;
    use serde_json::json;

    fn answer(body: &Value) -> Answer {
        Answer::new(StatusCode::OK, body.to_string().into_bytes())
    }

    fn read(told_by: &str, body: &Value) -> Result<Hosts, String> {
        hosts(&answer(body), &Url::parse(told_by).unwrap())
    }

    const NA1: &str = "https://na1.nice-incontact.com";

    // cxone.md 2.3, 1.2: https://{area}.{uhDomain} and https://api-{area}.{domain}.
    #[test]
    fn hosts_are_made_of_area_and_domains() {
        let document = json!({
            "private": false, "area": "eu1", "cluster": "e32", "domain": "niceincontact.com",
            "uhDomain": "nice-incontact.com", "tenantId": "11eb-a",
        });
        let found = read(NA1, &document).unwrap();
        assert_eq!(found.area.as_deref(), Some("eu1"));
        assert_eq!(found.tenant.as_deref(), Some("11eb-a"));
        assert_eq!(found.user_hub.as_str(), "https://eu1.nice-incontact.com/");
        let api = found.api.unwrap();
        assert_eq!(api.as_str(), "https://api-eu1.niceincontact.com/");
    }

    #[test]
    fn an_area_left_out_is_taken_from_the_apis_host() {
        let document = json!({
            "uhDomain": "nice-incontact.com", "api_endpoint": "https://api-ca1.niceincontact.com",
        });
        assert_eq!(read(NA1, &document).unwrap().area.as_deref(), Some("ca1"));
    }

    #[test]
    fn hostile_documents_name_nothing() {
        for document in [
            json!([]),
            json!({"area": "eu1"}),
            json!({"area": "eu1", "uhDomain": "example.com"}),
            json!({"area": "eu1", "uhDomain": "example.com/nice-incontact.com"}),
            json!({"area": "eu1.example.com/", "uhDomain": "nice-incontact.com"}),
            json!({"area": "a@b", "uhDomain": "nice-incontact.com"}),
            json!({"area": "eu1", "uhDomain": "nice-incontact.com:8443"}),
            json!({"area": "eu1", "uhDomain": "nice-incontact.com?x"}),
            json!({"area": "eu1", "uhDomain": "nice-incontact.com@10.0.0.1"}),
            json!({"area": "169", "uhDomain": "254.169.254"}),
        ] {
            assert!(read(NA1, &document).is_err(), "{document}");
        }
        let elsewhere = json!({
            "area": "eu1", "uhDomain": "nice-incontact.com", "domain": "example.com",
            "api_endpoint": "https://10.0.0.1",
        });
        assert_eq!(read(NA1, &elsewhere).unwrap().api, None);
        let endpoint = |url: &str| {
            let told = Url::parse(NA1).unwrap();
            token_endpoint(&answer(&json!({ "token_endpoint": url })), &told)
        };
        assert!(endpoint("https://cxone.niceincontact.com/auth/token").is_ok());
        assert!(endpoint("http://cxone.niceincontact.com/auth/token").is_err());
        assert!(endpoint("https://example.com/auth/token").is_err());
    }

    // A simulator tells of CXone's real hosts: its keys may not be sent there.
    #[test]
    fn a_stated_host_leads_nowhere_else() {
        let document = json!({
            "area": "na1", "domain": "niceincontact.com", "uhDomain": "nice-incontact.com",
            "api_endpoint": "https://api-na1.niceincontact.com", "ui_endpoint": "http://127.0.0.1:9091",
        });
        let found = read("http://127.0.0.1:9090", &document).unwrap();
        assert_eq!(found.user_hub.as_str(), "http://127.0.0.1:9091/");
        assert_eq!((found.api, found.area.as_deref()), (None, Some("na1")));
    }
}
