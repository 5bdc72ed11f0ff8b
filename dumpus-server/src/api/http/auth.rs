//! Credentials of a request: a package's key, or the operator's token.

use poem::{Request, RequestBody, Result};
use poem_openapi::auth::Bearer;
use poem_openapi::registry::Registry;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, SecurityScheme};
use subtle::ConstantTimeEq;

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
struct AdminToken(Bearer);

/// The token that a request presents, if any: an instance that has no token of its own answers without looking at it.
pub(in crate::api) struct Admin(Option<AdminToken>);

impl Admin {
    /// Whether the presented token is this one, compared in constant time.
    pub(in crate::api) fn is(&self, token: &str) -> bool {
        let Some(AdminToken(presented)) = &self.0 else {
            return false;
        };
        presented.token.as_bytes().ct_eq(token.as_bytes()).into()
    }
}

impl<'a> ApiExtractor<'a> for Admin {
    const TYPES: &'static [ApiExtractorType] = AdminToken::TYPES;
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        AdminToken::register(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        AdminToken::security_schemes()
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self(AdminToken::from_request(request, body, options).await.ok()))
    }
}
