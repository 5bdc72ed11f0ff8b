//! The oddities that a package can have.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// An oddity that occurs in packages, or may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quirk {
    // Container
    /// Everything is in an additional folder, as after extracting and zipping again.
    WrapperFolder,
    /// `__MACOSX/._*` twins and `.DS_Store` files.
    MacJunk,
    /// Entry names have backslashes as separators.
    Backslashes,
    /// No entries for directories.
    NoDirectories,
    /// Translated names are spelled in NFD.
    DecomposedNames,
    /// Some entries are stored uncompressed.
    StoredEntries,
    /// Sizes are in zip64 fields even if they are small.
    Zip64Headers,
    /// Sizes and checksums follow the data.
    DataDescriptors,
    /// Some names occur twice; the last one counts.
    DuplicateNames,
    /// The order of the entries is random.
    ShuffledEntries,
    /// No entry has a usable date, so there is no last counted day.
    UnusableDates,

    // Damage
    /// An event file is marked as encrypted.
    EncryptedEvents,
    /// An event file has an unknown compression method.
    UnknownMethodEvents,
    /// The compressed data of an event file is invalid from the first byte.
    BrokenEvents,
    /// An event file has a wrong checksum; its content is counted.
    WrongCrcEvents,
    /// A message file is marked as encrypted.
    EncryptedChannel,
    /// A message file has an unknown compression method.
    UnknownMethodChannel,
    /// The compressed data of a message file is invalid from the first byte.
    BrokenChannel,
    /// A message file has a wrong checksum; its content is counted.
    WrongCrcChannel,

    // Channels
    /// Channel folders that contain only `channel.json`.
    FoldersWithoutMessages,
    /// Channel folders that contain only messages.
    FoldersWithoutChannel,
    /// Channels that are not in the index.
    FoldersNotInIndex,
    /// Index keys that have no folder.
    IndexWithoutFolders,
    /// No index of the channels.
    MissingIndex,
    /// Index labels that are null.
    NullLabels,
    /// Labels `channel in Server` of channels without a name.
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
    /// Conversations of the owner with themselves.
    SelfDm,
    /// Conversations without recipients.
    NoRecipients,
    /// A group of two.
    ShrunkenGroup,
    /// Threads.
    Threads,
    /// Guild channels without a guild.
    UnknownGuilds,
    /// Guild channels without any name.
    NamelessChannels,
    /// Recipients as objects.
    RecipientObjects,
    /// Channel ids as numbers.
    NumericChannelIds,
    /// Channels without a type.
    TypelessChannels,
    /// Types as numbers and as names in one package.
    MixedTypes,
    /// Ephemeral conversations, lobbies, and types that do not exist yet.
    UnusualTypes,
    /// Labels that name a person in another way, or nobody.
    LabelSpellings,
    /// Guilds with an older name in their channels than in the index.
    RenamedGuilds,
    /// Guilds that are not in the index, or without a name there.
    LeftGuilds,

    // Messages
    /// Several time formats in one file.
    MixedTimestamps,
    /// Message ids as text.
    StringMessageIds,
    /// Message ids that contain another time than the timestamp.
    UnrelatedMessageIds,
    /// Invalid timestamps with valid ids.
    UnreadableTimestamps,
    /// Messages whose timestamp and id are both invalid.
    UndatableMessages,
    /// Messages dated outside of the counted days.
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
    /// Line breaks within JSON strings.
    RawNewlines,
    /// Halves of surrogate pairs.
    LoneSurrogates,
    /// Messages in an object with the key `messages`.
    ObjectWrapper,
    /// Trailing commas.
    TrailingCommas,
    /// No outer opening bracket.
    MissingBracket,
    /// JSON over many lines.
    PrettyJson,
    /// JSON without the blanks and line breaks of Discord's, as other programs write it.
    CompactJson,
    /// Message keys in lower and upper case.
    KeyCases,
    /// Everything outside of ASCII is escaped as `\uXXXX`.
    EscapedUnicode,

    // Events
    /// The same events in several folders.
    OverlappingFolders,
    /// The same line twice in a file.
    RepeatedLines,
    /// Differing copies of one event.
    DifferingCopies,
    /// Lines without an event id.
    MissingEventIds,
    /// Lines without an event type.
    UntypedLines,
    /// Files as JSON arrays: `[`, lines that end with commas, `]`.
    ArrayStyle,
    /// Blank lines.
    BlankLines,
    /// Lines that are invalid or truncated JSON.
    GarbageLines,
    /// Events whose time is only in another key, or in none.
    UndatedEvents,
    /// Event files with other names than usual.
    EventFileNames,
    /// Numbers where text is usual, and the reverse.
    SwappedTypes,
    /// Spaces after colons and commas.
    SpacedJson,
    /// The event type is not the first key.
    TypeNotFirst,
    /// Times in every format.
    EventTimestamps,
    /// Strings and objects inside of events that look like events.
    NestedText,
    /// Lines of tens of kilobytes.
    LongLines,
    /// An additional event file of 0 bytes.
    EmptyEventFile,
    /// All event files have 0 bytes.
    OnlyEmptyEventFiles,
    /// No line has an event type.
    OnlyUntypedLines,
    /// Events dated outside of the counted days.
    OutOfWindowEvents,
    /// Events on the first and last counted days, and on the days before and after.
    WindowEdges,
    /// Emoji with variation selectors, and ids that are null, `"null"` or empty.
    EmojiVariants,
    /// Operating systems in an additional pair of quotes.
    QuotedOs,
    /// Events without the values that their rows require.
    IncompleteEvents,
    /// Lines of another user.
    ForeignUsers,
    /// Every irregular sequence of voice events.
    VoiceOddities,
    /// Every irregular sequence of session events.
    SessionOddities,

    // Account and payments
    /// `user.json` with little more than the id.
    MinimalAccount,
    /// No avatars.
    NoAvatars,
    /// Amounts as text.
    StringAmounts,
    /// Payments in both locations, some of them the same.
    PaymentsTwice,
    /// Payments that failed, were refunded, or are not in money.
    UnkeptPayments,
    /// Payments without the values that their rows require.
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
