//! Adapters that keep everything in this process: for embedded mode, for embedders, for tests.

pub mod queue;
