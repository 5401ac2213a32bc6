//! The user as CXone should hold it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::document::Document;
use crate::error::Error;

/// A member of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// `userName`: the name that the user signs in with.
    UserName,
    /// `givenName`.
    GivenName,
    /// `middleName`.
    MiddleName,
    /// `familyName`.
    FamilyName,
    /// `displayName`.
    DisplayName,
    /// `email`.
    Email,
    /// `mobileNumber`.
    MobileNumber,
    /// `timeZone`: an IANA name.
    TimeZone,
    /// `userType`.
    UserType,
    /// `role`: the primary role, by name or id.
    Role,
    /// `team`: by name or id.
    Team,
    /// `loginAuthenticator`: by name or id.
    LoginAuthenticator,
    /// `externalIdentity`: what an external login authenticator knows the user by.
    ExternalIdentity,
    /// `active`: the one boolean.
    Active,
}

/// The members that are lists.
const SECONDARY_ROLES: &str = "secondaryRoles";
const APPLICATION_ATTRIBUTES: &str = "applicationAttributes";

/// How many members are texts: all but `active`, which is the last.
const TEXTS: usize = Attribute::Active as usize;

impl Attribute {
    /// Every member, in the order in which a target is written.
    pub const ALL: [Self; TEXTS + 1] = [
        Self::UserName,
        Self::GivenName,
        Self::MiddleName,
        Self::FamilyName,
        Self::DisplayName,
        Self::Email,
        Self::MobileNumber,
        Self::TimeZone,
        Self::UserType,
        Self::Role,
        Self::Team,
        Self::LoginAuthenticator,
        Self::ExternalIdentity,
        Self::Active,
    ];

    /// The member's name in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserName => "userName",
            Self::GivenName => "givenName",
            Self::MiddleName => "middleName",
            Self::FamilyName => "familyName",
            Self::DisplayName => "displayName",
            Self::Email => "email",
            Self::MobileNumber => "mobileNumber",
            Self::TimeZone => "timeZone",
            Self::UserType => "userType",
            Self::Role => "role",
            Self::Team => "team",
            Self::LoginAuthenticator => "loginAuthenticator",
            Self::ExternalIdentity => "externalIdentity",
            Self::Active => "active",
        }
    }

    /// The member of this name, exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
    }

    /// As [`Attribute::from_name`], with an error that lists the known names.
    ///
    /// # Errors
    /// When there is no such member.
    pub fn parse(name: &str) -> Result<Self, String> {
        Self::from_name(name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL
                .iter()
                .map(|attribute| format!("`{}`", attribute.name()))
                .collect();
            format!(
                "unknown target attribute `{name}`, expected one of {}",
                known.join(", ")
            )
        })
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The user as CXone should hold it: flat, every member optional. An absent member is one without opinion.
///
/// ```
/// use jackfield_sdk::{Attribute, Target};
///
/// let mut target: Target = r#"{"userName":"ada@example.com","active":true}"#.parse()?;
/// target.set_role("Agent");
/// assert_eq!(target.user_name(), Some("ada@example.com"));
/// assert_eq!(target.get(Attribute::Role), Some("Agent"));
/// assert_eq!(target.to_json(), r#"{"userName":"ada@example.com","role":"Agent","active":true}"#);
/// # Ok::<(), jackfield_sdk::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Target {
    texts: [Option<String>; TEXTS],
    active: Option<bool>,
    /// The lists, and members of later versions: given back as they came.
    others: Map<String, Value>,
}

macro_rules! members {
    ($($get:ident, $set:ident, $attribute:ident;)+) => {
        impl Target {
            $(
                #[doc = concat!("The member `", stringify!($attribute), "`.")]
                pub fn $get(&self) -> Option<&str> {
                    self.get(Attribute::$attribute)
                }

                #[doc = concat!("Sets the member `", stringify!($attribute), "`.")]
                pub fn $set(&mut self, value: impl Into<String>) -> &mut Self {
                    self.set(Attribute::$attribute, value)
                }
            )+
        }
    };
}

members! {
    user_name, set_user_name, UserName;
    given_name, set_given_name, GivenName;
    middle_name, set_middle_name, MiddleName;
    family_name, set_family_name, FamilyName;
    display_name, set_display_name, DisplayName;
    email, set_email, Email;
    mobile_number, set_mobile_number, MobileNumber;
    time_zone, set_time_zone, TimeZone;
    user_type, set_user_type, UserType;
    role, set_role, Role;
    team, set_team, Team;
    login_authenticator, set_login_authenticator, LoginAuthenticator;
    external_identity, set_external_identity, ExternalIdentity;
}

impl Target {
    /// A target without opinions.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text member; none for [`Attribute::Active`], which is read by [`Target::active`].
    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        self.texts.get(attribute as usize)?.as_deref()
    }

    /// Sets a text member. For [`Attribute::Active`] the texts `true` and `false` count, others change nothing.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        match self.texts.get_mut(attribute as usize) {
            Some(place) => *place = Some(value),
            None => self.active = crate::path::boolean(&value).or(self.active),
        }
        self
    }

    /// Takes back the opinion on a member.
    pub fn clear(&mut self, attribute: Attribute) -> &mut Self {
        match self.texts.get_mut(attribute as usize) {
            Some(place) => *place = None,
            None => self.active = None,
        }
        self
    }

    /// Whether the user may work.
    pub fn active(&self) -> Option<bool> {
        self.active
    }

    /// Sets whether the user may work.
    pub fn set_active(&mut self, active: bool) -> &mut Self {
        self.active = Some(active);
        self
    }

    /// Whether a member is there.
    pub fn has(&self, attribute: Attribute) -> bool {
        match attribute {
            Attribute::Active => self.active.is_some(),
            text => self.get(text).is_some(),
        }
    }

    /// `secondaryRoles`: the roles beside the primary one, by name or id.
    pub fn secondary_roles(&self) -> Vec<&str> {
        self.list(SECONDARY_ROLES)
    }

    /// Sets the secondary roles; none is no opinion.
    pub fn set_secondary_roles<R: Into<String>>(
        &mut self,
        roles: impl IntoIterator<Item = R>,
    ) -> &mut Self {
        self.set_list(SECONDARY_ROLES, roles)
    }

    /// `applicationAttributes`: CXone's "Attributes", which decide features and billing.
    pub fn application_attributes(&self) -> Vec<&str> {
        self.list(APPLICATION_ATTRIBUTES)
    }

    /// Sets the application attributes; none is no opinion.
    pub fn set_application_attributes<A: Into<String>>(
        &mut self,
        attributes: impl IntoIterator<Item = A>,
    ) -> &mut Self {
        self.set_list(APPLICATION_ATTRIBUTES, attributes)
    }

    fn list(&self, name: &str) -> Vec<&str> {
        let items = self.others.get(name).and_then(Value::as_array);
        let texts = items.into_iter().flatten().filter_map(Value::as_str);
        texts.collect()
    }

    fn set_list<T: Into<String>>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        let items: Vec<Value> = items.into_iter().map(|item| item.into().into()).collect();
        if items.is_empty() {
            self.others.remove(name);
        } else {
            self.others.insert(name.to_owned(), Value::Array(items));
        }
        self
    }

    /// The members that are no texts, and those of later versions.
    pub fn others(&self) -> &Map<String, Value> {
        &self.others
    }

    /// A target from the members of its document.
    ///
    /// # Errors
    /// When a member is not of the type that it must be.
    pub fn from_members(members: &Map<String, Value>) -> Result<Self, Error> {
        let mut target = Self::new();
        for (name, value) in members {
            target
                .put(name.clone(), value.clone())
                .map_err(Error::input)?;
        }
        Ok(target)
    }

    /// Takes a member of the document. The errors are our own: serde's would quote the value.
    fn put(&mut self, name: String, value: Value) -> Result<(), String> {
        match (Attribute::from_name(&name), value) {
            (None, value) => drop(self.others.insert(name, value)),
            (Some(_), Value::Null) => {}
            (Some(Attribute::Active), Value::Bool(active)) => self.active = Some(active),
            (Some(Attribute::Active), _) => {
                return Err("`active` must be true or false".to_owned());
            }
            (Some(attribute), Value::String(text)) => drop(self.set(attribute, text)),
            (Some(_), _) => return Err(format!("`{name}` must be a string")),
        }
        Ok(())
    }

    /// The target as a JSON text, members in the order of [`Attribute::ALL`].
    pub fn to_json(&self) -> String {
        // Writing strings and booleans to a string cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for attribute in Attribute::ALL {
            if let Some(text) = self.get(attribute) {
                map.serialize_entry(attribute.name(), text)?;
            }
        }
        if let Some(active) = self.active {
            map.serialize_entry(Attribute::Active.name(), &active)?;
        }
        for (name, value) in &self.others {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Target;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a target")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Target, A::Error> {
                let mut target = Target::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    target.put(name, value).map_err(A::Error::custom)?;
                }
                Ok(target)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl Document for Target {
    fn parse(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl std::str::FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // serde_json would quote a value that stands where the object should.
        if !text.trim_start().starts_with('{') {
            return Err(Error::input("the document is not a JSON object"));
        }
        serde_json::from_str(text)
            .map_err(|error| Error::input(format!("the document is not a target: {error}")))
    }
}

impl fmt::Debug for Target {
    /// Names the members only: their values are a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Attribute::ALL
            .into_iter()
            .filter(|attribute| self.has(*attribute))
            .map(Attribute::name);
        f.write_str("Target ")?;
        f.debug_set()
            .entries(names)
            .entries(self.others.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_later_versions_pass_through() {
        let text = r#"{"userName":"ada@example.com","active":false,"shoeSize":{"eu":38}}"#;
        assert_eq!(text.parse::<Target>().unwrap().to_json(), text);
    }

    #[test]
    fn errors_name_the_member_and_never_the_value() {
        for (text, said) in [
            (r#"{"role":["Secret"]}"#, "`role` must be a string"),
            (r#"{"active":"Secret"}"#, "`active` must be true or false"),
            (r#""Secret""#, "not a JSON object"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("Secret"), "{error}");
        }
    }

    #[test]
    fn null_is_absent_and_clear_takes_back() {
        let mut target: Target = r#"{"role":null,"team":"Blue","active":true}"#.parse().unwrap();
        assert_eq!(target.role(), None);
        target.clear(Attribute::Team).clear(Attribute::Active);
        assert_eq!(target.to_json(), "{}");
    }

    #[test]
    fn lists_are_arrays_and_an_empty_one_is_no_opinion() {
        let text = r#"{"userName":"ada@example.com","secondaryRoles":["Evaluator","Manager"]}"#;
        let mut target: Target = text.parse().unwrap();
        assert_eq!(target.secondary_roles(), ["Evaluator", "Manager"]);
        assert_eq!(target.to_json(), text);
        target.set_application_attributes(["ACD"]);
        assert_eq!(target.application_attributes(), ["ACD"]);
        target.set_secondary_roles([""; 0]);
        assert_eq!(
            target.to_json(),
            r#"{"userName":"ada@example.com","applicationAttributes":["ACD"]}"#
        );
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let error = Attribute::parse("mail").unwrap_err();
        assert!(
            error.starts_with("unknown target attribute `mail`, expected one of `userName`, "),
            "{error}"
        );
    }
}
