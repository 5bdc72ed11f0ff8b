//! Backends that fail when a test says so, and count what they are asked.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot};
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError};
use dumpus_ports::registry::{
    Admission, Attempt, DeletedPackage, Epoch, Failure, Lease, LeaseOutcome, LeaseRegistry, LeaseRequest, NewPackage,
    Overview, Package, PackageRegistry, RedispatchPolicy, RegistryError, RegistryMaintenance, SecretStore,
    StoredResult, SweepClock, Volume,
};

use super::Gate;

/// A fault of one request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// The backend is unavailable: nothing is done.
    Unavailable,
    /// The request is executed, and its response is lost.
    ResponseLost,
    /// The request waits at a gate, then it is executed.
    Waits(Arc<Gate>),
    /// The request waits at a gate, then the backend is unavailable.
    WaitsThenUnavailable(Arc<Gate>),
    /// The request is executed, and its response waits at a gate.
    Answers(Arc<Gate>),
    /// The request takes this long.
    Slow(Duration),
}

/// A backend that injects faults into another.
pub(crate) struct Faulty<T> {
    inner: T,
    is_forbidden: AtomicBool,
    asked: Mutex<HashMap<&'static str, usize>>,
    faults: Mutex<HashMap<&'static str, VecDeque<Fault>>>,
    is_unavailable: Mutex<HashMap<&'static str, bool>>,
    requests: AtomicUsize,
}

impl<T> Faulty<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner,
            is_forbidden: AtomicBool::new(false),
            asked: Mutex::default(),
            faults: Mutex::default(),
            is_unavailable: Mutex::default(),
            requests: AtomicUsize::new(0),
        }
    }

    /// The backend itself, for requests of the test.
    pub(crate) fn inner(&self) -> &T {
        &self.inner
    }

    /// Injects these faults into the next requests of this name, one each.
    pub(crate) fn inject(&self, request: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().entry(request).or_default().extend(faults);
    }

    /// Sets whether the backend is unavailable for requests of this name.
    pub(crate) fn set_unavailable(&self, request: &'static str, is_unavailable: bool) {
        self.is_unavailable.lock().unwrap().insert(request, is_unavailable);
    }

    /// From now on, any request fails the test.
    pub(crate) fn forbid(&self) {
        self.is_forbidden.store(true, Ordering::Relaxed);
    }

    /// Number of requests of this name.
    pub(crate) fn asked(&self, request: &'static str) -> usize {
        self.asked.lock().unwrap().get(request).copied().unwrap_or(0)
    }

    /// Number of all requests.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    async fn meet<R>(&self, request: &'static str, inner: impl Future<Output = R>) -> Option<R> {
        assert!(!self.is_forbidden.load(Ordering::Relaxed), "{request} was asked");
        self.requests.fetch_add(1, Ordering::Relaxed);
        *self.asked.lock().unwrap().entry(request).or_default() += 1;
        if self.is_unavailable.lock().unwrap().get(request) == Some(&true) {
            return None;
        }
        let fault = self
            .faults
            .lock()
            .unwrap()
            .get_mut(request)
            .and_then(VecDeque::pop_front);
        match fault {
            None => Some(inner.await),
            Some(Fault::Unavailable) => None,
            Some(Fault::ResponseLost) => {
                inner.await;
                None
            }
            Some(Fault::Waits(gate)) => {
                gate.pass().await;
                Some(inner.await)
            }
            Some(Fault::WaitsThenUnavailable(gate)) => {
                gate.pass().await;
                None
            }
            Some(Fault::Answers(gate)) => {
                let answer = inner.await;
                gate.pass().await;
                Some(answer)
            }
            Some(Fault::Slow(time)) => {
                tokio::time::sleep(time).await;
                Some(inner.await)
            }
        }
    }
}

/// Each request goes through [`Faulty::meet`].
macro_rules! faulty {
    ($port:ident, $error:ident; $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<T: $port> $port for Faulty<T> {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, $error> {
                let answer = self.meet(stringify!($name), self.inner.$name($($argument),*)).await;
                answer.unwrap_or_else(|| Err($error::Unavailable("away".into())))
            })+
        }
    };
}

faulty! { PackageRegistry, RegistryError;
    fn admit(admission: &NewPackage) -> Admission;
    fn confirm(package: PackageId, run: RunId, epoch: &Epoch) -> Option<Lane>;
    fn mark_undispatched(package: PackageId, run: RunId) -> bool;
    fn rollback_admission(package: PackageId, run: RunId) -> bool;
    fn find(package: PackageId) -> Option<Package>;
    fn claim_redispatch(package: PackageId, run: RunId, epoch: &Epoch, policy: &RedispatchPolicy) -> Option<Lane>;
    fn mark_result_lost(package: PackageId, run: RunId) -> bool;
    fn cancel(package: PackageId) -> Option<RunId>;
    fn delete(package: PackageId) -> Option<DeletedPackage>;
    fn upgrade(package: PackageId) -> Option<RunId>;
    fn queue_snapshot(epoch: &Epoch, policy: &RedispatchPolicy) -> QueueSnapshot;
    fn ping() -> ();
}

faulty! { LeaseRegistry, RegistryError;
    fn lease(package: PackageId, run: RunId, request: LeaseRequest, length: Duration) -> LeaseOutcome;
    fn extend(lease: &Lease, length: Duration) -> bool;
    fn release(lease: &Lease, attempt: Attempt) -> bool;
    fn step(lease: &Lease, to: Stage) -> bool;
    fn progress(lease: &Lease, percent: u8) -> bool;
    fn finish(lease: &Lease, result: &StoredResult, volume: &Volume) -> bool;
    fn fail(lease: &Lease, failure: &Failure) -> bool;
    fn is_current(lease: &Lease) -> bool;
}

faulty! { RegistryMaintenance, RegistryError;
    fn expire(retention: Duration, limit: u32) -> Vec<DeletedPackage>;
    fn expire_abandoned(age: Duration, limit: u32) -> Vec<DeletedPackage>;
    fn check_clock() -> SweepClock;
    fn overview(window: Duration) -> Overview;
    fn probe() -> ();
    fn trust_clock() -> ();
    fn end_leases() -> u64;
    fn unreferenced(blobs: &[BlobKey]) -> Vec<BlobKey>;
}

faulty! { SecretStore, RegistryError;
    fn secret(name: &str, candidate: [u8; 32]) -> [u8; 32];
}

faulty! { JobQueue, QueueError;
    fn push(job: &Job) -> Epoch;
    fn next(lanes: &[Lane], max_wait: Duration) -> Option<Box<dyn Delivery>>;
    fn promote(package: PackageId, run: RunId) -> bool;
    fn purge(package: PackageId) -> ();
    fn expedite(package: PackageId, run: RunId) -> bool;
    fn contains(package: PackageId, run: RunId) -> bool;
    fn epoch() -> Epoch;
    fn ping() -> ();
    fn probe() -> ();
}

faulty! { BlobStore, BlobError;
    fn put(key: BlobKey, bytes: Bytes) -> ();
    fn get(key: BlobKey) -> Option<Bytes>;
    fn contains(key: BlobKey) -> bool;
    fn delete(key: BlobKey) -> ();
    fn older_than(age: Duration, after: Option<BlobKey>, limit: u32) -> Vec<BlobKey>;
    fn presigned(key: BlobKey, ttl: Duration) -> Option<String>;
    fn ping() -> ();
}
