//! A place as it is kept over a restart: JSON without secrets.

use client::Url;
use serde_json::{Value, json};

use super::{Finder, Place};
use crate::claims::is_id;
use crate::settings::is_area;
use crate::token::login::TokenHost;

/// A record of another version is none.
const VERSION: u64 = 1;

pub(super) fn write(place: &Place) -> String {
    json!({
        "version": VERSION,
        "area": place.area,
        "tenant": place.tenant,
        "user_hub": place.user_hub.as_str(),
        "api": place.api.as_ref().map(Url::as_str),
        "auth": place.tokens.base.as_str(),
        "token_endpoint": place.tokens.endpoint.as_ref().map(Url::as_str),
    })
    .to_string()
}

/// The place of a record, if the configuration still allows it: an access key goes there.
pub(super) fn read(record: &str, finder: &Finder) -> Option<Place> {
    let json: Value = serde_json::from_str(record).ok()?;
    let text = |member: &str| json.get(member).and_then(Value::as_str);
    let url = |member: &str| {
        let url = Url::parse(text(member)?).ok()?;
        finder.believes(&url).then_some(url)
    };
    let same_area = finder.stated.area.is_none() || finder.stated.area.as_deref() == text("area");
    if json.get("version").and_then(Value::as_u64) != Some(VERSION) || !same_area {
        return None;
    }
    let auth = url("auth")?;
    let stated = finder.stated.auth_url.as_ref();
    if stated.is_some_and(|stated| *stated != auth) {
        return None;
    }
    Some(Place {
        area: text("area").filter(|area| is_area(area)).map(str::to_owned),
        tenant: text("tenant").filter(|id| is_id(id)).map(str::to_owned),
        user_hub: url("user_hub")?,
        api: url("api"),
        tokens: TokenHost {
            base: auth,
            endpoint: url("token_endpoint"),
        },
    })
}
