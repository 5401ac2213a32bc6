//! Finding and reading people through User Hub (cxone.md 3.1).

use std::time::Duration;

use bridge::port::cxone::{Change, UpstreamError};
use bridge::target::Attribute;
use serde_json::{Value, json};

use crate::hub::{Api, EVERYBODY, Hub, PLAIN, SEARCH, USERS, Ways, ada, person};
use crate::server::{Reply, Seen, soon};

const READ: &str = "/user-management/v3/users/u-1";
const READ_V1: &str = "/user-management/v1/users/u-1";

async fn id(hub: &Hub, name: &str) -> Result<Option<String>, UpstreamError> {
    let found = hub.adapter(Api::UserHub).find(name, soon()).await?;
    Ok(found.map(|held| held.id))
}

// 3.1: {filter, skip, top} -> {totalRecords, skip, top, users}; GET v3/users/{id} -> {user}.
#[tokio::test]
async fn a_user_is_searched_by_name_and_then_read_whole() {
    let hub = Hub::with(vec![person(1, "ACTIVE"), ada()]).await;
    let held = hub
        .adapter(Api::UserHub)
        .find("ada@example.com", soon())
        .await
        .unwrap();
    let held = held.expect("ada");
    assert_eq!(held.raw, ada());
    assert_eq!(held.pending, Some(false));
    let shown = |attribute| held.target.get(attribute);
    assert_eq!(shown(Attribute::MiddleName), Some("M"));
    assert_eq!(shown(Attribute::DisplayName), Some("Ada L."));
    assert_eq!(shown(Attribute::UserType), Some("Agent"));
    assert_eq!(
        hub.bodies("POST", SEARCH),
        [json!({"filter": {"userName": ["ada@example.com"]}, "skip": 0, "top": 100})]
    );
    assert_eq!(
        hub.asked(),
        [format!("POST {SEARCH}"), format!("GET {READ}")]
    );
}

// 3.1: v1/users/{id} -> {user} is in no present document, and code of others asks it.
#[tokio::test]
async fn who_v3_does_not_know_is_asked_of_v1() {
    let script = |request: &Seen, _| {
        let v1 = request.is("GET", READ_V1);
        v1.then(|| Reply::Json(200, json!({ "user": ada() })))
    };
    let hub = Hub::start(Vec::new(), PLAIN, script).await;
    let held = hub.adapter(Api::UserHub).read("u-1", soon()).await.unwrap();
    assert_eq!(held.expect("ada").raw, ada());
    assert_eq!(
        hub.asked(),
        [format!("GET {READ}"), format!("GET {READ_V1}")]
    );
}

// 3.1: how a filter compares, and how its values are written, is UNKNOWN.
#[tokio::test]
async fn whatever_a_filter_does_nobody_is_the_word_of_the_list() {
    type Filter = fn(&Seen) -> Option<Reply>;
    let of_filter =
        |request: &Seen| request.path == SEARCH && request.body["filter"]["userName"].is_array();
    let filters: [(&str, Filter); 4] = [
        ("finds nobody ever", |_| {
            Some(Reply::Json(200, json!({"totalRecords": 0, "users": []})))
        }),
        ("is refused", |_| {
            Some(Reply::Json(400, json!({"details": "filter"})))
        }),
        ("finds somebody else", |_| {
            Some(Reply::Json(
                200,
                json!({"totalRecords": 1, "users": [person(7, "ACTIVE")]}),
            ))
        }),
        ("finds everybody", |_| None),
    ];
    for (how, filter) in filters {
        let script = move |request: &Seen, _: usize| {
            if of_filter(request) {
                filter(request)
            } else {
                None
            }
        };
        let hub = Hub::start(vec![ada(), person(1, "DELETED")], PLAIN, script).await;
        assert_eq!(
            id(&hub, "Ada@Example.com").await,
            Ok(Some("u-1".into())),
            "{how}"
        );
        assert_eq!(
            id(&hub, "PERSON1@example.com").await,
            Ok(Some("p-1".into())),
            "{how}"
        );
        assert_eq!(id(&hub, "eve@example.com").await, Ok(None), "{how}");
    }
}

// 3.1: whether the search has the inactive is UNKNOWN; v1/users?includeDeleted is the documented list of them.
#[tokio::test]
async fn leavers_are_found_wherever_they_are_shown() {
    for (search_has_inactive, id_has_inactive) in
        [(true, true), (true, false), (false, true), (false, false)]
    {
        let ways = Ways {
            folds: true,
            search_has_inactive,
            id_has_inactive,
        };
        let hub = Hub::start(vec![ada(), person(1, "DELETED")], ways, |_, _| None).await;
        let adapter = hub.adapter(Api::UserHub);
        for _ in 0..2 {
            let held = adapter.find("person1@example.com", soon()).await.unwrap();
            let held = held.expect("a leaver");
            assert_eq!(
                (held.id.as_str(), held.target.active),
                ("p-1", Some(false)),
                "{ways:?}"
            );
            assert_eq!(held.target.get(Attribute::FamilyName), Some("No1"));
            let read = adapter.read("p-1", soon()).await.unwrap();
            assert_eq!(read, Some(held), "{ways:?}");
        }
        let listed = hub
            .asked()
            .iter()
            .filter(|asked| asked.ends_with(EVERYBODY))
            .count();
        let needed = !search_has_inactive;
        assert_eq!(listed, usize::from(needed), "{ways:?}: {:?}", hub.asked());
    }
}

#[tokio::test]
async fn nobody_is_the_word_of_a_whole_list_only() {
    let lists = [
        (
            SEARCH,
            Reply::Json(200, json!({"totalRecords": 5, "users": [ada()]})),
        ),
        (
            SEARCH,
            Reply::Json(200, json!({"totalRecords": 1, "users": [{"id": "u-1"}]})),
        ),
        (SEARCH, Reply::Json(200, json!({"users": {}}))),
        (
            SEARCH,
            Reply::Json(200, json!({"success": false, "message": "no", "users": []})),
        ),
        (SEARCH, Reply::Text(200, "<html>welcome</html>".to_owned())),
        (SEARCH, Reply::Text(204, String::new())),
        (SEARCH, Reply::Json(400, json!({"details": "no"}))),
        (SEARCH, Reply::Json(403, json!({"message": "no"}))),
        (SEARCH, Reply::Json(404, json!({"message": "no"}))),
        (SEARCH, Reply::Json(500, json!({}))),
        (SEARCH, Reply::Close),
        (EVERYBODY, Reply::Json(200, json!({}))),
        (EVERYBODY, Reply::Text(200, "{\"users\": [".to_owned())),
        (EVERYBODY, Reply::Text(204, String::new())),
        (EVERYBODY, Reply::Json(400, json!({"details": "no"}))),
        (EVERYBODY, Reply::Json(403, json!({"message": "no"}))),
        (EVERYBODY, Reply::Json(404, json!({"message": "no"}))),
        (EVERYBODY, Reply::Json(500, json!({}))),
        (EVERYBODY, Reply::Close),
    ];
    for (path, reply) in lists {
        let name = format!("{path} {reply:?}");
        let script = move |request: &Seen, _| (request.path == path).then(|| reply.clone());
        let hub = Hub::start(vec![ada()], PLAIN, script).await;
        let outcome = id(&hub, "eve@example.com").await;
        let Err(UpstreamError::Unavailable {
            uncertain: false, ..
        }) = outcome
        else {
            panic!("{name} gave {outcome:?}");
        };
    }
}

// What we wrote ourselves is not judged by a list from before.
#[tokio::test]
async fn who_may_have_been_created_is_looked_for_in_a_new_list() {
    let script = |request: &Seen, _| {
        if request.path == SEARCH && request.body["filter"]["userName"].is_array() {
            return Some(Reply::Json(200, json!({"totalRecords": 0, "users": []})));
        }
        request.is("POST", USERS).then_some(Reply::Close)
    };
    let hub = Hub::start(vec![ada()], PLAIN, script).await;
    let adapter = hub.adapter(Api::UserHub);
    assert_eq!(adapter.find("person4@example.com", soon()).await, Ok(None));
    assert_eq!(adapter.find("person4@example.com", soon()).await, Ok(None));
    let lists = || {
        let all = hub.bodies("POST", SEARCH);
        all.iter()
            .filter(|body| body["filter"] == json!({}))
            .count()
    };
    assert_eq!(lists(), 1, "a list serves for a minute");
    let mut target = bridge::target::Target::default();
    target.set(Attribute::UserName, "Person4@example.com");
    let lost = adapter.create(&target, None, soon()).await;
    assert!(
        matches!(
            lost,
            Err(UpstreamError::Unavailable {
                uncertain: true,
                ..
            })
        ),
        "{lost:?}"
    );
    hub.people.lock().unwrap().push(person(4, "ACTIVE"));
    let held = adapter.find("person4@example.com", soon()).await.unwrap();
    assert_eq!(held.expect("it did arrive").id, "p-4");
    assert_eq!(lists(), 2);
    assert!(
        adapter
            .find("person5@example.com", soon())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(lists(), 2);
}

#[tokio::test]
async fn another_user_or_no_user_is_no_answer() {
    for body in [
        json!({"user": person(1, "ACTIVE")}),
        json!({"user": {}}),
        json!({"users": [ada()]}),
        json!({}),
        json!([]),
    ] {
        let answer = body.clone();
        let script = move |request: &Seen, _| {
            (request.path == READ).then(|| Reply::Json(200, answer.clone()))
        };
        let hub = Hub::start(vec![ada()], PLAIN, script).await;
        let read = hub.adapter(Api::UserHub).read("u-1", soon()).await;
        assert!(
            matches!(read, Err(UpstreamError::Unavailable { .. })),
            "{body}: {read:?}"
        );
    }
}

#[tokio::test]
async fn a_user_is_read_by_id_and_by_no_other_path() {
    let script = |request: &Seen, _| {
        let id = "a/../b?x=1#%";
        (request.path == "/user-management/v3/users/a%2F..%2Fb%3Fx%3D1%23%25")
            .then(|| Reply::Json(200, json!({"user": {"id": id}})))
    };
    let hub = Hub::start(Vec::new(), PLAIN, script).await;
    let read = hub.adapter(Api::UserHub).read("a/../b?x=1#%", soon()).await;
    assert!(read.unwrap().is_some());
}

// 4: who is invited and not yet activated is PENDING. BLOCKED may be somebody locked out, and what a deactivation comes to.
#[tokio::test]
async fn who_is_pending_is_said_so() {
    let hub = Hub::with(vec![
        person(1, "PENDING"),
        person(2, "ACTIVE"),
        person(3, "BLOCKED"),
    ])
    .await;
    let adapter = hub.adapter(Api::UserHub);
    for (name, pending, active) in [
        ("p-1", true, Some(true)),
        ("p-2", false, Some(true)),
        ("p-3", false, None),
    ] {
        let held = adapter.read(name, soon()).await.unwrap().expect("somebody");
        assert_eq!(
            (held.pending, held.target.active),
            (Some(pending), active),
            "{name}"
        );
    }
}

// The words of both look-ups stand where the list cannot be read.
#[tokio::test]
async fn an_unknown_id_is_nobody_without_a_list_too() {
    let script = |request: &Seen, _| {
        (request.path == SEARCH).then(|| Reply::Json(403, json!({"message": "no"})))
    };
    let hub = Hub::start(vec![ada()], PLAIN, script).await;
    assert_eq!(
        hub.adapter(Api::UserHub).read("u-9", soon()).await,
        Ok(None)
    );
}

#[tokio::test]
async fn who_is_out_of_sight_is_not_written_onto() {
    let ways = Ways {
        id_has_inactive: false,
        ..PLAIN
    };
    let hub = Hub::start(vec![ada(), person(1, "DELETED")], ways, |_, _| None).await;
    let adapter = hub.adapter(Api::UserHub);
    let held = adapter
        .read("p-1", soon())
        .await
        .unwrap()
        .expect("a leaver");
    assert_eq!(held.raw, Value::Null);
    let mut change = Change::default();
    change
        .set
        .insert(Attribute::FamilyName, Some("Byron".to_owned()));
    let outcome = adapter.replace(&held, &change, soon()).await;
    assert!(
        matches!(
            outcome,
            Err(UpstreamError::Unavailable {
                uncertain: false,
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(hub.bodies("PUT", USERS), Vec::<Value>::new());
}

/// How often everybody was listed.
fn lists(hub: &Hub) -> usize {
    let all = hub.bodies("POST", SEARCH);
    let whole = |body: &&Value| body["filter"] == json!({}) && body["skip"] == 0;
    all.iter().filter(whole).count()
}

async fn a_minute_passes() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
}

// A filter that was seen to compare as we do, and to show leavers, is believed: a large tenant is not listed again and again.
#[tokio::test]
async fn a_filter_is_believed_once_it_was_tried_out() {
    for (folds, search_has_inactive, leavers, believed) in [
        (true, true, true, true),
        (false, true, true, false),
        (true, false, true, false),
        (true, true, false, false),
    ] {
        let ways = Ways {
            folds,
            search_has_inactive,
            id_has_inactive: true,
        };
        let status = if leavers { "DELETED" } else { "ACTIVE" };
        let hub = Hub::start(vec![ada(), person(1, status)], ways, |_, _| None).await;
        let adapter = hub.adapter(Api::UserHub);
        let nobody = async |name| assert_eq!(adapter.find(name, soon()).await, Ok(None));
        nobody("eve@example.com").await;
        assert_eq!(lists(&hub), 1);
        a_minute_passes().await;
        nobody("eve@example.com").await;
        nobody("person9@example.com").await;
        let again = if believed { 1 } else { 2 };
        assert_eq!(lists(&hub), again, "{ways:?} {leavers}");
        // Not of what we may have written ourselves.
        let mut target = bridge::target::Target::default();
        target.set(Attribute::UserName, "person8@example.com");
        adapter.create(&target, None, soon()).await.unwrap();
        hub.people.lock().unwrap().pop();
        nobody("person8@example.com").await;
        assert_eq!(lists(&hub), again + 1, "{ways:?} {leavers}");
    }
}
