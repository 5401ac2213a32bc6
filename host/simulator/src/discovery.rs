//! The two documents that tell where CXone is (cxone.md 2.3). Every host that they name is the simulator itself.

use hyper::StatusCode;
use serde_json::json;

use crate::answer::{Answer, Refusal};
use crate::settings::Settings;
use crate::switches::Discovery;

/// `GET /.well-known/cxone-configuration`; `base` is the simulator's own address.
pub(crate) fn configuration(
    query: &str,
    base: &str,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let mut members = form_urlencoded::parse(query.as_bytes());
    let tenant = members.find(|(name, _)| name == "tenantId");
    match (tenant, settings.switches.discovery) {
        (_, Discovery::Absent) => return Err(absent()),
        (None, Discovery::WithOnly) => {
            return Err(Refusal::invalid("tenantId", "tenantId is required"));
        }
        (Some((_, id)), _) if !id.eq_ignore_ascii_case(&settings.tenant_id) => {
            return Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "there is no such tenant",
            ));
        }
        _ => {}
    }
    let hosts = &settings.hosts;
    let at = |stated: &Option<String>| stated.clone().unwrap_or_else(|| base.to_owned());
    Ok(Answer::ok(json!({
        "private": false,
        "area": settings.area,
        "cluster": hosts.cluster,
        "domain": hosts.domain,
        "uhDomain": hosts.uh_domain,
        "acdDomain": hosts.uh_domain,
        "api_endpoint": at(&hosts.api_endpoint),
        "auth_endpoint": at(&hosts.auth_endpoint),
        "ui_endpoint": at(&hosts.ui_endpoint),
        "tenantId": settings.tenant_id,
    })))
}

/// `GET /.well-known/openid-configuration`
pub(crate) fn openid(base: &str, settings: &Settings) -> Result<Answer, Refusal> {
    if settings.switches.discovery == Discovery::Absent {
        return Err(absent());
    }
    let auth = settings.hosts.auth_endpoint.as_deref().unwrap_or(base);
    Ok(Answer::ok(json!({
        "issuer": auth,
        "authorization_endpoint": format!("{auth}/auth/authorize"),
        "token_endpoint": format!("{auth}/auth/token"),
        "userinfo_endpoint": format!("{auth}/auth/userinfo"),
        "end_session_endpoint": format!("{auth}/auth/authorize/logout"),
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })))
}

fn absent() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is no such document")
}
