//! Whether a page of the client may read what an address of this store gives.

use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use object_store::client::{HttpRequest, HttpRequestBody, HttpResponse};
use object_store::signer::HeaderValue;

use super::fault::{Fault, code};
use super::{S3Blobs, SMALL_LIMIT};

/// A fixed object, kept: servers that start at the same time would delete it under each other's hands.
const PROBE: &str = "cors-probe";
const CONTENT: &[u8] = b"A page of the client may read this.";
/// Long enough for clocks that differ a little.
const PROBE_LIFETIME: Duration = Duration::from_mins(1);
const ANSWER_LIMIT: usize = 64 * 1024;

/// Why a page of the client could not fetch a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorsError {
    /// The text is not an origin.
    #[error("an origin is a scheme and a host, such as https://dumpus.app")]
    ParseOriginError,
    /// The object that is asked for could not be stored.
    #[error("the object store takes no probe: {0}")]
    NotStored(String),
    /// This machine cannot ask; browsers may be able to.
    #[error("the public endpoint of the object store could not be asked: {0}")]
    Unreachable(String),
    /// It does not honour signed addresses.
    #[error(
        "the public endpoint of the object store refuses a signed address: {0}. It has to be the same store, and a proxy \
         in front of it has to pass on the Host header and the query"
    )]
    Refused(String),
    /// It answers, but not to that page.
    #[error(
        "the object store's CORS rules do not let pages of {0} read results: allow the method GET for that origin on the bucket"
    )]
    NotAllowed(String),
}

impl S3Blobs {
    /// Fetches a small object from the public endpoint as a page of this origin would.
    ///
    /// # Errors
    /// What an operator has to change. [`CorsError::Unreachable`] alone may be a matter of this machine's network.
    pub async fn check_cors(&self, origin: &str) -> Result<(), CorsError> {
        let header = HeaderValue::from_str(origin).map_err(|_| CorsError::ParseOriginError)?;
        if !origin.contains("://") || origin.ends_with('/') {
            return Err(CorsError::ParseOriginError);
        }
        let path = self.prefix.clone().join(PROBE);
        let not_stored = |fault: Fault| CorsError::NotStored(fault.to_string());
        self.store_bytes(&path, CONTENT.into()).await.map_err(not_stored)?;
        let address = self.signed(&path, PROBE_LIFETIME).await.map_err(not_stored)?;
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = address.parse().map_err(|_| not_stored(Fault::Nonsense))?;
        request.headers_mut().insert("origin", header);
        let answer = tokio::time::timeout(SMALL_LIMIT, self.transport.send(request));
        let response = match answer.await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(CorsError::Unreachable(Fault::of(&error).to_string())),
            Err(_) => return Err(CorsError::Unreachable(Fault::Late.to_string())),
        };
        let allows = allows(&response, origin);
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect();
        let body = match tokio::time::timeout(SMALL_LIMIT, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            _ => return Err(CorsError::Unreachable(Fault::Late.to_string())),
        };
        if !status.is_success() || *body != *CONTENT {
            let fault = match status.as_u16() {
                200..=299 => Fault::Nonsense,
                status => Fault::Answered {
                    status,
                    code: code(&body),
                },
            };
            return Err(CorsError::Refused(fault.to_string()));
        }
        if allows {
            Ok(())
        } else {
            Err(CorsError::NotAllowed(origin.to_owned()))
        }
    }
}

/// A browser wants the header once, with the page's origin or, as no credentials are sent, a star.
fn allows(response: &HttpResponse, origin: &str) -> bool {
    let mut values = response.headers().get_all("access-control-allow-origin").iter();
    let allowed = values.next().is_some_and(|value| value == "*" || value == origin);
    allowed && values.next().is_none()
}
