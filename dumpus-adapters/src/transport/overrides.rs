//! Names that resolve to what the operator says.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// Addresses that stand for names, in the manner of curl's `--resolve`: `host:port:address`, with commas or spaces
/// between them. Several addresses of one name follow each other with commas; an address may carry a port of its own,
/// `host:443:127.0.0.1:8443`. What is named here may be a private address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(HashMap<(String, u16), Vec<SocketAddr>>);

/// The text names no override.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected host:port:address, such as files.example.org:443:127.0.0.1")]
pub struct ParseOverrideError;

impl Overrides {
    /// The addresses that stand for a name at a port.
    pub(super) fn get(&self, host: &str, port: u16) -> Option<&[SocketAddr]> {
        let key = (host.to_ascii_lowercase(), port);
        self.0.get(&key).map(Vec::as_slice)
    }
}

impl FromStr for Overrides {
    type Err = ParseOverrideError;

    fn from_str(text: &str) -> Result<Self, ParseOverrideError> {
        let mut overrides = Self::default();
        let mut last: Option<(String, u16)> = None;
        let pieces = text.split(|c: char| c == ',' || c.is_whitespace());
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            let (key, address) = match (&last, split(piece)) {
                (_, Some((key, address))) => (key, address),
                (Some(key), None) => (key.clone(), piece),
                (None, None) => return Err(ParseOverrideError),
            };
            let address = address_of(address, key.1).ok_or(ParseOverrideError)?;
            overrides.0.entry(key.clone()).or_default().push(address);
            last = Some(key);
        }
        Ok(overrides)
    }
}

/// Splits what begins with a name and a port.
fn split(piece: &str) -> Option<((String, u16), &str)> {
    let (host, rest) = piece.split_once(':')?;
    let (port, address) = rest.split_once(':')?;
    let is_name = !host.is_empty() && !host.contains(['[', ']']) && piece.parse::<IpAddr>().is_err();
    let port = port.parse().ok()?;
    is_name.then(|| ((host.to_ascii_lowercase(), port), address))
}

fn address_of(text: &str, port: u16) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let ip = bare.unwrap_or(text).parse::<IpAddr>();
    ip.map(|ip| SocketAddr::new(ip, port)).or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str, host: &str, port: u16) -> Vec<String> {
        let overrides: Overrides = text.parse().unwrap();
        let found = overrides.get(host, port).unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_at_a_port_stands_for_its_addresses() {
        let text = "a.test:443:127.0.0.1,B.test:443:10.0.0.1,10.0.0.2 b.test:80:[::1] c.test:443:127.0.0.1:8443";
        assert_eq!(addresses(text, "a.test", 443), ["127.0.0.1:443"]);
        assert_eq!(addresses(text, "b.test", 443), ["10.0.0.1:443", "10.0.0.2:443"]);
        assert_eq!(addresses(text, "b.test", 80), ["[::1]:80"]);
        assert_eq!(addresses(text, "C.TEST", 443), ["127.0.0.1:8443"]);
        assert_eq!(addresses("a.test:443:::1", "a.test", 443), ["[::1]:443"]);
        assert_eq!(addresses("", "a.test", 443), [""; 0]);
    }

    #[test]
    fn only_what_is_named_is_overridden() {
        assert_eq!(addresses("a.test:443:127.0.0.1", "a.test", 80), [""; 0]);
        assert_eq!(addresses("a.test:443:127.0.0.1", "b.a.test", 443), [""; 0]);
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "127.0.0.1",
            "a.test",
            "a.test:443",
            "a.test:x:127.0.0.1",
            "a.test:443:b.test",
            ":443:1.1.1.1",
        ] {
            assert_eq!(text.parse::<Overrides>(), Err(ParseOverrideError), "{text}");
        }
    }
}
