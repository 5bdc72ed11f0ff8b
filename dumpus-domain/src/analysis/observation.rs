//! What a reader may report of small files and messages: borrowed pieces of a package, decoded but not interpreted.
//!
//! Absent values and JSON `null` are both `None`. Events are described in [`super::EventKind`].

use super::ChannelKind;
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
    /// `created_at`, where it could be read.
    pub time: Option<Millis>,
    /// `amount`, minor units, where it is a whole number.
    pub amount: Option<i64>,
    /// `amount_refunded`, minor units: 0 where it is absent, `None` where it could not be read.
    pub amount_refunded: Option<i64>,
    /// `currency`, a code of ISO 4217 in any case.
    pub currency: Option<&'a str>,
    /// `description`.
    pub description: Option<&'a str>,
    /// Whether the currency is Discord's own, whose amounts are not money.
    pub is_virtual: bool,
    /// Whether the payment failed, was refunded, or is not over yet.
    pub is_incomplete: bool,
}

/// `channel.json` of a message folder.
#[derive(Clone, Debug, Default)]
pub struct Channel<'a> {
    /// `id`, else the digits of the folder's name.
    pub id: &'a str,
    /// `type`, where there is one.
    pub kind: Option<ChannelKind>,
    /// `name`.
    pub name: Option<&'a str>,
    /// `guild.id`.
    pub guild_id: Option<&'a str>,
    /// `guild.name`.
    pub guild_name: Option<&'a str>,
    /// `recipients`: ids, `None` for a deleted account.
    pub recipients: Option<Vec<Option<&'a str>>>,
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
