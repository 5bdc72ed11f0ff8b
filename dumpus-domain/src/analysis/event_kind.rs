//! Which event types are counted, and as what.

/// An event type that statistics use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Counted per hour and guild.
    GuildJoined,
    /// Counted per day, guild and application.
    CommandUsed,
    /// Counted per day, channel and emoji.
    AddReaction,
    /// Counted per day and operating system.
    AppOpened,
    /// Counted per day when the page lies under `/docs/`.
    DevPortalPageViewed,
    /// Opens a voice session.
    JoinVoice,
    /// Closes a voice session.
    LeaveVoice,
    /// Opens a session.
    SessionStart,
    /// Closes a session.
    SessionEnd,
    /// Counted per day and nothing else; the name it has in the result.
    PerDay(&'static str),
}

impl EventKind {
    /// The kind of an `event_type`, `None` for the nine lines in ten that are not counted.
    #[must_use]
    pub fn of(event_type: &[u8]) -> Option<Self> {
        Some(match event_type {
            b"guild_joined" => Self::GuildJoined,
            // The second is the name before 2022.
            b"application_command_used" | b"slash_command_used" => Self::CommandUsed,
            b"add_reaction" => Self::AddReaction,
            b"app_opened" => Self::AppOpened,
            b"dev_portal_page_viewed" => Self::DevPortalPageViewed,
            b"join_voice_channel" => Self::JoinVoice,
            b"leave_voice_channel" => Self::LeaveVoice,
            b"session_start" => Self::SessionStart,
            b"session_end" => Self::SessionEnd,
            b"app_crashed" | b"app_native_crash" => Self::PerDay("app_crashed"),
            b"email_opened" => Self::PerDay("email_opened"),
            b"login_successful" => Self::PerDay("login_successful"),
            b"user_avatar_updated" => Self::PerDay("user_avatar_updated"),
            b"oauth2_authorize_accepted" => Self::PerDay("oauth2_authorize_accepted"),
            b"remote_auth_login" => Self::PerDay("remote_auth_login"),
            b"notification_clicked" => Self::PerDay("notification_clicked"),
            b"captcha_served" => Self::PerDay("captcha_served"),
            b"voice_message_recorded" => Self::PerDay("voice_message_recorded"),
            b"message_reported" => Self::PerDay("message_reported"),
            b"message_edited" => Self::PerDay("message_edited"),
            b"premium_upsell_viewed" => Self::PerDay("premium_upsell_viewed"),
            b"bot_token_compromised" => Self::PerDay("bot_token_compromised"),
            b"application_created" => Self::PerDay("application_created"),
            _ => return None,
        })
    }

    /// The event's name in the result; voice and sessions have tables of their own.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::GuildJoined => Some("guild_joined"),
            Self::CommandUsed => Some("application_command_used"),
            Self::AddReaction => Some("add_reaction"),
            Self::AppOpened => Some("app_opened"),
            Self::DevPortalPageViewed => Some("dev_portal_page_viewed"),
            Self::PerDay(name) => Some(name),
            Self::JoinVoice | Self::LeaveVoice | Self::SessionStart | Self::SessionEnd => None,
        }
    }
}
