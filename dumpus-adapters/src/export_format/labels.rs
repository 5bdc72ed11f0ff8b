//! Labels of channels, as the messages index spells them.

use std::collections::BTreeMap;

use dumpus_ports::domain::analysis::ChannelNames;

const DM_PREFIX: &str = "Direct Message with ";

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
        label.filter(|label| !matches!(*label, "None" | "Unknown channel"))
    }
}

impl ChannelNames for Labels {
    /// Out of a label such as `Direct Message with name#0`: handles that lost their discriminator in 2023 carry a
    /// dummy one.
    fn person(&self, channel_id: &str) -> Option<&str> {
        let label = self.useful(channel_id)?;
        let name = label.strip_prefix(DM_PREFIX).unwrap_or(label);
        let name = name
            .strip_suffix("#0000")
            .or_else(|| name.strip_suffix("#0"))
            .unwrap_or(name);
        (!name.is_empty()).then_some(name)
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
    fn the_name_of_a_guild_is_removed_at_the_end_only() {
        let labels = labelled("talk in garden in Sample in Garden");
        assert_eq!(labels.guild_channel("1", "Sample in Garden"), Some("talk in garden"));
    }
}
