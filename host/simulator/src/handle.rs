//! The way of a request: read, recorded, delayed, met by an outage or not, answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;
use tokio::sync::watch;

use crate::answer::{Answer, Refusal};
use crate::control;
use crate::request::{Body, Request};
use crate::server::told;
use crate::settings::Settings;
use crate::switches::{ContentType, Outage};
use crate::world::{World, is_scim};

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// The longest body that is taken off the wire, in bytes.
const LONGEST_DRAINED: usize = 8 * 1024 * 1024;

/// The request ends without an answer: by an outage, or because its body could not be read.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
pub(crate) struct NoAnswer;

/// What all connections share.
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Ticks when settings change; who hangs looks again.
    changed: watch::Sender<()>,
}

impl Shared {
    pub(crate) fn new(settings: Settings, base: String) -> Self {
        Self {
            world: Mutex::new(World::new(settings, base)),
            changed: watch::Sender::new(()),
        }
    }

    /// A world whose last user panicked is still whole enough to be looked at.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings_changed(&self) {
        self.changed.send_replace(());
    }

    /// Returns when no outage hangs the path any more, or the simulator stops.
    async fn hang(&self, path: &str, stop: &mut watch::Receiver<bool>) {
        let mut changed = self.changed.subscribe();
        while self.world().switches().outage_at(path) == Outage::Hang {
            tokio::select! {
                _ = changed.changed() => {}
                () = told(stop) => return,
            }
        }
    }
}

/// Serves one request.
pub(crate) async fn handle(
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, NoAnswer> {
    let request = read(request).await?;
    if control::owns(&request.path) {
        return Ok(response(
            control::serve(&shared, &request),
            "application/json",
        ));
    }
    let (call, latency) = {
        let mut world = shared.world();
        let body = match &request.body {
            Body::Json(body) => Some(body.clone()),
            Body::Form(form) => {
                let members = form.iter();
                let members =
                    members.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
                Some(Value::Object(members.collect()))
            }
            _ => None,
        };
        let call = world
            .calls
            .record(request.method.as_str(), &request.target(), body);
        (call, world.switches().latency_ms)
    };
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }

    let outage = {
        let mut world = shared.world();
        let outage = world.switches().outage_at(&request.path);
        if outage != Outage::None && world.switches().outage_applies {
            // The write takes effect, its answer is lost.
            let _ = world.answer(&request);
        }
        outage
    };
    match outage {
        Outage::Reset => return Err(NoAnswer),
        Outage::Hang => shared.hang(&request.path, &mut stop).await,
        Outage::None | Outage::Unavailable => {}
    }

    let mut world = shared.world();
    let answer = if outage == Outage::None {
        world.answer(&request)
    } else {
        world.refuse(
            &request,
            &Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the service is not available",
            ),
        )
    };
    world.calls.answered(call, answer.status.as_u16());
    let scim = is_scim(&request.path) && world.switches().content_type == ContentType::Scim;
    drop(world);
    Ok(response(
        answer,
        if scim {
            "application/scim+json"
        } else {
            "application/json"
        },
    ))
}

async fn read(request: hyper::Request<Incoming>) -> Result<Request, NoAnswer> {
    let (parts, body) = request.into_parts();
    let form = parts.uri.path() == "/auth/token";
    let body = read_body(body, form).await?;
    let authorization = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    Ok(Request {
        authorization: authorization.map(str::to_owned),
        accepts: parts.headers.contains_key(ACCEPT),
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body,
    })
}

/// What is too long is read to its end, within reason, so that the client gets to see the 413.
async fn read_body(mut body: Incoming, form: bool) -> Result<Body, NoAnswer> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while length <= LONGEST_DRAINED
        && let Some(frame) = body.frame().await
    {
        let Ok(data) = frame.map_err(|_| NoAnswer)?.into_data() else {
            continue;
        };
        length += data.len();
        if length <= LONGEST_BODY {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(if length > LONGEST_BODY {
        Body::TooLong
    } else if form {
        Body::Form(form_urlencoded::parse(&bytes).into_owned().collect())
    } else {
        parsed(&bytes)
    })
}

fn parsed(bytes: &[u8]) -> Body {
    if bytes.is_empty() {
        return Body::None;
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => Body::Json(value),
        Err(error) => Body::Malformed(error.to_string()),
    }
}

fn response(answer: Answer, content_type: &'static str) -> Response<Full<Bytes>> {
    let body = answer.body.as_ref().map(Value::to_string);
    let mut response = Response::new(Full::from(body.unwrap_or_default()));
    *response.status_mut() = answer.status;
    if answer.body.is_some() {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}
