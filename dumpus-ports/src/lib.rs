#![doc = include_str!("../README.md")]

pub use dumpus_domain as domain;

pub mod archive;
pub mod blobs;
pub mod clock;
#[cfg(any(feature = "conformance", doc))]
pub mod conformance;
mod facade;
pub mod profiles;
pub mod queue;
pub mod rate_limiter;
pub mod registry;
pub mod report;
pub mod source;
pub mod usecase;
pub mod vault;

/// Cancels a download or an analysis, and stops the work of a process.
pub use tokio_util::sync::CancellationToken;

pub use facade::{Dumpus, DumpusBuilder, MissingPort};

/// A driver's error behind a port: kept for the log, never shown to users.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
