//! What a component says of itself in its binary: which kinds of plugin it is and what it wants imported. Read, and judged,
//! before anything of it is compiled.
//!
//! Linking is no such judgement: an import of an empty instance links whatever its name, and a malformed binary should meet a
//! parser, not a compiler.

mod refusal;

pub use refusal::Refusal;

use std::fmt;

use wasmparser::{Encoding, Parser, Payload, Validator};

use crate::limits::Limits;
use crate::text::one_line;

/// The package of the contract, and the versions of it that this host speaks: 0.1 and any patch of it.
const PACKAGE: &str = "jackfield:plugin";
const MINOR: &str = "0.1";

/// Bytes of a page of linear memory, where the module does not say otherwise.
const PAGE: u32 = 16;

/// A kind of plugin: the interface that it exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Maps attributes.
    Mapper,
    /// Chooses employee templates.
    TemplateChooser,
    /// Enforces rules.
    Rules,
}

impl Kind {
    /// The name of the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Mapper => "mapper",
            Kind::TemplateChooser => "template-chooser",
            Kind::Rules => "rules",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Kind::Mapper, Kind::TemplateChooser, Kind::Rules];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an acceptable component declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The kinds that it exports; at least one.
    pub kinds: Vec<Kind>,
    /// The interfaces that it imports, with their versions: its capabilities.
    pub imports: Vec<String>,
}

/// Reads and judges a component without compiling it.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Declared, Refusal> {
    if bytes.len() > limits.component {
        return Err(Refusal::TooLarge {
            size: bytes.len(),
            limit: limits.component,
        });
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Refusal::NotWasm);
    }
    if Parser::is_core_wasm(bytes) {
        return Err(Refusal::CoreModule);
    }
    Validator::new().validate_all(bytes).map_err(malformed)?;
    let found = Found::read(bytes, limits)?;
    // What it was built for is said first: the rest follows from it.
    let mut kinds = Vec::new();
    let (mut ours, mut about) = (false, false);
    for name in &found.exports {
        // Another export cannot be called by this host and does no harm.
        if let Some(interface) = interface("exports", name)? {
            ours = true;
            about |= interface == "about";
            kinds.extend(Kind::parse(interface));
        }
    }
    let mut strange = Vec::new();
    for name in &found.imports {
        if !matches!(
            interface("imports", name)?,
            Some("types" | "log" | "directory")
        ) {
            strange.push(name.as_str());
        }
    }
    if !ours && !found.exports.is_empty() {
        return Err(refusal::another_world(&found.exports, &found.imports));
    }
    if !strange.is_empty() {
        return Err(refusal::imports(&strange, bytes));
    }
    if !about {
        return Err(Refusal::NoAbout);
    }
    if kinds.is_empty() {
        return Err(Refusal::NoKind);
    }
    kinds.sort();
    Ok(Declared {
        kinds,
        imports: found.imports,
    })
}

/// What stands in a binary.
#[derive(Default)]
struct Found {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Found {
    /// Imports and exports of nested components are the component's own affair; memories of nested modules are not.
    fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        let mut found = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding, .. }
                    if depth == 0 && encoding != Encoding::Component =>
                {
                    return Err(Refusal::CoreModule);
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        let memory = memory.map_err(malformed)?;
                        let page = memory.page_size_log2.unwrap_or(PAGE).min(PAGE);
                        let size = u128::from(memory.initial) << page;
                        if size > limits.memory as u128 {
                            let limit = limits.memory;
                            return Err(Refusal::Memory { size, limit });
                        }
                    }
                }
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    for import in imports {
                        let name = import.map_err(malformed)?.name.name;
                        found.imports.push(name.to_owned());
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    for export in exports {
                        let name = export.map_err(malformed)?.name.name;
                        found.exports.push(name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// The contract's interface of this name, if it is one; an error if it is of another version.
fn interface<'a>(verb: &'static str, name: &'a str) -> Result<Option<&'a str>, Refusal> {
    let Some(rest) = name
        .strip_prefix(PACKAGE)
        .and_then(|rest| rest.strip_prefix('/'))
    else {
        return Ok(None);
    };
    let (interface, version) = rest.split_once('@').unwrap_or((rest, "none"));
    let patch = version
        .strip_prefix(MINOR)
        .and_then(|patch| patch.strip_prefix('.'));
    if patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit())) {
        return Ok(Some(interface));
    }
    Err(refusal::version(verb, name, version))
}

fn malformed(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Malformed(one_line(&error.to_string(), 300))
}
