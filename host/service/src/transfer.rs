//! The command `transfer` as it travels to a running service.

use bridge::line::Bridge;
use bridge::name::{ConnectionName, Scope, TenantName};
use bridge::refusal::Refusal;
use serde_json::{Value, json};

/// Who goes where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The tenant of both connections.
    pub tenant: TenantName,
    /// The connection whose users go.
    pub from: ConnectionName,
    /// The connection that they go to.
    pub to: ConnectionName,
    /// Their user names; everybody where there are none.
    pub users: Vec<String>,
}

impl Transfer {
    /// The body that asks for it.
    pub fn to_json(&self) -> Value {
        json!({"tenant": self.tenant, "from": self.from, "to": self.to, "users": self.users})
    }

    pub(crate) fn read(body: &Value) -> Result<Self, String> {
        let text = |name: &str| body[name].as_str().ok_or(format!("{name} is missing"));
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
        let bad = |error: bridge::name::BadName| error.to_string();
        Ok(Self {
            tenant: text("tenant")?.parse().map_err(bad)?,
            from: text("from")?.parse().map_err(bad)?,
            to: text("to")?.parse().map_err(bad)?,
            users,
        })
    }

    /// Carries it out; answers `moved`, the user names that went over, and `stayed`, with reasons.
    ///
    /// # Errors
    /// Which connection is not configured, or why the ledger failed; what was moved before stays moved.
    pub async fn carry_out(&self, bridge: &Bridge) -> Result<Value, String> {
        for connection in [&self.from, &self.to] {
            let scope = Scope {
                tenant: self.tenant.clone(),
                connection: connection.clone(),
            };
            if bridge.connection(&scope).is_none() {
                return Err(format!("the configuration has no connection {scope}"));
            }
        }
        if self.from == self.to {
            return Err("both connections are the same".to_owned());
        }
        let done = bridge.transfer(&self.tenant, &self.from, &self.to, &self.users);
        let done = done.await.map_err(|refusal: Refusal| refusal.to_string())?;
        let stayed = done.stayed.iter();
        let stayed = stayed.map(|(user, reason)| json!({"user": user, "reason": reason}));
        Ok(json!({"moved": done.moved, "stayed": stayed.collect::<Vec<_>>()}))
    }
}
