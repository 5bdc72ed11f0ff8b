//! The rate limit of submissions per client address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Number of addresses to remember: about five megabytes.
const MAX_ADDRESSES: usize = 65_536;

/// A number of requests per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests per period, and in one burst.
    pub count: u32,
    /// The period.
    pub period: Duration,
}

/// The text is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rate such as 30/minute")]
pub struct ParseRateError;

impl FromStr for Rate {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let (count, unit) = text.split_once('/').ok_or(ParseRateError)?;
        let seconds = match unit.trim() {
            "s" | "second" => 1,
            "m" | "minute" => 60,
            "h" | "hour" => 3_600,
            _ => return Err(ParseRateError),
        };
        let count = count
            .trim()
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .ok_or(ParseRateError)?;
        Ok(Self {
            count,
            period: Duration::from_secs(seconds),
        })
    }
}

/// A token bucket per address, in bounded memory.
///
/// For each address it keeps when its bucket will be full again: a bucket that is full need not be kept.
#[derive(Debug)]
pub(in crate::api) struct RateLimit {
    rate: Rate,
    full_at: Mutex<HashMap<IpAddr, Instant>>,
}

impl RateLimit {
    /// Full buckets.
    #[must_use]
    pub(in crate::api) fn new(rate: Rate) -> Self {
        Self {
            rate,
            full_at: Mutex::default(),
        }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// The time until there is one.
    pub(in crate::api) fn take(&self, address: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let key = rate_limit_key(address);
        let full_at = buckets.get(&key).copied().unwrap_or(now).max(now);
        let token = self.rate.period / self.rate.count;
        let after = full_at + token;
        if let Some(missing) = after.checked_duration_since(now + self.rate.period)
            && !missing.is_zero()
        {
            return Err(missing);
        }
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&key) {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= MAX_ADDRESSES {
                // Requests from so many places at once are nothing that a limit by address holds off.
                buckets.clear();
            }
        }
        buckets.insert(key, after);
        Ok(())
    }
}

/// The address; of IPv6 the part that a provider gives to one customer.
fn rate_limit_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: &str) -> RateLimit {
        RateLimit::new(rate.parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_come_back_with_time() {
        let (limit, address) = (limit("3/minute"), "192.0.2.1".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(limit.take(address), Ok(()));
        }
        assert_eq!(limit.take(address), Err(Duration::from_secs(20)));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(limit.take(address), Ok(()));
        assert!(limit.take(address).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_do_not_use_up_each_others_tokens() {
        let limit = limit("1/hour");
        assert_eq!(limit.take("192.0.2.1".parse().unwrap()), Ok(()));
        assert_eq!(limit.take("192.0.2.2".parse().unwrap()), Ok(()));
        assert_eq!(limit.take("2001:db8::1".parse().unwrap()), Ok(()));
        assert!(
            limit.take("2001:db8::2".parse().unwrap()).is_err(),
            "the same /64 network"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let limit = limit("1/hour");
        for number in 0..u32::try_from(MAX_ADDRESSES).unwrap() + 10 {
            assert_eq!(limit.take(IpAddr::V4(number.into())), Ok(()));
        }
        assert!(limit.full_at.lock().unwrap().len() <= MAX_ADDRESSES);
    }

    #[test]
    fn a_rate_has_a_count_and_a_period() {
        assert_eq!(
            "500/s".parse(),
            Ok(Rate {
                count: 500,
                period: Duration::from_secs(1)
            })
        );
        for wrong in ["", "5", "0/s", "5/day", "-1/s", "x/minute"] {
            assert_eq!(wrong.parse::<Rate>(), Err(ParseRateError), "{wrong}");
        }
    }
}
