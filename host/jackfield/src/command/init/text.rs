//! The configuration that `init` writes, with a comment for what each line does.

use std::fmt::Write;
use std::net::SocketAddr;

use bridge::target::Attribute;
use client::Url;
use toml::Value;

use super::answers::Answers;
use crate::config::Api;

/// What goes into the file beside the answers.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) scim: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) public_url: Option<&'a Url>,
    /// The ledger's path.
    pub(super) ledger: &'a str,
    pub(super) api: Api,
    /// The place, key by key, in the order of the documentation.
    pub(super) place: &'a [(&'static str, Value)],
    pub(super) default_role: &'a str,
    /// The optional fields that CXone shows as enabled; `None` where it cannot be asked.
    pub(super) enabled_fields: Option<&'a [Attribute]>,
    /// The file of the secret, relative to the configuration.
    pub(super) secret: &'a str,
    /// The hash of the identity provider's token.
    pub(super) token: &'a str,
}

/// A line with a comment behind it.
fn line(into: &mut String, key: &str, value: impl Into<Value>, comment: &str) {
    let line = format!("{key} = {}", value.into());
    // Writing to a string does not fail.
    let _ = if comment.is_empty() {
        writeln!(into, "{line}")
    } else {
        writeln!(into, "{line:<46} # {comment}")
    };
}

/// The text of the file.
pub(super) fn write(answers: &Answers, text: &Text<'_>) -> String {
    let Answers {
        tenant, connection, ..
    } = answers;
    let mut out = String::from(
        "# Made by `jackfield init`. Every key is explained in docs/configuration.md.\n\n[listen]\n",
    );
    let o = &mut out;
    line(
        o,
        "scim",
        text.scim.to_string(),
        "identity providers come in here; put TLS in front of it",
    );
    line(
        o,
        "admin",
        text.admin.to_string(),
        "for operators: /healthz, /readyz. Keep it on loopback",
    );
    match text.public_url {
        Some(url) => {
            let url = url.as_str().trim_end_matches('/');
            line(o, "public_url", url, "what identity providers see in front of the paths");
        }
        None => o.push_str("# public_url = \"https://scim.example.com\"      # what identity providers see, once there is a name\n"),
    }
    o.push_str("\n[ledger]\n");
    line(
        o,
        "url",
        format!("sqlite:{}", text.ledger),
        "what was said, decided and done; back it up",
    );
    let _ = write!(o, "\n[tenants.{tenant}]\n");
    o.push_str("protected = []                                 # people of CXone whom nobody here may touch, by user name or id;\n");
    o.push_str("                                               # the access key's own employee is among them anyway\n");
    line(
        o,
        "twins",
        "refuse",
        "no create while somebody in CXone has the same e-mail address",
    );
    let _ = write!(o, "\n[tenants.{tenant}.cxone]\n");
    line(
        o,
        "api",
        text.api.as_str(),
        "the API that people are written by: \"scim\" or \"user-hub\"",
    );
    for (key, value) in text.place {
        let comment = match *key {
            "area" => "where CXone is, as it was found",
            "base_url" => "CXone's host",
            _ => "where CXone is looked for",
        };
        line(o, key, value.clone(), comment);
    }
    line(o, "access_key_id", answers.access_key_id.as_str(), "");
    line(
        o,
        "access_key_secret",
        format!("${{file:{}}}", text.secret),
        "read again when the file changes",
    );
    line(
        o,
        "default_role",
        text.default_role,
        "the role of newcomers whom nothing gives another",
    );
    line(
        o,
        "user_name_form",
        "email",
        "CXone's user names have the form of e-mail addresses",
    );
    match text.enabled_fields {
        Some(fields) => {
            o.push_str("# The optional fields that CXone showed as enabled (Account Settings, SCIM). Others are left out and reported.\n");
            if !fields.contains(&Attribute::MiddleName) {
                o.push_str("# Of middleName nothing is shown: add it if it is enabled.\n");
            }
            let fields: Vec<Value> = fields.iter().map(|it| it.as_str().into()).collect();
            line(o, "enabled_fields", fields, "");
        }
        None => {
            o.push_str("# The optional fields that are enabled in Account Settings, SCIM; without this line all eight count as enabled.\n");
            o.push_str("# enabled_fields = [\"displayName\", \"role\", \"team\"]\n");
        }
    }
    let _ = write!(o, "\n[tenants.{tenant}.connections.{connection}]\n");
    line(
        o,
        "idp",
        answers.provider.idp,
        &format!("speaks as {} does", plain(answers)),
    );
    line(
        o,
        "mode",
        "observe",
        "CXone is only read. Read `jackfield plan`, then write \"live\"",
    );
    o.push_str("# What the identity provider presents, as a hash: the token itself was shown once. `jackfield token` makes another.\n");
    line(o, "tokens", vec![Value::from(text.token)], "");
    let _ = write!(
        o,
        "\n[[tenants.{tenant}.connections.{connection}.plugins]]\n"
    );
    line(
        o,
        "use",
        answers.provider.idp,
        "maps its attributes to CXone's; docs/plugins.md has the settings",
    );
    out
}

/// The provider's title without what stands in brackets.
fn plain(answers: &Answers) -> &'static str {
    let title = answers.provider.title;
    title.split_once(" (").map_or(title, |(plain, _)| plain)
}

#[cfg(test)]
mod tests;
