//! The client of a request, and the address under which it reaches this server.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use poem::http::{HeaderMap, header};
use poem::{FromRequest, Request, RequestBody, Result};

pub(super) const FORWARDED_FOR: &str = "x-forwarded-for";
pub(super) const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// A range of addresses, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is not an address or a range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an address nor a range such as 10.0.0.0/8")]
pub struct ParseNetworkError;

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse()).map_err(|_| ParseNetworkError)?;
        Ok(Self(network))
    }
}

impl Network {
    /// Whether the address is in the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The reverse proxies in front of this server, and its public address.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// Start of absolute URLs, without a trailing slash; `None` takes it from each request.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-*` headers are trusted. `X-Forwarded-Proto` and `-Host` of this machine are trusted anyway.
    pub trusted_proxies: Vec<Network>,
    /// Whether the server listens on loopback. Then a loopback peer that forwards requests is a proxy; otherwise it may be
    /// a gateway of containers, from which all clients seem to come.
    pub listens_on_loopback: bool,
}

impl ProxySettings {
    /// Whether the peer is believed when it names the client of a request.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        let is_local = self.listens_on_loopback && peer.to_canonical().is_loopback();
        is_local || self.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// Whether the peer is believed when it names the address under which the client reaches this server. A wrong one
    /// misleads only the sender of the request.
    pub(super) fn trusts_address(&self, peer: IpAddr) -> bool {
        peer.to_canonical().is_loopback() || self.trusts(peer)
    }

    /// The address of a request's client.
    pub(super) fn client_of(&self, request: &Request) -> IpAddr {
        self.client(peer(request), request.headers())
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let named = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
        // Each proxy appends its peer: the first address from the right that is not a trusted proxy is the client.
        let mut client = peer;
        for name in named.into_iter().rev() {
            let Some(address) = forwarded_address(name) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }

    fn base(&self, peer: IpAddr, headers: &HeaderMap, own_host: Option<&str>) -> String {
        if let Some(public) = &self.public_url {
            return public.clone();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let first = |name: &str| text(name).and_then(|value| value.split(',').next()).map(str::trim);
        let (mut scheme, mut host) = ("http", own_host.or_else(|| text(header::HOST.as_str())));
        if self.trusts_address(peer) {
            if let Some(forwarded @ ("http" | "https")) = first(FORWARDED_PROTO) {
                scheme = forwarded;
            }
            host = first("x-forwarded-host").or(host);
        }
        let host = host.filter(|host| is_host(host)).unwrap_or("localhost");
        format!("{scheme}://{host}")
    }
}

pub(super) fn peer(request: &Request) -> IpAddr {
    let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
    peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| {
        let socket: std::net::SocketAddr = text.parse().ok()?;
        Some(socket.ip())
    })
}

/// Whether the text consists of letters, digits and separators that cannot end the host part of a URL.
fn is_host(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.len() <= 255 && text.bytes().all(is_allowed)
}

/// The client of a request.
#[derive(Debug)]
pub(in crate::api) struct Client {
    /// The client's address.
    pub(in crate::api) address: IpAddr,
    /// Start of absolute URLs for this client.
    pub(in crate::api) base: String,
}

impl<'a> FromRequest<'a> for Client {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        let peer = peer(request);
        let fallback = Arc::default();
        let proxy: &Arc<ProxySettings> = request.data().unwrap_or(&fallback);
        let own_host = request.uri().authority().map(poem::http::uri::Authority::as_str);
        Ok(Self {
            address: proxy.client(peer, request.headers()),
            base: proxy.base(peer, request.headers(), own_host),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy() -> ProxySettings {
        ProxySettings {
            public_url: None,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            listens_on_loopback: false,
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn client(peer: &str, forwarded: &str) -> String {
        let headers = headers(&[("x-forwarded-for", forwarded)]);
        proxy().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn headers_of_an_untrusted_peer_are_ignored() {
        assert_eq!(client("203.0.113.9", "198.51.100.1"), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_names_its_client() {
        assert_eq!(client("10.1.2.3", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("::ffff:10.1.2.3", "198.51.100.1:4711"), "198.51.100.1");
        assert_eq!(client("fd00::7", "[2001:db8::1]:4711"), "2001:db8::1");
    }

    #[test]
    fn addresses_that_a_client_adds_to_the_chain_are_ignored() {
        assert_eq!(client("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9"), "198.51.100.1");
        assert_eq!(client("10.1.2.3", "1.1.1.1, nonsense"), "10.1.2.3");
    }

    #[test]
    fn a_proxy_on_this_machine_names_its_client_if_the_server_listens_on_loopback() {
        let headers = headers(&[("x-forwarded-for", "198.51.100.1")]);
        for (listens_on_loopback, expected) in [(true, "198.51.100.1"), (false, "127.0.0.1")] {
            let proxy = ProxySettings {
                listens_on_loopback,
                ..proxy()
            };
            assert_eq!(
                proxy.client("127.0.0.1".parse().unwrap(), &headers).to_string(),
                expected
            );
        }
        let proxy = ProxySettings {
            listens_on_loopback: true,
            ..proxy()
        };
        let peer = "192.0.2.1".parse().unwrap();
        assert_eq!(proxy.client(peer, &headers), peer);
    }

    #[test]
    fn urls_start_with_the_host_that_the_client_requested() {
        let peer: IpAddr = "203.0.113.9".parse().unwrap();
        let base =
            |proxy: &ProxySettings, peer, pairs: &[(&'static str, &str)]| proxy.base(peer, &headers(pairs), None);
        assert_eq!(base(&proxy(), peer, &[("host", "box:5000")]), "http://box:5000");
        let forwarded = [
            ("host", "box:5000"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example.org"),
        ];
        assert_eq!(base(&proxy(), peer, &forwarded), "http://box:5000");
        assert_eq!(
            base(&proxy(), "10.0.0.1".parse().unwrap(), &forwarded),
            "https://api.example.org"
        );
        for local in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(
                base(&proxy(), local.parse().unwrap(), &forwarded),
                "https://api.example.org"
            );
        }
        let public = ProxySettings {
            public_url: Some("https://dumpus.example".to_owned()),
            ..proxy()
        };
        assert_eq!(base(&public, peer, &forwarded), "https://dumpus.example");
        assert_eq!(base(&proxy(), peer, &[("host", "evil/path?")]), "http://localhost");
    }

    #[test]
    fn a_range_contains_its_addresses_only() {
        let network: Network = "192.168.4.0/22".parse().unwrap();
        assert!(network.contains("192.168.7.255".parse().unwrap()));
        assert!(!network.contains("192.168.8.0".parse().unwrap()));
        let everything: Network = "0.0.0.0/0".parse().unwrap();
        assert!(everything.contains("8.8.8.8".parse().unwrap()));
        assert!(!everything.contains("2001:db8::1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy.example".parse::<Network>().is_err());
    }
}
