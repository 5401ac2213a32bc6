//! Commands that change something, as they travel to a running service.

use bridge::line::Bridge;
use bridge::name::{BadName, ConnectionName, Scope, TenantName};
use serde_json::{Value, json};

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
}

impl Command {
    /// The paths on the admin listener.
    pub(crate) const PATHS: [&str; 2] = ["/admin/transfer", "/admin/release"];

    /// Where it is posted to.
    pub fn path(&self) -> &'static str {
        match self {
            Command::Transfer { .. } => Self::PATHS[0],
            Command::Release(_) => Self::PATHS[1],
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
        }
    }

    pub(crate) fn read(path: &str, body: &Value) -> Result<Self, String> {
        let text = |name: &str| body[name].as_str().ok_or(format!("{name} is missing"));
        let connection = |name: &str| {
            let name: ConnectionName = text(name)?
                .parse()
                .map_err(|error: BadName| error.to_string())?;
            Ok::<_, String>(name)
        };
        let tenant = text("tenant")?
            .parse()
            .map_err(|error: BadName| error.to_string())?;
        if path == Self::PATHS[1] {
            let connection = connection("connection")?;
            return Ok(Command::Release(Scope { tenant, connection }));
        }
        let users = match &body["users"] {
            Value::Null => Vec::new(),
            Value::Array(users) => {
                let names = users.iter().map(|user| user.as_str().map(str::to_owned));
                names
                    .collect::<Option<_>>()
                    .ok_or("users: expected user names")?
            }
            _ => return Err("users: expected an array of user names".to_owned()),
        };
        let (from, to) = (connection("from")?, connection("to")?);
        Ok(Command::Transfer {
            tenant,
            from,
            to,
            users,
        })
    }

    /// Carries it out. A transfer answers `moved`, the user names that went over, and `stayed`, with reasons; a release how many
    /// were `released`.
    ///
    /// # Errors
    /// Which connection is not configured, or why the ledger failed; what was done before stays done.
    pub async fn carry_out(&self, bridge: &Bridge) -> Result<Value, String> {
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
        }
    }
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
