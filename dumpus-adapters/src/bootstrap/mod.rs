//! Start-up that the programs share: settings, the log, and the backends of an instance.

pub mod backends;
pub mod config;
pub mod telemetry;

pub use backends::{Backends, StartupError};
