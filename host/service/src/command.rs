//! Commands that need the ledger, as they travel to a running service.

mod read;

use std::sync::Arc;

use bridge::explain::Aim;
use bridge::line::Bridge;
use bridge::matching::Paired;
use bridge::name::{ConnectionName, Scope, TenantName};
use bridge::refusal::Refusal;
use bridge::retry::Which;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A command of the command line that needs the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `jackfield transfer`: users of one connection go to another.
    Transfer {
        /// The tenant of both connections.
        tenant: TenantName,
        /// The connection whose users go.
        from: ConnectionName,
        /// The connection that they go to.
        to: ConnectionName,
        /// Their user names; everybody where there are none.
        users: Vec<String>,
    },
    /// `jackfield release`: whom the guard of a connection holds may go.
    Release(Scope),
    /// `jackfield plan`: what would become of everybody. It changes nothing.
    Plan {
        /// The tenant.
        tenant: TenantName,
    },
    /// `jackfield explain`: everything about one user. It changes nothing.
    Explain {
        /// The tenant.
        tenant: TenantName,
        /// Any name or id of theirs.
        user: String,
        /// What result the reason is wanted of.
        why: Option<Aim>,
    },
    /// `jackfield match`: who of a connection is whom in CXone. It changes nothing unless somebody says so.
    Match {
        /// The connection.
        scope: Scope,
        /// The digest of the proposed pairs that are linked: those that somebody has read, and no others.
        accept: Option<String>,
        /// Those who are linked by a person's decision: user name or SCIM id, and CXone's id.
        pairs: Vec<(String, String)>,
    },
    /// `jackfield retry` without users: what was refused and what is owed. It changes nothing.
    Retries {
        /// The tenant.
        tenant: TenantName,
    },
    /// `jackfield retry`: that CXone is told again.
    Retry {
        /// The tenant.
        tenant: TenantName,
        /// Who.
        which: Which,
        /// Whether refused requests are given up instead.
        forget: bool,
    },
}

impl Command {
    /// The paths on the admin listener.
    pub(crate) const PATHS: [&str; 7] = [
        "/admin/transfer",
        "/admin/release",
        "/admin/plan",
        "/admin/explain",
        "/admin/match",
        "/admin/retries",
        "/admin/retry",
    ];

    /// Where it is posted to.
    pub fn path(&self) -> &'static str {
        match self {
            Command::Transfer { .. } => Self::PATHS[0],
            Command::Release(_) => Self::PATHS[1],
            Command::Plan { .. } => Self::PATHS[2],
            Command::Explain { .. } => Self::PATHS[3],
            Command::Match { .. } => Self::PATHS[4],
            Command::Retries { .. } => Self::PATHS[5],
            Command::Retry { .. } => Self::PATHS[6],
        }
    }

    /// The body that asks for it.
    pub fn to_json(&self) -> Value {
        match self {
            Command::Transfer {
                tenant,
                from,
                to,
                users,
            } => {
                json!({"tenant": tenant, "from": from, "to": to, "users": users})
            }
            Command::Release(scope) => {
                json!({"tenant": scope.tenant, "connection": scope.connection})
            }
            Command::Plan { tenant } | Command::Retries { tenant } => json!({"tenant": tenant}),
            Command::Explain { tenant, user, why } => {
                json!({"tenant": tenant, "user": user, "why": why.map(|why| why.to_string())})
            }
            Command::Match {
                scope,
                accept,
                pairs,
            } => {
                let pairs = pairs
                    .iter()
                    .map(|(user, cxone)| json!({"user": user, "cxone": cxone}));
                json!({
                    "tenant": scope.tenant, "connection": scope.connection, "accept": accept,
                    "pairs": pairs.collect::<Vec<_>>(),
                })
            }
            Command::Retry {
                tenant,
                which,
                forget,
            } => match which {
                Which::All => json!({"tenant": tenant, "all": true, "forget": forget}),
                Which::Users(users) => json!({"tenant": tenant, "users": users, "forget": forget}),
            },
        }
    }

    /// Carries it out. A transfer answers `moved`, the user names that went over, and `stayed`, with reasons; a release how many
    /// were `released`; a plan and an explanation themselves; a match `found` who is whom, the `digest` of what is proposed,
    /// whether that has `changed` since it was accepted, so that nobody is linked, and `paired` what became of links; a retry who
    /// waits, or what became of them.
    ///
    /// # Errors
    /// Which connection is not configured, or why the ledger failed; what was done before stays done.
    pub async fn carry_out(&self, bridge: &Arc<Bridge>) -> Result<Value, String> {
        match self {
            Command::Transfer {
                tenant,
                from,
                to,
                users,
            } => {
                for connection in [from, to] {
                    known(bridge, tenant, connection)?;
                }
                if from == to {
                    return Err("both connections are the same".to_owned());
                }
                let done = bridge.transfer(tenant, from, to, users).await;
                let done = done.map_err(|refusal| refusal.to_string())?;
                let stayed = done.stayed.iter();
                let stayed = stayed.map(|(user, reason)| json!({"user": user, "reason": reason}));
                Ok(json!({"moved": done.moved, "stayed": stayed.collect::<Vec<_>>()}))
            }
            Command::Release(scope) => {
                known(bridge, &scope.tenant, &scope.connection)?;
                let released = bridge.release(scope).await;
                let released = released.map_err(|refusal| refusal.to_string())?;
                Ok(json!({"released": released}))
            }
            Command::Plan { tenant } => told(tenant, bridge.plan(tenant).await),
            Command::Explain { tenant, user, why } => {
                told(tenant, bridge.explain(tenant, user, *why).await)
            }
            Command::Match {
                scope,
                accept,
                pairs,
            } => matched(bridge, scope, accept.as_deref(), pairs).await,
            Command::Retries { tenant } => told(tenant, bridge.waiting(tenant).await),
            Command::Retry {
                tenant,
                which,
                forget,
            } => {
                let (bridge, which, forget) = (Arc::clone(bridge), which.clone(), *forget);
                let asked = tenant.clone();
                // To its end, even if nobody waits for the answer any more.
                let task = tokio::spawn(async move { bridge.retry(&asked, &which, forget).await });
                told(tenant, task.await.map_err(|_| CUT_SHORT.to_owned())?)
            }
        }
    }
}

const CUT_SHORT: &str = "the service stopped meanwhile: run it again";

/// Who is whom, and what became of those whom somebody has linked.
async fn matched(
    bridge: &Arc<Bridge>,
    scope: &Scope,
    accept: Option<&str>,
    pairs: &[(String, String)],
) -> Result<Value, String> {
    known(bridge, &scope.tenant, &scope.connection)?;
    let found = bridge.pairs(scope).await;
    let found = found.map_err(|refusal| refusal.to_string())?;
    let proposed = found.proposed();
    let digest = digest(&proposed);
    let mut wanted = pairs.to_vec();
    match accept {
        Some(read) if read != digest => {
            let nobody = Paired::default();
            return Ok(
                json!({"found": found, "digest": digest, "changed": true, "paired": nobody}),
            );
        }
        Some(_) => wanted.extend(proposed),
        None => {}
    }
    let (bridge, scope) = (Arc::clone(bridge), scope.clone());
    let task = tokio::spawn(async move { bridge.pair(&scope, &wanted).await });
    let paired = task.await.map_err(|_| CUT_SHORT.to_owned())?;
    let paired = paired.map_err(|refusal| refusal.to_string())?;
    Ok(json!({"found": found, "digest": digest, "changed": false, "paired": paired}))
}

/// What stands for the pairs that are proposed: the first 12 hexadecimal digits of SHA-256 over them in order, as JSON.
fn digest(proposed: &[(String, String)]) -> String {
    let mut sorted = proposed.to_vec();
    sorted.sort();
    let hash = Sha256::digest(json!(sorted).to_string());
    hash.iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What was found out about a tenant.
fn told(tenant: &TenantName, answer: Result<impl Serialize, Refusal>) -> Result<Value, String> {
    let answer = answer.map_err(|refusal| match refusal {
        Refusal::NotFound => format!("the configuration has no tenant {tenant}"),
        refusal => refusal.to_string(),
    })?;
    serde_json::to_value(answer).map_err(|_| "the answer cannot be written as JSON".to_owned())
}

fn known(bridge: &Bridge, tenant: &TenantName, connection: &ConnectionName) -> Result<(), String> {
    let scope = Scope {
        tenant: tenant.clone(),
        connection: connection.clone(),
    };
    match bridge.connection(&scope) {
        Some(_) => Ok(()),
        None => Err(format!("the configuration has no connection {scope}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_stands_for_the_pairs_in_any_order() {
        let pair = |user: &str, cxone: &str| (user.to_owned(), cxone.to_owned());
        let read = digest(&[pair("ada", "1"), pair("bob", "2")]);
        assert_eq!(read.len(), 12);
        assert_eq!(read, digest(&[pair("bob", "2"), pair("ada", "1")]));
        for other in [
            vec![],
            vec![pair("ada", "1")],
            vec![pair("ada", "2"), pair("bob", "1")],
        ] {
            assert_ne!(read, digest(&other));
        }
    }
}
