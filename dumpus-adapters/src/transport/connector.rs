//! Connects to allowed addresses only: what a link or a redirect names is checked before, while and after it resolves.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use dumpus_ports::domain::link::{Hop, is_public};
use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tower_service::Service;
use url::{Host, Url};

use super::TransportSettings;

/// A host's addresses share the time to connect, but each gets at least this.
const LEAST_PER_ADDRESS: Duration = Duration::from_secs(2);

/// The address is one that nothing is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not a public one, and not named in the configuration")]
pub(super) struct Refused;

#[derive(Clone)]
pub(super) struct Connector {
    settings: Arc<TransportSettings>,
}

/// Where a name leads.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    addresses: Vec<SocketAddr>,
    is_exempt: bool,
}

impl Connector {
    pub(super) fn new(settings: &TransportSettings) -> Self {
        Self {
            settings: Arc::new(settings.clone()),
        }
    }

    async fn connect(&self, target: &Uri) -> io::Result<TcpStream> {
        let target = Url::parse(&target.to_string()).map_err(|_| refused())?;
        let route = self.route(&target).await?;
        let count = u32::try_from(route.addresses.len()).unwrap_or(u32::MAX).max(1);
        let per_address = (self.settings.connect / count).max(LEAST_PER_ADDRESS.min(self.settings.connect));
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for address in &route.addresses {
            match timeout(per_address, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Nothing was sent yet. What answers may be another than what was called.
                    check(stream.peer_addr()?.ip(), route.is_exempt)?;
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Ok(Err(error)) => failure = error,
                Err(elapsed) => failure = elapsed.into(),
            }
        }
        Err(failure)
    }

    async fn route(&self, target: &Url) -> io::Result<Route> {
        let hop = self.settings.policy.hop(target).ok_or_else(refused)?;
        let is_exempt = hop == Hop::Configured;
        let (Some(host), Some(port)) = (target.host(), target.port_or_known_default()) else {
            return Err(refused());
        };
        if let Some(addresses) = self.settings.overrides.get(&host.to_string(), port) {
            return Ok(Route {
                addresses: addresses.to_vec(),
                is_exempt: true,
            });
        }
        let addresses: Vec<SocketAddr> = match host {
            Host::Ipv4(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Domain(name) => lookup_host((name, port)).await?.collect(),
        };
        for address in &addresses {
            check(address.ip(), is_exempt)?;
        }
        Ok(Route { addresses, is_exempt })
    }
}

fn check(address: IpAddr, is_exempt: bool) -> io::Result<()> {
    if is_exempt || is_public(address) {
        Ok(())
    } else {
        Err(refused())
    }
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, Refused)
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&target).await.map(TokioIo::new) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dumpus_ports::domain::link::LinkPolicy;

    fn connector() -> Connector {
        let origins = ["http://127.0.0.1:9000", "https://localhost:8443"].map(|origin| origin.parse().unwrap());
        Connector::new(&TransportSettings {
            policy: LinkPolicy::new(origins.to_vec()),
            overrides: "storage.test:443:127.0.0.1,10.0.0.5:443:10.0.0.6".parse().unwrap(),
            ..TransportSettings::default()
        })
    }

    async fn route(target: &str) -> Result<Route, io::ErrorKind> {
        let target = Url::parse(target).unwrap();
        connector().route(&target).await.map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn private_addresses_are_refused_however_they_are_written() {
        for target in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/",
            "https://localhost/",
            "http://127.0.0.1:9001/",
            "http://storage.test/",
            "http://8.8.8.8/",
        ] {
            assert_eq!(route(target).await, Err(io::ErrorKind::PermissionDenied), "{target}");
        }
    }

    #[tokio::test]
    async fn origins_and_names_of_the_operator_lead_anywhere() {
        for target in [
            "http://127.0.0.1:9000/",
            "https://localhost:8443/",
            "https://storage.test/",
        ] {
            let route = route(target).await.unwrap();
            assert!(
                route.is_exempt && route.addresses.iter().all(|a| a.ip().is_loopback()),
                "{target}"
            );
        }
    }

    #[tokio::test]
    async fn a_public_literal_is_not_exempt() {
        let route = route("https://8.8.8.8/").await.unwrap();
        assert_eq!(
            route,
            Route {
                addresses: vec!["8.8.8.8:443".parse().unwrap()],
                is_exempt: false
            }
        );
    }

    #[test]
    fn a_peer_that_is_not_public_is_refused() {
        assert!(check("10.0.0.1".parse().unwrap(), false).is_err());
        assert!(check("8.8.8.8".parse().unwrap(), false).is_ok());
    }
}
