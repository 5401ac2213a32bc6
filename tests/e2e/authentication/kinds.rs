//! Each kind of credential from the configuration to an open door, and the way out of it.

use serde_json::json;

use super::*;

const BY_SECRET: [(&str, &str); 3] = [
    ("grant_type", "client_credentials"),
    ("client_id", "entra"),
    ("client_secret", SECRET),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_credential_opens_the_connection() {
    let keys = Keys::serve().await;
    let world = World::with(&connection("entra", "entra", &everything(&keys))).await;
    let by_secret = grant(&world, None, &BY_SECRET).await;
    let assertion = signed(&assertion());
    let by_assertion = [
        ("grant_type", "client_credentials"),
        ("client_id", "federated"),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", &assertion),
    ];
    let by_assertion = grant(&world, None, &by_assertion).await;
    for (what, authorization) in [
        ("a token", "Bearer test-token".to_owned()),
        ("a hashed token", "Bearer a-hashed-token".to_owned()),
        ("a user", basic("okta", "a-hashed-password")),
        ("an access token by secret", bearer(&by_secret)),
        ("an access token by assertion", bearer(&by_assertion)),
        ("Entra's own token", format!("Bearer {}", signed(&claims()))),
    ] {
        assert_eq!(
            opens(&world, "acme/entra", &authorization).await,
            200,
            "{what}"
        );
    }
    for (what, authorization) in [
        (
            "the hash itself",
            format!("Bearer {}", service::Secret::of("a-hashed-token").to_hash()),
        ),
        ("a client's secret", format!("Bearer {SECRET}")),
        ("a client by Basic", basic("entra", SECRET)),
        ("a user's password", "Bearer a-hashed-password".to_owned()),
        ("an assertion", format!("Bearer {assertion}")),
    ] {
        assert_eq!(
            opens(&world, "acme/entra", &authorization).await,
            401,
            "{what}"
        );
    }
    assert_eq!(keys.reads(), 1, "the keys are read once");
}

/// ServiceProviderConfig names the ways into this connection and no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_tells_how_to_authenticate_there() {
    let keys = Keys::serve().await;
    let basic_only =
        format!("[auth.basic]\nusers = [{{ name = \"okta\", password = \"{SECRET}\" }}]");
    let connections = [
        connection("entra", "entra", &everything(&keys)),
        connection("plain", "generic", "token = \"test-token\""),
        connection("okta", "okta", &basic_only),
    ];
    let world = World::with(&connections.concat()).await;
    for (name, authorization, schemes) in [
        (
            "entra",
            "Bearer test-token",
            json!([
                ["oauth2", true],
                ["oauthbearertoken", false],
                ["httpbasic", false]
            ]),
        ),
        (
            "plain",
            "Bearer test-token",
            json!([["oauthbearertoken", true]]),
        ),
        ("okta", &basic("okta", SECRET), json!([["httpbasic", true]])),
    ] {
        let path = format!("/acme/{name}/scim/v2/ServiceProviderConfig");
        let told = ask(&world, &world.http, "GET", &path, Some(authorization)).await;
        let told = told.body["authenticationSchemes"].as_array().cloned();
        let told: Vec<Value> = told
            .expect("schemes")
            .iter()
            .map(|scheme| json!([scheme["type"], scheme["primary"]]))
            .collect();
        assert_eq!(Value::from(told), schemes, "{name}");
    }
}

/// Two are live; one is taken out, and goes with everything that was got with it. What was got with the other stays good.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_replaced_without_a_gap() {
    let both = "tokens = [\"the-old-token\", \"the-new-token\"]\n\
        [auth.basic]\nusers = [{ name = \"okta\", password = \"the-old-password\" }, { name = \"okta\", password = \"the-new-password\" }]\n\
        [auth.oauth]\ntoken_ttl = \"6h\"\nclients = [{ id = \"entra\", secrets = [\"the-old-client-secret\", \"the-new-client-secret\"] }]";
    let world = World::with(&connection("entra", "entra", both)).await;
    let get = async |secret: &str| {
        let form = [("grant_type", "client_credentials")];
        let granted = grant(&world, Some(&basic("entra", secret)), &form).await;
        assert_eq!(granted.body["expires_in"], 6 * 3600);
        bearer(&granted)
    };
    let old = [
        "Bearer the-old-token".to_owned(),
        basic("okta", "the-old-password"),
        get("the-old-client-secret").await,
    ];
    let new = [
        "Bearer the-new-token".to_owned(),
        basic("okta", "the-new-password"),
        get("the-new-client-secret").await,
    ];
    for authorization in old.iter().chain(&new) {
        assert_eq!(opens(&world, "acme/entra", authorization).await, 200);
    }
    let world = world
        .restart_with(|toml| {
            toml.replace("\"the-old-token\", ", "")
                .replace("{ name = \"okta\", password = \"the-old-password\" }, ", "")
                .replace("\"the-old-client-secret\", ", "")
        })
        .await;
    for authorization in &old {
        assert_eq!(opens(&world, "acme/entra", authorization).await, 401);
    }
    for authorization in &new {
        assert_eq!(opens(&world, "acme/entra", authorization).await, 200);
    }
    let form = [("grant_type", "client_credentials")];
    let refused = grant(
        &world,
        Some(&basic("entra", "the-old-client-secret")),
        &form,
    )
    .await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (401, &json!("invalid_client"))
    );
}
