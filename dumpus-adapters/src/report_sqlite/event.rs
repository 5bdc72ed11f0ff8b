//! How the file spells what people did.

use dumpus_ports::domain::report::{Activity, DailyEvent};

/// The columns of `activity` that an activity decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventColumns<'a> {
    pub(super) event_name: &'static str,
    pub(super) user_id: Option<&'a str>,
    pub(super) extra_field_1: Option<&'a str>,
    pub(super) extra_field_2: Option<&'static str>,
}

impl<'a> EventColumns<'a> {
    pub(super) fn of(activity: &'a Activity) -> Self {
        let (user_id, extra_field_1, extra_field_2) = match activity {
            Activity::AddReaction { emoji, is_custom } => {
                let is_custom = if *is_custom { "1" } else { "0" };
                (None, Some(&**emoji), Some(is_custom))
            }
            Activity::CommandUsed { application_id } => (application_id.as_deref(), None, None),
            Activity::AppOpened { os } => (None, Some(&**os), None),
            _ => (None, None, None),
        };
        Self {
            event_name: event_name(activity),
            user_id,
            extra_field_1,
            extra_field_2,
        }
    }
}

/// The name of an activity in the file.
pub(super) const fn event_name(activity: &Activity) -> &'static str {
    match activity {
        Activity::AddReaction { .. } => "add_reaction",
        Activity::CommandUsed { .. } => "application_command_used",
        Activity::AppOpened { .. } => "app_opened",
        Activity::DocsViewed => "dev_portal_page_viewed",
        Activity::GuildJoined => "guild_joined",
        Activity::MessageSent => "message_sent",
        Activity::Daily(event) => match event {
            DailyEvent::AppCrashed => "app_crashed",
            DailyEvent::ApplicationCreated => "application_created",
            DailyEvent::BotTokenCompromised => "bot_token_compromised",
            DailyEvent::CaptchaServed => "captcha_served",
            DailyEvent::EmailOpened => "email_opened",
            DailyEvent::LoginSuccessful => "login_successful",
            DailyEvent::MessageEdited => "message_edited",
            DailyEvent::MessageReported => "message_reported",
            DailyEvent::NotificationClicked => "notification_clicked",
            DailyEvent::Oauth2AuthorizeAccepted => "oauth2_authorize_accepted",
            DailyEvent::PremiumUpsellViewed => "premium_upsell_viewed",
            DailyEvent::RemoteAuthLogin => "remote_auth_login",
            DailyEvent::UserAvatarUpdated => "user_avatar_updated",
            DailyEvent::VoiceMessageRecorded => "voice_message_recorded",
        },
    }
}
