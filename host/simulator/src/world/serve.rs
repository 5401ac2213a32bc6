//! Which part of CXone a request is for, and who may ask it.

use hyper::{Method, StatusCode};

use super::{BASIC_SCIM, SCIM, World, is_scim};
use crate::answer::{Answer, Refusal};
use crate::auth::basic;
use crate::request::Request;
use crate::settings::Permission;
use crate::switches::{BasicCredentials, Scim, TokenState};
use crate::{access_keys, admin, directory, discovery, oauth, scim, user_hub};

impl World {
    pub(super) fn serve(&mut self, request: &Request) -> Result<Answer, Refusal> {
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
            _ if admin::owns(&request.path) => {
                admin::serve(&path, request, &caller()?, &self.users, settings)
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
            let detail = "the service is not available";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, detail));
        }
        match request.path.as_str() {
            "/auth/token" => Ok(oauth::token(request, tokens, settings)),
            "/public/user/refresh" => tokens.by_refresh(request.json()?, settings),
            _ => tokens.by_key(request.json()?, settings),
        }
    }
}

fn nothing_here(request: &Request) -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("{} is not offered", request.path),
    )
}
