//! Rate limits of clients and of owners.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use dumpus_ports::domain::package::PackageId;
use dumpus_ports::rate_limiter::{Bucket, Rate, RateLimiter, Subject};

/// How many times the requests of one client a /48 network may make.
const SITE_FACTOR: u32 = 16;

/// Limits the requests of each client: of an IPv4 address or, with IPv6, of a /56 network, and of a /48 network with
/// sixteen times as many. Providers assign networks of these sizes, so that addresses alone would limit nobody.
pub(in crate::api) struct RateLimit {
    limiter: Arc<dyn RateLimiter>,
    name: &'static str,
    rate: Rate,
}

impl RateLimit {
    /// A limit of this name. Limits of one name share their buckets.
    pub(in crate::api) fn new(limiter: Arc<dyn RateLimiter>, name: &'static str, rate: Rate) -> Self {
        Self { limiter, name, rate }
    }

    /// Counts a request of a client.
    ///
    /// # Errors
    /// The time until a request is accepted; this one is not counted.
    pub(in crate::api) async fn take(&self, client: IpAddr) -> Result<(), Duration> {
        let mut taken = Vec::new();
        for (bucket, rate) in self.buckets(client) {
            if let Err(wait) = self.limiter.take(bucket, &rate).await {
                for (bucket, rate) in taken {
                    self.limiter.charge(bucket, &rate, -1).await;
                }
                return Err(wait);
            }
            taken.push((bucket, rate));
        }
        Ok(())
    }

    /// Counts requests of a client whether or not they are accepted; negative ones are given back.
    pub(in crate::api) async fn charge(&self, client: IpAddr, requests: i32) {
        for (bucket, rate) in self.buckets(client) {
            self.limiter.charge(bucket, &rate, requests).await;
        }
    }

    /// Counts a request of the owner of a package, after waiting for at most this long.
    ///
    /// # Errors
    /// The time until a request is accepted; this one is not counted.
    pub(in crate::api) async fn take_in_turn(&self, owner: PackageId, max_wait: Duration) -> Result<(), Duration> {
        let bucket = self.bucket(Subject::Owner(owner));
        let deadline = Instant::now() + max_wait;
        loop {
            let Err(wait) = self.limiter.take(bucket, &self.rate).await else {
                return Ok(());
            };
            if Instant::now() + wait > deadline {
                return Err(wait);
            }
            sleep(wait).await;
        }
    }

    /// The larger network first: one that is refused there leaves no trace of its smaller ones.
    fn buckets(&self, client: IpAddr) -> impl Iterator<Item = (Bucket, Rate)> {
        let client = client.to_canonical();
        let site = client.is_ipv6().then(|| {
            let site = Subject::Network(network(client, 48), 48);
            (self.bucket(site), self.rate.times(SITE_FACTOR))
        });
        let client = (self.bucket(client_subject(client)), self.rate);
        site.into_iter().chain([client])
    }

    fn bucket(&self, subject: Subject) -> Bucket {
        Bucket {
            limit: self.name,
            subject,
        }
    }
}

/// What counts as one client.
pub(super) fn client_subject(address: IpAddr) -> Subject {
    let bits = if address.to_canonical().is_ipv6() { 56 } else { 32 };
    Subject::Network(client_network(address), bits)
}

/// The first address of the network that counts as one client.
pub(in crate::api) fn client_network(address: IpAddr) -> IpAddr {
    network(address.to_canonical(), 56)
}

/// The network of this size that an IPv6 address is in; an IPv4 address itself.
fn network(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V6(address) => {
            let mask = u128::MAX << (128 - u32::from(bits));
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use dumpus_adapters::memory::MemoryRateLimiter;

    use super::*;

    fn limit(rate: &str) -> RateLimit {
        RateLimit::new(
            Arc::new(MemoryRateLimiter::default()),
            "requests",
            rate.parse().unwrap(),
        )
    }

    async fn is_accepted(limit: &RateLimit, address: &str) -> bool {
        limit.take(address.parse().unwrap()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_accepted_again_with_time() {
        let (limit, address) = (limit("3/minute"), "192.0.2.1".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(limit.take(address).await, Ok(()));
        }
        assert_eq!(limit.take(address).await, Err(Duration::from_secs(20)));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(limit.take(address).await, Ok(()));
        assert!(limit.take(address).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn networks_are_limited_separately() {
        let limit = limit("1/hour");
        assert!(is_accepted(&limit, "192.0.2.1").await);
        assert!(is_accepted(&limit, "192.0.2.2").await);
        assert!(!is_accepted(&limit, "::ffff:192.0.2.2").await, "the same address");
        assert!(is_accepted(&limit, "2001:db8::1").await);
        assert!(!is_accepted(&limit, "2001:db8:0:ff::2").await, "the same /56 network");
        assert!(is_accepted(&limit, "2001:db8:0:100::1").await);
    }

    #[tokio::test(start_paused = true)]
    async fn the_addresses_of_a_site_reset_no_limit() {
        let limit = limit("2/hour");
        assert!(is_accepted(&limit, "192.0.2.1").await);
        assert!(is_accepted(&limit, "192.0.2.1").await);
        let site = u128::from("2001:db8:1::".parse::<Ipv6Addr>().unwrap());
        let mut accepted = 0;
        for number in 0..u128::from(u16::MAX) {
            let address = IpAddr::V6((site | number << 64).into());
            accepted += u32::from(limit.take(address).await.is_ok());
        }
        assert_eq!(accepted, 32);
        assert!(!is_accepted(&limit, "192.0.2.1").await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_refused_does_not_use_up_its_site() {
        let limit = limit("1/hour");
        for _ in 0..100 {
            is_accepted(&limit, "2001:db8::1").await;
        }
        assert!(is_accepted(&limit, "2001:db8:0:100::1").await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_waits_for_a_turn_and_is_refused_when_that_takes_too_long() {
        let limit = limit("60/minute");
        let (owner, other) = (PackageId::from_bytes([1; 16]), PackageId::from_bytes([2; 16]));
        let patience = Duration::from_secs(3);
        for _ in 0..60 {
            assert_eq!(limit.take_in_turn(owner, Duration::ZERO).await, Ok(()));
        }
        let began = Instant::now();
        assert_eq!(limit.take_in_turn(owner, patience).await, Ok(()));
        assert_eq!(began.elapsed(), Duration::from_secs(1));
        assert!(limit.take_in_turn(owner, Duration::from_millis(900)).await.is_err());
        assert_eq!(limit.take_in_turn(other, Duration::ZERO).await, Ok(()));
    }
}
