//! Why runs fail: codes with parameters in the registry, sentences for owners.

use std::fmt;

use crate::link::LinkError;

/// A parameter of a [`FailureDetail`]: a number or a word, never private text.
trait Parameter: Sized {
    fn encode(&self) -> String;
    fn decode(text: &str) -> Option<Self>;
    #[cfg(test)]
    fn any() -> proptest::strategy::BoxedStrategy<Self>;
}

impl Parameter for u64 {
    fn encode(&self) -> String {
        self.to_string()
    }

    fn decode(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    #[cfg(test)]
    fn any() -> proptest::strategy::BoxedStrategy<Self> {
        proptest::prelude::Strategy::boxed(proptest::prelude::any::<u64>())
    }
}

/// Each variant with its stored word and the part of a sentence.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $word:literal $text:literal)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $(#[doc = $text] #[error($text)] $variant,)+
        }

        impl Parameter for $name {
            fn encode(&self) -> String {
                match self { $(Self::$variant => $word,)+ }.to_owned()
            }

            fn decode(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }

            #[cfg(test)]
            fn any() -> proptest::strategy::BoxedStrategy<Self> {
                proptest::prelude::Strategy::boxed(proptest::sample::select(vec![$(Self::$variant),+]))
            }
        }
    };
}

words! {
    /// What ended an attempt that another one may make up for.
    AttemptError {
        NoStorage "no_storage" "there was no room to store the package"
        NotReadBack "not_read_back" "the downloaded package could not be read"
        ReaderFailed "reader_failed" "the package could not be analyzed"
        NotWritten "not_written" "the statistics file could not be written"
        NotEncrypted "not_encrypted" "the result could not be encrypted"
        NotStored "not_stored" "the result could not be stored"
        RegistryUnavailable "registry_unavailable" "the registry did not answer"
    }
}

words! {
    /// Why a file is not an archive.
    ArchiveDefect {
        UnsupportedFeature "unsupported_feature" "it uses a feature of the format that packages do not have"
        TruncatedDirectory "truncated_directory" "its directory ends early"
        NoDirectory "no_directory" "it ends early or has no directory"
    }
}

words! {
    /// What a package is allowed a limited number of.
    PackageLimit {
        Entries "entries" "entries"
        DirectoryBytes "directory_bytes" "bytes of the archive's directory"
        UnpackedBytes "unpacked_bytes" "unpacked bytes"
        EntryBytes "entry_bytes" "bytes of one unpacked file"
        DocumentsBytes "documents_bytes" "bytes of small documents"
        Ratio "ratio" "unpacked bytes for each packed byte"
        Messages "messages" "messages"
        CountedEvents "counted_events" "counted events"
        DistinctKeys "distinct_keys" "distinct keys"
        MemoryBytes "memory_bytes" "bytes to keep in memory"
    }
}

/// Each variant with its stored code, its parameters and its sentence.
macro_rules! details {
    ($($variant:ident $code:literal $({ $($field:ident: $type:ty),+ })? ($text:literal $(, $arg:expr)*))+) => {
        /// Why a run failed. Stored as a code with parameters, shown as a sentence.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum FailureDetail {
            $(#[doc = $text] $variant $({ $(#[doc = concat!("`", stringify!($field), "`")] $field: $type),+ })?,)+
            /// What is stored, but not by this version: a sentence of an old one, or a code of a newer one.
            Stored(String),
        }

        impl fmt::Display for FailureDetail {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant { $($($field),+)? } => write!(f, $text $(, $arg)*),)+
                    Self::Stored(text) if is_code(text) => {
                        f.write_str("The package could not be processed, for a reason that this version of the server does not know.")
                    }
                    Self::Stored(sentence) => f.write_str(sentence),
                }
            }
        }

        impl FailureDetail {
            /// The stored form, like `truncated?received=412&total=980`.
            #[must_use]
            pub fn encode(&self) -> String {
                match self {
                    $(Self::$variant { $($($field),+)? } => {
                        let parameters: &[String] = &[$($(format!("{}={}", stringify!($field), $field.encode())),+)?];
                        let separator = if parameters.is_empty() { "" } else { "?" };
                        format!("{}{separator}{}", $code, parameters.join("&"))
                    })+
                    Self::Stored(text) => text.clone(),
                }
            }

            fn decode_known(code: &str, parameters: &str) -> Option<Self> {
                Some(match code {
                    $($code => Self::$variant { $($($field: parameter(parameters, stringify!($field))?),+)? },)+
                    _ => return None,
                })
            }

            #[cfg(test)]
            fn any() -> impl proptest::strategy::Strategy<Value = Self> {
                use proptest::prelude::{Just, Strategy as _};
                proptest::strategy::Union::new([
                    $((Just(()), $($(<$type>::any()),+)?)
                        .prop_map(|((), $($($field),+)?)| Self::$variant { $($($field),+)? })
                        .boxed()),+
                ])
            }
        }
    };
}

details! {
    NotQueued "not_queued" ("The package could not be queued; submit it again.")
    Cancelled "cancelled" ("The operator of this server cancelled the package; submit it again to have it processed.")
    ResultLost "result_lost" ("The stored result is gone; submit the link again.")
    AttemptsExhausted "attempts_exhausted" { attempts: u64 }
        ("The package was given up after {attempts} attempts that ended without a result.")
    ProcessingFailed "processing_failed" { attempts: u64, error: AttemptError }
        ("Processing failed after {attempts} attempts: {error}.")
    LinkNotOpened "link_not_opened"
        ("The queued link has expired or cannot be decrypted any more; submit it again.")
    LinkNotAllowed "link_not_allowed"
        ("The link must be one of Discord's, or start with an origin that this instance allows.")
    LinkIncomplete "link_incomplete" ("The link carries no complete key; copy it whole from the mail.")
    LinkExpired "link_expired"
        ("The link has expired. Discord's links work for some days only; request a new package.")
    NoAddress "no_address" ("The link cannot be read as an address.")
    AddressRefused "address_refused" ("The link leads to an address that this server does not download from.")
    TooManyRedirects "too_many_redirects" ("The link redirects too many times.")
    NoPackage "no_package" ("The link does not lead to a package.")
    NoArchive "no_archive" ("The file behind the link is not an archive.")
    Unreachable "unreachable" ("The server that hosts the package could not be reached.")
    Certificate "certificate"
        ("The server that hosts the package could not prove its identity: its certificate is not valid.")
    NoResponse "no_response" ("The server that hosts the package did not respond in time.")
    Status "status" { status: u64 } ("The server that hosts the package responded with status {status}.")
    Challenge "challenge"
        ("Discord asked for a check that only a browser can pass instead of giving the package; try again later.")
    Truncated "truncated" { received: u64, total: u64 }
        ("The archive ends early: {} of {} arrived.", received / unit(*total).0, in_unit(*total))
    Interrupted "interrupted" { received: u64 } ("The archive ends early: only {} arrived.", in_unit(*received))
    Changed "changed" ("The package behind the link changed while it was downloaded.")
    TooLong "too_long" { seconds: u64 } ("The download took longer than the allowed {}.", time(*seconds))
    TooSlow "too_slow" { received: u64, seconds: u64 }
        ("The server that hosts the package sent only {} in {}.", in_unit(*received), time(*seconds))
    AnalysisTooLong "analysis_too_long" { seconds: u64 }
        ("The analysis took longer than the allowed {}.", time(*seconds))
    TooLarge "too_large" { bytes: u64 }
        ("The package is larger than the {} that this server accepts.", in_unit(*bytes))
    NotAnArchive "not_an_archive" { defect: ArchiveDefect } ("The file is not a readable archive: {defect}.")
    LimitExceeded "limit_exceeded" { what: PackageLimit, limit: u64 }
        ("The package is too large: it has more than {limit} {what}.")
    MissingUserData "missing_user_data" ("The package does not identify its owner.")
}

impl FailureDetail {
    /// Reads the stored form. Every text is one.
    #[must_use]
    pub fn decode(text: &str) -> Self {
        let (code, parameters) = text.split_once('?').unwrap_or((text, ""));
        Self::decode_known(code, parameters).unwrap_or_else(|| Self::Stored(text.to_owned()))
    }
}

impl From<LinkError> for FailureDetail {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Origin => Self::LinkNotAllowed,
            LinkError::Key => Self::LinkIncomplete,
        }
    }
}

fn parameter<T: Parameter>(parameters: &str, name: &str) -> Option<T> {
    let mut pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
    T::decode(pairs.find(|pair| pair.0 == name)?.1)
}

/// Sentences begin with a capital and contain spaces.
fn is_code(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && !text.contains(' ')
}

fn unit(bytes: u64) -> (u64, &'static str) {
    match bytes {
        0..10_000 => (1, "bytes"),
        10_000..10_000_000 => (1_000, "kB"),
        _ => (1_000_000, "MB"),
    }
}

fn in_unit(bytes: u64) -> String {
    let (unit, name) = unit(bytes);
    format!("{} {name}", bytes / unit)
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn details_survive_storage(detail in FailureDetail::any()) {
            let stored = detail.encode();
            prop_assert!(is_code(&stored), "{}", stored);
            prop_assert_eq!(FailureDetail::decode(&stored), detail.clone());
            let sentence = detail.to_string();
            prop_assert!(!is_code(&sentence) && sentence.ends_with('.'), "{}", sentence);
        }
    }
}
