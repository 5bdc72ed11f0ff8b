//! The log, and what must never come near it.

use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Log")]
#[non_exhaustive]
pub struct LogSettings {
    /// What is logged: a level, or directives such as `info,dumpus_server=debug`.
    #[arg(id = "log", long, env = "DUMPUS_LOG", value_name = "FILTER", value_parser = filter, default_value = "info")]
    pub filter: String,
    /// Text, or one JSON object per line.
    #[arg(
        id = "log_format",
        long = "log-format",
        env = "DUMPUS_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub format: LogFormat,
}

/// The form of a line of the log.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "lower")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

fn filter(text: &str) -> Result<String, String> {
    let expected = |_| "expected a filter such as info,dumpus_server=debug".to_owned();
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(expected)
}

/// Drivers may log addresses, statements and parameters below these levels, whatever the operator asks for.
const CAPS: &str = "hyper=info,hyper_util=info,h2=info,poem=warn,rustls=info,sqlx=warn,sea_orm=warn,\
                    sea_orm_migration=warn,fred=warn,object_store=warn,reqwest=info";

/// Starts the log of this process.
pub fn init(settings: &LogSettings) {
    let filter = EnvFilter::new(format!("{},{CAPS}", settings.filter));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start, as in tests, keeps the first.
    let started = if settings.format == LogFormat::Json {
        log.json().try_init()
    } else {
        log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init()
    };
    drop(started);
    hide_panic_messages();
}

/// Logs where a task panicked, not its message, which may quote data.
fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "Task panicked");
    }));
}
