//! From source to desired target: mappers, template, rules, CXone's own constraints.

use std::sync::Arc;

use jiff::Timestamp;

use crate::connection::Connection;
use crate::constraint::{self, Rules};
use crate::directory::Directory;
use crate::group::Membership;
use crate::optional::{leave_out, newcomer};
use crate::ownership::protected;
use crate::port::cxone::{CallOptions, Freshness, UpstreamError};
use crate::port::ledger::Ledger;
use crate::port::plugins::{Denial, Evaluated, Evaluation, Operation, Verdict};
use crate::refusal::Refusal;
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::undone::Outage;
use crate::user::{State, User};

/// What is to become of a user who is to be active.
#[derive(Debug)]
pub(crate) enum Decision {
    /// CXone is to hold this.
    Go(Target, Evaluated),
    /// A rule waits for something.
    Wait(String, Evaluated),
    /// A rule or constraint refuses.
    No(Box<Denial>),
    /// Nothing can be decided now: roles and teams cannot be read, or a plugin failed whose decisions are owed.
    Later(Outage),
}

/// Decides. A create gives a role, so it is decided on what CXone has now. For everything else a snapshot some seconds old will
/// do, but a refusal or a deferral is repeated on a fresh one before it is believed: somebody may just have mended it.
///
/// The groups are read when the decision is made: who changes them afterwards marks the user for another.
pub(crate) async fn decide(
    connection: &Connection,
    ledger: &dyn Ledger,
    operation: Operation,
    user: &User,
    before: Option<Source>,
    now: Timestamp,
    options: CallOptions,
) -> Result<Decision, Refusal> {
    let cxone = &connection.tenant.cxone;
    let creates = user.link.is_none();
    let freshness = if creates {
        Freshness::Now
    } else {
        Freshness::Recent
    };
    let recent = match cxone.directory(freshness, options).await {
        Ok(directory) => directory,
        Err(error) => return Ok(Decision::Later(error.into())),
    };
    let version = recent.version.clone();
    let groups = groups(ledger, user).await?;
    let evaluation = |directory: Arc<Directory>| Evaluation {
        before: before.clone(),
        ..evaluation(connection, operation, user, groups.clone(), now, directory)
    };
    let first = evaluate(connection, user, evaluation(recent)).await?;
    if creates || matches!(first, Decision::Go(..) | Decision::Later(_)) {
        return Ok(first);
    }
    match cxone.directory(Freshness::Now, options).await {
        Ok(fresh) if fresh.version != version => {
            evaluate(connection, user, evaluation(fresh)).await
        }
        // What the snapshot says still stands, or nobody can say otherwise.
        Ok(_) | Err(_) => Ok(first),
    }
}

/// The user's groups, or those that a transferred user comes from. A newcomer has none, and the ledger need not be asked.
async fn groups(ledger: &dyn Ledger, user: &User) -> Result<Vec<Membership>, Refusal> {
    if user.version == 0 {
        return Ok(Vec::new());
    }
    let mut found = ledger.memberships(&user.scope, &[user.id]).await?;
    let own = found.remove(&user.id);
    Ok(own.unwrap_or_else(|| user.inherited.clone()))
}

/// What a chain runs on for a user, with no source before.
pub(crate) fn evaluation(
    connection: &Connection,
    operation: Operation,
    user: &User,
    groups: Vec<Membership>,
    now: Timestamp,
    directory: Arc<Directory>,
) -> Evaluation {
    Evaluation {
        operation,
        source: user.source.clone(),
        before: None,
        held: user.shown.clone(),
        accepted: user.accepted.clone(),
        provenance: user.provenance.clone(),
        groups,
        moment: now,
        directory,
        default_role: connection.tenant.default_role.clone(),
        templates: connection.tenant.templates.clone(),
        template_due: template_due(operation, user),
        applied: user.template.clone(),
        trial: false,
    }
}

/// What it is called to make CXone follow a user who is to be active, where no identity provider has just asked for it.
pub(crate) fn following(user: &User) -> Operation {
    let left = user.accepted.as_ref().and_then(|target| target.active) == Some(false);
    match (&user.link, left) {
        (None, _) => Operation::Create,
        (Some(_), true) => Operation::Revive,
        (Some(_), false) => Operation::ReEvaluate,
    }
}

/// A template is chosen when the person begins in CXone or comes back, and when their groups changed. Else the applied one
/// stands.
fn template_due(operation: Operation, user: &User) -> bool {
    let debt = user.debt.as_ref();
    // What could not be brought about when the groups changed is due still.
    let due_still = debt.is_some_and(|debt| debt.template)
        || matches!(user.state, State::Refused | State::Deferred);
    let begins = match operation {
        Operation::Create | Operation::Revive => true,
        Operation::ReEvaluate => debt.is_none(),
        _ => false,
    };
    begins || due_still || user.accepted.is_none()
}

async fn evaluate(
    connection: &Connection,
    user: &User,
    evaluation: Evaluation,
) -> Result<Decision, Refusal> {
    let directory = Arc::clone(&evaluation.directory);
    match connection.plugins.evaluate(evaluation).await {
        Ok(evaluated) => Ok(judged(connection, user, evaluated, &directory)),
        Err(failure) if failure.owe => Ok(Decision::Later(Outage::of_plugin(failure))),
        Err(failure) => Err(failure.into()),
    }
}

/// What a chain's outcome comes to.
pub(crate) fn judged(
    connection: &Connection,
    user: &User,
    evaluated: Evaluated,
    directory: &Directory,
) -> Decision {
    let tenant = &connection.tenant;
    match &evaluated.verdict {
        Verdict::Deny(denial) => return Decision::No(Box::new(denial.clone())),
        Verdict::Defer(reason) => return Decision::Wait(reason.clone(), evaluated),
        Verdict::Allow => {}
    }
    let mut desired = evaluated.target.clone();
    if desired.active.is_none() {
        desired.active = Some(true);
    }
    if desired.active == Some(false) && user.link.is_none() {
        return Decision::Wait("a plugin keeps the user inactive".to_owned(), evaluated);
    }
    // Whoever is protected already never comes here: this one wants the name.
    if desired
        .get(Attribute::UserName)
        .is_some_and(|name| tenant.protects(name))
    {
        return Decision::No(protected());
    }
    if let Err(denial) = leave_out(tenant, &mut desired) {
        return Decision::No(denial);
    }
    let rules = Rules {
        directory,
        default_role: &tenant.default_role,
        policy: &tenant.policy,
    };
    // A newcomer is held against CXone's constraints with the tenant's defaults.
    let mut checked = match user.link {
        None => newcomer(tenant, &desired),
        Some(_) => desired.clone(),
    };
    if let Err(denial) = constraint::check(user, &mut checked, rules) {
        return Decision::No(denial);
    }
    checked
        .values
        .retain(|attribute, _| desired.values.contains_key(attribute));
    desired.values = checked.values;
    Decision::Go(desired, evaluated)
}

/// An upstream error in the words of a reason.
pub(crate) fn unavailable(error: &UpstreamError) -> String {
    match error {
        UpstreamError::Unavailable { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}
