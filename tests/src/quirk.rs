//! Every oddity that a package can have, one switch each.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// An oddity seen in packages, or feared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quirk {
    // Container
    /// Everything lies in one more folder, as after unpacking and packing again.
    WrapperFolder,
    /// `__MACOSX/._*` twins and `.DS_Store` files.
    MacJunk,
    /// Backslashes separate the parts of entry names.
    Backslashes,
    /// No entries for directories.
    NoDirectories,
    /// Translated names are spelled in NFD.
    DecomposedNames,
    /// Some entries are not packed.
    StoredEntries,
    /// Sizes are in zip64 fields even if they are small.
    Zip64Headers,
    /// Sizes and checksums follow the data.
    DataDescriptors,
    /// Some names occur twice; the last one counts.
    DuplicateNames,
    /// The order of the entries is random.
    ShuffledEntries,
    /// No entry has a usable date, so the future has no end.
    UnusableDates,

    // Damage
    /// An event file is marked as encrypted.
    EncryptedEvents,
    /// An event file is packed by an unknown method.
    UnknownMethodEvents,
    /// The packed data of an event file is broken from its first byte.
    BrokenEvents,
    /// An event file has a wrong checksum; its content counts.
    WrongCrcEvents,
    /// A messages file is marked as encrypted.
    EncryptedChannel,
    /// A messages file is packed by an unknown method.
    UnknownMethodChannel,
    /// The packed data of a messages file is broken from its first byte.
    BrokenChannel,
    /// A messages file has a wrong checksum; its content counts.
    WrongCrcChannel,

    // Channels
    /// Channel folders that hold `channel.json` alone.
    FoldersWithoutMessages,
    /// Channel folders that hold messages alone.
    FoldersWithoutChannel,
    /// Channels that the index does not name.
    FoldersNotInIndex,
    /// Index keys that have no folder.
    IndexWithoutFolders,
    /// No index of the channels.
    MissingIndex,
    /// Index labels that are null.
    NullLabels,
    /// Labels `channel in Server` of channels without a name of their own.
    LabelsWithServer,
    /// Labels in which ` in ` occurs more than once.
    AmbiguousLabels,
    /// Labels `None`.
    NoneLabels,
    /// Labels `Unknown channel`.
    UnknownLabels,
    /// Labels of conversations with `#0`, `#0000` and `#1234` in unusual places.
    NameSuffixes,
    /// Recipients `Deleted User`.
    DeletedUsers,
    /// Conversations of the owner with the owner.
    SelfDm,
    /// Conversations without recipients.
    NoRecipients,
    /// A group of two.
    ShrunkenGroup,
    /// Threads.
    Threads,
    /// Guild channels that name no guild.
    UnknownGuilds,
    /// Guild channels without a name anywhere.
    NamelessChannels,
    /// Recipients as objects.
    RecipientObjects,
    /// Channel ids as numbers.
    NumericChannelIds,
    /// Channels without a type.
    TypelessChannels,
    /// Types as numbers and as names in one package.
    MixedTypes,
    /// Guilds whose channels give an older name than the index.
    RenamedGuilds,
    /// Guilds that are not in the index, or without a name there.
    LeftGuilds,

    // Messages
    /// Several spellings of times in one file.
    MixedTimestamps,
    /// Message ids as text.
    StringMessageIds,
    /// Message ids that tell another time than the timestamp.
    UnrelatedMessageIds,
    /// Timestamps that cannot be read, beside ids that can.
    UnreadableTimestamps,
    /// Messages of which neither the timestamp nor the id can be read.
    UndatableMessages,
    /// Messages dated outside of the years that count.
    OutOfWindowMessages,
    /// Messages with attachments.
    Attachments,
    /// Attachments as lists.
    AttachmentLists,
    /// Messages without contents.
    MissingContents,
    /// Folders with a JSON file and a CSV file that share messages.
    BothMessageFiles,
    /// Some folders have JSON, others CSV.
    MixedFileKinds,
    /// Byte order marks.
    ByteOrderMarks,
    /// CSV lines end in CR and LF.
    CarriageReturns,
    /// Line ends within JSON strings.
    RawNewlines,
    /// Halves of surrogate pairs.
    LoneSurrogates,
    /// Messages in an object with the key `messages`.
    ObjectWrapper,
    /// Commas before closing brackets.
    TrailingCommas,
    /// No outer opening bracket.
    MissingBracket,
    /// JSON over many lines.
    PrettyJson,
    /// Everything outside of ASCII is written `\uXXXX`.
    EscapedUnicode,

    // Events
    /// The same events in several folders.
    OverlappingFolders,
    /// The same line twice in a file.
    RepeatedLines,
    /// Copies of one event that say different things.
    DifferingCopies,
    /// Lines without an event id.
    MissingEventIds,
    /// Lines without an event type.
    UntypedLines,
    /// Files that begin with `[`, end with `]` and have commas after their lines.
    ArrayStyle,
    /// Blank lines.
    BlankLines,
    /// Lines that are no JSON, or the first half of some.
    GarbageLines,
    /// Events without a time, or with one that cannot be read.
    UndatedEvents,
    /// Numbers where text is usual, and the reverse.
    SwappedTypes,
    /// Spaces after colons and commas.
    SpacedJson,
    /// The event type is not the first key.
    TypeNotFirst,
    /// Times in every encoding.
    EventTimestamps,
    /// Texts and objects inside of events that look like events.
    NestedText,
    /// Lines of tens of kilobytes.
    LongLines,
    /// One more event file, of 0 bytes.
    EmptyEventFile,
    /// All event files have 0 bytes.
    OnlyEmptyEventFiles,
    /// No line has an event type.
    OnlyUntypedLines,
    /// Events dated outside of the years that count.
    OutOfWindowEvents,
    /// Events on the first and last days that count, and on the days beyond.
    WindowEdges,
    /// Emoji with variation selectors, and ids that are null, `"null"` or empty.
    EmojiVariants,
    /// Operating systems in one more pair of quotes.
    QuotedOs,
    /// Events that lack what their rows need.
    IncompleteEvents,
    /// Lines of another user.
    ForeignUsers,
    /// Every way in which voice goes wrong.
    VoiceOddities,
    /// Every way in which sessions go wrong.
    SessionOddities,

    // Account and payments
    /// `user.json` with little more than the id.
    MinimalAccount,
    /// No avatars.
    NoAvatars,
    /// Amounts as text.
    StringAmounts,
    /// Payments in both places, some in both.
    PaymentsTwice,
    /// Payments that failed, were refunded, or are not money.
    UnkeptPayments,
    /// Payments that lack what their rows need.
    IncompletePayments,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_says_what_it_does() {
        for quirk in Quirk::value_variants() {
            let value = quirk.to_possible_value().unwrap();
            assert!(value.get_help().is_some(), "{quirk:?}");
        }
    }
}
