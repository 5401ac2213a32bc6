//! Searches that answer page by page (cxone.md 3.1, 3.3).

use std::collections::HashSet;

use bridge::port::cxone::{CallOptions, UpstreamError};
use client::Method;
use serde_json::{Value, json};

use crate::api::{Api, Call, Denied, Service, unavailable};
use crate::complaint::{Personal, is_error};

/// cxone.md 3.3: the largest page known of a neighbouring API.
pub(crate) const PAGE: usize = 100;
/// cxone.md 3.3: the smallest page size known. A shorter page is the last, whatever was asked for.
pub(crate) const SMALLEST_PAGE: usize = 50;

/// What was looked for, or why it cannot be had.
pub(crate) type Found<T> = Result<T, Denied>;

/// One page of a search.
pub(crate) async fn ask(
    api: &Api,
    route: &'static str,
    body: &Value,
    personal: &Personal,
    options: CallOptions,
) -> Result<Found<Value>, UpstreamError> {
    let call = Call {
        method: Method::POST,
        service: Service::UserHub,
        route,
        path: route.to_owned(),
        query: None,
        media_type: "application/json",
        body: Some(body),
        write: false,
        repeatable: true,
        personal,
        options,
    };
    let answer = match api.ask_if_allowed(&call).await? {
        Ok(answer) => answer,
        Err(denied) => return Ok(Err(denied)),
    };
    match answer.json() {
        Some(json) if json.is_object() && !is_error(&json) => Ok(Ok(json)),
        _ => Err(unavailable(format!("{route}: the answer is no result"))),
    }
}

/// The items of a page, and how many there are in all where the answer says so.
pub(crate) fn page<'a>(
    answer: &'a Value,
    route: &str,
    member: &str,
) -> Result<(&'a [Value], Option<usize>), UpstreamError> {
    let items = match answer.get(member) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => {
            return Err(unavailable(format!(
                "{route}: the answer has no list {member:?}"
            )));
        }
    };
    let total = [
        answer.get("totalRecords"),
        answer.pointer("/page/totalRecords"),
    ]
    .into_iter()
    .flatten()
    .find_map(Value::as_u64)
    .and_then(|total| usize::try_from(total).ok());
    Ok((items, total))
}

/// An incomplete list would deny what exists.
pub(crate) fn complete(
    found: usize,
    total: Option<usize>,
    route: &str,
) -> Result<(), UpstreamError> {
    match total {
        Some(total) if found < total => Err(unavailable(format!(
            "{route}: {found} of {total} items were to be had"
        ))),
        _ => Ok(()),
    }
}

/// A search by `skip` and `top`.
pub(crate) struct Paged {
    pub(crate) route: &'static str,
    /// The member with the items.
    pub(crate) member: &'static str,
    /// `orderBy`, where the order matters.
    pub(crate) order: Option<Value>,
    /// More items than this are not read.
    pub(crate) most: usize,
}

impl Paged {
    /// Everything, each item once. An item that is not understood counts and is left out; an incomplete list is none.
    pub(crate) async fn all<T>(
        &self,
        api: &Api,
        terms: impl Fn() -> CallOptions,
        read: impl Fn(&Value) -> Option<(String, T)>,
    ) -> Result<Found<Vec<T>>, UpstreamError> {
        let mut items = Vec::new();
        let mut ids = HashSet::new();
        let mut expected = None;
        let mut skip = 0;
        let mut odd = 0;
        loop {
            let mut body = json!({ "filter": {}, "skip": skip, "top": PAGE });
            if let Some(order) = &self.order {
                body["orderBy"] = order.clone();
            }
            let answer = match ask(api, self.route, &body, &Personal::default(), terms()).await? {
                Ok(answer) => answer,
                Err(denied) => return Ok(Err(denied)),
            };
            let (found, total) = page(&answer, self.route, self.member)?;
            expected = total.or(expected);
            skip += found.len();
            let before = ids.len() + odd;
            for item in found {
                match read(item) {
                    Some((id, item)) => {
                        if ids.insert(id) {
                            items.push(item);
                        }
                    }
                    None => odd += 1,
                }
            }
            if items.len() > self.most {
                return Err(unavailable(format!(
                    "{}: there are more than {} items",
                    self.route, self.most
                )));
            }
            let all = expected.map_or(found.len() < SMALLEST_PAGE, |total| skip >= total);
            if all || ids.len() + odd == before {
                break;
            }
        }
        complete(ids.len() + odd, expected, self.route)?;
        Ok(Ok(items))
    }
}
