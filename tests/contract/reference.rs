//! `docs/contract.md`, made of `wit/`: every interface, type, field, case and function with its words.

use std::fmt::Write as _;
use std::fs;

use wit_parser::{Docs, Function, Interface, PackageId, Resolve, TypeDef, TypeDefKind, World};

use crate::shape::{Shape, definition, signature};
use crate::{head, root};

const FILE: &str = "docs/contract.md";

/// The interfaces in the order of a call: who is asked, with what, and what the host gives.
const ORDER: [&str; 7] = [
    "about",
    "mapper",
    "template-chooser",
    "rules",
    "types",
    "log",
    "directory",
];

#[test]
fn the_reference_is_what_the_contract_says() {
    let written = reference();
    let file = root().join(FILE);
    if std::env::var_os("JACKFIELD_WRITE_CONTRACT").is_some() {
        fs::write(&file, written).unwrap();
        return;
    }
    assert!(
        fs::read_to_string(&file).unwrap_or_default() == written,
        "{FILE} is not what wit/ says; run: JACKFIELD_WRITE_CONTRACT=1 cargo test -p jackfield-sdk --test contract"
    );
}

#[test]
fn every_item_has_words() {
    assert!(!reference().contains("\n\n\n"), "an item has none");
    let mut resolve = Resolve::default();
    let package = head().push(&mut resolve);
    let named: Vec<&String> = resolve.packages[package].interfaces.keys().collect();
    assert_eq!(
        named.len(),
        ORDER.len(),
        "{named:?}: an interface has no place in ORDER"
    );
}

fn reference() -> String {
    let contract = head();
    let mut resolve = Resolve::default();
    let package = contract.push(&mut resolve);
    let shape = Shape::of(&resolve, package);
    let mut out = format!(
        "# The contract\n\nVersion {} of the package `jackfield:plugin`, between Jackfield and its plugins. Made of [`wit/`](../wit): change that \
         and run `JACKFIELD_WRITE_CONTRACT=1 cargo test -p jackfield-sdk --test contract`. How plugins are written is in \
         [authors.md](authors.md).\n\n",
        contract.version()
    );
    paragraphs(&mut out, &resolve.packages[package].docs);
    for name in ORDER {
        let id = resolve.packages[package].interfaces[name];
        let by = if shape.exported(name) {
            "what a plugin exports"
        } else if name == "types" {
            "shared types"
        } else {
            "what the host gives"
        };
        interface(&mut out, &resolve, &resolve.interfaces[id], by);
    }
    worlds(&mut out, &resolve, package, &shape);
    let text = out.trim_end();
    format!("{text}\n")
}

fn interface(out: &mut String, resolve: &Resolve, interface: &Interface, by: &str) {
    let name = interface.name.as_deref().unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(out, "## `{name}`: {by}\n\n");
    paragraphs(out, &interface.docs);
    for function in interface.functions.values() {
        let _ = write!(out, "### `{name}.{}`\n\n", function.name);
        code(out, &declared(resolve, function));
        paragraphs(out, &function.docs);
    }
    for (name, id) in &interface.types {
        let found = &resolve.types[*id];
        // `use` of another interface's.
        let used = matches!(found.kind, TypeDefKind::Type(wit_parser::Type::Id(_)));
        if !used {
            one_type(out, resolve, name, found);
        }
    }
}

fn declared(resolve: &Resolve, function: &Function) -> String {
    format!(
        "{}: {};",
        function.name,
        signature(resolve, function, false)
    )
}

fn one_type(out: &mut String, resolve: &Resolve, name: &str, found: &TypeDef) {
    let (kind, members): (&str, Vec<(String, &Docs)>) = match &found.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let line = |field: &wit_parser::Field| {
                let of = definition(resolve, &alias(field.ty), false);
                format!("`{}: {of}`", field.name)
            };
            (
                "record",
                fields.map(|field| (line(field), &field.docs)).collect(),
            )
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            let line = |case: &wit_parser::Case| match case.ty {
                Some(ty) => {
                    let of = definition(resolve, &alias(ty), false);
                    format!("`{}({of})`", case.name)
                }
                None => format!("`{}`", case.name),
            };
            (
                "variant",
                cases.map(|case| (line(case), &case.docs)).collect(),
            )
        }
        _ => ("type", Vec::new()),
    };
    let _ = write!(out, "### {kind} `{name}`\n\n");
    if members.is_empty() {
        let of = definition(resolve, found, false);
        let declared = match (&found.kind, of.split_once(' ')) {
            (TypeDefKind::Enum(_) | TypeDefKind::Flags(_), Some((word, cases))) => {
                format!("{word} {name} {cases}")
            }
            _ => format!("type {name} = {of};"),
        };
        code(out, &declared);
    }
    paragraphs(out, &found.docs);
    for (line, docs) in &members {
        let words = docs.contents.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "- {line}: {}",
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        );
    }
    if !members.is_empty() {
        out.push('\n');
    }
}

/// A type as a definition without a name, to be written as any other.
fn alias(ty: wit_parser::Type) -> TypeDef {
    TypeDef {
        name: None,
        kind: TypeDefKind::Type(ty),
        owner: wit_parser::TypeOwner::None,
        docs: Docs::default(),
        stability: wit_parser::Stability::default(),
        span: wit_parser::Span::default(),
        external_id: None,
    }
}

fn worlds(out: &mut String, resolve: &Resolve, package: PackageId, shape: &Shape) {
    out.push_str("## Worlds\n\nWhat a component is built for.\n\n| world | is | imports | exports |\n|---|---|---|---|\n");
    for (name, id) in &resolve.packages[package].worlds {
        let world: &World = &resolve.worlds[*id];
        let all = |items: &std::collections::BTreeSet<String>| {
            let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
            items.join(", ")
        };
        let words = world.docs.contents.as_deref().unwrap_or_default();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let (imports, exports) = (&shape.worlds[name].imports, &shape.worlds[name].exports);
        let _ = writeln!(
            out,
            "| `{name}` | {words} | {} | {} |",
            all(imports),
            all(exports)
        );
    }
}

fn code(out: &mut String, text: &str) {
    let _ = write!(out, "```wit\n{text}\n```\n\n");
}

fn paragraphs(out: &mut String, docs: &Docs) {
    if let Some(words) = &docs.contents {
        let _ = write!(out, "{}\n\n", words.trim_end());
    } else {
        out.push('\n');
    }
}
