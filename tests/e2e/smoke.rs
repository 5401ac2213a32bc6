//! The main job once through: create, change, nothing, disable.

use serde_json::json;

use crate::world::{World, ada};

#[tokio::test(flavor = "multi_thread")]
async fn entra_creates_changes_and_disables_a_user() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let held = world.held("ada@example.com").await.expect("Ada in CXone");
    assert_eq!(held["displayName"], "Ada Byron");
    assert_eq!(held["roles"][0]["display"], "Agent");

    let changed = world
        .patch(
            &id,
            json!([{"op": "Replace", "path": "displayName", "value": "Ada Lovelace"}]),
        )
        .await;
    assert_eq!(
        (changed.status, &changed.body["displayName"]),
        (200, &json!("Ada Lovelace"))
    );
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["displayName"],
        "Ada Lovelace"
    );

    let calls = world.told().await.len();
    let same = world
        .patch(
            &id,
            json!([{"op": "Replace", "path": "displayName", "value": "Ada Lovelace"}]),
        )
        .await;
    assert_eq!(same.status, 200);
    assert_eq!(
        world.told().await.len(),
        calls,
        "nothing changed, so CXone is told nothing"
    );

    let gone = world
        .patch(
            &id,
            json!([{"op": "Replace", "path": "active", "value": "False"}]),
        )
        .await;
    assert_eq!((gone.status, &gone.body["active"]), (200, &json!(false)));
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["active"],
        false
    );
}
