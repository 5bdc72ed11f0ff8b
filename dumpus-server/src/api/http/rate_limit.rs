//! Rate limits per client address.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::time::Duration;

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

/// Number of addresses to remember: about five megabytes.
const MAX_ADDRESSES: u64 = 65_536;

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

/// Limits the requests of each client: of an IPv4 address or, with IPv6, of a /56 network, and of a /48 network with
/// sixteen times as many. Providers assign networks of these sizes, so that addresses alone would limit nobody.
#[derive(Debug)]
pub(in crate::api) struct RateLimit {
    clients: Buckets,
    sites: Buckets,
}

/// How many times the requests of one client a /48 network may make.
const SITE_FACTOR: u32 = 16;

/// The generic cell rate algorithm, for each address.
///
/// Kept is the time at which an address may make a full burst again; before that, the rest of a period must leave room
/// for the request.
#[derive(Debug)]
struct Buckets {
    rate: Rate,
    idle_at: Cache<IpAddr, Instant>,
}

impl RateLimit {
    /// A limit that nobody has used yet.
    #[must_use]
    pub(in crate::api) fn new(rate: Rate) -> Self {
        let site = Rate {
            count: rate.count.saturating_mul(SITE_FACTOR),
            ..rate
        };
        Self {
            clients: Buckets::new(rate),
            sites: Buckets::new(site),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The time until a request is accepted; this one is not counted.
    pub(in crate::api) fn take(&self, address: IpAddr) -> Result<(), Duration> {
        let address = address.to_canonical();
        self.clients.take(network(address, 56))?;
        if address.is_ipv6() {
            self.sites.take(network(address, 48))?;
        }
        Ok(())
    }
}

impl Buckets {
    fn new(rate: Rate) -> Self {
        let idle_at = Cache::builder()
            .max_capacity(MAX_ADDRESSES)
            // The default policy rejects new keys when the cache is full: they would never be limited.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(rate.period);
        Self {
            rate,
            idle_at: idle_at.build(),
        }
    }

    fn take(&self, network: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        let interval = self.rate.period / self.rate.count;
        let mut wait = Duration::ZERO;
        self.idle_at.entry(network).and_compute_with(|known| {
            let idle_at = known.map_or(now, |entry| entry.into_value().max(now)) + interval;
            wait = idle_at.saturating_duration_since(now + self.rate.period);
            if wait.is_zero() { Op::Put(idle_at) } else { Op::Nop }
        });
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }
}

/// The network of this size that an IPv6 address is in; an IPv4 address itself.
fn network(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: &str) -> RateLimit {
        RateLimit::new(rate.parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_accepted_again_with_time() {
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
    async fn addresses_are_limited_separately() {
        let limit = limit("1/hour");
        assert_eq!(limit.take("192.0.2.1".parse().unwrap()), Ok(()));
        assert_eq!(limit.take("192.0.2.2".parse().unwrap()), Ok(()));
        assert_eq!(limit.take("2001:db8::1".parse().unwrap()), Ok(()));
        assert!(
            limit.take("2001:db8:0:ff::2".parse().unwrap()).is_err(),
            "the same /56 network"
        );
        assert_eq!(limit.take("2001:db8:0:100::1".parse().unwrap()), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_addresses_of_a_site_reset_no_limit() {
        let limit = limit("2/hour");
        let victim = "192.0.2.1".parse().unwrap();
        assert_eq!(limit.take(victim), Ok(()));
        assert_eq!(limit.take(victim), Ok(()));
        let site = u128::from("2001:db8:1::".parse::<Ipv6Addr>().unwrap());
        let accepted = (0..u128::from(u16::MAX))
            .filter(|number| limit.take(IpAddr::V6((site | number << 64).into())).is_ok())
            .count();
        assert_eq!(accepted, 32);
        assert!(limit.take(victim).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_a_new_address_is_limited_when_it_is_full() {
        let limit = limit("1/hour");
        for number in 0..u32::try_from(MAX_ADDRESSES).unwrap() + 10 {
            assert_eq!(limit.take(IpAddr::V4(number.into())), Ok(()));
        }
        limit.clients.idle_at.run_pending_tasks();
        assert!(limit.clients.idle_at.entry_count() <= MAX_ADDRESSES);
        let address = "192.0.2.1".parse().unwrap();
        assert_eq!(limit.take(address), Ok(()));
        limit.clients.idle_at.run_pending_tasks();
        assert!(limit.take(address).is_err());
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
