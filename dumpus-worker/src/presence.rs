//! Tells the other processes of the instance that this one is there, and does what operators want of it.

use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::bootstrap::{DiskWatch, resident_memory};
use dumpus_ports::domain::process::{HEARTBEAT, ProcessState};
use dumpus_ports::usecase::{Presence, ProcessPackage, WorkReport};
use dumpus_ports::{CancellationToken, Dumpus};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::run::Shutdown;

/// What the last message to the registry may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(2);

/// The heartbeats of this process.
pub struct Beating {
    presence: Presence,
    task: JoinHandle<()>,
}

impl Beating {
    /// Reports to the registry every few seconds, with what `process` does, if this process works on packages. Looks at the
    /// disks meanwhile. When this returns, `process` follows what operators want: it may take packages.
    #[must_use]
    pub fn start(
        dumpus: Arc<Dumpus>,
        presence: Presence,
        process: Option<ProcessPackage>,
        disks: DiskWatch,
        shutdown: &Shutdown,
    ) -> Self {
        for disagreement in &presence.disagreements {
            let values: Vec<_> = disagreement
                .values
                .iter()
                .map(|(value, processes)| format!("{value:?} in {processes:?}"))
                .collect();
            let values = values.join(", ");
            tracing::warn!(
                setting = disagreement.setting,
                values,
                "The processes of this instance differ"
            );
        }
        if let Some(process) = &process {
            process.control.follow(presence.orders.clone());
        }
        let task = tokio::spawn(beat(dumpus, presence.clone(), process, disks, shutdown.soft.clone()));
        Self { presence, task }
    }

    /// Ends the heartbeats, and makes this process unknown.
    pub async fn leave(self) {
        self.task.abort();
        if let Ok(Err(error)) = timeout(LEAVE_TIMEOUT, self.presence.leave()).await {
            tracing::debug!(error = %error, "Could not report the end of this process");
        }
    }
}

async fn beat(
    dumpus: Arc<Dumpus>,
    mut presence: Presence,
    process: Option<ProcessPackage>,
    mut disks: DiskWatch,
    stopping: CancellationToken,
) {
    loop {
        disks.look();
        let report = process.as_ref().map(|process| {
            let report = process.report();
            let state = if stopping.is_cancelled() && report.fault.is_none() {
                ProcessState::Draining
            } else {
                report.state
            };
            WorkReport { state, ..report }
        });
        let beaten = async {
            let orders = presence.beat(report, resident_memory()).await?;
            if let Some(process) = &process {
                process.control.follow(orders);
            }
            dumpus.carry_out_orders().await
        };
        // Whoever works or answers reports the outage.
        if let Err(error) = beaten.await {
            tracing::debug!(error = %error, "Could not report to the registry");
        }
        sleep(HEARTBEAT).await;
    }
}
