//! Probes: what NICE does not tell, settled at this tenant.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bridge::name::fold;
use bridge::port::cxone::{CallOptions, Cxone, Held, Priority};
use bridge::target::Attribute;
use cxone::{Observation, Probed, ScimAdapter, Session};
use serde_json::{Value, json};

use super::tenant::{Findings, Here};
use crate::config::Tenant;

/// What probes came to at one tenant.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// Positions of the simulator's switches, by their names.
    pub settled: BTreeMap<&'static str, String>,
    observed: Vec<Observation>,
    area: Option<String>,
}

impl Settled {
    fn add(&mut self, probed: Probed) {
        self.settled.extend(probed.settled);
        self.observed.extend(probed.observed);
    }

    /// What may be sent to others: no name, id or host.
    pub(super) fn report(&self) -> Value {
        let observed: Vec<Value> = self.observed.iter().map(Observation::to_json).collect();
        json!({
            "jackfield": env!("CARGO_PKG_VERSION"), "area": self.area, "settled": self.settled, "observed": observed,
        })
    }

    /// For people: what to paste, and what to send.
    pub(super) fn text(&self, tenant: &str) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\nTo paste into the configuration:\n\n[tenants.{tenant}.cxone.assume]"
        );
        for (switch, position) in &self.settled {
            let _ = writeln!(text, "{switch} = {}", toml::Value::String(position.clone()));
        }
        let _ = writeln!(
            text,
            "\nTo send to Jackfield's makers, without a name, id or host:\n\n{:#}",
            self.report()
        );
        text
    }
}

/// Runs the probes that were asked for.
pub(super) async fn run(
    tenant: &Tenant,
    session: &Session,
    area: Option<String>,
    here: &Here<'_>,
    found: &mut Findings,
) -> Option<Settled> {
    let enabled = &tenant.policy.enabled_fields;
    let mut settled = Settled {
        area,
        ..Settled::default()
    };
    if here.options.probe {
        match session.probe(enabled).await {
            Ok(probed) => {
                found.ok(
                    "probe",
                    format!("reading settled {} things", probed.settled.len()),
                );
                settled.add(probed);
            }
            Err(error) => found.fail("probe", error.to_string(), "check again"),
        }
    }
    if let Some(name) = &here.options.probe_user {
        let held = match subject(tenant, session, here, name).await {
            Ok(held) => held,
            Err((said, fix)) => {
                found.fail("probe user", said, fix);
                return Some(settled).filter(|_| here.options.probe);
            }
        };
        write(tenant, session, here, &held, &mut settled, found).await;
    }
    Some(settled)
}

/// The user to write on, if that harms nobody.
async fn subject(
    tenant: &Tenant,
    session: &Session,
    here: &Here<'_>,
    name: &str,
) -> Result<Held, (String, String)> {
    let refuse = |said: String, fix: &str| Err((said, fix.to_owned()));
    let another =
        "name a user who was made for this in CXone and whom no identity provider provisions";
    let adapter = ScimAdapter::new(session.clone());
    let held = match adapter.find(name, CallOptions::of(Priority::Request)).await {
        Ok(Some(held)) => held,
        Ok(None) => return refuse(format!("CXone has no user {name:?}"), another),
        Err(error) => {
            return refuse(
                format!("SCIM does not find the user: {error}"),
                "the writing probes are SCIM's alone",
            );
        }
    };
    let shown = held.target.get(Attribute::UserName).unwrap_or(name);
    let protected = [shown, held.id.as_str()]
        .iter()
        .any(|it| tenant.protected.contains(*it) || tenant.protected.contains(&fold(it)));
    if held.own || protected {
        return refuse(format!("{name:?} is protected"), another);
    }
    let Some(glance) = here.glance else {
        return refuse(
            format!(
                "the ledger cannot be read, so nobody can tell whether {name:?} is provisioned: nothing is written"
            ),
            "check where the service runs, with its configuration and from its directory; `jackfield serve` makes a ledger",
        );
    };
    match glance.holders(&tenant.name, &held.id, &fold(shown)) {
        Ok(users) => match users.first() {
            Some(user) => refuse(
                format!("{name:?} is provisioned by {}", user.scope),
                another,
            ),
            None => Ok(held),
        },
        Err(error) => refuse(
            format!("the ledger does not tell who is provisioned: {error}"),
            "check again",
        ),
    }
}

async fn write(
    tenant: &Tenant,
    session: &Session,
    here: &Here<'_>,
    held: &Held,
    settled: &mut Settled,
    found: &mut Findings,
) {
    let enabled = &tenant.policy.enabled_fields;
    let probed = match session
        .probe_user(held, enabled, here.options.stop.clone())
        .await
    {
        Ok(probed) => probed,
        Err(error) => return found.fail("probe user", error.to_string(), "check again"),
    };
    let count = probed.probed.settled.len();
    settled.add(probed.probed);
    let ended = if probed.stopped {
        ", and ended early"
    } else {
        ""
    };
    match probed.restored {
        Ok(()) => found.ok(
            "probe user",
            format!("writing settled {count} things{ended}; the user is as before"),
        ),
        Err(left) => found.fail(
            "probe user",
            format!(
                "writing settled {count} things{ended}; not as before: {}",
                left.join(", ")
            ),
            "put it right in CXone by hand",
        ),
    }
    for remark in probed.remarks {
        found.warn("probe user", remark, "see to it in CXone");
    }
}
