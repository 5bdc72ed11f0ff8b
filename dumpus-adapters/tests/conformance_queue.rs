//! The contract of queues, against every adapter.

#[cfg(feature = "redis")]
mod redis_server;

#[cfg(feature = "memory")]
mod process {
    use std::sync::Arc;
    use std::time::Duration;

    use dumpus_adapters::memory::queue::ProcessQueue;
    use dumpus_ports::conformance::queue::QueueUnderTest;
    use dumpus_ports::queue::JobQueue;

    async fn fresh(lease: Duration) -> Option<QueueUnderTest> {
        let queue: Arc<dyn JobQueue> = Arc::new(ProcessQueue::new(lease));
        Some(QueueUnderTest {
            server: queue.clone(),
            worker: queue.clone(),
            other: queue,
        })
    }

    dumpus_ports::queue_conformance!(fresh);
}

#[cfg(feature = "redis")]
mod redis {
    #![expect(clippy::expect_used, reason = "a missing server fails the test")]

    use std::sync::Arc;
    use std::time::Duration;

    use dumpus_adapters::redis::RedisQueue;
    use dumpus_ports::conformance::queue::QueueUnderTest;

    use crate::redis_server::{fresh_prefix, options, shared_url};

    async fn fresh(lease: Duration) -> Option<QueueUnderTest> {
        let url = shared_url()?;
        let prefix = fresh_prefix();
        let connect = async |consumer: &str| {
            let options = options(&url, &prefix, lease, consumer);
            Arc::new(RedisQueue::connect(options).await.expect("Redis is there"))
        };
        Some(QueueUnderTest {
            server: connect("server").await,
            worker: connect("worker").await,
            other: connect("other").await,
        })
    }

    dumpus_ports::queue_conformance!(fresh);
}
