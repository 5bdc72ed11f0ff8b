//! Start-up that the programs share: settings, the log, and the backends of an instance.

pub mod backends;
pub mod beside;
mod data_dir;
mod disk;
mod exposure;
mod identity;
mod presence;
pub mod process;
mod settings;
mod summary;
pub mod telemetry;
mod waiting;

pub use backends::StartupError;
pub use disk::DiskWatch;
pub use presence::{KeyChecks, hostname, process_info, resident_memory};
pub use process::DebugSettings;
pub use settings::{BackendSettings, WorkSettings};
pub use summary::Summary;
