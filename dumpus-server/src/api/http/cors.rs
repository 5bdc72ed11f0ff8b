//! Which web pages may read responses.

use std::str::FromStr;

use poem::http::{HeaderMap, HeaderValue, header};

/// Origin of the official client.
const OFFICIAL_CLIENT: &str = "https://dumpus.app";

/// Origins whose pages may read responses.
#[derive(Clone, Debug, Default)]
pub enum Cors {
    /// All origins: keys protect the data, not the origin of a page.
    #[default]
    Any,
    /// These origins, as browsers write them.
    Only(Vec<String>),
}

/// The text is not a list of origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither any nor origins such as https://dumpus.app")]
pub struct ParseOriginsError;

impl FromStr for Cors {
    type Err = ParseOriginsError;

    fn from_str(text: &str) -> Result<Self, ParseOriginsError> {
        if matches!(text, "any" | "*") {
            return Ok(Self::Any);
        }
        let mut origins = Vec::new();
        for origin in text.split(',').map(str::trim).filter(|origin| !origin.is_empty()) {
            let (scheme, host) = origin
                .trim_end_matches('/')
                .split_once("://")
                .ok_or(ParseOriginsError)?;
            if scheme.is_empty() || host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '*']) {
                return Err(ParseOriginsError);
            }
            origins.push(format!("{scheme}://{host}").to_ascii_lowercase());
        }
        Ok(Self::Only(origins))
    }
}

impl Cors {
    /// Origins to check the CORS rules of an object store with.
    #[must_use]
    pub fn examples(&self) -> Vec<String> {
        match self {
            Self::Any => vec![OFFICIAL_CLIENT.to_owned()],
            Self::Only(origins) => origins.clone(),
        }
    }

    /// Sets the headers of a response.
    pub(in crate::api) fn apply(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let allowed = match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Only(origins) => {
                headers.append(header::VARY, HeaderValue::from_static("Origin"));
                let is_listed =
                    |origin: &&HeaderValue| origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes());
                origin.filter(is_listed).cloned()
            }
        };
        let Some(allowed) = allowed else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, DELETE"),
        );
        // By name: `*` does not cover `Authorization`.
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type, Accept"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Retry-After"),
        );
        // A day: the client polls every second and looks up 21 users at once.
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
}
