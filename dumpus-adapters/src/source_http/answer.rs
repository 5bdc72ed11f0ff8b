//! What an answer means.

use std::time::{Duration, SystemTime};

use dumpus_ports::domain::failure_detail::FailureDetail;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, SERVER};
use hyper::{HeaderMap, StatusCode};

/// Bytes that tell an archive from a page.
pub(super) const SNIFFED: usize = 2;
/// Every archive begins like this, also an empty one.
const ARCHIVE: &[u8; SNIFFED] = b"PK";

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Discord's click host, which should have redirected.
    ClickHost,
    /// The host behind the redirect, or the first one when it is not Discord's.
    Storage,
}

/// Why an answer brings no package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It worked once.
    Expired(FailureDetail),
    /// It never will.
    Invalid(FailureDetail),
    /// It may later.
    Retry(FailureDetail, Option<Duration>),
}

/// Judges the head of an answer other than a redirect; `None` when its body decides.
pub(super) fn judge_head(place: Place, status: StatusCode, headers: &HeaderMap) -> Option<Refusal> {
    match status.as_u16() {
        200 | 206 => None,
        400..=599 if place == Place::ClickHost && is_challenge(status, headers) => {
            Some(Refusal::Retry(FailureDetail::Challenge, retry_after(headers)))
        }
        408 | 425 | 429 | 500..=599 => Some(Refusal::Retry(
            FailureDetail::Status {
                status: status.as_u16().into(),
            },
            retry_after(headers),
        )),
        400..=499 if place == Place::Storage => Some(Refusal::Expired(FailureDetail::LinkExpired)),
        _ => Some(Refusal::Invalid(FailureDetail::NoPackage)),
    }
}

/// Judges a body by its first bytes, whatever its type says; `None` when it is an archive's.
pub(super) fn judge_body(place: Place, status: StatusCode, headers: &HeaderMap, first: &[u8]) -> Option<Refusal> {
    if first.starts_with(ARCHIVE) {
        return None;
    }
    if place == Place::ClickHost && is_page(headers, first) && is_challenge(status, headers) {
        return Some(Refusal::Retry(FailureDetail::Challenge, retry_after(headers)));
    }
    Some(Refusal::Invalid(FailureDetail::NoArchive))
}

/// What the other side asks for, in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Cloudflare stands before the click host. A link it does not know is 404 or 410 there too, which is not a challenge.
fn is_challenge(status: StatusCode, headers: &HeaderMap) -> bool {
    let is_cloudflare = || headers.get(SERVER).is_some_and(|server| server == "cloudflare");
    match status {
        StatusCode::FORBIDDEN | StatusCode::SERVICE_UNAVAILABLE => true,
        StatusCode::NOT_FOUND | StatusCode::GONE => headers.contains_key("cf-mitigated"),
        _ => headers.contains_key("cf-mitigated") || is_cloudflare(),
    }
}

fn is_page(headers: &HeaderMap, first: &[u8]) -> bool {
    let is_html = |value: &hyper::header::HeaderValue| value.as_bytes().starts_with(b"text/html");
    headers.get(CONTENT_TYPE).is_some_and(is_html) || first.first() == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = hyper::header::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn retry_after_is_in_seconds_or_a_date() {
        let asked = |text: &str| retry_after(&headers(&[("retry-after", text)]));
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1000));
        assert!(asked(&later).is_some_and(|wait| wait > Duration::from_mins(15)));
        assert_eq!(asked("soon"), None);
    }

    fn head(place: Place, status: u16, pairs: &[(&'static str, &str)]) -> Option<Refusal> {
        judge_head(place, StatusCode::from_u16(status).unwrap(), &headers(pairs))
    }

    #[test]
    fn lasting_errors_of_the_storage_host_mean_expired() {
        for status in [400, 401, 403, 404, 410, 416, 451] {
            assert_eq!(
                head(Place::Storage, status, &[]),
                Some(Refusal::Expired(FailureDetail::LinkExpired)),
                "{status}"
            );
        }
    }

    #[test]
    fn temporary_errors_are_tried_again_when_asked_for() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let expected = Refusal::Retry(
                FailureDetail::Status { status: status.into() },
                Some(Duration::from_secs(3)),
            );
            assert_eq!(
                head(Place::Storage, status, &[("retry-after", "3")]),
                Some(expected),
                "{status}"
            );
        }
    }

    #[test]
    fn a_challenge_of_the_click_host_is_tried_again() {
        let challenge = Some(Refusal::Retry(FailureDetail::Challenge, None));
        for (status, pairs) in [
            (403, &[][..]),
            (503, &[]),
            (400, &[("cf-mitigated", "challenge")]),
            (404, &[("cf-mitigated", "challenge")]),
            (429, &[("server", "cloudflare")]),
        ] {
            assert_eq!(head(Place::ClickHost, status, pairs), challenge, "{status} {pairs:?}");
        }
        let page = [("content-type", "text/html; charset=UTF-8"), ("server", "cloudflare")];
        let judged = judge_body(Place::ClickHost, StatusCode::OK, &headers(&page), b"<!");
        assert_eq!(judged, challenge);
    }

    #[test]
    fn other_answers_of_the_click_host_mean_a_wrong_link() {
        let invalid = Some(Refusal::Invalid(FailureDetail::NoPackage));
        assert_eq!(head(Place::ClickHost, 404, &[]), invalid);
        assert_eq!(head(Place::ClickHost, 404, &[("server", "cloudflare")]), invalid);
        assert_eq!(head(Place::ClickHost, 400, &[]), invalid);
        let page = headers(&[("content-type", "text/html")]);
        let judged = judge_body(Place::ClickHost, StatusCode::OK, &page, b"<!");
        assert_eq!(judged, Some(Refusal::Invalid(FailureDetail::NoArchive)));
    }

    #[test]
    fn first_bytes_decide_and_types_do_not() {
        let page = headers(&[("content-type", "text/html")]);
        assert_eq!(judge_body(Place::Storage, StatusCode::OK, &page, b"PK"), None);
        let zip = headers(&[("content-type", "application/zip")]);
        for first in [&b"<!"[..], b"", b"P"] {
            let judged = judge_body(Place::Storage, StatusCode::OK, &zip, first);
            assert_eq!(judged, Some(Refusal::Invalid(FailureDetail::NoArchive)));
        }
    }

    #[test]
    fn statuses_without_meaning_here_mean_a_wrong_link() {
        for status in [204, 304, 300, 305] {
            let judged = head(Place::Storage, status, &[]);
            assert_eq!(judged, Some(Refusal::Invalid(FailureDetail::NoPackage)), "{status}");
        }
    }
}
