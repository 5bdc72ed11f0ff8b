//! Whether somebody processes the packages of an instance.

use std::fmt;

use crate::process::{Process, ProcessState};
use crate::queue::Lane;

/// Why packages wait although backends work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no worker.
    NoWorker,
    /// An operator paused the lane.
    Paused(Lane),
    /// Every worker takes no more packages.
    AllDrained,
    /// Every worker that is to take packages is unable to, for these reasons.
    AllFaulty(Vec<String>),
    /// Workers are able, but none of them serves the lane.
    NotServed(Lane),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWorker => f.write_str("no worker is there"),
            Self::Paused(lane) => write!(f, "the {lane} lane is paused"),
            Self::AllDrained => f.write_str("every worker is drained"),
            Self::AllFaulty(faults) => write!(f, "every worker is faulty: {}", faults.join("; ")),
            Self::NotServed(lane) => write!(f, "no worker serves the {lane} lane"),
        }
    }
}

/// What keeps these workers, which are alive, from the packages of some lane. Packages may come in every lane.
#[must_use]
pub fn obstacles(workers: &[&Process], paused: &[Lane]) -> Vec<Obstacle> {
    let mut obstacles: Vec<_> = paused.iter().copied().map(Obstacle::Paused).collect();
    let is_drained = |worker: &Process| worker.is_drained || worker.last.state == ProcessState::Draining;
    let undrained: Vec<_> = workers.iter().filter(|worker| !is_drained(worker)).collect();
    let is_faulty = |worker: &Process| worker.last.state == ProcessState::Faulty;
    if workers.is_empty() {
        obstacles.push(Obstacle::NoWorker);
    } else if undrained.is_empty() {
        obstacles.push(Obstacle::AllDrained);
    } else if undrained.iter().all(|worker| is_faulty(worker)) {
        let mut faults: Vec<_> = undrained
            .iter()
            .filter_map(|worker| worker.last.fault.clone())
            .collect();
        faults.sort_unstable();
        faults.dedup();
        obstacles.push(Obstacle::AllFaulty(faults));
    } else {
        let is_served = |lane: Lane| workers.iter().any(|worker| worker.takes(lane));
        let unserved = Lane::ALL
            .into_iter()
            .filter(|lane| !paused.contains(lane) && !is_served(*lane));
        obstacles.extend(unserved.map(Obstacle::NotServed));
    }
    obstacles
}
