//! What the directory declares of the entries that will be read: a bomb is refused before anything is unpacked.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::failure_detail::PackageLimit;
use dumpus_ports::domain::layout::Layout;

use crate::archive_zip::container::{Archive, Entry};
use crate::archive_zip::limits::{ArchiveLimits, ensure_at_most};

/// The ratio limit applies above this size only: a folder of empty lists compresses better than any ratio allows.
const FREE_OF_RATIO: u64 = 64 << 20;

/// Declared sizes of the needed entries, in bytes.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Packed bytes of each entry, added up. Entries of a bomb share theirs, so these can be more than the archive has.
    pub(super) packed: u64,
    unpacked: u64,
    largest: u64,
    /// Unpacked bytes of the small documents.
    documents: u64,
}

impl Declared {
    pub(super) fn of(archive: &Archive, layout: &Layout) -> Self {
        let mut declared = Self::default();
        let guilds = layout.guilds.iter().map(|(_, entry)| *entry);
        let channels = layout.channels.iter().filter_map(|folder| folder.channel);
        let indexes = [layout.payments, layout.messages_index, layout.servers_index];
        let always = layout.profiles.iter().copied().chain(indexes.into_iter().flatten());
        for entry in always.chain(channels) {
            declared.document(&archive.entries[entry]);
        }
        for entry in guilds {
            declared.documents = declared.documents.saturating_add(archive.entries[entry].unpacked);
            if layout.servers_index.is_none() {
                declared.entry(&archive.entries[entry]);
            }
        }
        let messages = layout.channels.iter();
        let messages = messages.flat_map(|folder| [folder.messages_json, folder.messages_csv]);
        for entry in messages.flatten().chain(layout.events.iter().copied()) {
            declared.entry(&archive.entries[entry]);
        }
        declared
    }

    fn entry(&mut self, entry: &Entry) {
        self.packed = self.packed.saturating_add(entry.packed);
        self.unpacked = self.unpacked.saturating_add(entry.unpacked);
        self.largest = self.largest.max(entry.unpacked);
    }

    /// Adds an entry that is read whole.
    fn document(&mut self, entry: &Entry) {
        self.entry(entry);
        self.documents = self.documents.saturating_add(entry.unpacked);
    }

    /// Refuses a package that is too large.
    pub(super) fn check(&self, limits: &ArchiveLimits, archive_bytes: u64) -> Result<(), ArchiveError> {
        ensure_at_most(PackageLimit::EntryBytes, self.largest, limits.entry_bytes)?;
        ensure_at_most(PackageLimit::UnpackedBytes, self.unpacked, limits.unpacked_bytes)?;
        ensure_at_most(PackageLimit::DocumentsBytes, self.documents, limits.documents_bytes)?;
        if self.unpacked > FREE_OF_RATIO {
            let ratio = self.unpacked / self.packed.clamp(1, archive_bytes.max(1));
            ensure_at_most(PackageLimit::Ratio, ratio, limits.ratio)?;
        }
        Ok(())
    }
}
