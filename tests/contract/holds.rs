//! Whether a contract still serves the plugins that were built for an older one.
//!
//! Two judges. `wit_component::semver_check` links a component of each older world into the newer one, by the rules of the
//! component model. It passes what is merely no longer asked for, and says little; so every type and function is also compared
//! by name, exactly.

use wit_component::semver_check;
use wit_parser::Resolve;

use crate::contract::Contract;
use crate::shape::Shape;

/// What of the older one is broken: empty if it holds.
pub(crate) fn broken(old: &Contract, new: &Contract) -> Vec<String> {
    // Of two packages of one number there would be one.
    let old = old.numbered("0.0.0-published");
    let mut resolve = Resolve::default();
    let (old, new) = (old.push(&mut resolve), new.push(&mut resolve));
    let (older, newer) = (Shape::of(&resolve, old), Shape::of(&resolve, new));
    let mut broken = compared(&older, &newer);
    for name in older.worlds.keys() {
        let world = |package| resolve.packages[package].worlds.get(name).copied();
        if let (Some(old), Some(new)) = (world(old), world(new))
            && let Err(error) = semver_check(resolve.clone(), old, new)
        {
            broken.push(format!("semver_check of world {name}: {error:#}"));
        }
    }
    broken
}

fn compared(old: &Shape, new: &Shape) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, old_items) in &old.interfaces {
        let Some(new_items) = new.interfaces.get(name) else {
            broken.push(format!("interface {name} is gone"));
            continue;
        };
        for (item, was) in old_items {
            match new_items.get(item) {
                Some(is) if is == was => {}
                Some(is) => broken.push(format!("{name}.{item} was {was} and is {is}")),
                None => broken.push(format!("{name}.{item} is gone")),
            }
        }
        if old.exported(name) {
            let added = new_items
                .keys()
                .filter(|item| !old_items.contains_key(*item));
            broken.extend(added.map(|item| {
                format!("{name}.{item} is new in an interface that plugins export: give it one of its own")
            }));
        }
    }
    for (name, old) in &old.worlds {
        let Some(new) = new.worlds.get(name) else {
            broken.push(format!("world {name} is gone"));
            continue;
        };
        let gone = old.imports.difference(&new.imports);
        broken.extend(gone.map(|import| format!("world {name} no longer imports {import}")));
        let gone = old.exports.difference(&new.exports);
        broken.extend(gone.map(|export| format!("world {name} no longer exports {export}")));
        let added = new.exports.difference(&old.exports);
        broken.extend(added.map(|export| {
            format!("world {name} exports {export} too: make a world of its own for it")
        }));
    }
    broken
}

/// What is wrong with the number of a contract beside that of the one published last.
pub(crate) fn misnumbered(published: &Contract, head: &Contract) -> Option<String> {
    let shape = |contract: &Contract| {
        let mut resolve = Resolve::default();
        let package = contract.push(&mut resolve);
        Shape::of(&resolve, package)
    };
    let (was, is) = (published.version(), head.version());
    let numbers = |version: &str| -> Vec<u64> {
        version
            .split('.')
            .map(|number| number.parse().unwrap())
            .collect()
    };
    if numbers(is) < numbers(was) {
        return Some(format!("{is} is older than {was}, which was published"));
    }
    if is == was && shape(published) != shape(head) {
        return Some(format!(
            "{was} was published and is something else: give wit/ a later number"
        ));
    }
    None
}
