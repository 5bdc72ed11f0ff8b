//! The one large table: nearly all bytes and all time of a file are here.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use dumpus_ports::domain::report::{Activity, ActivityRow, DailyEvent, MessageHours, Report, Text};
use dumpus_ports::domain::time::Day;
use sqlx::sqlite::SqliteConnection;

use super::insert::{Statement, Table};

const ACTIVITY: Table = Table {
    name: "activity",
    columns: &[
        "event_name",
        "day",
        "hour",
        "occurence_count",
        "associated_user_id",
        "associated_channel_id",
        "associated_guild_id",
        "extra_field_1",
        "extra_field_2",
    ],
};

/// Neighbours share event, guild and channel: such a file packs to half of one in order of days.
pub(super) async fn insert(connection: &mut SqliteConnection, report: &Report) -> Result<(), sqlx::Error> {
    let mut events: Vec<&ActivityRow> = report.events.iter().collect();
    events.sort_by(|a, b| in_file(a, b));
    let mut channels: Vec<&MessageHours> = report.message_hours.iter().collect();
    channels.sort_by(|a, b| (&a.guild_id, &a.channel_id).cmp(&(&b.guild_id, &b.channel_id)));
    let sent = event_name(&Activity::MessageSent);
    let (before, after) = events.split_at(events.partition_point(|row| event_name(&row.activity) < sent));
    let messages = channels.into_iter().flat_map(MessageHours::rows);
    let rows = before.iter().copied().cloned().chain(messages);
    let rows = rows.chain(after.iter().copied().cloned());
    let mut texts = Texts::default();
    ACTIVITY
        .insert(connection, rows, |statement, row| bind(statement, row, &mut texts))
        .await
}

fn in_file(a: &ActivityRow, b: &ActivityRow) -> Ordering {
    event_name(&a.activity)
        .cmp(event_name(&b.activity))
        .then_with(|| a.guild_id.cmp(&b.guild_id))
        .then_with(|| a.channel_id.cmp(&b.channel_id))
        .then_with(|| (a.day, a.hour, &a.activity).cmp(&(b.day, b.hour, &b.activity)))
}

fn bind(statement: Statement, row: ActivityRow, texts: &mut Texts) -> Statement {
    let statement = statement
        .bind(texts.event(event_name(&row.activity)))
        .bind(texts.day(row.day))
        .bind(row.hour)
        .bind(row.count);
    let (user_id, extra_1, extra_2) = match row.activity {
        Activity::AddReaction { emoji, is_custom } => (None, Some(emoji), Some(if is_custom { "1" } else { "0" })),
        Activity::CommandUsed { application_id } => (application_id, None, None),
        Activity::AppOpened { os } => (None, Some(os), None),
        _ => (None, None, None),
    };
    statement
        .bind(user_id)
        .bind(row.channel_id)
        .bind(row.guild_id)
        .bind(extra_1)
        .bind(extra_2)
}

/// The name of an activity in the file.
const fn event_name(activity: &Activity) -> &'static str {
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

/// Texts that come again in many rows, made once.
#[derive(Default)]
struct Texts {
    events: HashMap<&'static str, Text>,
    days: HashMap<Day, Text>,
}

impl Texts {
    fn event(&mut self, event: &'static str) -> Text {
        Arc::clone(self.events.entry(event).or_insert_with(|| event.into()))
    }

    fn day(&mut self, day: Day) -> Text {
        Arc::clone(self.days.entry(day).or_insert_with(|| day.to_string().into()))
    }
}
