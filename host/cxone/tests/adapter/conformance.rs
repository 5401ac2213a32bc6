//! What the port promises, held to both adapters.

use std::time::Duration;

use bridge::port::cxone::{Change, Cxone, Freshness, Held, UpstreamError};
use bridge::target::{Attribute, Target};
use serde_json::{Value, json};

use crate::hub::{Api, BOTH, Hub, PLAIN, Ways, ada, person};
use crate::server::{Reply, Seen, soon};

fn newcomer() -> Target {
    Target::from_json(&json!({
        "userName": "eve@example.com", "givenName": "Eve", "familyName": "Ray", "email": "eve@example.com",
        "mobileNumber": "+1 555 0199", "timeZone": "UTC", "role": "Manager", "team": "Support",
        "secondaryRoles": ["Agent"],
    }))
    .unwrap()
}

fn change(set: &[(Attribute, Option<&str>)], active: Option<bool>) -> Change {
    Change {
        set: set
            .iter()
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect(),
        active,
        ..Change::default()
    }
}

fn uncertain<T: std::fmt::Debug>(outcome: &Result<T, UpstreamError>) -> Option<bool> {
    match outcome {
        Err(UpstreamError::Unavailable { uncertain, .. }) => Some(*uncertain),
        _ => None,
    }
}

async fn found(adapter: &dyn Cxone, name: &str) -> Option<Held> {
    adapter.find(name, soon()).await.unwrap()
}

#[tokio::test]
async fn who_is_there_is_found_and_read_alike() {
    for api in BOTH {
        let hub = Hub::with(vec![person(1, "ACTIVE"), ada(), person(2, "DELETED")]).await;
        let adapter = hub.adapter(api);
        let held = found(&*adapter, "ada@example.com").await.expect("ada");
        assert_eq!(
            adapter.read("u-1", soon()).await,
            Ok(Some(held.clone())),
            "{api:?}"
        );
        let shown = |attribute| held.target.get(attribute);
        assert_eq!(held.id, "u-1");
        assert_eq!(shown(Attribute::UserName), Some("ada@example.com"));
        assert_eq!(shown(Attribute::GivenName), Some("Ada"));
        assert_eq!(shown(Attribute::FamilyName), Some("Lin"));
        assert_eq!(shown(Attribute::Email), Some("ada@example.com"));
        assert_eq!(shown(Attribute::MobileNumber), Some("+1 555 0101"));
        assert_eq!(shown(Attribute::TimeZone), Some("America/Denver"));
        assert_eq!(shown(Attribute::Role), Some("Agent"));
        assert_eq!(shown(Attribute::SecondaryRoles), Some("Manager"));
        assert_eq!(shown(Attribute::Team), Some("Support"));
        assert_eq!(shown(Attribute::LoginAuthenticator), Some("la-1"));
        assert_eq!(held.target.active, Some(true));
        let gone = found(&*adapter, "person2@example.com")
            .await
            .expect("a leaver");
        assert_eq!(
            (gone.id.as_str(), gone.target.active),
            ("p-2", Some(false)),
            "{api:?}"
        );
    }
}

#[tokio::test]
async fn a_name_is_found_as_written_and_folded() {
    for api in BOTH {
        for folds in [false, true] {
            let hub = Hub::start(vec![ada()], Ways { folds, ..PLAIN }, |_, _| None).await;
            let adapter = hub.adapter(api);
            let held = found(&*adapter, "Ada@Example.COM").await;
            assert_eq!(
                held.map(|held| held.id).as_deref(),
                Some("u-1"),
                "{api:?} {folds}"
            );
        }
    }
}

#[tokio::test]
async fn who_is_not_there_is_nobody() {
    for api in BOTH {
        let hub = Hub::with(vec![ada()]).await;
        let adapter = hub.adapter(api);
        assert_eq!(
            adapter.find("eve@example.com", soon()).await,
            Ok(None),
            "{api:?}"
        );
        assert_eq!(adapter.read("u-9", soon()).await, Ok(None), "{api:?}");
        for id in ["", ".", ".."] {
            assert_eq!(
                uncertain(&adapter.read(id, soon()).await),
                Some(false),
                "{api:?} {id:?}"
            );
        }
    }
}

#[tokio::test]
async fn who_is_created_is_shown_and_found() {
    for api in BOTH {
        let hub = Hub::with(vec![ada()]).await;
        let adapter = hub.adapter(api);
        let held = adapter.create(&newcomer(), None, soon()).await.unwrap();
        assert_eq!(held.target.values, newcomer().values, "{api:?}");
        assert_eq!(held.target.active, Some(true));
        assert_eq!(
            found(&*adapter, "EVE@example.com").await,
            Some(held),
            "{api:?}"
        );
    }
}

#[tokio::test]
async fn a_taken_name_is_a_duplicate() {
    for api in BOTH {
        let hub = Hub::with(vec![ada(), person(1, "ACTIVE")]).await;
        let adapter = hub.adapter(api);
        let mut target = newcomer();
        target.set(Attribute::UserName, "ADA@example.com");
        let created = adapter.create(&target, None, soon()).await;
        let held = found(&*adapter, "person1@example.com")
            .await
            .expect("somebody");
        let renamed = change(&[(Attribute::UserName, Some("ada@example.com"))], None);
        let renamed = adapter.replace(&held, &renamed, soon()).await;
        for outcome in [created, renamed] {
            let Err(UpstreamError::Refused {
                duplicate: true,
                pending: false,
                ..
            }) = outcome
            else {
                panic!("{api:?}: {outcome:?}");
            };
        }
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names() {
    for api in BOTH {
        let hub = Hub::with(vec![ada()]).await;
        let adapter = hub.adapter(api);
        let held = found(&*adapter, "ada@example.com").await.expect("ada");
        let set = [
            (Attribute::UserName, Some("ada.byron@example.com")),
            (Attribute::FamilyName, Some("Byron")),
            (Attribute::Role, Some("manager")),
            (Attribute::SecondaryRoles, None),
            (Attribute::MobileNumber, None),
        ];
        let after = adapter
            .replace(&held, &change(&set, None), soon())
            .await
            .unwrap();
        let mut wanted = held.target.clone();
        wanted.set(Attribute::UserName, "ada.byron@example.com");
        wanted.set(Attribute::FamilyName, "Byron");
        wanted.set(Attribute::Role, "Manager");
        wanted.set(Attribute::SecondaryRoles, "");
        wanted.set(Attribute::MobileNumber, "");
        assert_eq!(after.target, wanted, "{api:?}");
        assert_eq!(
            adapter.read("u-1", soon()).await,
            Ok(Some(after)),
            "{api:?}"
        );
    }
}

#[tokio::test]
async fn who_leaves_is_inactive_and_comes_back_changed() {
    for api in BOTH {
        for id_has_inactive in [true, false] {
            if api == Api::Scim && !id_has_inactive {
                continue;
            }
            let ways = Ways {
                id_has_inactive,
                search_has_inactive: id_has_inactive,
                ..PLAIN
            };
            let hub = Hub::start(vec![ada()], ways, |_, _| None).await;
            let adapter = hub.adapter(api);
            let held = found(&*adapter, "ada@example.com").await.expect("ada");
            let left = adapter
                .replace(&held, &Change::deactivation(), soon())
                .await
                .unwrap();
            assert_eq!(
                (left.id.as_str(), left.target.active),
                ("u-1", Some(false)),
                "{api:?}"
            );
            let left = adapter
                .read("u-1", soon())
                .await
                .unwrap()
                .expect("a leaver");
            assert_eq!(left.target.active, Some(false), "{api:?} {id_has_inactive}");
            let left = found(&*adapter, "ada@example.com").await.expect("a leaver");
            assert_eq!(left.target.active, Some(false), "{api:?} {id_has_inactive}");
            let back = change(&[(Attribute::FamilyName, Some("Byron"))], Some(true));
            let back = adapter.replace(&left, &back, soon()).await.unwrap();
            assert_eq!(back.target.active, Some(true), "{api:?} {id_has_inactive}");
            let mut wanted = held.target.clone();
            wanted.set(Attribute::FamilyName, "Byron");
            assert_eq!(back.target, wanted, "{api:?} {id_has_inactive}");
        }
    }
}

#[tokio::test]
async fn an_id_that_is_not_known_any_more_is_gone() {
    for api in BOTH {
        let hub = Hub::with(vec![ada(), person(1, "DELETED")]).await;
        let adapter = hub.adapter(api);
        let held = found(&*adapter, "ada@example.com").await.expect("ada");
        hub.people.lock().unwrap().clear();
        let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
        let outcome = adapter.replace(&held, &renamed, soon()).await;
        assert_eq!(outcome, Err(UpstreamError::Gone), "{api:?}");
    }
}

fn of_people(request: &Seen) -> bool {
    request.path.starts_with("/scim/") || request.path.contains("/users")
}

/// What a create, a replace and a read make of the same answer to everything.
async fn outcomes(api: Api, reply: Reply) -> [Result<(), UpstreamError>; 3] {
    let known = Hub::with(vec![ada()]).await;
    let held = known
        .adapter(api)
        .read("u-1", soon())
        .await
        .unwrap()
        .expect("ada");
    let script = move |request: &Seen, _| of_people(request).then(|| reply.clone());
    let hub = Hub::start(Vec::new(), PLAIN, script).await;
    let adapter = hub.adapter_with(api, |settings| {
        settings.call_timeout = Duration::from_millis(700);
    });
    let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
    let created = adapter.create(&newcomer(), None, soon()).await;
    let replaced = adapter.replace(&held, &renamed, soon()).await;
    let read = adapter.read("u-1", soon()).await;
    [created.map(drop), replaced.map(drop), read.map(drop)]
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_uncertain_and_a_read_never() {
    for api in BOTH {
        for reply in [
            Reply::Json(500, json!({})),
            Reply::Text(502, "<html>bad gateway</html>".to_owned()),
            Reply::Json(408, json!({})),
            Reply::Close,
            Reply::Hang,
            Reply::Json(200, json!({"error": "x", "errorDescription": "y"})),
            Reply::Text(200, "<html>welcome</html>".to_owned()),
            Reply::Text(200, "{\"user\": [".to_owned()),
        ] {
            let name = format!("{api:?} {reply:?}");
            let [created, replaced, read] = outcomes(api, reply).await;
            assert_eq!(uncertain(&created), Some(true), "{name}: {created:?}");
            assert_eq!(uncertain(&read), Some(false), "{name}: {read:?}");
            // User Hub's update is preceded by a read of its own.
            if api == Api::Scim {
                assert_eq!(uncertain(&replaced), Some(true), "{name}: {replaced:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_turned_away_is_not_uncertain() {
    for api in BOTH {
        for status in [401, 403, 425, 429, 301] {
            for outcome in outcomes(api, Reply::Json(status, json!({}))).await {
                assert_eq!(
                    uncertain(&outcome),
                    Some(false),
                    "{api:?} {status}: {outcome:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_without_the_persons_values() {
    let words = "Eve Ray (eve@example.com, +1 555 0199) cannot have the role Manager";
    for api in BOTH {
        let answer = json!({"code": "BAD", "details": words});
        let script = move |request: &Seen, _| {
            let create = request.method == "POST" && request.path.ends_with("sers");
            create.then(|| Reply::Json(400, answer.clone()))
        };
        let hub = Hub::start(Vec::new(), PLAIN, script).await;
        let outcome = hub.adapter(api).create(&newcomer(), None, soon()).await;
        let Err(
            error @ UpstreamError::Refused {
                status: 400,
                duplicate: false,
                ..
            },
        ) = outcome
        else {
            panic!("{api:?}: {outcome:?}");
        };
        let shown = format!("{error:?}").to_lowercase();
        assert!(shown.contains("cannot have the role manager"), "{shown}");
        for canary in ["eve", "ray", "0199", "example.com"] {
            assert!(!shown.contains(canary), "{api:?}: {shown}");
        }
    }
}

// cxone.md 4: a user name cannot be changed while the employee is pending.
#[tokio::test]
async fn a_rename_of_somebody_pending_is_told_apart() {
    for api in BOTH {
        let script = |request: &Seen, _| {
            let words = "The user name cannot be changed while the employee is pending";
            (request.method == "PUT")
                .then(|| Reply::Json(400, json!({"code": "X", "details": words})))
        };
        let hub = Hub::start(vec![ada()], PLAIN, script).await;
        let adapter = hub.adapter(api);
        let held = found(&*adapter, "ada@example.com").await.expect("ada");
        let renamed = change(&[(Attribute::UserName, Some("eve@example.com"))], None);
        let outcome = adapter.replace(&held, &renamed, soon()).await;
        assert!(
            matches!(
                outcome,
                Err(UpstreamError::Refused {
                    pending: true,
                    duplicate: false,
                    ..
                })
            ),
            "{api:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn everybody_is_the_same_through_both() {
    for api in BOTH {
        let hub = Hub::with(vec![ada(), person(2, "DELETED"), person(3, "PENDING")]).await;
        let adapter = hub.adapter(api);
        let people = adapter
            .people(Freshness::Recent, soon())
            .await
            .unwrap()
            .expect("people");
        let shown: Vec<(&str, Option<&str>, Option<bool>)> = people
            .people
            .iter()
            .map(|it| (it.id.as_str(), it.status.as_deref(), it.target.active))
            .collect();
        assert_eq!(
            shown,
            [
                ("u-1", Some("ACTIVE"), Some(true)),
                ("p-2", Some("DELETED"), Some(false)),
                ("p-3", Some("PENDING"), Some(true)),
            ],
            "{api:?}"
        );
        assert_eq!(people.people[0].target.get(Attribute::Role), Some("Agent"));
        assert_eq!(people.by_email("ADA@example.com").count(), 1);
    }
}

#[tokio::test]
async fn a_name_goes_out_as_a_value_and_as_nothing_else() {
    for api in BOTH {
        let hub = Hub::with(vec![ada()]).await;
        let name = "x\"], \"skip\": 7 } or userName pr \\y&count=1#";
        assert_eq!(
            hub.adapter(api).find(name, soon()).await,
            Ok(None),
            "{api:?}"
        );
        let unknown = Value::String(name.to_owned());
        let asked = hub.server.seen();
        let as_written = asked.iter().any(|seen| {
            seen.body.pointer("/filter/userName/0") == Some(&unknown)
                || seen.path.contains("filter=")
        });
        assert!(as_written, "{api:?}");
    }
}

// 1.6: whoever the access key belongs to is known, wherever they are shown.
#[tokio::test]
async fn the_keys_own_employee_is_marked() {
    for api in BOTH {
        let script = |request: &Seen, _| {
            let path = "/access-key-management/v1/access-keys/simulator";
            let answer = json!({"resultSet": {"userId": "u-1"}});
            request.is("GET", path).then(|| Reply::Json(200, answer))
        };
        let hub = Hub::start(vec![ada(), person(1, "ACTIVE")], PLAIN, script).await;
        let adapter = hub.adapter(api);
        for (name, own) in [("ada@example.com", true), ("person1@example.com", false)] {
            let held = found(&*adapter, name).await.expect("somebody");
            assert_eq!(held.own, own, "{api:?} {name}");
            let change = change(&[(Attribute::TimeZone, Some("UTC"))], None);
            let held = adapter.replace(&held, &change, soon()).await.unwrap();
            assert_eq!(held.own, own, "{api:?} {name}");
        }
        let people = adapter
            .people(Freshness::Now, soon())
            .await
            .unwrap()
            .expect("people");
        let own: Vec<bool> = people.people.iter().map(|person| person.own).collect();
        assert_eq!(own, [true, false], "{api:?}");
    }
}
