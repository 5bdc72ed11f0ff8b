//! Adapters that keep everything in the process: for tests, and for embedding.

mod archive;
pub mod report;

pub use archive::MemoryArchive;
