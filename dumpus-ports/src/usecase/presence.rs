//! The presence of a process in its instance: it joins, reports that it is alive, and leaves.

use std::sync::Arc;

use super::access::AccessError;
use super::process::WorkReport;
use crate::Dumpus;
use crate::domain::audit::Action;
use crate::domain::process::{Disagreement, Heartbeat, Process, ProcessState, Role, SharedSettings, disagreements};
use crate::domain::queue::Lane;
use crate::registry::{Orders, ProcessRegistry};

/// What a process says of itself when it joins.
#[derive(Clone, Debug)]
pub struct ProcessInfo {
    /// What it does.
    pub role: Role,
    /// What the system calls its machine.
    pub host: String,
    /// The release that it runs.
    pub version: String,
    /// Lanes that it serves.
    pub lanes: Vec<Lane>,
    /// Settings that have to agree.
    pub settings: SharedSettings,
}

/// A process that has joined its instance.
#[derive(Clone)]
pub struct Presence {
    processes: Arc<dyn ProcessRegistry>,
    heartbeat: Heartbeat,
    /// Settings that other processes have otherwise.
    pub disagreements: Vec<Disagreement>,
    /// What operators wanted when the process joined. It follows them before it takes its first package.
    pub orders: Orders,
}

/// Why a process cannot join.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// A process that is alive seals links with another key than this one opens.
    #[error(
        "the {} {} on {} has another instance key: set the same one everywhere, or announce the new one first",
        .0.last.role, .0.last.id, .0.last.host
    )]
    OtherKey(Box<Process>),
    /// The registry failed.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl Dumpus {
    /// Makes this process known to the others.
    ///
    /// # Errors
    /// [`JoinError::OtherKey`] when packages would be lost between this process and another one.
    pub async fn join(&self, info: ProcessInfo) -> Result<Presence, JoinError> {
        let heartbeat = Heartbeat {
            id: self.process,
            role: info.role,
            host: info.host,
            version: info.version,
            lanes: info.lanes,
            state: ProcessState::Idle,
            fault: None,
            done: 0,
            failed: 0,
            memory: None,
            settings: info.settings,
        };
        let mut presence = Presence {
            processes: self.processes.clone(),
            heartbeat,
            disagreements: Vec::new(),
            orders: Orders::default(),
        };
        // Before the others are read: of two that start at the same time, the later one sees the earlier one.
        let processes = &self.processes;
        presence.orders = processes.beat(&presence.heartbeat).await.map_err(AccessError::from)?;
        let known = processes.processes().await.map_err(AccessError::from)?;
        let own = &presence.heartbeat;
        let began = known.all.iter().find(|process| process.last.id == own.id);
        let began = began.map_or(known.now, |process| process.started_at);
        let is_earlier = |other: &Process| (other.started_at, other.last.id) < (began, own.id);
        let conflict = known
            .alive()
            .find(|other| is_earlier(other) && !own.settings.shares_key(&other.last.settings));
        if let Some(other) = conflict {
            let other = Box::new(other.clone());
            presence.leave().await?;
            return Err(JoinError::OtherKey(other));
        }
        presence.disagreements = disagreements(known.alive().map(|process| &process.last));
        Ok(presence)
    }

    /// Does what operators asked of jobs, in a process that has the queue.
    ///
    /// # Errors
    /// [`AccessError`]; orders that were taken are lost then, and their operators see nothing happen.
    pub async fn carry_out_orders(&self) -> Result<(), AccessError> {
        for order in self.processes.take_orders().await? {
            match order.action {
                Action::Promote => drop(self.promote(order.package).await?),
                Action::Retry => drop(self.retry(order.package).await?),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Presence {
    /// Reports that the process is alive. Call it every [`HEARTBEAT`](crate::domain::process::HEARTBEAT).
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails; the next report makes up for it.
    pub async fn beat(&mut self, report: Option<WorkReport>, memory: Option<u64>) -> Result<Orders, AccessError> {
        let heartbeat = &mut self.heartbeat;
        if let Some(report) = report {
            heartbeat.state = report.state;
            heartbeat.fault = report.fault;
            heartbeat.done = report.done;
            heartbeat.failed = report.failed;
        }
        heartbeat.memory = memory;
        Ok(self.processes.beat(heartbeat).await?)
    }

    /// Makes the process unknown, which ends.
    ///
    /// # Errors
    /// [`AccessError`] if the registry fails; the process is then offline for a day.
    pub async fn leave(&self) -> Result<(), AccessError> {
        Ok(self.processes.leave(self.heartbeat.id).await?)
    }
}
