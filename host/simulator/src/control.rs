//! The four paths for people and tests. Open to everybody who reaches the listener, never recorded, always answered.

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::handle::Shared;
use crate::request::Request;
use crate::settings::SettingsError;

/// Whether a path is one of ours, known or not.
pub(crate) fn owns(path: &str) -> bool {
    path == "/simulator" || path.starts_with("/simulator/")
}

pub(crate) fn serve(shared: &Shared, request: &Request) -> Answer {
    match (&request.method, request.path.as_str()) {
        (&Method::GET, "/simulator/state") => Answer::ok(shared.world().state()),
        (&Method::PUT, "/simulator/settings") => change(shared, request),
        (&Method::POST, "/simulator/reset") => {
            shared.world().reset();
            shared.settings_changed();
            Answer::empty()
        }
        (&Method::POST, "/simulator/users") => hire(shared, request),
        (
            _,
            "/simulator/state" | "/simulator/settings" | "/simulator/reset" | "/simulator/users",
        ) => problem(
            StatusCode::METHOD_NOT_ALLOWED,
            &SettingsError::one("there is another method here"),
        ),
        _ => {
            let paths = "there are GET /simulator/state, PUT /simulator/settings, POST /simulator/users and \
                         POST /simulator/reset";
            problem(StatusCode::NOT_FOUND, &SettingsError::one(paths))
        }
    }
}

fn change(shared: &Shared, request: &Request) -> Answer {
    let body = match request.json() {
        Ok(body) => body,
        Err(refusal) => return problem(refusal.status, &SettingsError::one(refusal.detail)),
    };
    let changed = shared.world().change_settings(body);
    match changed {
        Ok(settings) => {
            shared.settings_changed();
            Answer::ok(settings)
        }
        Err(error) => problem(StatusCode::BAD_REQUEST, &error),
    }
}

fn hire(shared: &Shared, request: &Request) -> Answer {
    let hired = request.json().and_then(|body| shared.world().hire(body));
    match hired {
        Ok(ids) => Answer::ok(ids),
        Err(refusal) => problem(refusal.status, &SettingsError::one(refusal.detail)),
    }
}

fn problem(status: StatusCode, error: &SettingsError) -> Answer {
    let body = json!({ "status": status.as_u16(), "message": error.to_string(), "problems": error.problems });
    Answer {
        status,
        body: Some(body),
    }
}
