//! From an address over redirects to an answer.

use bytes::Bytes;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::link::{MAX_REDIRECTS, PackageLink};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue, IF_RANGE, LOCATION, RANGE, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use super::HttpSource;
use super::answer::{Place, Refusal};
use crate::transport::{self, Unanswered};

/// An answer other than a redirect.
pub(super) struct Answer {
    pub(super) response: Response<Incoming>,
    /// Where it came from.
    pub(super) address: Url,
    pub(super) place: Place,
}

/// Which part of the file is asked for.
pub(super) struct Wanted {
    pub(super) from: u64,
    /// Only when it is still this file.
    pub(super) validator: HeaderValue,
}

impl HttpSource {
    /// Asks at the link.
    pub(super) async fn ask_link(&self, link: &PackageLink, wanted: Option<&Wanted>) -> Result<Answer, Refusal> {
        self.ask(link.url().clone(), link.is_discord_host(), wanted).await
    }

    /// Asks at an address that an answer came from before.
    pub(super) async fn ask_again(&self, address: Url, wanted: Option<&Wanted>) -> Result<Answer, Refusal> {
        self.ask(address, false, wanted).await
    }

    async fn ask(&self, mut address: Url, is_click: bool, wanted: Option<&Wanted>) -> Result<Answer, Refusal> {
        let policy = &self.settings.transport.policy;
        for redirects in 0..=MAX_REDIRECTS {
            if policy.hop(&address).is_none() {
                return Err(Refusal::Invalid(FailureDetail::AddressRefused));
            }
            let response = self.get(&address, wanted).await?;
            let Some(next) = redirect(&response, &address)? else {
                let place = if is_click && redirects == 0 {
                    Place::ClickHost
                } else {
                    Place::Storage
                };
                return Ok(Answer {
                    response,
                    address,
                    place,
                });
            };
            address = next;
        }
        Err(Refusal::Invalid(FailureDetail::TooManyRedirects))
    }

    async fn get(&self, address: &Url, wanted: Option<&Wanted>) -> Result<Response<Incoming>, Refusal> {
        let mut request = Request::get(address.as_str())
            .header(USER_AGENT, transport::USER_AGENT)
            .header(ACCEPT, "*/*")
            // A compressed archive would have neither its length nor its ranges.
            .header(ACCEPT_ENCODING, "identity");
        if let Some(wanted) = wanted {
            request = request
                .header(RANGE, format!("bytes={}-", wanted.from))
                .header(IF_RANGE, wanted.validator.clone());
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|_| Refusal::Invalid(FailureDetail::NoAddress))?;
        match timeout(self.settings.limits.first_byte, self.transport.send(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(Unanswered::Refused)) => Err(Refusal::Invalid(FailureDetail::AddressRefused)),
            Ok(Err(Unanswered::Certificate)) => Err(Refusal::Retry(FailureDetail::Certificate, None)),
            Ok(Err(Unanswered::Failed)) => Err(Refusal::Retry(FailureDetail::Unreachable, None)),
            Err(_) => Err(Refusal::Retry(FailureDetail::NoResponse, None)),
        }
    }
}

/// Where an answer leads on to.
fn redirect(response: &Response<Incoming>, address: &Url) -> Result<Option<Url>, Refusal> {
    let leads_on = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    if !leads_on {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let mut next = location
        .and_then(|location| address.join(location).ok())
        .ok_or(Refusal::Invalid(FailureDetail::NoAddress))?;
    next.set_fragment(None);
    Ok(Some(next))
}
