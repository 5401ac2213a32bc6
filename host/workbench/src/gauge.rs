//! What a call used of what it might have, in the colour of danger.

use plugin::{Invoked, Limits};
use serde_json::{Value, json};

use crate::screen::{Paint, Screen, bytes, count};

/// One resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gauge {
    /// Its name.
    pub(crate) name: &'static str,
    /// How much was used, in its unit.
    pub(crate) used: u64,
    /// How much there is.
    pub(crate) limit: u64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Count,
    Bytes,
    Microseconds,
}

impl Gauge {
    /// Everything that one call used. `output` is the size of the document that it answered.
    pub(crate) fn all(invoked: &Invoked, limits: &Limits) -> Vec<Self> {
        let report = &invoked.report;
        let gauge = |name, used, limit, unit| Self {
            name,
            used,
            limit,
            unit,
        };
        let micros =
            |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        vec![
            gauge("fuel", report.fuel, limits.fuel, Unit::Count),
            gauge(
                "memory",
                report.memory as u64,
                limits.memory as u64,
                Unit::Bytes,
            ),
            gauge(
                "time",
                micros(report.wall),
                micros(limits.deadline),
                Unit::Microseconds,
            ),
            gauge(
                "output",
                document(&invoked.output) as u64,
                limits.output as u64,
                Unit::Bytes,
            ),
            gauge(
                "host calls",
                report.host_calls.into(),
                limits.host_calls.into(),
                Unit::Count,
            ),
            gauge(
                "log lines",
                report.log_lines.into(),
                limits.log_lines.into(),
                Unit::Count,
            ),
        ]
    }

    /// The part of the limit that was used.
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    pub(crate) fn percent(&self) -> f64 {
        match self.limit {
            0 => 100.0,
            limit => self.used as f64 * 100.0 / limit as f64,
        }
    }

    /// For tools: bytes, microseconds, counts.
    pub(crate) fn to_json(&self) -> Value {
        let percent = (self.percent() * 10.0).round() / 10.0;
        json!({"used": self.used, "limit": self.limit, "percent": percent})
    }

    /// Its line.
    pub(crate) fn show(&self, screen: &mut Screen<'_>) {
        let written = |number: u64| match self.unit {
            Unit::Count => count(number),
            Unit::Bytes => bytes(number),
            Unit::Microseconds => milliseconds(number),
        };
        let percent = self.percent();
        let line = format!(
            "  {:10}  {:>12} of {:>12}  {percent:5.1} %",
            self.name,
            written(self.used),
            written(self.limit)
        );
        screen.paint(Paint::danger(percent), line);
    }
}

/// Microseconds as people read them.
#[allow(clippy::cast_precision_loss, reason = "two decimals are shown")]
pub(crate) fn milliseconds(micros: u64) -> String {
    format!("{:.2} ms", micros as f64 / 1000.0)
}

/// Bytes of the document in an output, which is what its limit is about.
fn document(output: &Value) -> usize {
    let member = ["target", "source", "about"]
        .into_iter()
        .find_map(|name| output.get(name));
    member.map_or(0, |document| document.to_string().len())
}
