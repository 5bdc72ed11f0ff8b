//! An instance of several processes while one of them dies or stalls, or a backend is unavailable.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod backup;
mod black_hole;
mod clock;
mod deaths;
mod disk;
mod health;
mod lost_jobs;
mod operators;
mod outages;
mod readiness;
mod requests;
mod stalled;
mod start;
#[path = "../support/mod.rs"]
mod support;
mod world;
