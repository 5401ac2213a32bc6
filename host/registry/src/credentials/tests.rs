use super::*;

/// ann:swordfish
const AUTH: &str = "YW5uOnN3b3JkZmlzaA==";

fn written(text: &str) -> (tempfile::TempDir, Credentials) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("config.json");
    fs::write(&path, text).expect("written");
    (dir, Credentials::file(path))
}

fn ann() -> RegistryAuth {
    RegistryAuth::Basic("ann".into(), "swordfish".into())
}

#[test]
fn entries_are_found_as_docker_writes_them() {
    let hub = format!(r#"{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{AUTH}"}}}}}}"#);
    let plain = format!(r#"{{"auths": {{"127.0.0.1:5000": {{"auth": "{AUTH}"}}}}}}"#);
    let url = format!(r#"{{"auths": {{"https://Reg.example.com/v2/": {{"auth": "{AUTH}"}}}}}}"#);
    let apart = r#"{"auths": {"a": {"username": "ann", "password": "swordfish"}}}"#;
    for (text, registry) in [
        (hub.as_str(), "docker.io"),
        (&plain, "127.0.0.1:5000"),
        (&url, "reg.example.com"),
        (apart, "a"),
    ] {
        let (_dir, credentials) = written(text);
        let access = credentials.of(registry).expect("read");
        assert!(access.auth == ann(), "{text}");
        let other = credentials.of("other.example.com").expect("read");
        assert!(other.auth == RegistryAuth::Anonymous);
        assert!(other.advice.contains("docker login other.example.com"));
    }
}

#[test]
fn without_an_entry_nobody_asks() {
    let dir = tempfile::tempdir().expect("a directory");
    let absent = Credentials::file(dir.path().join("config.json"));
    for (credentials, advice) in [
        (absent, "docker login a"),
        (Credentials::none(), "DOCKER_CONFIG"),
    ] {
        let access = credentials.of("a").expect("nobody");
        assert!(access.auth == RegistryAuth::Anonymous);
        assert!(access.advice.contains(advice), "{}", access.advice);
    }
    for text in [
        r#"{"auths": {"a": {}}, "credsStore": "desktop"}"#,
        r#"{"credHelpers": {"a": "ecr-login"}}"#,
    ] {
        let (_dir, credentials) = written(text);
        let access = credentials.of("a").expect("nobody");
        assert!(access.auth == RegistryAuth::Anonymous);
        assert!(access.advice.contains("helper"), "{}", access.advice);
    }
}

#[test]
fn a_broken_file_is_named_and_not_quoted() {
    for text in [
        "{\"auths\": {\"a\": {\"auth\": \"swordfish\"",
        r#"{"auths": {"a": {"auth": "swordfish!"}}}"#,
        r#"{"auths": {"a": {"auth": "c3dvcmRmaXNo"}}}"#,
        r#"{"auths": {"a": {"username": "swordfish"}}}"#,
    ] {
        let (_dir, credentials) = written(text);
        let error = credentials.of("a").err().expect(text);
        let said = format!("{error} {error:?}");
        assert!(said.contains("config.json"), "{said}");
        assert!(said.contains("docker login"), "{said}");
        assert!(
            !said.contains("swordfish") && !said.contains("c3dv"),
            "{said}"
        );
    }
}
