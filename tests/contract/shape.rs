//! What a contract is without its words: every type and function as one line, to be compared as text.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, PackageId, Resolve, Type, TypeDef, TypeDefKind,
    TypeId, TypeOwner, WorldItem, WorldKey,
};

#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) interfaces: BTreeMap<String, Interface>,
    pub(crate) worlds: BTreeMap<String, World>,
}

/// Types and functions by name.
pub(crate) type Interface = BTreeMap<String, String>;

#[derive(Debug, PartialEq)]
pub(crate) struct World {
    pub(crate) imports: BTreeSet<String>,
    pub(crate) exports: BTreeSet<String>,
}

impl Shape {
    pub(crate) fn of(resolve: &Resolve, package: PackageId) -> Self {
        let package = &resolve.packages[package];
        let interfaces = package.interfaces.iter();
        let worlds = package.worlds.iter();
        Self {
            interfaces: interfaces
                .map(|(name, id)| (name.clone(), interface(resolve, *id)))
                .collect(),
            worlds: worlds
                .map(|(name, id)| {
                    let world = &resolve.worlds[*id];
                    let all = |items: &wit_parser::IndexMap<WorldKey, WorldItem>| {
                        let items = items.iter();
                        items
                            .map(|(key, item)| world_item(resolve, key, item))
                            .collect()
                    };
                    let shape = World {
                        imports: all(&world.imports),
                        exports: all(&world.exports),
                    };
                    (name.clone(), shape)
                })
                .collect(),
        }
    }

    /// Whether plugins export an interface.
    pub(crate) fn exported(&self, interface: &str) -> bool {
        self.worlds
            .values()
            .any(|world| world.exports.contains(interface))
    }
}

fn interface(resolve: &Resolve, id: InterfaceId) -> Interface {
    let interface = &resolve.interfaces[id];
    let types = interface.types.iter();
    let types =
        types.map(|(name, id)| (name.clone(), definition(resolve, &resolve.types[*id], true)));
    let functions = interface.functions.iter();
    let functions =
        functions.map(|(name, function)| (name.clone(), signature(resolve, function, true)));
    types.chain(functions).collect()
}

fn world_item(resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> String {
    match (key, item) {
        (WorldKey::Interface(id), _) => resolve.interfaces[*id].name.clone().unwrap_or_default(),
        (WorldKey::Name(name), WorldItem::Interface { id, .. }) => {
            format!("{name}: {:?}", interface(resolve, *id))
        }
        (WorldKey::Name(name), WorldItem::Function(function)) => {
            format!("{name}: {}", signature(resolve, function, true))
        }
        (WorldKey::Name(name), WorldItem::Type { id, .. }) => {
            format!("{name}: {}", definition(resolve, &resolve.types[*id], true))
        }
    }
}

/// A function's type. Names of types are those of their interface, with `whole` after the interface's.
pub(crate) fn signature(resolve: &Resolve, function: &Function, whole: bool) -> String {
    let kind = match &function.kind {
        FunctionKind::Freestanding => "func",
        FunctionKind::AsyncFreestanding => "async func",
        // The contract has no resources; a change that brings one is told apart by its name.
        other => return format!("{other:?}"),
    };
    let params: Vec<String> = function
        .params
        .iter()
        .map(|param| format!("{}: {}", param.name, ty(resolve, &param.ty, whole)))
        .collect();
    let result = function.result.as_ref();
    let result = result.map_or(String::new(), |result| {
        format!(" -> {}", ty(resolve, result, whole))
    });
    format!("{kind}({}){result}", params.join(", "))
}

/// What a type is.
pub(crate) fn definition(resolve: &Resolve, definition: &TypeDef, whole: bool) -> String {
    let typed = |name: &str, payload: Option<&Type>| match payload {
        Some(payload) => format!("{name}({})", ty(resolve, payload, whole)),
        None => name.to_owned(),
    };
    match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields: Vec<String> = fields
                .map(|field| format!("{}: {}", field.name, ty(resolve, &field.ty, whole)))
                .collect();
            format!("record {{ {} }}", fields.join(", "))
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            let cases: Vec<String> = cases
                .map(|case| typed(&case.name, case.ty.as_ref()))
                .collect();
            format!("variant {{ {} }}", cases.join(", "))
        }
        TypeDefKind::Enum(choice) => {
            let cases: Vec<&str> = choice.cases.iter().map(|case| case.name.as_str()).collect();
            format!("enum {{ {} }}", cases.join(", "))
        }
        TypeDefKind::Flags(flags) => {
            let flags: Vec<&str> = flags.flags.iter().map(|flag| flag.name.as_str()).collect();
            format!("flags {{ {} }}", flags.join(", "))
        }
        TypeDefKind::Resource => "resource".to_owned(),
        other => unnamed(resolve, other, whole),
    }
}

fn ty(resolve: &Resolve, of: &Type, whole: bool) -> String {
    match of {
        Type::Id(id) => named(resolve, *id, whole),
        plain => format!("{plain:?}").to_lowercase(),
    }
}

fn named(resolve: &Resolve, id: TypeId, whole: bool) -> String {
    let definition = &resolve.types[id];
    match (&definition.name, definition.owner) {
        (Some(name), TypeOwner::Interface(owner)) if whole => {
            let owner = resolve.interfaces[owner]
                .name
                .as_deref()
                .unwrap_or_default();
            format!("{owner}.{name}")
        }
        (Some(name), _) => name.clone(),
        (None, _) => unnamed(resolve, &definition.kind, whole),
    }
}

fn unnamed(resolve: &Resolve, kind: &TypeDefKind, whole: bool) -> String {
    let ty = |of: &Type| ty(resolve, of, whole);
    let maybe = |of: &Option<Type>| of.as_ref().map_or("_".to_owned(), ty);
    match kind {
        TypeDefKind::Type(of) => ty(of),
        TypeDefKind::Option(of) => format!("option<{}>", ty(of)),
        TypeDefKind::List(of) => format!("list<{}>", ty(of)),
        TypeDefKind::Result(result) => {
            format!("result<{}, {}>", maybe(&result.ok), maybe(&result.err))
        }
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(ty).collect();
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Handle(Handle::Own(id)) => named(resolve, *id, whole),
        TypeDefKind::Handle(Handle::Borrow(id)) => {
            format!("borrow<{}>", named(resolve, *id, whole))
        }
        // Nothing that the contract has; told apart by what it is.
        other => format!("{} {other:?}", other.as_str()),
    }
}
