//! Links to packages, and the addresses that a download may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dumpus_ports::domain::link::{Hop, LinkPolicy, Origin, is_public};
use url::{Host, Url};

const MIRROR: &str = "https://files.example.org:8443";
const LOCAL: &str = "http://127.0.0.1:9000";

fn policy() -> LinkPolicy {
    LinkPolicy::new(vec![MIRROR.parse().unwrap(), LOCAL.parse().unwrap()])
}

/// A link that is accepted is one of an allowed origin, is accepted again as it is stored, and is not shown.
pub(crate) fn link(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let policy = policy();
    let link = match policy.parse(text) {
        Ok(link) => link,
        Err(error) => {
            let shown = error.to_string();
            assert!(
                !text.contains("://") || !shown.contains(text),
                "an error shows the link"
            );
            return;
        }
    };
    let key = link.key().expose();
    assert!(!key.is_empty() && key.is_ascii(), "the key cannot be sent in a header");
    assert!(!format!("{link:?}").contains(key), "the key is shown");
    let is_discord = link.url().host_str() == Some("click.discord.com") && link.url().scheme() == "https";
    assert_eq!(link.is_discord_host(), is_discord, "whose link it is");
    let hop = policy.hop(link.url());
    let expected = if is_discord { Hop::Public } else { Hop::Configured };
    assert_eq!(hop, Some(expected), "an accepted link is not requested");
    let again = policy.parse(link.address().expose()).unwrap();
    assert_eq!(again.key().expose(), key, "stored links have another owner");
    assert_eq!(again.url(), link.url(), "stored links lead elsewhere");
}

/// Redirects lead to configured origins, or with https and a usual port to hosts whose addresses are public.
pub(crate) fn origin(data: &[u8]) {
    addresses(data);
    let Ok(text) = str::from_utf8(data) else { return };
    let (base, location) = text.split_once('\n').unwrap_or((MIRROR, text));
    if let Ok(origin) = location.parse::<Origin>() {
        assert_eq!(
            origin.to_string().parse(),
            Ok(origin),
            "a printed origin is another one"
        );
    }
    let Ok(address) = Url::parse(base).and_then(|base| base.join(location)) else {
        return;
    };
    let Some(hop) = policy().hop(&address) else { return };
    assert!(
        address.username().is_empty() && address.password().is_none(),
        "credentials are sent"
    );
    let origin = address.origin().ascii_serialization();
    match hop {
        Hop::Configured => assert!([MIRROR, LOCAL].contains(&origin.as_str()), "{origin} is not configured"),
        Hop::Public => {
            assert_eq!(address.scheme(), "https");
            let port = address.port_or_known_default();
            assert!(matches!(port, Some(443 | 8443 | 9000)), "{port:?}");
        }
    }
    // A host that is an address is looked up as that address.
    match address.host() {
        Some(Host::Ipv4(v4)) => address_is_judged_alike(v4),
        Some(Host::Ipv6(v6)) => never_inside(v6.into()),
        _ => {}
    }
}

fn addresses(data: &[u8]) {
    if let Some(bytes) = data.first_chunk::<4>() {
        address_is_judged_alike(Ipv4Addr::from(*bytes));
    }
    if let Some(bytes) = data.first_chunk::<16>() {
        never_inside(Ipv6Addr::from(*bytes).into());
    }
}

/// An IPv4 address that is written as IPv6 is no way around the rules.
fn address_is_judged_alike(v4: Ipv4Addr) {
    never_inside(v4.into());
    let is_public_v4 = is_public(v4.into());
    assert_eq!(is_public(v4.to_ipv6_mapped().into()), is_public_v4, "{v4}");
    let [a, b, c, d] = v4.octets();
    let nat64 = Ipv6Addr::new(
        0x64,
        0xff9b,
        0,
        0,
        0,
        0,
        u16::from_be_bytes([a, b]),
        u16::from_be_bytes([c, d]),
    );
    assert_eq!(is_public(nat64.into()), is_public_v4, "{v4}");
}

fn never_inside(address: IpAddr) {
    let is_inside = match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified(),
    };
    assert!(
        !(is_public(address) && (is_inside || address.is_multicast())),
        "{address} passes for public"
    );
}
