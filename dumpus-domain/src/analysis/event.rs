//! Events of counted types, and what each of them adds to a fold.

use std::borrow::Cow;

use super::Fingerprint;
use super::budget::OverBudget;
use super::event_fold::{EventFold, EventRow, number};
use super::pairing::Endpoint;
use super::sessions::SessionMark;
use super::voice::VoiceMark;
use crate::report::{Activity, ActivityRow, DailyEvent, Text};
use crate::time::{DAY, Millis};

/// A text of an event, borrowed from the package unless it had to be decoded.
pub type Field<'a> = Option<Cow<'a, str>>;

/// An event of a counted type.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Copies of an event share it. Events without an id all count.
    pub id: Field<'a>,
    /// When the server received the event, else the next best time that could be read.
    pub time: Option<Millis>,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened, with the fields that statistics use.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum EventKind<'a> {
    /// Counted per hour and guild.
    GuildJoined { guild_id: Field<'a> },
    /// Counted per day, guild and application; `application_id` is `None` for commands that Discord has built in.
    CommandUsed {
        guild_id: Field<'a>,
        application_id: Field<'a>,
    },
    /// Counted per day, channel and emoji; only custom emoji have an id.
    AddReaction {
        channel_id: Field<'a>,
        emoji_name: Field<'a>,
        emoji_id: Field<'a>,
    },
    /// Counted per day and operating system.
    AppOpened { os: Field<'a> },
    /// Counted per day if the page lies under `/docs/`.
    DevPortalPageViewed { page_name: Field<'a> },
    /// Opens a voice session.
    JoinVoice {
        channel_id: Field<'a>,
        guild_id: Field<'a>,
        client_time: Option<Millis>,
    },
    /// Closes a voice session; `duration_ms` is the length that the client states.
    LeaveVoice {
        channel_id: Field<'a>,
        guild_id: Field<'a>,
        client_time: Option<Millis>,
        duration_ms: Option<i64>,
    },
    /// Opens a session.
    SessionStart { os: Field<'a>, session: Field<'a> },
    /// Closes a session.
    SessionEnd { os: Field<'a>, session: Field<'a> },
    /// Counted per day and nothing else.
    Daily(DailyEvent),
}

impl EventFold {
    /// Adds an event of a counted type. Of copies of an event in one file the first is kept.
    ///
    /// # Errors
    /// If the package needs more than its budget allows.
    pub fn observe(&mut self, event: &Event<'_>) -> Result<(), OverBudget> {
        self.budget.event()?;
        if let Some(row) = self.row_of(event)? {
            self.record(event.id.as_deref(), row);
        }
        Ok(())
    }

    fn row_of(&mut self, event: &Event<'_>) -> Result<Option<EventRow>, OverBudget> {
        match &event.kind {
            EventKind::JoinVoice {
                channel_id,
                guild_id,
                client_time,
            } => {
                let time = call_time(*client_time, event.time);
                self.voice(Endpoint::Start, time, (channel_id, guild_id), None)
            }
            EventKind::LeaveVoice {
                channel_id,
                guild_id,
                client_time,
                duration_ms,
            } => {
                let time = call_time(*client_time, event.time);
                self.voice(Endpoint::End, time, (channel_id, guild_id), *duration_ms)
            }
            EventKind::SessionStart { os, session } => self.session(Endpoint::Start, event.time, os, session),
            EventKind::SessionEnd { os, session } => self.session(Endpoint::End, event.time, os, session),
            kind => self.counted(kind, event.time),
        }
    }

    fn counted(&mut self, kind: &EventKind<'_>, time: Option<Millis>) -> Result<Option<EventRow>, OverBudget> {
        let is_wanted = match kind {
            EventKind::GuildJoined { guild_id } => guild_id.is_some(),
            EventKind::CommandUsed { application_id, .. } => application_id.is_some(),
            EventKind::AddReaction { emoji_name, .. } => filled(emoji_name).is_some(),
            EventKind::AppOpened { os } => filled(os).is_some(),
            EventKind::DevPortalPageViewed { page_name } => {
                filled(page_name).is_some_and(|page| page.starts_with("/docs/"))
            }
            _ => true,
        };
        if !is_wanted {
            return Ok(None);
        }
        let Some(time) = self.inside_window(time) else {
            return Ok(None);
        };
        let (mut hour, mut channel_id, mut guild_id) = (0, None, None);
        let activity = match kind {
            EventKind::CommandUsed {
                guild_id: guild,
                application_id,
            } => {
                guild_id = self.optional(guild)?;
                Activity::CommandUsed {
                    application_id: self.optional(application_id)?,
                }
            }
            EventKind::AddReaction {
                channel_id: channel,
                emoji_name,
                emoji_id,
            } => {
                channel_id = self.optional(channel)?;
                Activity::AddReaction {
                    emoji: self.text(filled(emoji_name).unwrap_or_default())?,
                    is_custom: filled(emoji_id).is_some(),
                }
            }
            EventKind::AppOpened { os } => Activity::AppOpened {
                os: self.text(filled(os).unwrap_or_default())?,
            },
            EventKind::DevPortalPageViewed { .. } => Activity::DocsViewed,
            EventKind::Daily(event) => Activity::Daily(*event),
            EventKind::GuildJoined { guild_id: guild } => {
                hour = time.hour();
                guild_id = self.optional(guild)?;
                Activity::GuildJoined
            }
            EventKind::JoinVoice { .. }
            | EventKind::LeaveVoice { .. }
            | EventKind::SessionStart { .. }
            | EventKind::SessionEnd { .. } => return Ok(None),
        };
        let row = self.activity_row(ActivityRow {
            activity,
            day: time.day(),
            hour,
            channel_id,
            guild_id,
            count: 0,
        })?;
        Ok(Some(row))
    }

    fn voice(
        &mut self,
        endpoint: Endpoint,
        time: Option<Millis>,
        (channel_id, guild_id): (&Field<'_>, &Field<'_>),
        duration_ms: Option<i64>,
    ) -> Result<Option<EventRow>, OverBudget> {
        let Some(channel_id) = filled(channel_id) else {
            return Ok(None);
        };
        let Some(time) = self.readable(time) else {
            return Ok(None);
        };
        let mark = VoiceMark {
            channel_id: self.text(channel_id)?,
            time,
            endpoint,
            guild_id: self.optional(guild_id)?,
            duration_ms,
        };
        self.voice.push(mark);
        Ok(Some(EventRow::Voice(number(self.voice.len() - 1))))
    }

    fn session(
        &mut self,
        endpoint: Endpoint,
        time: Option<Millis>,
        os: &Field<'_>,
        session: &Field<'_>,
    ) -> Result<Option<EventRow>, OverBudget> {
        let Some(os) = filled(os) else {
            return Ok(None);
        };
        let Some(time) = self.readable(time) else {
            return Ok(None);
        };
        let mark = SessionMark {
            time,
            endpoint,
            os: self.text(os)?,
            id: filled(session).map(Fingerprint::of),
        };
        self.sessions.push(mark);
        Ok(Some(EventRow::Session(number(self.sessions.len() - 1))))
    }

    fn readable(&mut self, time: Option<Millis>) -> Option<Millis> {
        self.counts.undated += u64::from(time.is_none());
        time
    }

    fn inside_window(&mut self, time: Option<Millis>) -> Option<Millis> {
        let time = self.readable(time)?;
        if self.window.contains(time.day()) {
            return Some(time);
        }
        self.counts.out_of_window += 1;
        None
    }

    fn optional(&mut self, field: &Field<'_>) -> Result<Option<Text>, OverBudget> {
        filled(field).map(|text| self.text(text)).transpose()
    }
}

/// The text of a field that is neither absent nor empty.
fn filled<'a>(field: &'a Field<'_>) -> Option<&'a str> {
    field.as_deref().filter(|text| !text.is_empty())
}

/// The client's clock knows best when a call began, unless it is days off.
fn call_time(client: Option<Millis>, server: Option<Millis>) -> Option<Millis> {
    match (client, server) {
        (Some(client), Some(server)) if (client.0 - server.0).abs() > DAY => Some(server),
        (Some(client), _) => Some(client),
        (None, server) => server,
    }
}
