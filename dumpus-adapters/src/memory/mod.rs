//! Adapters that keep everything in the process: for tests, and for embedding.

pub mod report;
