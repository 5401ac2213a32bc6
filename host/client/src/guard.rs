//! Where a request may go. Checked on the URL and again on the addresses that its name resolves to, so that a name
//! cannot point inside after it was checked (DNS rebinding).
//!
//! - `https`, or plain `http` towards this machine: a loopback address, `localhost` or a name under it.
//! - `localhost` names must resolve to loopback addresses.
//! - Any other name or address must be public; private and loopback ones only with `allow_private`.
//! - Link-local (cloud metadata, 169.254.169.254), unspecified, multicast and reserved addresses: never.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a request may not go where it was sent. Texts name the host, never the path or query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither https nor http.
    #[error("the scheme {0:?} is not allowed: use https")]
    Scheme(String),
    /// The URL has no host.
    #[error("the URL has no host")]
    NoHost,
    /// A user or password in the URL.
    #[error("a user or password in a URL is not allowed: leave it out")]
    Credentials,
    /// Plain http to somewhere else than this machine.
    #[error("plain http is allowed towards loopback addresses only, not {0}: use https")]
    PlainHttp(String),
    /// An address that is never allowed, or only with `allow_private`.
    #[error("{host} is a {kind} address, which is not allowed")]
    Address {
        /// The host as the URL has it.
        host: String,
        /// `private`, `loopback`, `reserved`, `public`.
        kind: &'static str,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    Loopback,
    Reserved,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Public => "public",
            Kind::Private => "private",
            Kind::Loopback => "loopback",
            Kind::Reserved => "link-local or reserved",
        }
    }

    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    // IANA's special-purpose registry (RFC 6890).
    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, c, _] = address.octets();
        match (a, b, c) {
            (127, ..) => Kind::Loopback,
            (0 | 224..=255, ..) | (169, 254, _) | (192, 0, 0) => Kind::Reserved,
            (10, ..) | (172, 16..=31, _) | (192, 168, _) => Kind::Private,
            // Carrier-grade NAT and benchmarking networks: not public, and used inside clouds.
            (100, 64..=127, _) | (198, 18..=19, _) => Kind::Private,
            _ => Kind::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() {
            return Kind::Loopback;
        }
        let parts = address.segments();
        let v4 = |high: u16, low: u16| {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Self::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match parts {
            // An IPv4 address in IPv6 clothes is what it carries: mapped and compatible, NAT64, 6to4.
            [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => v4(high, low),
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
            [0x2002, high, low, ..] => v4(high, low),
            [0xfc00..=0xfdff, ..] => Kind::Private,
            [0x2000..=0x3fff, ..] => Kind::Public,
            _ => Kind::Reserved,
        }
    }
}

fn local_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

fn check_address(host: &str, address: IpAddr, allow_private: bool) -> Result<(), Forbidden> {
    let kind = Kind::of(address);
    let allowed = match kind {
        Kind::Public => !local_name(host),
        Kind::Private => allow_private && !local_name(host),
        Kind::Loopback => allow_private || local_name(host),
        Kind::Reserved => false,
    };
    if allowed {
        return Ok(());
    }
    Err(Forbidden::Address {
        host: host.to_owned(),
        kind: kind.as_str(),
    })
}

/// Checks a URL before anything is sent to it. Configuration is checked with the same rules when it is read.
pub fn check_url(url: &Url, allow_private: bool) -> Result<(), Forbidden> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Forbidden::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Forbidden::Credentials);
    }
    let host = url.host().ok_or(Forbidden::NoHost)?;
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    let loopback = match host {
        Host::Domain(name) => local_name(name),
        _ => address.is_some_and(|address| Kind::of(address) == Kind::Loopback),
    };
    if url.scheme() == "http" && !loopback {
        return Err(Forbidden::PlainHttp(host.to_string()));
    }
    match address {
        Some(address) if !loopback => check_address(&host.to_string(), address, allow_private),
        _ => Ok(()),
    }
}

/// The system's resolver, behind the guard: a name is refused when any of its addresses is, so that a mixed answer
/// cannot be played with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver {
    pub(crate) allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            // Port 0 is replaced by the one of the URL.
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            check_addresses(name.as_str(), &found, allow_private)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn check_addresses(host: &str, found: &[SocketAddr], allow_private: bool) -> Result<(), Forbidden> {
    found
        .iter()
        .try_for_each(|address| check_address(host, address.ip(), allow_private))
}

#[cfg(test)]
mod tests;
