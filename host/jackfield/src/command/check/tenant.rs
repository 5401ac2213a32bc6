//! One tenant, and its CXone.

mod api;
mod carried;
mod directory;
mod fields;
mod key;
mod people;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bridge::name::TenantName;
use bridge::policy::Mode;
use bridge::port::ledger::Standing;
use client::Client;
use cxone::{Inside, SETTLES, Session};
use jiff::SignedDuration;
use ledger::Glance;

use super::probing::{self, Settled};
use super::service::Service;
use super::{Area, Finding, Options};
use crate::app;
use crate::config::Tenant;

/// For each step that asks CXone.
const PATIENCE: Duration = Duration::from_secs(10);

/// What surrounds the tenants.
pub(super) struct Here<'a> {
    pub(super) client: &'a Client,
    pub(super) glance: Option<&'a Glance>,
    pub(super) service: Option<&'a Service>,
    pub(super) assumed: &'a BTreeMap<String, BTreeSet<String>>,
    pub(super) options: &'a Options,
}

/// What came of one tenant.
pub(super) struct Checked {
    pub(super) name: TenantName,
    pub(super) findings: Vec<Finding>,
    /// Whether its CXone could be asked.
    pub(super) answered: bool,
    /// How far CXone's clock is ahead of ours.
    pub(super) clock: Option<SignedDuration>,
    pub(super) probed: Option<Settled>,
}

/// The findings about one tenant.
pub(super) struct Findings {
    area: Area,
    all: Vec<Finding>,
}

impl Findings {
    pub(super) fn ok(&mut self, check: &str, said: impl Into<String>) {
        self.all.push(Finding::ok(self.area.clone(), check, said));
    }

    pub(super) fn warn(&mut self, check: &str, said: impl Into<String>, fix: impl Into<String>) {
        let finding = Finding::warning(self.area.clone(), check, said);
        self.all.push(finding.fix(fix));
    }

    pub(super) fn fail(&mut self, check: &str, said: impl Into<String>, fix: impl Into<String>) {
        let finding = Finding::failure(self.area.clone(), check, said);
        self.all.push(finding.fix(fix));
    }
}

/// Checks a tenant.
pub(super) async fn check(tenant: &Tenant, here: &Here<'_>) -> Checked {
    let mut checked = Checked {
        name: tenant.name.clone(),
        findings: Vec::new(),
        answered: false,
        clock: None,
        probed: None,
    };
    let mut found = Findings {
        area: Area::Tenant(tenant.name.clone()),
        all: Vec::new(),
    };
    match app::session(tenant, here.client, None) {
        Ok(session) => look(tenant, &session, here, &mut found, &mut checked).await,
        Err(error) => found.fail(
            "settings",
            error.to_string(),
            "correct it under [tenants.NAME.cxone]",
        ),
    }
    connections(tenant, here, &mut found);
    checked.findings = found.all;
    checked
}

async fn look(
    tenant: &Tenant,
    session: &Session,
    here: &Here<'_>,
    found: &mut Findings,
    checked: &mut Checked,
) {
    let examined = session.examine(PATIENCE).await;
    place::check(&examined, found);
    let Some(inside) = &examined.inside else {
        return;
    };
    checked.answered = true;
    checked.clock = inside.clock;
    api::check(tenant, inside, found);
    let directory = directory::check(tenant, inside, found);
    people::check(tenant, inside, found);
    fields::check(tenant, inside, here.glance, found);
    let adapter = app::adapter(tenant.cxone.api, session.clone());
    carried::check(tenant, adapter.cannot_carry(), found);
    key::check(tenant, inside, found);
    directory::check_rules(tenant, directory.as_ref(), here.glance, found);
    assumptions(tenant, inside, here, found);
    if here.options.probe || here.options.probe_user.is_some() {
        let area = examined.place.as_ref().and_then(|place| place.area.clone());
        let settled = probing::run(tenant, session, area, here, found).await;
        checked.probed = settled;
    }
}

fn assumptions(tenant: &Tenant, _: &Inside, here: &Here<'_>, found: &mut Findings) {
    let stated = here.assumed.get(tenant.name.as_str());
    let open = SETTLES
        .iter()
        .filter(|name| !stated.is_some_and(|it| it.contains(**name)));
    match open.count() {
        0 => found.ok("assumptions", "nothing is assumed that a probe could settle"),
        open => found.ok(
            "assumptions",
            format!("{open} things that NICE does not tell are assumed: --probe and --probe-user settle them"),
        ),
    }
}

/// Modes, and what is held.
fn connections(tenant: &Tenant, here: &Here<'_>, found: &mut Findings) {
    let standings = here.glance.map(|glance| glance.standings(&tenant.name));
    let standings = standings.and_then(Result::ok).unwrap_or_default();
    for connection in &tenant.connections {
        let name = connection.scope.to_string();
        let mut standing = standings
            .get(&connection.scope.connection)
            .copied()
            .unwrap_or_default();
        if let Some(service) = here.service {
            standing = Standing {
                held: service.count(&name, "removals_held"),
                observed: service.count(&name, "held_by_observe"),
                ..standing
            };
        }
        match connection.mode {
            Mode::Live => found.ok("mode", format!("{name} is live: CXone is written to")),
            Mode::Observe => found.ok(
                "mode",
                format!(
                    "{name} observes: CXone is only read until mode = \"live\"; {} held until then",
                    standing.observed
                ),
            ),
        }
        if standing.held > 0 {
            let scope = &connection.scope;
            found.warn(
                "guard",
                format!("the guard holds {} removals of {name}", standing.held),
                format!(
                    "if they are meant: jackfield release {} {}",
                    scope.tenant, scope.connection
                ),
            );
        }
    }
}
