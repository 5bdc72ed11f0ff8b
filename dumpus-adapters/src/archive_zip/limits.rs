//! What a package may ask for.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::FoldLimits;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What a package may ask for. Figures of the package as a whole are refused by name; what is too large inside one
/// file is left out, and the report says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Entries of the archive, folders included. The largest package on record has 16,966.
    pub entries: u64,
    /// Bytes that all needed entries have unpacked, by their declared sizes; no entry gives more than it declares.
    /// The largest package on record has 9.9 GB.
    pub unpacked_bytes: u64,
    /// Declared bytes of one needed entry. Event files of over 4 GB are on record.
    pub entry_bytes: u64,
    /// How many times the needed entries may grow when unpacked. Packages grow ninefold, deflate can 1032-fold.
    pub ratio: u64,
    /// Bytes of all small documents together (account, payments, indexes, channels, guilds), which are read whole
    /// and of which names are kept. Packages have a few megabytes of them.
    pub documents_bytes: u64,
    /// Messages of all channels. The most on record are 675 thousand.
    pub messages: u64,
    /// What the analysis may keep of events, and how many rows of activity there may be.
    pub fold: FoldLimits,
    /// Bytes of one small document; a larger one is not read.
    pub document_bytes: u64,
    /// Rows of one small document (labels, guilds, relationships, payments); further ones are left out.
    pub document_rows: u64,
    /// Bytes of one event line; a longer one is left out. Lines have 2 KB, some event types tens of KB.
    pub line_bytes: usize,
    /// Bytes of one message; a longer one is left out. Discord's longest text is 4,000 characters.
    pub message_bytes: usize,
    /// How deep values may nest inside a document, line or message. Nothing here recurses: this bounds how much of a
    /// malformed text is looked at more than once.
    pub nesting: u32,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            unpacked_bytes: 32 * GIB,
            entry_bytes: 16 * GIB,
            ratio: 200,
            documents_bytes: 256 * MIB,
            messages: 20_000_000,
            fold: FoldLimits::default(),
            document_bytes: 64 * MIB,
            document_rows: 500_000,
            line_bytes: 4 << 20,
            message_bytes: 1 << 20,
            nesting: 128,
        }
    }
}

pub(crate) fn ensure_at_most(what: &'static str, there_are: u64, limit: u64) -> Result<(), ArchiveError> {
    if there_are <= limit {
        return Ok(());
    }
    Err(ArchiveError::TooLarge { what, limit })
}
