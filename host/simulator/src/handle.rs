//! The way of a request: read, recorded, delayed, met by an outage or not, answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;
use tokio::sync::watch;

use crate::answer::Answer;
use crate::control;
use crate::paced::Paced;
use crate::request::{Body, Request};
use crate::server::told;
use crate::settings::Settings;
use crate::socket::ResetOrder;
use crate::switches::CutAnswer;
use crate::weather::{self, Fate};
use crate::world::World;

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
        while self.world().hangs(path) {
            tokio::select! {
                _ = changed.changed() => {}
                () = told(stop) => return,
            }
        }
    }
}

/// Serves one request. `order` resets its connection.
pub(crate) async fn handle(
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
    order: ResetOrder,
    request: hyper::Request<Incoming>,
) -> Result<Response<Paced>, NoAnswer> {
    let request = read(request).await?;
    if control::owns(&request.path) {
        return Ok(plain(&control::serve(&shared, &request)));
    }
    let (call, latency) = {
        let mut world = shared.world();
        let body = recorded(&request.body);
        let call = world
            .calls
            .record(request.method.as_str(), &request.target(), body);
        (call, world.switches().latency_ms)
    };
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }

    let fate = {
        let mut world = shared.world();
        let fate = world.fate(&request.path);
        if fate.may_apply() && world.switches().outage_applies {
            // The write takes effect, its answer is lost.
            let _ = world.answer(&request);
        }
        fate
    };
    match fate {
        Fate::Reset => return Err(NoAnswer),
        Fate::Hang => shared.hang(&request.path, &mut stop).await,
        Fate::Served | Fate::Refused(_) | Fate::ErrorInOk | Fate::Page => {}
    }

    let mut world = shared.world();
    let answer = match fate {
        Fate::Served => world.answer(&request),
        Fate::Page => {
            world.calls.answered(call, StatusCode::OK.as_u16());
            return Ok(weather::page());
        }
        Fate::Refused(status) => world.unwell(&request, status),
        Fate::ErrorInOk => Answer {
            status: StatusCode::OK,
            ..world.unwell(&request, StatusCode::INTERNAL_SERVER_ERROR)
        },
        Fate::Reset | Fate::Hang => world.unwell(&request, StatusCode::SERVICE_UNAVAILABLE),
    };
    let cut = world.meets(&request.path) && world.switches().cut_answer != CutAnswer::None;
    if !cut || answer.body.is_none() {
        world.calls.answered(call, answer.status.as_u16());
    }
    Ok(world.response(&request.path, answer, order))
}

/// A body as the record of calls has it.
fn recorded(body: &Body) -> Option<Value> {
    match body {
        Body::Json(body) => Some(body.clone()),
        Body::Form(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (name.clone(), value.as_str().into()));
            Some(Value::Object(members.collect()))
        }
        Body::None | Body::Malformed(_) | Body::TooLong => None,
    }
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

/// An answer of the simulator's own, which no weather meets.
fn plain(answer: &Answer) -> Response<Paced> {
    let body = answer.body.as_ref().map(Value::to_string);
    let typed = body.is_some();
    let mut response = Response::new(Paced::whole([Bytes::from(body.unwrap_or_default())]));
    *response.status_mut() = answer.status;
    if typed {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}
