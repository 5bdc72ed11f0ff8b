//! The life of the server's process: serve, and stop without losing anything.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::listener::TcpAcceptor;
use poem::{Response, Server};
use tokio::net::TcpListener;

use dumpus_ports::Dumpus;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{Liveness, ProcessPackage};
use dumpus_worker::run::Shutdown;

/// Connections that say nothing for this long are closed.
const IDLE: Duration = Duration::from_secs(75);

/// Everything that runs in the server's process.
pub struct Service {
    /// The API.
    pub api: BoxEndpoint<'static, Response>,
    /// The worker of embedded mode.
    pub worker: Option<Worker>,
    /// The instance; this process deletes what has expired.
    pub dumpus: Arc<Dumpus>,
    /// How long requests and running packages may take to finish.
    pub stop_timeout: Duration,
}

/// A worker in the server's process.
pub struct Worker {
    /// Takes packages from the queue to their results.
    pub process: ProcessPackage,
    /// Lanes whose packages it takes.
    pub lanes: Vec<Lane>,
    /// Packages at a time.
    pub concurrency: usize,
}

/// Serves until the shutdown begins, then lets requests and the running package finish within the stop timeout; a
/// package that has not finished by then is released.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, service: Service, shutdown: &Shutdown) -> io::Result<()> {
    if let Some(Worker {
        process,
        lanes,
        concurrency,
    }) = service.worker
    {
        let work = (0..concurrency).map(|_| Liveness::default()).collect();
        dumpus_worker::run::spawn_work(&process, &lanes, work, shutdown);
    }
    dumpus_worker::run::spawn_sweep(service.dumpus, shutdown);
    let acceptor = TcpAcceptor::from_tokio(listener)?;
    let soft = shutdown.soft.clone();
    let http = shutdown.spawn(async move {
        let served = Server::new_with_acceptor(acceptor)
            .idle_timeout(IDLE)
            .run_with_graceful_shutdown(service.api, soft.clone().cancelled_owned(), Some(service.stop_timeout))
            .await;
        // Without its listener the process is of no use.
        soft.cancel();
        served
    });
    shutdown.finish(service.stop_timeout).await;
    if http.is_finished() {
        http.await.map_err(io::Error::other)?
    } else {
        Ok(())
    }
}
