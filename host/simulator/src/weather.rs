//! What becomes of a request and of its answer in bad weather.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;

use crate::answer::Answer;
use crate::clock;
use crate::paced::Paced;
use crate::settings::Settings;
use crate::socket::ResetOrder;
use crate::switches::{AnswerForm, CutAnswer, Outage, RetryAfter, Switches};

/// What a sign-in page looks like, as far as a client of an API cares.
const PAGE: &str = "<!doctype html>\n<html><head><title>Sign in</title></head><body>Sign in to go on.</body></html>\n";

/// No text in any encoding that JSON may have.
const GARBAGE: &[u8] = &[0x00, 0xff, 0xfe, 0x80, 0x7b, 0x22, 0xc3, 0x28, 0x00, 0x17];

/// A part of the white space before an oversized answer, and how many there are: 32 MiB.
const SPACE: &[u8] = &[b' '; 64 * 1024];
const SPACES: usize = 512;

/// What meets a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is served.
    Served,
    /// Its connection is reset.
    Reset,
    /// It waits until the outage ends, then it is answered 503.
    Hang,
    /// It is answered an error, with this status.
    Refused(StatusCode),
    /// The body of an error, under 200.
    ErrorInOk,
    /// A page, under 200.
    Page,
}

impl Fate {
    /// Whether the request may have taken effect all the same: so with everything but a throttle.
    pub(crate) fn may_apply(self) -> bool {
        !matches!(
            self,
            Self::Served | Self::Refused(StatusCode::TOO_MANY_REQUESTS)
        )
    }
}

/// What the weather remembers from request to request.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// The requests met since the throttle was turned.
    met: u64,
}

impl Weather {
    /// Counts anew.
    pub(crate) fn reset(&mut self) {
        self.met = 0;
    }

    /// What meets a request that is in the weather's scope.
    pub(crate) fn fate(&mut self, switches: &mut Switches) -> Fate {
        match switches.outage {
            Outage::None => {}
            Outage::Reset => return Fate::Reset,
            Outage::Hang => return Fate::Hang,
            Outage::Unavailable => return Fate::Refused(StatusCode::SERVICE_UNAVAILABLE),
        }
        self.met += 1;
        if switches.throttle > 0 && self.met.is_multiple_of(switches.throttle) {
            return Fate::Refused(StatusCode::TOO_MANY_REQUESTS);
        }
        if let Some(status) = switches.errors_5xx.next() {
            let status = StatusCode::from_u16(status);
            return Fate::Refused(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        }
        match switches.answer {
            AnswerForm::ErrorInOk => Fate::ErrorInOk,
            AnswerForm::Html => Fate::Page,
            _ => Fate::Served,
        }
    }
}

/// An answer as it goes out. `met` is whether the weather meets its path.
pub(crate) fn response(
    answer: Answer,
    content_type: &'static str,
    met: bool,
    order: ResetOrder,
    settings: &Settings,
) -> Response<Paced> {
    let switches = &settings.switches;
    let form = if met {
        switches.answer
    } else {
        AnswerForm::Normal
    };
    let typed = answer.body.is_some();
    let text = answer.body.as_ref().map(Value::to_string);
    let mut body = Paced::whole(spoiled(text.unwrap_or_default().into(), form));
    if met && switches.slow_body_ms > 0 {
        body = body.slowly(Duration::from_millis(switches.slow_body_ms));
    }
    body = match switches.cut_answer {
        CutAnswer::Reset if met && typed => body.cut(Some(order)),
        CutAnswer::Close if met && typed => body.cut(None),
        _ => body,
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    let waits = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let headers = response.headers_mut();
    if typed {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if waits.contains(&answer.status)
        && let Some(value) = retry_after(settings)
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        headers.insert(RETRY_AFTER, value);
    }
    if let Ok(date) = HeaderValue::from_str(&clock::http_date(clock::now(settings))) {
        headers.insert(DATE, date);
    }
    response
}

/// The sign-in page of `answer: html`.
pub(crate) fn page() -> Response<Paced> {
    let mut response = Response::new(Paced::whole([Bytes::from_static(PAGE.as_bytes())]));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}

fn spoiled(body: Bytes, form: AnswerForm) -> Vec<Bytes> {
    match form {
        _ if body.is_empty() => Vec::new(),
        AnswerForm::Garbage => vec![Bytes::from_static(GARBAGE)],
        AnswerForm::Truncated => vec![body.slice(..body.len() / 2)],
        AnswerForm::Huge => {
            let mut parts = vec![Bytes::from_static(SPACE); SPACES];
            parts.push(body);
            parts
        }
        AnswerForm::Normal | AnswerForm::Html | AnswerForm::ErrorInOk => vec![body],
    }
}

fn retry_after(settings: &Settings) -> Option<String> {
    match settings.switches.retry_after {
        RetryAfter::None => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Absurd => Some("999999999".into()),
        RetryAfter::Date(seconds) => {
            let ahead = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
            let then = clock::now(settings).checked_add(ahead).ok()?;
            Some(clock::http_date(then))
        }
    }
}
