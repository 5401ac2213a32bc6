//! From the grammar's tree to ours: names resolved against the schemas, values typed by them.

use scim_v2::datetime::ScimDateTime;
use scim_v2::filter::{
    AttrExp, AttrPath, CompValue, CompareOp, FilterActionError, ParseError, PatchPath, ValFilter,
};
use serde_json::Number;

use super::lexer::{Raw, Skeleton, skeleton};
use super::{Node, Operand, Operator, fold};
use crate::error::{Error, shown};
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceSchemas, Returned, Type};

/// Where names are looked up.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceSchemas),
    Element(&'a AttributePath),
}

impl Node {
    /// A filter over resources.
    pub(super) fn of_resources(text: &str, schemas: &ResourceSchemas) -> Result<Self, Error> {
        let names = skeleton(text)?;
        let tree: scim_v2::filter::Filter = names.text.parse().map_err(|error| refused(&error))?;
        names.node(&tree, schemas)
    }

    /// A filter over the elements of `parent`, as it stands in brackets.
    pub(crate) fn of_elements(text: &str, parent: &AttributePath) -> Result<Self, Error> {
        let names = skeleton(text)?;
        match format!("a[{}]", names.text).parse::<PatchPath>() {
            Ok(PatchPath::Value(tree)) => names.element_node(&tree.filter, Scope::Element(parent)),
            Ok(PatchPath::Attr(_)) => Err(Error::invalid_filter("the brackets are empty")),
            Err(error) => Err(refused(&error)),
        }
    }
}

impl Skeleton {
    fn node(
        &self,
        tree: &scim_v2::filter::Filter,
        schemas: &ResourceSchemas,
    ) -> Result<Node, Error> {
        use scim_v2::filter::Filter as Tree;
        Ok(match tree {
            Tree::Attr(term) => self.term(term, Scope::Resource(schemas))?,
            Tree::ValuePath(path) => {
                let parent = self.path(&path.attr, Scope::Resource(schemas))?;
                if parent.attribute.is_none() || parent.sub.is_some() {
                    return Err(Error::invalid_filter(
                        "brackets may follow an attribute only",
                    ));
                }
                let inner = self.element_node(&path.filter, Scope::Element(&parent))?;
                Node::Elements(parent, Box::new(inner))
            }
            Tree::Not(inner) => Node::Not(Box::new(self.node(inner, schemas)?)),
            Tree::And(items) => Node::And(
                items
                    .iter()
                    .map(|item| self.node(item, schemas))
                    .collect::<Result<_, _>>()?,
            ),
            Tree::Or(items) => Node::Or(
                items
                    .iter()
                    .map(|item| self.node(item, schemas))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    fn element_node(&self, tree: &ValFilter, scope: Scope<'_>) -> Result<Node, Error> {
        Ok(match tree {
            ValFilter::Attr(term) => self.term(term, scope)?,
            ValFilter::Not(inner) => Node::Not(Box::new(self.element_node(inner, scope)?)),
            ValFilter::And(items) => Node::And(
                items
                    .iter()
                    .map(|item| self.element_node(item, scope))
                    .collect::<Result<_, _>>()?,
            ),
            ValFilter::Or(items) => Node::Or(
                items
                    .iter()
                    .map(|item| self.element_node(item, scope))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    fn term(&self, term: &AttrExp, scope: Scope<'_>) -> Result<Node, Error> {
        match term {
            AttrExp::Present(path) => Ok(Node::Present(self.path(path, scope)?)),
            AttrExp::Comparison(path, operator, value) => {
                let path = self.path(path, scope)?;
                compare(path, operator_of(operator), self.operand(value)?)
            }
        }
    }

    fn path(&self, placeholder: &AttrPath, scope: Scope<'_>) -> Result<AttributePath, Error> {
        let name = placeholder
            .name
            .strip_prefix('a')
            .and_then(|index| self.names.get(index.parse::<usize>().ok()?));
        let name = name.ok_or_else(|| Error::invalid_filter("malformed attribute name"))?;
        let path = match scope {
            Scope::Resource(schemas) => AttributePath::resolve(name, schemas),
            Scope::Element(parent) => parent.element(name),
        };
        let path = path.map_err(|reason| Error::invalid_filter(reason.about(name)))?;
        if path
            .definition
            .is_some_and(|attribute| attribute.returned == Returned::Never)
        {
            return Err(Error::sensitive(format!(
                "{path} can't be used in a filter"
            )));
        }
        Ok(path)
    }

    fn operand(&self, placeholder: &CompValue) -> Result<&Raw, Error> {
        match placeholder {
            CompValue::Str(text) => text
                .strip_prefix('v')
                .and_then(|index| self.values.get(index.parse::<usize>().ok()?)),
            _ => None,
        }
        .ok_or_else(|| Error::invalid_filter("malformed value"))
    }
}

/// A comparison whose value has the attribute's type.
fn compare(path: AttributePath, operator: Operator, raw: &Raw) -> Result<Node, Error> {
    let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
    let absent = match raw {
        Raw::Quoted(text) => text.is_empty(),
        Raw::Bare(word) => word.eq_ignore_ascii_case("null"),
    };
    if absent {
        if !is_equality {
            return Err(Error::invalid_filter(format!(
                "{path} {}: the value is empty",
                operator.as_str()
            )));
        }
        return Ok(Node::Compare(path, operator, Operand::Null));
    }
    // A bare complex attribute stands for its `value` (RFC 7643 section 2.4).
    let path = match path.leaf() {
        Some(attribute)
            if attribute.kind == Type::Complex && !attribute.sub_attributes.is_empty() =>
        {
            let name = path.to_string();
            path.with_sub("value").map_err(|_| {
                Error::invalid_filter(format!(
                    "{name} is complex; compare one of its sub-attributes"
                ))
            })?
        }
        _ if path.attribute.is_none() => {
            return Err(Error::invalid_filter(format!(
                "{path} is a schema; compare one of its attributes"
            )));
        }
        _ => path,
    };
    let leaf = path.leaf();
    let operand = typed(&path, leaf, raw)?;
    let unsupported = match (&operand, leaf.map(|attribute| attribute.kind)) {
        (Operand::Bool(_), _) => !is_equality,
        (Operand::Number(_), _) => matches!(operator, Operator::Co | Operator::Sw | Operator::Ew),
        (_, Some(Type::Binary)) => matches!(
            operator,
            Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le
        ),
        (_, Some(Type::DateTime)) => matches!(operator, Operator::Co | Operator::Sw | Operator::Ew),
        _ => false,
    };
    if unsupported {
        return Err(Error::invalid_filter(format!(
            "{path} can't be compared with {}",
            operator.as_str()
        )));
    }
    Ok(Node::Compare(path, operator, operand))
}

fn typed(path: &AttributePath, leaf: Option<&Attribute>, raw: &Raw) -> Result<Operand, Error> {
    let (Raw::Quoted(text) | Raw::Bare(text)) = raw;
    let wrong = |expected| Error::invalid_filter(format!("{path} is compared with {expected}"));
    match leaf.map(|attribute| attribute.kind) {
        Some(Type::Boolean) => boolean(text)
            .map(Operand::Bool)
            .ok_or_else(|| wrong("true or false")),
        Some(Type::Integer | Type::Decimal) => text
            .parse::<Number>()
            .map(Operand::Number)
            .map_err(|_| wrong("a number")),
        Some(Type::DateTime) if text.parse::<ScimDateTime>().is_err() => {
            Err(wrong("a dateTime such as 2026-01-31T00:00:00Z"))
        }
        Some(_) => {
            let exact = leaf.is_some_and(|attribute| attribute.case_exact);
            Ok(Operand::Text(
                text.clone(),
                if exact { text.clone() } else { fold(text) },
            ))
        }
        // An open schema: the literal says its type.
        None => Ok(match raw {
            Raw::Bare(word) => match (boolean(word), word.parse::<Number>()) {
                (Some(value), _) => Operand::Bool(value),
                (None, Ok(number)) => Operand::Number(number),
                _ => Operand::Text(word.clone(), fold(word)),
            },
            Raw::Quoted(text) => Operand::Text(text.clone(), fold(text)),
        }),
    }
}

/// `true` and `false` in any case (N8).
pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else {
        text.eq_ignore_ascii_case("false").then_some(false)
    }
}

fn operator_of(operator: &CompareOp) -> Operator {
    match operator {
        CompareOp::Eq => Operator::Eq,
        CompareOp::Ne => Operator::Ne,
        CompareOp::Co => Operator::Co,
        CompareOp::Sw => Operator::Sw,
        CompareOp::Ew => Operator::Ew,
        CompareOp::Gt => Operator::Gt,
        CompareOp::Lt => Operator::Lt,
        CompareOp::Ge => Operator::Ge,
        CompareOp::Le => Operator::Le,
    }
}

fn refused(error: &ParseError) -> Error {
    Error::invalid_filter(match error {
        ParseError::User {
            error:
                limit @ (FilterActionError::DepthExceeded(_) | FilterActionError::TooManyTerms(_)),
        } => shown(&limit.to_string()),
        _ => "parentheses, brackets and terms of the filter do not fit together".to_owned(),
    })
}
