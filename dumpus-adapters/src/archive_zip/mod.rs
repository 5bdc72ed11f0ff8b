//! Reads packages as they are: ZIP archives of JSON and CSV files.
//!
//! The archive's directory is read with the `zip` crate; its entries are unpacked here, one per thread, and only
//! those that statistics need. Nothing is trusted: sizes, names, checksums and syntax may all be wrong or hostile.
//! What concerns the package as a whole is refused by name ([`ArchiveLimits`]); what is wrong inside one file is
//! stated in the report, beside what could be read.

mod account;
mod channel;
mod directory;
mod document;
mod entry;
mod event_line;
mod events;
mod indexes;
mod job;
mod json;
mod limits;
mod messages;
mod messages_csv;
mod messages_json;
mod sentiment;
mod window;
mod work;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use dumpus_ports::archive::{ArchiveError, ArchiveReader, PackageBytes, Progress};
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::Report;
use dumpus_ports::domain::time::DayWindow;

use self::directory::Directory;
use self::job::Job;
pub use self::limits::ArchiveLimits;
use self::limits::Declared;
pub use self::sentiment::Scorer;

/// How packages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZipOptions {
    /// What a package may ask for.
    pub limits: ArchiveLimits,
    /// Threads that unpack entries, at most; by default one per core.
    pub threads: NonZeroUsize,
    /// Whether the sentiment of direct messages is computed. It costs more than all else that is done to a message.
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
    async fn read(&self, package: Arc<dyn PackageBytes>, progress: Arc<Progress>) -> Result<Report, ArchiveError> {
        let stop = StopOnDrop(Arc::default());
        let stopped = Arc::clone(&stop.0);
        let job = Job::new(package, progress, stopped, self.options, self.scorer.clone());
        let work = tokio::task::spawn_blocking(move || read(job));
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

fn read(mut job: Job) -> Result<Report, ArchiveError> {
    job.go_on()?;
    let directory = Directory::open(job.package.as_ref(), &job.options.limits)?;
    let names = directory.entries.iter().map(|entry| entry.name.as_str());
    let layout = Layout::locate(names.enumerate());
    job.window = DayWindow::until(directory.newest);
    job.entries = directory.entries;
    let declared = declared(&job, &layout);
    job.options.limits.check(&declared)?;
    job.progress.expect(declared.packed_in_all);
    let analysis = work::read(&job, &layout)?;
    job.go_on()?;
    Ok(analysis.finish()?)
}

/// Sums up what the directory says of the entries that will be read.
fn declared(job: &Job, layout: &Layout) -> Declared {
    let mut declared = Declared::default();
    let guilds = layout.guilds.iter().map(|(_, entry)| *entry);
    let channels = layout.channels.iter().filter_map(|folder| folder.channel);
    let indexes = [layout.payments, layout.messages_index, layout.servers_index];
    let always = layout.profiles.iter().copied().chain(indexes.into_iter().flatten());
    for entry in always.chain(channels) {
        declared.document(&job.entries[entry]);
    }
    for entry in guilds {
        declared.documents = declared.documents.saturating_add(job.entries[entry].unpacked);
        if layout.servers_index.is_none() {
            declared.entry(&job.entries[entry]);
        }
    }
    let messages = layout.channels.iter();
    let messages = messages.flat_map(|folder| [folder.messages_json, folder.messages_csv]);
    for entry in messages.flatten().chain(layout.events.iter().copied()) {
        declared.entry(&job.entries[entry]);
    }
    declared.packed = declared.packed_in_all.min(job.package.size());
    declared
}

/// Ends the reading when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
