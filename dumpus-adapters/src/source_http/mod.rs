//! Downloads packages: Discord's links, and those of origins that the operator names.

mod answer;
mod body;
mod download;
mod range;
mod route;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::source::{PackageSource, SourceError};
use tokio::time::timeout;

#[cfg(feature = "cli")]
use crate::cli::values;
use crate::spool::SpoolSettings;
use crate::transport::{Transport, TransportError, TransportSettings};
use download::Download;

/// How long a download may take, how large it may be, and how often it is tried.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Downloads"))]
#[non_exhaustive]
pub struct DownloadLimits {
    /// Until the head of an answer is there, connecting included.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().first_byte))]
    pub first_byte: Duration,
    /// Between two pieces of a body.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().idle))]
    pub idle: Duration,
    /// Longest download, waits between attempts included.
    #[cfg_attr(feature = "cli", arg(
        id = "max_download_time", long = "max-download-time", env = "DUMPUS_MAX_DOWNLOAD_TIME", value_name = "DURATION",
        value_parser = values::duration(Duration::from_secs(1)),
        default_value = values::duration_text(Self::default().whole),
    ))]
    pub whole: Duration,
    /// Least average speed in bytes per second, once a host has been sending for a minute ([`DownloadLimits::grace`]).
    #[cfg_attr(feature = "cli", arg(skip = Self::default().slowest))]
    pub slowest: u64,
    /// How long a host may send before its speed counts.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().grace))]
    pub grace: Duration,
    /// Size of the largest archive that is downloaded.
    #[cfg_attr(feature = "cli", arg(
        id = "max_download", long = "max-download", env = "DUMPUS_MAX_DOWNLOAD", value_name = "BYTES", value_parser = values::bytes(1_u64),
        default_value = values::bytes_text(Self::default().bytes),
    ))]
    pub bytes: u64,
    /// Attempts in a row that bring nothing new.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().attempts))]
    pub attempts: u32,
    /// Longest wait before the second attempt; each further one may take twice as long. Waits are random.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().backoff))]
    pub backoff: Duration,
    /// Longest wait before any attempt, also when the other side asks for more.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().longest_wait))]
    pub longest_wait: Duration,
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            whole: Duration::from_hours(2),
            slowest: 64 << 10,
            grace: Duration::from_mins(1),
            bytes: 20 << 30,
            attempts: 7,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Settings of [`HttpSource`].
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[non_exhaustive]
pub struct HttpSourceSettings {
    /// Where connections may lead.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub transport: TransportSettings,
    /// Times, sizes, attempts.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub limits: DownloadLimits,
    /// Where packages lie.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub spool: SpoolSettings,
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
        cancel: CancellationToken,
    ) -> Result<Arc<dyn PackageBytes>, SourceError> {
        let whole = self.settings.limits.whole;
        let download = Download::new(self, link, &progress);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(SourceError::Cancelled),
            done = timeout(whole, download.run()) => match done {
                Ok(done) => done,
                Err(_) => Err(SourceError::Unavailable(FailureDetail::TooLong { seconds: whole.as_secs() })),
            },
        }
    }
}
