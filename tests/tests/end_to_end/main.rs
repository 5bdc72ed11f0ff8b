//! The whole product from outside: links are submitted over HTTP, statistics are fetched.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod deletion;
mod downloads;
mod endurance;
mod errors;
mod operator;
mod proxies;
mod readme;
mod results;
#[path = "../support/mod.rs"]
mod support;
mod tampering;
