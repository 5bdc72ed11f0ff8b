//! What people did: the numbers that charts are made of.

use super::Text;
use crate::time::{Day, Hour};

/// How often something happened in one day or hour, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityRow {
    /// What happened.
    pub activity: Activity,
    /// UTC day.
    pub day: Day,
    /// UTC hour, 0 for events that are counted per day.
    pub hour: u8,
    /// Channel it happened in.
    pub channel_id: Option<Text>,
    /// Guild it happened in.
    pub guild_id: Option<Text>,
    /// Number of occurrences.
    pub count: u32,
}

/// What happened, with what is known of this activity only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// Reacted to a message.
    AddReaction {
        /// The emoji itself, or the name of a custom one.
        emoji: Text,
        /// Whether the emoji is a guild's own.
        is_custom: bool,
    },
    /// Used a command of an application.
    CommandUsed {
        /// The application, where the event names it.
        application_id: Option<Text>,
    },
    /// Opened the app.
    AppOpened {
        /// Operating system.
        os: Text,
    },
    /// Read a page of the documentation for developers.
    DocsViewed,
    /// Joined a guild.
    GuildJoined,
    /// Sent a message.
    MessageSent,
    /// Something that is counted per day and nothing else.
    Daily(DailyEvent),
}

/// An event that is counted per day and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "Discord does not say more than the name")]
pub enum DailyEvent {
    AppCrashed,
    ApplicationCreated,
    BotTokenCompromised,
    CaptchaServed,
    EmailOpened,
    LoginSuccessful,
    MessageEdited,
    MessageReported,
    NotificationClicked,
    Oauth2AuthorizeAccepted,
    PremiumUpsellViewed,
    RemoteAuthLogin,
    UserAvatarUpdated,
    VoiceMessageRecorded,
}

/// When messages were sent in one channel: [`ActivityRow`]s of sent messages, in a tenth of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHours {
    /// Channel id.
    pub channel_id: Text,
    /// Guild of the channel.
    pub guild_id: Option<Text>,
    /// Hours with messages, in order, and how many there were.
    pub hours: Vec<(Hour, u32)>,
}

impl MessageHours {
    /// A row for each hour.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = ActivityRow> + '_ {
        self.hours.iter().map(|&(hour, count)| ActivityRow {
            activity: Activity::MessageSent,
            day: hour.day(),
            hour: hour.of_day(),
            channel_id: Some(self.channel_id.clone()),
            guild_id: self.guild_id.clone(),
            count,
        })
    }
}
