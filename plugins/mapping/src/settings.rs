//! Tables in the configuration.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jackfield_sdk::{Attribute, Path};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, json};

use crate::expression::{Expression, GroupValue};

/// An operator's rows, by the name of the target's member: a path, an operation, or `""` to remove the member's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(Vec<(Attribute, Option<Expression>)>);

impl Rows {
    /// The rows; none where one is to be removed.
    pub fn into_inner(self) -> Vec<(Attribute, Option<Expression>)> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of target attributes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let attribute = Attribute::parse(&name).map_err(A::Error::custom)?;
                    rows.push((attribute, map.next_value::<Row>()?.0));
                }
                Ok(Rows(rows))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl JsonSchema for Rows {
    fn schema_name() -> Cow<'static, str> {
        "Rows".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let row = generator.subschema_for::<Expression>();
        let removed = json!({ "anyOf": [row, { "const": "" }, { "type": "null" }] });
        let properties: Map<_, _> = Attribute::ALL
            .iter()
            .map(|attribute| (attribute.name().to_owned(), removed.clone()))
            .collect();
        json_schema!({
            "description": "rows by target attribute: a source path, an operation, or \"\" to remove the row",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

/// A row as written; none for `""` and null.
struct Row(Option<Expression>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl<'de> Visitor<'de> for Written {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an attribute path or an operation such as { first = [\"nickName\", \"displayName\"] }")
            }

            fn visit_unit<E: Error>(self) -> Result<Row, E> {
                Ok(Row(None))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Row, E> {
                if text.is_empty() {
                    return Ok(Row(None));
                }
                Path::parse(text).map_err(E::custom)?;
                Ok(Row(Some(Expression::Path(Cow::Owned(text.to_owned())))))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Row, A::Error> {
                let operation = Operation::deserialize(MapAccessDeserializer::new(map))?;
                operation
                    .into_expression()
                    .map(|expression| Row(Some(expression)))
                    .map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(Written)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Row(expression) = Row::deserialize(deserializer)?;
        expression.ok_or_else(|| D::Error::custom("an attribute path is empty"))
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let operation = generator.subschema_for::<Operation>();
        json_schema!({ "anyOf": [{ "description": "a source path", "type": "string", "minLength": 1 }, operation] })
    }
}

/// An operation as written: one of the operations' keys, and what belongs to it.
#[derive(serde::Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
struct Operation {
    /// The value at a path.
    from: Option<Box<Expression>>,
    /// Always this.
    constant: Option<Constant>,
    /// These, joined.
    join: Option<Vec<Expression>>,
    /// What stands between joined parts; a space if not said.
    separator: Option<String>,
    /// The first of these that is not empty.
    first: Option<Vec<Expression>>,
    /// In lower case.
    lower: Option<Box<Expression>>,
    /// In upper case.
    upper: Option<Box<Expression>>,
    /// Without white space at the ends.
    trim: Option<Box<Expression>>,
    /// What `table` has for this value.
    lookup: Option<Box<Expression>>,
    /// For `lookup`: from values to what they become.
    table: Option<BTreeMap<String, String>>,
    /// For `lookup`: what values become that the table does not have.
    default: Option<String>,
    /// The value of the first of these groups that the user is a member of.
    group: Option<Vec<GroupValue>>,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a string or a boolean")]
enum Constant {
    Text(String),
    Boolean(bool),
}

impl Operation {
    fn into_expression(self) -> Result<Expression, &'static str> {
        let joins = self.join.is_some();
        let looks_up = self.lookup.is_some();
        if !joins && self.separator.is_some() {
            return Err("`separator` belongs to `join`");
        }
        if !looks_up && (self.table.is_some() || self.default.is_some()) {
            return Err("`table` and `default` belong to `lookup`");
        }
        let mut found = [
            self.from.map(|of| *of),
            self.constant.map(|constant| match constant {
                Constant::Text(text) => Expression::Constant(Cow::Owned(text)),
                Constant::Boolean(boolean) => {
                    Expression::Constant(Cow::Borrowed(if boolean { "true" } else { "false" }))
                }
            }),
            self.join.map(|parts| Expression::Join {
                parts,
                separator: self.separator.map_or(Cow::Borrowed(" "), Cow::Owned),
            }),
            self.first.map(Expression::First),
            self.lower.map(Expression::Lower),
            self.upper.map(Expression::Upper),
            self.trim.map(Expression::Trim),
            match (self.lookup, self.table) {
                (Some(from), Some(table)) => Some(Expression::Lookup {
                    from,
                    table,
                    default: self.default,
                }),
                (Some(_), None) => return Err("`lookup` needs a `table`"),
                (None, _) => None,
            },
            self.group.map(Expression::Group),
        ]
        .into_iter()
        .flatten();
        match (found.next(), found.next()) {
            (Some(expression), None) => Ok(expression),
            _ => Err(
                "an operation is exactly one of `from`, `constant`, `join`, `first`, `lower`, `upper`, `trim`, `lookup`, `group`",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{constant, first, group, join, lookup, lower, path};

    fn rows(json: &str) -> Result<Vec<(Attribute, Option<Expression>)>, String> {
        serde_json::from_str::<Rows>(json)
            .map(Rows::into_inner)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_is_read() {
        let written = r#"{
            "displayName": {"join": ["name.givenName", {"from": "name.familyName"}]},
            "team": {"from": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},
            "role": {"first": [{"group": [{"name": "CX Supervisors", "value": "Manager"}]}, {"constant": "Agent"}]},
            "email": {"lower": "userName"},
            "userType": {"lookup": "title", "table": {"Clerk": "Agent"}, "default": "Other"},
            "active": {"constant": true},
            "mobileNumber": "",
            "timeZone": null
        }"#;
        assert_eq!(
            rows(written).unwrap(),
            [
                (
                    Attribute::DisplayName,
                    Some(join([path("name.givenName"), path("name.familyName")], " "))
                ),
                (
                    Attribute::Team,
                    Some(path(
                        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
                    ))
                ),
                (
                    Attribute::Role,
                    Some(first([
                        group([("CX Supervisors", "Manager")]),
                        constant("Agent")
                    ]))
                ),
                (Attribute::Email, Some(lower(path("userName")))),
                (
                    Attribute::UserType,
                    Some(lookup(path("title"), [("Clerk", "Agent")], Some("Other")))
                ),
                (Attribute::Active, Some(constant("true"))),
                (Attribute::MobileNumber, None),
                (Attribute::TimeZone, None),
            ]
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (written, said) in [
            (
                r#"{"mail": "userName"}"#,
                "unknown target attribute `mail`, expected one of `userName`",
            ),
            (
                r#"{"email": "emails[type ne \"work\"]"}"#,
                "the only operator in a filter is `eq`",
            ),
            (
                r#"{"email": {"firsts": []}}"#,
                "unknown field `firsts`, expected one of `from`, `constant`",
            ),
            (r#"{"email": {}}"#, "exactly one of `from`"),
            (
                r#"{"email": {"lower": "userName", "upper": "userName"}}"#,
                "exactly one of `from`",
            ),
            (
                r#"{"email": {"lookup": "title"}}"#,
                "`lookup` needs a `table`",
            ),
            (
                r#"{"email": {"from": "title", "table": {}}}"#,
                "belong to `lookup`",
            ),
            (
                r#"{"email": {"first": ["a"], "separator": "-"}}"#,
                "belongs to `join`",
            ),
            (
                r#"{"email": {"first": [""]}}"#,
                "an attribute path is empty",
            ),
            (
                r#"{"email": {"constant": 3}}"#,
                "expected a string or a boolean",
            ),
            (
                r#"{"email": 3}"#,
                "expected an attribute path or an operation",
            ),
        ] {
            let error = rows(written).unwrap_err();
            assert!(error.contains(said), "{written}: {error}");
        }
    }

    #[test]
    fn the_schema_closes_every_object() {
        let schema = schemars::schema_for!(Rows).to_value();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["$defs"]["Operation"]["additionalProperties"], false);
        assert_eq!(
            schema["properties"].as_object().unwrap().len(),
            Attribute::ALL.len()
        );
    }
}
