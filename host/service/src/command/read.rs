//! Commands as they arrive.

use bridge::explain::Aim;
use bridge::name::{BadName, Scope};
use bridge::retry::Which;
use serde_json::Value;

use super::Command;

impl Command {
    /// The command that was posted to a path.
    ///
    /// # Errors
    /// What is wrong with the body.
    pub(crate) fn read(path: &str, body: &Value) -> Result<Self, String> {
        let text = |name: &str| body[name].as_str().ok_or(format!("{name} is missing"));
        let bad = |error: BadName| error.to_string();
        let tenant = text("tenant")?.parse().map_err(bad)?;
        let connection = |name: &str| text(name)?.parse().map_err(bad);
        let flag = |name: &str| match &body[name] {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(format!("{name}: expected true or false")),
        };
        Ok(match path {
            "/admin/transfer" => Command::Transfer {
                tenant,
                from: connection("from")?,
                to: connection("to")?,
                users: names(&body["users"])?,
            },
            "/admin/release" => Command::Release(Scope {
                tenant,
                connection: connection("connection")?,
            }),
            "/admin/plan" => Command::Plan { tenant },
            "/admin/explain" => Command::Explain {
                tenant,
                user: text("user")?.to_owned(),
                why: match &body["why"] {
                    Value::Null => None,
                    name => Some(name.as_str().and_then(Aim::parse).ok_or(
                        "why: expected an attribute of the target, active, template or verdict",
                    )?),
                },
            },
            "/admin/match" => Command::Match {
                scope: Scope {
                    tenant,
                    connection: connection("connection")?,
                },
                accept: match &body["accept"] {
                    Value::Null => None,
                    Value::String(digest) => Some(digest.clone()),
                    _ => return Err("accept: expected the digest of what is proposed".to_owned()),
                },
                pairs: pairs(&body["pairs"])?,
            },
            "/admin/retries" => Command::Retries { tenant },
            "/admin/retry" => {
                let users = names(&body["users"])?;
                let which = match flag("all")? {
                    true if users.is_empty() => Which::All,
                    true => return Err("either all or some users".to_owned()),
                    // Nobody named is nobody meant.
                    false => Which::Users(users),
                };
                Command::Retry {
                    tenant,
                    which,
                    forget: flag("forget")?,
                }
            }
            _ => return Err(format!("{path} is no command")),
        })
    }
}

fn names(users: &Value) -> Result<Vec<String>, String> {
    match users {
        Value::Null => Ok(Vec::new()),
        Value::Array(users) => {
            let names = users.iter().map(|user| user.as_str().map(str::to_owned));
            let names: Option<_> = names.collect();
            names.ok_or("users: expected user names".to_owned())
        }
        _ => Err("users: expected an array of user names".to_owned()),
    }
}

fn pairs(pairs: &Value) -> Result<Vec<(String, String)>, String> {
    let expected = || "pairs: expected an array of objects with user and cxone".to_owned();
    let pair = |pair: &Value| {
        let text = |name: &str| pair[name].as_str().map(str::to_owned);
        Some((text("user")?, text("cxone")?))
    };
    match pairs {
        Value::Null => Ok(Vec::new()),
        Value::Array(pairs) => {
            let read: Option<_> = pairs.iter().map(pair).collect();
            read.ok_or_else(expected)
        }
        _ => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all() -> Vec<Command> {
        let tenant: bridge::name::TenantName = "acme".parse().expect("a name");
        let connection = |name: &str| name.parse().expect("a name");
        let scope = Scope {
            tenant: tenant.clone(),
            connection: connection("entra"),
        };
        vec![
            Command::Transfer {
                tenant: tenant.clone(),
                from: connection("entra"),
                to: connection("okta"),
                users: vec!["ada@example.com".to_owned()],
            },
            Command::Release(scope.clone()),
            Command::Plan {
                tenant: tenant.clone(),
            },
            Command::Explain {
                tenant: tenant.clone(),
                user: "ada@example.com".to_owned(),
                why: Some(Aim::Template),
            },
            Command::Match {
                scope,
                accept: Some("0123456789ab".to_owned()),
                pairs: vec![("ada@example.com".to_owned(), "11ec-1".to_owned())],
            },
            Command::Retries {
                tenant: tenant.clone(),
            },
            Command::Retry {
                tenant: tenant.clone(),
                which: Which::All,
                forget: true,
            },
            Command::Retry {
                tenant,
                which: Which::Users(vec!["ada@example.com".to_owned()]),
                forget: false,
            },
        ]
    }

    #[test]
    fn every_command_arrives_as_it_was_sent() {
        for command in all() {
            let (path, body) = (command.path(), command.to_json());
            assert_eq!(Command::read(path, &body), Ok(command));
        }
        let mut paths: Vec<_> = all().iter().map(Command::path).collect();
        paths.dedup();
        assert_eq!(paths, Command::PATHS, "every path has a command");
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for (path, body) in [
            ("/admin/retry", json!({})),
            ("/admin/retry", json!({"tenant": "a_b"})),
            ("/admin/retry", json!({"tenant": "acme", "all": "yes"})),
            (
                "/admin/retry",
                json!({"tenant": "acme", "all": true, "users": ["ada"]}),
            ),
            ("/admin/retry", json!({"tenant": "acme", "users": [1]})),
            ("/admin/match", json!({"tenant": "acme"})),
            (
                "/admin/match",
                json!({"tenant": "acme", "connection": "entra", "accept": true}),
            ),
            (
                "/admin/match",
                json!({"tenant": "acme", "connection": "entra", "pairs": ["ada"]}),
            ),
            ("/admin/explain", json!({"tenant": "acme"})),
            ("/admin/other", json!({"tenant": "acme"})),
        ] {
            assert!(Command::read(path, &body).is_err(), "{path} {body}");
        }
        let nobody = Command::read("/admin/retry", &json!({"tenant": "acme"}));
        let nobody = nobody.expect("a command");
        assert!(matches!(
            nobody,
            Command::Retry { which: Which::Users(users), .. } if users.is_empty()
        ));
    }
}
