//! A real registry, for as long as a test needs it.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use registry::{Digest, Reference};
use tempfile::TempDir;

/// Debian's docker-registry on a port of its own. It ends with this value.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    folder: TempDir,
}

/// bcrypt of `swordfish`, at the least cost: checking it is not what is tested.
const ANN: &str = "ann:$2b$05$.vlblAVQRlGaDP6jdQPfyuML16PY/QGa7IONuw.650xlC3uEib9gi\n";

impl Server {
    /// One that asks nobody who they are.
    pub(crate) fn start() -> Self {
        Self::with("", "")
    }

    /// One that knows `ann`, whose password is `swordfish`, and nobody else.
    pub(crate) fn for_ann() -> Self {
        Self::with(
            "auth: { htpasswd: { realm: plugins, path: HTPASSWD } }\n",
            "",
        )
    }

    /// One with a certificate for 127.0.0.1 that no system knows.
    pub(crate) fn with_tls() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/registry/tls");
        let (certificate, key) = (
            format!("{folder}/server.pem"),
            format!("{folder}/server.key"),
        );
        let tls = format!(", tls: {{ certificate: \"{certificate}\", key: \"{key}\" }}");
        Self::with("", &tls)
    }

    fn with(auth: &str, http: &str) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let htpasswd = folder.path().join("htpasswd");
        fs::write(&htpasswd, ANN).expect("written");
        let auth = auth.replace("HTPASSWD", &htpasswd.to_string_lossy());
        // It cannot be told to choose a port itself. Between ours and its binding another process may take it.
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
            let address = free.expect("a free port").to_string();
            if let Some(child) = run(folder.path(), &address, http, &auth) {
                return Self {
                    child,
                    address,
                    folder,
                };
            }
        }
        panic!("docker-registry does not start on ten ports");
    }

    /// A place in it.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("oci://{}/{name}", self.address)
    }

    /// Ends it.
    pub(crate) fn stop(self) {}

    /// Changes what it holds under a digest, behind its back.
    pub(crate) fn tamper(&self, digest: &Digest, change: impl FnOnce(&mut Vec<u8>)) {
        let hex = digest.as_str().strip_prefix("sha256:").expect("a digest");
        let blobs = "data/docker/registry/v2/blobs/sha256";
        let path = self.folder.path().join(blobs).join(&hex[..2]).join(hex);
        let path = path.join("data");
        let mut bytes = fs::read(&path).expect("a blob");
        change(&mut bytes);
        fs::write(&path, bytes).expect("written");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By its own id; that it has ended by itself is no matter.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The registry, once it listens; nothing where it ends instead.
fn run(folder: &Path, address: &str, http: &str, auth: &str) -> Option<Child> {
    let config = folder.join("config.yml");
    let data = folder.join("data");
    let text = format!(
        "version: 0.1\nlog: {{ level: info, accesslog: {{ disabled: true }} }}\n\
         storage: {{ filesystem: {{ rootdirectory: {data} }} }}\n\
         http: {{ addr: \"{address}\"{http} }}\n{auth}",
        data = data.display()
    );
    fs::write(&config, text).expect("written");
    let mut child = Command::new(program())
        .arg("serve")
        .arg(&config)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("docker-registry runs");
    let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
    let mut said = Vec::new();
    let listens = lines.by_ref().map_while(Result::ok).any(|line| {
        let listens = line.contains(&format!("listening on {address}"));
        said.push(line);
        listens
    });
    if listens {
        // It would stand still with nobody to read what it says.
        thread::spawn(move || lines.for_each(drop));
        return Some(child);
    }
    let _ = child.wait();
    let said = said.join("\n");
    assert!(said.contains("address already in use"), "{said}");
    None
}

/// The registry's program: where `JACKFIELD_TEST_REGISTRY` says, on the path, or got by tests/registry/fetch.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = env::var_os("JACKFIELD_TEST_REGISTRY") {
            return named.into();
        }
        let fetch = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/registry/fetch");
        let fetched = Command::new(&fetch).output().expect("tests/registry/fetch");
        let said = String::from_utf8_lossy(&fetched.stderr);
        assert!(
            fetched.status.success(),
            "these tests need a real OCI registry, docker-registry 2.8: {said}\
             (tests/registry/fetch gets it; JACKFIELD_TEST_REGISTRY names another)"
        );
        let printed = String::from_utf8_lossy(&fetched.stdout);
        printed.lines().last().expect("a path").into()
    })
}

/// The same name and digest in another registry.
pub(crate) fn elsewhere(reference: &Reference, registry: &str) -> Reference {
    let text = reference.to_string();
    let moved = text.replace(reference.registry(), registry);
    Reference::parse(&moved).expect("a reference")
}
