//! What a component says of itself in its binary: which kinds of plugin it is and what it wants imported. Read, and judged,
//! before anything of it is compiled.
//!
//! Linking is no such judgement: an import of an empty instance links whatever its name, and a malformed binary should meet a
//! parser, not a compiler.

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

/// Why a binary is not accepted as a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Larger than [`Limits::component`].
    #[error("the component has {size} bytes; at most {limit} are accepted")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// No WebAssembly binary. The text format and precompiled code are not accepted either.
    #[error(
        "not a WebAssembly binary; build a component (text format and precompiled code are not accepted)"
    )]
    NotWasm,
    /// A core module.
    #[error("a core module, not a component; encode it with `wasm-tools component new`")]
    CoreModule,
    /// Malformed or invalid.
    #[error("not a valid component: {0}")]
    Malformed(String),
    /// It imports what no plugin gets.
    #[error(
        "imports {0}, which no plugin is given; this host gives {PACKAGE}/log and {PACKAGE}/directory, version {MINOR}, and \
         nothing else"
    )]
    Import(String),
    /// Built for another version of the contract.
    #[error(
        "{verb} {name}, which was built for version {built_for} of {PACKAGE}; this host supports {MINOR}: build it again with the SDK for {MINOR}"
    )]
    Version {
        /// `imports` or `exports`.
        verb: &'static str,
        /// The interface.
        name: String,
        /// The version.
        built_for: String,
    },
    /// Nothing says what it is.
    #[error(
        "does not export {PACKAGE}/about@{MINOR}; register the plugin with the SDK's `register!`"
    )]
    NoAbout,
    /// No kind of plugin.
    #[error(
        "exports none of {PACKAGE}/mapper, {PACKAGE}/template-chooser and {PACKAGE}/rules, version {MINOR}"
    )]
    NoKind,
    /// It starts with more memory than it may ever have.
    #[error("starts with {size} bytes of memory; a plugin has at most {limit}")]
    Memory {
        /// What it asks for.
        size: u128,
        /// The limit.
        limit: usize,
    },
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
    let mut about = false;
    let mut declared = Declared {
        kinds: Vec::new(),
        imports: Vec::new(),
    };
    // Imports and exports of nested components are the component's own affair; memories of nested modules are not.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
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
                    accept_import(name)?;
                    declared.imports.push(name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    let name = export.map_err(malformed)?.name.name;
                    match (interface("exports", name)?, &mut declared.kinds) {
                        (Some("about"), _) => about = true,
                        (Some("mapper"), kinds) => kinds.push(Kind::Mapper),
                        (Some("template-chooser"), kinds) => kinds.push(Kind::TemplateChooser),
                        (Some("rules"), kinds) => kinds.push(Kind::Rules),
                        // Another export can't be called by this host and does no harm.
                        (Some(_) | None, _) => {}
                    }
                }
            }
            _ => {}
        }
    }
    if !about {
        return Err(Refusal::NoAbout);
    }
    if declared.kinds.is_empty() {
        return Err(Refusal::NoKind);
    }
    declared.kinds.sort();
    Ok(declared)
}

/// The capabilities. `types` holds types only.
fn accept_import(name: &str) -> Result<(), Refusal> {
    match interface("imports", name)? {
        Some("types" | "log" | "directory") => Ok(()),
        Some(_) | None => Err(Refusal::Import(one_line(name, 120))),
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
    Err(Refusal::Version {
        verb,
        name: one_line(name, 120),
        built_for: one_line(version, 40),
    })
}

fn malformed(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Malformed(one_line(&error.to_string(), 300))
}
