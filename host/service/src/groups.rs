//! Groups, as far as they go today: there are none. Entra asks for a random one when it tests a connection and takes a 404 for
//! a broken service (idp.md 1.1), so lists answer empty.

use http::StatusCode;
use scim::filter::Filter;
use scim::list::{Paging, list_response};
use scim::schema::ResourceSchemas;

use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// GET /Groups.
pub(crate) fn list(call: &Call<'_>) -> Result<Answer, Failure> {
    if let Some(text) = call.parameters.filter()? {
        Filter::parse(text, ResourceSchemas::group())?;
    }
    let paging = Paging::from_query(
        call.parameters.get("startIndex")?,
        call.parameters.get("count")?,
    )?;
    Ok(respond::json(
        StatusCode::OK,
        &list_response(0, paging.start_index, Vec::new()),
    ))
}
