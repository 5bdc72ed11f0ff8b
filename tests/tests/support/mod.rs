//! What several test binaries share.
#![allow(dead_code, clippy::allow_attributes, reason = "each binary uses its part")]

pub mod engine;
pub mod tables;
