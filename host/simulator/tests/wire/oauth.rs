//! Registered applications (cxone.md 2.2), what is in a token (2.1), and the switches about tokens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Answer, Wire, World};

const EMPLOYEE: &str = "e3b10000-0000-4000-8000-000000000001";

/// A form to `/auth/token`, with the client as HTTP Basic if there is one.
async fn grant(world: &World, client: Option<(&str, &str)>, form: &[(&str, &str)]) -> Wire {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut headers = vec![(
        "content-type",
        "application/x-www-form-urlencoded".to_owned(),
    )];
    if let Some((id, secret)) = client {
        headers.push((
            "authorization",
            format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
        ));
    }
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    world.wire("POST", "/auth/token", &headers, &body).await
}

const APP: (&str, &str) = ("simulator-app", "simulator-app-secret");
const KEY: [(&str, &str); 3] = [
    ("grant_type", "password"),
    ("username", "simulator"),
    ("password", "simulator-secret"),
];

fn claims(token: &Value) -> Value {
    let parts: Vec<&str> = token.as_str().unwrap().split('.').collect();
    assert_eq!(parts.len(), 3);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

async fn opens(world: &World, token: &Value) -> u16 {
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    world
        .raw("GET", "/scim/v2/Schemas", Some(&bearer), None)
        .await
        .unwrap()
        .status
}

#[tokio::test]
async fn the_password_grant_takes_an_access_key_and_a_client() {
    let world = World::start().await;
    let by_basic = grant(&world, Some(APP), &KEY).await;
    let mut form = KEY.to_vec();
    form.extend([("client_id", APP.0), ("client_secret", APP.1)]);
    let by_body = grant(&world, None, &form).await;
    for answer in [by_basic, by_body] {
        assert_eq!(answer.status(), 200, "{answer:?}");
        let body = answer.json();
        assert_eq!(
            (&body["token_type"], &body["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );
        assert_eq!(opens(&world, &body["access_token"]).await, 200);
    }
    let call = world.last_call().await;
    assert_eq!(call["path"], "/scim/v2/Schemas");
    let state = world.state().await;
    let recorded = &state["calls"][2]["body"];
    assert_eq!(
        recorded,
        &json!({
            "grant_type": "password", "username": "simulator", "password": "***",
            "client_id": "simulator-app", "client_secret": "***",
        })
    );
    assert!(!state.to_string().contains("simulator-app-secret"));
}

#[tokio::test]
async fn a_refresh_token_grant_names_its_client() {
    let world = World::start().await;
    let first = grant(&world, Some(APP), &KEY).await.json();
    let refresh = first["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", APP.0),
    ];
    let second = grant(&world, None, &form).await;
    assert_eq!(second.status(), 200);
    assert_ne!(second.json()["access_token"], first["access_token"]);
    assert_eq!(opens(&world, &second.json()["access_token"]).await, 200);
    let wrong = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", APP.0),
    ];
    assert_eq!(
        grant(&world, None, &wrong).await.json()["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn errors_have_error_and_error_description() {
    let world = World::start().await;
    let wrong_key = [
        ("grant_type", "password"),
        ("username", "simulator"),
        ("password", "x"),
    ];
    for (client, form, status, error) in [
        (None, &KEY[..], 401, "invalid_client"),
        (
            Some(("simulator-app", "x")),
            &KEY[..],
            401,
            "invalid_client",
        ),
        (Some(APP), &wrong_key[..], 400, "invalid_grant"),
        (
            Some(APP),
            &[("grant_type", "client_credentials")][..],
            400,
            "unsupported_grant_type",
        ),
    ] {
        let answer = grant(&world, client, form).await;
        assert_eq!(
            (answer.status(), &answer.json()["error"]),
            (status, &json!(error))
        );
        assert!(answer.json()["errorDescription"].is_string());
    }
    world.set(json!({ "clients": [{ "id": "open" }] })).await;
    assert_eq!(grant(&world, Some(("open", "")), &KEY).await.status(), 200);
    assert_eq!(grant(&world, Some(APP), &KEY).await.status(), 401);
}

#[tokio::test]
async fn a_token_has_the_claims_that_clients_read() {
    let world = World::start().await;
    world
        .set(json!({ "tenant_id": "t-9", "business_unit": 99 }))
        .await;
    let login = world.login("simulator", "simulator-secret").await.body;
    let claims = claims(&login["access_token"]);
    assert_eq!(claims["sub"], format!("user:{EMPLOYEE}"));
    assert_eq!(
        (
            &claims["tenantId"],
            &claims["icBUId"],
            &claims["icClusterId"]
        ),
        (&json!("t-9"), &json!(99), &json!("c57"))
    );
    assert_eq!(claims["role"]["legacyId"], "SCIM Access Key");
    assert!(claims["tenant"].is_string());
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
}

#[tokio::test]
async fn userinfo_is_the_keys_employee() {
    let world = World::start().await;
    let info = world.get("/auth/userinfo").await;
    assert_eq!(
        (info.status, info.body),
        (200, json!({ "sub": format!("user:{EMPLOYEE}") }))
    );
    world.set(json!({ "access_keys": [{
        "id": "simulator", "secret": "simulator-secret",
        "employee": { "userName": "key@example.com", "firstName": "Ke", "lastName": "Y", "emailAddress": "key@example.com" },
    }] })).await;
    let info = world.get("/auth/userinfo").await.body;
    assert_eq!(
        (&info["name"], &info["email"]),
        (&json!("Ke Y"), &json!("key@example.com"))
    );
    assert_eq!(
        world
            .raw("GET", "/auth/userinfo", None, None)
            .await
            .unwrap()
            .status,
        401
    );
}

#[tokio::test]
async fn token_form() {
    let world = World::start().await;
    world.switch("token_form", "opaque").await;
    let login = world.login("simulator", "simulator-secret").await.body;
    assert!(!login["access_token"].as_str().unwrap().contains('.'));
    assert_eq!(opens(&world, &login["access_token"]).await, 200);
    assert_eq!(
        claims(&login["id_token"])["sub"],
        format!("user:{EMPLOYEE}")
    );
    world.switch("token_form", "jwt").await;
    claims(&world.login("simulator", "simulator-secret").await.body["access_token"]);
}

#[tokio::test]
async fn tokens() {
    let world = World::start().await;
    world.switch("tokens", "all_expired_now").await;
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 401);
    let later = world.login("simulator", "simulator-secret").await.body["access_token"].clone();
    assert_eq!(opens(&world, &later).await, 200);
    // Another switch leaves it alone; the same one, set again, does it again.
    world.switch("latency_ms", 0).await;
    assert_eq!(opens(&world, &later).await, 200);
    world.switch("tokens", "all_expired_now").await;
    assert_eq!(opens(&world, &later).await, 401);

    world.switch("tokens", "refused").await;
    let refused = world.login("simulator", "simulator-secret").await;
    assert_eq!(
        (
            refused.status,
            opens(&world, &refused.body["access_token"]).await
        ),
        (200, 401)
    );

    world.switch("tokens", "valid").await;
    let login = world.login("simulator", "simulator-secret").await.body;
    world.switch("tokens", "endpoint_down").await;
    assert_eq!(
        world.login("simulator", "simulator-secret").await.status,
        503
    );
    assert_eq!(grant(&world, Some(APP), &KEY).await.status(), 503);
    assert_eq!(refreshed(&world, &login["refresh_token"]).await.status, 503);
    assert_eq!(opens(&world, &login["access_token"]).await, 200);
}

async fn refreshed(world: &World, token: &Value) -> Answer {
    let body = json!({ "token": token }).to_string();
    world
        .raw("POST", "/public/user/refresh", None, Some(&body))
        .await
        .unwrap()
}

#[tokio::test]
async fn refresh_tokens() {
    let world = World::start().await;
    let token = world.login("simulator", "simulator-secret").await.body["refresh_token"].clone();
    for (position, statuses) in [("kept", [200, 200]), ("once", [200, 401])] {
        world.switch("refresh_tokens", position).await;
        for status in statuses {
            assert_eq!(refreshed(&world, &token).await.status, status, "{position}");
        }
    }
    world.switch("refresh_tokens", "refused").await;
    let token = world.login("simulator", "simulator-secret").await.body["refresh_token"].clone();
    assert_eq!(refreshed(&world, &token).await.status, 401);
}

#[tokio::test]
async fn login_refused() {
    let world = World::start().await;
    for (position, status) in [("400", 400), ("403", 403), ("401", 401)] {
        world.switch("login_refused", position).await;
        assert_eq!(world.login("simulator", "x").await.status, status);
        assert_eq!(
            world.login("simulator", "simulator-secret").await.status,
            200
        );
    }
}

#[tokio::test]
async fn basic_credentials() {
    let world = World::start().await;
    let path = "/basic-auth/scim/v2/Schemas";
    let key = format!("Basic {}", STANDARD.encode("simulator:simulator-secret"));
    let client = format!(
        "Basic {}",
        STANDARD.encode("simulator-app:simulator-app-secret")
    );
    for (position, by_key, by_client) in [
        ("client", 401, 200),
        ("absent", 404, 404),
        ("access_key", 200, 401),
    ] {
        world.switch("basic_credentials", position).await;
        for (header, status) in [(&key, by_key), (&client, by_client)] {
            let answer = world.raw("GET", path, Some(header), None).await.unwrap();
            assert_eq!(answer.status, status, "{position}");
        }
        assert_eq!(
            world.get("/scim/v2/Schemas").await.status,
            200,
            "{position}"
        );
    }
}

#[tokio::test]
async fn clock_skew_seconds() {
    let world = World::start().await;
    let date = |wire: &Wire| {
        let text = wire.header("date").unwrap().to_owned();
        jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", &text)
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp()
            .as_second()
    };
    let now = jiff::Timestamp::now().as_second();
    for (skew, shown) in [(json!(-600), -600), (json!("600"), 600), (json!(0), 0)] {
        world.switch("clock_skew_seconds", skew).await;
        // A minute's grace for a machine that is busy.
        let off = date(&world.fetch("/scim/v2/Schemas").await) - now - shown;
        assert!((0..60).contains(&off), "{off}");
        let login = world.login("simulator", "simulator-secret").await.body;
        let off = claims(&login["access_token"])["exp"].as_i64().unwrap() - now - shown - 3600;
        assert!((0..60).contains(&off), "{off}");
        assert_eq!(opens(&world, &login["access_token"]).await, 200);
    }
}
