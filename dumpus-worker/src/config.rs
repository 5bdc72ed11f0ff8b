//! The worker's settings.

use std::net::SocketAddr;

use clap::{Args, Command};
use dumpus_adapters::archive_zip::ZipOptions;
use dumpus_adapters::bootstrap::telemetry::LogSettings;
use dumpus_adapters::bootstrap::{BackendSettings, DebugSettings, WorkSettings};
use dumpus_adapters::report_sqlite::SqliteOptions;
use dumpus_adapters::source_http::HttpSourceSettings;

/// The worker's settings.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Worker")]
pub struct WorkerConfig {
    /// Where the worker answers `/health` and `/ready`; two workers on one machine need two addresses.
    #[arg(id = "worker_listen", long = "worker-listen", env = "DUMPUS_WORKER_LISTEN", value_name = "ADDRESS:PORT",
        default_value_t = SocketAddr::from(([127, 0, 0, 1], 5_001)))]
    pub listen: SocketAddr,
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

/// The declaration of all settings, of which none is required.
#[must_use]
pub fn all_settings() -> Command {
    WorkerConfig::augment_args(Command::new("dumpus-worker"))
}

/// The declaration of all settings, with those required that a worker cannot do without.
#[must_use]
pub fn settings() -> Command {
    let required = ["postgres_url", "redis_url"].into_iter();
    required.fold(all_settings(), |settings, id| {
        settings.mut_arg(id, |arg| arg.required(true))
    })
}
