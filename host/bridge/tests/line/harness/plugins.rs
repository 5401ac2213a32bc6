//! Plugins as pure functions of source and groups. `displayName` says what the rules do: `deny`, `defer` (until in a group),
//! `trap`, `owe` (fail, until mended, with a failure that is owed, and the mapper with it), `leave` (deactivate who is in no group), or nothing. A group called `role X` gives the role X. `userType` chooses the
//! template of that name. A `preferredLanguage` is the user name in CXone; a look-up of `unmapped.` anything fails, until mended.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bridge::port::plugins::{
    Denial, Ending, Evaluated, Evaluation, Operation, PluginFailure, Plugins, Standing, Step,
    Verdict,
};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::user::AppliedTemplate;
use serde_json::{Map, Value, json};

/// What `pure` says that it reads, and does: a time zone, where nothing else says one.
pub(crate) const NEVER_SENT: &str = "urn:example:people:1.0:User:zone";

#[derive(Debug, Default)]
pub(crate) struct Pure {
    pub(crate) operations: Mutex<Vec<Operation>>,
    /// Whether a template was due, of the last evaluation.
    pub(crate) template_due: Mutex<bool>,
    /// How long an evaluation takes.
    pub(crate) takes: Mutex<Duration>,
    /// What `owe` fails with is no more.
    pub(crate) mended: AtomicBool,
    /// Whether it was a trial, each time that a leaver's user name was asked for.
    pub(crate) trials: Mutex<Vec<bool>>,
}

/// The mapping, for assertions too: what CXone is to hold of a source.
pub(crate) fn mapped(source: &Source) -> Target {
    let document = Value::Object(source.as_map().clone());
    let mut target = Target::default();
    let mut map = |attribute, pointer: &str| {
        if let Some(text) = document.pointer(pointer).and_then(Value::as_str) {
            target.set(attribute, text);
        }
    };
    map(Attribute::UserName, "/userName");
    map(Attribute::UserName, "/preferredLanguage");
    map(Attribute::GivenName, "/name/givenName");
    map(Attribute::FamilyName, "/name/familyName");
    map(Attribute::DisplayName, "/displayName");
    map(Attribute::Email, "/emails/0/value");
    map(Attribute::Role, "/title");
    map(Attribute::MiddleName, "/name/middleName");
    map(Attribute::TimeZone, "/timezone");
    map(Attribute::ExternalIdentity, "/externalId");
    map(Attribute::TimeZone, "/urn:example:people:1.0:User/zone");
    target
}

fn trap(owe: bool) -> PluginFailure {
    PluginFailure {
        plugin: "pure".to_owned(),
        ending: Ending::Trap,
        message: "as asked".to_owned(),
        owe,
    }
}

#[async_trait]
impl Plugins for Pure {
    async fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure> {
        let takes = *self.takes.lock().expect("no panic");
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        let operation = evaluation.operation;
        self.operations.lock().expect("no panic").push(operation);
        *self.template_due.lock().expect("no panic") = evaluation.template_due;
        let mut target = mapped(&evaluation.source);
        let role = |name: &'_ str| name.strip_prefix("role ").map(str::to_owned);
        if let Some(role) = evaluation
            .groups
            .iter()
            .find_map(|group| role(&group.display_name))
        {
            target.set(Attribute::Role, role);
        }
        if target.get(Attribute::DisplayName) == Some("leave") && evaluation.groups.is_empty() {
            target.active = Some(false);
        }
        let chosen = evaluation
            .source
            .as_map()
            .get("userType")
            .and_then(Value::as_str);
        let template = match chosen.filter(|_| evaluation.template_due) {
            Some(name) => evaluation
                .templates
                .get(name)
                .map(|template| AppliedTemplate {
                    name: name.to_owned(),
                    values: template.values.clone(),
                }),
            None => evaluation.applied.clone(),
        };
        if let Some(template) = &template {
            for (attribute, value) in &template.values.values {
                target.set(*attribute, value.as_str());
            }
            for attribute in &template.values.cleared {
                target.clear(*attribute);
            }
        }
        let verdict = match target.get(Attribute::DisplayName) {
            Some("trap") => return Err(trap(false)),
            Some("owe") if !self.mended.load(Ordering::SeqCst) => return Err(trap(true)),
            Some("deny") => Verdict::Deny(Denial {
                rule: "pure".to_owned(),
                status: 400,
                scim_type: Some("invalidValue".to_owned()),
                detail: "denied".to_owned(),
                attribute: Some("displayName".to_owned()),
                fix: "ask for something else".to_owned(),
            }),
            Some("defer") if evaluation.groups.is_empty() => {
                Verdict::Defer("waits for a group".to_owned())
            }
            _ => Verdict::Allow,
        };
        Ok(Evaluated {
            steps: vec![Step::between(
                "pure",
                &Target::default(),
                &target,
                Standing::Applied,
            )],
            target,
            template,
            verdict,
            warnings: Vec::new(),
        })
    }

    fn needs(&self) -> Vec<(String, String)> {
        ["active", "title", "externalId", NEVER_SENT]
            .map(|path| ("pure".to_owned(), path.to_owned()))
            .to_vec()
    }

    fn vocabulary(&self) -> Vec<String> {
        vec!["Supervisor".to_owned(), "gold".to_owned()]
    }

    async fn to_target(&self, source: Source) -> Result<Target, PluginFailure> {
        let target = mapped(&source);
        let fails = target.get(Attribute::DisplayName) == Some("owe")
            || source.user_name().starts_with("unmapped.");
        match fails && !self.mended.load(Ordering::SeqCst) {
            true => Err(trap(false)),
            false => Ok(target),
        }
    }

    async fn user_name(
        &self,
        source: Source,
        trial: bool,
    ) -> Result<Option<String>, PluginFailure> {
        self.trials.lock().expect("no panic").push(trial);
        let target = self.to_target(source).await?;
        Ok(target.get(Attribute::UserName).map(str::to_owned))
    }

    async fn to_source(
        &self,
        target: Target,
        _remembered: Option<Source>,
    ) -> Result<Source, PluginFailure> {
        let text = |attribute| target.get(attribute).unwrap_or_default().to_owned();
        let mut source = Map::new();
        source.insert("userName".to_owned(), json!(text(Attribute::UserName)));
        source.insert(
            "name".to_owned(),
            json!({"givenName": text(Attribute::GivenName), "familyName": text(Attribute::FamilyName)}),
        );
        source.insert(
            "emails".to_owned(),
            json!([{"value": text(Attribute::Email)}]),
        );
        source.insert("active".to_owned(), json!(target.active.unwrap_or(true)));
        Ok(source.into())
    }

    fn not_loaded(&self) -> Vec<PluginFailure> {
        Vec::new()
    }
}
