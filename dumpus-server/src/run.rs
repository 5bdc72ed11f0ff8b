//! The life of the server's process: serve, and stop without losing anything.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::listener::TcpAcceptor;
use poem::{Response, Server};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{ProcessPackage, Pulse, Sweep};

/// Connections that say nothing for this long are closed.
const IDLE: Duration = Duration::from_secs(75);

/// Everything that runs in the server's process.
pub struct Service {
    /// The API.
    pub api: BoxEndpoint<'static, Response>,
    /// The worker of embedded mode.
    pub worker: Option<Worker>,
    /// Erases what has expired; one process of an instance is enough, several do no harm.
    pub sweep: Sweep,
    /// How long requests and running packages may take to finish.
    pub stop_timeout: Duration,
}

/// A worker in the server's process.
pub struct Worker {
    /// Takes packages from the queue to their results.
    pub process: Arc<ProcessPackage>,
    /// Lanes whose packages it takes.
    pub lanes: Vec<Lane>,
    /// Packages at a time.
    pub concurrency: usize,
}

/// Serves until `stop` becomes true, then lets requests and the running package finish within the stop timeout; a
/// package that has not finished by then is given back.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, service: Service, stop: watch::Receiver<bool>) -> io::Result<()> {
    let (abort, aborted) = watch::channel(false);
    let mut tasks = JoinSet::new();
    if let Some(worker) = service.worker {
        let pulses = (0..worker.concurrency).map(|_| Pulse::default()).collect();
        let work = dumpus_worker::run::work(worker.process, worker.lanes, pulses, stop.clone(), aborted);
        tasks.spawn(work);
    }
    tasks.spawn(dumpus_worker::run::sweep(service.sweep, stop.clone()));
    let stopped = {
        let mut stop = stop.clone();
        async move {
            // Nobody is left who could stop it otherwise: that is a stop too.
            drop(stop.wait_for(|stop| *stop).await);
        }
    };
    let acceptor = TcpAcceptor::from_tokio(listener)?;
    let http = Server::new_with_acceptor(acceptor)
        .idle_timeout(IDLE)
        .run_with_graceful_shutdown(service.api, stopped, Some(service.stop_timeout));
    let finished = async {
        let served = http.await;
        while tasks.join_next().await.is_some() {}
        served
    };
    tokio::select! {
        served = finished => {
            tracing::info!("stopped");
            served
        }
        () = dumpus_worker::run::deadline(stop.clone(), service.stop_timeout, &abort) => {
            tracing::warn!("stopped before everything had finished");
            Ok(())
        }
    }
}
