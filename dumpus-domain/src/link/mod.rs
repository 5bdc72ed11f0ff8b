//! Links to packages, the keys in them, and the addresses that a download may request.

mod client_group;
mod origin;
mod public;

use std::{fmt, mem};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use url::Url;
use zeroize::{Zeroize as _, Zeroizing};

pub use self::client_group::ClientGroup;
pub use self::origin::{Origin, ParseOriginError};
pub use self::public::is_public;
use crate::secret::{LinkAddress, UpnKey};

/// Prefixes of the links in Discord's email; the second is from the documentation of the original service.
const DISCORD_LINKS: [&str; 2] = [
    "https://click.discord.com/ls/click?upn=",
    "https://discord.click/ls/click?upn=",
];

/// Discord's keys are 700 to 1,500 characters long.
const SHORTEST_DISCORD_KEY: usize = 500;
/// Keys of links to other hosts.
const SHORTEST_OTHER_KEY: usize = 16;
/// The only port of public hosts, besides those of configured origins.
const HTTPS: u16 = 443;
/// Allows for Discord's click host, a redirect to the storage host, and mirrors.
pub const MAX_REDIRECTS: usize = 5;

/// A link to a package, and the key in it. Both are secret.
pub struct PackageLink {
    address: LinkAddress,
    url: Url,
    key: UpnKey,
    is_discord_host: bool,
    client: Option<ClientGroup>,
}

/// The text is not a link that this instance accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The origin is neither Discord's nor one of the configured ones.
    #[error("the link must be one of Discord's, or start with an origin that this instance allows")]
    Origin,
    /// The link contains no usable key.
    #[error("the link carries no complete key; copy it whole from the mail")]
    Key,
}

impl PackageLink {
    /// The link as a client of this group submitted it.
    #[must_use]
    pub const fn submitted_by(mut self, client: ClientGroup) -> Self {
        self.client = Some(client);
        self
    }

    /// The group of the client that submitted it, if known.
    #[must_use]
    pub const fn client(&self) -> Option<ClientGroup> {
        self.client
    }

    /// What is sealed for the queue and for its owner: the text of the link and the group of its client.
    #[must_use]
    pub fn to_sealed(&self) -> LinkAddress {
        let address = self.address.expose();
        let text = match self.client {
            Some(client) => client.prefix(address),
            None => address.to_owned(),
        };
        LinkAddress::new(Zeroizing::new(text))
    }

    /// The text of the link.
    #[must_use]
    pub const fn address(&self) -> &LinkAddress {
        &self.address
    }

    /// The parsed address, to request. Copies of it are not zeroed when they are dropped.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The key that owns the package.
    #[must_use]
    pub const fn key(&self) -> &UpnKey {
        &self.key
    }

    /// Whether its host is Discord's click host, which has its own error responses.
    #[must_use]
    pub const fn is_discord_host(&self) -> bool {
        self.is_discord_host
    }
}

impl fmt::Debug for PackageLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PackageLink(redacted)")
    }
}

impl Drop for PackageLink {
    fn drop(&mut self) {
        if let Ok(empty) = Url::parse("data:,") {
            String::from(mem::replace(&mut self.url, empty)).zeroize();
        }
    }
}

/// Decides which links and redirects are accepted.
#[derive(Clone, Debug, Default)]
pub struct LinkPolicy {
    origins: Vec<Origin>,
}

/// The restrictions of an address in a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Only public IP addresses, over https.
    Public,
    /// The origin is configured by the operator: any IP address, also over http.
    Configured,
}

impl LinkPolicy {
    /// Accepts Discord's links, and those of the origins that the operator has configured.
    #[must_use]
    pub const fn new(origins: Vec<Origin>) -> Self {
        Self { origins }
    }

    /// The origins that the operator has configured.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Parses a link.
    ///
    /// # Errors
    /// [`LinkError`], which never contains the link.
    pub fn parse(&self, text: &str) -> Result<PackageLink, LinkError> {
        let text = text.trim();
        if let Some(key) = DISCORD_LINKS.iter().find_map(|start| text.strip_prefix(start)) {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            if key.len() < SHORTEST_DISCORD_KEY || !key.bytes().all(allowed) {
                return Err(LinkError::Key);
            }
            let url = Url::parse(text).map_err(|_| LinkError::Key)?;
            return Ok(link(text, url, key, true));
        }
        let url = Url::parse(text).map_err(|_| LinkError::Origin)?;
        if !self.is_configured(&url) {
            return Err(LinkError::Origin);
        }
        let upn = url
            .query_pairs()
            .find(|(name, _)| name == "upn")
            .map(|(_, value)| Zeroizing::new(value.into_owned()));
        let key = match upn {
            Some(key) => {
                if key.len() < SHORTEST_OTHER_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(LinkError::Key);
                }
                key
            }
            // Standard alphabet with padding, like the original service.
            None => Zeroizing::new(BASE64_STANDARD.encode(url.path().trim_matches('/'))),
        };
        if key.is_empty() {
            return Err(LinkError::Key);
        }
        Ok(link(text, url, &key, false))
    }

    /// Parses what [`PackageLink::to_sealed`] returned.
    ///
    /// # Errors
    /// [`LinkError`], if this instance does not accept the link any more.
    pub fn parse_sealed(&self, sealed: &LinkAddress) -> Result<PackageLink, LinkError> {
        let (client, address) = ClientGroup::split(sealed.expose());
        let mut link = self.parse(address)?;
        link.client = client;
        Ok(link)
    }

    /// The restrictions for requesting this address, initially or after a redirect; `None` if it is not allowed.
    #[must_use]
    pub fn hop(&self, address: &Url) -> Option<Hop> {
        if self.is_configured(address) {
            return Some(Hop::Configured);
        }
        let origin = Origin::of(address)?;
        // Other ports would make this server a scanner of them for whoever controls a redirect.
        let has_usual_port = origin.port == HTTPS || self.origins.iter().any(|known| known.port == origin.port);
        (origin.scheme == "https" && has_usual_port).then_some(Hop::Public)
    }

    fn is_configured(&self, address: &Url) -> bool {
        Origin::of(address).is_some_and(|origin| self.origins.contains(&origin))
    }
}

fn link(text: &str, url: Url, key: &str, is_discord_host: bool) -> PackageLink {
    PackageLink {
        address: LinkAddress::new(Zeroizing::new(text.to_owned())),
        url,
        key: UpnKey::new(key),
        is_discord_host,
        client: None,
    }
}
