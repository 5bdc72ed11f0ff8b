//! Bounds of the texts that are kept, so that a few long ones in many rows cannot fill memory or file.
//!
//! Fields of events have their bounds in the reader's table of events.

use crate::report::Text;

/// Bytes of an id or of the hash of a picture. Discord's have at most 40.
const ID: usize = 64;
/// Bytes of a name. Discord's have at most 100 characters, of up to four bytes.
const NAME: usize = 512;
/// Bytes of the description of a payment.
const DESCRIPTION: usize = 1_024;
/// Bytes of a currency. Discord's own has ten.
const CURRENCY: usize = 32;

/// An id or hash; a longer one is not one of Discord's, and counts as absent.
pub(super) fn id(text: &str) -> Option<Text> {
    bounded_id(text).map(Text::from)
}

/// Like [`id`], without keeping it.
pub(super) fn bounded_id(text: &str) -> Option<&str> {
    (!text.is_empty() && text.len() <= ID).then_some(text)
}

/// The start of an id that something has to be kept under.
pub(super) fn start_of_id(text: &str) -> Text {
    start(text, ID).into()
}

/// A name, or the start of a longer one; `None` if it is empty.
pub(super) fn name(text: &str) -> Option<Text> {
    let name = start(text, NAME);
    (!name.is_empty()).then(|| name.into())
}

/// A description, or the start of a longer one.
pub(super) fn description(text: &str) -> Text {
    start(text, DESCRIPTION).into()
}

/// A currency in lower case; a longer one counts as absent.
pub(super) fn currency(text: &str) -> Option<Text> {
    (!text.is_empty() && text.len() <= CURRENCY).then(|| text.to_lowercase().into())
}

/// At most this many bytes from the start, cut between characters.
fn start(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_between_characters_and_long_ids_are_absent() {
        assert_eq!(name("ann").as_deref(), Some("ann"));
        assert_eq!(name("").as_deref(), None);
        assert_eq!(
            name(&"\u{1F600}".repeat(100)).map(|name| name.chars().count()),
            Some(100)
        );
        assert_eq!(name(&"\u{20AC}".repeat(1_000)).map(|name| name.len()), Some(510));
        assert_eq!(id(&"1".repeat(64)).map(|id| id.len()), Some(64));
        assert_eq!(id(&"1".repeat(65)), None);
        assert_eq!(start_of_id(&"1".repeat(65)).len(), 64);
        assert_eq!(description(&"d".repeat(2_000)).len(), 1_024);
        assert_eq!(currency("USD").as_deref(), Some("usd"));
        assert_eq!(currency(&"u".repeat(33)), None);
    }
}
