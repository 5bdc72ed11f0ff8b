//! Reads Discord's export: which files of an archive are what, and what they say. Knows nothing of ZIP.

mod account;
mod channel;
mod context;
mod declared;
mod document;
mod event_line;
mod events;
mod indexes;
mod json;
mod message_fields;
mod messages;
mod messages_csv;
mod messages_json;
mod work;

use std::num::NonZeroUsize;
use std::sync::Arc;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::Report;

use self::context::ReadContext;
use self::declared::Declared;
use super::container::Archive;
use super::limits::ArchiveLimits;
use crate::sentiment::Scorer;

/// Reads and analyses the export in an archive, on so many threads beside this one.
pub(super) fn read(
    archive: Archive,
    limits: ArchiveLimits,
    threads: NonZeroUsize,
    scorer: Option<Arc<Scorer>>,
) -> Result<Report, ArchiveError> {
    let names = archive.entries.iter().map(|entry| entry.name.as_str());
    let layout = Layout::locate(names.enumerate());
    let declared = Declared::of(&archive, &layout);
    declared.check(&limits, archive.size())?;
    archive.progress.expect(declared.packed);
    let context = ReadContext::new(archive, limits, scorer);
    work::read(&context, &layout, threads)
}
