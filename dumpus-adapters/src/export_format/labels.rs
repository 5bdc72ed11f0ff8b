//! Labels of channels, as the messages index spells them.

use std::collections::BTreeMap;

use dumpus_ports::domain::analysis::ChannelNames;

/// Before the name of the other person, which may be missing.
const DM_PREFIX: &str = "Direct Message with";

/// Bytes of a channel's id; Discord's have 20.
const LONGEST_ID: usize = 64;
/// Bytes of a label: two names of up to 100 characters, and a few words.
const LONGEST_LABEL: usize = 1_024;

/// The labels of one package by channel id.
#[derive(Debug, Default)]
pub(crate) struct Labels(BTreeMap<Box<str>, Box<str>>);

impl Labels {
    /// Adds a label, or the start of a longer one. Of several for one channel the last non-empty one is used.
    pub(crate) fn insert(&mut self, channel_id: &str, label: Option<&str>) {
        if let Some(label) = label.filter(|label| !label.is_empty())
            && channel_id.len() <= LONGEST_ID
        {
            let start = label.floor_char_boundary(LONGEST_LABEL);
            self.0.insert(channel_id.into(), label[..start].into());
        }
    }

    /// The label, unless it names nothing.
    fn useful(&self, channel_id: &str) -> Option<&str> {
        let label = self.0.get(channel_id).map(AsRef::as_ref);
        label.filter(|label| *label != "None" && !is_unknown(label))
    }
}

/// Whether a label stands for a channel without a name.
fn is_unknown(label: &str) -> bool {
    let rest = label.strip_prefix("Unknown channel");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" in ") || rest.starts_with(", "))
}

/// What a label says of the other person of a conversation of two; `None` for labels of other channels.
fn after_dm_prefix(label: &str) -> Option<&str> {
    let rest = label.strip_prefix(DM_PREFIX)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start_matches(' '))
}

impl ChannelNames for Labels {
    fn is_direct(&self, channel_id: &str) -> bool {
        self.useful(channel_id).and_then(after_dm_prefix).is_some()
    }

    /// Guilds and channels may have ` in ` in their names.
    fn is_in_guild(&self, channel_id: &str, is_guild: impl Fn(&str) -> bool) -> bool {
        let Some(label) = self.0.get(channel_id) else {
            return false;
        };
        let unknown = label.strip_prefix("Unknown channel, ").into_iter();
        let named = label.match_indices(" in ").map(|(at, word)| &label[at + word.len()..]);
        named.chain(unknown).any(is_guild)
    }

    /// Out of a label such as `Direct Message with name#0` or `@name`: handles that lost their discriminator in 2023
    /// carry a dummy one.
    fn person(&self, channel_id: &str) -> Option<&str> {
        let label = self.useful(channel_id)?;
        let name = after_dm_prefix(label).unwrap_or(label);
        let name = name.strip_prefix('@').unwrap_or(name);
        let name = name
            .strip_suffix("#0000")
            .or_else(|| name.strip_suffix("#0"))
            .unwrap_or(name);
        (!matches!(name, "" | "Unknown Participant")).then_some(name)
    }

    fn group(&self, channel_id: &str) -> Option<&str> {
        self.useful(channel_id)
    }

    /// The label without the ` in <guild>` that newer packages add.
    fn guild_channel(&self, channel_id: &str, guild_name: &str) -> Option<&str> {
        let label = self.useful(channel_id)?;
        let name = label
            .strip_suffix(guild_name)
            .and_then(|rest| rest.strip_suffix(" in "))
            .filter(|name| !name.is_empty());
        Some(name.unwrap_or(label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(label: &str) -> Labels {
        let mut labels = Labels::default();
        labels.insert("1", Some(label));
        labels
    }

    #[test]
    fn only_a_trailing_dummy_discriminator_is_removed() {
        let named = |label| labelled(label).person("1").map(str::to_owned);
        assert_eq!(named("Direct Message with ann#0000").as_deref(), Some("ann"));
        assert_eq!(named("Direct Message with ann#0").as_deref(), Some("ann"));
        assert_eq!(named("Direct Message with a#0000b").as_deref(), Some("a#0000b"));
        assert_eq!(named("Direct Message with ann#1230").as_deref(), Some("ann#1230"));
        assert_eq!(named("None"), None);
    }

    #[test]
    fn a_label_may_name_nobody() {
        let named = |label| labelled(label).person("1").map(str::to_owned);
        assert_eq!(named("@ann").as_deref(), Some("ann"));
        assert_eq!(named("Direct Message with @ann#0").as_deref(), Some("ann"));
        for label in [
            "Direct Message with",
            "Direct Message with ",
            "Direct Message with Unknown Participant",
        ] {
            assert_eq!(named(label), None, "{label}");
            assert!(labelled(label).is_direct("1"), "{label}");
        }
        assert!(!labelled("Direct Message without").is_direct("1"));
        assert!(!labelled("Unknown channel").is_direct("1"));
    }

    #[test]
    fn a_label_of_an_unknown_channel_is_no_name() {
        for label in [
            "Unknown channel",
            "Unknown channel, Club",
            "Unknown channel in Club",
            "Unknown channel in Other",
        ] {
            assert_eq!(labelled(label).guild_channel("1", "Club"), None, "{label}");
            assert_eq!(labelled(label).person("1"), None, "{label}");
        }
        assert_eq!(
            labelled("Unknown channels").guild_channel("1", "Club"),
            Some("Unknown channels")
        );
    }

    #[test]
    fn a_label_names_the_guild_at_its_end() {
        let is_in = |label, guild| labelled(label).is_in_guild("1", |name| name == guild);
        assert!(is_in("talk in garden in Sample in Garden", "Sample in Garden"));
        assert!(is_in("Unknown channel, Club", "Club"));
        assert!(is_in("Unknown channel in Club", "Club"));
        assert!(!is_in("talk in Club too", "Club"));
        assert!(!is_in("Club", "Club"));
    }

    #[test]
    fn the_name_of_a_guild_is_removed_at_the_end_only() {
        let labels = labelled("talk in garden in Sample in Garden");
        assert_eq!(labels.guild_channel("1", "Sample in Garden"), Some("talk in garden"));
    }
}
