//! Invented ids: as long as Discord's, but a kind, zeros and a small number.

/// What has an id; the number is its first three digits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Person = 900,
    Guild = 910,
    Channel = 920,
    Group = 930,
    Emoji = 940,
    Bot = 950,
    Direct = 960,
    Payment = 970,
}

/// The id of the thing of this kind and number.
pub(super) fn id(kind: Kind, number: usize) -> String {
    format!("{}{number:015}", kind as u16)
}
