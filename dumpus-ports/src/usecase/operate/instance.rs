//! What operators do to lanes and processes, and what they see of an instance.

use std::time::Duration;

use super::super::access::AccessError;
use crate::Dumpus;
use crate::domain::audit::{Action, AuditEntry, Target};
use crate::domain::process::{HEARTBEAT, ProcessId};
use crate::domain::queue::Lane;
use crate::registry::{Overview, Processes};

/// What became of the order to take no more packages, or to take them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// The process follows it with its next heartbeat.
    Ordered,
    /// The process is a server, which takes no packages.
    NoWorker,
    /// The process has been silent for this long, at least two heartbeats: it has probably ended.
    Silent(Duration),
    /// There is no such process, or not any more.
    Unknown,
}

impl Dumpus {
    /// Stops the delivery of a lane, or resumes it, within [`HEARTBEAT`]. Packages in work are finished. Nothing is done, nor
    /// recorded, when the lane is in that state already.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn pause(&self, lane: Lane, is_paused: bool) -> Result<(), AccessError> {
        if self.processes.paused().await?.contains(&lane) == is_paused {
            return Ok(());
        }
        let action = if is_paused { Action::Pause } else { Action::Resume };
        let pause = async { Ok(self.processes.pause(lane, is_paused).await?) };
        self.recorded(action, Target::Lane(lane), pause).await
    }

    /// Lets a worker take no more packages until it is restarted, or take them again.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn drain(&self, process: ProcessId, is_drained: bool) -> Result<Drained, AccessError> {
        let known = self.processes.processes().await?;
        let Some(found) = known.all.iter().find(|found| found.last.id == process) else {
            return Ok(Drained::Unknown);
        };
        if !found.is_worker() {
            return Ok(Drained::NoWorker);
        }
        let silence = found.seen_at.until(known.now);
        if found.is_offline(known.now) || silence >= 2 * HEARTBEAT {
            return Ok(Drained::Silent(silence));
        }
        if found.is_drained == is_drained {
            return Ok(Drained::Ordered);
        }
        let action = if is_drained { Action::Drain } else { Action::Undrain };
        let drain = async { Ok(self.processes.drain(process, is_drained).await?) };
        let is_known = self.recorded(action, Target::Process(process), drain).await?;
        Ok(if is_known { Drained::Ordered } else { Drained::Unknown })
    }

    /// Believes the registry's clock after it has jumped, so that sweeps go on, see
    /// [`SweepClock`](crate::registry::SweepClock).
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn trust_clock(&self) -> Result<(), AccessError> {
        let trust = async { Ok(self.sweep.registry.trust_clock().await?) };
        self.recorded(Action::TrustClock, Target::Instance, trust).await
    }

    /// What the instance is doing, and what ended within `window`.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn overview(&self, window: Duration) -> Result<Overview, AccessError> {
        Ok(self.sweep.registry.overview(window).await?)
    }

    /// The processes of the instance.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn processes(&self) -> Result<Processes, AccessError> {
        Ok(self.processes.processes().await?)
    }

    /// Lanes whose delivery is stopped.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn paused(&self) -> Result<Vec<Lane>, AccessError> {
        Ok(self.processes.paused().await?)
    }

    /// What operators asked for last, the newest first.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, AccessError> {
        Ok(self.audit.entries(limit).await?)
    }
}
