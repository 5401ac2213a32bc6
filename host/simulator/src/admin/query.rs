//! What a list of the Admin API is asked for, and the page that comes of it.

use serde_json::{Map, Value};

use crate::answer::{Answer, Refusal};
use crate::directory::{LARGEST_PAGE, PAGE, paged};
use crate::request::Request;
use crate::settings::Settings;
use crate::switches::AdminEmpty;

/// What a list is asked for. What is not a number counts as not given.
pub(super) struct Query {
    skip: u64,
    top: u64,
    active: Option<bool>,
    search: String,
    fields: Vec<String>,
    descending: bool,
    order_by: Option<String>,
}

impl Query {
    pub(super) fn of(request: &Request) -> Self {
        let member = |name: &str| {
            let mut members = form_urlencoded::parse(request.query.as_bytes());
            let found = members.find(|(given, _)| given.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.into_owned())
        };
        let number = |name: &str| member(name).and_then(|text| text.parse().ok());
        let order = member("orderBy").unwrap_or_default();
        let mut order = order.split_whitespace();
        let fields = member("fields").unwrap_or_default();
        Self {
            skip: number("skip").unwrap_or(0),
            top: number("top").unwrap_or(PAGE).min(LARGEST_PAGE),
            active: member("isActive").and_then(|text| text.to_lowercase().parse().ok()),
            search: member("searchString").unwrap_or_default().to_lowercase(),
            fields: fields
                .split(',')
                .map(|field| field.trim().to_owned())
                .filter(|field| !field.is_empty())
                .collect(),
            order_by: order.next().map(str::to_owned),
            descending: order
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("desc")),
        }
    }

    /// Whether a row is among what is asked for.
    pub(super) fn wants(&self, row: &Value) -> bool {
        let active = self.active.is_none_or(|active| row["isActive"] == active);
        let names = [
            "userName",
            "firstName",
            "lastName",
            "emailAddress",
            "teamName",
        ];
        let mut names = names.into_iter().filter_map(|name| row[name].as_str());
        active
            && (self.search.is_empty()
                || names.any(|name| name.to_lowercase().contains(&self.search)))
    }

    /// A page of the rows, and links to its neighbours.
    pub(super) fn page(
        &self,
        list: &str,
        mut rows: Vec<Value>,
        path: &str,
        head: Value,
        settings: &Settings,
    ) -> Result<Answer, Refusal> {
        if rows.is_empty() && settings.switches.admin_empty == AdminEmpty::NoContent {
            return Ok(Answer::empty());
        }
        if let Some(member) = &self.order_by {
            rows.sort_by_key(|row| row[member].to_string().to_lowercase());
            if self.descending {
                rows.reverse();
            }
        }
        let total = rows.len() as u64;
        let link = |skip: u64| Value::from(format!("{path}?skip={skip}&top={}", self.top));
        let next = self.skip.saturating_add(self.top);
        let mut links = Map::new();
        links.insert("self".into(), link(self.skip));
        if next < total && self.top > 0 {
            links.insert("next".into(), link(next));
        }
        if self.skip > 0 {
            links.insert("previous".into(), link(self.skip.saturating_sub(self.top)));
        }
        let mut page = paged(rows, self.skip, self.top);
        if !self.fields.is_empty() {
            for row in page.iter_mut().filter_map(Value::as_object_mut) {
                row.retain(|member, _| self.fields.iter().any(|field| field == member));
            }
        }
        let mut body = head;
        body["_links"] = Value::Object(links);
        body["totalRecords"] = total.into();
        body[list] = Value::Array(page);
        Ok(Answer::ok(body))
    }
}
