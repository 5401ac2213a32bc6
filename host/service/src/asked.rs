//! What a request asks for: the same whether it stands in the query or in the body of a search (RFC 7644, section 3.4).

use bridge::query::Query;
use scim::error::Error;
use scim::list::Paging;
use scim::schema::ResourceSchemas;
use scim::search_request::SearchRequest;

use crate::address::Parameters;

/// The search that a query asks for.
pub(crate) fn search(parameters: &Parameters) -> Result<SearchRequest, Error> {
    let text = |name: &str| Ok(parameters.get(name)?.map(str::to_owned));
    Ok(SearchRequest {
        filter: parameters.filter()?.map(str::to_owned),
        attributes: text("attributes")?,
        excluded_attributes: text("excludedAttributes")?,
        sort_by: text("sortBy")?,
        sort_order: text("sortOrder")?,
        paging: Paging::from_query(parameters.get("startIndex")?, parameters.get("count")?)?,
    })
}

/// A search as the bridge takes it, for one resource type.
pub(crate) fn query(search: &SearchRequest, schemas: &ResourceSchemas) -> Result<Query, Error> {
    Ok(Query {
        filter: search.filter(schemas)?,
        sort: search.sort(schemas)?,
        start_index: search.paging.start_index,
        count: search.paging.count,
    })
}
