//! One object that offers every use case of an instance.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::CancellationToken;
use crate::archive::ArchiveReader;
use crate::blobs::BlobStore;
use crate::clock::Clock;
use crate::domain::link::{ClientGroup, LinkError, LinkPolicy, PackageLink};
use crate::domain::package::PackageId;
use crate::domain::process::ProcessId;
use crate::domain::queue::Lane;
use crate::domain::secret::UpnKey;
use crate::profiles::ProfileDirectory;
use crate::queue::JobQueue;
use crate::registry::{AuditLog, LeaseRegistry, PackageRegistry, ProcessRegistry, Registry};
use crate::report::ReportWriter;
use crate::source::PackageSource;
use crate::usecase::{
    AccessError, Challenges, Liveness, Probes, ProcessPackage, ProcessSettings, QueuePositions, RecentPackages,
    RoundOutcome, Sweep, Swept, WorkControl, WorkerHealth,
};
use crate::vault::Vault;

/// Default of [`DumpusBuilder::max_queue`].
const MAX_QUEUE: u64 = 100_000;

/// Owners ask every second where their package is; the queue is asked whether it has its job after one to two of these times.
const JOB_CHECKS: Duration = Duration::from_secs(20);
/// A package that still waits after one to two of these times is worth another 100 ms.
const AWAITED_ONCE: Duration = Duration::from_mins(1);
/// How long a deletion can be repeated with the same answer, at least.
const REPEATED_DELETION: Duration = Duration::from_mins(1);
/// Default of [`DumpusBuilder::history`].
const HISTORY_KEPT: Duration = Duration::from_hours(30 * 24);

/// No job takes this long: a blob of this age that no package points to is an orphan.
const ORPHAN_AGE: Duration = Duration::from_hours(24);

/// An instance of Dumpus: its ports, and the use cases over them.
///
/// Methods may be called concurrently, also by several processes that share the same backends. A method that takes a key
/// compares it with the package id before it reads a backend. A call that fails with [`AccessError::Unavailable`] is safe
/// to repeat unchanged. No error contains a link, a key or content of a package.
pub struct Dumpus {
    pub(crate) packages: Arc<dyn PackageRegistry>,
    pub(crate) queue: Arc<dyn JobQueue>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: LinkPolicy,
    pub(crate) profiles: Option<Arc<dyn ProfileDirectory>>,
    pub(crate) positions: QueuePositions,
    /// Waiting packages about whose jobs the queue was asked.
    pub(crate) checked_jobs: RecentPackages,
    /// Packages of which a request waited for the lease.
    pub(crate) awaited: RecentPackages,
    /// Packages that were deleted here: a response may have been lost.
    pub(crate) deleted: RecentPackages,
    pub(crate) probes: Probes,
    pub(crate) max_queue: u64,
    pub(crate) sweep: Sweep,
    pub(crate) processes: Arc<dyn ProcessRegistry>,
    pub(crate) audit: Arc<dyn AuditLog>,
    /// This process.
    pub(crate) process: ProcessId,
    leases: Arc<dyn LeaseRegistry>,
}

impl Dumpus {
    /// Collects the ports of an instance.
    pub fn builder() -> DumpusBuilder {
        DumpusBuilder::default()
    }

    /// Parses a link by this instance's policy. The link's key proves ownership in all other methods.
    ///
    /// # Errors
    /// [`LinkError`] names the rule that the text breaks, never the text.
    pub fn parse_link(&self, text: &str) -> Result<PackageLink, LinkError> {
        self.policy.parse(text)
    }

    /// The group of a client, for [`PackageLink::submitted_by`]. `network` is what counts as one client, for example the
    /// first address of its /56 network. Workers take downloads for blocked when clients of three groups are challenged.
    #[must_use]
    pub fn client_group(&self, network: IpAddr) -> ClientGroup {
        let [group, ..] = self.vault.pseudonym(format!("client group\0{network}").as_bytes());
        ClientGroup(group)
    }

    /// Whether a key proves ownership of a package. Reads no backend.
    #[must_use]
    pub fn owns(&self, key: &UpnKey, package: PackageId) -> bool {
        self.vault.owns(key, &package)
    }

    /// Whether [`look_up_user`](Dumpus::look_up_user) can find anybody.
    #[must_use]
    pub fn has_profiles(&self) -> bool {
        self.profiles.is_some()
    }

    /// Deletes what has expired by the registry's clock, and blobs that no package points to. Call it regularly, for
    /// example every ten minutes; several processes may do so at once.
    ///
    /// # Errors
    /// [`AccessError`]; the next call continues.
    pub async fn sweep(&self) -> Result<Swept, AccessError> {
        self.sweep.run().await
    }

    /// How long packages are kept after they ended; `None` if they are kept until their owner deletes them.
    #[must_use]
    pub const fn retention(&self) -> Option<Duration> {
        self.sweep.retention
    }

    /// A worker that processes this instance's packages with these ports and the default settings. Any number of workers,
    /// in any number of processes, share the queue.
    pub fn worker(
        &self,
        source: Arc<dyn PackageSource>,
        archive: Arc<dyn ArchiveReader>,
        report: Arc<dyn ReportWriter>,
    ) -> ProcessPackage {
        ProcessPackage {
            id: self.process,
            processes: self.processes.clone(),
            leases: self.leases.clone(),
            queue: self.queue.clone(),
            source,
            archive,
            report,
            blobs: self.blobs.clone(),
            vault: self.vault.clone(),
            clock: self.clock.clone(),
            policy: self.policy.clone(),
            settings: ProcessSettings::default(),
            analyses: Arc::new(Semaphore::new(1)),
            challenges: Challenges::default(),
            health: WorkerHealth::default(),
            control: WorkControl::default(),
            liveness: Liveness::default(),
        }
    }
}

impl ProcessPackage {
    /// Processes the next package of any lane to its end, if one arrives within `max_wait`. To stop in the middle, use
    /// [`ProcessPackage::run`].
    ///
    /// # Errors
    /// [`AccessError`] if the queue or the registry fails before work on a package starts. A package that cannot be
    /// processed is not an error: its status says why.
    pub async fn process_next(&self, max_wait: Duration) -> Result<RoundOutcome, AccessError> {
        self.run(&Lane::ALL, max_wait, CancellationToken::new()).await
    }
}

/// A required port was not given to [`DumpusBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Dumpus needs a {0}: call the builder's method of that name")]
pub struct MissingPort(&'static str);

/// Collects the ports of an instance. The first five are required, the other settings have defaults.
#[derive(Default)]
#[must_use]
pub struct DumpusBuilder {
    registry: Option<Registry>,
    queue: Option<Arc<dyn JobQueue>>,
    blobs: Option<Arc<dyn BlobStore>>,
    vault: Option<Arc<dyn Vault>>,
    clock: Option<Arc<dyn Clock>>,
    policy: LinkPolicy,
    profiles: Option<Arc<dyn ProfileDirectory>>,
    retention: Option<Duration>,
    history: Option<Duration>,
    max_queue: Option<u64>,
}

impl DumpusBuilder {
    /// The registry of packages. Required.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// The queue of jobs. Required.
    pub fn queue(mut self, queue: Arc<dyn JobQueue>) -> Self {
        self.queue = Some(queue);
        self
    }

    /// The store of encrypted results. Required.
    pub fn blobs(mut self, blobs: Arc<dyn BlobStore>) -> Self {
        self.blobs = Some(blobs);
        self
    }

    /// Cryptography. Required.
    pub fn vault(mut self, vault: Arc<dyn Vault>) -> Self {
        self.vault = Some(vault);
        self
    }

    /// The wall clock. Required.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Which links are accepted. Default: Discord's.
    pub fn link_policy(mut self, policy: LinkPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The directory of Discord users. Default: none, so that [`Dumpus::look_up_user`] finds nobody.
    pub fn profiles(mut self, profiles: Arc<dyn ProfileDirectory>) -> Self {
        self.profiles = Some(profiles);
        self
    }

    /// How long packages are kept after they ended. Default: until their owner deletes them.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// How long the history keeps runs that have ended, statistics by hour aside. Default: 30 days.
    pub fn history(mut self, kept: Duration) -> Self {
        self.history = Some(kept);
        self
    }

    /// How many packages may be unfinished before new ones are refused. Default: 100,000.
    pub fn max_queue(mut self, packages: u64) -> Self {
        self.max_queue = Some(packages);
        self
    }

    /// # Errors
    /// [`MissingPort`] names the first required port that was not given.
    pub fn build(self) -> Result<Dumpus, MissingPort> {
        let Registry {
            packages,
            leases,
            maintenance,
            processes,
            history,
            audit,
            ..
        } = self.registry.ok_or(MissingPort("registry"))?;
        let queue = self.queue.ok_or(MissingPort("queue"))?;
        let blobs = self.blobs.ok_or(MissingPort("blobs"))?;
        let vault = self.vault.ok_or(MissingPort("vault"))?;
        Ok(Dumpus {
            process: process_id(&*vault),
            vault,
            clock: self.clock.ok_or(MissingPort("clock"))?,
            policy: self.policy,
            profiles: self.profiles,
            max_queue: self.max_queue.unwrap_or(MAX_QUEUE),
            positions: QueuePositions::new(packages.clone(), queue.clone()),
            checked_jobs: RecentPackages::new(JOB_CHECKS),
            awaited: RecentPackages::new(AWAITED_ONCE),
            deleted: RecentPackages::new(REPEATED_DELETION),
            probes: Probes::default(),
            sweep: Sweep {
                registry: maintenance,
                blobs: blobs.clone(),
                retention: self.retention,
                history,
                history_kept: self.history.unwrap_or(HISTORY_KEPT),
                processes: processes.clone(),
                orphan_age: ORPHAN_AGE,
            },
            processes,
            audit,
            packages,
            leases,
            queue,
            blobs,
        })
    }
}

/// A name that no other process has. Without randomness nothing works, and leases say so.
fn process_id(vault: &dyn Vault) -> ProcessId {
    let random = vault.random().unwrap_or_default();
    let [first @ .., _, _, _, _, _, _, _, _, _, _] = random;
    ProcessId(first)
}
