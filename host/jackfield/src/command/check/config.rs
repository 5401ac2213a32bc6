//! The configuration, with as many of its mistakes as can be told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Area, Finding};
use crate::config::Config;

/// More mistakes than these are told when these are gone.
const MOST: usize = 20;

/// A configuration, or what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Option<Config>,
    /// What each tenant's table `assume` has.
    pub(super) assumed: BTreeMap<String, BTreeSet<String>>,
    pub(super) findings: Vec<Finding>,
}

pub(super) fn load(path: &Path) -> Loaded {
    if !path.exists() {
        let said = format!("{} cannot be read: there is no such file", path.display());
        let fix = "name it with --config, or make one with jackfield init";
        return Loaded {
            findings: vec![Finding::failure(Area::Config, "file", said).fix(fix)],
            ..Loaded::default()
        };
    }
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(mistakes) => {
            let findings = mistakes.iter().take(MOST);
            return Loaded {
                findings: findings.map(|mistake| told(&mistake.to_string())).collect(),
                ..Loaded::default()
            };
        }
    };
    let connections = config
        .tenants
        .iter()
        .map(|tenant| tenant.connections.len())
        .sum();
    let said = format!(
        "{}: {}, {}",
        path.display(),
        counted(config.tenants.len(), "tenant"),
        counted(connections, "connection")
    );
    let mut findings = vec![Finding::ok(Area::Config, "file", said)];
    for connection in config.tenants.iter().flat_map(|tenant| &tenant.connections) {
        if connection.short_token {
            // `serve` says so too, and goes on: how long it has to be is whoever knows how it was made's to say.
            let said = format!(
                "{}: its token is short: jackfield token makes a better one",
                connection.scope
            );
            findings.push(Finding::ok(Area::Config, "token", said));
        }
    }
    let assumed = config.tenants.iter();
    let assumed = assumed.map(|tenant| (tenant.name.to_string(), tenant.cxone.assumed.clone()));
    Loaded {
        assumed: assumed.collect(),
        config: Some(config),
        findings,
    }
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn told(mistake: &str) -> Finding {
    let (said, hint) = match mistake.split_once("\n  hint: ") {
        Some((said, hint)) => (said, Some(hint)),
        None => (mistake, None),
    };
    let finding = Finding::failure(Area::Config, "file", said);
    match hint {
        Some(hint) => finding.fix(hint),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "\
[listen]
scim = \"here\"
[tenants.a.cxone]
api = \"soap\"
[tenants.b.cxone]
access_key_id = \"k\"
access_key_secret = \"s\"
[tenants.b.connections.okta]
idp = \"octa\"
token = \"0123456789abcdef\"
";

    #[test]
    fn mistakes_of_several_tenants_are_told_at_once_where_they_are() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jackfield.toml");
        std::fs::write(&path, TWO).unwrap();
        let loaded = load(&path);
        let said: Vec<String> = loaded
            .findings
            .iter()
            .map(|finding| finding.said.replace(&path.display().to_string(), "F"))
            .collect();
        assert!(loaded.config.is_none());
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("F:2:8: this is no address"), "{said:?}");
        assert!(
            said[1].starts_with("F:4:7: the api \"soap\" is not known"),
            "{said:?}"
        );
        assert!(
            said[2].starts_with("F:9:7: the idp \"octa\" is not known"),
            "{said:?}"
        );
        assert!(loaded.findings[2].fix.as_ref().unwrap().contains("okta"));
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let loaded = load(Path::new("nowhere/jackfield.toml"));
        assert!(
            loaded.findings[0]
                .said
                .starts_with("nowhere/jackfield.toml cannot be read")
        );
    }
}
