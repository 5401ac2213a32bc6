//! Requests to CXone's APIs with a token, and what their failures mean.

use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{Answer, Client, Failure, Method, Request, SecretString, Url};
use serde_json::Value;
use tokio::time::Instant;

use crate::complaint::{Personal, duplicate, words};
use crate::settings::{Auth, Settings, join};
use crate::token::Tokens;

/// One request.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// The path for logs and messages.
    pub(crate) route: &'static str,
    pub(crate) url: Url,
    pub(crate) media_type: &'static str,
    pub(crate) body: Option<&'a Value>,
    /// Whether it changes a user: only then can a lost answer leave something uncertain.
    pub(crate) write: bool,
    /// What may not be shown in an error.
    pub(crate) personal: &'a Personal,
    pub(crate) deadline: Instant,
}

/// An answer that counts.
pub(crate) enum Reply {
    /// 2xx.
    Done(Answer),
    /// 404, and its words.
    Missing {
        /// Whether the body explained itself as CXone's errors do.
        told: bool,
        /// Its words, cut and cleaned.
        detail: String,
    },
}

/// One tenant's APIs.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    base: Url,
    scim: Url,
    access: Access,
    directory_required: bool,
}

/// What goes into `Authorization`.
#[derive(Debug)]
enum Access {
    Key(Box<Tokens>),
    Bearer(SecretString),
}

impl Access {
    fn new(settings: &Settings, client: &Client) -> Self {
        match &settings.auth {
            Auth::AccessKey { id, secret, url } => {
                let base = url.as_ref().unwrap_or(&settings.base_url);
                Access::Key(Box::new(Tokens::new(base, id, secret, client.clone())))
            }
            Auth::Bearer(token) => Access::Bearer(token.clone()),
        }
    }

    /// What is refused with a 401 or 403, and where to mend it.
    fn refused(&self) -> (&'static str, &'static str) {
        match self {
            Access::Key(_) => (
                "access key",
                "check access_key_id, access_key_secret and the role of the key's employee",
            ),
            Access::Bearer(_) => ("token", "check token and what the server lets it do"),
        }
    }
}

pub(crate) fn unavailable(reason: impl Into<String>) -> UpstreamError {
    UpstreamError::Unavailable {
        reason: reason.into(),
        uncertain: false,
        retry_after: None,
    }
}

/// What a failure to get an answer means.
pub(crate) fn failed(failure: &Failure, what: &str, write: bool) -> UpstreamError {
    UpstreamError::Unavailable {
        reason: format!("{what}: {failure}"),
        uncertain: write && failure.may_have_arrived(),
        retry_after: None,
    }
}

impl Api {
    pub(crate) fn new(settings: &Settings, client: Client) -> Self {
        Self {
            base: settings.base_url.clone(),
            scim: join(&settings.base_url, &settings.scim_path),
            access: Access::new(settings, &client),
            directory_required: settings.directory_required,
            client,
        }
    }

    /// The URL of a path of which every segment is already percent-encoded.
    pub(crate) fn url(&self, path: &str) -> Url {
        join(&self.base, path)
    }

    /// The same below the SCIM service.
    pub(crate) fn scim_url(&self, path: &str) -> Url {
        join(&self.scim, path)
    }

    /// Whether roles and teams must be there to be read.
    pub(crate) fn directory_required(&self) -> bool {
        self.directory_required
    }

    /// Sends a request. Where the token was bought, a 401 renews it and sends once more: a refused request has changed
    /// nothing.
    pub(crate) async fn ask(&self, call: &Call<'_>) -> Result<Reply, UpstreamError> {
        let answer = match &self.access {
            Access::Bearer(token) => self.send(call, token).await?,
            Access::Key(tokens) => self.ask_with_key(call, tokens).await?,
        };
        judge(call, answer, self.access.refused())
    }

    async fn ask_with_key(
        &self,
        call: &Call<'_>,
        tokens: &Tokens,
    ) -> Result<Answer, UpstreamError> {
        let token = tokens.get(call.deadline).await?;
        let mut answer = self.send(call, &token.secret()).await?;
        if answer.status.as_u16() == 401 {
            tokens.drop(&token);
            let token = tokens.get(call.deadline).await?;
            answer = self.send(call, &token.secret()).await?;
            if answer.status.as_u16() == 401 {
                tokens.drop(&token);
            }
        }
        Ok(answer)
    }

    async fn send(&self, call: &Call<'_>, token: &SecretString) -> Result<Answer, UpstreamError> {
        let mut request = Request::new(
            call.method.clone(),
            call.url.clone(),
            call.route,
            call.deadline,
        )
        .media_type(call.media_type)
        .bearer(token.clone());
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let sent = self.client.send(request).await;
        sent.map_err(|failure| failed(&failure, &place(call), call.write))
    }
}

fn place(call: &Call<'_>) -> String {
    format!("{} {}", call.method, call.route)
}

fn judge(
    call: &Call<'_>,
    answer: Answer,
    (credential, check): (&str, &str),
) -> Result<Reply, UpstreamError> {
    let status = answer.status.as_u16();
    let detail = words(&answer, call.personal);
    let gone_wrong = |reason: String, uncertain: bool, retry_after: Option<Duration>| {
        Err(UpstreamError::Unavailable {
            reason,
            uncertain: uncertain && call.write,
            retry_after,
        })
    };
    match status {
        200..=299 => Ok(Reply::Done(answer)),
        401 | 403 => gone_wrong(
            format!(
                "CXone does not let the {credential} do {} ({check}): status {status}, {detail}",
                place(call)
            ),
            false,
            None,
        ),
        404 => Ok(Reply::Missing {
            told: answer.json().is_some_and(|body| body.is_object()),
            detail,
        }),
        // Too early and too many were turned away at the door; 408 may have come half-way.
        425 | 429 => gone_wrong(
            format!("{} answers {status}: {detail}", place(call)),
            false,
            answer.retry_after,
        ),
        400..=499 if !matches!(status, 405 | 406 | 407 | 408 | 415 | 421 | 426) => {
            Err(UpstreamError::Refused {
                status,
                duplicate: duplicate(&answer),
                pending: false,
                detail,
            })
        }
        300..=399 => gone_wrong(
            format!(
                "{} is redirected (status {status}), which is not followed: check base_url",
                place(call)
            ),
            false,
            None,
        ),
        _ => gone_wrong(
            format!("{} answers {status}: {detail}", place(call)),
            true,
            answer.retry_after,
        ),
    }
}

/// Why a path that must exist is missing.
pub(crate) fn no_such_path(route: &str, detail: &str) -> UpstreamError {
    unavailable(format!(
        "{route} answers 404: {detail} (check base_url, the host of the tenant's area, and scim_path)"
    ))
}
