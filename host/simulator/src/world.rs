//! Everything that the simulator knows at a moment, and the answer it gives at it.

mod serve;

use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::Tokens;
use crate::calls::Calls;
use crate::paced::Paced;
use crate::request::Request;
use crate::settings::{Settings, SettingsError};
use crate::socket::ResetOrder;
use crate::switches::{ContentType, ErrorProfile, Outage, OutageScope, Switches, TokenState};
use crate::users::Users;
use crate::weather::{Fate, Weather};
use crate::{admin, user_hub, weather};

const SCIM: &str = "/scim/v2/";
const BASIC_SCIM: &str = "/basic-auth/scim/v2/";

/// One tenant of CXone.
pub(crate) struct World {
    /// Where the simulator is, as `http://` and its address.
    base: String,
    /// What a reset goes back to.
    start: Settings,
    settings: Settings,
    users: Users,
    tokens: Tokens,
    weather: Weather,
    pub(crate) calls: Calls,
}

impl World {
    /// A world at `base`. An employee of an access key that cannot be made is left out: settings were checked before.
    pub(crate) fn new(settings: Settings, base: String) -> Self {
        let mut users = Users::default();
        let _ = settings.hire_key_employees(&mut users);
        Self {
            base,
            start: settings.clone(),
            settings,
            users,
            tokens: Tokens::default(),
            weather: Weather::default(),
            calls: Calls::default(),
        }
    }

    pub(crate) fn switches(&self) -> &Switches {
        &self.settings.switches
    }

    /// What the weather does to a request.
    pub(crate) fn fate(&mut self, path: &str) -> Fate {
        if self.meets(path) {
            self.weather.fate(&mut self.settings.switches)
        } else {
            Fate::Served
        }
    }

    /// Whether the weather meets a path.
    pub(crate) fn meets(&self, path: &str) -> bool {
        self.switches().outage_scope == OutageScope::All || is_users(path)
    }

    /// Whether a request to the path waits for the end of an outage.
    pub(crate) fn hangs(&self, path: &str) -> bool {
        self.switches().outage == Outage::Hang && self.meets(path)
    }

    /// The answer on its way.
    pub(crate) fn response(
        &self,
        path: &str,
        answer: Answer,
        order: ResetOrder,
    ) -> Response<Paced> {
        let scim = is_scim(path) && self.switches().content_type == ContentType::Scim;
        let content_type = if scim {
            "application/scim+json"
        } else {
            "application/json"
        };
        weather::response(
            answer,
            content_type,
            self.meets(path),
            order,
            &self.settings,
        )
    }

    /// The error of a server that is not well.
    pub(crate) fn unwell(&self, request: &Request, status: StatusCode) -> Answer {
        let reason = match status {
            StatusCode::TOO_MANY_REQUESTS => "too many requests",
            StatusCode::INTERNAL_SERVER_ERROR => "an unexpected error",
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => "no answer from behind",
            _ => "the service is not available",
        };
        self.refuse(request, &Refusal::new(status, reason))
    }

    /// The answer to a request that no outage keeps from it.
    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        self.serve(request)
            .unwrap_or_else(|refusal| self.refuse(request, &refusal))
    }

    /// A refusal in the shape that its path has.
    pub(crate) fn refuse(&self, request: &Request, refusal: &Refusal) -> Answer {
        let profile = if is_scim(&request.path) {
            self.settings.switches.error_profile
        } else if admin::owns(&request.path) {
            ErrorProfile::Admin
        } else if matches!(
            refusal.status,
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT
        ) {
            ErrorProfile::UserHub
        } else {
            ErrorProfile::Spring
        };
        refusal.answer(profile, &request.path)
    }

    /// `GET /simulator/state`
    pub(crate) fn state(&self) -> Value {
        json!({
            "users": self.users.iter().map(|user| user.response(&self.settings)).collect::<Vec<_>>(),
            "calls": self.calls.iter().collect::<Vec<_>>(),
            "settings": self.settings,
        })
    }

    /// `PUT /simulator/settings`; the settings now in force.
    pub(crate) fn change_settings(&mut self, change: &Value) -> Result<Value, SettingsError> {
        let settings = self.settings.changed(change)?;
        let mut users = self.users.clone();
        settings.hire_key_employees(&mut users)?;
        (self.settings, self.users) = (settings, users);
        let turned = change.pointer("/switches/tokens").is_some();
        if turned && self.switches().tokens == TokenState::AllExpiredNow {
            self.tokens.expire_all();
        }
        if change.pointer("/switches/throttle").is_some() {
            self.weather.reset();
        }
        Ok(json!(self.settings))
    }

    /// `POST /simulator/users`: one employee or a list of them, all or none; their ids.
    pub(crate) fn hire(&mut self, body: &Value) -> Result<Value, Refusal> {
        let mut users = self.users.clone();
        let one = std::slice::from_ref(body);
        let list = body.as_array().map_or(one, Vec::as_slice);
        let ids = list
            .iter()
            .map(|employee| user_hub::by_hand(employee, &mut users, &self.settings))
            .collect::<Result<Vec<_>, _>>()?;
        self.users = users;
        Ok(json!({ "ids": ids }))
    }

    /// `POST /simulator/reset`
    pub(crate) fn reset(&mut self) {
        self.settings = self.start.clone();
        self.users = Users::default();
        self.weather.reset();
        let _ = self.settings.hire_key_employees(&mut self.users);
        self.calls.clear();
    }
}

impl Settings {
    /// Puts the employees of access keys into the store where the settings say more of them than an id.
    pub(crate) fn hire_key_employees(&self, users: &mut Users) -> Result<(), SettingsError> {
        for key in &self.access_keys {
            let Some(employee) = &key.employee else {
                continue;
            };
            let mut employee = employee.clone();
            employee.insert("id".into(), key.user.as_str().into());
            user_hub::by_hand(&Value::Object(employee), users, self).map_err(|refusal| {
                SettingsError::one(format!("`access_keys`: employee: {}", refusal.detail))
            })?;
        }
        Ok(())
    }
}

/// Whether a path is one of employees, in SCIM or in User Hub.
fn is_users(path: &str) -> bool {
    let scim = path.strip_prefix(SCIM).or(path.strip_prefix(BASIC_SCIM));
    let scim = scim.is_some_and(|rest| rest == "Users" || rest.starts_with("Users/"));
    let hub = path.strip_prefix("/user-management/").unwrap_or_default();
    scim || user_hub::is_people(&hub.split('/').collect::<Vec<_>>())
}

/// Whether the answers of a path have SCIM's content type and error body.
pub(crate) fn is_scim(path: &str) -> bool {
    path.starts_with(SCIM) || path.starts_with(BASIC_SCIM)
}
