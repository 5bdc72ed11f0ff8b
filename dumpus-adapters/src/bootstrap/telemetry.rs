//! The log, and what must never come near it.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets};
use tracing_subscriber::layer::{Filter, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

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
    // A word alone would be taken for the name of a module, of which everything is logged, and nothing else.
    let is_level = |word: &str| word.contains(['=', '[']) || word.trim().parse::<LevelFilter>().is_ok();
    let is_filter = EnvFilter::try_new(text).is_ok() && text.split(',').all(is_level);
    let expected = || "expected a filter such as info,dumpus_server=debug".to_owned();
    is_filter.then(|| text.to_owned()).ok_or_else(expected)
}

/// Drivers may log addresses, statements and parameters below these levels, whatever the operator asks for.
const CAPS: [(&str, LevelFilter); 11] = [
    ("fred", LevelFilter::WARN),
    ("h2", LevelFilter::INFO),
    ("hyper", LevelFilter::INFO),
    ("hyper_util", LevelFilter::INFO),
    ("object_store", LevelFilter::WARN),
    ("poem", LevelFilter::WARN),
    ("reqwest", LevelFilter::INFO),
    ("rustls", LevelFilter::INFO),
    ("sea_orm", LevelFilter::WARN),
    ("sea_orm_migration", LevelFilter::WARN),
    ("sqlx", LevelFilter::WARN),
];

/// A driver repeats these with every connection while PostgreSQL is away; this product logs each outage once. Directives for
/// the same targets precede them.
const REPEATED: &str = "sqlx_core::pool::inner=off,sqlx::postgres::notice=off";

/// What the operator asks for, within the caps. A directive for a part of a driver, such as `hyper::proto=trace`, does not
/// exceed them.
fn capped<S: Subscriber + for<'a> LookupSpan<'a>>(directives: &str) -> impl Filter<S> + use<S> {
    let caps = Targets::new().with_default(LevelFilter::TRACE).with_targets(CAPS);
    EnvFilter::new(format!("{REPEATED},{directives}")).and(caps)
}

/// Starts the log of this process.
pub fn init(settings: &LogSettings) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = match settings.format {
        LogFormat::Json => lines.json().boxed(),
        LogFormat::Text => lines.with_ansi(is_terminal).boxed(),
    };
    let log = tracing_subscriber::registry().with(lines.with_filter(capped(&settings.filter)));
    // A second start, as in tests, keeps the first.
    drop(log.try_init());
    hide_panic_messages();
}

/// Logs where a task panicked, not its message, which may quote data.
fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "Task panicked");
    }));
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_directive_makes_drivers_log_more_than_their_caps() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
        let directives = "trace,hyper::proto=trace,sqlx::query=debug,fred[span]=trace";
        let log = tracing_subscriber::registry().with(layer.with_filter(capped(directives)));
        tracing::subscriber::with_default(log, || {
            tracing::trace!(target: "hyper::proto::h1::io", "capped 1");
            tracing::debug!(target: "sqlx::query", "capped 2");
            tracing::info!(target: "fred", "capped 3");
            tracing::info!(target: "hyper::proto::h1", "kept 1");
            tracing::warn!(target: "sqlx::query", "kept 2");
            tracing::trace!(target: "dumpus_server::api", "kept 3");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            (text.matches("capped").count(), text.matches("kept").count()),
            (0, 3),
            "{text}"
        );
    }

    #[test]
    fn what_drivers_repeat_while_a_backend_is_away_is_not_logged_unless_asked_for() {
        for (directives, expected) in [("debug", 0), ("info,sqlx_core::pool::inner=warn", 1)] {
            let lines = Lines::default();
            let writer = lines.clone();
            let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
            let log = tracing_subscriber::registry().with(layer.with_filter(capped(directives)));
            tracing::subscriber::with_default(log, || {
                tracing::warn!(target: "sqlx_core::pool::inner", "repeated");
                tracing::warn!(target: "sqlx::postgres::notice", "repeated");
                tracing::warn!(target: "sqlx_core::query", "kept");
            });
            let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            let counts = (text.matches("repeated").count(), text.matches("kept").count());
            assert_eq!(counts, (expected, 1), "{text}");
        }
    }

    #[test]
    fn a_misspelt_level_is_not_taken_for_a_module() {
        for text in [
            "info",
            "OFF",
            "warn,dumpus_server=debug",
            "dumpus_server[request]=trace,error",
        ] {
            assert_eq!(filter(text).as_deref(), Ok(text));
        }
        for text in ["inof", "info,dumpus_server", "dumpus_server=debgu"] {
            assert!(filter(text).is_err(), "{text}");
        }
    }
}
