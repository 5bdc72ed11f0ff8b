//! The loops of a worker: packages, and the sweep of what has expired.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::heartbeat::Heartbeat;
use dumpus_adapters::bootstrap::config::WorkSettings;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{Abort, AccessError, ProcessPackage, Pulse, RoundOutcome, Sweep};

/// How long a round waits for a job: a stop is noticed between rounds.
const PATIENCE: Duration = Duration::from_secs(1);
/// The first and the longest wait after a backend was found away.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
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

/// Lets the health check see the work for as long as it goes on.
async fn heartbeat(pulses: &[Pulse]) {
    match Heartbeat::start(&std::env::temp_dir()) {
        Ok(heartbeat) => heartbeat.follow(pulses).await,
        Err(error) => {
            let folder = std::env::temp_dir().display().to_string();
            tracing::warn!(folder, error = %error, "the health check will not see this worker: it cannot make a file");
            std::future::pending::<()>().await;
        }
    }
}

/// Works on packages, as many at a time as there are pulses, until told to stop; packages in work are finished, or
/// given back when `abort` becomes true.
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
    let mut failures = 0;
    while !*stop.borrow() && !*abort.borrow() {
        let (worker, asked, told) = (process.clone(), lanes.clone(), abort.clone());
        // A task of its own, so that a panic in one package is the end of that package's attempt only.
        let round = tokio::spawn(async move { worker.run(&asked, PATIENCE, told).await }).await;
        match round {
            Ok(Ok(RoundOutcome::Idle | RoundOutcome::Settled)) => {
                if failures > 0 {
                    tracing::info!("the backends answer again");
                }
                failures = 0;
                continue;
            }
            Ok(Err(error)) => {
                // Once per outage: the loop asks again every two seconds.
                if failures == 0 {
                    log_outage(&error);
                }
            }
            Err(_) => tracing::error!("the work on a package ended in a panic; its lease will run out"),
        }
        failures += 1;
        tokio::select! {
            () = sleep(backoff(failures)) => {}
            // A sender that is gone will not stop anything: the wait is enough.
            Ok(_) = stop.wait_for(|stop| *stop) => {}
        }
    }
    process.pulse.end();
}

fn log_outage(error: &AccessError) {
    match error {
        AccessError::Unavailable { source, .. } => {
            tracing::warn!(error = %error, cause = %source, "no work can be taken");
        }
        other => tracing::error!(error = %other, "no work can be taken"),
    }
}

/// Doubles up to the longest wait; between half and all of it, so that workers do not come back all at once.
fn backoff(failures: u32) -> Duration {
    let doubled = BACKOFF
        .0
        .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let whole = doubled.min(BACKOFF.1);
    let share = u32::try_from(RandomState::new().hash_one(failures) % 512).unwrap_or(0);
    whole / 2 + whole * share / 1_024
}

/// Erases what has expired, and orphans, until told to stop.
pub async fn sweep(sweep: Sweep, mut stop: watch::Receiver<bool>) {
    let pause = sweep
        .retention
        .map_or(SWEEPS.1, |retention| (retention / 20).clamp(SWEEPS.0, SWEEPS.1));
    while !*stop.borrow() {
        match sweep.run().await {
            Ok((0, 0)) => {}
            Ok((expired, orphans)) => tracing::info!(expired, orphans, "erased what is not needed any more"),
            Err(error) => tracing::warn!(error = %error, "what has expired could not be erased yet"),
        }
        tokio::select! {
            () = sleep(pause) => {}
            stopped = stop.wait_for(|stop| *stop) => if stopped.is_err() { return },
        }
    }
}

/// Becomes true at the first signal to stop; the second ends the process at once.
///
/// # Errors
/// When signals cannot be listened to.
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
                tracing::warn!("stopped at once by a second signal");
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
    fn waits_grow_to_two_seconds_and_no_further() {
        assert!(backoff(1) <= Duration::from_millis(100));
        for failures in 6..80 {
            assert!((Duration::from_secs(1)..=Duration::from_secs(2)).contains(&backoff(failures)));
        }
    }
}
