//! What goes into `Authorization`.

use std::sync::Arc;

use bridge::port::cxone::UpstreamError;
use client::{ExposeSecret, Request, SecretString};
use tokio::time::Instant;

use crate::api::{Service, unavailable};
use crate::claims::Claims;
use crate::secret::Watched;
use crate::settings::{Auth, is_token};
use crate::token::login::{Login, NoToken, TokenHost};
use crate::token::{Token, Tokens};
use crate::upstreams::Upstreams;

/// Whatever a tenant's requests are let in by.
#[derive(Debug)]
pub(crate) struct Access {
    fixed: Fixed,
    tokens: Option<Box<Tokens>>,
}

/// What is not bought.
#[derive(Debug)]
enum Fixed {
    None,
    Basic { id: Watched, secret: Watched },
    Bearer(Watched),
}

/// What one request is let in by.
#[derive(Clone)]
pub(crate) enum Pass {
    Bought(Arc<Token>),
    Bearer(SecretString),
    Basic(SecretString, SecretString),
}

impl Pass {
    pub(crate) fn onto(&self, request: Request) -> Request {
        match self {
            Pass::Bought(token) => request.bearer(token.secret()),
            Pass::Bearer(token) => request.bearer(token.clone()),
            Pass::Basic(id, secret) => request.basic(id.clone(), secret.clone()),
        }
    }

    /// What the token says of itself.
    pub(crate) fn claims(&self) -> Option<Arc<Claims>> {
        match self {
            Pass::Bought(token) => token.claims(),
            Pass::Bearer(token) => Claims::of(token.expose_secret()).map(Arc::new),
            Pass::Basic(..) => None,
        }
    }

    fn same(&self, other: &Pass) -> bool {
        let same = |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        match (self, other) {
            (Pass::Bearer(a), Pass::Bearer(b)) => same(a, b),
            (Pass::Basic(a, b), Pass::Basic(c, d)) => same(a, c) && same(b, d),
            _ => false,
        }
    }
}

impl Access {
    pub(crate) fn new(auth: &Auth, upstreams: &Arc<Upstreams>) -> Self {
        let fixed = match auth {
            Auth::Basic { id, secret } => Fixed::Basic {
                id: Watched::new("access_key_id", id),
                secret: Watched::new("access_key_secret", secret),
            },
            Auth::Bearer(token) => Fixed::Bearer(Watched::new("token", token)),
            Auth::AccessKey { .. } | Auth::Password { .. } => Fixed::None,
        };
        let tokens = Login::of(auth, upstreams).map(|login| Box::new(Tokens::new(login)));
        Self { fixed, tokens }
    }

    /// What lets a request in; `afresh` after a refusal.
    async fn pass_as(
        &self,
        service: Service,
        host: &TokenHost,
        afresh: bool,
        deadline: Instant,
    ) -> Result<Pass, UpstreamError> {
        let read = async |watched: &Watched| {
            if afresh {
                watched.afresh().await
            } else {
                watched.get().await
            }
        };
        match (&self.fixed, &self.tokens) {
            (Fixed::Basic { id, secret }, _) if service == Service::Scim => {
                Ok(Pass::Basic(read(id).await?, read(secret).await?))
            }
            (_, Some(tokens)) => Ok(Pass::Bought(tokens.get(host, deadline).await?)),
            (Fixed::Bearer(token), None) => {
                let text = read(token).await?;
                if !is_token(text.expose_secret()) {
                    return Err(unavailable(
                        "token: it has characters that no header can carry: only visible ASCII",
                    ));
                }
                Ok(Pass::Bearer(text))
            }
            (Fixed::None | Fixed::Basic { .. }, None) => {
                Err(unavailable("there is nothing to be let in by: check auth"))
            }
        }
    }

    pub(crate) async fn pass(
        &self,
        service: Service,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Pass, UpstreamError> {
        Box::pin(self.pass_as(service, host, false, deadline)).await
    }

    /// A pass bought now at `host`, for everybody from now on; without credentials that buy one, the token there is.
    pub(crate) async fn enter(&self, host: &TokenHost, deadline: Instant) -> Result<Pass, NoToken> {
        match &self.tokens {
            Some(tokens) => Ok(Pass::Bought(tokens.enter(host, deadline).await?)),
            None => Ok(self.pass(Service::UserHub, host, deadline).await?),
        }
    }

    /// The access key itself, for HTTP Basic, where there is one.
    pub(crate) async fn as_basic(&self) -> Result<Option<Pass>, UpstreamError> {
        let Some(tokens) = &self.tokens else {
            return Ok(None);
        };
        let (id, secret) = tokens.key().await?;
        Ok(Some(Pass::Basic(id, secret)))
    }

    /// The id of the access key, where there is one.
    pub(crate) async fn key_id(&self) -> Result<Option<SecretString>, UpstreamError> {
        match &self.tokens {
            Some(tokens) => tokens.key_id().await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether the host of tokens was seen to be none since this was asked last.
    pub(crate) fn take_lost(&self) -> bool {
        self.tokens
            .as_ref()
            .is_some_and(|tokens| tokens.take_lost())
    }

    /// What may let in a request whose pass was refused; `None` if there is nothing else to try.
    pub(crate) async fn after_refusal(
        &self,
        service: Service,
        host: &TokenHost,
        refused: &Pass,
        deadline: Instant,
    ) -> Result<Option<Pass>, UpstreamError> {
        self.forget(refused);
        let next = Box::pin(self.pass_as(service, host, true, deadline)).await?;
        Ok((!next.same(refused)).then_some(next))
    }

    /// Forgets a bought token that was refused.
    pub(crate) fn forget(&self, refused: &Pass) {
        if let (Pass::Bought(token), Some(tokens)) = (refused, &self.tokens) {
            tokens.forget(token);
        }
    }

    /// What is refused with a 401 or 403, and where to mend it.
    pub(crate) fn refused(&self) -> (&'static str, &'static str) {
        match self.fixed {
            Fixed::None | Fixed::Basic { .. } => (
                "access key",
                "check access_key_id, access_key_secret and the role of the key's employee",
            ),
            Fixed::Bearer(_) => ("token", "check token and what the server lets it do"),
        }
    }
}
