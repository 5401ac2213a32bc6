//! Settling what is UNKNOWN of CXone at one real tenant: each probe asks for one thing, and what it tells is a position of
//! the simulator's switch of that name (cxone.md 5).

mod hub;
mod observe;
mod read;
mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bridge::port::cxone::{CallOptions, Priority, UpstreamError};
use bridge::target::Attribute;
use client::{Answer, Method, Request, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::access::Pass;
use crate::api::{Call, Service};
use crate::complaint::Personal;
use crate::place::Place;
use crate::session::Session;

pub use observe::Observation;
pub use user::UserProbed;

/// The switches that probes can settle, those of [`Session::probe_user`] among them.
pub const SETTLES: [&str; 29] = [
    "basic_credentials",
    "blocked_active",
    "content_type",
    "deactivated_status",
    "delete",
    "disabled_field",
    "duplicate_answer",
    "email_shown",
    "error_profile",
    "extra_parameters",
    "filter_other_attributes",
    "groups",
    "inactive_users",
    "not_offered",
    "patch",
    "patch_answer",
    "phone_shown",
    "put_absent",
    "reactivation",
    "role_pages",
    "role_value",
    "schemas_show",
    "scim",
    "search_filter",
    "search_inactive",
    "template_attribute",
    "time_zone_form",
    "user_hub",
    "user_name_compare",
];

/// For all probes together.
const LONGEST: Duration = Duration::from_secs(120);
/// For one request.
const ONE: Duration = Duration::from_secs(8);

/// What probes came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probed {
    /// The positions of switches.
    pub settled: BTreeMap<&'static str, String>,
    /// What was seen, without values: to be shown to others.
    pub observed: Vec<Observation>,
}

impl Session {
    /// Runs the probes that only read. `enabled` are the optional fields that the tenant says it has enabled.
    ///
    /// # Errors
    /// CXone's place is not known.
    pub async fn probe(&self, enabled: &BTreeSet<Attribute>) -> Result<Probed, UpstreamError> {
        let mut prober = Prober::new(self, enabled.clone()).await?;
        Box::pin(prober.read()).await;
        Box::pin(prober.user_hub()).await;
        Ok(prober.found)
    }
}

/// One tenant's probing.
struct Prober<'a> {
    session: &'a Session,
    place: Place,
    enabled: BTreeSet<Attribute>,
    by: Instant,
    found: Probed,
}

impl<'a> Prober<'a> {
    async fn new(
        session: &'a Session,
        enabled: BTreeSet<Attribute>,
    ) -> Result<Self, UpstreamError> {
        let by = Instant::now() + LONGEST;
        let options = CallOptions {
            priority: Priority::Background,
            deadline: by,
        };
        Ok(Self {
            place: session.place(options).await?,
            session,
            enabled,
            by,
            found: Probed::default(),
        })
    }

    fn options(&self) -> CallOptions {
        CallOptions {
            priority: Priority::Background,
            deadline: self.by.min(Instant::now() + ONE),
        }
    }

    fn settle(&mut self, switch: &'static str, position: &str) {
        self.found.settled.insert(switch, position.to_owned());
    }

    /// Asks, and notes what came; `None` if nothing did.
    async fn ask(
        &mut self,
        probe: &'static str,
        service: Service,
        method: Method,
        (path, query): (&str, Option<String>),
        body: Option<&Value>,
    ) -> Option<Answer> {
        let scim = service == Service::Scim;
        let call = Call {
            write: method != Method::GET,
            repeatable: false,
            method,
            service,
            route: probe,
            path: path.to_owned(),
            query,
            media_type: if scim {
                crate::wire::MEDIA_TYPE
            } else {
                "application/json"
            },
            body,
            personal: &Personal::default(),
            options: self.options(),
        };
        let answer = Box::pin(self.session.api().answer(&call)).await.ok();
        self.note(probe, answer.as_ref());
        answer
    }

    /// The same for SCIM.
    async fn scim(
        &mut self,
        probe: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (path, None),
        };
        self.ask(probe, Service::Scim, method, (path, query), body)
            .await
    }

    /// A search of User Hub or of the roles.
    async fn search(&mut self, probe: &'static str, path: &str, body: &Value) -> Option<Value> {
        let asked = self.ask(
            probe,
            Service::UserHub,
            Method::POST,
            (path, None),
            Some(body),
        );
        asked.await.and_then(|answer| done(&answer))
    }

    /// A GET in what a probe says itself.
    async fn with(&mut self, probe: &'static str, url: &Url, pass: &Pass) -> Option<Answer> {
        let request = Request::new(Method::GET, url.clone(), probe, self.options().deadline);
        let request = pass.onto(request.media_type(crate::wire::MEDIA_TYPE));
        let answer = self.session.api().probe(url, request).await.ok();
        self.note(probe, answer.as_ref());
        answer
    }

    fn note(&mut self, probe: &'static str, answer: Option<&Answer>) {
        self.found.observed.push(Observation::of(probe, answer));
    }
}

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

/// The body of an answer of success.
fn done(answer: &Answer) -> Option<Value> {
    answer
        .json()
        .filter(|json| answer.status.is_success() && !crate::complaint::is_error(json))
}

/// Whether something was refused for what it was, and not for the moment.
fn refused(answer: &Answer) -> bool {
    matches!(status(answer), 400 | 404 | 409 | 422 | 501)
        || (answer.status.is_success()
            && answer
                .json()
                .is_some_and(|json| crate::complaint::is_error(&json)))
}

/// A search of User Hub for people.
fn people(filter: &Value, operations: &Value) -> Value {
    json!({ "filter": filter, "operations": operations, "skip": 0, "top": 100 })
}

/// A name in the other case; `None` if it has no letters.
fn other_case(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let other = if upper == name {
        name.to_ascii_lowercase()
    } else {
        upper
    };
    (other != name).then_some(other)
}
