//! The configuration, with as many of its mistakes as can be told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Area, Finding};
use crate::config::{Config, System};

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
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let said = format!("{} cannot be read: {error}", path.display());
            let fix = "name it with --config, or make one with jackfield init";
            return Loaded {
                findings: vec![Finding::failure(Area::Config, "file", said).fix(fix)],
                ..Loaded::default()
            };
        }
    };
    let sources = System {
        base: path.parent().unwrap_or(Path::new(".")),
    };
    let mut rest = text.clone();
    let mut findings = Vec::new();
    let config = loop {
        match Config::parse(path, &rest, &sources) {
            Ok(config) => break Some(config),
            Err(mistake) => {
                findings.push(told(&mistake.to_string()));
                match without(&rest, line(&mistake.to_string(), path)) {
                    Some(next) if findings.len() < MOST => rest = next,
                    _ => break None,
                }
            }
        }
    };
    let Some(config) = config.filter(|_| findings.is_empty()) else {
        return Loaded {
            findings,
            ..Loaded::default()
        };
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
    Loaded {
        config: Some(config),
        assumed: assumed(&text),
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

/// The line of a mistake, which begins with `PATH:LINE:COLUMN: `.
fn line(mistake: &str, path: &Path) -> Option<usize> {
    let rest = mistake.strip_prefix(&path.display().to_string())?;
    rest.strip_prefix(':')?.split(':').next()?.parse().ok()
}

/// The text without the part that a mistake is in, every other line where it was: a tenant, or `[listen]` or `[ledger]`. `None` where
/// nothing would be left to be checked, or the mistake is in no such part.
fn without(text: &str, line: Option<usize>) -> Option<String> {
    let at = line?.checked_sub(1)?;
    let mut part = None;
    let parts: Vec<Option<String>> = text
        .lines()
        .map(|line| {
            part = part_of(line).or(part.take());
            part.clone()
        })
        .collect();
    let wrong = parts.get(at)?.clone()?;
    let left = |part: &Option<String>| {
        part.as_ref()
            .is_some_and(|it| *it != wrong && it.starts_with("tenants."))
    };
    if !parts.iter().any(left) {
        return None;
    }
    let kept = text.lines().zip(&parts).map(|(line, part)| {
        if part.as_ref() == Some(&wrong) {
            ""
        } else {
            line
        }
    });
    Some(kept.collect::<Vec<_>>().join("\n"))
}

/// The part that a table's heading begins.
fn part_of(line: &str) -> Option<String> {
    let heading = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
    let heading = heading.split(']').next()?;
    let mut keys = heading.split('.').map(|key| key.trim().trim_matches('"'));
    match keys.next()? {
        "tenants" => Some(format!("tenants.{}", keys.next()?)),
        other => Some(other.to_owned()),
    }
}

/// The keys below `[tenants.NAME.cxone.assume]`.
fn assumed(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let file: toml::Table = toml::from_str(text).unwrap_or_default();
    let tenants = file.get("tenants").and_then(toml::Value::as_table);
    let assumed = tenants.into_iter().flatten().map(|(name, tenant)| {
        let assume = tenant.get("cxone").and_then(|cxone| cxone.get("assume"));
        let keys = assume.and_then(toml::Value::as_table).into_iter();
        (
            name.clone(),
            keys.flat_map(|table| table.keys().cloned()).collect(),
        )
    });
    assumed.collect()
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
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].starts_with("F:4:7: the api \"soap\" is not known"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("F:9:7: the idp \"octa\" is not known"),
            "{said:?}"
        );
        assert!(loaded.findings[1].fix.as_ref().unwrap().contains("okta"));
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

    #[test]
    fn what_is_assumed_is_known_by_tenant() {
        let text = "[tenants.a.cxone.assume]\nrole_value = \"id\"\n[tenants.b.cxone]\nx = 1\n";
        let found = assumed(text);
        assert_eq!(found["a"], ["role_value".to_owned()].into());
        assert!(found["b"].is_empty());
    }
}
