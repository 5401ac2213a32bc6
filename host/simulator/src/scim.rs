//! The six operations of CXone's SCIM, and the answer to all others.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::draft::Draft;
use crate::request::Request;
use crate::schemas::schemas;
use crate::settings::{OptionalField, Settings};
use crate::switches::{
    Delete, ExtraParameters, FilterOther, Groups, NotOffered, PatchAnswer, PutAbsent,
    TemplateOnChange,
};
use crate::users::{Clear, Users};
use crate::{patch, template, user::User};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Serves `rest`, the path after `/scim/v2/` or `/basic-auth/scim/v2/`, for somebody who may ask.
pub(crate) fn serve(
    rest: &str,
    request: &Request,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let path: Vec<&str> = rest.split('/').collect();
    match (&request.method, path.as_slice()) {
        (&Method::GET, ["Users"]) => list(request, users, settings),
        (&Method::POST, ["Users"]) => {
            let body = request.json()?;
            let mut draft = Draft::from_body(body)?;
            settings.drop_disabled(&mut draft)?;
            template::fill(&mut draft, body, settings)?;
            let user = users.create(draft, None, settings)?;
            Ok(Answer::created(user.response(settings)))
        }
        (&Method::GET, ["Users", id]) => Ok(Answer::ok(users.by_id(id)?.response(settings))),
        (&Method::PUT, ["Users", id]) => replace(id, request, users, settings),
        (&Method::PATCH, ["Users", id]) => {
            let mut draft =
                patch::draft(users.by_id(id)?, request.json()?, settings.switches.patch)?;
            settings.drop_disabled(&mut draft)?;
            let user = users.change(id, draft, Clear::default(), settings)?;
            Ok(match settings.switches.patch_answer {
                PatchAnswer::User => Answer::ok(user.response(settings)),
                PatchAnswer::Empty => Answer::empty(),
            })
        }
        (&Method::DELETE, ["Users", id]) if settings.switches.delete == Delete::Deactivates => {
            users.deactivate(id, settings)?;
            Ok(Answer::empty())
        }
        (&Method::GET, ["Schemas"]) => Ok(Answer::ok(schemas(settings))),
        (&Method::GET, ["Groups"]) if settings.switches.groups == Groups::Empty => {
            Ok(Answer::ok(listed(Vec::new())))
        }
        (_, ["Users"] | ["Users", _] | ["Schemas"]) => Err(not_offered(request, true, settings)),
        _ => Err(not_offered(request, false, settings)),
    }
}

fn list(request: &Request, users: &Users, settings: &Settings) -> Result<Answer, Refusal> {
    let mut filter = None;
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        if name == "filter" {
            filter = Some(value.into_owned());
        } else if settings.switches.extra_parameters == ExtraParameters::Refuse {
            return Err(Refusal::bad(
                "invalidValue",
                format!("unknown query parameter {name:?}"),
            ));
        }
    }
    let Some(filter) = filter else {
        return Err(Refusal::bad(
            "invalidFilter",
            "the query parameter filter is required",
        ));
    };
    let found = match (
        user_name_of(&filter),
        settings.switches.filter_other_attributes,
    ) {
        (Some(user_name), _) => users.listed(Some(&user_name), settings),
        (None, FilterOther::Ignore) => users.listed(None, settings),
        (None, FilterOther::Refuse) => {
            return Err(Refusal::bad(
                "invalidFilter",
                format!("the filter {filter:?} is not userName eq \"...\""),
            ));
        }
    };
    Ok(Answer::ok(listed(
        found
            .into_iter()
            .map(|user: &User| user.list_item(settings))
            .collect(),
    )))
}

/// Without startIndex and itemsPerPage, as the document has it.
fn listed(resources: Vec<Value>) -> Value {
    json!({ "schemas": [LIST], "totalResults": resources.len(), "Resources": resources })
}

/// The name in `userName eq "name"`.
fn user_name_of(filter: &str) -> Option<String> {
    let (attribute, rest) = filter.trim().split_once(char::is_whitespace)?;
    let (operator, value) = rest.trim_start().split_once(char::is_whitespace)?;
    if !attribute.eq_ignore_ascii_case("userName") || !operator.eq_ignore_ascii_case("eq") {
        return None;
    }
    serde_json::from_str(value).ok()
}

fn replace(
    id: &str,
    request: &Request,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    users.by_id(id)?;
    let body = request.json()?;
    match body.get("id").and_then(Value::as_str) {
        Some(given) if given == id => {}
        Some(_) => {
            return Err(Refusal::invalid(
                "id",
                "the id of the body is not the id of the path",
            ));
        }
        None => return Err(Refusal::invalid("id", "id is required")),
    }
    let mut draft = Draft::from_body(body)?;
    settings.drop_disabled(&mut draft)?;
    for (given, at) in [
        (draft.user_name.is_some(), "userName"),
        (draft.given_name.is_some(), "name.givenName"),
        (draft.family_name.is_some(), "name.familyName"),
        (draft.emails.is_some(), "emails"),
        (draft.active.is_some(), "active"),
    ] {
        if !given {
            return Err(Refusal::invalid(at, format!("{at} is required")));
        }
    }
    if settings.switches.template_on_change == TemplateOnChange::Applied {
        template::fill(&mut draft, body, settings)?;
    }
    let user = users.change(id, draft, cleared(settings), settings)?;
    Ok(Answer::ok(user.response(settings)))
}

/// What a PUT clears by leaving it out. What is not enabled cannot be cleared either.
fn cleared(settings: &Settings) -> Clear {
    if settings.switches.put_absent == PutAbsent::Kept {
        return Clear::default();
    }
    Clear {
        middle_name: settings.enabled(OptionalField::MiddleName),
        display_name: settings.enabled(OptionalField::DisplayName),
        user_type: settings.enabled(OptionalField::UserType),
        time_zone: settings.enabled(OptionalField::TimeZone),
        phone_numbers: settings.enabled(OptionalField::MobileNumber),
        external_id: true,
        ..Clear::default()
    }
}

fn not_offered(request: &Request, known_path: bool, settings: &Settings) -> Refusal {
    let status = match settings.switches.not_offered {
        NotOffered::ByKind if known_path => StatusCode::METHOD_NOT_ALLOWED,
        NotOffered::ByKind | NotOffered::NotFound => StatusCode::NOT_FOUND,
        NotOffered::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
    };
    Refusal::new(
        status,
        format!("{} {} is not offered", request.method, request.path),
    )
}
