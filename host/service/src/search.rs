//! Searching across resource types: the base URL itself, and its `/.search` (RFC 7644, sections 3.4.2.1 and 3.4.3).

use bridge::query::Page;
use http::StatusCode;
use scim::error::Error;
use scim::list::list_response;
use scim::schema::{ResourceSchemas, ResourceType};
use scim::search_request::SearchRequest;
use scim::sort::SortKey;
use serde_json::Value;

use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};
use crate::{asked, groups, users};

/// How many results may stand before a page that is put in order across types: each is read for it.
const SORTED: usize = 10_000;

/// Users, then groups; in one order where one is asked for. A filter on an attribute that a type does not have matches none of
/// that type.
pub(crate) async fn everything(call: &Call<'_>, search: &SearchRequest) -> Result<Answer, Failure> {
    let (user, group) = (ResourceSchemas::user(), ResourceSchemas::group());
    let fits = [asked::query(search, user), asked::query(search, group)];
    if let [Err(error), Err(_)] = fits {
        return Err(error.into());
    }
    let page = if search.sort_by.is_some() {
        sorted(call, search, fits.map(|fit| fit.is_ok())).await?
    } else {
        in_turn(call, search, fits.map(|fit| fit.is_ok())).await?
    };
    Ok(respond::json(
        StatusCode::OK,
        &list_response(page.total, search.paging.start_index, page.found),
    ))
}

async fn in_turn(
    call: &Call<'_>,
    search: &SearchRequest,
    [user, group]: [bool; 2],
) -> Result<Page<Value>, Failure> {
    let mut page = match user {
        true => users::found(call, search).await?,
        false => Page {
            total: 0,
            found: Vec::new(),
        },
    };
    if group {
        let mut rest = search.clone();
        let before = page.total.min(rest.paging.start_index - 1);
        rest.paging.start_index -= before;
        rest.paging.count -= page.found.len().min(rest.paging.count);
        let more = groups::found(call, &rest).await?;
        page.total += more.total;
        page.found.extend(more.found);
    }
    Ok(page)
}

async fn sorted(
    call: &Call<'_>,
    search: &SearchRequest,
    [user, group]: [bool; 2],
) -> Result<Page<Value>, Failure> {
    let skip = search.paging.start_index - 1;
    if skip > SORTED {
        let detail = "too deep a page to put users and groups in one order: ask /Users and /Groups";
        return Err(Error::too_many(detail).into());
    }
    // The first of each type are enough; projected only afterwards, since the order may go by what is not wanted. Members may
    // be many: they are read for the page alone.
    let mut whole = SearchRequest {
        attributes: None,
        excluded_attributes: Some("members".to_owned()),
        ..search.clone()
    };
    whole.paging.start_index = 1;
    whole.paging.count = skip + search.paging.count;
    let mut total = 0;
    let mut found: Vec<(SortKey, Value, &ResourceSchemas)> = Vec::new();
    for (wanted, schemas) in [
        (user, ResourceSchemas::user()),
        (group, ResourceSchemas::group()),
    ] {
        let Some(sort) = search.sort(schemas).ok().flatten().filter(|_| wanted) else {
            continue;
        };
        let page = match schemas.resource_type {
            ResourceType::User => users::found(call, &whole).await?,
            ResourceType::Group => groups::found(call, &whole).await?,
        };
        total += page.total;
        for resource in page.found {
            if let Value::Object(document) = &resource {
                found.push((sort.key(document), resource, schemas));
            }
        }
    }
    found.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let mut page = Vec::new();
    for (_, mut resource, schemas) in found.into_iter().skip(skip).take(search.paging.count) {
        let projection = search.projection(schemas);
        if schemas.resource_type == ResourceType::Group && projection.wants("members") {
            let id = resource["id"].as_str().unwrap_or_default();
            resource = groups::whole(call, id, &projection).await?;
        } else if let Value::Object(document) = &mut resource {
            projection.apply(document);
        }
        page.push(resource);
    }
    Ok(Page { total, found: page })
}
