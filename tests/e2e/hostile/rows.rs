//! The table: which guest, and what must come of it.

use bundled::find;

use crate::guests::Shelf;

/// Where a hostile component comes from.
#[derive(Clone, Copy)]
pub(crate) enum Component {
    /// A file of `tests/guests`.
    Guest(&'static str),
    /// A mapper that answers this.
    Says(&'static [u8]),
    /// Bytes, made of those of a good mapper.
    Bytes(fn(&[u8]) -> Vec<u8>),
}

/// A hostile plugin and its ending.
pub(crate) struct Row {
    /// The id in the catalogue.
    pub(crate) id: &'static str,
    /// Its name, and that of its tenant: no other test has it.
    pub(crate) name: &'static str,
    pub(crate) from: Component,
    /// What is asked of it when it ends so; `load` where it is not even loaded.
    pub(crate) export: &'static str,
    /// As the metric has it.
    pub(crate) ending: &'static str,
    /// What the log says of it.
    pub(crate) says: &'static str,
}

impl Row {
    const fn of(
        (id, name): (&'static str, &'static str),
        from: Component,
        (export, ending): (&'static str, &'static str),
        says: &'static str,
    ) -> Self {
        Self {
            id,
            name,
            from,
            export,
            ending,
            says,
        }
    }

    /// The file of its plugin.
    pub(crate) fn file(&self) -> String {
        format!("{}.wasm", self.name)
    }

    /// Puts a good plugin of the same kind into the file.
    pub(crate) fn behave(&self, shelf: &Shelf) {
        let good = match self.export {
            "decide" => "tenant-rules",
            _ => "entra",
        };
        shelf.bundled(&self.file(), good);
    }

    /// Puts the hostile one into the file.
    pub(crate) fn turn(&self, shelf: &Shelf) {
        match self.from {
            Component::Guest(guest) => shelf.guest(&self.file(), guest),
            Component::Says(document) => shelf.saying(&self.file(), document),
            Component::Bytes(spoilt) => {
                let good = find("entra").expect("a bundled plugin").bytes;
                shelf.bytes(&self.file(), &spoilt(good));
            }
        }
    }
}

const LIMIT: (&str, &str) = ("to-target", "limit");
const TRAP: (&str, &str) = ("to-target", "trap");
const ERROR: (&str, &str) = ("to-target", "error");
const REFUSED: (&str, &str) = ("load", "not-loaded");

use Component::{Bytes, Guest, Says};

pub(crate) const ROWS: &[Row] = &[
    Row::of(
        ("P1", "hostile-loop"),
        Guest("endless-loop"),
        LIMIT,
        "used up its 10000000 units of fuel",
    ),
    Row::of(
        ("P3", "hostile-bomb"),
        Guest("memory-bomb"),
        LIMIT,
        "32768 KiB of memory",
    ),
    Row::of(
        ("P3", "hostile-4-gib"),
        Bytes(|_| text("(component (core module (memory 65536)))")),
        REFUSED,
        "starts with 4294967296 bytes of memory",
    ),
    Row::of(
        ("P4", "hostile-digger"),
        Guest("deep-recursion"),
        LIMIT,
        "512 KiB of stack",
    ),
    Row::of(
        ("P5", "hostile-2-mib"),
        Guest("huge-output"),
        LIMIT,
        "at most 1048576 are taken",
    ),
    Row::of(
        ("P5", "hostile-16-mib"),
        Guest("huge-crossing"),
        LIMIT,
        "more than 4096 KiB",
    ),
    Row::of(
        ("P5", "hostile-64-mib"),
        Guest("beyond-memory"),
        ERROR,
        "broke the contract",
    ),
    Row::of(
        ("P5", "hostile-list"),
        Guest("long-list"),
        ("decide", "limit"),
        "more than 4096 KiB",
    ),
    Row::of(
        ("P5", "hostile-deep"),
        Guest("deep-document"),
        ERROR,
        "recursion limit",
    ),
    Row::of(
        ("P6", "hostile-torn-json"),
        Says(b"{\"userName\":"),
        ERROR,
        "not well-formed JSON",
    ),
    Row::of(
        ("P6", "hostile-list-json"),
        Says(b"[]"),
        ERROR,
        "not a JSON object",
    ),
    Row::of(
        ("P6", "hostile-type"),
        Says(b"{\"email\":7}"),
        ERROR,
        "email is not a string",
    ),
    Row::of(
        ("P6", "hostile-id"),
        Says(b"{\"id\":\"somebody-else\"}"),
        ERROR,
        "unknown member \"id\"",
    ),
    Row::of(
        ("P6", "hostile-bytes"),
        Says(b"{\"email\":\"\xff\xfe\"}"),
        ERROR,
        "utf-8",
    ),
    Row::of(("P7", "hostile-trap"), Guest("trap"), TRAP, "unreachable"),
    Row::of(
        ("P7", "hostile-zero"),
        Guest("divide-by-zero"),
        TRAP,
        "divide by zero",
    ),
    Row::of(
        ("P7", "hostile-reader"),
        Guest("out-of-bounds"),
        TRAP,
        "out of bounds",
    ),
    Row::of(
        ("P7", "hostile-start"),
        Guest("start-trap"),
        REFUSED,
        "trap",
    ),
    Row::of(
        ("P8", "hostile-torn"),
        Bytes(|good| good[..good.len() / 2].to_vec()),
        REFUSED,
        "not a valid component",
    ),
    Row::of(
        ("P8", "hostile-module"),
        Bytes(|_| text("(module)")),
        REFUSED,
        "a core module",
    ),
    Row::of(
        ("P8", "hostile-text"),
        Bytes(|_| b"(component)".to_vec()),
        REFUSED,
        "text format",
    ),
    Row::of(
        ("P8", "hostile-code"),
        Bytes(|_| b"\x7fELF, precompiled".to_vec()),
        REFUSED,
        "precompiled code",
    ),
    Row::of(
        ("P8", "hostile-50-mib"),
        Bytes(|good| good.iter().copied().cycle().take(50 << 20).collect()),
        REFUSED,
        "bytes",
    ),
    Row::of(
        ("P10", "hostile-version"),
        Guest("other-version"),
        REFUSED,
        "exports jackfield:plugin/mapper@0.2.0, which was built for version 0.2.0",
    ),
    Row::of(
        ("P10", "hostile-nothing"),
        Bytes(|_| text("(component)")),
        REFUSED,
        "does not export jackfield:plugin/about",
    ),
    Row::of(
        ("P11", "hostile-flood"),
        Guest("host-call-flood"),
        LIMIT,
        "more than 1000 times",
    ),
    Row::of(
        ("P14", "hostile-import"),
        Guest("forbidden-import"),
        REFUSED,
        "imports wasi:http/outgoing-handler@0.2.0, which no plugin is given",
    ),
];

fn text(component: &str) -> Vec<u8> {
    wat::parse_str(component).expect("well-formed text")
}
