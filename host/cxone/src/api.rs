//! Requests to CXone's APIs, and what their failures mean.

use std::sync::Arc;
use std::time::Duration;

use bridge::port::cxone::{CallOptions, UpstreamError};
use client::{Answer, Client, Failure, Method, Request, Url};
use serde_json::Value;

use crate::access::{Access, Pass};
use crate::complaint::{Personal, duplicate, pending, words};
use crate::flight::Boxed;
use crate::place::{Place, Places};
use crate::session::PlaceCache;
use crate::settings::{Settings, join};
use crate::upstreams::{Upstreams, failed, turn};

/// Which of CXone's services is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// SCIM, below `scim_path`.
    Scim,
    /// User Hub, and what else is served beside it: roles, teams, access keys.
    UserHub,
    /// The host of tokens.
    Auth,
}

/// One request.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) service: Service,
    /// The path for logs and messages.
    pub(crate) route: &'static str,
    /// The path below the service, of which every segment is already percent-encoded.
    pub(crate) path: String,
    /// Already percent-encoded.
    pub(crate) query: Option<String>,
    pub(crate) media_type: &'static str,
    pub(crate) body: Option<&'a Value>,
    /// Whether it changes a user: only then can a lost answer leave something uncertain.
    pub(crate) write: bool,
    /// Whether sending it twice does no more than sending it once.
    pub(crate) repeatable: bool,
    /// What may not be shown in an error.
    pub(crate) personal: &'a Personal,
    /// Its deadline is the call's own.
    pub(crate) options: CallOptions,
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

/// Why there is no answer.
struct Lost {
    error: UpstreamError,
    /// There was one, and it was too long to be read.
    too_long: bool,
}

impl From<UpstreamError> for Lost {
    fn from(error: UpstreamError) -> Self {
        Self {
            error,
            too_long: false,
        }
    }
}

impl Lost {
    /// After an attempt that may have been carried out, what goes wrong later does not undo it.
    fn after(mut self, uncertain: bool) -> Self {
        if let UpstreamError::Unavailable { uncertain: it, .. } = &mut self.error {
            *it |= uncertain;
        }
        self
    }
}

/// What CXone does not let us do, or does not have.
pub(crate) struct Denied {
    /// Whether it is not there, 404, rather than not allowed, 401 or 403.
    pub(crate) missing: bool,
    /// What that comes to for whom it matters.
    pub(crate) error: UpstreamError,
}

/// One tenant's APIs.
#[derive(Debug)]
pub(crate) struct Api {
    upstreams: Arc<Upstreams>,
    places: Places,
    access: Access,
    scim_path: String,
    directory_required: bool,
}

pub(crate) fn unavailable(reason: impl Into<String>) -> UpstreamError {
    UpstreamError::Unavailable {
        reason: reason.into(),
        uncertain: false,
        retry_after: None,
    }
}

impl Api {
    pub(crate) fn new(
        settings: &Settings,
        client: Client,
        cache: Option<Arc<dyn PlaceCache>>,
    ) -> Self {
        let upstreams = Arc::new(Upstreams::new(settings, client));
        Self {
            places: Places::new(settings, &upstreams, cache),
            access: Access::new(&settings.auth, &upstreams),
            scim_path: settings.scim_path.clone(),
            directory_required: settings.directory_required,
            upstreams,
        }
    }

    /// Whether roles and teams must be there to be read.
    pub(crate) fn directory_required(&self) -> bool {
        self.directory_required
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Where CXone is, and what lets a request in.
    pub(crate) fn enter(
        &self,
        service: Service,
        options: CallOptions,
    ) -> Boxed<'_, (Arc<Place>, Pass)> {
        Box::pin(self.entered(service, options))
    }

    async fn entered(
        &self,
        service: Service,
        options: CallOptions,
    ) -> Result<(Arc<Place>, Pass), UpstreamError> {
        let (place, pass) = self.pass(service, options).await?;
        let tenant = pass.claims().and_then(|claims| claims.tenant.clone());
        if tenant.is_none() || place.tenant.is_none() || tenant == place.tenant {
            return Ok((place, pass));
        }
        // A place that was remembered, and credentials of another tenant since.
        self.places.doubt();
        self.pass(service, options).await
    }

    async fn pass(
        &self,
        service: Service,
        options: CallOptions,
    ) -> Result<(Arc<Place>, Pass), UpstreamError> {
        let place = self.places.get(&self.access, options).await?;
        let pass = self.access.pass(service, &place.tokens, options.deadline);
        match pass.await {
            Ok(pass) => Ok((place, pass)),
            Err(error) => {
                if self.access.take_lost() {
                    self.places.doubt();
                }
                Err(error)
            }
        }
    }

    /// Sends a request and says what its answer means.
    pub(crate) async fn ask(&self, call: &Call<'_>) -> Result<Reply, UpstreamError> {
        let answer = self.answer(call).await?;
        judge(call, answer, self.access.refused())
    }

    /// The same for what a key need not be allowed, and a tenant need not have.
    pub(crate) async fn ask_if_allowed(
        &self,
        call: &Call<'_>,
    ) -> Result<Result<Answer, Denied>, UpstreamError> {
        let answer = self.answer(call).await?;
        let status = answer.status.as_u16();
        match judge(call, answer, self.access.refused()) {
            Ok(Reply::Done(answer)) => Ok(Ok(answer)),
            Ok(Reply::Missing { detail, .. }) => Ok(Err(Denied {
                missing: true,
                error: no_such_path(call.route, &detail),
            })),
            Err(error) if matches!(status, 401 | 403) => Ok(Err(Denied {
                missing: false,
                error,
            })),
            Err(error) => Err(error),
        }
    }

    /// The same for what we can do without: whatever will not be better the next time, an answer too long to be read too,
    /// is a denial.
    pub(crate) async fn ask_if_had(
        &self,
        call: &Call<'_>,
    ) -> Result<Result<Answer, Denied>, UpstreamError> {
        let denied = |missing, error| Ok(Err(Denied { missing, error }));
        let answer = match Box::pin(self.answered(call)).await {
            Ok(answer) => answer,
            Err(lost) if lost.too_long => return denied(false, lost.error),
            Err(lost) => return Err(lost.error),
        };
        let status = answer.status.as_u16();
        match judge(call, answer, self.access.refused()) {
            Ok(Reply::Done(answer)) => Ok(Ok(answer)),
            Ok(Reply::Missing { detail, .. }) => denied(true, no_such_path(call.route, &detail)),
            Err(error) if (300..500).contains(&status) && !matches!(status, 408 | 425 | 429) => {
                denied(false, error)
            }
            Err(error) => Err(error),
        }
    }

    /// Sends a request. After a 401 what lets us in is renewed, and if it is another then, the request is sent once more:
    /// a refused request has changed nothing.
    pub(crate) fn answer<'a>(&'a self, call: &'a Call<'a>) -> Boxed<'a, Answer> {
        Box::pin(async move { self.answered(call).await.map_err(|lost| lost.error) })
    }

    async fn answered(&self, call: &Call<'_>) -> Result<Answer, Lost> {
        let deadline = call.options.deadline;
        let (place, pass) = self.enter(call.service, call.options).await?;
        let url = self.url(call, &place);
        let mut answer = self.send(call, &url, &pass).await?;
        if answer.status.as_u16() == 401 {
            let before = answer.uncertain;
            let maybe_done = |lost: Lost| lost.after(before && call.write);
            let next = self
                .access
                .after_refusal(call.service, &place.tokens, &pass, deadline)
                .await
                .map_err(|error| maybe_done(error.into()))?;
            if let Some(pass) = next {
                answer = self.send(call, &url, &pass).await.map_err(maybe_done)?;
                answer.uncertain |= before;
                if answer.status.as_u16() == 401 {
                    self.access.forget(&pass);
                }
            }
        }
        if answer.status.as_u16() == 404 && !explains(&answer) {
            self.places.doubt();
        }
        Ok(answer)
    }

    /// Sends a request of a probe, in what it says itself, to a host of the tenant's.
    pub(crate) async fn probe(&self, url: &Url, request: Request) -> Result<Answer, Failure> {
        let turn = client::Priority::Background;
        self.upstreams.send(url, request, turn, false).await
    }

    fn url(&self, call: &Call<'_>, place: &Place) -> Url {
        let mut url = match call.service {
            Service::Scim => join(&place.user_hub, &format!("{}{}", self.scim_path, call.path)),
            Service::UserHub => join(&place.user_hub, &call.path),
            Service::Auth => join(place.auth(), &call.path),
        };
        url.set_query(call.query.as_deref());
        url
    }

    async fn send(&self, call: &Call<'_>, url: &Url, pass: &Pass) -> Result<Answer, Lost> {
        let mut request = Request::new(
            call.method.clone(),
            url.clone(),
            call.route,
            call.options.deadline,
        )
        .media_type(call.media_type);
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let request = pass.onto(request);
        let turn = turn(call.options.priority);
        let sent = self.upstreams.send(url, request, turn, call.repeatable);
        sent.await.map_err(|failure| {
            if matches!(failure, Failure::Connect { .. }) {
                self.places.doubt();
            }
            Lost {
                error: failed(&failure, &place(call), call.write),
                too_long: matches!(failure, Failure::TooLong { .. }),
            }
        })
    }
}

/// Whether the body explains itself as CXone's errors do.
fn explains(answer: &Answer) -> bool {
    answer.json().is_some_and(|body| body.is_object())
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
    // What an earlier attempt may have done, a later answer does not undo.
    let before = answer.uncertain;
    let gone_wrong = |reason: String, uncertain: bool, retry_after: Option<Duration>| {
        Err(UpstreamError::Unavailable {
            reason,
            uncertain: (uncertain || before) && call.write,
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
            told: explains(&answer),
            detail,
        }),
        // Too early and too many were turned away at the door; 408 may have come half-way.
        425 | 429 => gone_wrong(
            format!("{} answers {status}: {detail}", place(call)),
            false,
            answer.retry_after,
        ),
        400..=499 if before && call.write => gone_wrong(
            format!(
                "{} answers {status} to a second attempt, and the first may have been carried out: {detail}",
                place(call)
            ),
            true,
            None,
        ),
        400..=499 if !matches!(status, 405 | 406 | 407 | 408 | 415 | 421 | 426) => {
            Err(UpstreamError::Refused {
                status,
                duplicate: duplicate(&answer),
                pending: pending(&answer),
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
