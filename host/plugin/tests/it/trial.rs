//! An evaluation that serves nobody leaves no trace.

use std::fs;

use bridge::port::plugins::{Ending, Evaluation, Plugins};
use metrics::with_local_recorder;
use plugin::{
    Chain, ConnectionFacts, OnFailure, PluginMode, PluginSource, RecordingSettings, Values,
};
use serde_json::json;

use crate::counted::Numbers;
use crate::guest::Guest;
use crate::logged;
use crate::policy::{base, ends, on, plugin, unreadable};
use crate::recorded::runs;
use crate::scene::{ada, engine, evaluation, facts};

/// A rule that logs and denies.
fn denies(name: &str) -> PluginSource {
    let mut guest = Guest::new();
    let logs = guest.logs(3, "no role");
    let denies = guest.denies(400, "", "no");
    plugin(name, &guest.decide(&format!("{logs} {denies}")), json!({}))
}

#[tokio::test]
async fn a_trial_leaves_no_trace_and_comes_to_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let recording = RecordingSettings {
        dir: dir.path().to_owned(),
        sample: 1.0,
        bytes: 1 << 20,
        values: Values::Masked,
    };
    let facts = ConnectionFacts {
        recording: Some(recording),
        ..facts("acme")
    };
    let engine = engine();
    let plugins = vec![
        base(),
        on(OnFailure::Pass, unreadable("trial-absent")),
        on(OnFailure::Pass, ends("trial-traps", Ending::Trap)),
        PluginSource {
            mode: PluginMode::Monitor,
            ..denies("trial-watched")
        },
        on(
            OnFailure::Owe,
            plugin("trial-owes", &Guest::new().decide("unreachable"), json!({})),
        ),
        denies("trial-denies"),
    ];
    let numbers = Numbers::default();
    let chain = with_local_recorder(&numbers, || Chain::load(&engine, plugins, facts));
    let names = ["absent", "traps", "watched", "owes", "denies"].map(|it| format!("trial-{it}"));
    let told = || names.each_ref().map(|name| logged::lines(name).len());
    let before = told();
    let trial = Evaluation {
        trial: true,
        ..evaluation()
    };
    let tried = chain.evaluate(trial).await.expect("denied");
    let named = chain.user_name(ada(), true).await;
    assert_eq!(told(), before);
    assert_eq!(numbers.total(), 0);
    assert_eq!(chain.owing(), vec![]);
    assert_eq!(runs(dir.path()).len(), 0);
    assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 0);
    let served = chain.evaluate(evaluation()).await.expect("denied");
    assert_eq!(tried, served);
    assert!(told().iter().zip(before).all(|(now, before)| *now > before));
    assert!(numbers.total() > 0);
    assert_eq!(chain.owing(), [("trial-owes".to_owned(), Ending::Trap)]);
    assert_eq!(runs(dir.path()).len(), 5);
    assert_eq!(chain.user_name(ada(), false).await, named);
    assert!(named.is_err_and(|failure| failure.plugin == "trial-absent"));
    assert!(runs(dir.path()).len() > 5);
}
