//! Schemas of which nothing is known but what a mapper reads: attributes that are text, or have parts that are.

use serde_json::{Value, json};

use super::render;
use crate::path::AttributePath;
use crate::schema::ResourceSchemas;

const DESCRIPTION: &str = "Read by the connection's mapper";

/// An extension that the connection's mapper reads and no paper describes.
pub(super) struct Extension {
    pub(super) urn: String,
    attributes: Vec<Mapped>,
}

struct Mapped {
    name: String,
    multi_valued: bool,
    parts: Vec<String>,
}

/// The extensions that `paths` lead to, in the order in which they are first named.
pub(super) fn of(paths: &[String], schemas: &ResourceSchemas) -> Vec<Extension> {
    let mut found: Vec<Extension> = Vec::new();
    for text in paths {
        let Ok(path) = AttributePath::parse(text, schemas) else {
            continue;
        };
        let (Some(urn), Some(name), None) = (path.schema(), path.attribute(), path.definition)
        else {
            continue;
        };
        let place = found
            .iter()
            .position(|extension| extension.urn.eq_ignore_ascii_case(urn));
        let place = place.unwrap_or_else(|| {
            found.push(Extension {
                urn: urn.to_owned(),
                attributes: Vec::new(),
            });
            found.len() - 1
        });
        if let Some(extension) = found.get_mut(place) {
            extension.add(name, path.has_filter(), path.sub_attribute());
        }
    }
    found
}

impl Extension {
    fn add(&mut self, name: &str, multi_valued: bool, part: Option<&str>) {
        let place = self
            .attributes
            .iter()
            .position(|attribute| attribute.name.eq_ignore_ascii_case(name));
        let place = place.unwrap_or_else(|| {
            self.attributes.push(Mapped {
                name: name.to_owned(),
                multi_valued: false,
                parts: Vec::new(),
            });
            self.attributes.len() - 1
        });
        let Some(attribute) = self.attributes.get_mut(place) else {
            return;
        };
        attribute.multi_valued |= multi_valued;
        if let Some(part) = part
            && !attribute
                .parts
                .iter()
                .any(|other| other.eq_ignore_ascii_case(part))
        {
            attribute.parts.push(part.to_owned());
        }
    }

    pub(super) fn render(&self, base_url: &str) -> Value {
        let attributes = self.attributes.iter().map(Mapped::render).collect();
        render::document(base_url, &self.urn, &self.name(), DESCRIPTION, attributes)
    }

    /// `CxoneUser` for `urn:…:extension:cxone:2.0:User`, else the last segment.
    fn name(&self) -> String {
        let mut segments = self.urn.rsplit([':', '/']).filter(|part| !part.is_empty());
        let last = segments.next().unwrap_or("Extension");
        let is_version = |part: &&str| part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let first = segments
            .next()
            .filter(is_version)
            .and_then(|_| segments.next());
        let words = [first.unwrap_or_default(), last].map(|word| {
            let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            match word.get(..1) {
                Some(head) => head.to_ascii_uppercase() + word.get(1..).unwrap_or_default(),
                None => word,
            }
        });
        words.concat()
    }
}

impl Mapped {
    fn render(&self) -> Value {
        if self.parts.is_empty() {
            return text(&self.name, self.multi_valued);
        }
        json!({
            "name": self.name,
            "type": "complex",
            "multiValued": self.multi_valued,
            "description": DESCRIPTION,
            "required": false,
            "mutability": "readWrite",
            "returned": "default",
            "uniqueness": "none",
            "subAttributes": self.parts.iter().map(|part| text(part, false)).collect::<Value>(),
        })
    }
}

/// Open schemas are compared without case, as filters have it.
fn text(name: &str, multi_valued: bool) -> Value {
    json!({
        "name": name,
        "type": "string",
        "multiValued": multi_valued,
        "description": DESCRIPTION,
        "required": false,
        "caseExact": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    })
}
