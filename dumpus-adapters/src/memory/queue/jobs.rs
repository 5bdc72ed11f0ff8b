//! Who waits, who is delivered, and until when: a plain structure told what time it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, lane_order};
use dumpus_ports::queue::Job;

/// Every job is either in its lane of `waiting` or in `held`, at the key that its entry tells.
#[derive(Default)]
pub(super) struct Jobs {
    entries: HashMap<PackageId, Entry>,
    waiting: [BTreeMap<u64, PackageId>; Lane::ALL.len()],
    held: BTreeSet<(Instant, PackageId)>,
    arrivals: u64,
    deliveries: u64,
    turns: u64,
}

struct Entry {
    job: Arc<Job>,
    place: u64,
    /// The last delivery; its worker may still settle the job when the lease has ended and nobody else came.
    delivery: Option<u64>,
    held_until: Option<Instant>,
}

impl Jobs {
    /// False when the queue has the job's run already. A job of an older run gives way.
    pub(super) fn push(&mut self, job: Job) -> bool {
        if self
            .entries
            .get(&job.package)
            .is_some_and(|entry| entry.job.run == job.run)
        {
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
            held_until: None,
        };
        self.entries.insert(package, entry);
        true
    }

    /// The next job of these lanes and the number of its delivery.
    pub(super) fn take(&mut self, lanes: &[Lane], now: Instant, lease: Duration) -> Option<(Arc<Job>, u64)> {
        self.end_leases(now);
        let order = lane_order(self.turns);
        let served = order.into_iter().filter(|lane| lanes.contains(lane));
        let package = served
            .into_iter()
            .find_map(|lane| self.lane(lane).pop_first())
            .map(|(_, package)| package)?;
        // A lane's turn stays until a worker comes that serves it.
        if lanes.contains(&order[0]) {
            self.turns += 1;
        }
        self.deliveries += 1;
        let delivery = self.deliveries;
        let until = now + lease;
        self.held.insert((until, package));
        let entry = self.entries.get_mut(&package)?;
        entry.delivery = Some(delivery);
        entry.held_until = Some(until);
        Some((entry.job.clone(), delivery))
    }

    /// When the next lease ends.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.held.first().map(|(until, _)| *until)
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
        // A job in a worker's hands goes to its place when it waits again.
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
            match entry.held_until {
                Some(until) => self.held.remove(&(until, package)),
                None => self.lane(entry.job.lane).remove(&entry.place).is_some(),
            };
        }
    }

    /// False when the delivery is not the job's last one.
    pub(super) fn extend(&mut self, package: PackageId, delivery: u64, now: Instant, lease: Duration) -> bool {
        let Some((lane, place)) = self.unhold(package, delivery) else {
            return false;
        };
        self.lane(lane).remove(&place);
        self.held.insert((now + lease, package));
        if let Some(entry) = self.entries.get_mut(&package) {
            entry.held_until = Some(now + lease);
        }
        true
    }

    pub(super) fn acknowledge(&mut self, package: PackageId, delivery: u64) {
        if self.is_last(package, delivery) {
            self.purge(package);
        }
    }

    /// False when the delivery is not the job's last one.
    pub(super) fn release(&mut self, package: PackageId, delivery: u64) -> bool {
        let Some((lane, place)) = self.unhold(package, delivery) else {
            return false;
        };
        self.lane(lane).insert(place, package);
        true
    }

    fn end_leases(&mut self, now: Instant) {
        while let Some((until, package)) = self.held.first().copied()
            && until <= now
        {
            self.held.remove(&(until, package));
            if let Some(entry) = self.entries.get_mut(&package) {
                entry.held_until = None;
                let (lane, place) = (entry.job.lane, entry.place);
                self.lane(lane).insert(place, package);
            }
        }
    }

    /// Takes the job out of `held` and tells its place, if the delivery is its last one.
    fn unhold(&mut self, package: PackageId, delivery: u64) -> Option<(Lane, u64)> {
        if !self.is_last(package, delivery) {
            return None;
        }
        let entry = self.entries.get_mut(&package)?;
        if let Some(until) = entry.held_until.take() {
            self.held.remove(&(until, package));
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
