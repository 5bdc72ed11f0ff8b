//! Backends that start at the same time as this process, or later.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use tokio::time::Instant;

use super::backends::StartupError;
use crate::redis::{self, RedisOptions, RedisQueue};
use crate::sql::{self, SqlDatabase, SqlOptions};

/// Attempts to reach a backend that is starting: after a second, then every eight.
const START_RETRY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_secs(1))
    .with_max_delay(Duration::from_secs(8))
    .without_max_times();

/// The database, once it answers.
pub(super) async fn database(url: &str, deadline: Instant) -> Result<SqlDatabase, StartupError> {
    let is_transient =
        |error: &sql::ConnectError| matches!(error, sql::ConnectError::Unusable { is_transient: true, .. });
    let connect = || SqlDatabase::connect(url, SqlOptions::default());
    connect
        .retry(START_RETRY)
        .when(|error| is_transient(error) && Instant::now() < deadline)
        .notify(|error, _| tracing::warn!("Waiting: {error}"))
        .await
        .map_err(StartupError::of)
}

/// The queue, once it answers.
pub(super) async fn queue(options: &RedisOptions, deadline: Instant) -> Result<RedisQueue, StartupError> {
    let is_transient = |error: &redis::ConnectError| matches!(error, redis::ConnectError::Unreachable { .. });
    let connect = || RedisQueue::connect(options.clone());
    connect
        .retry(START_RETRY)
        .when(|error| is_transient(error) && Instant::now() < deadline)
        .notify(|error, _| tracing::warn!("Waiting: {error}"))
        .await
        .map_err(StartupError::of)
}
