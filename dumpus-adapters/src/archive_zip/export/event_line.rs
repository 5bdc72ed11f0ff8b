//! The wanted fields of an event.

use std::borrow::Cow;

use dumpus_ports::domain::analysis::EventKind;
use dumpus_ports::domain::analysis::observation::Event;

use memchr::memmem::Finder;

use super::json::{Members, Value, value_at};

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

/// Where a line that is spelled as usual has its last two keys.
const TAIL: usize = 160;

/// Finds a member of an object without going through the ones before it.
struct Key(Finder<'static>, usize);

impl Key {
    fn new(pattern: &'static str) -> Self {
        Self(Finder::new(pattern), pattern.len())
    }

    fn in_line<'a>(&self, line: &'a [u8], nesting: u32) -> Option<Value<'a>> {
        let at = self.0.find(line)? + self.1;
        value_at(line, at, nesting)
    }
}

/// Keys as they stand in a line without blanks.
pub(super) struct Keys {
    event_id: Key,
    user_id: Key,
    timestamp: Key,
    client_timestamp: Key,
    channel_id: Key,
    guild_id: Key,
    application_id: Key,
    emoji_name: Key,
    emoji_id: Key,
    os: Key,
    session: Key,
    page_name: Key,
    duration: Key,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self {
            event_id: Key::new(r#","event_id":"#),
            user_id: Key::new(r#","user_id":"#),
            timestamp: Key::new(r#","timestamp":"#),
            client_timestamp: Key::new(r#","client_track_timestamp":"#),
            channel_id: Key::new(r#","channel_id":"#),
            guild_id: Key::new(r#","guild_id":"#),
            application_id: Key::new(r#","application_id":"#),
            emoji_name: Key::new(r#","emoji_name":"#),
            emoji_id: Key::new(r#","emoji_id":"#),
            os: Key::new(r#","os":"#),
            session: Key::new(r#","session":"#),
            page_name: Key::new(r#","page_name":"#),
            duration: Key::new(r#","duration":"#),
        }
    }
}

impl<'a> Fields<'a> {
    /// Looks the wanted keys of an event up in a line that is spelled as in every known package: without blanks
    /// between its parts and without objects inside, `timestamp` last. `None` for a line that is not.
    ///
    /// A quote inside of a text is escaped, so what looks like a key is one, and without a second brace it is one of
    /// the line's own object.
    pub(super) fn look_up(line: &'a [u8], kind: EventKind, keys: &Keys, nesting: u32) -> Option<Self> {
        let tail = &line[line.len().saturating_sub(TAIL)..];
        let timestamp = keys.timestamp.in_line(tail, nesting)?;
        if !matches!(timestamp, Value::Text(_)) || memchr::memchr(b'{', &line[1..]).is_some() {
            return None;
        }
        let find = |key: &Key| key.in_line(line, nesting);
        let mut fields = Self {
            event_id: find(&keys.event_id),
            user_id: find(&keys.user_id),
            timestamp: Some(timestamp),
            ..Self::default()
        };
        match kind {
            EventKind::GuildJoined => fields.guild_id = find(&keys.guild_id),
            EventKind::CommandUsed => {
                fields.guild_id = find(&keys.guild_id);
                fields.application_id = find(&keys.application_id);
            }
            EventKind::AddReaction => {
                fields.channel_id = find(&keys.channel_id);
                fields.emoji_name = find(&keys.emoji_name);
                fields.emoji_id = find(&keys.emoji_id);
            }
            EventKind::AppOpened => fields.os = find(&keys.os),
            EventKind::DevPortalPageViewed => fields.page_name = find(&keys.page_name),
            EventKind::JoinVoice | EventKind::LeaveVoice => {
                fields.client_timestamp = find(&keys.client_timestamp);
                fields.channel_id = find(&keys.channel_id);
                fields.guild_id = find(&keys.guild_id);
                fields.duration = find(&keys.duration);
            }
            EventKind::SessionStart | EventKind::SessionEnd => {
                fields.os = find(&keys.os);
                fields.session = find(&keys.session);
            }
            EventKind::PerDay(_) => {}
        }
        Some(fields)
    }

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

    /// Decodes whatever is there.
    pub(super) fn decoded(&self) -> Decoded<'a> {
        Decoded {
            event_id: self.event_id.and_then(Value::text),
            timestamp: self.timestamp.and_then(stamp),
            client_timestamp: self.client_timestamp.and_then(stamp),
            channel_id: kept(self.channel_id),
            guild_id: kept(self.guild_id),
            application_id: kept(self.application_id),
            emoji_name: kept(self.emoji_name),
            emoji_id: self.emoji_id.and_then(Value::text),
            os: kept(self.os),
            session: kept(self.session),
            page_name: self.page_name.and_then(Value::text),
            duration_ms: self.duration.and_then(Value::integer),
        }
    }
}

/// Decoded fields, for an [`Event`] to borrow.
#[derive(Clone, Debug)]
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
