//! Downloads packages: Discord's links, and those of origins that the operator names.

mod answer;
mod body;
mod download;
mod range;
mod retry;
mod route;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::source::{PackageSource, SourceError};
use tokio::time::{sleep, timeout};

use crate::spool::SpoolSettings;
use crate::transport::{Transport, TransportError, TransportSettings};
use download::Download;

/// How often a download that waits looks whether it is still wanted.
const WATCH: Duration = Duration::from_millis(100);

/// How long a download may take, how large it may be, and how often it is tried.
#[derive(Clone, Copy, Debug)]
pub struct DownloadLimits {
    /// Until the head of an answer is there, connecting included. 30 s.
    pub first_byte: Duration,
    /// Between two pieces of a body. 30 s.
    pub idle: Duration,
    /// For everything, waits between attempts included. 2 h.
    pub whole: Duration,
    /// Size of a package. 20 GiB.
    pub bytes: u64,
    /// Attempts in a row that bring nothing new. 7.
    pub attempts: u32,
    /// Longest wait before the second attempt; each further one may take twice as long. Waits are random. 1 s.
    pub backoff: Duration,
    /// Longest wait before any attempt, also when the other side asks for more. 60 s.
    pub longest_wait: Duration,
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            whole: Duration::from_hours(2),
            bytes: 20 << 30,
            attempts: 7,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Settings of [`HttpSource`].
#[derive(Clone, Debug, Default)]
pub struct HttpSourceSettings {
    /// Where connections may lead.
    pub transport: TransportSettings,
    /// Where packages lie.
    pub spool: SpoolSettings,
    /// Times, sizes, attempts.
    pub limits: DownloadLimits,
}

/// Downloads packages over HTTP.
pub struct HttpSource {
    transport: Transport,
    settings: HttpSourceSettings,
}

impl HttpSource {
    /// A source with these settings.
    ///
    /// # Errors
    /// When the file of additional certificates cannot be used.
    pub fn new(settings: HttpSourceSettings) -> Result<Self, TransportError> {
        // A redirect or an error leaves its body unread, so no connection is fit for another request.
        let transport = Transport::new(&settings.transport, 0)?;
        Ok(Self { transport, settings })
    }
}

#[async_trait]
impl PackageSource for HttpSource {
    async fn download(
        &self,
        link: &PackageLink,
        progress: Arc<Progress>,
    ) -> Result<Arc<dyn PackageBytes>, SourceError> {
        let whole = self.settings.limits.whole;
        let download = Download::new(self, link, &progress);
        tokio::select! {
            biased;
            () = unwanted(&progress) => Err(SourceError::Cancelled),
            done = timeout(whole, download.run()) => match done {
                Ok(done) => done,
                Err(_) => Err(SourceError::Unavailable(trouble::too_long(whole))),
            },
        }
    }
}

async fn unwanted(progress: &Progress) {
    while !progress.is_cancelled() {
        sleep(WATCH).await;
    }
}
