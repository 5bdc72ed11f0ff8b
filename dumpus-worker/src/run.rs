//! The loops of a worker: packages, and the sweep of what has expired.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::health::WorkerState;
use crate::presence::Beating;
use dumpus_adapters::bootstrap::{DiskWatch, WorkSettings};
use dumpus_adapters::health;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{AccessError, JoinError, Liveness, ProcessInfo, ProcessPackage, RoundOutcome, Swept};
use dumpus_ports::{CancellationToken, Dumpus};

/// How long a round waits for a job: a stop is noticed between rounds.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Waits while a backend is unavailable: up to 100 ms at first, up to 2 s in the end. The jitter adds up to as much again
/// to each delay, so that workers do not return all at once.
const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(Duration::from_secs(1))
    .with_jitter()
    .without_max_times();
/// How long the release of packages may take after the stop timeout.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often what has expired is erased, at most and at least.
const SWEEPS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(10));

/// Works until the shutdown begins, then lets running packages finish within the stop timeout; a package that has not
/// finished by then is released.
///
/// # Errors
/// When this process and another one would lose packages between them, or the registry does not answer.
pub async fn until_stopped(
    dumpus: Arc<Dumpus>,
    process: &ProcessPackage,
    info: ProcessInfo,
    listener: TcpListener,
    disks: DiskWatch,
    settings: &WorkSettings,
    shutdown: &Shutdown,
) -> Result<(), JoinError> {
    let presence = dumpus.join(info).await?;
    let presence = Beating::start(dumpus.clone(), presence, Some(process.clone()), disks, shutdown);
    let work: Vec<_> = (0..settings.slots()).map(|_| Liveness::default()).collect();
    let _tasks = spawn_work(process, &settings.lanes, work.clone(), shutdown);
    spawn_sweep(dumpus.clone(), shutdown);
    let process = process.clone();
    let state = Arc::new(WorkerState {
        dumpus,
        process,
        work,
        stopping: shutdown.soft.clone(),
    });
    let answer = move |question| {
        let state = state.clone();
        async move { state.answer(question).await }
    };
    tokio::select! {
        () = shutdown.finish(settings.stop_timeout) => {}
        () = health::serve(listener, answer) => {}
    }
    presence.leave().await;
    Ok(())
}

/// Works on packages, one at a time for each [`Liveness`], until the shutdown begins; packages in work are finished, or
/// released when it turns hard. Returns the tasks, which the shutdown waits for.
#[must_use]
pub fn spawn_work(
    process: &ProcessPackage,
    lanes: &[Lane],
    work: Vec<Liveness>,
    shutdown: &Shutdown,
) -> Vec<JoinHandle<()>> {
    let spawn = |liveness| {
        let process = ProcessPackage {
            liveness,
            ..process.clone()
        };
        let (soft, hard) = (shutdown.soft.clone(), shutdown.hard.clone());
        shutdown.spawn(slot(Arc::new(process), lanes.to_vec(), soft, hard))
    };
    work.into_iter().map(spawn).collect()
}

async fn slot(process: Arc<ProcessPackage>, lanes: Vec<Lane>, soft: CancellationToken, hard: CancellationToken) {
    // Present during an outage.
    let mut waits = None;
    while !soft.is_cancelled() {
        let (worker, lanes, hard) = (process.clone(), lanes.clone(), hard.clone());
        // In a separate task, so that a panic only ends the attempt of one package.
        let round = tokio::spawn(async move { worker.run(&lanes, MAX_WAIT, hard).await }).await;
        match round {
            Ok(Ok(RoundOutcome::Idle | RoundOutcome::Settled)) => {
                if waits.take().is_some() {
                    tracing::info!("The backends are available again");
                }
                continue;
            }
            Ok(Err(error)) => {
                // Once per outage: the loop asks again every two seconds.
                if waits.is_none() {
                    log_outage(&error);
                }
            }
            Err(_) => tracing::error!("Task panicked, the lease of its package will expire"),
        }
        let wait = waits.get_or_insert_with(|| BACKOFF.build()).next();
        tokio::select! {
            () = sleep(wait.unwrap_or_default()) => {}
            () = soft.cancelled() => {}
        }
    }
    process.liveness.end();
}

fn log_outage(error: &AccessError) {
    match error {
        AccessError::Unavailable { .. } => tracing::warn!(error = %error, "Failed to fetch a job"),
        other => tracing::error!(error = %other, "Failed to fetch a job"),
    }
}

/// Deletes expired packages and orphaned blobs until the shutdown begins.
pub fn spawn_sweep(dumpus: Arc<Dumpus>, shutdown: &Shutdown) {
    let pause = dumpus
        .retention()
        .map_or(SWEEPS.1, |retention| (retention / 20).clamp(SWEEPS.0, SWEEPS.1));
    let soft = shutdown.soft.clone();
    shutdown.spawn(async move {
        let mut was_held = false;
        while !soft.is_cancelled() {
            match dumpus.sweep().await {
                Ok(Swept { is_held: true, .. }) => {
                    if !was_held {
                        tracing::error!(
                            "The clock has jumped by more than two days, or the instance was off: nothing is erased for \
                             24 hours. Set the clock right, or confirm it with `dumpus-server trust-clock`"
                        );
                    }
                    was_held = true;
                }
                Ok(Swept { packages: 0, blobs: 0, .. }) => was_held = false,
                Ok(swept) => {
                    was_held = false;
                    tracing::info!(
                        expired = swept.packages,
                        orphans = swept.blobs,
                        "Deleted expired packages and orphaned blobs"
                    );
                }
                Err(error) => tracing::warn!(error = %error, "Failed to delete expired packages and orphaned blobs"),
            }
            soft.run_until_cancelled(sleep(pause)).await;
        }
    });
}

/// Stops the tasks of a process in two steps. Clones share it.
#[derive(Clone, Default)]
pub struct Shutdown {
    /// Cancelled when the shutdown begins: no more packages are taken.
    pub soft: CancellationToken,
    /// Cancelled when the stop timeout has passed: packages in work are released.
    pub hard: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// A shutdown that begins with the first signal; the second one ends the process at once.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub fn on_signals() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let shutdown = Self::default();
        let soft = shutdown.soft.clone();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if soft.is_cancelled() {
                    tracing::warn!("Stopped immediately by a second signal");
                    std::process::exit(130);
                }
                soft.cancel();
            }
        });
        Ok(shutdown)
    }

    /// Runs a task that the shutdown waits for.
    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.tasks.spawn(task)
    }

    /// Waits for the shutdown to begin and for all tasks to end. Tasks that take longer than `stop_timeout` have a moment
    /// to release their packages.
    pub async fn finish(&self, stop_timeout: Duration) {
        self.soft.cancelled().await;
        tracing::info!(timeout_s = stop_timeout.as_secs(), "Stopping");
        self.tasks.close();
        let mut has_finished = timeout(stop_timeout, self.tasks.wait()).await.is_ok();
        if !has_finished {
            self.hard.cancel();
            has_finished = timeout(RELEASE_TIMEOUT, self.tasks.wait()).await.is_ok();
        }
        if has_finished {
            tracing::info!("Stopped");
        } else {
            tracing::warn!("Stopped before everything had finished");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_at_most_two_seconds() {
        let waits: Vec<_> = BACKOFF.build().take(80).collect();
        assert_eq!(waits.len(), 80);
        assert!(waits[0] <= Duration::from_millis(100));
        for wait in &waits[5..] {
            assert!((Duration::from_secs(1)..=Duration::from_secs(2)).contains(wait));
        }
    }
}
