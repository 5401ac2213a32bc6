//! A service with a tenant for each hostile plugin, and one beside them.

use jackfield::app::{self, StartError};
use jackfield::config::Config;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

use crate::guests::Shelf;
use crate::reload::site::{Site, tenant};
use crate::world::engine;

pub(crate) const TOKEN: &str = "test-token";

/// The tenant whose plugins are good. The metrics are one for all tests of the process; nobody else has the names of tenants here.
pub(crate) const BESIDE: &str = "hostile-beside";

pub(crate) struct Stage {
    pub(crate) site: Site,
}

/// A tenant's file: the mapper, then a plugin from the shelf that has the tenant's name.
fn file(shelf: &Shelf, name: &str) -> String {
    let path = shelf.path(&format!("{name}.wasm"));
    let plugins = format!(
        "[[connections.entra.plugins]]\nuse = \"entra\"\n\
         [[connections.entra.plugins]]\nuse = \"{}\"\nname = \"{name}\"\n",
        path.display()
    );
    tenant(TOKEN, "", &plugins)
}

impl Stage {
    /// One tenant for each name, with the plugin `NAME.wasm`.
    pub(crate) async fn of(shelf: &Shelf, names: &[&str]) -> Self {
        let mut tenants: Vec<(&str, String)> = names
            .iter()
            .map(|name| (*name, file(shelf, name)))
            .collect();
        let good = "[[connections.entra.plugins]]\nuse = \"entra\"\n\
                    [[connections.entra.plugins]]\nuse = \"tenant-rules\"\n";
        tenants.push((BESIDE, tenant(TOKEN, "", good)));
        Self {
            site: Site::of(&tenants).await,
        }
    }

    /// Stops the service in good order and starts it again.
    pub(crate) async fn restart(self) -> Self {
        let Site {
            app,
            simulator,
            http,
            directory,
        } = self.site;
        app.stop().await;
        let path = directory.path().to_owned();
        for _ in 0..100 {
            let config = Config::load(&path).expect("a configuration");
            match app::start_from(config, Some(path.clone()), engine()).await {
                // A task of the service of before may have it for a moment still.
                Err(StartError::Ledger(ledger::OpenError::InUse { .. })) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                started => {
                    let site = Site {
                        app: started.expect("a service"),
                        simulator,
                        http,
                        directory,
                    };
                    return Self { site };
                }
            }
        }
        panic!("the ledger of the service of before is never let go");
    }

    /// The identity provider deactivates somebody, which no plugin stands in the way of.
    pub(crate) async fn leaves(&self, tenant: &str, id: &str) {
        let leave = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                           "Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
        let (scope, path) = (format!("{tenant}/entra"), format!("/Users/{id}"));
        let left = self
            .site
            .scim(&scope, TOKEN, Method::PATCH, &path, Some(leave))
            .await;
        assert_eq!(
            (left.status, &left.body["active"]),
            (200, &json!(false)),
            "{tenant}: {}",
            left.body
        );
    }

    pub(crate) async fn stop(self) {
        self.site.app.stop().await;
    }
}
