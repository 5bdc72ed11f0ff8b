//! Credentials of a request: a package's key, or the operator's token.

use poem::{Request, RequestBody, Result};
use poem_openapi::auth::Bearer;
use poem_openapi::registry::Registry;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, SecurityScheme};

use dumpus_ports::domain::secret::UpnKey;

/// The UPN key in the package's link. It proves ownership of the package.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "UpnKey")]
pub(in crate::api) struct Owner(Bearer);

impl Owner {
    /// The key as the domain knows it.
    pub(in crate::api) fn key(&self) -> UpnKey {
        UpnKey::new(&self.0.token)
    }
}

/// The admin token of this instance.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "AdminToken")]
struct PresentedToken(Bearer);

/// The token that a request presents, if any: an instance that has no token of its own answers without looking at it.
pub(in crate::api) struct Admin(Option<PresentedToken>);

impl Admin {
    /// The token.
    pub(in crate::api) fn token(&self) -> Option<&str> {
        self.0.as_ref().map(|PresentedToken(presented)| &*presented.token)
    }
}

impl<'a> ApiExtractor<'a> for Admin {
    const TYPES: &'static [ApiExtractorType] = PresentedToken::TYPES;
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        PresentedToken::register(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        PresentedToken::security_schemes()
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self(PresentedToken::from_request(request, body, options).await.ok()))
    }
}
