//! What Prometheus is told.

use std::collections::{BTreeMap, BTreeSet};

use jackfield::telemetry::{Kind, METRICS_TOLD};

use crate::reload::site::{Site, tenant};

const TENANT: &str = "measured";

/// The names of a scrape's series about this tenant, or about none, each with the keys of its labels.
fn series(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let ours = lines.filter(|line| !line.contains("tenant=\"") || line.contains(TENANT));
    let series = ours.map(|line| {
        let (name, rest) = line.split_once(['{', ' ']).expect("a value");
        let labels = rest.split_once('}').map_or("", |(labels, _)| labels);
        let keys = labels
            .split("\",")
            .filter_map(|label| label.split_once("=\""));
        let keys = keys.map(|(key, _)| key.to_owned()).collect();
        (name.to_owned(), keys)
    });
    series.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_page_is_told_and_no_other() {
    let watched = "[[connections.entra.plugins]]\nuse = \"entra\"\nname = \"mapper\"\n\
                   [[connections.entra.plugins]]\nuse = \"tenant-rules\"\nmode = \"monitor\"\n";
    let site = Site::of(&[(TENANT, tenant("token-of-before", "", watched))]).await;
    let made = site.create(TENANT, "token-of-before", "ada").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(site.reload().await.status, 200);

    let url = format!("http://{}/metrics", site.app.admin);
    let answer = site.http.get(&url).send().await.expect("an answer");
    let form = &answer.headers()["content-type"];
    assert_eq!(form, "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text().await.expect("a body");
    let series = series(&text);
    let told: Vec<&str> = METRICS_TOLD.iter().map(|(name, ..)| *name).collect();
    let counted: Vec<&str> = series.keys().map(String::as_str).collect();
    assert_eq!(counted, {
        let mut told = told;
        told.sort_unstable();
        told
    });
    for (name, kind, labels, what) in METRICS_TOLD {
        let expected: BTreeSet<String> = labels.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(series[*name], expected, "{name}");
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{name}");
        assert!(text.contains(&format!("# HELP {name} {what}\n")), "{name}");
    }
    let calls = format!(
        "jackfield_plugin_calls_total{{tenant=\"{TENANT}\",connection=\"entra\",plugin=\"mapper\",export=\"to-target\",ending=\"ok\"}}"
    );
    assert!(
        site.metric(&calls).await.is_some_and(|calls| calls >= 1.0),
        "{text}"
    );
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("jackfield_build_info{{version=\"{version}\"}}");
    assert_eq!(site.metric(&build).await, Some(1.0));
    // The figures behind the names may have any digits.
    let names = |line: &str| line.rsplit_once(' ').map(|(names, _)| names.to_owned());
    let named: String = text.lines().filter_map(names).collect();
    for personal in ["ada", "Ada", "Byron", "1815", "token-of"] {
        assert!(!named.contains(personal), "{personal}");
    }
    let posted = site.http.post(&url).send().await.expect("an answer");
    assert_eq!(posted.status(), 405);
    site.app.stop().await;
}
