//! The owners of packages: their keys, and their submissions.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::instance::submission;

/// Concurrent submissions.
const AT_ONCE: u32 = 16;

/// All owners who have submitted a package so far.
pub(crate) struct Owners<'a> {
    /// The archive of its link never ends, so a worker stays occupied.
    discord: &'a Discord,
    next: AtomicU32,
    /// Package ids by owner number.
    ids: Mutex<Vec<(u32, String)>>,
}

impl<'a> Owners<'a> {
    pub(crate) const fn of(discord: &'a Discord) -> Self {
        Self {
            discord,
            next: AtomicU32::new(0),
            ids: Mutex::new(Vec::new()),
        }
    }

    /// The key of an owner, as long as Discord's. The script of [`super::wrk`] generates the same.
    pub(crate) fn key(number: u32) -> String {
        format!("u001.owner-{number}-{}", "Key_of-a.package0".repeat(46))
    }

    /// Owner numbers and package ids.
    pub(crate) fn ids(&self) -> Vec<(u32, String)> {
        self.ids.lock().unwrap().clone()
    }

    /// Submits `count` packages as fast as possible.
    pub(crate) fn submit_all(&self, address: SocketAddr, count: u32) {
        let began = Instant::now();
        let left = AtomicU32::new(count);
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    let take = |left: u32| left.checked_sub(1);
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                        assert!(self.submit(address), "a submission failed");
                    }
                });
            }
        });
        let per_second = f64::from(count) / began.elapsed().as_secs_f64();
        println!("{count} submissions at full speed: {per_second:.0}/s");
    }

    /// Submits packages at a fixed rate, regardless of how long earlier ones take, and returns their number.
    pub(crate) fn submit_paced(&self, address: SocketAddr, rate: u32, length: Duration) -> u32 {
        let count = rate * u32::try_from(length.as_secs()).unwrap();
        let (began, number, errors) = (Instant::now(), AtomicU32::new(0), AtomicU32::new(0));
        let times = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    loop {
                        let number = number.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            break;
                        }
                        let due = began + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        if !self.submit(address) {
                            errors.fetch_add(1, Ordering::Relaxed);
                        }
                        // Measured from the scheduled time, so that a server that falls behind is noticed.
                        times.lock().unwrap().push(due.elapsed());
                    }
                });
            }
        });
        let mut times = times.into_inner().unwrap();
        times.sort_unstable();
        let place = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!(
            "{count} submissions at {rate} a second for {length:?}: {} errors, median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            errors.into_inner(),
            place(50),
            place(99),
            place(100)
        );
        count
    }

    /// Submits a package, and returns whether it was accepted.
    fn submit(&self, address: SocketAddr) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let url = self.link(number);
        let Ok(response) = submission(&url).send(address) else {
            return false;
        };
        if response.status != 200 || response.json()["isAccepted"] != Value::Bool(true) {
            return false;
        }
        let id = response.json()["packageId"].as_str().unwrap().to_owned();
        self.ids.lock().unwrap().push((number, id));
        true
    }

    /// Only the first link works; its archive never ends.
    fn link(&self, number: u32) -> String {
        let key = Self::key(number);
        if number > 0 {
            return format!("https://click.discord.com/ls/click?upn={key}");
        }
        let link: Link = self
            .discord
            .link_with_key(&key, std::sync::Arc::new(vec![0; 1_000_000]), Behaviour::Paused);
        link.url
    }
}
