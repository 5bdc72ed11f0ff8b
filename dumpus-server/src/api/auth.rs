//! Who asks.

use poem::{Request, RequestBody, Result};
use poem_openapi::auth::Bearer;
use poem_openapi::registry::Registry;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, SecurityScheme};
use subtle::ConstantTimeEq;

use dumpus_ports::domain::secret::UpnKey;

/// The UPN key of the package's link: it owns the package, and nobody else has it.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "UpnKey")]
pub(super) struct Owner(Bearer);

impl Owner {
    pub(super) fn key(&self) -> UpnKey {
        UpnKey::new(&self.0.token)
    }
}

/// The operator's token, `DUMPUS_ADMIN_TOKEN`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "AdminToken")]
struct AdminToken(Bearer);

/// A token that somebody shows, or none: an instance without one answers before it looks.
pub(super) struct Admin(Option<AdminToken>);

impl Admin {
    pub(super) fn is(&self, token: &str) -> bool {
        let Some(AdminToken(shown)) = &self.0 else { return false };
        shown.token.as_bytes().ct_eq(token.as_bytes()).into()
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
