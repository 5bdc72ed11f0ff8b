//! Commands to Redis, with one attempt and at most a second each.

use std::sync::Arc;
use std::time::Duration;

use dumpus_ports::queue::QueueError;
use fred::clients::Client;
use fred::error::{Error, ErrorKind};
use fred::interfaces::{ClientLike, LuaInterface};
use fred::types::config::{Config, ReconnectPolicy};
use fred::types::{Builder, ConnectHandle, FromValue, Value};

use super::keys::Keys;
use super::options::{ConnectError, RedisOptions};
use super::outstanding::OutstandingDeliveries;
use super::scripts;
use uuid::Uuid;

/// Timeout of a command. A request may take two seconds for all backends together.
pub(super) const TIMEOUT: Duration = Duration::from_secs(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const RECONNECT_EVERY_MS: u32 = 250;

/// State of the queue that its operations and deliveries share.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) keys: Keys,
    pub(super) lease: Duration,
    pub(super) consumer: String,
    pub(super) outstanding: OutstandingDeliveries,
    /// The URL without its password.
    address: String,
}

/// A connection that reconnects automatically until it is dropped.
pub(super) struct Connection {
    pub(super) client: Client,
    task: ConnectHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Without this, the driver's task would reconnect for ever. QUIT would wait for a blocking read.
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
            // A command that was sent may have been executed: only the caller can decide to send it again.
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
            address: options.address(),
            keys: Keys::new(&options.prefix, &options.instance),
            lease: options.lease,
            consumer: options.consumer,
            outstanding: OutstandingDeliveries::default(),
        }
    }

    pub(super) fn lease_ms(&self) -> String {
        self.lease.as_millis().to_string()
    }

    /// Runs a script to its end or its timeout, even if the caller is cancelled: the driver drops commands that have timed
    /// out, but after a reconnect it would send a command whose caller was cancelled.
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
        let result = tokio::spawn(async move { shared.evaluate(script, keys, arguments).await }).await;
        result
            .map_err(|error| QueueError::Failed(error.into()))?
            .map_err(|error| self.queue_error(error))
    }

    /// Errors that a retry may resolve are `Unavailable`: all except those of the command itself.
    pub(super) fn queue_error(&self, error: Error) -> QueueError {
        match ConnectError::other_instance(&error, &self.address, &self.keys) {
            Some(foreign) => QueueError::OtherInstance(foreign.into()),
            None => queue_error(error),
        }
    }

    /// Not cancel-safe: run it in a separate task, or to its end.
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
                tracing::warn!("Recreating the consumer group of the queue, which is missing");
                let marker = vec![Value::from(Uuid::new_v4().simple().to_string())];
                let () = client.eval(scripts::REPAIR, self.keys.shared(), marker).await?;
                client.eval(script, keys, arguments).await
            }
            result => result,
        }
    }
}

fn queue_error(error: Error) -> QueueError {
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
    fn temporary_errors_are_unavailable_and_permanent_ones_are_defects() {
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
