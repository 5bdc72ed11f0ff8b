//! What people, channels and avatars are called.

use super::channel_fold::ChannelFold;
use crate::report::Text;

const DM_PREFIX: &str = "Direct Message with ";

/// Labels of the message index that name nothing.
fn useful(label: Option<&Text>) -> Option<&str> {
    label
        .map(AsRef::as_ref)
        .filter(|label| !matches!(*label, "" | "None" | "Unknown channel"))
}

/// The other person's handle out of a label such as `Direct Message with name#0`.
pub(super) fn dm_user_name(label: Option<&Text>) -> Option<Text> {
    let label = useful(label)?;
    let name = label.strip_prefix(DM_PREFIX).unwrap_or(label);
    // Handles that lost their discriminator in 2023 carry a dummy one.
    let name = name
        .strip_suffix("#0000")
        .or_else(|| name.strip_suffix("#0"))
        .unwrap_or(name);
    (!name.is_empty()).then(|| name.into())
}

/// The name of a guild's channel: its own, else the label without the ` in <guild>` that newer packages add.
pub(super) fn guild_channel_name(channel: &ChannelFold, label: Option<&Text>, guild_name: &str) -> Text {
    if let Some(name) = &channel.name {
        return name.clone();
    }
    let Some(label) = useful(label) else {
        return "Unknown channel".into();
    };
    let ending = format!(" in {guild_name}");
    let name = label
        .strip_suffix(&ending)
        .filter(|name| !name.is_empty())
        .unwrap_or(label);
    name.into()
}

/// The name of a group conversation.
pub(super) fn group_name(channel: &ChannelFold, label: Option<&Text>) -> Text {
    let name = channel.name.as_deref().or_else(|| useful(label));
    name.unwrap_or("Unnamed group").into()
}

/// The id of the person at the other end of a conversation.
///
/// `Deleted User` is no id and stands for many people: such a person gets an id of their own by the channel.
pub(super) fn dm_user_id(channel: &ChannelFold, owner_id: &str) -> Text {
    const DELETED: &str = "Deleted User";
    let mut others = channel
        .recipients
        .iter()
        .filter(|id| !id.is_empty() && ***id != *owner_id);
    if let Some(other) = others.clone().find(|id| &***id != DELETED) {
        return other.clone();
    }
    if others.next().is_some() {
        return format!("deleted:{}", channel.id).into();
    }
    if channel.recipients.iter().any(|id| **id == *owner_id) {
        return owner_id.into();
    }
    format!("unknown:{}", channel.id).into()
}

/// Where Discord serves a user's avatar; animated ones have hashes that begin with `a_`.
pub(super) fn avatar_url(user_id: &str, hash: Option<&str>) -> Option<Text> {
    let hash = hash.filter(|hash| !hash.is_empty())?;
    let extension = if hash.starts_with("a_") { "gif" } else { "png" };
    Some(format!("https://cdn.discordapp.com/avatars/{user_id}/{hash}.{extension}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::observation::Channel;
    use crate::time::DayWindow;

    fn channel(recipients: &[&str]) -> ChannelFold {
        let channel = Channel {
            id: "9",
            recipients: Some(recipients.to_vec()),
            ..Channel::default()
        };
        ChannelFold::new(&channel, DayWindow::until(None))
    }

    fn named(label: &str) -> Option<String> {
        dm_user_name(Some(&label.into())).map(|name| name.to_string())
    }

    #[test]
    fn only_a_trailing_dummy_discriminator_goes() {
        assert_eq!(named("Direct Message with ann#0000").as_deref(), Some("ann"));
        assert_eq!(named("Direct Message with ann#0").as_deref(), Some("ann"));
        assert_eq!(named("Direct Message with a#0000b").as_deref(), Some("a#0000b"));
        assert_eq!(named("Direct Message with ann#1230").as_deref(), Some("ann#1230"));
        assert_eq!(named("None"), None);
    }

    #[test]
    fn the_other_person_is_never_the_owner_unless_alone() {
        assert_eq!(&*dm_user_id(&channel(&["1", "2"]), "1"), "2");
        assert_eq!(&*dm_user_id(&channel(&["Deleted User", "1"]), "1"), "deleted:9");
        assert_eq!(&*dm_user_id(&channel(&["1", "1"]), "1"), "1");
        assert_eq!(&*dm_user_id(&channel(&[]), "1"), "unknown:9");
    }

    #[test]
    fn a_guilds_name_is_taken_off_the_end_only() {
        let label: Text = "talk in garden in Sample in Garden".into();
        let name = guild_channel_name(&channel(&[]), Some(&label), "Sample in Garden");
        assert_eq!(&*name, "talk in garden");
    }
}
