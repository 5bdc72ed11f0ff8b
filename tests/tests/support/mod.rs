//! What several test binaries share.
#![allow(dead_code, clippy::allow_attributes, reason = "each binary uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a test whose helper fails shall fail"
)]
#![allow(
    unreachable_pub,
    clippy::allow_attributes,
    reason = "how far a test binary reaches says nothing"
)]

pub mod authority;
pub mod database;
pub mod discord;
pub mod engine;
pub mod http;
pub mod instance;
pub mod process;
pub mod tables;
pub mod wait;
