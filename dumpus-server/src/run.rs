//! The life of the server's process: serve, and stop without losing anything.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use poem::Response;
use poem::endpoint::BoxEndpoint;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use dumpus_adapters::bootstrap::DiskWatch;
use dumpus_ports::Dumpus;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::usecase::{JoinError, Liveness, ProcessInfo, ProcessPackage};
use dumpus_worker::presence::Beating;
use dumpus_worker::run::Shutdown;

use crate::connections::{Acceptor, ConnectionSettings};

/// Everything that runs in the server's process.
pub struct Service {
    /// The API.
    pub api: BoxEndpoint<'static, Response>,
    /// What the connections of clients are subject to.
    pub connections: ConnectionSettings,
    /// The worker of embedded mode.
    pub worker: Option<Worker>,
    /// What this process tells the others about itself.
    pub info: ProcessInfo,
    /// The disks that this process writes to.
    pub disks: DiskWatch,
    /// The instance; this process deletes what has expired.
    pub dumpus: Arc<Dumpus>,
    /// How long requests and running packages may take to finish.
    pub stop_timeout: Duration,
    /// Held while this process uses the data directory of embedded mode.
    pub data_lock: Option<File>,
}

/// A worker in the server's process.
pub struct Worker {
    /// Takes packages from the queue to their results.
    pub process: ProcessPackage,
    /// Lanes whose packages it takes.
    pub lanes: Vec<Lane>,
    /// Packages in work at a time.
    pub slots: usize,
}

/// Serves until the shutdown begins, then lets requests and the running package finish within the stop timeout; a
/// package that has not finished by then is released. In embedded mode, owners get answers until then. `announce` is called
/// when nothing can end the start any more.
///
/// # Errors
/// When this process and another one would lose packages between them, or the registry does not answer.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    shutdown: &Shutdown,
    announce: impl FnOnce(),
) -> Result<(), JoinError> {
    let presence = service.dumpus.join(service.info).await?;
    announce();
    let process = service.worker.as_ref().map(|worker| worker.process.clone());
    let presence = Beating::start(service.dumpus.clone(), presence, process, service.disks, shutdown);
    let closing = match service.worker {
        Some(Worker { process, lanes, slots }) => {
            let work = (0..slots).map(|_| Liveness::default()).collect();
            let work = dumpus_worker::run::spawn_work(&process, &lanes, work, shutdown);
            let closing = CancellationToken::new();
            let closes = closing.clone().drop_guard();
            shutdown.spawn(async move {
                // A task that panicked has ended, too.
                join_all(work).await;
                drop(closes);
            });
            closing
        }
        None => shutdown.soft.clone(),
    };
    dumpus_worker::run::spawn_sweep(service.dumpus, shutdown);
    let acceptor = Acceptor::new(listener, service.api, service.connections);
    shutdown.spawn(acceptor.run(closing, shutdown.hard.clone()));
    shutdown.finish(service.stop_timeout).await;
    presence.leave().await;
    drop(service.data_lock);
    Ok(())
}
