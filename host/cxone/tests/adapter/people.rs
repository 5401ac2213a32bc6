//! Everybody, through either adapter (cxone.md 3.1).

use std::sync::Arc;

use bridge::port::cxone::{Freshness, UpstreamError};
use serde_json::{Value, json};

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
        (EVERYBODY, Reply::Json(200, json!({"items": []}))),
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
        for path in [SEARCH, EVERYBODY] {
            for status in [401, 403, 404] {
                let script = move |request: &Seen, _| {
                    (request.path == path).then(|| Reply::Json(status, json!({"message": "no"})))
                };
                let hub = Hub::start(vec![ada()], PLAIN, script).await;
                assert_eq!(ids(&hub, api).await, Ok(None), "{api:?} {path} {status}");
                // A 401 is believed after a new token only.
                assert_eq!(hub.server.tokens(), if status == 401 { 2 } else { 1 });
            }
        }
    }
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
