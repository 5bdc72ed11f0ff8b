//! The waiting and the delivered jobs. Times are arguments.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, lane_order};
use dumpus_ports::queue::Job;

/// Each job is either in `waiting`, in its lane, or in `delivered`, with the key from its entry.
#[derive(Default)]
pub(super) struct Jobs {
    entries: HashMap<PackageId, Entry>,
    waiting: [BTreeMap<u64, PackageId>; Lane::ALL.len()],
    delivered: BTreeSet<(Instant, PackageId)>,
    arrivals: u64,
    deliveries: u64,
    turns: u64,
}

struct Entry {
    job: Arc<Job>,
    place: u64,
    /// The last delivery. Its worker may settle the job even after the lease has ended, unless the job was delivered again.
    delivery: Option<u64>,
    delivered_until: Option<Instant>,
}

impl Jobs {
    pub(super) fn contains(&self, package: PackageId, run: RunId) -> bool {
        self.entries.get(&package).is_some_and(|entry| entry.job.run == run)
    }

    /// Returns false if the queue has a job of the same run already. A job of another run is replaced.
    pub(super) fn push(&mut self, job: Job) -> bool {
        if self.contains(job.package, job.run) {
            return false;
        }
        self.purge(job.package);
        let place = self.arrive();
        let package = job.package;
        self.lane(job.lane).insert(place, package);
        let entry = Entry {
            job: Arc::new(job),
            place,
            delivery: None,
            delivered_until: None,
        };
        self.entries.insert(package, entry);
        true
    }

    /// The next job of these lanes, and its delivery number.
    pub(super) fn take(&mut self, lanes: &[Lane], now: Instant, lease: Duration) -> Option<(Arc<Job>, u64)> {
        self.end_leases(now);
        let order = lane_order(self.turns);
        let served = order.into_iter().filter(|lane| lanes.contains(lane));
        let package = served
            .into_iter()
            .find_map(|lane| self.lane(lane).pop_first())
            .map(|(_, package)| package)?;
        // The turn of a lane only advances when a worker serves that lane.
        if lanes.contains(&order[0]) {
            self.turns += 1;
        }
        self.deliveries += 1;
        let delivery = self.deliveries;
        let until = now + lease;
        self.delivered.insert((until, package));
        let entry = self.entries.get_mut(&package)?;
        entry.delivery = Some(delivery);
        entry.delivered_until = Some(until);
        Some((entry.job.clone(), delivery))
    }

    /// When the next lease ends.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.delivered.first().map(|(until, _)| *until)
    }

    pub(super) fn promote(&mut self, package: PackageId, run: RunId, now: Instant) -> bool {
        self.end_leases(now);
        let next_place = self.arrivals;
        let Some(entry) = self.entries.get_mut(&package).filter(|entry| entry.job.run == run) else {
            return false;
        };
        if entry.job.lane == Lane::Premium {
            return true;
        }
        let left = std::mem::replace(&mut entry.place, next_place);
        Arc::make_mut(&mut entry.job).lane = Lane::Premium;
        let place = self.arrive();
        // A delivered job moves to its new place when it waits again.
        if self.lane(Lane::Standard).remove(&left).is_some() {
            self.lane(Lane::Premium).insert(place, package);
            if let Some(entry) = self.entries.get_mut(&package) {
                entry.delivery = None;
            }
        }
        true
    }

    pub(super) fn purge(&mut self, package: PackageId) {
        if let Some(entry) = self.entries.remove(&package) {
            match entry.delivered_until {
                Some(until) => self.delivered.remove(&(until, package)),
                None => self.lane(entry.job.lane).remove(&entry.place).is_some(),
            };
        }
    }

    /// Returns false if this is not the last delivery of the job.
    pub(super) fn extend(&mut self, package: PackageId, delivery: u64, now: Instant, lease: Duration) -> bool {
        let Some((lane, place)) = self.undeliver(package, delivery) else {
            return false;
        };
        self.lane(lane).remove(&place);
        self.delivered.insert((now + lease, package));
        if let Some(entry) = self.entries.get_mut(&package) {
            entry.delivered_until = Some(now + lease);
        }
        true
    }

    pub(super) fn acknowledge(&mut self, package: PackageId, delivery: u64) {
        if self.is_last(package, delivery) {
            self.purge(package);
        }
    }

    /// Returns false if this is not the last delivery of the job.
    pub(super) fn release(&mut self, package: PackageId, delivery: u64) -> bool {
        let Some((lane, place)) = self.undeliver(package, delivery) else {
            return false;
        };
        self.lane(lane).insert(place, package);
        true
    }

    /// The job waits again from that instant on, as if its delivery ended then. Returns false if this is not its last one.
    pub(super) fn postpone(&mut self, package: PackageId, delivery: u64, until: Instant) -> bool {
        if self.undeliver(package, delivery).is_none() {
            return false;
        }
        self.delivered.insert((until, package));
        if let Some(entry) = self.entries.get_mut(&package) {
            entry.delivery = None;
            entry.delivered_until = Some(until);
        }
        true
    }

    /// A job without a delivery waits again at once. Returns false if the queue has no job of this run.
    pub(super) fn expedite(&mut self, package: PackageId, run: RunId) -> bool {
        let Some(entry) = self.entries.get_mut(&package).filter(|entry| entry.job.run == run) else {
            return false;
        };
        if let Some(until) = entry.delivered_until.take_if(|_| entry.delivery.is_none()) {
            let (lane, place) = (entry.job.lane, entry.place);
            self.delivered.remove(&(until, package));
            self.lane(lane).insert(place, package);
        }
        true
    }

    fn end_leases(&mut self, now: Instant) {
        while let Some((until, package)) = self.delivered.first().copied()
            && until <= now
        {
            self.delivered.remove(&(until, package));
            if let Some(entry) = self.entries.get_mut(&package) {
                entry.delivered_until = None;
                let (lane, place) = (entry.job.lane, entry.place);
                self.lane(lane).insert(place, package);
            }
        }
    }

    /// Removes the job from `delivered` and returns its lane and place, if this is its last delivery.
    fn undeliver(&mut self, package: PackageId, delivery: u64) -> Option<(Lane, u64)> {
        if !self.is_last(package, delivery) {
            return None;
        }
        let entry = self.entries.get_mut(&package)?;
        if let Some(until) = entry.delivered_until.take() {
            self.delivered.remove(&(until, package));
        }
        Some((entry.job.lane, entry.place))
    }

    fn is_last(&self, package: PackageId, delivery: u64) -> bool {
        self.entries
            .get(&package)
            .is_some_and(|entry| entry.delivery == Some(delivery))
    }

    fn arrive(&mut self) -> u64 {
        let place = self.arrivals;
        self.arrivals += 1;
        place
    }

    fn lane(&mut self, lane: Lane) -> &mut BTreeMap<u64, PackageId> {
        match lane {
            Lane::Standard => &mut self.waiting[0],
            Lane::Premium => &mut self.waiting[1],
        }
    }
}
