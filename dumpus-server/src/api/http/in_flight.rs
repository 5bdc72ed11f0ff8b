//! Limits on the results that are on their way to clients. A result stays in memory until its client has read it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::package::PackageId;

use super::rate_limit::client_network;
use super::refusal::Refusal;

/// Memory of all results in flight: KiB.
const MAX_KIB: usize = 512 * 1_024;
/// Results that are being read from the store. Their sizes are known only afterwards.
const MAX_READS: usize = 8;
/// Results of one package: a client needs one, and another one if it repeats a request.
const MAX_PER_PACKAGE: usize = 2;
const MAX_PER_CLIENT: usize = 8;

/// Counts the results in flight.
pub(in crate::api) struct ResultsInFlight {
    memory: Arc<Semaphore>,
    reads: Semaphore,
    counts: Arc<Counts>,
}

type Counts = Mutex<HashMap<Holder, usize>>;

/// For whom a result is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Client(IpAddr),
    Package(PackageId),
    Blob(BlobKey),
}

/// The right to send one result.
pub(in crate::api) struct Turn<'a> {
    in_flight: &'a ResultsInFlight,
    places: [Place; 2],
}

/// Counted until it is dropped.
struct Place {
    counts: Arc<Counts>,
    holder: Holder,
}

/// Bytes, and what is freed together with them.
struct Held {
    bytes: Bytes,
    _memory: OwnedSemaphorePermit,
    _places: [Place; 2],
}

impl Default for ResultsInFlight {
    fn default() -> Self {
        Self {
            memory: Arc::new(Semaphore::new(MAX_KIB)),
            reads: Semaphore::new(MAX_READS),
            counts: Arc::default(),
        }
    }
}

impl ResultsInFlight {
    /// Takes a place for a package's result.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if too many are in flight.
    pub(in crate::api) fn of_package(&self, client: IpAddr, package: PackageId) -> Result<Turn<'_>, Refusal> {
        self.turn(client, Holder::Package(package))
    }

    /// The same for a blob.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if too many are in flight.
    pub(in crate::api) fn of_blob(&self, client: IpAddr, blob: BlobKey) -> Result<Turn<'_>, Refusal> {
        self.turn(client, Holder::Blob(blob))
    }

    fn turn(&self, client: IpAddr, holder: Holder) -> Result<Turn<'_>, Refusal> {
        let client = Holder::Client(client_network(client));
        let places = [
            self.place(client, MAX_PER_CLIENT)?,
            self.place(holder, MAX_PER_PACKAGE)?,
        ];
        let in_flight = self;
        Ok(Turn { in_flight, places })
    }

    fn place(&self, holder: Holder, limit: usize) -> Result<Place, Refusal> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(holder).or_default();
        if *count >= limit {
            return Err(Refusal::Busy);
        }
        *count += 1;
        let counts = self.counts.clone();
        Ok(Place { counts, holder })
    }
}

impl Turn<'_> {
    /// Runs the work that reads the result, when few others do.
    pub(in crate::api) async fn read<T>(&self, work: impl Future<Output = T>) -> T {
        // Never closed: without a permit, the work would still be right.
        let _reading = self.in_flight.reads.acquire().await;
        work.await
    }

    /// The bytes, which occupy memory of all results until they are dropped.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if others occupy it.
    pub(in crate::api) fn hold(self, bytes: Bytes) -> Result<Bytes, Refusal> {
        let kib = bytes.len().div_ceil(1_024).min(MAX_KIB);
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        let memory = self.in_flight.memory.clone().try_acquire_many_owned(kib);
        Ok(Bytes::from_owner(Held {
            bytes,
            _memory: memory.map_err(|_| Refusal::Busy)?,
            _places: self.places,
        }))
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(self.holder) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    fn package(number: u8) -> PackageId {
        PackageId::from_bytes([number; 16])
    }

    fn result(in_flight: &ResultsInFlight, from: u8, of: u8, mebibytes: usize) -> Result<Bytes, Refusal> {
        let turn = in_flight.of_package(client(from), package(of))?;
        turn.hold(Bytes::from(vec![0; mebibytes << 20]))
    }

    #[test]
    fn a_package_has_two_results_in_flight_and_a_client_eight() {
        let in_flight = ResultsInFlight::default();
        let first = result(&in_flight, 1, 1, 0).unwrap();
        let second = result(&in_flight, 2, 1, 0).unwrap();
        assert_eq!(result(&in_flight, 3, 1, 0).err(), Some(Refusal::Busy));
        drop(first);
        assert!(result(&in_flight, 3, 1, 0).is_ok());
        let held: Vec<_> = (2..=9)
            .map(|number| result(&in_flight, 4, number, 0).unwrap())
            .collect();
        assert_eq!(result(&in_flight, 4, 10, 0).err(), Some(Refusal::Busy));
        drop(held);
        drop(second);
        assert!(in_flight.counts.lock().unwrap().is_empty());
    }

    #[test]
    fn results_share_half_a_gibibyte() {
        let in_flight = ResultsInFlight::default();
        let held: Vec<_> = (1..=8)
            .map(|number| result(&in_flight, number, number, 60).unwrap())
            .collect();
        assert_eq!(result(&in_flight, 9, 9, 60).err(), Some(Refusal::Busy));
        assert!(result(&in_flight, 9, 9, 30).is_ok());
        drop(held);
        assert!(result(&in_flight, 9, 9, 60).is_ok());
    }
}
