//! From source to desired target: mappers, template, rules, CXone's own constraints.

use std::sync::Arc;

use jiff::Timestamp;

use crate::connection::Connection;
use crate::constraint;
use crate::directory::Directory;
use crate::port::cxone::{Freshness, UpstreamError};
use crate::port::plugins::{Denial, Evaluated, Evaluation, Operation, Verdict};
use crate::refusal::Refusal;
use crate::source::Source;
use crate::target::Target;
use crate::user::User;

/// What is to become of a user who is to be active.
#[derive(Debug)]
pub(crate) enum Decision {
    /// CXone is to hold this.
    Go(Target, Evaluated),
    /// A rule waits for something.
    Wait(String, Evaluated),
    /// A rule or constraint refuses.
    No(Box<Denial>),
    /// Roles and teams cannot be read, so nothing can be decided now.
    Later(String),
}

/// Decides. A create gives a role, so it is decided on what CXone has now. For everything else a snapshot some seconds old will
/// do, but a refusal or a deferral is repeated on a fresh one before it is believed: somebody may just have mended it.
pub(crate) async fn decide(
    connection: &Connection,
    operation: Operation,
    user: &User,
    before: Option<Source>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let cxone = &connection.tenant.cxone;
    let creates = user.link.is_none();
    let recent = match cxone
        .directory(if creates {
            Freshness::Now
        } else {
            Freshness::Recent
        })
        .await
    {
        Ok(directory) => directory,
        Err(error) => return Ok(Decision::Later(unavailable(&error))),
    };
    let version = recent.version.clone();
    let first = evaluate(connection, operation, user, before.clone(), now, recent).await?;
    if creates || matches!(first, Decision::Go(..)) {
        return Ok(first);
    }
    match cxone.directory(Freshness::Now).await {
        Ok(fresh) if fresh.version != version => {
            evaluate(connection, operation, user, before, now, fresh).await
        }
        // What the snapshot says still stands, or nobody can say otherwise.
        Ok(_) | Err(_) => Ok(first),
    }
}

async fn evaluate(
    connection: &Connection,
    operation: Operation,
    user: &User,
    before: Option<Source>,
    now: Timestamp,
    directory: Arc<Directory>,
) -> Result<Decision, Refusal> {
    let tenant = &connection.tenant;
    let evaluated = connection
        .plugins
        .evaluate(Evaluation {
            operation,
            source: user.source.clone(),
            before,
            held: user.shown.clone(),
            accepted: user.accepted.clone(),
            groups: Vec::new(),
            moment: now,
            directory: directory.clone(),
            default_role: tenant.default_role.clone(),
            templates: tenant.templates.clone(),
            template_due: matches!(operation, Operation::Create | Operation::Revive)
                || user.accepted.is_none(),
            applied: user.template.clone(),
        })
        .await?;
    match &evaluated.verdict {
        Verdict::Deny(denial) => return Ok(Decision::No(Box::new(denial.clone()))),
        Verdict::Defer(reason) => return Ok(Decision::Wait(reason.clone(), evaluated)),
        Verdict::Allow => {}
    }
    let mut desired = evaluated.target.clone();
    if desired.active.is_none() {
        desired.active = Some(true);
    }
    if desired.active == Some(false) && user.link.is_none() {
        return Ok(Decision::Wait(
            "a plugin keeps the user inactive".to_owned(),
            evaluated,
        ));
    }
    Ok(
        match constraint::check(user, &mut desired, &directory, &tenant.default_role) {
            Ok(()) => Decision::Go(desired, evaluated),
            Err(denial) => Decision::No(denial),
        },
    )
}

/// An upstream error in the words of a reason.
pub(crate) fn unavailable(error: &UpstreamError) -> String {
    match error {
        UpstreamError::Unavailable { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}
