//! Users: the requests of RFC 7644, section 3, as calls of the bridge.

use bridge::group::Membership;
use bridge::line::Answer as Done;
use bridge::name::UserId;
use bridge::query::Page;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::user::User;
use http::StatusCode;
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

/// POST /Users.
pub(crate) async fn create(call: &Call<'_>, body: Value) -> Result<Answer, Failure> {
    let resource = normalise::user(body, call.connection.dialect, Write::Create)?;
    write(call, Ask::Create(resource), Condition::None).await
}

/// PUT /Users/{id}.
pub(crate) async fn replace(
    call: &Call<'_>,
    id: &str,
    body: Value,
    condition: Condition,
) -> Result<Answer, Failure> {
    let id = known(id)?;
    let resource = normalise::user(body, call.connection.dialect, Write::Replace)?;
    write(call, Ask::Replace(id, resource), condition).await
}

/// PATCH /Users/{id}.
pub(crate) async fn patch(
    call: &Call<'_>,
    id: &str,
    body: Value,
    condition: Condition,
) -> Result<Answer, Failure> {
    let id = known(id)?;
    let patch = Patch::parse(body, ResourceSchemas::user(), call.connection.dialect)?;
    write(call, Ask::Patch(id, patch), condition).await
}

/// DELETE /Users/{id}.
pub(crate) async fn delete(
    call: &Call<'_>,
    id: &str,
    condition: Condition,
) -> Result<Answer, Failure> {
    write(call, Ask::Delete(known(id)?), condition).await
}

/// GET /Users/{id}.
pub(crate) async fn read(call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
    let user = call.bridge.read(&call.connection.scope, known(id)?).await?;
    let tag = etag::of(user.revision);
    if call.has(&tag) {
        return Ok(respond::not_modified(&tag));
    }
    let body = one(call, &user, &projection(call)?).await?;
    Ok(respond::tagged(respond::json(StatusCode::OK, &body), &tag))
}

/// GET /Users and POST /Users/.search.
pub(crate) async fn list(call: &Call<'_>, search: &SearchRequest) -> Result<Answer, Failure> {
    let page = found(call, search).await?;
    Ok(respond::json(
        StatusCode::OK,
        &list_response(page.total, search.paging.start_index, page.found),
    ))
}

/// The page of users that a search asks for, as answered.
pub(crate) async fn found(call: &Call<'_>, search: &SearchRequest) -> Result<Page<Value>, Failure> {
    let projection = search.projection(ResourceSchemas::user());
    let query = asked::query(search, ResourceSchemas::user())?;
    let scope = &call.connection.scope;
    let page = call.bridge.search_on(call.connection, &query).await?;
    let mut groups = if projection.wants("groups") {
        let ids: Vec<UserId> = page.found.iter().map(|user| user.id).collect();
        call.bridge.memberships(scope, &ids).await?
    } else {
        Default::default()
    };
    let users = page.found.iter().map(|user| {
        let groups = groups.remove(&user.id).unwrap_or_default();
        shown(call, user, &groups, &projection)
    });
    Ok(Page {
        found: users.collect(),
        total: page.total,
    })
}

async fn write(call: &Call<'_>, ask: Ask, condition: Condition) -> Result<Answer, Failure> {
    let projection = projection(call)?;
    let connection = call.connection;
    Ok(
        match call.bridge.write_on(connection, ask, condition).await? {
            Done::Created(user) => {
                let body = one(call, &user, &projection).await?;
                let answer = respond::created(&body, &location(call, &user));
                respond::tagged(answer, &etag::of(user.revision))
            }
            Done::Changed(user) => {
                let body = one(call, &user, &projection).await?;
                let answer = respond::located(StatusCode::OK, &body, &location(call, &user));
                respond::tagged(answer, &etag::of(user.revision))
            }
            Done::Deleted => respond::nothing(),
        },
    )
}

/// An id of ours, or 404: another form of id cannot exist.
fn known(id: &str) -> Result<UserId, Failure> {
    UserId::parse(id).ok_or_else(|| Refusal::NotFound.into())
}

fn projection(call: &Call<'_>) -> Result<Projection, Failure> {
    if call.brief {
        return Ok(Projection::from_query(
            Some("id"),
            None,
            ResourceSchemas::user(),
        ));
    }
    Ok(asked::search(call.parameters)?.projection(ResourceSchemas::user()))
}

fn location(call: &Call<'_>, user: &User) -> String {
    scim::answer::location(&call.base_url, ResourceType::User, &user.id.to_string())
}

/// A user as answered, with the groups that they are in.
async fn one(call: &Call<'_>, user: &User, projection: &Projection) -> Result<Value, Failure> {
    let scope = &call.connection.scope;
    let mut groups = if projection.wants("groups") {
        call.bridge.memberships(scope, &[user.id]).await?
    } else {
        Default::default()
    };
    let groups = groups.remove(&user.id).unwrap_or_default();
    Ok(shown(call, user, &groups, projection))
}

fn shown(call: &Call<'_>, user: &User, groups: &[Membership], projection: &Projection) -> Value {
    let mut stored = user.source.as_map().clone();
    if !groups.is_empty() {
        let groups = groups.iter().map(|group| {
            let id = group.id.to_string();
            let location = scim::answer::location(&call.base_url, ResourceType::Group, &id);
            json!({"value": id, "$ref": location, "display": group.display_name, "type": "direct"})
        });
        stored.insert("groups".to_owned(), groups.collect());
    }
    let meta = scim::answer::Meta {
        id: &user.id.to_string(),
        resource_type: ResourceType::User,
        created: &user.created.to_string(),
        last_modified: &user.modified.to_string(),
        location: &location(call, user),
        version: Some(&etag::of(user.revision)),
    };
    let mut document = scim::answer::render(&Resource::from_map(stored), &meta);
    projection.apply(&mut document);
    Value::Object(document)
}
