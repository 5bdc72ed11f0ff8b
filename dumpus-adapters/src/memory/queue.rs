//! The queue of an instance with one process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError};
use dumpus_ports::registry::Epoch;
use dumpus_ports::usecase::ProcessSettings;

use uuid::Uuid;

mod jobs;

use jobs::Jobs;

/// Maximum wait for a job, so that computing its end cannot overflow.
const WAIT_CAP: Duration = Duration::from_hours(24);

/// A queue in the memory of this process. It starts empty, so each value has a new epoch.
pub struct ProcessQueue {
    shared: Arc<Shared>,
}

struct Shared {
    epoch: Epoch,
    lease: Duration,
    jobs: Mutex<Jobs>,
    /// Notified when a job may be available.
    notify: Notify,
}

impl ProcessQueue {
    /// An empty queue. A job is delivered again if its delivery is not extended for the duration of `lease`.
    #[must_use]
    pub fn new(lease: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                epoch: Epoch(Uuid::new_v4().simple().to_string()),
                lease,
                jobs: Mutex::default(),
                notify: Notify::new(),
            }),
        }
    }
}

/// With the lease of a worker's default settings.
impl Default for ProcessQueue {
    fn default() -> Self {
        Self::new(ProcessSettings::default().lease)
    }
}

impl Shared {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl JobQueue for ProcessQueue {
    async fn push(&self, job: &Job) -> Result<Epoch, QueueError> {
        if self.shared.jobs().push(job.clone()) {
            self.shared.notify.notify_waiters();
        }
        Ok(self.shared.epoch.clone())
    }

    async fn next(&self, lanes: &[Lane], max_wait: Duration) -> Result<Option<Box<dyn Delivery>>, QueueError> {
        let deadline = Instant::now() + max_wait.min(WAIT_CAP);
        loop {
            let notified = self.shared.notify.notified();
            tokio::pin!(notified);
            // From here on, no notification is missed.
            notified.as_mut().enable();
            let now = Instant::now();
            let (taken, next_end) = {
                let mut jobs = self.shared.jobs();
                (jobs.take(lanes, now, self.shared.lease), jobs.next_end())
            };
            if let Some((job, number)) = taken {
                let shared = self.shared.clone();
                return Ok(Some(Box::new(ProcessDelivery { shared, job, number })));
            }
            if now >= deadline {
                return Ok(None);
            }
            let wake = next_end.map_or(deadline, |end| end.min(deadline));
            tokio::select! {
                () = notified => {}
                () = sleep_until(wake) => {}
            }
        }
    }

    async fn promote(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        let promoted = self.shared.jobs().promote(package, run, Instant::now());
        if promoted {
            self.shared.notify.notify_waiters();
        }
        Ok(promoted)
    }

    async fn purge(&self, package: PackageId) -> Result<(), QueueError> {
        self.shared.jobs().purge(package);
        Ok(())
    }

    async fn expedite(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        let is_queued = self.shared.jobs().expedite(package, run);
        if is_queued {
            self.shared.notify.notify_waiters();
        }
        Ok(is_queued)
    }

    async fn contains(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        Ok(self.shared.jobs().contains(package, run))
    }

    async fn epoch(&self) -> Result<Epoch, QueueError> {
        Ok(self.shared.epoch.clone())
    }

    async fn ping(&self) -> Result<(), QueueError> {
        Ok(())
    }

    async fn probe(&self) -> Result<(), QueueError> {
        Ok(())
    }
}

struct ProcessDelivery {
    shared: Arc<Shared>,
    job: Arc<Job>,
    number: u64,
}

#[async_trait]
impl Delivery for ProcessDelivery {
    fn job(&self) -> &Job {
        &self.job
    }

    async fn extend(&self) -> Result<bool, QueueError> {
        let lease = self.shared.lease;
        Ok(self
            .shared
            .jobs()
            .extend(self.job.package, self.number, Instant::now(), lease))
    }

    async fn acknowledge(self: Box<Self>) -> Result<(), QueueError> {
        self.shared.jobs().acknowledge(self.job.package, self.number);
        Ok(())
    }

    async fn release(self: Box<Self>) -> Result<(), QueueError> {
        if self.shared.jobs().release(self.job.package, self.number) {
            self.shared.notify.notify_waiters();
        }
        Ok(())
    }

    async fn postpone(self: Box<Self>, delay: Duration) -> Result<(), QueueError> {
        let until = Instant::now() + delay.min(self.shared.lease);
        if self.shared.jobs().postpone(self.job.package, self.number, until) {
            // Who waits for the next job looks when it will be.
            self.shared.notify.notify_waiters();
        }
        Ok(())
    }
}
