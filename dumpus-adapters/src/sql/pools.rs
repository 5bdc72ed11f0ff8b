//! The connections of a database, by purpose.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::pool::Pool;

/// Interval of attempts to empty the write-ahead log.
const LOG_RETRY: Duration = Duration::from_secs(1);

/// Limits of connections and requests.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SqlOptions {
    /// Connections for requests. A few more are made for blobs, and one for the snapshot.
    pub connections: u32,
    /// Longest wait of a request for a connection.
    pub acquire_timeout: Duration,
    /// Longest duration of a request, including the wait for a connection.
    pub request_timeout: Duration,
    /// Longest time to write or read a blob.
    pub blob_timeout: Duration,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self {
            connections: 10,
            acquire_timeout: Duration::from_secs(1),
            // The API answers within two seconds, even when the database does not.
            request_timeout: Duration::from_millis(1_800),
            blob_timeout: Duration::from_secs(20),
        }
    }
}

/// Connections by purpose, so that no kind of work waits for another kind.
#[derive(Clone, Debug)]
pub(super) struct Pools {
    /// Requests that only read.
    pub(super) read: Pool,
    /// Requests that write. On SQLite one connection: writers take turns without finding the file locked.
    pub(super) write: Pool,
    /// The snapshot.
    pub(super) queue_snapshot: Pool,
    /// Blobs that are read: they take longer.
    pub(super) blob_reads: Pool,
    /// Blobs that are written or erased.
    pub(super) blob_writes: Pool,
    /// Whether a task tries to empty SQLite's write-ahead log.
    pub(super) is_emptying_log: Arc<AtomicBool>,
    /// The file of SQLite.
    pub(super) file: Option<Arc<Path>>,
}

impl Pools {
    /// All of them, with those that write last.
    pub(super) fn each(&mut self) -> impl Iterator<Item = &mut Pool> {
        [
            &mut self.read,
            &mut self.queue_snapshot,
            &mut self.blob_reads,
            &mut self.blob_writes,
            &mut self.write,
        ]
        .into_iter()
    }

    /// Makes sure that what a statement erased cannot be read from the database's files any more: SQLite's write-ahead
    /// log holds pages as they were before. While a long read uses the log, a task goes on trying.
    pub(super) async fn erased(&self) {
        if self.write.dialect().is_postgres() || self.empty_log().await {
            return;
        }
        if self.is_emptying_log.swap(true, Ordering::AcqRel) {
            return;
        }
        tracing::warn!(
            "Could not empty the write-ahead log, which still holds erased data: it is in use; trying again"
        );
        let pools = self.clone();
        tokio::spawn(async move {
            loop {
                sleep(LOG_RETRY).await;
                // Before the attempt: what is erased after it needs another one.
                pools.is_emptying_log.store(false, Ordering::Release);
                if pools.empty_log().await || pools.is_emptying_log.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        });
    }

    /// Whether the write-ahead log is empty now.
    async fn empty_log(&self) -> bool {
        let answer = self.write.one("PRAGMA wal_checkpoint(TRUNCATE)", Vec::new()).await;
        // The first column is 1 if the log is in use.
        answer.is_ok_and(|row| row.and_then(|row| row.try_get_by_index::<i64>(0).ok()) == Some(0))
    }
}
