//! How long to wait before another attempt.

use std::time::{Duration, SystemTime};

use hyper::HeaderMap;
use hyper::header::RETRY_AFTER;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::DownloadLimits;

/// What the other side asks for, in seconds or as a date.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The wait before the attempt after `failures` failures, at least what the other side asked for unless that is more
/// than the longest. Full jitter: clients that failed together do not come back together.
pub(super) fn wait(limits: &DownloadLimits, failures: u32, asked: Option<Duration>) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let most = limits.backoff.saturating_mul(1 << doublings).min(limits.longest_wait);
    let wait = most.mul_f64(fraction());
    asked
        .map_or(wait, |asked| asked.saturating_add(wait))
        .min(limits.longest_wait)
}

/// From 0 to 1; without randomness the whole of it.
fn fraction() -> f64 {
    let mut bytes = [0xff; 4];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        return 1.0;
    }
    f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        asked_wait(&headers)
    }

    #[test]
    fn the_other_side_asks_in_seconds_or_with_a_date() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1000));
        assert!(asked(&later).is_some_and(|wait| wait > Duration::from_mins(15)));
        assert_eq!(asked("soon"), None);
    }

    proptest! {
        #[test]
        fn waits_grow_and_stay_within_their_limits(failures in 1_u32..100, asked in prop::option::of(0_u64..1000)) {
            let limits = DownloadLimits::default();
            let asked = asked.map(Duration::from_secs);
            let wait = wait(&limits, failures, asked);
            prop_assert!(wait <= limits.longest_wait);
            prop_assert!(wait >= asked.unwrap_or_default().min(limits.longest_wait));
            if asked.is_none() && failures < 5 {
                prop_assert!(wait <= limits.backoff * (1 << (failures - 1)));
            }
        }
    }
}
