//! What a reader may report: borrowed pieces of a package, decoded but not interpreted.
//!
//! Fields are texts as they stand in the package, but for the times of messages, of which there are millions; absent and JSON `null` are both `None`.

use crate::time::Millis;

/// The owner, from `user.json`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile<'a> {
    /// `id`.
    pub id: &'a str,
    /// `username`.
    pub username: Option<&'a str>,
    /// `global_name`.
    pub global_name: Option<&'a str>,
    /// `avatar_hash`.
    pub avatar_hash: Option<&'a str>,
}

/// A row of `relationships` in `user.json`, whatever its type: blocked and pending ones carry names too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relationship<'a> {
    /// `user.id`, else `id`.
    pub user_id: &'a str,
    /// `user.username`.
    pub username: Option<&'a str>,
    /// `user.global_name`.
    pub global_name: Option<&'a str>,
    /// `user.avatar`.
    pub avatar_hash: Option<&'a str>,
}

/// A payment, from either place. Numbers may have been written as numbers or as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Payment<'a> {
    /// `id`.
    pub id: Option<&'a str>,
    /// `created_at`.
    pub created_at: Option<&'a str>,
    /// `amount`, minor units.
    pub amount: Option<i64>,
    /// `amount_refunded`, minor units.
    pub amount_refunded: Option<i64>,
    /// `currency`.
    pub currency: Option<&'a str>,
    /// `description`.
    pub description: Option<&'a str>,
    /// `status`; a status that is present but no number is `Some(-1)`.
    pub status: Option<i64>,
}

/// `channel.json` of a message folder.
#[derive(Clone, Debug, Default)]
pub struct Channel<'a> {
    /// `id`, else the digits of the folder's name.
    pub id: &'a str,
    /// `type`, a number or a name, as text.
    pub kind: Option<&'a str>,
    /// `name`.
    pub name: Option<&'a str>,
    /// `guild.id`.
    pub guild_id: Option<&'a str>,
    /// `guild.name`.
    pub guild_name: Option<&'a str>,
    /// `recipients`: ids, or the literal `Deleted User`.
    pub recipients: Option<Vec<&'a str>>,
}

/// One message of a channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message {
    /// `ID`, a snowflake.
    pub id: Option<u64>,
    /// `Timestamp`, where it could be read.
    pub time: Option<Millis>,
    /// VADER compound score of the contents in units of 1e-4; `None` when it was not computed or the text is empty.
    pub sentiment: Option<i32>,
}

/// One line of an event file whose type is counted.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What happened.
    pub kind: super::EventKind,
    /// `event_id`.
    pub event_id: Option<&'a str>,
    /// `timestamp`: when the server received it, in any encoding.
    pub timestamp: Option<&'a str>,
    /// `client_track_timestamp`: the client's clock, in any encoding.
    pub client_timestamp: Option<&'a str>,
    /// `channel_id`.
    pub channel_id: Option<&'a str>,
    /// `guild_id`.
    pub guild_id: Option<&'a str>,
    /// `application_id`.
    pub application_id: Option<&'a str>,
    /// `emoji_name`.
    pub emoji_name: Option<&'a str>,
    /// `emoji_id`.
    pub emoji_id: Option<&'a str>,
    /// `os`.
    pub os: Option<&'a str>,
    /// `session`.
    pub session: Option<&'a str>,
    /// `page_name`.
    pub page_name: Option<&'a str>,
    /// `duration`, milliseconds.
    pub duration_ms: Option<i64>,
}

impl Event<'_> {
    /// An event of this kind without any field.
    #[must_use]
    pub const fn new(kind: super::EventKind) -> Self {
        Self {
            kind,
            event_id: None,
            timestamp: None,
            client_timestamp: None,
            channel_id: None,
            guild_id: None,
            application_id: None,
            emoji_name: None,
            emoji_id: None,
            os: None,
            session: None,
            page_name: None,
            duration_ms: None,
        }
    }
}
