#![doc = include_str!("../README.md")]

pub use dumpus_domain as domain;

pub mod archive;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod report;

/// A driver's error behind a port: kept for the log, never shown to users.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
