//! Commands to Redis: one attempt each, a second at most.

use std::sync::Arc;
use std::time::Duration;

use dumpus_ports::queue::QueueError;
use fred::clients::Client;
use fred::error::{Error, ErrorKind};
use fred::interfaces::{ClientLike, LuaInterface};
use fred::types::config::{Config, ReconnectPolicy};
use fred::types::{Builder, ConnectHandle, FromValue, Value};

use super::keys::Keys;
use super::options::RedisOptions;
use super::outstanding::OutstandingDeliveries;
use super::scripts;
use uuid::Uuid;

/// A request has two seconds for all backends together.
pub(super) const TIMEOUT: Duration = Duration::from_secs(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const RECONNECT_EVERY_MS: u32 = 250;

/// One process's part in the queue.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) keys: Keys,
    pub(super) lease: Duration,
    pub(super) consumer: String,
    pub(super) outstanding: OutstandingDeliveries,
}

/// A connection that comes back by itself until it is dropped.
pub(super) struct Connection {
    pub(super) client: Client,
    task: ConnectHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The driver's task would reconnect for ever, and QUIT would wait behind a blocking read.
        self.task.abort();
    }
}

pub(super) async fn connect(config: Config) -> Result<Connection, Error> {
    let client = Builder::from_config(config)
        .set_policy(ReconnectPolicy::new_constant(0, RECONNECT_EVERY_MS))
        .with_performance_config(|performance| performance.default_command_timeout = TIMEOUT)
        .with_connection_config(|connection| {
            connection.connection_timeout = CONNECT_TIMEOUT;
            connection.internal_command_timeout = TIMEOUT;
            // A command that was written may have been executed: writing it again is its caller's decision.
            connection.max_command_attempts = 1;
        })
        .build()?;
    let task = client.init().await?;
    Ok(Connection { client, task })
}

impl Shared {
    pub(super) fn new(connection: Connection, options: RedisOptions) -> Self {
        Self {
            connection,
            keys: Keys::new(&options.prefix),
            lease: options.lease,
            consumer: options.consumer,
            outstanding: OutstandingDeliveries::default(),
        }
    }

    pub(super) fn lease_ms(&self) -> String {
        self.lease.as_millis().to_string()
    }

    /// Runs a script to its end or its timeout, even when the caller goes away: the driver drops commands that have
    /// timed out, but would send one, after Redis returned, whose caller was dropped.
    pub(super) async fn run<R>(
        self: &Arc<Self>,
        script: &'static str,
        keys: Vec<String>,
        arguments: Vec<Value>,
    ) -> Result<R, QueueError>
    where
        R: FromValue + Send + 'static,
    {
        let shared = self.clone();
        let answer = tokio::spawn(async move { shared.evaluate(script, keys, arguments).await }).await;
        answer
            .map_err(|error| QueueError::Failed(error.into()))?
            .map_err(queue_error)
    }

    /// Must run in a task of its own, or to its end.
    pub(super) async fn evaluate<R: FromValue>(
        &self,
        script: &'static str,
        keys: Vec<String>,
        arguments: Vec<Value>,
    ) -> Result<R, Error> {
        let client = &self.connection.client;
        let first: Result<R, Error> = client.eval(script, keys.clone(), arguments.clone()).await;
        match first {
            Err(error) if error.details().contains("NOGROUP") => {
                tracing::warn!("the queue's consumer group is gone: making it again");
                let marker = vec![Value::from(Uuid::new_v4().simple().to_string())];
                let () = client.eval(scripts::REPAIR, self.keys.shared(), marker).await?;
                client.eval(script, keys, arguments).await
            }
            answer => answer,
        }
    }
}

/// Unavailable is what another attempt may cure: everything but errors in what was said.
pub(super) fn queue_error(error: Error) -> QueueError {
    let is_defect = match error.kind() {
        ErrorKind::Parse
        | ErrorKind::Protocol
        | ErrorKind::InvalidArgument
        | ErrorKind::InvalidCommand
        | ErrorKind::NotFound
        | ErrorKind::Config
        | ErrorKind::Url => true,
        _ => ["ERR ", "NOPERM", "NOSCRIPT", "CROSSSLOT"]
            .iter()
            .any(|code| error.details().starts_with(code)),
    };
    if is_defect {
        QueueError::Failed(error.into())
    } else {
        QueueError::Unavailable(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_unavailable_and_what_stays_is_a_defect() {
        let error = |kind, details: &'static str| queue_error(Error::new(kind, details));
        for (kind, details) in [
            (ErrorKind::IO, "connection refused"),
            (ErrorKind::Timeout, "Request timed out."),
            (ErrorKind::Canceled, "Canceled."),
            (ErrorKind::Auth, "NOAUTH Authentication required."),
            (ErrorKind::Unknown, "LOADING Redis is loading the dataset in memory"),
            (
                ErrorKind::Unknown,
                "OOM command not allowed when used memory > 'maxmemory'.",
            ),
            (
                ErrorKind::Unknown,
                "READONLY You can't write against a read only replica.",
            ),
            (ErrorKind::Unknown, "Too many failed write attempts."),
        ] {
            assert!(matches!(error(kind, details), QueueError::Unavailable(_)), "{details}");
        }
        for (kind, details) in [
            (ErrorKind::Unknown, "ERR Error compiling script"),
            (
                ErrorKind::Unknown,
                "NOPERM this user has no permissions to run the 'eval' command",
            ),
            (
                ErrorKind::InvalidArgument,
                "WRONGTYPE Operation against a key holding the wrong kind of value",
            ),
        ] {
            assert!(matches!(error(kind, details), QueueError::Failed(_)), "{details}");
        }
    }
}
