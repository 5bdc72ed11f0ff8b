//! Adapters that need nothing but memory, for tests and for trying things out.

mod archive;

pub use archive::MemoryArchive;
