//! Names of channels, and ids of people.

use super::channel_fold::ChannelFold;
use crate::report::Text;

/// The names that a package's index of messages has for channels. Readers implement it, because how the index spells
/// them is a matter of the package.
pub trait ChannelNames {
    /// Whether it calls the channel a conversation of two.
    fn is_direct(&self, channel_id: &str) -> bool;

    /// Whether it places the channel in a guild with a name that is one.
    fn is_in_guild(&self, channel_id: &str, is_guild: impl Fn(&str) -> bool) -> bool;

    /// The handle of the other person in a conversation of two.
    fn person(&self, channel_id: &str) -> Option<&str>;

    /// The name of a conversation of several.
    fn group(&self, channel_id: &str) -> Option<&str>;

    /// The name of a channel of the guild with this name.
    fn guild_channel(&self, channel_id: &str, guild_name: &str) -> Option<&str>;
}

/// A package without an index.
impl ChannelNames for () {
    fn is_direct(&self, _: &str) -> bool {
        false
    }

    fn is_in_guild(&self, _: &str, _: impl Fn(&str) -> bool) -> bool {
        false
    }

    fn person(&self, _: &str) -> Option<&str> {
        None
    }

    fn group(&self, _: &str) -> Option<&str> {
        None
    }

    fn guild_channel(&self, _: &str, _: &str) -> Option<&str> {
        None
    }
}

/// The id of the person at the other end of a conversation.
///
/// Deleted accounts share one name instead of an id: each gets an id made of the channel's.
pub(super) fn dm_user_id(channel: &ChannelFold, owner_id: &str) -> Text {
    let others = channel
        .recipients
        .iter()
        .filter(|id| id.as_deref().is_none_or(|id| !id.is_empty() && id != owner_id));
    if let Some(other) = others.clone().flatten().next() {
        return other.clone();
    }
    if others.count() > 0 {
        return format!("deleted:{}", channel.id).into();
    }
    if channel.recipients.iter().any(|id| id.as_deref() == Some(owner_id)) {
        return owner_id.into();
    }
    format!("unknown:{}", channel.id).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::observation::Channel;
    use crate::time::DayWindow;

    fn channel(recipients: &[Option<&str>]) -> ChannelFold {
        let channel = Channel {
            id: "9",
            recipients: Some(recipients.to_vec()),
            ..Channel::default()
        };
        ChannelFold::new(&channel, DayWindow::until(None))
    }

    #[test]
    fn the_other_person_is_never_the_owner_unless_alone() {
        assert_eq!(&*dm_user_id(&channel(&[Some("1"), Some("2")]), "1"), "2");
        assert_eq!(&*dm_user_id(&channel(&[None, Some("1")]), "1"), "deleted:9");
        assert_eq!(&*dm_user_id(&channel(&[Some("1"), Some("1")]), "1"), "1");
        assert_eq!(&*dm_user_id(&channel(&[]), "1"), "unknown:9");
    }
}
