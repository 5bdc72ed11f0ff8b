//! Values with a meaning of their own.

use dumpus_ports::domain::analysis::ChannelKind;

/// The `status` of a completed payment. Two parsers of 2026 read a renumbered enumeration; a real package with refused
/// authorisations of status 2 and 5 beside completed ones of status 1 speaks against them.
const COMPLETED: i64 = 1;

/// Whether a payment with this `status` failed, was refunded or is pending; old packages have no status.
pub(crate) fn is_incomplete(status: Option<i64>) -> bool {
    status.is_some_and(|status| status != COMPLETED)
}

/// Whether a currency is Discord's own.
pub(crate) fn is_virtual(currency: Option<&str>) -> bool {
    currency.is_some_and(|currency| currency.eq_ignore_ascii_case("discord_orb"))
}

/// Whether a text is an id: a missing one may be written as nothing, or as the word `null`.
pub(crate) fn is_id(text: &str) -> bool {
    !matches!(text, "" | "null")
}

/// The kind that a channel's `type` states: a number until 2024, a name since.
pub(crate) fn channel_kind(type_: &str) -> Option<ChannelKind> {
    Some(match type_ {
        "" => return None,
        "1" | "DM" | "18" | "EPHEMERAL_DM" => ChannelKind::Direct,
        "3" | "GROUP_DM" => ChannelKind::Group,
        "0" | "2" | "4" | "5" | "6" | "10" | "11" | "12" | "13" | "14" | "15" | "16" => ChannelKind::Guild,
        name if name.starts_with("GUILD_") || name.ends_with("_THREAD") => ChannelKind::Guild,
        // Lobbies (17), and what Discord will add.
        _ => ChannelKind::Other,
    })
}

/// The id of a recipient; `None` for deleted accounts, which share a text instead of an id.
pub(crate) fn recipient(id: &str) -> Option<&str> {
    (id != "Deleted User").then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_types_are_read_as_numbers_and_as_names() {
        for (type_, kind) in [
            ("1", Some(ChannelKind::Direct)),
            ("DM", Some(ChannelKind::Direct)),
            ("GROUP_DM", Some(ChannelKind::Group)),
            ("11", Some(ChannelKind::Guild)),
            ("PUBLIC_THREAD", Some(ChannelKind::Guild)),
            ("GUILD_OF_THE_FUTURE", Some(ChannelKind::Guild)),
            ("EPHEMERAL_DM", Some(ChannelKind::Direct)),
            ("17", Some(ChannelKind::Other)),
            ("LOBBY", Some(ChannelKind::Other)),
            ("99", Some(ChannelKind::Other)),
            ("", None),
        ] {
            assert_eq!(channel_kind(type_), kind, "{type_}");
        }
    }

    #[test]
    fn only_status_1_and_a_missing_status_are_complete() {
        assert_eq!(
            [None, Some(1), Some(2), Some(-1)].map(is_incomplete),
            [false, false, true, true]
        );
    }
}
