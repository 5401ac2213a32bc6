//! What a check found, and how it is told.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use bridge::name::TenantName;
use serde_json::{Value, json};

use super::probing::Settled;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Area {
    /// The configuration.
    Config,
    /// The plugins of a connection.
    Plugins,
    /// The ledger.
    Ledger,
    /// Where identity providers and operators come in.
    Listeners,
    /// This machine's clock.
    Clock,
    /// A tenant, and its CXone.
    Tenant(TenantName),
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Area::Config => f.write_str("config"),
            Area::Plugins => f.write_str("plugins"),
            Area::Ledger => f.write_str("ledger"),
            Area::Listeners => f.write_str("listeners"),
            Area::Clock => f.write_str("clock"),
            Area::Tenant(name) => write!(f, "tenant {name}"),
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is as it must be.
    Ok,
    /// It works, and may not do what is wanted.
    Warning,
    /// Something does not work.
    Failure,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Failure => "failure",
        }
    }
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// What was checked.
    pub check: String,
    /// How it is.
    pub level: Level,
    /// What was found; further lines are its details.
    pub said: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Finding {
    fn new(level: Level, area: Area, check: impl Into<String>, said: impl Into<String>) -> Self {
        Self {
            area,
            check: check.into(),
            level,
            said: said.into(),
            fix: None,
        }
    }

    pub(super) fn ok(area: Area, check: impl Into<String>, said: impl Into<String>) -> Self {
        Self::new(Level::Ok, area, check, said)
    }

    pub(super) fn warning(area: Area, check: impl Into<String>, said: impl Into<String>) -> Self {
        Self::new(Level::Warning, area, check, said)
    }

    pub(super) fn failure(area: Area, check: impl Into<String>, said: impl Into<String>) -> Self {
        Self::new(Level::Failure, area, check, said)
    }

    /// With what to do about it.
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn to_json(&self) -> Value {
        json!({
            "area": self.area.to_string(), "check": self.check, "level": self.level.as_str(), "said": self.said,
            "fix": self.fix,
        })
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// In the order of areas.
    pub findings: Vec<Finding>,
    /// What probes came to, by tenant.
    pub probed: BTreeMap<String, Settled>,
}

impl Report {
    /// How bad it is in all.
    pub fn level(&self) -> Level {
        let levels = self.findings.iter().map(|finding| finding.level);
        levels.max().unwrap_or(Level::Ok)
    }

    /// What the process ends with.
    pub fn exit(&self) -> u8 {
        match self.level() {
            Level::Ok => 0,
            Level::Warning => 1,
            Level::Failure => 2,
        }
    }

    fn count(&self, level: Level) -> usize {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.level == level).count()
    }

    /// For people.
    pub fn text(&self) -> String {
        let width = |of: fn(&Finding) -> String| {
            let all = self
                .findings
                .iter()
                .map(|finding| of(finding).chars().count());
            all.max().unwrap_or_default()
        };
        let area = width(|finding| finding.area.to_string());
        let check = width(|finding| finding.check.clone());
        let indent = 7 + 2 + area + 2 + check + 2;
        let mut text = String::new();
        for finding in &self.findings {
            let mut lines = finding.said.lines();
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{:<7}  {:<area$}  {:<check$}  {}",
                finding.level.as_str(),
                finding.area.to_string(),
                finding.check,
                lines.next().unwrap_or_default()
            );
            for line in lines {
                let _ = writeln!(text, "{:indent$}{line}", "");
            }
            if let Some(fix) = &finding.fix {
                let _ = writeln!(text, "{:indent$}fix: {fix}", "");
            }
        }
        let (ok, warnings, failures) = (
            self.count(Level::Ok),
            self.count(Level::Warning),
            self.count(Level::Failure),
        );
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let _ = writeln!(
            text,
            "{ok} ok, {warnings} warning{}, {failures} failure{}",
            plural(warnings),
            plural(failures)
        );
        for (tenant, settled) in &self.probed {
            text.push_str(&settled.text(tenant));
        }
        text
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let findings: Vec<Value> = self.findings.iter().map(Finding::to_json).collect();
        let settled: serde_json::Map<String, Value> = self
            .probed
            .iter()
            .map(|(tenant, settled)| (tenant.clone(), json!(settled.settled)))
            .collect();
        let mut object = json!({ "findings": findings, "settled": settled });
        if !self.probed.is_empty() {
            let reports = self.probed.values().map(Settled::report);
            object["report"] = reports.collect();
        }
        object
    }
}
