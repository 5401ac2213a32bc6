//! Whom a rule is for.

use jackfield_sdk::settings::OneOrMany;
use jackfield_sdk::{Groups, Path, Source};
use schemars::JsonSchema;
use serde::Deserialize;

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// What must hold of a user; all that is said must. Texts are compared without case unless `case_sensitive` is set.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// The path of the attribute that the comparisons below look at. An absent or empty attribute meets none of them.
    attribute: Option<String>,
    /// The attribute is this.
    equals: Option<String>,
    /// The attribute is one of these.
    r#in: Option<Vec<String>>,
    /// The attribute has this in it.
    contains: Option<String>,
    /// The attribute starts with this.
    starts_with: Option<String>,
    /// The attribute ends with this.
    ends_with: Option<String>,
    /// The user is a member of (one of) these groups: display name, external id or id.
    group: Option<OneOrMany<String>>,
    /// The enterprise extension's `department` is (one of) this.
    department: Option<OneOrMany<String>>,
    /// The `title` is (one of) this.
    title: Option<OneOrMany<String>>,
    /// Upper and lower case differ. Groups' display names are compared without case all the same.
    case_sensitive: bool,
}

impl Condition {
    /// # Errors
    /// When nothing is asked, or the path is malformed, or attribute and comparison are not both there.
    pub(crate) fn check(&self) -> Result<(), String> {
        let compares = [
            &self.equals,
            &self.contains,
            &self.starts_with,
            &self.ends_with,
        ];
        let compares = self.r#in.is_some() || compares.iter().any(|text| text.is_some());
        match &self.attribute {
            Some(path) => {
                Path::parse(path).map_err(|error| error.to_string())?;
                if !compares {
                    return Err("`attribute` needs one of `equals`, `in`, `contains`, `starts_with`, `ends_with`".to_owned());
                }
            }
            None if compares => {
                return Err("a comparison needs the `attribute` that it looks at".to_owned());
            }
            None if self.group.is_none() && self.department.is_none() && self.title.is_none() => {
                return Err(
                    "a condition needs `attribute`, `group`, `department` or `title`".to_owned(),
                );
            }
            None => {}
        }
        Ok(())
    }

    /// Whether it holds of a user.
    pub(crate) fn holds(&self, source: &Source, groups: &Groups) -> bool {
        let one_of = |path: &str, wanted: &OneOrMany<String>| {
            let value = self.value(source, path);
            value.is_some_and(|value| wanted.iter().any(|wanted| self.fold(wanted) == value))
        };
        self.attribute_holds(source)
            && self
                .group
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|name| groups.contains(name)))
            && self
                .department
                .as_ref()
                .is_none_or(|wanted| one_of(DEPARTMENT, wanted))
            && self
                .title
                .as_ref()
                .is_none_or(|wanted| one_of("title", wanted))
    }

    fn attribute_holds(&self, source: &Source) -> bool {
        let Some(path) = &self.attribute else {
            return true;
        };
        let Some(value) = self.value(source, path) else {
            return false;
        };
        let met = |wanted: &Option<String>, test: fn(&str, &str) -> bool| {
            wanted
                .as_ref()
                .is_none_or(|wanted| test(&value, &self.fold(wanted)))
        };
        met(&self.equals, |value, wanted| value == wanted)
            && met(&self.contains, |value, wanted| value.contains(wanted))
            && met(&self.starts_with, |value, wanted| value.starts_with(wanted))
            && met(&self.ends_with, |value, wanted| value.ends_with(wanted))
            && self
                .r#in
                .as_ref()
                .is_none_or(|list| list.iter().any(|wanted| self.fold(wanted) == value))
    }

    /// The attribute as it is compared; none if absent or empty.
    fn value(&self, source: &Source, path: &str) -> Option<String> {
        let value = source.text(path)?;
        (!value.is_empty()).then(|| self.fold(&value))
    }

    fn fold(&self, text: &str) -> String {
        if self.case_sensitive {
            text.to_owned()
        } else {
            text.to_lowercase()
        }
    }

    /// What it looks at, for the reason: names of attributes, never values.
    pub(crate) fn subject(&self) -> String {
        let subjects = [
            self.attribute.as_deref(),
            self.group.is_some().then_some("group"),
            self.department.is_some().then_some("department"),
            self.title.is_some().then_some("title"),
        ];
        subjects
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" and ")
    }
}
