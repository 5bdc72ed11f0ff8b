//! Adapters that keep everything in this process: for embedded mode, for embedders, for tests.

mod archive;
pub mod blobs;
pub mod clock;
pub mod profiles;
pub mod queue;
mod rate_limiter;
pub mod registry;
pub mod report;
pub mod source;

pub use archive::MemoryArchive;
pub use blobs::MemoryBlobs;
pub use queue::ProcessQueue;
pub use rate_limiter::MemoryRateLimiter;
pub use registry::MemoryRegistry;
pub use report::MemoryReports;
pub use source::{MemoryPackage, MemorySource};
