//! A component's bytes while they are loaded: one copy, whoever loads it.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::loaded::Digest;

/// The bytes of a component. Cheap to clone: the clones are one copy, which goes with the last of them. What is loaded holds none.
#[derive(Clone)]
pub struct ComponentBytes(Held);

#[derive(Clone)]
enum Held {
    /// Part of the program.
    Program(&'static [u8]),
    Shared(Arc<[u8]>),
}

impl fmt::Debug for ComponentBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ComponentBytes({})", self.len())
    }
}

impl Deref for ComponentBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Program(bytes) => bytes,
            Held::Shared(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for ComponentBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<&'static [u8]> for ComponentBytes {
    fn from(bytes: &'static [u8]) -> Self {
        Self(Held::Program(bytes))
    }
}

impl From<Vec<u8>> for ComponentBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::Shared(bytes.into()))
    }
}

/// The components that somebody holds now, each once. Cheap to clone: the clones are one.
#[derive(Clone, Default)]
pub struct ComponentsHeld(Arc<Mutex<HashMap<Digest, Weak<[u8]>>>>);

impl fmt::Debug for ComponentsHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ComponentsHeld")
    }
}

impl ComponentsHeld {
    /// These bytes, or the copy of them that somebody holds already.
    pub fn share(&self, bytes: Vec<u8>) -> ComponentBytes {
        let digest = Digest::of(&bytes);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = held.get(&digest).and_then(Weak::upgrade) {
            return ComponentBytes(Held::Shared(same));
        }
        held.retain(|_, bytes| bytes.strong_count() > 0);
        let bytes: Arc<[u8]> = bytes.into();
        held.insert(digest, Arc::downgrade(&bytes));
        ComponentBytes(Held::Shared(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_components_are_one_copy_and_go_with_whoever_holds_them() {
        let held = ComponentsHeld::default();
        let one = held.share(vec![1, 2, 3]);
        let same = held.share(vec![1, 2, 3]);
        let other = held.share(vec![4]);
        assert_eq!(one.as_ptr(), same.as_ptr());
        assert_eq!((&*same, &*other), (&[1, 2, 3][..], &[4][..]));
        drop((one, same));
        let _kept = held.share(vec![5]);
        assert_eq!(held.0.lock().expect("nobody panicked").len(), 2);
    }
}
