//! Random commands, and what they call once the state that they refer to is known.

use std::time::Duration;

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::crypto::{Envelope, Suite};
use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::process::ProcessId;
use dumpus_ports::domain::queue::LaneTotals;
use dumpus_ports::registry::{Attempt, Epoch, Failure, Lease, LeaseRequest, NewPackage, OwnerLink, StoredResult};
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const PACKAGES: u8 = 3;
pub(crate) const WORKERS: usize = 2;
/// Results that packages may point to.
const BLOBS: u8 = 3;

/// A command of a random sequence.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) action: Action,
    pub(crate) package: u8,
    /// Whether it names the package's current run, or the one before.
    pub(crate) is_current: bool,
    /// The worker that does it.
    pub(crate) worker: usize,
    /// Whether its first answer is lost, and the caller repeats it.
    pub(crate) is_repeated: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Clock(i64),
    Admit,
    Confirm(u8),
    MarkUndispatched,
    RollbackAdmission,
    ClaimRedispatch(u8),
    MarkResultLost,
    Delete,
    Upgrade,
    QueueSnapshot(u8),
    /// With a new request, or the worker's last one.
    Lease(bool, u64),
    Extend(u64),
    Release(Attempt),
    Step(Stage),
    /// The next step of a package that is processed without errors.
    Advance(u8),
    Progress(u8),
    Finish(u8),
    Fail,
    IsCurrent,
    Expire(u64, u32),
    ExpireAbandoned(u64, u32),
    Unreferenced,
}

/// A call of a registry.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Clock(i64),
    Admit(NewPackage),
    Confirm(PackageId, RunId, Epoch),
    MarkUndispatched(PackageId, RunId),
    RollbackAdmission(PackageId, RunId),
    ClaimRedispatch(PackageId, RunId, Epoch),
    MarkResultLost(PackageId, RunId),
    Delete(PackageId),
    Upgrade(PackageId),
    QueueSnapshot(Epoch),
    Lease(PackageId, RunId, LeaseRequest, Duration),
    Extend(Lease, Duration),
    Release(Lease, Attempt),
    Step(Lease, Stage),
    Progress(Lease, u8),
    Finish(Lease, StoredResult),
    Fail(Lease, Failure),
    IsCurrent(Lease),
    Expire(Duration, u32),
    ExpireAbandoned(Duration, u32),
    Unreferenced(Vec<BlobKey>),
}

impl Call {
    /// The package whose row it may change: `None` if it may be any.
    pub(crate) fn package(&self) -> Option<PackageId> {
        match self {
            Self::Admit(new) => Some(new.package),
            Self::Confirm(package, ..)
            | Self::MarkUndispatched(package, _)
            | Self::RollbackAdmission(package, _)
            | Self::ClaimRedispatch(package, ..)
            | Self::MarkResultLost(package, _)
            | Self::Delete(package)
            | Self::Upgrade(package)
            | Self::Lease(package, ..) => Some(*package),
            Self::Extend(lease, _)
            | Self::Release(lease, _)
            | Self::Step(lease, _)
            | Self::Progress(lease, _)
            | Self::Finish(lease, _)
            | Self::Fail(lease, _)
            | Self::IsCurrent(lease) => Some(lease.package),
            Self::Clock(_)
            | Self::QueueSnapshot(_)
            | Self::Expire(..)
            | Self::ExpireAbandoned(..)
            | Self::Unreferenced(_) => None,
        }
    }
}

pub(crate) fn sequences() -> impl Strategy<Value = Vec<Command>> {
    prop::collection::vec(command(), 1..=60)
}

fn command() -> impl Strategy<Value = Command> {
    let fields = (
        action(),
        0..PACKAGES,
        prop::bool::weighted(0.9),
        0..WORKERS,
        prop::bool::weighted(0.15),
    );
    fields.prop_map(|(action, package, is_current, worker, is_repeated)| Command {
        action,
        package,
        is_current,
        worker,
        is_repeated,
    })
}

fn action() -> impl Strategy<Value = Action> {
    // Exactly at a limit of the rules, shortly before, and far beyond; back as clocks are set back.
    let clock = select(vec![
        1, 9_999, 10_000, 30_000, 60_000, 599_999, 600_000, 90_000_000, -1, -20_000, -700_000,
    ]);
    let length = || select(vec![0, 1, 30_000, 60_000]);
    let age = || select(vec![0, 1, 60_000, 600_000]);
    let epoch = || 0..3_u8;
    prop_oneof![
        6 => clock.prop_map(Action::Clock),
        6 => Just(Action::Admit),
        4 => epoch().prop_map(Action::Confirm),
        1 => Just(Action::MarkUndispatched),
        1 => Just(Action::RollbackAdmission),
        4 => epoch().prop_map(Action::ClaimRedispatch),
        1 => Just(Action::MarkResultLost),
        1 => Just(Action::Delete),
        2 => Just(Action::Upgrade),
        3 => epoch().prop_map(Action::QueueSnapshot),
        6 => (any::<bool>(), length()).prop_map(|(is_new, length)| Action::Lease(is_new, length)),
        2 => length().prop_map(Action::Extend),
        2 => select(vec![Attempt::Counted, Attempt::Refunded]).prop_map(Action::Release),
        2 => select(Stage::ALL.to_vec()).prop_map(Action::Step),
        6 => (0..BLOBS).prop_map(Action::Advance),
        2 => select(vec![0, 1, 100, 101, 255]).prop_map(Action::Progress),
        1 => (0..BLOBS).prop_map(Action::Finish),
        1 => Just(Action::Fail),
        2 => Just(Action::IsCurrent),
        2 => (age(), 1..3_u32).prop_map(|(retention, limit)| Action::Expire(retention, limit)),
        1 => (age(), 1..3_u32).prop_map(|(age, limit)| Action::ExpireAbandoned(age, limit)),
        1 => Just(Action::Unreferenced),
    ]
}

pub(crate) fn id(package: u8) -> PackageId {
    PackageId::from_bytes([package; 16])
}

pub(crate) fn run(number: u128) -> RunId {
    RunId::from_bytes(number.to_be_bytes())
}

pub(crate) fn request(number: u128) -> LeaseRequest {
    LeaseRequest {
        id: number.to_be_bytes(),
        worker: ProcessId([7; 6]),
    }
}

pub(crate) fn epoch(number: u8) -> Epoch {
    Epoch(format!("epoch-{number}"))
}

pub(crate) fn admission(package: u8, run: RunId) -> NewPackage {
    NewPackage {
        package: id(package),
        run,
        owner_link: OwnerLink(vec![package, 0, 255]),
        joined: LaneTotals {
            standard: u64::from(package),
            premium: 7,
        },
    }
}

pub(crate) fn result(blob: u8) -> StoredResult {
    StoredResult {
        blob: BlobKey::from_bytes([blob; 16]),
        envelope: Envelope {
            suite: Suite::Aes256CbcHmacSha256,
            iv: [blob; 16],
            mac: [blob; 32],
        },
        size: 1 << 40,
    }
}

pub(crate) fn blobs() -> Vec<BlobKey> {
    (0..BLOBS).map(|blob| result(blob).blob).collect()
}

pub(crate) fn failure() -> Failure {
    Failure::new(ErrorCode::ExpiredLink, FailureDetail::LinkExpired)
}
