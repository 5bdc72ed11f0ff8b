//! What an instance of many processes does while one of them dies or stalls, or a backend is away.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod away;
mod deaths;
mod health;
mod requests;
mod stalled;
mod start;
#[path = "../support/mod.rs"]
mod support;
mod world;
