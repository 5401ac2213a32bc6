//! Users: the requests of RFC 7644, section 3, as calls of the bridge.

use bridge::line::Answer as Done;
use bridge::name::UserId;
use bridge::query::Query;
use bridge::refusal::Refusal;
use bridge::said::Ask;
use bridge::user::User;
use http::StatusCode;
use scim::filter::Filter;
use scim::list::{Paging, list_response};
use scim::normalise::{self, Write};
use scim::patch::Patch;
use scim::projection::Projection;
use scim::resource::Resource;
use scim::schema::{ResourceSchemas, ResourceType};
use serde_json::Value;

use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// POST /Users.
pub(crate) async fn create(call: &Call<'_>, body: Value) -> Result<Answer, Failure> {
    let resource = normalise::user(body, call.connection.dialect, Write::Create)?;
    write(call, Ask::Create(resource)).await
}

/// PUT /Users/{id}.
pub(crate) async fn replace(call: &Call<'_>, id: &str, body: Value) -> Result<Answer, Failure> {
    let id = known(id)?;
    let resource = normalise::user(body, call.connection.dialect, Write::Replace)?;
    write(call, Ask::Replace(id, resource)).await
}

/// PATCH /Users/{id}.
pub(crate) async fn patch(call: &Call<'_>, id: &str, body: Value) -> Result<Answer, Failure> {
    let id = known(id)?;
    let patch = Patch::parse(body, ResourceSchemas::user(), call.connection.dialect)?;
    write(call, Ask::Patch(id, patch)).await
}

/// DELETE /Users/{id}.
pub(crate) async fn delete(call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
    write(call, Ask::Delete(known(id)?)).await
}

/// GET /Users/{id}.
pub(crate) async fn read(call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
    let user = call.bridge.read(&call.connection.scope, known(id)?).await?;
    Ok(respond::json(
        StatusCode::OK,
        &shown(call, &user, &projection(call)?),
    ))
}

/// GET /Users.
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Failure> {
    let projection = projection(call)?;
    let filter = match call.parameters.filter()? {
        Some(text) => Some(Filter::parse(text, ResourceSchemas::user())?),
        None => None,
    };
    let paging = Paging::from_query(
        call.parameters.get("startIndex")?,
        call.parameters.get("count")?,
    )?;
    let query = Query {
        filter,
        start_index: paging.start_index,
        count: paging.count,
    };
    let page = call.bridge.search(&call.connection.scope, &query).await?;
    let resources = page
        .users
        .iter()
        .map(|user| shown(call, user, &projection))
        .collect();
    Ok(respond::json(
        StatusCode::OK,
        &list_response(page.total, paging.start_index, resources),
    ))
}

async fn write(call: &Call<'_>, ask: Ask) -> Result<Answer, Failure> {
    let projection = projection(call)?;
    Ok(
        match call.bridge.write(&call.connection.scope, ask).await? {
            Done::Created(user) => {
                respond::created(&shown(call, &user, &projection), &location(call, &user))
            }
            Done::Changed(user) => respond::json(StatusCode::OK, &shown(call, &user, &projection)),
            Done::Deleted => respond::nothing(),
        },
    )
}

/// An id of ours, or 404: another form of id cannot exist.
fn known(id: &str) -> Result<UserId, Failure> {
    UserId::parse(id).ok_or_else(|| Refusal::NotFound.into())
}

fn projection(call: &Call<'_>) -> Result<Projection, Failure> {
    let attributes = call.parameters.get("attributes")?;
    let excluded = call.parameters.get("excludedAttributes")?;
    Ok(Projection::from_query(
        attributes,
        excluded,
        ResourceSchemas::user(),
    ))
}

fn location(call: &Call<'_>, user: &User) -> String {
    scim::answer::location(&call.base_url, ResourceType::User, &user.id.to_string())
}

/// A user as answered.
fn shown(call: &Call<'_>, user: &User, projection: &Projection) -> Value {
    let resource = Resource::from_map(user.source.as_map().clone());
    let meta = scim::answer::Meta {
        id: &user.id.to_string(),
        resource_type: ResourceType::User,
        created: &user.created.to_string(),
        last_modified: &user.modified.to_string(),
        location: &location(call, user),
        version: None,
    };
    let mut document = scim::answer::render(&resource, &meta);
    projection.apply(&mut document);
    Value::Object(document)
}
