//! Attributes of the target, as keys and values of the file.

use bridge::target::{Attribute, Target};
use toml::{Spanned, Value};

use super::mistake::{Mistake, Text, hint};

/// What the SCIM section of CXone's Account Settings calls the optional fields (cxone.md 1.1).
const ACCOUNT_SETTINGS: [(&str, Attribute); 8] = [
    ("Display Name", Attribute::DisplayName),
    ("Middle Name", Attribute::MiddleName),
    ("Mobile Number", Attribute::MobileNumber),
    ("Time Zone", Attribute::TimeZone),
    ("Type", Attribute::UserType),
    ("Login Authenticator", Attribute::LoginAuthenticator),
    ("Primary Role", Attribute::Role),
    ("Team", Attribute::Team),
];

/// Whether many people may share a value: user name, names, e-mail and external identity are the person's own.
fn shared(attribute: Attribute) -> bool {
    !attribute.required() && attribute != Attribute::ExternalIdentity
}

/// The attributes that many people may share a value of.
pub(super) fn shared_names() -> Vec<&'static str> {
    let all = Attribute::ALL.into_iter().filter(|it| shared(*it));
    all.map(Attribute::as_str).collect()
}

/// The attribute of this name, if many people may share a value of it.
pub(super) fn shared_attribute(name: &str) -> Option<Attribute> {
    Attribute::parse(name).filter(|attribute| shared(*attribute))
}

/// The optional field of this name: the target's, or that of Account Settings.
pub(super) fn optional_field(
    name: &Spanned<String>,
    text: &Text<'_>,
) -> Result<Attribute, Mistake> {
    let given = name.get_ref().trim();
    let parsed = Attribute::parse(given).filter(|attribute| attribute.optional_field());
    let named = || {
        let mut all = ACCOUNT_SETTINGS.iter();
        all.find(|(name, _)| name.eq_ignore_ascii_case(given))
            .map(|(_, attribute)| *attribute)
    };
    parsed.or_else(named).ok_or_else(|| {
        let all = Attribute::ALL.into_iter();
        let optional: Vec<&str> = all
            .filter(|attribute| attribute.optional_field())
            .map(Attribute::as_str)
            .collect();
        let message = format!("{given:?} is no optional field");
        text.at(name.span(), message, Some(hint(given, &optional)))
    })
}

/// Sets an attribute to a value of the file: a text, or for a list an array of texts.
pub(super) fn set(
    target: &mut Target,
    attribute: Attribute,
    value: &Spanned<Value>,
    text: &Text<'_>,
) -> Result<(), Mistake> {
    let wrong = |message: String, hint: String| Err(text.at(value.span(), message, Some(hint)));
    let values = match value.get_ref() {
        Value::String(value) => vec![value.as_str()],
        Value::Array(items) if attribute.is_list() => {
            match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                Some(values) => values,
                None => {
                    let hint = format!("write {attribute} = [\"...\", \"...\"]");
                    return wrong(format!("{attribute} takes texts"), hint);
                }
            }
        }
        _ if attribute.is_list() => {
            let hint = format!("write {attribute} = [\"...\", \"...\"]");
            return wrong(format!("{attribute} takes a list of texts"), hint);
        }
        _ => {
            let hint = format!("write {attribute} = \"...\"");
            return wrong(format!("{attribute} takes one text"), hint);
        }
    };
    if values.is_empty() || values.iter().any(|value| value.trim().is_empty()) {
        let hint = "leave the key out; in a template, clear = [\"...\"] takes a value away";
        return wrong(format!("{attribute} is empty"), hint.to_owned());
    }
    // Lists are kept as lines.
    if attribute.is_list() && values.iter().any(|value| value.contains('\n')) {
        let hint = "each value is one line".to_owned();
        return wrong(format!("a value of {attribute} has a line end"), hint);
    }
    if attribute.is_list() {
        target.set_list(attribute, values);
    } else {
        target.set(attribute, values.concat());
    }
    Ok(())
}
