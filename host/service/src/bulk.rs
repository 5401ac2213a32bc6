//! Bulk requests (RFC 7644, section 3.7): many writes, each as if it came alone.

use std::time::{Duration, Instant};

use bridge::said::Condition;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use scim::bulk::{Bulk, Operation, Outcome, Run};
use scim::error::Error;
use scim::etag::Matches;
use scim::schema::ResourceType;
use serde_json::Value;

use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// For how long operations are begun: what is left of the request's time belongs to the last of them and to the answer.
const BUDGET: Duration = Duration::from_secs(25);

/// POST /Bulk. One operation is done after the other, in an order in which references can be resolved.
pub(crate) async fn carry_out(call: &Call<'_>, body: Value) -> Result<Answer, Failure> {
    let mut run = Run::new(Bulk::parse(body)?, &call.base_url);
    let started = Instant::now();
    let alone = Call {
        brief: true,
        base_url: call.base_url.clone(),
        ..*call
    };
    while let Some(operation) = run.begin() {
        let outcome = if started.elapsed() < BUDGET {
            outcome(&alone, operation).await
        } else {
            let detail = "not begun: the bulk request took too long; send the operation again";
            Outcome::failure(&Error::status(503, detail))
        };
        run.end(outcome);
    }
    Ok(respond::json(StatusCode::OK, &run.response()))
}

async fn outcome(call: &Call<'_>, operation: Operation) -> Outcome {
    let Operation {
        method,
        version,
        endpoint,
        data,
        ..
    } = operation;
    let condition = match &version {
        Some(version) => Condition::IfMatch(Matches::parse(version)),
        None => Condition::None,
    };
    let resources = match endpoint.resource_type {
        ResourceType::User => "Users",
        ResourceType::Group => "Groups",
    };
    let path: Vec<&str> = std::iter::once(resources)
        .chain(endpoint.id.as_deref())
        .collect();
    match call.write(method.as_str(), &path, data, condition).await {
        Ok(answer) => done(answer).await,
        Err(failure) => Outcome::failure(&failure.error),
    }
}

/// What a bulk answer says of an operation's own: no body, which may be read at its location.
async fn done(answer: Answer) -> Outcome {
    let status = answer.status();
    let text = |name| {
        let value = answer.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let location = text(header::LOCATION);
    let id = location.and_then(|url| url.rsplit('/').next().map(str::to_owned));
    let version = text(header::ETAG);
    let failed = status.is_client_error() || status.is_server_error();
    let response = match answer.into_body().collect().await {
        Ok(body) if failed => serde_json::from_slice(&body.to_bytes()).ok(),
        _ => None,
    };
    Outcome {
        status: status.as_u16(),
        id,
        version,
        response,
    }
}
