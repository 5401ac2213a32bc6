//! Where identity providers and operators come in.

use std::io::ErrorKind;
use std::net::SocketAddr;

use client::Client;
use serde_json::Value;
use tokio::net::TcpListener;

use super::service::{Service, get};
use super::{Area, Finding};
use crate::config::Config;

/// Ports that are free, or held by our own running service.
pub(super) async fn check(
    config: &Config,
    service: Option<&Service>,
    client: &Client,
) -> Vec<Finding> {
    let scim_is_ours = service.is_some() || speaks_scim(config, client).await;
    let mut findings = vec![
        port("scim", config.general.scim, scim_is_ours).await,
        port("admin", config.general.admin, service.is_some()).await,
    ];
    findings.extend(exposed(config));
    if let Some(service) = service {
        let here = config.tenants.iter().flat_map(|tenant| &tenant.connections);
        let scopes = here.map(|connection| connection.scope.to_string());
        let missing: Vec<String> = scopes
            .filter(|it| !service.connections.contains_key(it))
            .collect();
        if !missing.is_empty() {
            let said = format!("the running service does not know {}", missing.join(", "));
            let fix = "restart it: it runs with another configuration than this one";
            findings.push(Finding::warning(Area::Listeners, "service", said).fix(fix));
        }
    }
    findings
}

async fn port(check: &str, addr: SocketAddr, ours: bool) -> Finding {
    if addr.port() == 0 {
        return Finding::ok(
            Area::Listeners,
            check,
            format!("{addr}: a free port is taken"),
        );
    }
    match TcpListener::bind(addr).await {
        Ok(_) => Finding::ok(Area::Listeners, check, format!("{addr} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && ours => {
            let said = format!("{addr} is held by the running service");
            Finding::ok(Area::Listeners, check, said)
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let said = format!("{addr} is held by another program");
            let fix = format!("end it, or write another port for {check} under [listen]");
            Finding::failure(Area::Listeners, check, said).fix(fix)
        }
        Err(error) => {
            let said = format!("{addr} cannot be listened on: {error}");
            let fix = format!(
                "write an address of this machine for {check} under [listen], and a port that this user may take"
            );
            Finding::failure(Area::Listeners, check, said).fix(fix)
        }
    }
}

/// Whether a SCIM service of ours answers where identity providers come in: nobody else refuses a connection's path so.
async fn speaks_scim(config: &Config, client: &Client) -> bool {
    let mut connections = config.tenants.iter().flat_map(|tenant| &tenant.connections);
    let Some(connection) = connections.next() else {
        return false;
    };
    let path = format!("/{}/scim/v2/ServiceProviderConfig", connection.scope);
    let answer = get(client, config.general.scim, &path).await;
    let schemas = answer.and_then(|(_, body)| body.get("schemas")?.as_array().cloned());
    let mut schemas = schemas.into_iter().flatten();
    schemas.any(|schema| {
        let known = [
            "urn:ietf:params:scim:api:messages:2.0:Error",
            "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
        ];
        matches!(&schema, Value::String(text) if known.contains(&text.as_str()))
    })
}

fn exposed(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let public = config.general.public_url.as_deref();
    if !config.general.scim.ip().is_loopback()
        && !public.is_some_and(|url| url.starts_with("https://"))
    {
        let said = format!(
            "{} is reached from other machines, by plain HTTP",
            config.general.scim
        );
        let fix = "put TLS in front of it and write its address as public_url under [listen]: identity providers insist on https";
        findings.push(Finding::warning(Area::Listeners, "public_url", said).fix(fix));
    }
    if !config.general.admin.ip().is_loopback() {
        let said = format!(
            "{} is reached from other machines, and has no authentication",
            config.general.admin
        );
        let fix = "write a loopback address for admin under [listen], or see that its network is a private one";
        findings.push(Finding::warning(Area::Listeners, "admin", said).fix(fix));
    }
    findings
}
