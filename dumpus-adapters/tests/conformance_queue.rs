//! Every queue keeps the contract of the port.

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
