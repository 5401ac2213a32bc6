//! Everything that the simulator knows at a moment, and the answer it gives at it.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::{Tokens, check_basic};
use crate::calls::Calls;
use crate::request::Request;
use crate::settings::{Settings, SettingsError};
use crate::switches::{ErrorProfile, Outage, OutageScope, Switches};
use crate::users::Users;
use crate::{directory, scim};

const SCIM: &str = "/scim/v2/";
const BASIC_SCIM: &str = "/basic-auth/scim/v2/";

/// One tenant of CXone.
pub(crate) struct World {
    /// What a reset goes back to.
    start: Settings,
    settings: Settings,
    users: Users,
    tokens: Tokens,
    pub(crate) calls: Calls,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            start: settings.clone(),
            settings,
            users: Users::default(),
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
        } else if refusal.status == StatusCode::BAD_REQUEST {
            ErrorProfile::UserHub
        } else {
            ErrorProfile::Spring
        };
        refusal.answer(profile, &request.path)
    }

    fn serve(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let authorization = request.authorization.as_deref();
        if let Some(rest) = request.path.strip_prefix(SCIM) {
            self.tokens.check_bearer(authorization)?;
            return scim::serve(rest, request, &mut self.users, &self.settings);
        }
        if let Some(rest) = request.path.strip_prefix(BASIC_SCIM) {
            check_basic(authorization, &self.settings)?;
            return scim::serve(rest, request, &mut self.users, &self.settings);
        }
        let post = request.method == Method::POST;
        match request.path.as_str() {
            "/authentication/v1/token/access-key" if post => {
                self.tokens.by_key(request.json()?, &self.settings)
            }
            "/public/user/refresh" if post => {
                self.tokens.by_refresh(request.json()?, &self.settings)
            }
            "/authorization/v1/roles/search" if post => {
                self.tokens.check_bearer(authorization)?;
                directory::roles(request.json_or_empty()?, &self.settings)
            }
            "/user-management/v4/teams/search" | "/user-management/v3/teams/search" if post => {
                self.tokens.check_bearer(authorization)?;
                directory::teams(request.json_or_empty()?, &self.settings)
            }
            "/user-management/v1/users" if request.method == Method::GET => {
                self.tokens.check_bearer(authorization)?;
                Ok(directory::users(&request.query, &self.users))
            }
            "/authentication/v1/token/access-key"
            | "/public/user/refresh"
            | "/authorization/v1/roles/search"
            | "/user-management/v4/teams/search"
            | "/user-management/v3/teams/search"
            | "/user-management/v1/users" => Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} is not offered here", request.method),
            )),
            path => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                format!("{path} is not simulated"),
            )),
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
        self.settings = self.settings.changed(change)?;
        Ok(json!(self.settings))
    }

    /// `POST /simulator/reset`
    pub(crate) fn reset(&mut self) {
        self.settings = self.start.clone();
        self.users = Users::default();
        self.calls.clear();
    }
}

impl Switches {
    /// The outage that meets a path.
    pub(crate) fn outage_at(&self, path: &str) -> Outage {
        let users = path.strip_prefix(SCIM).or(path.strip_prefix(BASIC_SCIM));
        let users = users.is_some_and(|rest| rest == "Users" || rest.starts_with("Users/"));
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
