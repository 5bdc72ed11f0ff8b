//! How many runs a client may begin. Users of a carrier or a family share an address.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::rate_limiter::Subject;
use dumpus_ports::usecase::{RunState, Submission};

use super::rate_limit::{RateLimit, client_subject};

/// Unfinished packages of one client.
const MAX_UNFINISHED: usize = 10;
/// When a client with that many may try again.
const UNFINISHED_RETRY: Duration = Duration::from_secs(30);
/// A run that failed counts as this many more: its link cost a worker attempts, and Discord requests.
const FAILURE_SURCHARGE: i32 = 2;
/// How long a submission may take to find out what became of earlier ones.
const LOOKING_BACK: Duration = Duration::from_millis(400);
/// Clients to remember, and for how long. In this process only: nothing else may know who submitted which package.
const MAX_CLIENTS: u64 = 16_384;
const MEMORY: Duration = Duration::from_hours(24);

/// Limits the runs that each client begins. Submissions that begin none cost nothing.
pub(in crate::api) struct SubmissionQuota {
    dumpus: Arc<Dumpus>,
    limit: RateLimit,
    clients: Cache<Subject, Arc<ClientRuns>>,
}

/// The runs that a client began and that may be unfinished.
struct ClientRuns {
    slots: Arc<Semaphore>,
    begun: Mutex<Vec<BegunRun>>,
}

struct BegunRun {
    package: PackageId,
    run: RunId,
    /// Held until the run is found to have ended.
    _slot: OwnedSemaphorePermit,
}

/// Room for a run, counted already.
pub(in crate::api) struct Reservation<'a> {
    quota: &'a SubmissionQuota,
    client: IpAddr,
    runs: Arc<ClientRuns>,
    slot: OwnedSemaphorePermit,
}

impl SubmissionQuota {
    pub(in crate::api) fn new(dumpus: Arc<Dumpus>, limit: RateLimit) -> Self {
        let clients = Cache::builder()
            .max_capacity(MAX_CLIENTS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(MEMORY);
        Self {
            dumpus,
            limit,
            clients: clients.build(),
        }
    }

    /// Makes room for a run. What is not used has to be given back by [`Reservation::settle`].
    ///
    /// # Errors
    /// The time after which the client may try again.
    pub(in crate::api) async fn reserve(&self, client: IpAddr) -> Result<Reservation<'_>, Duration> {
        let runs = self.clients.get_with(client_subject(client), || {
            Arc::new(ClientRuns {
                slots: Arc::new(Semaphore::new(MAX_UNFINISHED)),
                begun: Mutex::default(),
            })
        });
        // What is not found out in time is found out the next time.
        let _ = timeout(LOOKING_BACK, self.forget_ended(client, &runs)).await;
        let slot = runs.slots.clone().try_acquire_owned().map_err(|_| UNFINISHED_RETRY)?;
        self.limit.take(client).await?;
        Ok(Reservation {
            quota: self,
            client,
            runs,
            slot,
        })
    }

    /// Frees the places of runs that have ended, and charges for those that failed.
    async fn forget_ended(&self, client: IpAddr, runs: &ClientRuns) {
        let begun: Vec<_> = runs.begun().iter().map(|run| (run.package, run.run)).collect();
        for (package, run) in begun {
            // While the registry is unavailable, nothing is admitted anyway.
            let state = self.dumpus.run_state(package, run).await;
            let state = state.unwrap_or(RunState::Unfinished);
            if state != RunState::Unfinished && runs.forget(run) && state == RunState::Failed {
                self.limit.charge(client, FAILURE_SURCHARGE).await;
            }
        }
    }
}

impl ClientRuns {
    fn begun(&self) -> std::sync::MutexGuard<'_, Vec<BegunRun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if another request has done so.
    fn forget(&self, run: RunId) -> bool {
        let mut begun = self.begun();
        let before = begun.len();
        begun.retain(|known| known.run != run);
        begun.len() < before
    }
}

impl Reservation<'_> {
    /// Records what became of the submission, and gives back what it did not use.
    pub(in crate::api) async fn settle(self, submission: Option<Submission>) {
        match submission {
            Some(Submission {
                package,
                started: Some(run),
            }) => self.runs.begun().push(BegunRun {
                package,
                run,
                _slot: self.slot,
            }),
            _ => self.quota.limit.charge(self.client, -1).await,
        }
    }
}
