use super::*;

/// RFC 8032, section 7.1, test 1: seed and public key.
const SEED: &str = "ed25519-secret:nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const KEY: &str = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn digest() -> Digest {
    Digest::of(b"a component")
}

#[test]
fn keys_are_those_of_rfc_8032() {
    let key = SigningKey::parse(SEED).expect("a key");
    assert_eq!(key.public().to_string(), KEY);
    assert_eq!(key.to_secret_text().expect("a text"), SEED);
    assert_eq!(PublicKey::parse(KEY).expect("a key"), key.public());
}

#[test]
fn a_signature_is_of_one_digest_by_one_key() {
    let (ann, bob) = (
        SigningKey::generate().expect("a key"),
        SigningKey::generate().expect("a key"),
    );
    assert_ne!(ann.public(), bob.public());
    let signature = ann.sign(&digest()).expect("a signature");
    assert!(ann.public().verify(&digest(), &signature));
    assert!(ann.public().verify(&digest(), &format!(" {signature}\n")));
    assert!(!bob.public().verify(&digest(), &signature));
    assert!(!ann.public().verify(&Digest::of(b"another"), &signature));
    for broken in ["", "x", &signature[4..], &signature.replace('=', "")] {
        assert!(!ann.public().verify(&digest(), broken), "{broken:?}");
    }
}

/// What is signed is part of the format: files signed today must verify tomorrow. Ed25519 signatures are deterministic
/// (RFC 8032, section 5.1.6); this one was made and checked by openssl.
#[test]
fn what_is_signed_never_changes() {
    let key = SigningKey::parse(SEED).expect("a key");
    assert_eq!(
        signed_text(&digest()),
        "jackfield-plugin\nsha256:626d0ce33ca550dc06351c3ea7b698be557ff5d35bf25edc44221b561838594c\n"
    );
    assert_eq!(
        key.sign(&digest()).expect("a signature"),
        "nxDXtHXf9QfbmPm9FRoGimCUTc3sUR/OMby37FlarTmsoVvz95eSKlmDGDHl7W5B0pHnnc0oeg76l1F6prScDg=="
    );
}

#[test]
fn the_wrong_half_is_named() {
    assert!(matches!(SigningKey::parse(KEY), Err(KeyError::PublicGiven)));
    assert!(matches!(PublicKey::parse(SEED), Err(KeyError::SecretGiven)));
    for wrong in ["", "ed25519-secret:", &SEED[..50], "x"] {
        assert!(matches!(SigningKey::parse(wrong), Err(KeyError::NotSecret)));
    }
    for wrong in ["", "ed25519:", "ed25519:AAAA", &KEY[8..]] {
        assert!(matches!(PublicKey::parse(wrong), Err(KeyError::NotPublic)));
    }
}

#[test]
fn no_text_shows_a_secret() {
    let secret = &SEED["ed25519-secret:".len()..];
    let key = SigningKey::parse(SEED).expect("a key");
    let error = PublicKey::parse(SEED).expect_err("a secret");
    let cut = SigningKey::parse(&SEED[..50]).expect_err("too short");
    let said = format!("{key:?} {error} {error:?} {cut} {cut:?}");
    assert!(!said.contains(&secret[..8]), "{said}");
}

#[test]
fn a_keys_file_is_its_owners_and_is_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("key");
    let key = SigningKey::generate().expect("a key");
    key.create(&path).expect("written");
    let mode = fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = SigningKey::read(&path).expect("the key");
    assert_eq!(again.public(), key.public());

    let other = SigningKey::generate().expect("a key");
    let said = other.create(&path).expect_err("a key is there").to_string();
    assert!(said.contains("never overwritten"), "{said}");
    let kept = SigningKey::read(&path).expect("the key");
    assert_eq!(kept.public(), key.public());

    fs::write(&path, KEY).expect("written");
    let said = SigningKey::read(&path).expect_err("public").to_string();
    assert!(
        said.contains("cannot sign") && said.contains(&*path.to_string_lossy()),
        "{said}"
    );
}
