//! The plan of a run, derived from its seed. The exact times, and what a fault interrupts, depend on the machine.

use std::env;
use std::time::Duration;

use dumpus_tests::Rng;

use crate::support::discord::Behaviour;

/// Number of distinct packages; links share them.
pub(crate) const CONTENTS: usize = 4;

/// The size of a run, from environment variables; the defaults suit every build.
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) packages: u64,
    /// Packages that are unfinished by then count as stuck.
    pub(crate) limit: Duration,
}

impl Size {
    pub(crate) fn from_environment() -> Self {
        let number = |name: &str, default| {
            let text = env::var(name).ok();
            text.map_or(default, |text| {
                text.parse().unwrap_or_else(|_| panic!("{name} is not a number"))
            })
        };
        let packages = number("DUMPUS_CHAOS_PACKAGES", 40);
        Self {
            seed: number("DUMPUS_CHAOS_SEED", 1),
            packages,
            limit: Duration::from_mins(number("DUMPUS_CHAOS_MINUTES", 5 + packages / 20)),
        }
    }

    /// Packages in progress at the same time.
    pub(crate) fn line(&self) -> u64 {
        u64::max(24, self.packages / 4)
    }

    /// Number of workers, limited in order not to overload the machine.
    pub(crate) fn workers(&self) -> usize {
        usize::try_from(3 + self.packages / 100).unwrap().min(6)
    }
}

/// The package of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// One of the packages with statistics.
    Statistics(usize),
    /// A package that does not identify its owner.
    Ownerless,
}

/// When an owner deletes the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Waiting,
    Running,
    Settled,
}

/// What happens to one package.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) content: Content,
    pub(crate) behaviour: Behaviour,
    /// The expected error code; `None` for success.
    pub(crate) code: Option<&'static str>,
    /// Whether the owner gets a working link after the error, and submits again.
    pub(crate) is_renewed: bool,
    /// Whether the owner submits again while the package is unfinished, as after reloading the page.
    pub(crate) is_repeated: bool,
    /// Whether the package is upgraded while it is unfinished.
    pub(crate) is_upgraded: bool,
    pub(crate) deletion: Option<Deletion>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deletion {
    pub(crate) moment: Moment,
    /// Whether the package is submitted again after the deletion.
    pub(crate) is_resubmitted: bool,
}

impl Life {
    fn draw(rng: &mut Rng) -> Self {
        let good = (Behaviour::Package, None);
        let slow = (Behaviour::Slow, None);
        let cut = (Behaviour::Interrupted { with_ranges: true }, None);
        let bad = [
            (Behaviour::Expired, Some("EXPIRED_LINK")),
            (Behaviour::NotAnArchive, Some("INVALID_LINK")),
            (Behaviour::HtmlPage, Some("INVALID_LINK")),
            (Behaviour::Package, Some("MISSING_USER_DATA")),
        ];
        let (behaviour, code) = match rng.below(100) {
            0..15 => rng.pick(&bad).clone(),
            15..50 => good,
            50..60 => cut,
            _ => slow,
        };
        let content = if code == Some("MISSING_USER_DATA") {
            Content::Ownerless
        } else {
            Content::Statistics(rng.index(CONTENTS))
        };
        let moments = [Moment::Waiting, Moment::Running, Moment::Running, Moment::Settled];
        Self {
            content,
            behaviour,
            code,
            is_renewed: content != Content::Ownerless && rng.chance(50),
            is_repeated: rng.chance(15),
            is_upgraded: rng.chance(8),
            deletion: rng.chance(30).then(|| Deletion {
                moment: *rng.pick(&moments),
                is_resubmitted: rng.chance(50),
            }),
        }
    }
}

/// A temporary outage of a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Redis is empty after the restart.
    RedisKilled,
    RedisSuspended,
    PostgresRestarted,
    PostgresKilled,
    PostgresSuspended,
    /// As a failover to a replica leaves it.
    PostgresReadOnly,
    RedisFull,
}

/// A fault. It lasts until owners have sent a number of requests, unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    WorkerKilled,
    WorkerStopped,
    /// All workers at once, while a result is being recorded.
    WorkersKilled,
    /// Until the worker has lost its package.
    WorkerSuspended {
        /// Whether the owner deletes that package meanwhile.
        is_deleted: bool,
        /// An outage at the same time.
        outage: Option<Outage>,
    },
    ServerKilled,
    ServerSuspended,
    /// Somebody empties Redis while everything runs.
    RedisFlushed,
    /// A full Redis evicts what it likes, or an operator deletes a key.
    KeysDeleted,
    /// A worker that may not fetch any package joins the others.
    UselessWorker,
    Backend(Outage),
}

/// A fault, its target, and its duration in requests of owners.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) fault: Fault,
    pub(crate) target: usize,
    pub(crate) requests: u64,
}

/// The plan of a run.
pub(crate) struct Plan {
    pub(crate) lives: Vec<Life>,
    pub(crate) faults: Vec<Planned>,
}

impl Plan {
    pub(crate) fn draw(size: &Size) -> Self {
        let rng = Rng::new(size.seed);
        let (mut owners, mut faults) = (rng.fork("owners"), rng.fork("faults"));
        let lives = (0..size.packages).map(|_| Life::draw(&mut owners)).collect();
        let rounds = size.packages.div_ceil(60);
        let faults = (0..rounds).flat_map(|_| round_of_faults(&mut faults)).collect();
        Self { lives, faults }
    }
}

/// All kinds of faults, in random order.
fn round_of_faults(rng: &mut Rng) -> Vec<Planned> {
    use Outage::{
        PostgresKilled, PostgresReadOnly, PostgresRestarted, PostgresSuspended, RedisFull, RedisKilled, RedisSuspended,
    };
    let meanwhile = [RedisKilled, PostgresRestarted, RedisSuspended];
    let suspended = |is_deleted, outage| Fault::WorkerSuspended { is_deleted, outage };
    let mut faults = vec![
        Fault::WorkerKilled,
        Fault::WorkerKilled,
        Fault::WorkerKilled,
        Fault::WorkerStopped,
        Fault::WorkersKilled,
        suspended(false, None),
        suspended(true, Some(*rng.pick(&meanwhile))),
        Fault::ServerKilled,
        Fault::ServerSuspended,
        Fault::RedisFlushed,
        Fault::KeysDeleted,
        Fault::UselessWorker,
    ];
    let outages = [
        RedisKilled,
        RedisKilled,
        RedisSuspended,
        PostgresRestarted,
        PostgresKilled,
        PostgresSuspended,
        PostgresReadOnly,
        RedisFull,
    ];
    faults.extend(outages.map(Fault::Backend));
    rng.shuffle(&mut faults);
    let planned = faults.into_iter().map(|fault| Planned {
        fault,
        target: rng.index(1_000),
        // Sometimes the fault ends before anyone notices.
        requests: rng.below(4) * rng.below(15),
    });
    planned.collect()
}
