//! One tenant's mistake is nobody else's.

use reqwest::Method;
use serde_json::json;

use super::site::{Site, naming, tenant};

#[tokio::test(flavor = "multi_thread")]
async fn thirty_nine_tenants_reload_beside_a_typo_in_the_seventeenth() {
    let names: Vec<String> = (1..=40).map(|number| format!("forty-{number}")).collect();
    let file = |display_name: &str, token: &str| tenant(token, "", &naming(display_name));
    let all = names.iter();
    let all: Vec<(&str, String)> = all
        .map(|name| (name.as_str(), file("Old", "token-of-before")))
        .collect();
    let site = Site::of(&all).await;
    for name in &names {
        site.write(name, &file("New", "token-of-after"));
    }
    let wrong = "forty-17";
    let typo = file("New", "token-of-after").replace("access_key_id", "acces_key_id");
    site.write(wrong, &typo);

    let answer = site.reload().await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let tenants = answer.body["tenants"].as_object().expect("tenants");
    assert_eq!(tenants.len(), 40);
    for (name, said) in tenants {
        let expected = if name == wrong { "kept" } else { "swapped" };
        assert_eq!(said["result"], expected, "{name}: {said}");
    }
    let reason = tenants[wrong]["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("forty-17.toml:3:1: the key \"acces_key_id\" is not known here"),
        "{reason}"
    );

    for name in ["forty-1", "forty-18", "forty-40"] {
        let made = site
            .create(name, "token-of-after", &format!("at-{name}"))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(site.held(&format!("at-{name}"), "displayName").await, "New");
        let old = site.create(name, "token-of-before", "nobody").await;
        assert_eq!(old.status, 401);
    }
    let made = site.create(wrong, "token-of-before", "at-17").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(site.held("at-17", "displayName").await, "Old");

    let ready = site.ready().await;
    assert_eq!(ready["status"], "ready");
    let connection = &ready["connections"]["forty-17/entra"];
    assert_eq!(
        connection["status"],
        "served as before: its configuration is not taken over"
    );
    assert_eq!(connection["kept"]["reason"], reason);
    let since = connection["kept"]["since"].clone();
    assert!(since.is_string(), "{connection}");
    assert_eq!(ready["connections"]["forty-1/entra"]["kept"], json!(null));
    let failed = "jackfield_reload_failed{tenant=\"forty-17\"}";
    assert_eq!(site.metric(failed).await, Some(1.0));
    let counted = "jackfield_reloads_total{tenant=\"forty-17\",result=\"kept\"}";
    assert_eq!(site.metric(counted).await, Some(1.0));
    let counted = "jackfield_reloads_total{tenant=\"forty-18\",result=\"swapped\"}";
    assert_eq!(site.metric(counted).await, Some(1.0));

    // Since when stays, whatever is tried in between; the others are not touched again.
    site.write(wrong, "[cxone");
    let answer = site.reload().await;
    assert_eq!(answer.body["tenants"]["forty-18"]["result"], "unchanged");
    let ready = site.ready().await;
    assert_eq!(
        ready["connections"]["forty-17/entra"]["kept"]["since"],
        since
    );

    site.write(wrong, &file("New", "token-of-after"));
    let answer = site.reload().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        site.ready().await["connections"]["forty-17/entra"]["status"],
        "ok"
    );
    assert_eq!(site.metric(failed).await, Some(0.0));
    let made = site.create(wrong, "token-of-after", "at-17-again").await;
    assert_eq!(made.status, 201);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_that_is_no_tenants_keeps_everybody() {
    let file = tenant("token-of-before", "", &naming("Old"));
    let site = Site::of(&[("keeps-a", file.clone()), ("keeps-b", file)]).await;
    let general = site.path("jackfield.toml");
    let good = std::fs::read_to_string(&general).expect("a file");
    site.write("keeps-a", &tenant("token-of-after", "", &naming("New")));
    for wrong in [good.replace("scim =", "scmi ="), format!("{good}[")] {
        std::fs::write(&general, wrong).expect("a file");
        let answer = site.reload().await;
        assert_eq!(answer.status, 409);
        for name in ["keeps-a", "keeps-b"] {
            let said = &answer.body["tenants"][name];
            assert_eq!(said["result"], "kept", "{}", answer.body);
            let reason = said["reason"].as_str().expect("a reason");
            assert!(reason.contains("jackfield.toml:"), "{reason}");
        }
        let made = site.create("keeps-a", "token-of-before", "ada").await;
        assert!([201, 409].contains(&made.status), "{}", made.body);
    }
    std::fs::write(&general, &good).expect("a file");
    assert_eq!(site.reload().await.status, 200);
    let gone = site.create("keeps-a", "token-of-before", "bob").await;
    assert_eq!(gone.status, 401);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_need_a_restart_are_named_and_the_rest_is_applied() {
    let site = Site::of(&[("needs", tenant("token-of-before", "", &naming("Old")))]).await;
    let general = site.path("jackfield.toml");
    let text = std::fs::read_to_string(&general).expect("a file");
    let text = text.replace("scim = \"127.0.0.1:0\"", "scim = \"127.0.0.1:1\"");
    let text = format!("{text}[plugins]\ncache = \"elsewhere\"\nassume_no_swap = true\n");
    std::fs::write(&general, text).expect("a file");
    site.write("needs", &tenant("token-of-after", "", &naming("New")));
    let answer = site.reload().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body["restart_needed"],
        json!(["listen.scim", "plugins.assume_no_swap", "plugins.cache"])
    );
    assert_eq!(
        site.create("needs", "token-of-after", "ada").await.status,
        201
    );
    assert!(!site.path("elsewhere").exists());
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_come_and_go() {
    let file = |token: &str| tenant(token, "", &naming("Old"));
    let site = Site::of(&[("stays", file("token-of-stays"))]).await;
    assert_eq!(
        site.create("comes", "token-of-comes", "ada").await.status,
        401
    );
    site.write("comes", &file("token-of-comes"));
    let answer = site.reload().await;
    assert_eq!(answer.body["tenants"]["comes"]["result"], "swapped");
    assert_eq!(answer.body["tenants"]["stays"]["result"], "unchanged");
    let made = site.create("comes", "token-of-comes", "ada").await;
    assert_eq!(made.status, 201, "{}", made.body);

    // Its queues work, too.
    let outage = |kind: &str| serde_json::json!({"switches": {"outage": kind}});
    site.simulate(outage("503")).await;
    let owed = site.create("comes", "token-of-comes", "bob").await;
    assert_eq!(owed.status, 201, "{}", owed.body);
    assert!(site.held("bob", "displayName").await.is_null());
    site.simulate(outage("none")).await;
    site.eventually("what is owed is done", async |site: &Site| {
        site.held("bob", "displayName").await == "Old"
    })
    .await;

    // A new one that is wrong is not served, and says so.
    site.write("wrong", "[cxone]\n");
    let answer = site.reload().await;
    assert_eq!(answer.status, 409);
    let ready = site.ready().await;
    let reason = ready["tenants"]["wrong"]["not_served"]["reason"].as_str();
    assert!(
        reason.is_some_and(|it| it.contains("wrong.toml:")),
        "{ready}"
    );
    std::fs::remove_file(site.path("wrong.toml")).expect("a file");

    std::fs::remove_file(site.path("comes.toml")).expect("a file");
    let answer = site.reload().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["tenants"]["comes"]["result"], "removed");
    let id = made.body["id"].as_str().expect("an id");
    let path = format!("/Users/{id}");
    let gone = site.scim("comes/entra", "token-of-comes", Method::GET, &path, None);
    assert_eq!(gone.await.status, 401);
    let ready = site.ready().await;
    assert!(ready["tenants"]["comes"].is_null() && ready["connections"]["comes/entra"].is_null());
    assert!(ready["tenants"]["wrong"].is_null());
    assert_eq!(
        site.metric("jackfield_reload_failed{tenant=\"wrong\"}")
            .await,
        Some(0.0)
    );

    // What was there is there again.
    site.write("comes", &file("token-of-comes"));
    site.reload().await;
    let read = site.scim("comes/entra", "token-of-comes", Method::GET, &path, None);
    assert_eq!(read.await.status, 200);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_is_asked_for_by_this_machine_and_by_no_page() {
    let site = Site::of(&[("asked", tenant("token-of-before", "", &naming("Old")))]).await;
    let url = format!("http://{}/admin/reload", site.app.admin);
    let send = |request: reqwest::RequestBuilder| async {
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(send(site.http.get(&url)).await, 405);
    assert_eq!(send(site.http.post(&url)).await, 403);
    let json = || {
        site.http
            .post(&url)
            .header("content-type", "application/json")
    };
    assert_eq!(
        send(json().header("origin", "https://example.com")).await,
        403
    );
    assert_eq!(send(json()).await, 200);
    assert_eq!(send(json().body("{}")).await, 200);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_one_file_a_table_is_its_tenants_and_the_syntax_is_everybodys() {
    let site = Site::of(&[("unused", tenant("token-of-before", "", &naming("Old")))]).await;
    let base_url = site.simulator.base_url();
    let path = site.path("one-file.toml");
    let write = |first: &str, second: &str, end: &str| {
        let tenant = |name: &str, token: &str| {
            format!(
                "[tenants.{name}.cxone]\nbase_url = \"{base_url}\"\naccess_key_id = \"simulator\"\n\
                 access_key_secret = \"simulator-secret\"\n[tenants.{name}.connections.entra]\nidp = \"entra\"\n\
                 token = \"{token}\"\n[[tenants.{name}.connections.entra.plugins]]\nuse = \"entra\"\n"
            )
        };
        let text = format!(
            "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n{}{}{end}",
            site.path("one-file.db").display(),
            tenant("one-first", first),
            tenant("one-second", second),
        );
        std::fs::write(&path, text).expect("a file");
    };
    write("token-1", "token-1", "");
    let config = jackfield::config::Config::load(&path).expect("a configuration");
    let app = jackfield::app::start_from(config, Some(path.clone()), crate::world::engine());
    let app = app.await.expect("a service");
    let results = async || {
        let reloaded = app.reloads().reload().await.expect("a reload");
        ["one-first", "one-second"].map(|name| reloaded.tenants[name].as_str())
    };
    write("token-2", "token-2", "idp = \"entra\"\n");
    assert_eq!(
        results().await,
        ["swapped", "kept"],
        "a key of a plugin that there is not"
    );
    write("token-3", "token-3", "[");
    assert_eq!(results().await, ["kept", "kept"]);
    write("token-2", "token-3", "");
    assert_eq!(results().await, ["unchanged", "swapped"]);
    app.stop().await;
    site.app.stop().await;
}
