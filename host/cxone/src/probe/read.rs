//! The probes of SCIM that only read.

use bridge::name::fold;
use bridge::target::Attribute;
use client::{Method, SecretString};
use serde_json::{Value, json};

use super::{Prober, done, other_case, people, refused, status};
use crate::access::Pass;
use crate::examine::NOBODY;
use crate::outcome::encoded;
use crate::people::SEARCH;
use crate::settings::{BASIC_SCIM_PATH, SCIM_PATH, join};
use crate::wire::text;

/// A search for a user name.
pub(super) fn named(name: &str) -> String {
    let literal = Value::String(name.to_owned()).to_string();
    format!(
        "/Users?filter={}",
        encoded(&format!("userName eq {literal}"))
    )
}

/// The people of a list, if it is one.
pub(super) fn resources(list: &Value) -> Option<&Vec<Value>> {
    list.get("Resources").and_then(Value::as_array)
}

/// Whether somebody of this name is in an answer to a filter.
pub(super) fn finds(list: &Value, name: &str) -> bool {
    let names = resources(list).into_iter().flatten();
    let mut names = names.filter_map(|user| text(user.get("userName")));
    names.any(|found| fold(&found) == fold(name))
}

impl Prober<'_> {
    pub(super) async fn read(&mut self) {
        let nobody = named(NOBODY);
        let there = self
            .scim("a filter that finds nobody", Method::GET, &nobody, None)
            .await;
        match &there {
            Some(answer) if status(answer) == 404 => {
                self.settle("scim", "absent");
                return self.basic().await;
            }
            Some(answer) if done(answer).is_some() => self.settle("scim", "present"),
            _ => return,
        }
        match there.and_then(|answer| answer.media_type).as_deref() {
            Some("application/scim+json") => self.settle("content_type", "scim"),
            Some("application/json") => self.settle("content_type", "json"),
            _ => {}
        }
        self.schemas().await;
        self.filters(&nobody).await;
        self.case().await;
        self.not_offered().await;
        self.wrong_token().await;
        self.basic().await;
        self.api_host(&nobody).await;
    }

    /// What schemas list; a template's attribute among it, if there is one.
    async fn schemas(&mut self) {
        let asked = self.scim("schemas", Method::GET, "/Schemas", None).await;
        let Some(list) = asked.as_ref().and_then(done) else {
            return;
        };
        let schemas = resources(&list).into_iter().flatten();
        let attributes = schemas.filter_map(|schema| schema.get("attributes")?.as_array());
        let names = attributes.flatten().filter_map(|it| text(it.get("name")));
        let mut template = names.filter(|name| name.to_lowercase().contains("template"));
        if let (Some(name), None) = (template.next(), template.next()) {
            self.settle("template_attribute", &name);
        }
        let fields = self.session.schema_fields(self.options()).await;
        let Ok(Some(fields)) = fields else { return };
        // The middle name is a part of another attribute, which need not tell its parts (cxone.md 1.4).
        let listed = |field: &Attribute| field.optional_field() && *field != Attribute::MiddleName;
        let all = Attribute::ALL.into_iter().filter(listed);
        if !all.clone().all(|field| fields.contains(&field)) {
            self.settle("schemas_show", "enabled_only");
        } else if !all.clone().all(|field| self.enabled.contains(&field)) {
            self.settle("schemas_show", "all");
        }
    }

    /// What becomes of filters and parameters that are not documented, and how an error looks.
    async fn filters(&mut self, nobody: &str) {
        let without = self.scim("no filter", Method::GET, "/Users", None).await;
        if let Some(profile) = without
            .as_ref()
            .filter(|it| refused(it))
            .and_then(|it| profile(&it.json()?))
        {
            self.settle("error_profile", profile);
        }
        let other = format!(
            "/Users?filter={}",
            encoded(&format!("displayName eq \"{NOBODY}\""))
        );
        let other = self
            .scim("a filter by display name", Method::GET, &other, None)
            .await;
        match &other {
            Some(answer) if refused(answer) => self.settle("filter_other_attributes", "refuse"),
            Some(answer) => {
                let list = done(answer).unwrap_or_default();
                if resources(&list).is_some_and(|all| !all.is_empty()) {
                    self.settle("filter_other_attributes", "ignore");
                }
            }
            None => {}
        }
        let pages = format!("{nobody}&startIndex=1&count=1");
        match self
            .scim("startIndex and count", Method::GET, &pages, None)
            .await
        {
            Some(answer) if refused(&answer) => self.settle("extra_parameters", "refuse"),
            Some(answer) if done(&answer).is_some() => self.settle("extra_parameters", "ignore"),
            _ => {}
        }
    }

    /// How user names compare: somebody's, in another case.
    async fn case(&mut self) {
        let everybody = people(&json!({}), &json!({}));
        let found = self
            .search("somebody", SEARCH, &everybody)
            .await
            .unwrap_or_default();
        let rows = found.get("users").and_then(Value::as_array);
        let mut names = rows.into_iter().flatten().filter_map(|row| {
            let name = text(row.get("userName"))?;
            Some((other_case(&name)?, name))
        });
        let Some((other, name)) = names.next() else {
            return;
        };
        let asked = self
            .scim("a name as it is written", Method::GET, &named(&name), None)
            .await;
        if !asked
            .as_ref()
            .and_then(done)
            .is_some_and(|list| finds(&list, &name))
        {
            return;
        }
        let asked = self
            .scim("a name in another case", Method::GET, &named(&other), None)
            .await;
        if let Some(list) = asked.as_ref().and_then(done) {
            let folded = finds(&list, &name);
            self.settle("user_name_compare", if folded { "folded" } else { "exact" });
        }
    }

    async fn not_offered(&mut self) {
        match self.scim("groups", Method::GET, "/Groups", None).await {
            Some(answer) if done(&answer).is_some() => self.settle("groups", "empty"),
            Some(answer) if matches!(status(&answer), 404 | 405) => self.settle("groups", "absent"),
            _ => {}
        }
        let path = "/ServiceProviderConfig";
        match self
            .scim(
                "the service provider's configuration",
                Method::GET,
                path,
                None,
            )
            .await
        {
            // An unknown path, and not another method of a known one.
            Some(answer) if status(&answer) == 405 => self.settle("not_offered", "405"),
            _ => {}
        }
    }

    async fn wrong_token(&mut self) {
        let url = join(&self.place.user_hub, &format!("{SCIM_PATH}/Schemas"));
        let wrong = Pass::Bearer(SecretString::from("jackfield-probe"));
        self.with("a wrong token", &url, &wrong).await;
    }

    /// Whether the access key itself opens the basic-auth paths.
    async fn basic(&mut self) {
        let Ok(Some(pass)) = self.session.api().access().as_basic().await else {
            return;
        };
        let url = join(&self.place.user_hub, &format!("{BASIC_SCIM_PATH}/Schemas"));
        match self.with("the access key as HTTP Basic", &url, &pass).await {
            Some(answer) if answer.status.is_success() => {
                self.settle("basic_credentials", "access_key");
            }
            Some(answer) if status(&answer) == 404 => self.settle("basic_credentials", "absent"),
            _ => {}
        }
    }

    /// Whether the host of the other APIs serves SCIM too: no switch, since nothing rests on it.
    async fn api_host(&mut self, nobody: &str) {
        let Some(api) = self
            .place
            .api
            .clone()
            .filter(|api| *api != self.place.user_hub)
        else {
            return;
        };
        let options = self.options();
        let service = crate::api::Service::UserHub;
        let Ok((_, pass)) = Box::pin(self.session.api().enter(service, options)).await else {
            return;
        };
        let (path, query) = nobody.split_once('?').unwrap_or((nobody, ""));
        let mut url = join(&api, &format!("{SCIM_PATH}{path}"));
        url.set_query(Some(query));
        self.with("SCIM at the host of the other APIs", &url, &pass)
            .await;
    }
}

/// Which of the known shapes an error has (cxone.md 3.4).
fn profile(error: &Value) -> Option<&'static str> {
    let has = |members: &[&str]| members.iter().all(|member| error.get(*member).is_some());
    if has(&["schemas", "detail"]) {
        return Some("scim");
    }
    if has(&["timestamp", "status", "path"]) {
        return Some("spring");
    }
    if has(&["code"]) && (has(&["details"]) || has(&["errors"]) || has(&["entityType"])) {
        return Some("user_hub");
    }
    (has(&["error"]) && (has(&["errorDescription"]) || has(&["error_Description"])))
        .then_some("admin")
}
