use super::*;
use std::cell::Cell;

fn directory(name: &str) -> Directory {
    Directory {
        version: name.to_owned(),
        ..Directory::default()
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(8)
}

struct Source(Cell<u32>);

impl Source {
    async fn up(&self) -> Result<Directory, UpstreamError> {
        self.0.set(self.0.get() + 1);
        Ok(directory(&format!("v{}", self.0.get())))
    }

    async fn down(&self) -> Result<Directory, UpstreamError> {
        self.0.set(self.0.get() + 1);
        Err(unavailable("down"))
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_shared_for_thirty_seconds() {
    let (snapshots, source) = (Snapshots::default(), Source(Cell::new(0)));
    let recent = async || {
        let found = snapshots.get_by(Freshness::Recent, soon(), source.up());
        found.await.unwrap().version.clone()
    };
    assert_eq!(recent().await, "v1");
    pass(29).await;
    assert_eq!(recent().await, "v1");
    let now = snapshots.get_by(Freshness::Now, soon(), source.up()).await;
    assert_eq!(now.unwrap().version, "v2");
    pass(29).await;
    assert_eq!(recent().await, "v2");
    pass(2).await;
    assert_eq!(recent().await, "v3");
}

#[tokio::test(start_paused = true)]
async fn an_old_snapshot_stands_in_for_an_hour_but_never_for_now() {
    let (snapshots, source) = (Snapshots::default(), Source(Cell::new(0)));
    let recent = || snapshots.get_by(Freshness::Recent, soon(), source.down());
    assert!(recent().await.is_err(), "there is nothing to stand in");
    snapshots
        .get_by(Freshness::Recent, soon(), source.up())
        .await
        .unwrap();
    pass(60).await;
    let asked = source.0.get();
    assert_eq!(recent().await.unwrap().version, "v2");
    assert_eq!(recent().await.unwrap().version, "v2");
    assert_eq!(source.0.get(), asked + 1, "it is not asked on every call");
    pass(6).await;
    recent().await.unwrap();
    assert_eq!(source.0.get(), asked + 2);
    let now = snapshots
        .get_by(Freshness::Now, soon(), source.down())
        .await;
    assert!(now.is_err());
    pass(3600).await;
    assert!(recent().await.is_err());
}

#[test]
fn the_version_is_the_content() {
    let role = |name: &str, status: &str| Role {
        id: "1".to_owned(),
        name: name.to_owned(),
        status: status.to_owned(),
    };
    let of = |role: Role| version(&[role], &[]);
    assert_eq!(of(role("Agent", "ACTIVE")), of(role("Agent", "ACTIVE")));
    assert_ne!(of(role("Agent", "ACTIVE")), of(role("Agent", "DRAFT")));
    assert_ne!(of(role("AgentA", "CTIVE")), of(role("Agent", "ACTIVE")));
}

#[test]
fn roles_and_teams_are_read_as_the_documents_show_them() {
    // cxone.md 3.1
    let found =
        role(&json!({"roleId": "r-1", "roleName": "Agent", "status": "ACTIVE", "internal": false}));
    let wanted = Role {
        id: "r-1".to_owned(),
        name: "Agent".to_owned(),
        status: "ACTIVE".to_owned(),
    };
    assert_eq!(found, Some(wanted));
    let found =
        team(&json!({"id": "t-1", "name": "Default", "status": "ACTIVE", "isDefault": true}));
    let wanted = Team {
        id: "t-1".to_owned(),
        name: "Default".to_owned(),
    };
    assert_eq!(found, Some(wanted));
    assert_eq!(team(&json!({"name": "no id"})), None);
}
