//! Reads packages as they are: ZIP archives of JSON and CSV files.
//!
//! The archive's directory is read with the `zip` crate; its entries are unpacked here, one per thread, and only
//! those that statistics need. Nothing is trusted: sizes, names, checksums and syntax may all be wrong or hostile.
//! What concerns the package as a whole is refused by name ([`ArchiveLimits`]); what is wrong inside one file is
//! stated in the report, beside what could be read.

mod container;
mod export;
mod limits;

use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, PackageBytes, Progress};
use dumpus_ports::domain::report::Report;

use self::container::Archive;
pub use self::limits::ArchiveLimits;
pub use crate::sentiment::Scorer;

/// How packages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Work"))]
#[non_exhaustive]
pub struct ZipOptions {
    /// Threads that read one package; by default one per core.
    #[cfg_attr(feature = "cli", arg(
        long, env = "DUMPUS_THREADS", value_name = "NUMBER",
        value_parser = crate::cli::values::number(NonZeroUsize::MIN..=NonZeroUsize::MIN.saturating_add(255)),
        default_value_t = Self::default().threads, hide_default_value = true,
    ))]
    pub threads: NonZeroUsize,
    /// Resource limits of a package.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub limits: ArchiveLimits,
    /// Whether the sentiment of direct messages is computed. It costs more than all else that is done to a message.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().sentiment))]
    pub sentiment: bool,
}

impl Default for ZipOptions {
    fn default() -> Self {
        Self {
            limits: ArchiveLimits::default(),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            sentiment: true,
        }
    }
}

/// Reads packages that are ZIP archives, on the blocking threads of tokio.
#[derive(Clone, Debug)]
pub struct ZipReader {
    options: ZipOptions,
    scorer: Option<Arc<Scorer>>,
}

impl ZipReader {
    /// A reader; with sentiment it reads the lexicon now.
    #[must_use]
    pub fn new(options: ZipOptions) -> Self {
        let scorer = options.sentiment.then(|| Arc::new(Scorer::new()));
        Self { options, scorer }
    }
}

impl Default for ZipReader {
    fn default() -> Self {
        Self::new(ZipOptions::default())
    }
}

#[async_trait]
impl ArchiveReader for ZipReader {
    async fn read(
        &self,
        package: Arc<dyn PackageBytes>,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Report, ArchiveError> {
        // Ends the threads when the caller no longer waits; their own failures must not cancel the caller's token.
        let cancel = cancel.child_token();
        let _cancel_on_drop = cancel.clone().drop_guard();
        let (ZipOptions { limits, threads, .. }, scorer) = (self.options, self.scorer.clone());
        let work = tokio::task::spawn_blocking(move || {
            let archive = Archive::open(package, progress, cancel, limits.entries)?;
            export::read(archive, limits, threads, scorer)
        });
        work.await.unwrap_or_else(|join| {
            // What a panic says may quote what was being read: it stays out of errors.
            let what = if join.is_panic() {
                "a reading thread panicked"
            } else {
                "the runtime shut down"
            };
            Err(ArchiveError::Failed(what.into()))
        })
    }
}
