//! The wanted fields of an event.

use std::borrow::Cow;

use dumpus_ports::domain::analysis::EventKind;
use dumpus_ports::domain::analysis::observation::Event;

use super::json::{Members, Value};

/// Ids, emoji and the like are far shorter. Longer ones count as absent, so that a package cannot fill the memory
/// with them.
const LONGEST_KEPT: usize = 256;

/// Wanted fields as they stand in the line. Of a key that comes twice the last value counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    event_type: Option<Value<'a>>,
    event_id: Option<Value<'a>>,
    user_id: Option<Value<'a>>,
    timestamp: Option<Value<'a>>,
    client_timestamp: Option<Value<'a>>,
    channel_id: Option<Value<'a>>,
    guild_id: Option<Value<'a>>,
    application_id: Option<Value<'a>>,
    emoji_name: Option<Value<'a>>,
    emoji_id: Option<Value<'a>>,
    os: Option<Value<'a>>,
    session: Option<Value<'a>>,
    page_name: Option<Value<'a>>,
    duration: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Reads the object that the text begins with; its length too. `None` when there is none, or none that ends.
    pub(super) fn read(text: &'a [u8], nesting: u32) -> Option<(Self, usize)> {
        let mut fields = Self::default();
        let mut members = Members::begin(text, 0, nesting)?;
        while let Some((key, value)) = members.next().ok()? {
            let field = match key {
                b"event_type" => &mut fields.event_type,
                b"event_id" => &mut fields.event_id,
                b"user_id" => &mut fields.user_id,
                b"timestamp" => &mut fields.timestamp,
                b"client_track_timestamp" => &mut fields.client_timestamp,
                b"channel_id" => &mut fields.channel_id,
                b"guild_id" => &mut fields.guild_id,
                b"application_id" => &mut fields.application_id,
                b"emoji_name" => &mut fields.emoji_name,
                b"emoji_id" => &mut fields.emoji_id,
                b"os" => &mut fields.os,
                b"session" => &mut fields.session,
                b"page_name" => &mut fields.page_name,
                b"duration" => &mut fields.duration,
                _ => continue,
            };
            *field = Some(value);
        }
        Some((fields, members.position()))
    }

    /// `event_type`.
    pub(super) fn event_type(&self) -> Option<Cow<'a, str>> {
        self.event_type.and_then(Value::text)
    }

    /// `user_id`.
    pub(super) fn user_id(&self) -> Option<Cow<'a, str>> {
        kept(self.user_id)
    }

    /// Decodes what is wanted of an event of this kind.
    pub(super) fn decoded(&self, kind: EventKind) -> Decoded<'a> {
        let mut decoded = Decoded {
            event_id: self.event_id.and_then(Value::text),
            timestamp: self.timestamp.and_then(stamp),
            ..Decoded::default()
        };
        match kind {
            EventKind::GuildJoined => decoded.guild_id = kept(self.guild_id),
            EventKind::CommandUsed => {
                decoded.guild_id = kept(self.guild_id);
                decoded.application_id = kept(self.application_id);
            }
            EventKind::AddReaction => {
                decoded.channel_id = kept(self.channel_id);
                decoded.emoji_name = kept(self.emoji_name);
                decoded.emoji_id = self.emoji_id.and_then(Value::text);
            }
            EventKind::AppOpened => decoded.os = kept(self.os),
            EventKind::DevPortalPageViewed => decoded.page_name = self.page_name.and_then(Value::text),
            EventKind::JoinVoice | EventKind::LeaveVoice => {
                decoded.client_timestamp = self.client_timestamp.and_then(stamp);
                decoded.channel_id = kept(self.channel_id);
                decoded.guild_id = kept(self.guild_id);
                decoded.duration_ms = self.duration.and_then(Value::integer);
            }
            EventKind::SessionStart | EventKind::SessionEnd => {
                decoded.os = kept(self.os);
                decoded.session = kept(self.session);
            }
            EventKind::PerDay(_) => {}
        }
        decoded
    }
}

/// Decoded fields, for an [`Event`] to borrow.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoded<'a> {
    event_id: Option<Cow<'a, str>>,
    timestamp: Option<Cow<'a, str>>,
    client_timestamp: Option<Cow<'a, str>>,
    channel_id: Option<Cow<'a, str>>,
    guild_id: Option<Cow<'a, str>>,
    application_id: Option<Cow<'a, str>>,
    emoji_name: Option<Cow<'a, str>>,
    emoji_id: Option<Cow<'a, str>>,
    os: Option<Cow<'a, str>>,
    session: Option<Cow<'a, str>>,
    page_name: Option<Cow<'a, str>>,
    duration_ms: Option<i64>,
}

impl Decoded<'_> {
    /// The observation.
    pub(super) fn event(&self, kind: EventKind) -> Event<'_> {
        Event {
            event_id: self.event_id.as_deref(),
            timestamp: self.timestamp.as_deref(),
            client_timestamp: self.client_timestamp.as_deref(),
            channel_id: self.channel_id.as_deref(),
            guild_id: self.guild_id.as_deref(),
            application_id: self.application_id.as_deref(),
            emoji_name: self.emoji_name.as_deref(),
            emoji_id: self.emoji_id.as_deref(),
            os: self.os.as_deref(),
            session: self.session.as_deref(),
            page_name: self.page_name.as_deref(),
            duration_ms: self.duration_ms,
            ..Event::new(kind)
        }
    }
}

fn kept(value: Option<Value<'_>>) -> Option<Cow<'_, str>> {
    value?.text().filter(|text| text.len() <= LONGEST_KEPT)
}

/// Times are JSON inside of JSON: escaped quotes and nothing else, which the domain reads as they are.
fn stamp(value: Value<'_>) -> Option<Cow<'_, str>> {
    if let Value::Text(raw) = value
        && let Ok(text) = std::str::from_utf8(raw)
        && raw.windows(2).all(|pair| pair[0] != b'\\' || pair[1] == b'"')
    {
        return Some(Cow::Borrowed(text));
    }
    value.text()
}
