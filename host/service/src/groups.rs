//! Groups: the requests of RFC 7644, section 3, as calls of the bridge.

use bridge::group::Group;
use bridge::group_write::{GroupAnswer, GroupAsk};
use bridge::name::GroupId;
use bridge::query::Page;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use http::StatusCode;
use scim::dialect::PatchAnswer;
use scim::error::Error;
use scim::etag;
use scim::list::list_response;
use scim::normalise::{self, Write};
use scim::patch::Patch;
use scim::projection::Projection;
use scim::resource::Resource;
use scim::schema::{ResourceSchemas, ResourceType};
use scim::search_request::SearchRequest;
use serde_json::{Value, json};

use crate::asked;
use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// Members that a list shows in all. A single group shows however many it has.
const MOST_MEMBERS: usize = 100_000;

/// POST /Groups.
pub(crate) async fn create(call: &Call<'_>, body: Value) -> Result<Answer, Failure> {
    let dialect = call.connection.dialect;
    let group = normalise::group(body, dialect, Write::Create)?;
    write(call, GroupAsk::Create(group), Condition::None).await
}

/// PUT /Groups/{id}.
pub(crate) async fn replace(
    call: &Call<'_>,
    id: &str,
    body: Value,
    condition: Condition,
) -> Result<Answer, Failure> {
    let id = known(id)?;
    let group = normalise::group(body, call.connection.dialect, Write::Replace)?;
    write(call, GroupAsk::Replace(id, group), condition).await
}

/// PATCH /Groups/{id}. Where the client expects no body (Entra), or named no attribute that it wants, there is none: the members
/// may be many.
pub(crate) async fn patch(
    call: &Call<'_>,
    id: &str,
    body: Value,
    condition: Condition,
) -> Result<Answer, Failure> {
    let id = known(id)?;
    let dialect = call.connection.dialect;
    let patch = Patch::parse(body, ResourceSchemas::group(), dialect)?;
    let projected = call.parameters.get("attributes")?.is_some();
    if dialect.group_patch_answer == PatchAnswer::NoContent && !projected {
        let connection = call.connection;
        let ask = GroupAsk::Patch(id, patch);
        return Ok(
            match call
                .bridge
                .write_group_on(connection, ask, condition)
                .await?
            {
                GroupAnswer::Created(group) | GroupAnswer::Changed(group) => {
                    respond::tagged(respond::nothing(), &etag::of(group.version))
                }
                GroupAnswer::Deleted => respond::nothing(),
            },
        );
    }
    write(call, GroupAsk::Patch(id, patch), condition).await
}

/// DELETE /Groups/{id}.
pub(crate) async fn delete(
    call: &Call<'_>,
    id: &str,
    condition: Condition,
) -> Result<Answer, Failure> {
    write(call, GroupAsk::Delete(known(id)?), condition).await
}

/// GET /Groups/{id}.
pub(crate) async fn read(call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
    let scope = &call.connection.scope;
    let group = call.bridge.read_group(scope, known(id)?).await?;
    let tag = etag::of(group.version);
    if call.has(&tag) {
        return Ok(respond::not_modified(&tag));
    }
    let body = shown(call, &group, &projection(call)?).await?;
    Ok(respond::tagged(respond::json(StatusCode::OK, &body), &tag))
}

/// GET /Groups and POST /Groups/.search.
pub(crate) async fn list(call: &Call<'_>, search: &SearchRequest) -> Result<Answer, Failure> {
    let page = found(call, search).await?;
    Ok(respond::json(
        StatusCode::OK,
        &list_response(page.total, search.paging.start_index, page.found),
    ))
}

/// The page of groups that a search asks for, as answered.
pub(crate) async fn found(call: &Call<'_>, search: &SearchRequest) -> Result<Page<Value>, Failure> {
    let projection = search.projection(ResourceSchemas::group());
    let query = asked::query(search, ResourceSchemas::group())?;
    let page = call
        .bridge
        .search_groups(&call.connection.scope, &query)
        .await?;
    let mut found = Vec::with_capacity(page.found.len());
    let mut members = 0;
    for group in &page.found {
        let group = shown(call, group, &projection).await?;
        members += group["members"].as_array().map_or(0, Vec::len);
        if members > MOST_MEMBERS {
            let detail = format!(
                "the groups asked for have more than {MOST_MEMBERS} members in all: ask with excludedAttributes=members, or for fewer groups"
            );
            return Err(Error::too_many(detail).into());
        }
        found.push(group);
    }
    Ok(Page {
        found,
        total: page.total,
    })
}

/// A group as a list shows it, whole.
pub(crate) async fn whole(
    call: &Call<'_>,
    id: &str,
    projection: &Projection,
) -> Result<Value, Failure> {
    let group = call
        .bridge
        .read_group(&call.connection.scope, known(id)?)
        .await?;
    shown(call, &group, projection).await
}

async fn write(call: &Call<'_>, ask: GroupAsk, condition: Condition) -> Result<Answer, Failure> {
    let projection = projection(call)?;
    let connection = call.connection;
    Ok(
        match call
            .bridge
            .write_group_on(connection, ask, condition)
            .await?
        {
            GroupAnswer::Created(group) => {
                let body = shown(call, &group, &projection).await?;
                let answer = respond::created(&body, &location(call, &group));
                respond::tagged(answer, &etag::of(group.version))
            }
            GroupAnswer::Changed(group) => {
                let body = shown(call, &group, &projection).await?;
                let answer = respond::located(StatusCode::OK, &body, &location(call, &group));
                respond::tagged(answer, &etag::of(group.version))
            }
            GroupAnswer::Deleted => respond::nothing(),
        },
    )
}

/// An id of ours, or 404: another form of id cannot exist.
fn known(id: &str) -> Result<GroupId, Failure> {
    GroupId::parse(id).ok_or_else(|| Refusal::NotFound.into())
}

fn projection(call: &Call<'_>) -> Result<Projection, Failure> {
    if call.brief {
        return Ok(Projection::from_query(
            Some("id"),
            None,
            ResourceSchemas::group(),
        ));
    }
    Ok(asked::search(call.parameters)?.projection(ResourceSchemas::group()))
}

fn location(call: &Call<'_>, group: &Group) -> String {
    scim::answer::location(&call.base_url, ResourceType::Group, &group.id.to_string())
}

/// A group as answered. The members are read only where they are wanted.
async fn shown(call: &Call<'_>, group: &Group, projection: &Projection) -> Result<Value, Failure> {
    let mut stored = group.source.as_map().clone();
    if projection.wants("members") {
        let members = call.bridge.members(&group.scope, group.id).await?;
        let members = members.into_iter().map(|id| {
            let id = id.to_string();
            let location = scim::answer::location(&call.base_url, ResourceType::User, &id);
            json!({"value": id, "$ref": location, "type": "User"})
        });
        stored.insert("members".to_owned(), members.collect());
    }
    let meta = scim::answer::Meta {
        id: &group.id.to_string(),
        resource_type: ResourceType::Group,
        created: &group.created.to_string(),
        last_modified: &group.modified.to_string(),
        location: &location(call, group),
        version: Some(&etag::of(group.version)),
    };
    let mut document = scim::answer::render(&Resource::from_map(stored), &meta);
    projection.apply(&mut document);
    Ok(Value::Object(document))
}
