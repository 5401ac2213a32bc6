//! Guests written in a few lines: the bodies of a plugin's exports as WebAssembly text, the rest made here.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap};

/// Where a body may put its answer.
const SCRATCH: u32 = 512;
/// Where parameters are laid out.
const SPILL: u32 = 640;
/// Where texts begin.
const TEXTS: u32 = 1024;
/// Where the allocator begins.
const HEAP: u32 = 60 << 10;

/// Offsets of documents in the record that an export is called with (its parameter `$in`).
pub(crate) mod offset {
    pub(crate) const FORWARD_SOURCE: u32 = 16;
    pub(crate) const FORWARD_DRAFT: u32 = 36;
    pub(crate) const FORWARD_GROUPS: u32 = 44;
    pub(crate) const FORWARD_SETTINGS: u32 = 52;
    pub(crate) const FORWARD_FACTS: u32 = 60;
    pub(crate) const BACKWARD_DRAFT: u32 = 36;
    pub(crate) const BACKWARD_SETTINGS: u32 = 44;
    pub(crate) const OCCASION_TARGET: u32 = 44;
    pub(crate) const OCCASION_GROUPS: u32 = 64;
    pub(crate) const OCCASION_FACTS: u32 = 88;
}

/// A guest in the making. A body is a sequence of instructions that leaves the address of the export's answer.
#[derive(Clone)]
pub(crate) struct Guest {
    wit: Vec<(String, String)>,
    world: &'static str,
    pages: u32,
    texts: Vec<u8>,
    describe: Option<String>,
    bodies: Vec<(&'static str, String)>,
    functions: String,
    while_handed: String,
}

/// The contract as it is in the repository.
pub(crate) fn contract() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
    let entries = std::fs::read_dir(folder).expect("the contract's folder");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a file of the contract");
            (path.display().to_string(), text)
        })
        .collect();
    files.sort();
    files
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self {
            wit: contract(),
            world: "about-only",
            pages: 1,
            texts: Vec::new(),
            describe: None,
            bodies: Vec::new(),
            functions: String::new(),
            while_handed: String::new(),
        }
    }

    /// A mapper that answers its settings.
    pub(crate) fn settings_mapper() -> Self {
        Self::new()
            .forward(&Self::echo(offset::FORWARD_SETTINGS))
            .backward(&Self::echo(offset::BACKWARD_SETTINGS))
    }

    /// The contract, with something replaced.
    pub(crate) fn contract_with(mut self, old: &str, new: &str) -> Self {
        let mut found = false;
        for (_, text) in &mut self.wit {
            found |= text.contains(old);
            *text = text.replace(old, new);
        }
        assert!(found, "the contract has no {old:?}");
        self
    }

    /// How many pages of memory it starts with.
    pub(crate) fn pages(mut self, pages: u32) -> Self {
        self.pages = pages;
        self
    }

    /// Further fields of the module.
    pub(crate) fn with(mut self, functions: &str) -> Self {
        self.functions.push_str(functions);
        self
    }

    /// Instructions that it runs whenever the host asks it for memory to hand something over in.
    pub(crate) fn while_handed(mut self, body: &str) -> Self {
        self.while_handed.push_str(body);
        self
    }

    /// Puts bytes into memory: their address and length.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> (u32, u32) {
        self.texts.resize(self.texts.len().next_multiple_of(4), 0);
        let at = TEXTS + u32::try_from(self.texts.len()).expect("short texts");
        self.texts.extend_from_slice(bytes);
        assert!(at + u32::try_from(bytes.len()).expect("short") < HEAP);
        (at, u32::try_from(bytes.len()).expect("short texts"))
    }

    /// Puts words into memory.
    fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.bytes(&bytes).0
    }

    /// A body that answers this document, whatever it is.
    pub(crate) fn answers(&mut self, document: &[u8]) -> String {
        let (at, length) = self.bytes(document);
        self.answers_at(at, length)
    }

    /// A body that answers a document that lies somewhere.
    pub(crate) fn answers_at(&mut self, at: u32, length: u32) -> String {
        let answer = self.words(&[0, at, length]);
        format!("(i32.const {answer})")
    }

    /// A body that answers an error.
    pub(crate) fn answers_error(&mut self, code: &str, message: &str) -> String {
        let (code, code_length) = self.bytes(code.as_bytes());
        let (message, message_length) = self.bytes(message.as_bytes());
        let (facts, facts_length) = self.bytes(b"{}");
        let answer = self.words(&[
            1,
            code,
            code_length,
            message,
            message_length,
            0,
            0,
            0,
            facts,
            facts_length,
        ]);
        format!("(i32.const {answer})")
    }

    /// A body that answers one of the documents that it was given.
    pub(crate) fn echo(offset: u32) -> String {
        format!(
            "(i32.store (i32.const {SCRATCH}) (i32.const 0))
             (i32.store (i32.const {}) (i32.load (i32.add (local.get $in) (i32.const {offset}))))
             (i32.store (i32.const {}) (i32.load (i32.add (local.get $in) (i32.const {}))))
             (i32.const {SCRATCH})",
            SCRATCH + 4,
            SCRATCH + 8,
            offset + 4,
        )
    }

    /// A body that answers a choice.
    pub(crate) fn chooses(&mut self, template: Option<&str>) -> String {
        let (name, length) = self.bytes(template.unwrap_or_default().as_bytes());
        let (facts, facts_length) = self.bytes(b"{}");
        let named = u32::from(template.is_some());
        let answer = self.words(&[0, named, name, length, facts, 0, facts, facts_length]);
        format!("(i32.const {answer})")
    }

    /// A body that answers a verdict: its case and payload, and warnings.
    fn decides(&mut self, case: u32, payload: &[u32], warning: Option<&str>) -> String {
        let (facts, facts_length) = self.bytes(b"{}");
        let mut warnings = (0, 0);
        if let Some(warning) = warning {
            let (text, length) = self.bytes(warning.as_bytes());
            warnings = (self.words(&[text, length]), 1);
        }
        let mut words = vec![0, case];
        words.extend_from_slice(payload);
        words.resize(2 + 11, 0);
        words.extend([warnings.0, warnings.1, facts, facts_length]);
        let answer = self.words(&words);
        format!("(i32.const {answer})")
    }

    pub(crate) fn allows(&mut self, warning: Option<&str>) -> String {
        self.decides(0, &[], warning)
    }

    /// A body that allows, with so many warnings that lie somewhere.
    pub(crate) fn warns_of(&mut self, at: u32, warnings: u32) -> String {
        let (facts, facts_length) = self.bytes(b"{}");
        let mut words = vec![0; 2 + 11];
        words.extend([at, warnings, facts, facts_length]);
        let answer = self.words(&words);
        format!("(i32.const {answer})")
    }

    pub(crate) fn amends(&mut self, document: &[u8]) -> String {
        let (at, length) = self.bytes(document);
        self.decides(1, &[at, length], None)
    }

    pub(crate) fn defers(&mut self, detail: &str) -> String {
        let (at, length) = self.bytes(detail.as_bytes());
        self.decides(2, &[at, length], None)
    }

    pub(crate) fn denies(&mut self, status: u32, scim_type: &str, detail: &str) -> String {
        let (scim_type, scim_length) = self.bytes(scim_type.as_bytes());
        let (detail, length) = self.bytes(detail.as_bytes());
        let (role, role_length) = self.bytes(b"role");
        let (fix, fix_length) = self.bytes(b"activate it");
        let payload = [
            status,
            1,
            scim_type,
            scim_length,
            detail,
            length,
            1,
            role,
            role_length,
            fix,
            fix_length,
        ];
        self.decides(3, &payload, None)
    }

    /// Instructions that log a line.
    pub(crate) fn logs(&mut self, level: u32, line: &str) -> String {
        let (at, length) = self.bytes(line.as_bytes());
        format!("(call $log (i32.const {level}) (i32.const {at}) (i32.const {length}))")
    }

    /// Instructions that log one of the documents that the export was given.
    pub(crate) fn logs_document(offset: u32) -> String {
        Self::logs_text("(local.get $in)", offset)
    }

    /// Instructions that log the first group that the export was given: id, external id, display name.
    pub(crate) fn logs_group(offset: u32) -> String {
        let first = format!("(i32.load (i32.add (local.get $in) (i32.const {offset})))");
        [0, 12, 20].map(|at| Self::logs_text(&first, at)).concat()
    }

    fn logs_text(record: &str, offset: u32) -> String {
        let word = |at: u32| format!("(i32.load (i32.add {record} (i32.const {at})))");
        format!(
            "(call $log (i32.const 2) {} {})",
            word(offset),
            word(offset + 4)
        )
    }

    /// What `describe` answers, or does.
    pub(crate) fn describe(mut self, body: &str) -> Self {
        self.describe = Some(body.to_owned());
        self
    }

    /// What `describe` answers.
    pub(crate) fn describes(mut self, document: &str) -> Self {
        let (at, length) = self.bytes(document.as_bytes());
        let answer = self.words(&[at, length]);
        self.describe(&format!("(i32.const {answer})"))
    }

    pub(crate) fn forward(self, body: &str) -> Self {
        self.body("mapper", "mapper@0.1.0#to-target", body)
    }

    pub(crate) fn backward(self, body: &str) -> Self {
        self.body("mapper", "mapper@0.1.0#to-source", body)
    }

    pub(crate) fn choose(self, body: &str) -> Self {
        self.body("template-chooser", "template-chooser@0.1.0#choose", body)
    }

    pub(crate) fn decide(self, body: &str) -> Self {
        self.body("rules", "rules@0.1.0#decide", body)
    }

    fn body(mut self, kind: &'static str, export: &'static str, body: &str) -> Self {
        self.world = match (self.world, kind) {
            ("about-only" | "mapper-plugin", "mapper") => "mapper-plugin",
            ("about-only", "template-chooser") => "template-chooser-plugin",
            ("about-only", "rules") => "rules-plugin",
            _ => "plugin",
        };
        self.bodies.push((export, body.to_owned()));
        self
    }

    /// The component.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut guest = self.clone();
        if guest.describe.is_none() {
            guest = guest.describes(r#"{"name":"guest","version":"1.0.0","settings":{}}"#);
        }
        let mut module = wat::parse_str(guest.module()).expect("well-formed text");
        let mut resolve = Resolve::default();
        let mut files = SourceMap::default();
        for (path, text) in &guest.wit {
            files.push_str(path, text.as_str());
        }
        let Ok(contract) = files.parse() else {
            panic!("the contract does not parse");
        };
        let package = resolve.push_group(contract).expect("a contract");
        let world = resolve
            .select_world(&[package], Some(guest.world))
            .expect("a world");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .expect("metadata");
        let mut encoder = ComponentEncoder::default();
        encoder
            .module(&module)
            .expect("a module")
            .encode()
            .expect("a component")
    }

    fn module(&self) -> String {
        let texts: String = self
            .texts
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        let directory = match self.world {
            "mapper-plugin" | "about-only" => "",
            _ => {
                r#"(import "jackfield:plugin/directory@0.1.0" "find-role"
                     (func $find_role (param i32 i32 i32)))"#
            }
        };
        // A world's export that a test has no use for traps.
        let exports: &[&'static str] = match self.world {
            "mapper-plugin" => &["mapper@0.1.0#to-target", "mapper@0.1.0#to-source"],
            "template-chooser-plugin" => &["template-chooser@0.1.0#choose"],
            "rules-plugin" => &["rules@0.1.0#decide"],
            "plugin" => &[
                "mapper@0.1.0#to-target",
                "mapper@0.1.0#to-source",
                "template-chooser@0.1.0#choose",
                "rules@0.1.0#decide",
            ],
            _ => &[],
        };
        let mut functions = self.functions.clone();
        for export in exports {
            let body = self.bodies.iter().find(|(name, _)| name == export);
            let body = body.map_or("unreachable", |(_, body)| body.as_str());
            // A record of at most 16 words comes as so many parameters: they are laid out as if they had come by address.
            let (parameters, spill) = if export.ends_with("to-source") {
                let each = |write: &dyn Fn(u32) -> String| (0..15).map(write).collect::<String>();
                let spill = each(&|word| {
                    let at = SPILL + 4 * word;
                    format!("(i32.store (i32.const {at}) (local.get $p{word}))")
                });
                (
                    each(&|word| format!("(param $p{word} i32)")),
                    format!("(local $in i32) {spill} (local.set $in (i32.const {SPILL}))"),
                )
            } else {
                ("(param $in i32)".to_owned(), String::new())
            };
            functions.push_str(&format!(
                "(func (export \"jackfield:plugin/{export}\") {parameters} (result i32) {spill} {body})\n"
            ));
        }
        let describe = self.describe.clone().unwrap_or_default();
        let while_handed = &self.while_handed;
        let pages = self.pages;
        format!(
            r#"(module
                (import "jackfield:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
                {directory}
                (memory (export "memory") {pages})
                (global $heap (mut i32) (i32.const {HEAP}))
                (global $state (mut i32) (i32.const 0))
                (data (i32.const {TEXTS}) "{texts}")
                (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32)
                      (result i32)
                  (local $at i32)
                  {while_handed}
                  (global.set $heap (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                  (local.set $at (global.get $heap))
                  (global.set $heap (i32.add (global.get $heap) (local.get $new)))
                  (block $fits
                    (br_if $fits (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
                    (br_if $fits (i32.ne (i32.const -1)
                      (memory.grow (i32.add (i32.shr_u (local.get $new) (i32.const 16)) (i32.const 1)))))
                    unreachable)
                  (local.get $at))
                (func (export "jackfield:plugin/about@0.1.0#describe") (result i32) {describe})
                {functions})"#
        )
    }
}
