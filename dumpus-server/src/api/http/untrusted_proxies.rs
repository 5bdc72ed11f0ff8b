//! Reverse proxies that are not trusted, which operators have to hear of: their clients wait without an error.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;
use poem::Request;

use super::client::{FORWARDED_FOR, FORWARDED_PROTO, ProxySettings, peer};

/// Anybody can send the headers of a proxy: more than this are not logged.
const MAX_LOGGED: usize = 50;

/// What clients of an untrusted proxy see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Harm {
    /// Browsers block addresses that begin with `http://` in pages on `https`.
    BlockedAddresses,
    /// The proxy counts as one client.
    SharedLimits,
}

/// Logs each of them once.
#[derive(Debug, Default)]
pub(in crate::api) struct UntrustedProxies {
    logged: Mutex<HashSet<(IpNet, Harm)>>,
}

impl UntrustedProxies {
    /// Logs what the request says of an untrusted proxy, unless the log has it.
    pub(super) fn check(&self, proxy: &ProxySettings, request: &Request) {
        let peer = peer(request);
        for harm in harms(proxy, peer, request) {
            let Some(network) = self.first_time(peer, harm) else {
                continue;
            };
            match harm {
                Harm::BlockedAddresses => tracing::warn!(
                    "A proxy at {network} forwards requests from https and is not trusted: clients get addresses that begin \
                     with http://, which browsers block, so their imports never end. Add it to DUMPUS_TRUSTED_PROXIES, or \
                     set DUMPUS_PUBLIC_URL; see docs/self-hosting.md"
                ),
                Harm::SharedLimits => tracing::warn!(
                    "A proxy at {network} forwards requests and is not trusted: all its clients share the limits of one \
                     client. Add it to DUMPUS_TRUSTED_PROXIES; see docs/self-hosting.md"
                ),
            }
        }
    }

    fn first_time(&self, peer: IpAddr, harm: Harm) -> Option<IpNet> {
        let network = loggable(peer);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = logged.len() < MAX_LOGGED && logged.insert((network, harm));
        is_new.then_some(network)
    }
}

fn harms(proxy: &ProxySettings, peer: IpAddr, request: &Request) -> impl Iterator<Item = Harm> {
    let header = |name| request.headers().get(name);
    let is_blocked = header(FORWARDED_PROTO).is_some_and(|scheme| scheme.as_bytes().starts_with(b"https"))
        && proxy.public_url.is_none()
        && !proxy.trusts_address(peer);
    let is_shared = header(FORWARDED_FOR).is_some() && !proxy.trusts(peer);
    let harms = [
        is_blocked.then_some(Harm::BlockedAddresses),
        is_shared.then_some(Harm::SharedLimits),
    ];
    harms.into_iter().flatten()
}

/// A private address as it is, otherwise its network: it may be a client that pretends to be a proxy, and no client's
/// address is logged.
fn loggable(peer: IpAddr) -> IpNet {
    let (address, prefix) = match peer.to_canonical() {
        IpAddr::V4(ip) if ip.is_private() || ip.is_loopback() => (IpAddr::V4(ip), 32),
        IpAddr::V4(ip) => (IpAddr::V4(ip), 24),
        IpAddr::V6(ip) if ip.is_unique_local() || ip.is_loopback() => (IpAddr::V6(ip), 128),
        IpAddr::V6(ip) => (IpAddr::V6(ip), 48),
    };
    IpNet::new_assert(address, prefix).trunc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(settings: &ProxySettings, peer: &str, headers: &[(&str, &str)]) -> Vec<Harm> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        harms(settings, peer.parse().unwrap(), &request.finish()).collect()
    }

    const FORWARDED: [(&str, &str); 2] = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")];

    #[test]
    fn an_untrusted_proxy_does_both_kinds_of_harm() {
        let settings = ProxySettings::default();
        assert_eq!(
            logged(&settings, "172.18.0.1", &FORWARDED),
            [Harm::BlockedAddresses, Harm::SharedLimits]
        );
        assert_eq!(logged(&settings, "172.18.0.1", &FORWARDED[..1]), [Harm::SharedLimits]);
        assert_eq!(logged(&settings, "172.18.0.1", &[("x-forwarded-proto", "http")]), []);
        assert_eq!(logged(&settings, "172.18.0.1", &[]), []);
    }

    #[test]
    fn what_is_trusted_or_set_does_no_harm() {
        let mut settings = ProxySettings::default();
        assert_eq!(logged(&settings, "127.0.0.1", &FORWARDED), [Harm::SharedLimits]);
        settings.listens_on_loopback = true;
        assert_eq!(logged(&settings, "127.0.0.1", &FORWARDED), []);
        settings.public_url = Some("https://dumpus.example".to_owned());
        assert_eq!(logged(&settings, "172.18.0.1", &FORWARDED), [Harm::SharedLimits]);
        settings.trusted_proxies = vec!["172.16.0.0/12".parse().unwrap()];
        assert_eq!(logged(&settings, "172.18.0.1", &FORWARDED), []);
    }

    #[test]
    fn an_address_is_logged_once_and_a_public_one_as_its_network() {
        let untrusted = UntrustedProxies::default();
        let first_time = |peer: &str| {
            let network = untrusted.first_time(peer.parse().unwrap(), Harm::SharedLimits);
            network.map(|network| network.to_string())
        };
        assert_eq!(first_time("10.1.2.3").as_deref(), Some("10.1.2.3/32"));
        assert_eq!(first_time("::ffff:10.1.2.3"), None);
        assert_eq!(first_time("203.0.113.9").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(first_time("203.0.113.10"), None);
        assert_eq!(first_time("2001:db8:1:2::3").as_deref(), Some("2001:db8:1::/48"));
        let logged = (0..=255).filter_map(|number| first_time(&format!("203.0.{number}.1")));
        assert_eq!(logged.count(), MAX_LOGGED - 3);
    }
}
