//! An instance in memory, whose backends fail when a test says so.

mod doubles;
mod faulty;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_adapters::memory::MemoryArchive;
use dumpus_adapters::memory::blobs::MemoryBlobs;
use dumpus_adapters::memory::queue::ProcessQueue;
use dumpus_adapters::memory::registry::MemoryRegistry;
use dumpus_adapters::memory::report::MemoryReports;
use dumpus_adapters::memory::source::{MemoryPackage, MemorySource};
use dumpus_ports::CancellationToken;
use dumpus_ports::blobs::{BlobKey, BlobStore};
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::link::{ClientGroup, LinkPolicy};
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::domain::secret::UpnKey;
use dumpus_ports::queue::{Delivery, JobQueue};
use dumpus_ports::registry::{PackageRegistry as _, Registry, Run, StoredResult};
use dumpus_ports::usecase::{AccessError, PackageState, PackageStatus, ProcessPackage, RoundOutcome, Sweep, Swept};
use dumpus_ports::vault::Vault;
use dumpus_ports::{Dumpus, DumpusBuilder};

pub(crate) use doubles::{FailingArchive, FailingSource, Gate, GatedArchive, TokioClock};
pub(crate) use faulty::{Fault, Faulty};

/// As long as a lease of worker and queue.
pub(crate) const LEASE: Duration = Duration::from_mins(1);
/// Longer than a lease.
pub(crate) const PAST_LEASE: Duration = Duration::from_secs(61);
pub(crate) const NOW: Duration = Duration::ZERO;

/// One instance. A clone shares everything.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: Arc<TokioClock>,
    pub(crate) registry: Arc<Faulty<MemoryRegistry>>,
    pub(crate) queue: Arc<Faulty<ProcessQueue>>,
    pub(crate) blobs: Arc<Faulty<MemoryBlobs>>,
    pub(crate) source: Arc<MemorySource>,
    pub(crate) vault: Arc<RingVault>,
    pub(crate) dumpus: Arc<Dumpus>,
}

fn builder(
    clock: &Arc<TokioClock>,
    registry: &Arc<Faulty<MemoryRegistry>>,
    queue: &Arc<Faulty<ProcessQueue>>,
    blobs: &Arc<Faulty<MemoryBlobs>>,
) -> DumpusBuilder {
    let healthy = Registry::new(Arc::new(registry.inner().clone()));
    let registry = Registry {
        packages: registry.clone(),
        leases: registry.clone(),
        maintenance: registry.clone(),
        ..healthy
    };
    Dumpus::builder()
        .registry(registry)
        .queue(queue.clone())
        .blobs(blobs.clone())
        .vault(Arc::new(RingVault::new(&InstanceKey::from_bytes([7; 32]))))
        .clock(clock.clone())
}

pub(crate) const fn swept(packages: usize, blobs: usize) -> Swept {
    Swept {
        packages,
        blobs,
        is_held: false,
    }
}

/// Somebody with a package.
pub(crate) struct Person {
    pub(crate) link: String,
    pub(crate) key: UpnKey,
    pub(crate) id: PackageId,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(TokioClock::new());
        let registry = Arc::new(Faulty::new(MemoryRegistry::new(clock.clone())));
        let queue = Arc::new(Faulty::new(ProcessQueue::new(LEASE)));
        let blobs = Arc::new(Faulty::new(MemoryBlobs::new(clock.clone())));
        Self {
            source: Arc::default(),
            vault: Arc::new(RingVault::new(&InstanceKey::from_bytes([7; 32]))),
            dumpus: Arc::new(builder(&clock, &registry, &queue, &blobs).build().unwrap()),
            clock,
            registry,
            queue,
            blobs,
        }
    }

    /// The same instance after its queue lost everything.
    pub(crate) fn with_empty_queue(&self) -> Self {
        let queue = Arc::new(Faulty::new(ProcessQueue::new(LEASE)));
        let instance = builder(&self.clock, &self.registry, &queue, &self.blobs).build();
        Self {
            dumpus: Arc::new(instance.unwrap()),
            queue,
            ..self.clone()
        }
    }

    /// Somebody with a package that can be read.
    pub(crate) fn person(&self, name: &str) -> Person {
        let link = format!("https://click.discord.com/ls/click?upn={}{name}", "u001.".repeat(120));
        let parsed = LinkPolicy::default().parse(&link).unwrap();
        let package = format!("dumpus observations\nowner\tid=1\tusername={name}\n");
        self.put(&link, MemoryPackage::Bytes(Arc::new(package.into_bytes())));
        Person {
            key: UpnKey::new(parsed.key().expose()),
            id: self.vault.package_id(parsed.key()),
            link,
        }
    }

    pub(crate) fn put(&self, link: &str, package: MemoryPackage) {
        let address = LinkPolicy::default().parse(link).unwrap().address().expose().to_owned();
        self.source.put(&address, package);
    }

    /// The same backends behind another link policy or directory.
    pub(crate) fn builder(&self) -> DumpusBuilder {
        builder(&self.clock, &self.registry, &self.queue, &self.blobs)
    }

    pub(crate) async fn submit(&self, link: &str) -> Result<PackageId, AccessError> {
        let link = self.dumpus.parse_link(link).unwrap();
        let submission = self.dumpus.submit(&link).await?;
        Ok(submission.package)
    }

    /// Submits the package of somebody whose client is in this group.
    pub(crate) async fn submit_as(&self, person: &Person, client: ClientGroup) {
        let link = self.dumpus.parse_link(&person.link).unwrap().submitted_by(client);
        self.dumpus.submit(&link).await.unwrap();
    }

    /// Somebody whose package waits.
    pub(crate) async fn waiting(&self, name: &str) -> Person {
        let person = self.person(name);
        assert_eq!(self.submit(&person.link).await.unwrap(), person.id);
        person
    }

    /// Somebody whose package is processed.
    pub(crate) async fn processed(&self, name: &str) -> Person {
        let person = self.waiting(name).await;
        self.work().await;
        assert_eq!(self.state(&person).await, PackageState::Processed);
        person
    }

    pub(crate) async fn status(&self, person: &Person) -> Result<PackageStatus, AccessError> {
        self.dumpus.status(&person.key, person.id).await
    }

    pub(crate) async fn state(&self, person: &Person) -> PackageState {
        self.status(person).await.unwrap().state
    }

    pub(crate) async fn fetch(&self, person: &Person) -> Result<Option<Bytes>, AccessError> {
        self.dumpus.fetch(&person.key, person.id).await
    }

    /// The result, which is text here.
    pub(crate) async fn text(&self, person: &Person) -> String {
        String::from_utf8(self.fetch(person).await.unwrap().unwrap().into()).unwrap()
    }

    pub(crate) async fn delete(&self, person: &Person) -> Result<bool, AccessError> {
        self.dumpus.delete(&person.key, person.id).await
    }

    pub(crate) async fn upgrade(&self, package: PackageId) -> Result<bool, AccessError> {
        self.dumpus.upgrade(package).await
    }

    pub(crate) fn sweep(&self, retention: Option<Duration>, orphan_age: Duration) -> Sweep {
        Sweep {
            registry: self.registry.clone(),
            blobs: self.blobs.clone(),
            retention,
            history: Arc::new(self.registry.inner().clone()),
            history_kept: LEASE,
            processes: Arc::new(self.registry.inner().clone()),
            orphan_age,
        }
    }

    pub(crate) fn worker(&self) -> ProcessPackage {
        self.dumpus
            .worker(self.source.clone(), Arc::new(MemoryArchive), Arc::new(MemoryReports))
    }

    /// Takes a job that is there and settles it.
    pub(crate) async fn work(&self) {
        self.work_as(&self.worker()).await;
    }

    pub(crate) async fn work_as(&self, worker: &ProcessPackage) {
        assert_eq!(run(worker).await, RoundOutcome::Settled);
    }

    /// The current run of the package.
    pub(crate) async fn row(&self, person: &Person) -> Run {
        self.registry.inner().find(person.id).await.unwrap().unwrap().run
    }

    pub(crate) async fn is_leased(&self, person: &Person) -> bool {
        self.registry
            .inner()
            .find(person.id)
            .await
            .unwrap()
            .unwrap()
            .is_leased()
    }

    pub(crate) async fn result(&self, person: &Person) -> StoredResult {
        self.row(person).await.result().unwrap().clone()
    }

    /// Every blob there is.
    pub(crate) async fn stored(&self) -> Vec<BlobKey> {
        self.blobs.inner().older_than(NOW, None, u32::MAX).await.unwrap()
    }

    /// Takes every job that waits.
    pub(crate) async fn drain(&self) -> Vec<Box<dyn Delivery>> {
        let mut jobs = Vec::new();
        while let Some(job) = self.queue.inner().next(&Lane::ALL, NOW).await.unwrap() {
            jobs.push(job);
        }
        jobs
    }

    /// The packages whose jobs wait, as workers would get them. They are given back.
    pub(crate) async fn queued(&self) -> Vec<PackageId> {
        let mut packages = Vec::new();
        for job in self.drain().await {
            packages.push(job.job().package);
            job.release().await.unwrap();
        }
        packages
    }
}

/// One round of a worker that nobody stops.
pub(crate) async fn run(worker: &ProcessPackage) -> RoundOutcome {
    worker.run(&Lane::ALL, NOW, unstopped()).await.unwrap()
}

/// A token that is never cancelled.
pub(crate) fn unstopped() -> CancellationToken {
    CancellationToken::new()
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets time pass for registry, queue and workers.
pub(crate) async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

#[track_caller]
pub(crate) fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, AccessError>, expected: &str) {
    match answer {
        Err(AccessError::Unavailable { backend, .. }) => assert_eq!(backend, expected),
        other => panic!("{expected} is away, yet: {other:?}"),
    }
}

/// The clock as the use cases see it.
pub(crate) fn now(world: &World) -> i64 {
    world.clock.now().seconds()
}
