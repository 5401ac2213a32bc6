use bridge::directory::{LoginAuthenticator, Origin, Role, Team};
use bridge::port::cxone::{Cxone, Freshness, UpstreamError};
use cxone::Settings;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, soon};

const ROLES: &str = "/authorization/v1/roles/search";
const TEAMS: &str = "/user-management/v4/teams/search";

type Page = fn(i64) -> Reply;

fn role(number: usize) -> Value {
    json!({"roleId": format!("r-{number}"), "roleName": format!("Role {number}"), "status": "ACTIVE"})
}

fn number(request: &Seen, pointer: &str) -> i64 {
    request
        .body
        .pointer(pointer)
        .and_then(Value::as_i64)
        .unwrap()
}

/// The numbers of the roles that an adapter finds when `page` serves them.
async fn roles(page: Page) -> Result<Vec<String>, UpstreamError> {
    let server = Server::start(move |request, _| {
        (request.path == ROLES).then(|| page(number(request, "/page/pageNo")))
    })
    .await;
    let directory = server.adapter().directory(Freshness::Now, soon()).await?;
    Ok(directory.roles.iter().map(|role| role.id.clone()).collect())
}

fn slice(page: i64, size: usize, total: usize) -> Reply {
    let Ok(page) = usize::try_from(page) else {
        return Reply::Json(400, json!({"details": "pageNo"}));
    };
    let roles: Vec<Value> = (0..total).map(role).skip(page * size).take(size).collect();
    Reply::Json(200, json!({"roles": roles}))
}

// 3.1: whether pageNo counts from 0 or 1, and how large a page is, is UNKNOWN.
#[tokio::test]
async fn every_role_is_found_however_pages_are_counted() {
    let servers: [(&str, Page); 8] = [
        ("from 0", |page| slice(page, 100, 230)),
        ("from 0, smaller pages", |page| slice(page, 50, 230)),
        ("from 1, page 0 refused", |page| slice(page - 1, 100, 230)),
        ("from 1, page 0 empty", |page| match page {
            0 => Reply::Json(200, json!({"roles": []})),
            _ => slice(page - 1, 100, 230),
        }),
        ("from 1, page 0 is page 1", |page| {
            slice((page - 1).max(0), 100, 230)
        }),
        ("pages ignored", |_| slice(0, 230, 230)),
        ("whole pages only", |page| slice(page, 115, 230)),
        ("total told", |page| {
            let Reply::Json(status, mut body) = slice(page, 46, 230) else {
                panic!("page {page}");
            };
            body["page"] = json!({"totalRecords": 230});
            Reply::Json(status, body)
        }),
    ];
    for (how, page) in servers {
        let found = roles(page).await.unwrap();
        let wanted: Vec<String> = (0..230).map(|number| format!("r-{number}")).collect();
        assert_eq!(found, wanted, "{how}");
    }
}

#[tokio::test]
async fn a_small_tenant_takes_one_request() {
    let server = Server::start(|_, _| None).await;
    let adapter = server.adapter();
    let directory = adapter.directory(Freshness::Recent, soon()).await.unwrap();
    let names: Vec<&str> = directory
        .roles
        .iter()
        .map(|role| role.name.as_str())
        .collect();
    assert_eq!(names, ["Agent", "Manager", "Night shift"]);
    assert!(!directory.roles[2].active());
    assert_eq!(directory.teams[0].name, "Support");
    let asked = |path: &str| {
        server
            .seen()
            .iter()
            .filter(|seen| seen.path == path)
            .count()
    };
    assert_eq!((asked(ROLES), asked(TEAMS)), (1, 1));
}

// 3.1: {filter, skip, top} -> {totalRecords, skip, top, teams}.
#[tokio::test]
async fn teams_are_paged_through() {
    let server = Server::start(|request, _| {
        if request.path != TEAMS {
            return None;
        }
        let skip = usize::try_from(number(request, "/skip")).unwrap();
        let teams: Vec<Value> = (0..120)
            .map(|number| json!({"id": format!("t-{number}"), "name": format!("Team {number}")}))
            .skip(skip)
            .take(50)
            .collect();
        Some(Reply::Json(
            200,
            json!({"totalRecords": 120, "skip": skip, "top": 50, "teams": teams}),
        ))
    })
    .await;
    let directory = server
        .adapter()
        .directory(Freshness::Now, soon())
        .await
        .unwrap();
    assert_eq!(directory.teams.len(), 120);
    assert!(directory.team("team 119").is_some());
}

// A role that seems missing would refuse every create.
#[tokio::test]
async fn half_a_directory_is_none() {
    let servers: [Page; 6] = [
        |_| {
            Reply::Json(
                200,
                json!({"page": {"totalRecords": 9}, "roles": [role(1)]}),
            )
        },
        |_| Reply::Json(200, json!({"success": false, "message": "no", "roles": []})),
        |_| Reply::Json(200, json!({"items": []})),
        |_| Reply::Text(200, "<html>".to_owned()),
        |_| Reply::Json(400, json!({"details": "filter"})),
        |_| Reply::Json(404, json!({})),
    ];
    for (at, page) in servers.into_iter().enumerate() {
        let outcome = roles(page).await;
        assert!(
            matches!(outcome, Err(UpstreamError::Unavailable { .. })),
            "{at}: {outcome:?}"
        );
    }
}

fn stated(settings: &mut Settings) {
    settings.stated.roles = vec![Role {
        id: "r-7".to_owned(),
        name: "Agent".to_owned(),
        status: "ACTIVE".to_owned(),
    }];
    settings.stated.teams = vec![Team {
        id: "t-7".to_owned(),
        name: "Support".to_owned(),
    }];
    settings.stated.login_authenticators = vec![LoginAuthenticator {
        id: "la-7".to_owned(),
        name: "SSO".to_owned(),
    }];
}

// 3.1: a key made for SCIM need not be allowed to read roles and teams.
#[tokio::test]
async fn what_cannot_be_read_is_as_stated() {
    for (path, status, from) in [
        (ROLES, 401, (Origin::Configuration, Origin::Cxone)),
        (ROLES, 403, (Origin::Configuration, Origin::Cxone)),
        (ROLES, 404, (Origin::Configuration, Origin::Cxone)),
        (TEAMS, 403, (Origin::Cxone, Origin::Configuration)),
        (TEAMS, 404, (Origin::Cxone, Origin::Configuration)),
        ("", 0, (Origin::Cxone, Origin::Cxone)),
    ] {
        let server = Server::start(move |request, _| {
            (request.path == path).then(|| Reply::Json(status, json!({"message": "no"})))
        })
        .await;
        let before = Timestamp::now();
        let adapter = server.adapter_with(stated);
        let directory = adapter.directory(Freshness::Now, soon()).await.unwrap();
        assert_eq!(
            (directory.roles_from, directory.teams_from),
            from,
            "{path} {status}"
        );
        assert!(directory.taken >= before && directory.taken <= Timestamp::now());
        let role = directory.role("agent").map(|role| role.id.as_str());
        let team = directory.team("support").map(|team| team.id.as_str());
        let one = |from, stated, read| {
            if from == Origin::Configuration {
                stated
            } else {
                read
            }
        };
        assert_eq!(role, Some(one(from.0, "r-7", "r-1")));
        assert_eq!(team, Some(one(from.1, "t-7", "t-1")));
        // No API lists them (3.2).
        assert_eq!(
            directory
                .login_authenticator("sso")
                .map(|it| it.id.as_str()),
            Some("la-7")
        );
    }
}

#[tokio::test]
async fn what_fails_or_is_not_stated_stands_in_for_nothing() {
    for (status, state) in [
        (500, true),
        (429, true),
        (400, true),
        (403, false),
        (404, false),
    ] {
        let server = Server::start(move |request, _| {
            (request.path == TEAMS).then(|| Reply::Json(status, json!({"message": "no"})))
        })
        .await;
        let adapter = server.adapter_with(|settings| {
            if state {
                stated(settings);
            }
        });
        let outcome = adapter.directory(Freshness::Now, soon()).await;
        assert!(
            matches!(outcome, Err(UpstreamError::Unavailable { .. })),
            "{status}: {outcome:?}"
        );
    }
}
