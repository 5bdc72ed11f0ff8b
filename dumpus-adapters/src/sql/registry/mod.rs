//! The registry in two tables.

mod admission;
mod lease;
mod row;
mod upkeep;

use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, QueueSnapshot};
use dumpus_ports::registry::{
    Admission, Attempt, DeletedPackage, Epoch, Lease, LeaseOutcome, LeaseRequest, NewPackage, Package, PackageRegistry,
    RegistryError, StoredResult,
};
use sea_orm::Value;

use super::connect::Pools;

/// The registry in the tables of a [`super::SqlDatabase`].
#[derive(Clone, Debug)]
pub struct SqlRegistry {
    pools: Pools,
}

impl SqlRegistry {
    pub(super) fn new(pools: Pools) -> Self {
        Self { pools }
    }
}

type Answer<T> = Result<T, RegistryError>;

#[async_trait]
impl PackageRegistry for SqlRegistry {
    async fn admit(&self, admission: &NewPackage) -> Answer<Admission> {
        admission::admit(&self.pools, admission).await
    }

    async fn confirm(&self, package: PackageId, run: RunId, epoch: &Epoch) -> Answer<Option<Lane>> {
        admission::confirm(&self.pools, package, run, epoch).await
    }

    async fn mark_undispatched(&self, package: PackageId, run: RunId) -> Answer<bool> {
        admission::mark_undispatched(&self.pools, package, run).await
    }

    async fn rollback_admission(&self, package: PackageId, run: RunId) -> Answer<bool> {
        admission::rollback_admission(&self.pools, package, run).await
    }

    async fn find(&self, package: PackageId) -> Answer<Option<Package>> {
        row::find(&self.pools.read, package).await
    }

    async fn claim_redispatch(
        &self,
        package: PackageId,
        run: RunId,
        older_than: Duration,
        epoch: &Epoch,
        lost_after: Duration,
    ) -> Answer<Option<Lane>> {
        admission::claim_redispatch(&self.pools, package, run, older_than, epoch, lost_after).await
    }

    async fn lease(
        &self,
        package: PackageId,
        run: RunId,
        request: LeaseRequest,
        length: Duration,
    ) -> Answer<LeaseOutcome> {
        lease::lease(&self.pools, package, run, request, length).await
    }

    async fn extend(&self, lease: &Lease, length: Duration) -> Answer<bool> {
        lease::extend(&self.pools, lease, length).await
    }

    async fn release(&self, lease: &Lease, attempt: Attempt) -> Answer<bool> {
        lease::release(&self.pools, lease, attempt).await
    }

    async fn step(&self, lease: &Lease, to: Stage) -> Answer<bool> {
        lease::step(&self.pools, lease, to).await
    }

    async fn progress(&self, lease: &Lease, percent: u8) -> Answer<bool> {
        lease::progress(&self.pools, lease, percent).await
    }

    async fn finish(&self, lease: &Lease, result: &StoredResult) -> Answer<bool> {
        lease::finish(&self.pools, lease, result).await
    }

    async fn fail(&self, lease: &Lease, code: ErrorCode, detail: &str) -> Answer<bool> {
        lease::fail(&self.pools, lease, code, detail).await
    }

    async fn mark_result_lost(&self, package: PackageId, run: RunId, detail: &str) -> Answer<bool> {
        upkeep::mark_result_lost(&self.pools, package, run, detail).await
    }

    async fn is_current(&self, lease: &Lease) -> Answer<bool> {
        lease::is_current(&self.pools, lease).await
    }

    async fn delete(&self, package: PackageId) -> Answer<Option<DeletedPackage>> {
        upkeep::delete(&self.pools, package).await
    }

    async fn upgrade(&self, package: PackageId) -> Answer<Option<RunId>> {
        upkeep::upgrade(&self.pools, package).await
    }

    async fn queue_snapshot(&self, epoch: &Epoch, lost_after: Duration) -> Answer<QueueSnapshot> {
        upkeep::queue_snapshot(&self.pools, epoch, lost_after).await
    }

    async fn expire(&self, retention: Duration, most: u32) -> Answer<Vec<DeletedPackage>> {
        upkeep::expire(&self.pools, retention, most).await
    }

    async fn unreferenced(&self, blobs: &[BlobKey]) -> Answer<Vec<BlobKey>> {
        upkeep::unreferenced(&self.pools, blobs).await
    }

    async fn secret(&self, name: &str, candidate: [u8; 32]) -> Answer<[u8; 32]> {
        upkeep::secret(&self.pools, name, candidate).await
    }

    async fn ping(&self) -> Answer<()> {
        Ok(self.pools.read.ping().await?)
    }
}

fn bytes(bytes: &[u8]) -> Value {
    Value::from(bytes.to_vec())
}
