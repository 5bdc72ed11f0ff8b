//! What happens in a run, all of it drawn from its seed. When exactly, and what is hit, depends on the machine.

use std::env;
use std::time::Duration;

use dumpus_tests::Rng;

use crate::support::discord::Behaviour;

/// Distinct packages behind the many links.
pub(crate) const CONTENTS: usize = 4;

/// How much a run does, from variables of this test; the defaults are for every build.
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) packages: u64,
    /// Who has not settled everything by then is stuck.
    pub(crate) limit: Duration,
}

impl Size {
    pub(crate) fn from_environment() -> Self {
        let number = |name: &str, default| {
            let text = env::var(name).ok();
            text.map_or(default, |text| {
                text.parse().unwrap_or_else(|_| panic!("{name} is no number"))
            })
        };
        let packages = number("DUMPUS_CHAOS_PACKAGES", 40);
        Self {
            seed: number("DUMPUS_CHAOS_SEED", 1),
            packages,
            limit: Duration::from_mins(number("DUMPUS_CHAOS_MINUTES", 5 + packages / 20)),
        }
    }

    /// Packages in line, as long as there are so many left.
    pub(crate) fn line(&self) -> u64 {
        u64::max(24, self.packages / 4)
    }

    /// Workers of the run. A machine has other things to do, too.
    pub(crate) fn workers(&self) -> usize {
        usize::try_from(3 + self.packages / 100).unwrap().min(6)
    }
}

/// What is behind a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// One of the packages with statistics.
    Statistics(usize),
    /// A package in which nothing names its owner.
    Ownerless,
}

/// When an owner deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Waiting,
    Running,
    Settled,
}

/// What the owner of one package does, and what they meet.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) content: Content,
    pub(crate) behaviour: Behaviour,
    /// How that ends, if not with statistics.
    pub(crate) code: Option<&'static str>,
    /// After the error the owner gets a link that works, and submits again.
    pub(crate) is_renewed: bool,
    /// The owner submits once more while the package waits or runs, as after a reload of the page.
    pub(crate) is_repeated: bool,
    /// The owner pays while the package waits or runs.
    pub(crate) is_upgraded: bool,
    pub(crate) deletion: Option<Deletion>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deletion {
    pub(crate) moment: Moment,
    /// Whether it is submitted again after that.
    pub(crate) comes_back: bool,
}

impl Life {
    fn draw(rng: &mut Rng) -> Self {
        let good = (Behaviour::Package, None);
        let slow = (Behaviour::Slow, None);
        let cut = (Behaviour::CutAtEveryTenth { with_ranges: true }, None);
        let bad = [
            (Behaviour::Expired, Some("EXPIRED_LINK")),
            (Behaviour::NoArchive, Some("INVALID_LINK")),
            (Behaviour::Page, Some("INVALID_LINK")),
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
                comes_back: rng.chance(50),
            }),
        }
    }
}

/// What is away for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Redis comes back empty.
    RedisKilled,
    RedisHeld,
    PostgresRestarted,
    PostgresKilled,
    PostgresHeld,
}

/// What goes wrong. A process is down or held until owners have made so many requests, unless something else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    WorkerKilled,
    WorkerStopped,
    /// All at once, while a result is recorded.
    WorkersKilled,
    /// Until the package in its hands is not its own any more.
    WorkerHeld {
        /// Whether its owner deletes that package meanwhile.
        is_deleted: bool,
        /// What else happens meanwhile.
        outage: Option<Outage>,
    },
    ServerKilled,
    ServerHeld,
    Backend(Outage),
}

/// A fault with what it hits, if there are several, and how many requests of owners it lasts.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) fault: Fault,
    pub(crate) target: usize,
    pub(crate) requests: u64,
}

/// A whole run.
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

/// Each kind of fault, in any order.
fn round_of_faults(rng: &mut Rng) -> Vec<Planned> {
    use Outage::{PostgresHeld, PostgresKilled, PostgresRestarted, RedisHeld, RedisKilled};
    let meanwhile = [RedisKilled, PostgresRestarted, RedisHeld];
    let held = |is_deleted, outage| Fault::WorkerHeld { is_deleted, outage };
    let mut faults = vec![
        Fault::WorkerKilled,
        Fault::WorkerKilled,
        Fault::WorkerKilled,
        Fault::WorkerStopped,
        Fault::WorkersKilled,
        held(false, None),
        held(true, Some(*rng.pick(&meanwhile))),
        Fault::ServerKilled,
        Fault::ServerHeld,
    ];
    let outages = [
        RedisKilled,
        RedisKilled,
        RedisHeld,
        PostgresRestarted,
        PostgresKilled,
        PostgresHeld,
    ];
    faults.extend(outages.map(Fault::Backend));
    rng.shuffle(&mut faults);
    let planned = faults.into_iter().map(|fault| Planned {
        fault,
        target: rng.index(1_000),
        // Sometimes it is back before anybody notices.
        requests: rng.below(4) * rng.below(15),
    });
    planned.collect()
}
