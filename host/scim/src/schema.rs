//! The schemas of RFC 7643 as static data, and look-up in them without case.

mod enterprise;
mod group;
mod user;

use crate::urn;

/// The data types of RFC 7643 section 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// An xsd:dateTime.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI.
    Reference,
    /// An object with sub-attributes.
    Complex,
}

impl Type {
    /// The word of RFC 7643 section 7.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

/// Who may write an attribute, and when (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Anybody, always.
    ReadWrite,
    /// The service only: ignored when a client writes it (N17).
    ReadOnly,
    /// At creation.
    Immutable,
    /// Written, never read.
    WriteOnly,
}

impl Mutability {
    /// The word of RFC 7643 section 7.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadWrite => "readWrite",
            Self::ReadOnly => "readOnly",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is in an answer (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Also when `excludedAttributes` names it.
    Always,
    /// Unless excluded.
    Default,
    /// Never.
    Never,
}

impl Returned {
    /// The word of RFC 7643 section 7.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Default => "default",
            Self::Never => "never",
        }
    }
}

/// Where a value may occur once only (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Anywhere as often as you like.
    None,
    /// Once in this service.
    Server,
}

impl Uniqueness {
    /// The word of RFC 7643 section 7.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
        }
    }
}

/// One attribute or sub-attribute (RFC 7643 section 7).
#[derive(Debug)]
pub struct Attribute {
    /// The name in its canonical spelling.
    pub name: &'static str,
    /// The data type.
    pub kind: Type,
    /// Whether the value is an array.
    pub multi_valued: bool,
    /// What it says, for people.
    pub description: &'static str,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether comparison heeds case.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Where its value is unique.
    pub uniqueness: Uniqueness,
    /// Suggested values.
    pub canonical_values: &'static [&'static str],
    /// Resource types a reference may point to.
    pub reference_types: &'static [&'static str],
    /// Sub-attributes of a complex attribute.
    pub sub_attributes: &'static [Attribute],
}

impl Attribute {
    const fn new(name: &'static str, kind: Type, description: &'static str) -> Self {
        Self {
            name,
            kind,
            multi_valued: false,
            description,
            required: false,
            case_exact: matches!(kind, Type::Binary | Type::Reference),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
        }
    }

    const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::String, description)
    }

    const fn truth(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Boolean, description)
    }

    const fn link(
        name: &'static str,
        types: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        let mut link = Self::new(name, Type::Reference, description);
        link.reference_types = types;
        link
    }

    const fn complex(
        name: &'static str,
        sub_attributes: &'static [Attribute],
        description: &'static str,
    ) -> Self {
        let mut complex = Self::new(name, Type::Complex, description);
        complex.sub_attributes = sub_attributes;
        complex
    }

    const fn many(
        name: &'static str,
        sub_attributes: &'static [Attribute],
        description: &'static str,
    ) -> Self {
        let mut many = Self::complex(name, sub_attributes, description);
        many.multi_valued = true;
        many
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    const fn unique(mut self) -> Self {
        self.uniqueness = Uniqueness::Server;
        self
    }

    const fn read_only(mut self) -> Self {
        self.mutability = Mutability::ReadOnly;
        self
    }

    const fn immutable(mut self) -> Self {
        self.mutability = Mutability::Immutable;
        self
    }

    const fn always(mut self) -> Self {
        self.returned = Returned::Always;
        self
    }

    const fn never(mut self) -> Self {
        self.mutability = Mutability::WriteOnly;
        self.returned = Returned::Never;
        self
    }

    const fn usually(mut self, canonical_values: &'static [&'static str]) -> Self {
        self.canonical_values = canonical_values;
        self
    }

    /// The sub-attribute of that name, without case.
    #[must_use]
    pub fn sub(&self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes, name)
    }

    /// Whether a client's value for it is kept. Read-only values are the service's own, a password is nobody's (N17).
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(
            self.mutability,
            Mutability::ReadWrite | Mutability::Immutable
        )
    }
}

fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A named set of attributes.
#[derive(Debug)]
pub struct Schema {
    /// The URN.
    pub id: &'static str,
    /// A short name for people.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute of that name, without case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }
}

pub use enterprise::ENTERPRISE_USER;
pub use group::GROUP;
pub use user::USER;

/// Attributes of every resource (RFC 7643 section 3.1). `schemas` is part of the model so that paths may name it.
static COMMON: &[Attribute] = &[
    Attribute::many("schemas", &[], "URNs of the schemas present")
        .read_only()
        .always(),
    Attribute::text("id", "Identifier given by the service")
        .read_only()
        .always()
        .exact()
        .unique(),
    Attribute::text("externalId", "Identifier given by the client").exact(),
    Attribute::complex("meta", META, "Facts about the resource").read_only(),
];

static META: &[Attribute] = &[
    Attribute::text("resourceType", "Name of the resource type")
        .read_only()
        .exact(),
    Attribute::new("created", Type::DateTime, "When the resource was made").read_only(),
    Attribute::new(
        "lastModified",
        Type::DateTime,
        "When the resource last changed",
    )
    .read_only(),
    Attribute::link("location", &[], "URI of the resource").read_only(),
    Attribute::text("version", "Entity tag of the resource")
        .read_only()
        .exact(),
];

/// The resource types we serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// A person.
    User,
    /// A set of people.
    Group,
}

impl ResourceType {
    /// The name in `meta.resourceType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The endpoint below the base URL, with its slash.
    #[must_use]
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }
}

/// What may stand in a resource of one type: its core schema and the extensions we know. Any other extension URN is
/// an open schema: every attribute is allowed and kept as given.
#[derive(Debug)]
pub struct ResourceSchemas {
    /// The resource type.
    pub resource_type: ResourceType,
    /// Its core schema.
    pub core: &'static Schema,
    /// The extensions with a model.
    pub extensions: &'static [&'static Schema],
}

static USER_SCHEMAS: ResourceSchemas = ResourceSchemas {
    resource_type: ResourceType::User,
    core: &USER,
    extensions: &[&ENTERPRISE_USER],
};
static GROUP_SCHEMAS: ResourceSchemas = ResourceSchemas {
    resource_type: ResourceType::Group,
    core: &GROUP,
    extensions: &[],
};

impl ResourceSchemas {
    /// Those of a User.
    #[must_use]
    pub fn user() -> &'static Self {
        &USER_SCHEMAS
    }

    /// Those of a Group.
    #[must_use]
    pub fn group() -> &'static Self {
        &GROUP_SCHEMAS
    }

    /// Those of a resource type.
    #[must_use]
    pub fn of(resource_type: ResourceType) -> &'static Self {
        match resource_type {
            ResourceType::User => Self::user(),
            ResourceType::Group => Self::group(),
        }
    }

    /// The known schema of that URN or legacy alias, without case.
    #[must_use]
    pub fn schema(&self, urn: &str) -> Option<&'static Schema> {
        let canonical = urn::canonical(urn, self.core.id)?;
        if canonical == self.core.id {
            return Some(self.core);
        }
        self.extensions
            .iter()
            .find(|schema| schema.id == canonical)
            .copied()
    }

    /// The attribute of that name in the core schema or among the common ones, without case.
    #[must_use]
    pub fn core_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(COMMON, name).or_else(|| self.core.attribute(name))
    }

    /// The known schema that begins `text`, and what follows it: nothing, or `:` or (N10) `.` and an attribute.
    pub(crate) fn strip_schema<'t>(&self, text: &'t str) -> Option<(&'static Schema, &'t str)> {
        let known = std::iter::once(self.core)
            .map(|schema| (schema.id, schema))
            .chain(self.extensions.iter().map(|schema| (schema.id, *schema)));
        let core = urn::CORE_ALIASES.iter().map(|alias| (*alias, self.core));
        let enterprise = self.schema(urn::ENTERPRISE_USER).into_iter();
        let enterprise = enterprise.flat_map(|schema| {
            urn::ENTERPRISE_ALIASES
                .iter()
                .map(move |alias| (*alias, schema))
        });
        known
            .chain(core)
            .chain(enterprise)
            .filter_map(|(urn, schema)| {
                let head = text.get(..urn.len())?;
                let rest = text.get(urn.len()..)?;
                let ends = rest.is_empty() || rest.starts_with([':', '.']);
                (ends && head.eq_ignore_ascii_case(urn)).then_some((schema, rest))
            })
            .min_by_key(|(_, rest)| rest.len())
    }
}

#[cfg(test)]
mod tests;
