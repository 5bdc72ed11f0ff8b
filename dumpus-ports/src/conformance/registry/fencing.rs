//! Clause 4 of [`LeaseRegistry`](crate::registry::LeaseRegistry).

use std::time::Duration;

use super::{Fresh, LONG, VOLUME, begin_queued, fail, granted, id, process, result};
use crate::domain::lifecycle::Stage;
use crate::registry::{Attempt, Failure, Lease};

/// Tries every write that names a lease.
async fn changes_nothing(registry: &Fresh, lease: &Lease) {
    let row = async || registry.packages.find(lease.package).await.unwrap().map(|row| row.run);
    let before = row().await;
    let failure = Failure::not_queued();
    let answers = [
        ("is_current", registry.leases.is_current(lease).await),
        ("extend", registry.leases.extend(lease, LONG).await),
        ("locked", registry.leases.step(lease, Stage::Locked).await),
        ("downloading", registry.leases.step(lease, Stage::Downloading).await),
        ("analyzing", registry.leases.step(lease, Stage::Analyzing).await),
        ("progress", registry.leases.progress(lease, 50).await),
        ("release", registry.leases.release(lease, Attempt::Counted).await),
        (
            "release uncounted",
            registry.leases.release(lease, Attempt::Refunded).await,
        ),
        ("finish", registry.leases.finish(lease, &result(1), &VOLUME).await),
        ("fail", registry.leases.fail(lease, &failure).await),
    ];
    for (write, answer) in answers {
        assert!(matches!(answer, Ok(false)), "{write}: {answer:?}");
    }
    assert_eq!(row().await, before);
}

/// Clause 4.
pub async fn a_superseded_lease_changes_nothing(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let late = granted(&registry, 1, 1, Duration::ZERO).await;
    assert!(
        registry.leases.is_current(&late).await.unwrap(),
        "a late worker goes on until another one came"
    );
    let current = granted(&registry, 1, 1, LONG).await;
    for stage in [Stage::Downloading, Stage::Analyzing] {
        assert!(registry.leases.step(&current, stage).await.unwrap());
        changes_nothing(&registry, &late).await;
    }
    assert!(registry.leases.finish(&current, &result(2), &VOLUME).await.unwrap());
}

/// Clause 4.
pub async fn a_released_lease_changes_nothing(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    assert!(registry.leases.release(&lease, Attempt::Refunded).await.unwrap());
    changes_nothing(&registry, &lease).await;
}

/// Clause 4.
pub async fn a_lease_of_a_replaced_run_changes_nothing(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let erased = granted(&registry, 1, 1, LONG).await;
    registry.packages.delete(id(1)).await.unwrap();
    begin_queued(&registry, 1, 2, "epoch").await;
    let failed = granted(&registry, 1, 2, LONG).await;
    changes_nothing(&registry, &erased).await;
    fail(&registry, &failed).await;
    begin_queued(&registry, 1, 3, "epoch").await;
    granted(&registry, 1, 3, LONG).await;
    changes_nothing(&registry, &failed).await;
}

/// Clause 4.
pub async fn a_lease_of_a_deleted_package_changes_nothing(registry: Fresh) {
    begin_queued(&registry, 1, 1, "epoch").await;
    let lease = granted(&registry, 1, 1, LONG).await;
    registry.packages.delete(id(1)).await.unwrap();
    changes_nothing(&registry, &lease).await;
}

/// Clause 4.
pub async fn a_lease_of_an_ended_run_changes_nothing(registry: Fresh) {
    let processed = process(&registry, 1, 1, 9).await;
    changes_nothing(&registry, &processed).await;
    begin_queued(&registry, 2, 1, "epoch").await;
    let failed = granted(&registry, 2, 1, LONG).await;
    fail(&registry, &failed).await;
    changes_nothing(&registry, &failed).await;
}
