//! One object that offers every use case of an instance.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use crate::CancellationToken;
use crate::archive::ArchiveReader;
use crate::blobs::{BlobKey, BlobStore};
use crate::clock::Clock;
use crate::domain::link::{LinkError, LinkPolicy, PackageLink};
use crate::domain::package::PackageId;
use crate::domain::queue::Lane;
use crate::domain::secret::UpnKey;
use crate::profiles::{ProfileDirectory, UserProfile};
use crate::queue::JobQueue;
use crate::registry::Registry;
use crate::report::ReportWriter;
use crate::source::PackageSource;
use crate::usecase::{
    AccessError, DeletePackage, Dispatcher, FetchData, Liveness, LocateBlob, LocatedBlob, LookUpError, LookUpUser,
    PackageStatus, ProcessPackage, ProcessSettings, QueuePositions, ReadStatus, RoundOutcome, ServeBlob, SubmitError,
    SubmitPackage, Sweep, UpgradePackage,
};
use crate::vault::Vault;

/// No job takes this long: a blob of this age that no package points to is an orphan.
const ORPHAN_AGE: Duration = Duration::from_hours(24);

/// An instance of Dumpus: its ports, and the use cases over them.
///
/// Methods may be called concurrently, also by several processes that share the same backends. A method that takes a key
/// compares it with the package id before it reads a backend. A call that fails with [`AccessError::Unavailable`] is safe
/// to repeat unchanged. No error contains a link, a key or content of a package.
pub struct Dumpus {
    ports: Ports,
    policy: LinkPolicy,
    submit: SubmitPackage,
    status: ReadStatus,
    fetch: FetchData,
    locate: LocateBlob,
    serve: ServeBlob,
    look_up: LookUpUser,
    delete: DeletePackage,
    upgrade: UpgradePackage,
    sweep: Sweep,
}

struct Ports {
    registry: Registry,
    queue: Arc<dyn JobQueue>,
    blobs: Arc<dyn BlobStore>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
}

/// Which backends answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The registry of packages.
    pub registry: bool,
    /// The queue of jobs.
    pub queue: bool,
    /// The store of results.
    pub blobs: bool,
}

impl Readiness {
    /// Whether all of them do.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.registry && self.queue && self.blobs
    }
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

    /// Accepts a link and queues its package. A package that is waiting, running or processed is not queued again,
    /// unless its result is lost.
    ///
    /// Several steps, not one atomic one. On success, the package is in the registry and its job in the queue. On failure
    /// the admission is rolled back; if that fails too, the next call or [`Dumpus::status`] completes it.
    ///
    /// # Errors
    /// [`SubmitError::Link`] if the policy rejects the link, [`SubmitError::Access`] if a backend fails.
    pub async fn submit(&self, link: &str) -> Result<PackageId, SubmitError> {
        self.submit.run(link).await
    }

    /// The state of a package and its position in the queue, which may be a second old, or five while backends are slow.
    /// Queues the package again if its job was lost.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn status(&self, key: &UpnKey, package: PackageId) -> Result<PackageStatus, AccessError> {
        self.status.run(key, package).await
    }

    /// The statistics file, decrypted and compressed with gzip; `None` while there is no result.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] if the stored bytes are not authentic; none of them is returned then.
    pub async fn fetch(&self, key: &UpnKey, package: PackageId) -> Result<Option<Bytes>, AccessError> {
        self.fetch.run(key, package).await
    }

    /// Where a client can download the encrypted result for the next five minutes by the clock port, and what it needs
    /// besides its key to decrypt it; `None` while there is no result. The ciphertext is verified first.
    ///
    /// # Errors
    /// [`AccessError::Tampered`] if the stored bytes are not authentic.
    pub async fn locate_blob(&self, key: &UpnKey, package: PackageId) -> Result<Option<LocatedBlob>, AccessError> {
        self.locate.run(key, package).await
    }

    /// The encrypted result at an address that [`Dumpus::locate_blob`] signed. `expires` is in seconds since 1970.
    /// `None` if the signature is wrong, the address has expired by the clock port, or the blob was deleted.
    ///
    /// # Errors
    /// [`AccessError`] if the blob store fails.
    pub async fn serve_blob(
        &self,
        blob: BlobKey,
        expires: i64,
        signature: &[u8],
    ) -> Result<Option<Bytes>, AccessError> {
        self.serve.run(blob, expires, signature).await
    }

    /// A Discord user, for the owner of an existing package; `None` if nobody has the id or this instance has no
    /// directory of users.
    ///
    /// # Errors
    /// [`AccessError::Unauthorized`] also if the package does not exist, [`LookUpError::Profile`] if the directory fails.
    pub async fn look_up_user(
        &self,
        key: &UpnKey,
        package: PackageId,
        user_id: &str,
    ) -> Result<Option<UserProfile>, LookUpError> {
        self.look_up.run(key, package, user_id).await
    }

    /// Deletes a package with its job, links and result. Returns whether it existed. A worker that is processing it stops
    /// within a second.
    ///
    /// Several steps, the registry's row last: after a failure there is still a package to delete.
    ///
    /// # Errors
    /// [`AccessError`].
    pub async fn delete(&self, key: &UpnKey, package: PackageId) -> Result<bool, AccessError> {
        self.delete.run(key, package).await
    }

    /// Moves a package to the premium lane, without a key: the caller authorizes this. Returns whether the package
    /// exists.
    ///
    /// # Errors
    /// [`AccessError`]. The registry may have recorded the lane; a repeated call moves the waiting job too.
    pub async fn upgrade(&self, package: PackageId) -> Result<bool, AccessError> {
        self.upgrade.run(package).await
    }

    /// Deletes what has expired by the registry's clock, and blobs that no package points to. Call it regularly, for
    /// example every ten minutes; several processes may do so at once.
    ///
    /// # Errors
    /// [`AccessError`]; the next call continues.
    pub async fn sweep(&self) -> Result<(usize, usize), AccessError> {
        self.sweep.run().await
    }

    /// Which backends answer within `limit`.
    pub async fn readiness(&self, limit: Duration) -> Readiness {
        let Ports {
            registry, queue, blobs, ..
        } = &self.ports;
        let (registry, queue, blobs) = tokio::join!(
            timeout(limit, registry.packages.ping()),
            timeout(limit, queue.ping()),
            timeout(limit, blobs.ping()),
        );
        Readiness {
            registry: matches!(registry, Ok(Ok(()))),
            queue: matches!(queue, Ok(Ok(()))),
            blobs: matches!(blobs, Ok(Ok(()))),
        }
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
            leases: self.ports.registry.leases.clone(),
            queue: self.ports.queue.clone(),
            source,
            archive,
            report,
            blobs: self.ports.blobs.clone(),
            vault: self.ports.vault.clone(),
            clock: self.ports.clock.clone(),
            policy: self.policy.clone(),
            settings: ProcessSettings::default(),
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

    /// # Errors
    /// [`MissingPort`] names the first required port that was not given.
    pub fn build(self) -> Result<Dumpus, MissingPort> {
        let ports = Ports {
            registry: self.registry.ok_or(MissingPort("registry"))?,
            queue: self.queue.ok_or(MissingPort("queue"))?,
            blobs: self.blobs.ok_or(MissingPort("blobs"))?,
            vault: self.vault.ok_or(MissingPort("vault"))?,
            clock: self.clock.ok_or(MissingPort("clock"))?,
        };
        let Ports {
            registry: Registry {
                packages, maintenance, ..
            },
            queue,
            blobs,
            vault,
            clock,
        } = &ports;
        let dispatcher = Arc::new(Dispatcher {
            registry: packages.clone(),
            queue: queue.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
        });
        let queue_snapshot = Arc::new(QueuePositions::new(packages.clone(), queue.clone()));
        Ok(Dumpus {
            submit: SubmitPackage {
                policy: self.policy.clone(),
                dispatcher: dispatcher.clone(),
                blobs: blobs.clone(),
                queue_snapshot: queue_snapshot.clone(),
            },
            status: ReadStatus {
                dispatcher,
                blobs: blobs.clone(),
                queue_snapshot,
            },
            fetch: FetchData {
                registry: packages.clone(),
                blobs: blobs.clone(),
                vault: vault.clone(),
            },
            locate: LocateBlob {
                registry: packages.clone(),
                blobs: blobs.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
            },
            serve: ServeBlob {
                blobs: blobs.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
            },
            look_up: LookUpUser {
                registry: packages.clone(),
                vault: vault.clone(),
                profiles: self.profiles,
            },
            delete: DeletePackage {
                registry: packages.clone(),
                queue: queue.clone(),
                blobs: blobs.clone(),
                vault: vault.clone(),
            },
            upgrade: UpgradePackage {
                registry: packages.clone(),
                queue: queue.clone(),
            },
            sweep: Sweep {
                registry: maintenance.clone(),
                blobs: blobs.clone(),
                retention: self.retention,
                orphan_age: ORPHAN_AGE,
            },
            policy: self.policy,
            ports,
        })
    }
}
