//! Origins that an operator configures.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(super) scheme: String,
    host: Host<String>,
    pub(super) port: u16,
}

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an origin such as https://files.example.org or http://127.0.0.1:9000")]
pub struct ParseOriginError;

impl Origin {
    /// The origin of an http or https address without user and password.
    #[must_use]
    pub fn of(address: &Url) -> Option<Self> {
        let is_web = matches!(address.scheme(), "http" | "https");
        if !is_web || !address.username().is_empty() || address.password().is_some() {
            return None;
        }
        Some(Self {
            scheme: address.scheme().to_owned(),
            host: address.host()?.to_owned(),
            port: address.port_or_known_default()?,
        })
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    /// Parses an origin; a host without a scheme means https.
    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        let text = text.trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let address = Url::parse(&with_scheme).map_err(|_| ParseOriginError)?;
        if address.path() != "/" || address.query().is_some() || address.fragment().is_some() {
            return Err(ParseOriginError);
        }
        Self::of(&address).ok_or(ParseOriginError)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}
