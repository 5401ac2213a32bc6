//! Request bodies, with their limits.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use scim::error::Error;
use serde_json::Value;

/// How large a body may be that is looked at.
pub(crate) const LIMIT: usize = 1024 * 1024;
/// How much of a refused body is read before the connection is closed: a client that is still sending would otherwise see a
/// reset instead of the answer.
const DRAIN: usize = 8 * 1024 * 1024;

/// Reads a JSON body.
pub(crate) async fn json<B>(headers: &HeaderMap, body: B) -> Result<Value, Error>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let body = json_if_any(headers, body).await?;
    body.ok_or_else(|| Error::invalid_syntax("the request has no body; send a JSON object"))
}

/// Reads a JSON body, if there is one.
pub(crate) async fn json_if_any<B>(headers: &HeaderMap, body: B) -> Result<Option<Value>, Error>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    if let Err(error) = acceptable(headers) {
        drain(body).await;
        return Err(error);
    }
    let bytes = read(body).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    scim::json::parse(&bytes, scim::json::Limits::default()).map(Some)
}

/// Reads a form, as it came (RFC 6749, appendix B).
pub(crate) async fn form<B>(headers: &HeaderMap, body: B) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let given = headers.get(header::CONTENT_TYPE);
    if given.is_some_and(|given| essence(given) != "application/x-www-form-urlencoded") {
        drain(body).await;
        return Err(Error::status(
            415,
            "the body's Content-Type is not application/x-www-form-urlencoded",
        ));
    }
    read(body).await
}

/// A media type without its parameters.
fn essence(content_type: &HeaderValue) -> String {
    let text = content_type.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Media types as idp.md N1: Google sends application/json, some clients text/json or nothing.
fn acceptable(headers: &HeaderMap) -> Result<(), Error> {
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING)
        && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return Err(Error::status(
            415,
            "compressed bodies are not accepted: send the body as it is",
        ));
    }
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    match essence(content_type).as_str() {
        "" | "application/scim+json" | "application/json" | "text/json" => Ok(()),
        _ => Err(Error::status(
            415,
            "the body's Content-Type is not application/scim+json or application/json",
        )),
    }
}

async fn read<B>(mut body: B) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Error::invalid_syntax("the body ended early"));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > LIMIT {
            let seen = bytes.len() + data.len();
            drop(bytes);
            drain_from(body, seen).await;
            return Err(Error::status(
                413,
                format!("the body is larger than {LIMIT} bytes"),
            ));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Reads what is left of a body that nobody wants.
pub(crate) async fn drain<B>(body: B)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    drain_from(body, 0).await;
}

async fn drain_from<B>(mut body: B, mut seen: usize)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    while let Some(Ok(frame)) = body.frame().await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > DRAIN {
            return;
        }
    }
}
