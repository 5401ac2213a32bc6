//! A registry, asked over HTTP by oci-client, and what its answers come to.
//!
//! What the library does that is worth knowing: it follows up to ten redirects, as registries that keep their blobs
//! elsewhere need, and sends no credentials along to another host; it sends them to the token service that the registry
//! names (`WWW-Authenticate`, distribution-spec "Token Authentication"); it goes through the environment's proxy; it
//! reads manifests and errors whole, so that their length is bounded by the deadline and checked afterwards. None of
//! it can put in other content: all of it is checked against a digest that was known before.

use std::error::Error;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};
use oci_client::manifest::OCI_IMAGE_MEDIA_TYPE;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference as Image, RegistryOperation};

use crate::LONGEST_MANIFEST;
use crate::artifact::{Artifact, shown};
use crate::credentials::Access;
use crate::digest::Digest;
use crate::reference::{Reference, Tagged};
use crate::remote::capped::Capped;

mod capped;
pub(crate) mod patience;

/// For name, connection and TLS together.
const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(15);

/// What a registry's answer, or its absence, comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It could not be asked, or was in trouble itself: another try may do.
    Unreachable { reason: String, tls: bool },
    /// It refuses access.
    Denied { advice: String },
    /// It has nothing of the kind.
    Missing,
    /// The bytes do not have their digest.
    Changed,
    /// There are more bytes than there may be.
    TooLong { longest: usize },
    /// Anything else.
    Answer { reason: String },
}

/// One registry, for one fetch or push. Clones share connections.
#[derive(Clone)]
pub(crate) struct Remote {
    client: Client,
    auth: RegistryAuth,
    advice: String,
    tls: bool,
}

impl Remote {
    /// `insecure` are the registries, as `HOST` or `HOST:PORT`, that are spoken to without TLS.
    pub(crate) fn new(
        registry: &str,
        insecure: &[String],
        access: Access,
    ) -> Result<Self, Trouble> {
        let tls = !insecure.iter().any(|name| name == registry);
        let config = ClientConfig {
            protocol: match tls {
                true => ClientProtocol::Https,
                false => ClientProtocol::Http,
            },
            platform_resolver: None,
            connect_timeout: Some(CONNECT),
            read_timeout: Some(SILENCE),
            user_agent: concat!("jackfield/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        // `Client::new` would go on with a client that has no deadlines.
        let client = Client::try_from(config).map_err(|error| Trouble::Unreachable {
            reason: format!(
                "the HTTP client cannot be set up ({}): are the system's ca-certificates installed?",
                cause(&error)
            ),
            tls,
        })?;
        Ok(Self {
            client,
            auth: access.auth,
            advice: access.advice,
            tls,
        })
    }

    /// A manifest, of its digest and no longer than a manifest may be.
    pub(crate) async fn manifest(&self, reference: &Reference) -> Result<Vec<u8>, Trouble> {
        let image = pinned(reference);
        self.log_in(&image, RegistryOperation::Pull).await?;
        let pulled = self
            .client
            .pull_manifest_raw(&image, &self.auth, &[OCI_IMAGE_MEDIA_TYPE]);
        let (bytes, _) = pulled.await.map_err(|error| self.trouble(error))?;
        if bytes.len() > LONGEST_MANIFEST {
            return Err(Trouble::TooLong {
                longest: LONGEST_MANIFEST,
            });
        }
        match Digest::of(&bytes) == reference.digest {
            true => Ok(bytes.into()),
            false => Err(Trouble::Changed),
        }
    }

    /// A layer, of its digest and of exactly `size` bytes.
    pub(crate) async fn layer(
        &self,
        reference: &Reference,
        layer: &Digest,
        size: usize,
    ) -> Result<Vec<u8>, Trouble> {
        let image = pinned(reference);
        self.log_in(&image, RegistryOperation::Pull).await?;
        let mut out = Capped::new(size);
        // The digest alone: a descriptor's `urls` would be asked, too, and they may be anywhere.
        let pulled = self.client.pull_blob(&image, layer.as_str(), &mut out);
        if let Err(error) = pulled.await {
            return Err(match out.overflown {
                true => Trouble::TooLong { longest: size },
                false => self.trouble(error),
            });
        }
        match out.bytes.len() == size && Digest::of(&out.bytes) == *layer {
            true => Ok(out.bytes),
            false => Err(Trouble::Changed),
        }
    }

    /// Brings a plugin to a place, and looks whether it is there as it was sent.
    pub(crate) async fn push(
        &self,
        place: &Tagged,
        component: Vec<u8>,
        artifact: &Artifact,
    ) -> Result<(), Trouble> {
        let trouble = |error| self.trouble(error);
        let image = Image::with_tag(
            place.registry.clone(),
            place.repository.clone(),
            place.tag.clone(),
        );
        self.log_in(&image, RegistryOperation::Push).await?;
        let layer = artifact.component.as_str();
        let pushed = self.client.push_blob(&image, component, layer);
        pushed.await.map_err(trouble)?;
        let config = Digest::of(&artifact.config);
        let pushed = self
            .client
            .push_blob(&image, artifact.config.clone(), config.as_str());
        pushed.await.map_err(trouble)?;
        let media_type = OCI_IMAGE_MEDIA_TYPE.parse().map_err(|_| Trouble::Answer {
            reason: "no media type".into(),
        })?;
        let manifest = artifact.manifest.clone();
        let pushed = self.client.push_manifest_raw(&image, manifest, media_type);
        pushed.await.map_err(trouble)?;
        let there = place.pinned(Digest::of(&artifact.manifest));
        self.manifest(&there).await.map(|_| ())
    }

    /// Gets a token where the registry wants one. Requests would do it by themselves, but not say why they fail.
    async fn log_in(&self, image: &Image, operation: RegistryOperation) -> Result<(), Trouble> {
        let token = self.client.auth(image, &self.auth, operation).await;
        let token = token.map_err(|error| self.trouble(error))?;
        // The library panics on a token that cannot stand in a header.
        match token.is_none_or(|token| token.bytes().all(|byte| byte.is_ascii_graphic())) {
            true => Ok(()),
            false => Err(answer("its token service gives no token that can be used")),
        }
    }

    fn trouble(&self, error: OciDistributionError) -> Trouble {
        use OciDistributionError as E;
        let denied = || Trouble::Denied {
            advice: self.advice.clone(),
        };
        let unreachable = |reason: String| Trouble::Unreachable {
            reason,
            tls: self.tls,
        };
        match error {
            E::RequestError(error) if error.is_builder() || error.is_redirect() => {
                answer(&cause(&error))
            }
            E::RequestError(error) => unreachable(cause(&error)),
            E::UnauthorizedError { .. } | E::AuthenticationFailure(_) => denied(),
            E::DigestError(DigestError::VerificationError { .. }) => Trouble::Changed,
            E::ServerError {
                code: 401 | 403, ..
            } => denied(),
            E::ServerError { code: 404, .. } => Trouble::Missing,
            E::ServerError { code, .. } if matches!(code, 408 | 429 | 500..) => {
                unreachable(format!("it answers {code}"))
            }
            E::ServerError { code, .. } => answer(&format!("it answers {code}")),
            E::RegistryError { envelope, .. } => {
                let Some(first) = envelope.errors.into_iter().next() else {
                    return answer("an error that it does not name");
                };
                match first.code {
                    OciErrorCode::Unauthorized | OciErrorCode::Denied => denied(),
                    OciErrorCode::BlobUnknown
                    | OciErrorCode::ManifestUnknown
                    | OciErrorCode::NameUnknown
                    | OciErrorCode::NotFound => Trouble::Missing,
                    OciErrorCode::Toomanyrequests => {
                        unreachable("it asks to be asked less often".into())
                    }
                    // Its own words may be those of whoever it sent us to.
                    code => answer(&format!("it answers {code:?}")),
                }
            }
            // Its text may hold a part of the token.
            E::RegistryTokenDecodeError(_) => {
                answer("its token service answers no JSON with a token")
            }
            other => answer(&other.to_string()),
        }
    }
}

fn answer(reason: &str) -> Trouble {
    Trouble::Answer {
        reason: shown(reason),
    }
}

fn pinned(reference: &Reference) -> Image {
    Image::with_digest(
        reference.registry.clone(),
        reference.repository.clone(),
        reference.digest.to_string(),
    )
}

/// The innermost error's own words: outer ones name URLs, which may be signed for whoever has them.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    shown(&last.to_string())
}
