//! The worker's settings.

use clap::{Args, Command};
use dumpus_adapters::archive_zip::ZipOptions;
use dumpus_adapters::bootstrap::telemetry::LogSettings;
use dumpus_adapters::bootstrap::{BackendSettings, DebugSettings, WorkSettings};
use dumpus_adapters::report_sqlite::SqliteOptions;
use dumpus_adapters::source_http::HttpSourceSettings;

/// The worker's settings.
#[derive(Args, Clone, Debug)]
pub struct WorkerConfig {
    /// Where results are kept. PostgreSQL and Redis are required: a worker takes packages from a server's queue.
    #[command(flatten)]
    pub backends: BackendSettings,
    /// How packages are fetched.
    #[command(flatten)]
    pub source: HttpSourceSettings,
    /// How they are processed.
    #[command(flatten)]
    pub work: WorkSettings,
    /// How they are read.
    #[command(flatten)]
    pub zip: ZipOptions,
    /// How large statistics files may be.
    #[command(flatten)]
    pub report: SqliteOptions,
    /// What is logged.
    #[command(flatten)]
    pub log: LogSettings,
    /// What helps to find defects.
    #[command(flatten)]
    pub debug: DebugSettings,
}

/// The declaration of all settings.
#[must_use]
pub fn settings() -> Command {
    let settings = WorkerConfig::augment_args(Command::new("dumpus-worker"));
    ["postgres_url", "redis_url"]
        .into_iter()
        .fold(settings, |settings, id| settings.mut_arg(id, |arg| arg.required(true)))
}
