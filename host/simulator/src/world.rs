//! Everything that the simulator knows at a moment, and the answer it gives at it.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::{Tokens, basic};
use crate::calls::Calls;
use crate::request::Request;
use crate::settings::{Permission, Settings, SettingsError};
use crate::switches::{
    BasicCredentials, ErrorProfile, Outage, OutageScope, Scim, Switches, TokenState,
};
use crate::users::Users;
use crate::{access_keys, directory, discovery, oauth, scim, user_hub};

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
            calls: Calls::default(),
        }
    }

    pub(crate) fn switches(&self) -> &Switches {
        &self.settings.switches
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

    fn serve(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let authorization = request.authorization.as_deref();
        if is_scim(&request.path) {
            return self.serve_scim(request);
        }
        let settings = &self.settings;
        let caller = || self.tokens.bearer(authorization, settings);
        let path = request.segments();
        match (&request.method, path.as_slice()) {
            (&Method::GET, [".well-known", "cxone-configuration"]) => {
                discovery::configuration(&request.query, &self.base, settings)
            }
            (&Method::GET, [".well-known", "openid-configuration"]) => {
                discovery::openid(&self.base, settings)
            }
            (
                &Method::POST,
                ["authentication", "v1", "token", "access-key"]
                | ["public", "user", "refresh"]
                | ["auth", "token"],
            ) => self.serve_tokens(request),
            (&Method::GET, ["auth", "userinfo"]) => {
                oauth::userinfo(&caller()?, &self.users, settings)
            }
            (&Method::GET, ["access-key-management", "v1", "access-keys"]) => {
                access_keys::list(&request.query, &caller()?, &self.users, settings)
            }
            (&Method::GET, ["access-key-management", "v1", "access-keys", id]) => {
                access_keys::one(id, &caller()?, &self.users, settings)
            }
            (&Method::POST, ["authorization", "v1", "roles", "search"]) => {
                caller()?.must(Permission::RolesRead)?;
                directory::roles(request.json_or_empty()?, settings)
            }
            (_, ["user-management", rest @ ..]) => {
                let caller = caller()?;
                user_hub::serve(rest, request, &caller, &mut self.users, settings)
            }
            (
                _,
                [
                    ".well-known",
                    "cxone-configuration" | "openid-configuration",
                ]
                | ["authentication", "v1", "token", "access-key"]
                | ["public", "user", "refresh"]
                | ["auth", "token" | "userinfo"]
                | ["access-key-management", "v1", "access-keys", ..]
                | ["authorization", "v1", "roles", "search"],
            ) => Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} is not offered here", request.method),
            )),
            _ => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                format!("{} is not simulated", request.path),
            )),
        }
    }

    fn serve_scim(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let authorization = request.authorization.as_deref();
        let switches = &self.settings.switches;
        let (rest, caller) = match request.path.strip_prefix(BASIC_SCIM) {
            _ if switches.scim == Scim::Absent => return Err(nothing_here(request)),
            Some(_) if switches.basic_credentials == BasicCredentials::Absent => {
                return Err(nothing_here(request));
            }
            Some(rest) => (rest, basic(authorization, &self.settings)?),
            None => {
                let rest = request.path.strip_prefix(SCIM).unwrap_or_default();
                (rest, self.tokens.bearer(authorization, &self.settings)?)
            }
        };
        if rest == "Users" || rest.starts_with("Users/") {
            caller.must(if request.method == Method::GET {
                Permission::EmployeesRead
            } else {
                Permission::EmployeesWrite
            })?;
        }
        scim::serve(rest, request, &mut self.users, &self.settings)
    }

    /// Where tokens are made.
    fn serve_tokens(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let (tokens, settings) = (&mut self.tokens, &self.settings);
        if settings.switches.tokens == TokenState::EndpointDown {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the service is not available",
            ));
        }
        match request.path.as_str() {
            "/auth/token" => Ok(oauth::token(request, tokens, settings)),
            "/public/user/refresh" => tokens.by_refresh(request.json()?, settings),
            _ => tokens.by_key(request.json()?, settings),
        }
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

impl Switches {
    /// The outage that meets a path.
    pub(crate) fn outage_at(&self, path: &str) -> Outage {
        let scim = path.strip_prefix(SCIM).or(path.strip_prefix(BASIC_SCIM));
        let scim = scim.is_some_and(|rest| rest == "Users" || rest.starts_with("Users/"));
        let hub = path.strip_prefix("/user-management/").unwrap_or_default();
        let users = scim || user_hub::is_people(&hub.split('/').collect::<Vec<_>>());
        if self.outage_scope == OutageScope::All || users {
            self.outage
        } else {
            Outage::None
        }
    }
}

/// Whether the answers of a path have SCIM's content type and error body.
pub(crate) fn is_scim(path: &str) -> bool {
    path.starts_with(SCIM) || path.starts_with(BASIC_SCIM)
}

fn nothing_here(request: &Request) -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("{} is not offered", request.path),
    )
}
