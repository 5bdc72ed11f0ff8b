//! Resource limits of a package.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{FoldLimits, OverBudget};
use dumpus_ports::domain::failure_detail::PackageLimit;

#[cfg(feature = "cli")]
use crate::cli::values;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Resource limits of a package. A package that exceeds a limit of the whole is rejected by name; what is too large inside
/// one file is left out, and the report says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "cli",
    derive(clap::Args),
    command(next_help_heading = "Limits of a package")
)]
#[non_exhaustive]
pub struct ArchiveLimits {
    /// Entries of an archive, folders included.
    ///
    /// The largest package on record has 16,966.
    #[cfg_attr(feature = "cli", arg(
        long = "max-entries", env = "DUMPUS_MAX_ENTRIES", value_name = "NUMBER", value_parser = values::count,
        default_value_t = Self::default().entries,
    ))]
    pub entries: u64,
    /// Unpacked size of all entries that are read.
    ///
    /// By their declared sizes; no entry gives more than it declares. The largest package on record has 9.9 GB.
    #[cfg_attr(feature = "cli", arg(
        long = "max-unpacked", env = "DUMPUS_MAX_UNPACKED", value_name = "BYTES", value_parser = values::bytes(1_u64),
        default_value = values::bytes_text(Self::default().unpacked_bytes),
    ))]
    pub unpacked_bytes: u64,
    /// Unpacked size of one entry that is read.
    ///
    /// By its declared size. Event files of over 4 GB are on record.
    #[cfg_attr(feature = "cli", arg(
        long = "max-entry", env = "DUMPUS_MAX_ENTRY", value_name = "BYTES", value_parser = values::bytes(1_u64),
        default_value = values::bytes_text(Self::default().entry_bytes),
    ))]
    pub entry_bytes: u64,
    /// Unpacked bytes for each packed byte.
    ///
    /// Packages grow ninefold; deflate can grow 1032-fold.
    #[cfg_attr(feature = "cli", arg(
        long = "max-ratio", env = "DUMPUS_MAX_RATIO", value_name = "NUMBER", value_parser = values::count,
        default_value_t = Self::default().ratio,
    ))]
    pub ratio: u64,
    /// Size of one event; longer ones are left out.
    ///
    /// Lines have 2 KB, some event types tens of KB.
    #[cfg_attr(feature = "cli", arg(
        long = "max-line", env = "DUMPUS_MAX_LINE", value_name = "BYTES", value_parser = values::bytes(1_usize),
        default_value = values::bytes_text(Self::default().line_bytes as u64),
    ))]
    pub line_bytes: usize,
    /// Messages of all channels.
    ///
    /// The largest package on record has 675 thousand.
    #[cfg_attr(feature = "cli", arg(
        long = "max-messages", env = "DUMPUS_MAX_MESSAGES", value_name = "NUMBER", value_parser = values::count,
        default_value_t = Self::default().messages,
    ))]
    pub messages: u64,
    /// Events of counted types.
    #[cfg_attr(feature = "cli", arg(
        long = "max-events", env = "DUMPUS_MAX_EVENTS", value_name = "NUMBER", value_parser = values::count,
        default_value_t = Self::default().counted_events,
    ))]
    pub counted_events: u64,
    /// Distinct texts and rows.
    #[cfg_attr(feature = "cli", arg(
        long = "max-keys", env = "DUMPUS_MAX_KEYS", value_name = "NUMBER", value_parser = values::count,
        default_value_t = Self::default().distinct_keys,
    ))]
    pub distinct_keys: u64,
    /// Memory for what is kept of events, channels and messages; half as much again is needed to write the statistics.
    #[cfg_attr(feature = "cli", arg(
        long = "max-memory", env = "DUMPUS_MAX_MEMORY", value_name = "BYTES", value_parser = values::bytes(1_u64),
        default_value = values::bytes_text(Self::default().memory_bytes),
    ))]
    pub memory_bytes: u64,
    /// Bytes of all small documents together (account, payments, indexes, channels, guilds), which are read whole
    /// and of which names are kept. Packages have a few megabytes of them.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().documents_bytes))]
    pub documents_bytes: u64,
    /// Bytes of one small document; a larger one is not read.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().document_bytes))]
    pub document_bytes: u64,
    /// Rows of one small document (labels, guilds, relationships, payments); further ones are left out.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().document_rows))]
    pub document_rows: u64,
    /// Bytes of one message; a longer one is left out. Discord's longest text is 4,000 characters.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().message_bytes))]
    pub message_bytes: usize,
    /// How deep values may nest inside a document, line or message. Nothing here recurses: this bounds how much of a
    /// malformed text is looked at more than once.
    #[cfg_attr(feature = "cli", arg(skip = Self::default().nesting))]
    pub nesting: u32,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        let FoldLimits {
            counted_events,
            distinct_keys,
            memory_bytes,
            ..
        } = FoldLimits::default();
        Self {
            entries: 200_000,
            unpacked_bytes: 32 * GIB,
            entry_bytes: 16 * GIB,
            ratio: 200,
            line_bytes: 4 << 20,
            messages: 20_000_000,
            counted_events,
            distinct_keys,
            memory_bytes,
            documents_bytes: 64 * MIB,
            document_bytes: 32 * MIB,
            document_rows: 100_000,
            message_bytes: 1 << 20,
            nesting: 128,
        }
    }
}

impl ArchiveLimits {
    /// What the analysis may keep.
    pub(crate) fn fold(&self) -> FoldLimits {
        let mut limits = FoldLimits::default();
        limits.counted_events = self.counted_events;
        limits.distinct_keys = self.distinct_keys;
        limits.memory_bytes = self.memory_bytes;
        limits
    }
}

pub(crate) fn ensure_at_most(what: PackageLimit, there_are: u64, limit: u64) -> Result<(), ArchiveError> {
    if there_are <= limit {
        return Ok(());
    }
    Err(OverBudget { what, limit }.into())
}
