//! The log, and what must never come near it.

use tracing_subscriber::EnvFilter;

use super::config::LogSettings;

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
    let started = if settings.is_json {
        log.json().try_init()
    } else {
        log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init()
    };
    drop(started);
    hide_panic_messages();
}

/// Panics tell where, not what: their messages may quote data.
fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic: this is a defect");
    }));
}

/// Keeps keys out of crash dumps: there are none.
pub fn disable_core_dumps() {
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tracing::warn!(error = %error, "core dumps could not be disabled");
    }
}
