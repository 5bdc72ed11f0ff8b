//! State that all owners and the faults share.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dumpus_tests::Truth;

use crate::support::wait::within;
use crate::tally::Tally;

pub(crate) const ADMIN_TOKEN: &str = "a-token-of-the-chaos-run";

pub(crate) struct World {
    pub(crate) servers: Vec<SocketAddr>,
    /// By content number.
    pub(crate) truths: Vec<Truth>,
    pub(crate) tally: Tally,
    pub(crate) packages: u64,
    /// When everything must be settled.
    pub(crate) deadline: Instant,
    /// Packages that their owners delete at the next poll.
    pub(crate) doomed: Mutex<HashSet<String>>,
    /// Packages whose log lines are printed if the run fails.
    pub(crate) suspects: Mutex<Vec<String>>,
    requests: AtomicU64,
    is_broken: AtomicBool,
}

impl World {
    pub(crate) fn new(servers: Vec<SocketAddr>, truths: Vec<Truth>, packages: u64, limit: Duration) -> Self {
        Self {
            servers,
            truths,
            tally: Tally::default(),
            packages,
            deadline: Instant::now() + limit,
            doomed: Mutex::default(),
            suspects: Mutex::default(),
            requests: AtomicU64::new(0),
            is_broken: AtomicBool::new(false),
        }
    }

    pub(crate) fn settled(&self) -> u64 {
        self.tally.of("owners: settled")
    }

    /// Number of requests that owners have sent.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether all packages are settled, or an owner has failed.
    pub(crate) fn is_over(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed) || self.settled() == self.packages
    }

    /// Whether an owner has failed, so that all others stop.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Waits for a condition or the end of the run.
    pub(crate) fn until(&self, what: &str, is_it: impl Fn() -> bool) {
        let left = self.deadline.saturating_duration_since(Instant::now());
        within(left, what, || (is_it() || self.is_over()).then_some(()));
    }
}

/// Stops the others if the thread that holds it panics.
pub(crate) struct Alarm<'a>(pub(crate) &'a World);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_broken.store(true, Ordering::Relaxed);
        }
    }
}
