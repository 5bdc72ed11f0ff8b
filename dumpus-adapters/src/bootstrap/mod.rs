//! Start-up that the programs share: settings, the log, and the backends of an instance.

pub mod backends;
pub mod process;
mod settings;
pub mod telemetry;

pub use backends::StartupError;
pub use settings::{BackendSettings, WorkSettings};
