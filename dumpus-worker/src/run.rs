//! The loops of a worker: packages, and the sweep of what has expired.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::heartbeat::Heartbeat;
use dumpus_adapters::bootstrap::WorkSettings;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{Abort, AccessError, ProcessPackage, Pulse, RoundOutcome, Sweep};

/// How long a round waits for a job: a stop is noticed between rounds.
const PATIENCE: Duration = Duration::from_secs(1);
/// Waits while a backend is unavailable: up to 100 ms at first, up to 2 s in the end. The jitter adds up to as much again
/// to each delay, so that workers do not return all at once.
const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(Duration::from_secs(1))
    .with_jitter()
    .without_max_times();
/// What giving jobs back may take once work is aborted.
const GIVING_BACK: Duration = Duration::from_secs(5);
/// How often what has expired is erased, at most and at least.
const SWEEPS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(10));

/// Works until `stop` becomes true, then lets running packages finish within the stop timeout; a package that has not
/// finished by then is given back.
pub async fn until_stopped(
    process: Arc<ProcessPackage>,
    clean: Sweep,
    settings: &WorkSettings,
    stop: watch::Receiver<bool>,
) {
    let (abort, aborted) = watch::channel(false);
    let pulses: Vec<_> = (0..settings.concurrency).map(|_| Pulse::default()).collect();
    let work = work(process, settings.lanes.clone(), pulses.clone(), stop.clone(), aborted);
    let finished = async {
        tokio::join!(work, sweep(clean, stop.clone()));
    };
    tokio::select! {
        () = finished => tracing::info!("stopped"),
        () = heartbeat(&pulses) => {}
        () = deadline(stop.clone(), settings.stop_timeout, &abort) => {
            tracing::warn!("stopped before everything had finished");
        }
    }
}

/// Ends when a stop has taken too long: work is aborted after the timeout, and has a moment to give its jobs back.
pub async fn deadline(mut stop: watch::Receiver<bool>, timeout: Duration, abort: &watch::Sender<bool>) {
    // Nobody is left who could stop it otherwise: that is a stop too.
    drop(stop.wait_for(|stop| *stop).await);
    tracing::info!(timeout_s = timeout.as_secs(), "stopping");
    sleep(timeout).await;
    abort.send_replace(true);
    sleep(GIVING_BACK).await;
}

/// Reports the progress of the work to the health check.
async fn heartbeat(pulses: &[Pulse]) {
    match Heartbeat::start(&std::env::temp_dir()) {
        Ok(heartbeat) => heartbeat.follow(pulses).await,
        Err(error) => {
            let folder = std::env::temp_dir().display().to_string();
            tracing::warn!(folder, error = %error, "Failed to create the file for the health check");
            std::future::pending::<()>().await;
        }
    }
}

/// Processes packages, as many at a time as there are pulses, until `stop` becomes true. Packages in progress are
/// finished, or released when `abort` becomes true.
pub async fn work(
    process: Arc<ProcessPackage>,
    lanes: Vec<Lane>,
    pulses: Vec<Pulse>,
    stop: watch::Receiver<bool>,
    abort: Abort,
) {
    let mut slots = JoinSet::new();
    for pulse in pulses {
        let process = ProcessPackage {
            pulse,
            ..(*process).clone()
        };
        slots.spawn(slot(Arc::new(process), lanes.clone(), stop.clone(), abort.clone()));
    }
    while slots.join_next().await.is_some() {}
}

async fn slot(process: Arc<ProcessPackage>, lanes: Vec<Lane>, mut stop: watch::Receiver<bool>, abort: Abort) {
    // Present during an outage.
    let mut waits = None;
    while !*stop.borrow() && !*abort.borrow() {
        let (worker, lanes, abort) = (process.clone(), lanes.clone(), abort.clone());
        // In a separate task, so that a panic only ends the attempt of one package.
        let round = tokio::spawn(async move { worker.run(&lanes, PATIENCE, abort).await }).await;
        match round {
            Ok(Ok(RoundOutcome::Idle | RoundOutcome::Settled)) => {
                if waits.take().is_some() {
                    tracing::info!("The backends are available again");
                }
                continue;
            }
            Ok(Err(error)) => {
                // Logged once per outage: the loop retries every two seconds.
                if waits.is_none() {
                    log_outage(&error);
                }
            }
            Err(_) => tracing::error!("Task panicked, the lease of its package will expire"),
        }
        let wait = waits.get_or_insert_with(|| BACKOFF.build()).next();
        tokio::select! {
            () = sleep(wait.unwrap_or_default()) => {}
            // A dropped sender cannot stop the loop: the wait is enough.
            Ok(_) = stop.wait_for(|stop| *stop) => {}
        }
    }
    process.pulse.end();
}

fn log_outage(error: &AccessError) {
    match error {
        AccessError::Unavailable { source, .. } => {
            tracing::warn!(error = %error, cause = %source, "Failed to fetch a job");
        }
        other => tracing::error!(error = %other, "Failed to fetch a job"),
    }
}

/// Deletes expired packages and orphaned blobs until `stop` becomes true.
pub async fn sweep(sweep: Sweep, mut stop: watch::Receiver<bool>) {
    let pause = sweep
        .retention
        .map_or(SWEEPS.1, |retention| (retention / 20).clamp(SWEEPS.0, SWEEPS.1));
    while !*stop.borrow() {
        match sweep.run().await {
            Ok((0, 0)) => {}
            Ok((expired, orphans)) => tracing::info!(expired, orphans, "Deleted expired packages and orphaned blobs"),
            Err(error) => tracing::warn!(error = %error, "Failed to delete expired packages"),
        }
        tokio::select! {
            () = sleep(pause) => {}
            stopped = stop.wait_for(|stop| *stop) => if stopped.is_err() { return },
        }
    }
}

/// Becomes true at the first signal; the second one exits the process immediately.
///
/// # Errors
/// If the signal handlers cannot be installed.
pub fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (stop, stopped) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if stop.send_replace(true) {
                tracing::warn!("Stopped immediately by a second signal");
                std::process::exit(130);
            }
        }
    });
    Ok(stopped)
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
