//! What a worker answers when it is asked how it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dumpus_adapters::health::{Answer, Question, ask};
use dumpus_ports::domain::process::ProcessState;
use dumpus_ports::usecase::{BackendState, Liveness, ProcessPackage};
use dumpus_ports::{CancellationToken, Dumpus};
use serde_json::json;

/// Work without a sign of life for this long hangs; requests to backends take 30 seconds at most.
const SILENCE: Duration = Duration::from_mins(1);
/// How long each backend has to answer.
const BACKEND_TIMEOUT: Duration = Duration::from_secs(1);

/// Knows how a worker is.
pub struct WorkerState {
    /// The instance.
    pub dumpus: Arc<Dumpus>,
    /// The work.
    pub process: ProcessPackage,
    /// Its signs of life.
    pub work: Vec<Liveness>,
    /// Ends when it is to take no more packages.
    pub stopping: CancellationToken,
}

impl WorkerState {
    /// Answers a question.
    pub async fn answer(&self, question: Question) -> Answer {
        let mut reasons = self.faults();
        if question == Question::Ready {
            let is_drained = self.process.report().state == ProcessState::Draining;
            reasons.extend(is_drained.then(|| "an operator drained this worker".to_owned()));
            let is_stopping = self.stopping.is_cancelled();
            reasons.extend(is_stopping.then(|| "this worker is stopping".to_owned()));
            reasons.extend(self.missing().await);
        }
        let (good, bad) = match question {
            Question::Health => ("healthy", "unhealthy"),
            Question::Ready => ("ready", "unavailable"),
        };
        let is_ok = reasons.is_empty();
        let report = self.process.report();
        let body = json!({
            "status": if is_ok { good } else { bad },
            "reasons": reasons,
            "process": self.process.id.to_string(),
            "state": report.state.as_str(),
            "done": report.done,
            "failed": report.failed,
        });
        let body = body.to_string();
        Answer { is_ok, body }
    }

    /// What is wrong with this worker. Unavailable backends are not its fault: it continues when they return.
    fn faults(&self) -> Vec<String> {
        let hangs = self.work.iter().any(|work| work.silence() > SILENCE);
        let hangs = hangs.then(|| format!("work hangs: no sign of life for {} seconds", SILENCE.as_secs()));
        hangs.into_iter().chain(self.process.report().fault).collect()
    }

    async fn missing(&self) -> Vec<String> {
        let readiness = self.dumpus.readiness(BACKEND_TIMEOUT).await;
        let mut missing = Vec::new();
        for (name, state) in [("the registry", readiness.registry), ("the queue", readiness.queue)] {
            match state {
                BackendState::Up => {}
                BackendState::NoWrites => missing.push(format!("{name} takes no writes")),
                BackendState::Foreign => missing.push(format!("{name} belongs to another instance")),
                BackendState::Down => missing.push(format!("{name} does not answer")),
            }
        }
        if !readiness.blobs {
            missing.push("the store of results does not answer".to_owned());
        }
        missing
    }
}

/// Asks the worker that listens there whether it works.
///
/// # Errors
/// A sentence that says why not.
pub fn check(listen: SocketAddr) -> Result<(), String> {
    match ask(listen, "/health") {
        Ok((true, _)) => Ok(()),
        Ok((false, body)) => {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            let reasons = body["reasons"].as_array().into_iter().flatten();
            let reasons: Vec<_> = reasons.filter_map(serde_json::Value::as_str).collect();
            Err(format!("the worker at {listen} is unhealthy: {}", reasons.join("; ")))
        }
        Err(error) => Err(format!("no worker answers at {listen}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
    use dumpus_adapters::memory::MemoryArchive;
    use dumpus_adapters::memory::blobs::MemoryBlobs;
    use dumpus_adapters::memory::queue::ProcessQueue;
    use dumpus_adapters::memory::registry::MemoryRegistry;
    use dumpus_adapters::memory::report::MemoryReports;
    use dumpus_adapters::memory::source::MemorySource;
    use dumpus_adapters::system::SystemClock;
    use dumpus_ports::registry::{Orders, Registry};

    fn state(work: Vec<Liveness>) -> WorkerState {
        let clock = Arc::new(SystemClock);
        let dumpus = Dumpus::builder()
            .registry(Registry::new(Arc::new(MemoryRegistry::new(clock.clone()))))
            .queue(Arc::new(ProcessQueue::default()))
            .blobs(Arc::new(MemoryBlobs::new(clock.clone())))
            .vault(Arc::new(RingVault::new(&InstanceKey::from_bytes([1; 32]))))
            .clock(clock)
            .build();
        let dumpus = Arc::new(dumpus.unwrap_or_else(|error| panic!("{error}")));
        let source = Arc::new(MemorySource::default());
        let process = dumpus.worker(source, Arc::new(MemoryArchive), Arc::new(MemoryReports));
        WorkerState {
            dumpus,
            process,
            work,
            stopping: CancellationToken::new(),
        }
    }

    #[tokio::test]
    async fn a_drained_worker_is_healthy_and_not_ready() {
        let state = state(Vec::new());
        state.process.control.follow(Orders {
            is_drained: true,
            paused: Vec::new(),
        });
        assert!(state.answer(Question::Health).await.is_ok);
        let ready = state.answer(Question::Ready).await;
        assert!(
            !ready.is_ok && ready.body.contains("an operator drained this worker"),
            "{}",
            ready.body
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_whose_work_hangs_is_unhealthy_and_one_whose_work_ended_is_not() {
        for (hangs, is_healthy) in [(false, true), (true, false)] {
            let ended = Liveness::default();
            ended.end();
            let mut work = vec![ended];
            work.extend(hangs.then(Liveness::default));
            let state = state(work);
            assert!(state.answer(Question::Ready).await.is_ok);
            tokio::time::advance(SILENCE * 2).await;
            assert_eq!(state.answer(Question::Health).await.is_ok, is_healthy);
        }
    }
}
