//! Connections per client address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts the open connections of each client. Clients without one take no memory.
#[derive(Debug)]
pub(super) struct PerClient {
    limit: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A counted connection; dropping it ends the count.
#[derive(Debug)]
pub(super) struct Slot {
    clients: Arc<PerClient>,
    client: IpAddr,
}

impl PerClient {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            open: Mutex::default(),
        })
    }

    /// Counts a connection of the client; `None` if it has too many.
    pub(super) fn open(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let client = client(address);
        let mut open = self.counts();
        let count = open.entry(client).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Slot {
            clients: self.clone(),
            client,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Entry::Occupied(mut entry) = self.clients.counts().entry(self.client) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

/// The address, or the /56 network of an IPv6 address: many providers assign that to one customer.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 72))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_so_many_connections_and_more_once_some_are_closed() {
        let clients = PerClient::new(2);
        let address = "192.0.2.1".parse().unwrap();
        let first = clients.open(address).unwrap();
        let second = clients.open(address).unwrap();
        assert!(clients.open(address).is_none());
        assert!(clients.open("192.0.2.2".parse().unwrap()).is_some());
        drop(first);
        assert!(clients.open(address).is_some());
        drop(second);
        assert!(clients.counts().is_empty());
    }

    #[test]
    fn an_ipv6_customer_is_one_client() {
        let clients = PerClient::new(1);
        let _first = clients.open("2001:db8:0:100::1".parse().unwrap()).unwrap();
        assert!(clients.open("2001:db8:0:1ff:ffff::2".parse().unwrap()).is_none());
        assert!(clients.open("2001:db8:0:200::1".parse().unwrap()).is_some());
    }
}
