//! Everybody, through either adapter (cxone.md 3.1).

use std::sync::Arc;
use std::time::Duration;

use bridge::port::cxone::{CallOptions, Freshness, UpstreamError};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::hub::{Api, BOTH, EVERYBODY, Hub, PLAIN, SEARCH, Ways, ada, person};
use crate::server::{Reply, Seen, soon};

fn many(count: usize) -> Vec<Value> {
    let status = |number| if number == 0 { "DELETED" } else { "ACTIVE" };
    (0..count)
        .map(|number| person(number, status(number)))
        .collect()
}

async fn ids(hub: &Hub, api: Api) -> Result<Option<Vec<String>>, UpstreamError> {
    let people = hub.adapter(api).people(Freshness::Recent, soon()).await?;
    Ok(people.map(|people| people.people.iter().map(|it| it.id.clone()).collect()))
}

// 3.1: {filter, skip, top, orderBy} -> {totalRecords, users}.
#[tokio::test]
async fn pages_are_read_to_the_end() {
    for (count, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)] {
        let hub = Hub::with(many(count)).await;
        let found = ids(&hub, Api::UserHub).await.unwrap().expect("people");
        let wanted: Vec<String> = (0..count).map(|number| format!("p-{number}")).collect();
        assert_eq!(found, wanted);
        let bodies = hub.bodies("POST", SEARCH);
        assert_eq!(bodies.len(), pages, "{count}");
        let first = json!({"filter": {}, "skip": 0, "top": 100, "orderBy": {"userName": "ASC"}});
        assert_eq!(bodies[0], first);
    }
}

// 3.1: whether it takes the order is UNKNOWN.
#[tokio::test]
async fn who_takes_no_order_is_asked_without() {
    let script = |request: &Seen, _| {
        let ordered = request.path == SEARCH && request.body.get("orderBy").is_some();
        ordered.then(|| Reply::Json(400, json!({"details": "orderBy"})))
    };
    let hub = Hub::start(many(120), PLAIN, script).await;
    let found = ids(&hub, Api::UserHub).await.unwrap().expect("people");
    assert_eq!(found.len(), 120);
}

// 3.1: totalRecords need not be there; 3.3: a page of fewer than 50 is the last.
#[tokio::test]
async fn a_short_page_is_the_last_where_no_total_is_told() {
    let script = |request: &Seen, _| {
        let skip = usize::try_from(request.body["skip"].as_u64()?).unwrap();
        let page: Vec<Value> = many(120).into_iter().skip(skip).take(50).collect();
        (request.path == SEARCH).then(|| Reply::Json(200, json!({ "users": page })))
    };
    let hub = Hub::start(Vec::new(), PLAIN, script).await;
    let found = ids(&hub, Api::Scim).await.unwrap().expect("people");
    assert_eq!(found.len(), 120);
}

// 3.1: v1/users?includeDeleted is asked where the search shows nobody inactive.
#[tokio::test]
async fn the_inactive_are_among_them() {
    for api in BOTH {
        for search_has_inactive in [true, false] {
            let ways = Ways {
                search_has_inactive,
                ..PLAIN
            };
            let hub = Hub::start(many(3), ways, |_, _| None).await;
            let mut found = ids(&hub, api).await.unwrap().expect("people");
            found.sort();
            assert_eq!(
                found,
                ["p-0", "p-1", "p-2"],
                "{api:?} {search_has_inactive}"
            );
        }
    }
}

// An incomplete list would say of somebody that they have no twin.
#[tokio::test]
async fn half_a_list_is_none() {
    let half = |skip: u64| match skip {
        0 => json!({"totalRecords": 150, "users": many(100)}),
        _ => json!({"totalRecords": 150, "users": many(100)}),
    };
    let replies: [(&str, Reply); 4] = [
        (
            SEARCH,
            Reply::Json(200, json!({"totalRecords": 9, "users": [ada()]})),
        ),
        (SEARCH, Reply::Json(500, json!({}))),
        (EVERYBODY, Reply::Json(408, json!({}))),
        (EVERYBODY, Reply::Json(503, json!({}))),
    ];
    for api in BOTH {
        for (path, reply) in replies.clone() {
            let name = format!("{api:?} {path} {reply:?}");
            let script = move |request: &Seen, _| (request.path == path).then(|| reply.clone());
            let hub = Hub::start(vec![ada()], PLAIN, script).await;
            let outcome = ids(&hub, api).await;
            assert!(
                matches!(outcome, Err(UpstreamError::Unavailable { .. })),
                "{name}: {outcome:?}"
            );
        }
        // The same page again and again.
        let script = move |request: &Seen, _| {
            let skip = request.body["skip"].as_u64()?;
            (request.path == SEARCH).then(|| Reply::Json(200, half(skip)))
        };
        let hub = Hub::start(Vec::new(), PLAIN, script).await;
        assert!(ids(&hub, api).await.is_err(), "{api:?}");
    }
}

#[tokio::test]
async fn who_may_not_read_them_has_none() {
    for api in BOTH {
        for status in [401, 403, 404] {
            let script = move |request: &Seen, _| {
                (request.path == SEARCH).then(|| Reply::Json(status, json!({"message": "no"})))
            };
            let hub = Hub::start(vec![ada()], PLAIN, script).await;
            assert_eq!(ids(&hub, api).await, Ok(None), "{api:?} {status}");
            // A 401 is believed after a new token only.
            assert_eq!(hub.server.tokens(), if status == 401 { 2 } else { 1 });
        }
    }
}

// 3.1: v1/users is one answer, however many they are. Who is in the search is known without it; who is not may be there.
#[tokio::test]
async fn where_only_the_search_can_be_read_it_serves_and_nobody_is_not_said() {
    let no = |status| Reply::Json(status, json!({"message": "no"}));
    for reply in [
        no(400),
        no(401),
        no(403),
        no(404),
        no(405),
        Reply::Json(200, json!({"items": []})),
        Reply::Text(200, "x".repeat(9 * 1024 * 1024)),
    ] {
        let name: String = format!("{reply:?}").chars().take(60).collect();
        let script = move |request: &Seen, _| (request.path == EVERYBODY).then(|| reply.clone());
        let hub = Hub::start(vec![ada()], PLAIN, script).await;
        for api in BOTH {
            let found = ids(&hub, api).await;
            assert_eq!(found, Ok(Some(vec!["u-1".to_owned()])), "{api:?} {name}");
        }
        let adapter = hub.adapter(Api::UserHub);
        assert!(
            adapter
                .find("ada@example.com", soon())
                .await
                .is_ok_and(|it| it.is_some())
        );
        let nobody = adapter.find("eve@example.com", soon()).await;
        assert!(
            matches!(nobody, Err(UpstreamError::Unavailable { .. })),
            "{name}: {nobody:?}"
        );
    }
}

// A page has the time of one call; the list has the caller's.
#[tokio::test]
async fn a_long_list_may_take_longer_than_one_call() {
    for api in BOTH {
        let script = |request: &Seen, _| {
            if request.path == SEARCH {
                std::thread::sleep(Duration::from_millis(150));
            }
            None
        };
        let hub = Hub::start(many(800), PLAIN, script).await;
        let adapter = hub.adapter_with(api, |settings| {
            settings.call_timeout = Duration::from_secs(1);
        });
        let options = CallOptions {
            deadline: Instant::now() + Duration::from_secs(120),
            ..soon()
        };
        let people = adapter.people(Freshness::Recent, options).await.unwrap();
        assert_eq!(people.expect("people").people.len(), 800, "{api:?}");
    }
}

async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_old_list_serves_while_a_new_one_is_read() {
    let hub = Hub::with(many(1)).await;
    let adapter = hub.adapter(Api::UserHub);
    let count = async |freshness| {
        let people = adapter.people(freshness, soon()).await.unwrap();
        people.expect("people").people.len()
    };
    assert_eq!(count(Freshness::Recent).await, 1);
    *hub.people.lock().unwrap() = many(2);
    pass(61).await;
    assert_eq!(count(Freshness::Recent).await, 1, "the old one meanwhile");
    let renewed = async {
        while count(Freshness::Recent).await == 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), renewed)
        .await
        .unwrap();
    *hub.people.lock().unwrap() = many(3);
    assert_eq!(count(Freshness::Recent).await, 2);
    pass(301).await;
    assert_eq!(count(Freshness::Recent).await, 3, "too old");
    *hub.people.lock().unwrap() = many(4);
    pass(61).await;
    assert_eq!(count(Freshness::Now).await, 4);
}

#[tokio::test]
async fn one_request_serves_all_for_a_minute() {
    let hub = Hub::with(many(3)).await;
    let adapter: Arc<dyn bridge::port::cxone::Cxone> = Arc::from(hub.adapter(Api::Scim));
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let adapter = Arc::clone(&adapter);
            tokio::spawn(async move { adapter.people(Freshness::Recent, soon()).await })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap().unwrap().is_some());
    }
    assert!(
        adapter
            .people(Freshness::Recent, soon())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(hub.bodies("POST", SEARCH).len(), 1);
    assert!(
        adapter
            .people(Freshness::Now, soon())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(hub.bodies("POST", SEARCH).len(), 2);
}
