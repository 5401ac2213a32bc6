//! Whether somebody whom the operator trusts has signed a component.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::key::PublicKey;

/// Why a component counts as unsigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature.
    #[error(
        "the component {component} is not signed, and plugins.keys asks for a signature: sign it with jackfield plugin sign, or push it with --key"
    )]
    Absent {
        /// The component.
        component: Digest,
    },
    /// There are signatures, none of them by a key of the configuration and of this component.
    #[error(
        "none of the {looked_at} signature(s) on the component {component} is by a key of plugins.keys ({}): have it signed by one of them, or add the public key of who signed it", .keys.join(", ")
    )]
    Unknown {
        /// The component.
        component: Digest,
        /// How many signatures were looked at.
        looked_at: usize,
        /// The names of the keys that were tried.
        keys: Vec<String>,
    },
}

/// The name of the first of `keys`, in order of name, that has signed the component. Needs no network.
///
/// # Errors
///
/// Where no key has. A text that is no signature counts as one that no key knows.
pub fn verify_any<'k>(
    keys: &'k BTreeMap<String, PublicKey>,
    component: &Digest,
    signatures: &[String],
) -> Result<&'k str, SignatureError> {
    if signatures.is_empty() {
        let component = component.clone();
        return Err(SignatureError::Absent { component });
    }
    let signed = |key: &PublicKey| signatures.iter().any(|text| key.verify(component, text));
    let found = keys.iter().find(|(_, key)| signed(key));
    match found {
        Some((name, _)) => Ok(name),
        None => Err(SignatureError::Unknown {
            component: component.clone(),
            looked_at: signatures.len(),
            keys: keys.keys().cloned().collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SigningKey;

    fn key() -> SigningKey {
        SigningKey::generate().expect("a key")
    }

    #[test]
    fn any_trusted_signature_will_do() {
        let (ann, bob, eve) = (key(), key(), key());
        let keys = BTreeMap::from([
            ("ann".to_owned(), ann.public()),
            ("bob".to_owned(), bob.public()),
        ]);
        let digest = Digest::of(b"a component");
        let sign = |key: &SigningKey| key.sign(&digest).expect("a signature");
        let check = |signatures: &[String]| verify_any(&keys, &digest, signatures);

        assert_eq!(check(&[sign(&bob)]), Ok("bob"));
        assert_eq!(check(&[sign(&eve), "junk".into(), sign(&ann)]), Ok("ann"));

        let absent = check(&[]).expect_err("unsigned");
        assert!(matches!(absent, SignatureError::Absent { .. }));
        let unknown = check(&[sign(&eve), "junk".into()]).expect_err("eve");
        let said = unknown.to_string();
        assert!(
            said.contains("2 signature(s)") && said.contains("ann, bob"),
            "{said}"
        );
        let other = Digest::of(b"another component");
        assert!(verify_any(&keys, &other, &[sign(&ann)]).is_err());
    }
}
