//! What a chain that goes on without a plugin leaves alone: what it set before, and what only it could set.

use bridge::port::plugins::{Ending, Evaluation, Operation, Plugins, Verdict};
use bridge::target::Attribute;
use bridge::user::AppliedTemplate;
use plugin::{Chain, OnFailure, PluginSource};
use serde_json::json;

use crate::guest::Guest;
use crate::policy::{base, denies, ends, evaluated, on, plugin, unreadable, unset};
use crate::scene::{ada, engine, evaluation, facts, target};

#[tokio::test]
async fn what_a_passed_mapper_set_before_is_not_withdrawn() {
    let engine = engine();
    let known = || {
        let accepted = json!({
            "userName": "ada@example.com", "email": "old@example.com", "displayName": "Countess", "team": "Blue",
            "role": "Lead", "timeZone": "Europe/London", "active": true,
        });
        let by = |attribute, name: &str| (attribute, name.to_owned());
        Evaluation {
            operation: Operation::Update,
            template_due: false,
            accepted: Some(target(accepted)),
            provenance: [
                by(Attribute::UserName, "base"),
                by(Attribute::Email, "ill"),
                by(Attribute::DisplayName, "ill"),
                by(Attribute::TimeZone, "base"),
                by(Attribute::Role, "template gold"),
            ]
            .into(),
            ..evaluation()
        }
    };
    for ending in [Ending::NotLoaded, Ending::Trap] {
        let ill = on(OnFailure::Pass, ends("ill", ending));
        let done = evaluated(&engine, vec![ill, base()], known())
            .await
            .expect("passed by");
        // Hers by base, although `ill` set it last; the rest stays, whoever wrote over it behind `ill`.
        let expected = json!({
            "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.com",
            "displayName": "Countess", "team": "Blue", "role": "Lead", "timeZone": "Europe/London", "active": true,
        });
        assert_eq!(done.target, target(expected), "{ending}");
        let step = &done.steps[0];
        assert_eq!(step.attributes(), [Attribute::DisplayName]);
        let provenance = done.provenance();
        assert_eq!(provenance[&Attribute::DisplayName], "ill");
        assert_eq!(provenance[&Attribute::Email], "base");
        assert!(!provenance.contains_key(&Attribute::Team));
    }
    // What was set before `ill` stands is for who set it to withdraw.
    let ill = on(OnFailure::Pass, ends("ill", Ending::Trap));
    let done = evaluated(&engine, vec![base(), ill], known())
        .await
        .expect("passed by");
    assert_eq!(done.target.get(Attribute::TimeZone), None);
    assert_eq!(done.target.get(Attribute::DisplayName), Some("Countess"));
    let quiet = plugin("ill", &Guest::settings_mapper(), json!({}));
    let done = evaluated(&engine, vec![quiet, base()], known())
        .await
        .expect("it answers");
    let withdrawn = [Attribute::DisplayName, Attribute::Team, Attribute::TimeZone];
    assert!(withdrawn.iter().all(|it| done.target.get(*it).is_none()));
}

/// A rule that answers this target.
fn amends(name: &str, to: &serde_json::Value) -> PluginSource {
    let mut guest = Guest::new();
    let body = guest.amends(to.to_string().as_bytes());
    plugin(name, &guest.decide(&body), json!({}))
}

/// A rule that traps where the target has no team, and else allows.
fn wants_a_team(name: &str) -> PluginSource {
    let mut guest = Guest::new();
    let allows = guest.allows(None);
    let length = format!(
        "(i32.load (i32.add (local.get $in) (i32.const {})))",
        crate::guest::offset::OCCASION_TARGET + 4
    );
    // The documents of this test with a team are longer than those without.
    let body = format!("(if (i32.lt_u {length} (i32.const 118)) (then unreachable)) {allows}");
    plugin(name, &guest.decide(&body), json!({}))
}

#[tokio::test]
async fn what_a_passed_rule_set_before_is_not_withdrawn() {
    let engine = engine();
    let known = || {
        let by = |attribute, name: &str| (attribute, name.to_owned());
        Evaluation {
            operation: Operation::Update,
            template_due: false,
            accepted: Some(target(json!({
                "userName": "ada@example.com", "team": "Blue Team", "role": "Lead", "timeZone": "Europe/London",
            }))),
            provenance: [
                by(Attribute::Team, "ill"),
                by(Attribute::Role, "later"),
                by(Attribute::TimeZone, "base"),
            ]
            .into(),
            ..evaluation()
        }
    };
    let ill = || {
        let mut guest = Guest::new();
        let allows = guest.allows(None);
        let about = json!({"name": "guest", "version": "1.0.0", "settings": {"required": ["x"]}});
        let guest = guest.decide(&allows).describes(&about.to_string());
        let traps = Guest::new().decide("unreachable");
        [
            plugin("ill", &guest, json!({})),
            plugin("ill", &traps, json!({})),
        ]
    };
    for ill in ill() {
        let plugins = vec![
            base(),
            on(OnFailure::Pass, ill.clone()),
            wants_a_team("later"),
        ];
        let done = evaluated(&engine, plugins, known())
            .await
            .expect("the next rule sees the team");
        assert_eq!(done.target.get(Attribute::Team), Some("Blue Team"));
        assert_eq!(done.target.get(Attribute::Role), Some("Lead"));
        // Mappers have run: what they withdraw is withdrawn.
        assert_eq!(done.target.get(Attribute::TimeZone), None);
        assert_eq!(done.provenance()[&Attribute::Team], "ill");
        // What a rule takes away that has run is not put back.
        let bare = json!({"userName": "ada@example.com"});
        let last = on(OnFailure::Pass, ends_rule("last"));
        let plugins = vec![
            base(),
            on(OnFailure::Pass, ill),
            amends("later", &bare),
            last,
        ];
        let done = evaluated(&engine, plugins, known())
            .await
            .expect("passed by");
        assert_eq!(done.target.get(Attribute::Team), None);
    }
}

fn ends_rule(name: &str) -> PluginSource {
    plugin(name, &Guest::new().decide("unreachable"), json!({}))
}

#[tokio::test]
async fn what_a_template_clears_is_not_kept() {
    let engine = engine();
    let mut values = target(json!({"team": "Gold"}));
    values.clear(Attribute::DisplayName);
    let known = Evaluation {
        operation: Operation::Update,
        template_due: false,
        accepted: Some(target(json!({"userName": "a", "displayName": "Countess"}))),
        provenance: [(Attribute::DisplayName, "ill".to_owned())].into(),
        applied: Some(AppliedTemplate {
            name: "gold".to_owned(),
            values,
        }),
        ..evaluation()
    };
    let plugins = vec![on(OnFailure::Pass, ends("ill", Ending::Trap)), base()];
    let done = evaluated(&engine, plugins, known).await.expect("passed by");
    assert_eq!(done.target.get(Attribute::DisplayName), None);
    assert!(done.target.cleared.contains(&Attribute::DisplayName));
}

#[tokio::test]
async fn a_newcomer_who_lacks_what_cxone_requires_is_not_refused_for_good() {
    let engine = engine();
    let ill = || on(OnFailure::Pass, ends("ill", Ending::Trap));
    let failure = evaluated(&engine, vec![ill()], evaluation())
        .await
        .expect_err("lacking");
    assert_eq!(
        (&*failure.plugin, failure.ending, failure.owe),
        ("ill", Ending::Trap, false)
    );
    assert!(
        failure
            .message
            .contains("without it a new user has no userName"),
        "{failure}"
    );
    // What is missing although every mapper did its work is CXone's constraint to refuse.
    let nobody = plugin("base", &Guest::settings_mapper(), json!({}));
    let done = evaluated(&engine, vec![nobody], evaluation()).await;
    assert!(done.is_ok(), "{done:?}");
    let done = evaluated(&engine, vec![ill(), denies()], evaluation())
        .await
        .expect("denied");
    assert!(matches!(done.verdict, Verdict::Deny(_)));
}

#[tokio::test]
async fn the_applied_template_stands_while_its_chooser_is_passed_by() {
    let engine = engine();
    let returning = || Evaluation {
        operation: Operation::Revive,
        applied: Some(AppliedTemplate {
            name: "bronze".to_owned(),
            values: target(json!({"team": "Bronze"})),
        }),
        ..evaluation()
    };
    let chooser = |body: &dyn Fn(&mut Guest) -> String| {
        let mut guest = Guest::new();
        let body = body(&mut guest);
        on(
            OnFailure::Pass,
            plugin("chooser", &guest.choose(&body), json!({})),
        )
    };
    let broken = chooser(&|_| "unreachable".to_owned());
    for (missing, stands) in [
        (broken.clone(), Some("bronze")),
        (on(OnFailure::Pass, unreadable("chooser")), Some("bronze")),
        (chooser(&|guest| guest.chooses(None)), None),
    ] {
        let done = evaluated(&engine, vec![base(), missing], returning())
            .await
            .expect("a target");
        let template = done.template.as_ref().map(|template| &*template.name);
        assert_eq!(template, stands);
        assert_eq!(done.target.get(Attribute::Team), stands.map(|_| "Bronze"));
    }
    let mut other = chooser(&|guest| guest.chooses(Some("gold")));
    other.name = "other".to_owned();
    let done = evaluated(&engine, vec![base(), broken, other], returning())
        .await
        .expect("a target");
    assert_eq!(
        done.template.map(|template| template.name).as_deref(),
        Some("gold")
    );
}

#[tokio::test]
async fn a_read_passes_by_or_is_rejected_and_owes_nothing() {
    let engine = engine();
    let chain = |plugin: PluginSource| Chain::load(&engine, vec![base(), plugin], facts("acme"));
    for ending in [Ending::NotLoaded, Ending::Trap] {
        for (becomes, passes) in [
            (OnFailure::Pass, true),
            (OnFailure::Owe, false),
            (OnFailure::Reject, false),
        ] {
            let chain = chain(on(becomes, ends("ill", ending)));
            let shown = chain.to_source(target(json!({})), None).await;
            let named = chain.to_target(ada()).await;
            // A name that somebody is removed under is told by all mappers or by none.
            let under = chain.user_name(ada(), false).await;
            assert!(under.is_err_and(|failure| failure.plugin == "ill"));
            assert_eq!(
                (shown.is_ok(), named.is_ok()),
                (passes, passes),
                "{becomes:?}"
            );
            let failures = [shown.map(drop), named.map(drop)];
            assert!(
                failures
                    .into_iter()
                    .filter_map(Result::err)
                    .all(|failure| !failure.owe)
            );
        }
    }
    // Reading needs no rules.
    let judge = chain(unset("judge"));
    assert!(judge.to_source(target(json!({})), None).await.is_ok());
    assert!(judge.to_target(ada()).await.is_ok());
    let under = judge.user_name(ada(), false).await.expect("a name");
    assert_eq!(under.as_deref(), Some("ada@example.com"));
    judge
        .evaluate(evaluation())
        .await
        .expect_err("writing does");
}
