//! A planned event of a counted type.

use crate::{calendar, truth::Window};

/// An event. Kept small, because plans hold one per counted line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    /// Milliseconds since 1970 of `timestamp`.
    pub(crate) at: i64,
    pub(crate) stamp: Stamp,
    pub(crate) client: Stamp,
    pub(crate) clock: Clock,
    /// `None` for lines without `event_id`.
    pub(crate) id: Option<u64>,
    /// Differing copies share a group and are ordered by rank.
    pub(crate) order: Option<(u32, u8)>,
}

/// One of the time keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Same as `timestamp`, or shortly before it for the client's clock.
    Usual,
    At(i64),
    Absent,
    Null,
    Unreadable,
}

/// The first key from which the time of an event without a channel or session can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Clock {
    Timestamp,
    Client,
    Send,
    Hour,
    Day,
    Lost,
}

/// The type of an event and its relevant values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A type without relevant keys.
    Plain(&'static str),
    Joined {
        guild: Option<u64>,
    },
    Command {
        is_old: bool,
        application: Application,
        guild: Option<u64>,
    },
    Reaction {
        channel: Option<u64>,
        emoji: &'static str,
        id: EmojiId,
    },
    Opened {
        os: Os,
    },
    Page {
        page: Option<&'static str>,
    },
    Voice {
        is_join: bool,
        channel: Option<u64>,
        guild: Option<u64>,
        duration: Duration,
    },
    Session {
        is_start: bool,
        session: Option<u64>,
        os: Os,
    },
    /// A type that is not counted.
    Uncounted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Application {
    Known(u64),
    BuiltIn,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmojiId {
    Set(u64),
    Absent,
    Null,
    NullText,
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Os {
    Named(&'static str),
    /// In an additional pair of quotes.
    Quoted(&'static str),
    Empty,
    Absent,
}

impl Os {
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Named(name) | Self::Quoted(name) => Some(name),
            Self::Empty | Self::Absent => None,
        }
    }
}

/// `duration` of a leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duration {
    Milliseconds(i64),
    Absent,
    Unreadable,
}

/// The key of an `activity` row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowKey {
    pub(crate) event: &'static str,
    pub(crate) day: i64,
    pub(crate) hour: u8,
    pub(crate) channel: Option<u64>,
    pub(crate) guild: Option<u64>,
    pub(crate) user: Option<u64>,
    pub(crate) extra_1: Option<&'static str>,
    pub(crate) extra_2: Option<bool>,
}

impl RowKey {
    pub(crate) fn hourly(event: &'static str, at: i64) -> Self {
        let hour = u8::try_from(calendar::hour_of(at)).unwrap_or(0);
        Self {
            hour,
            ..Self::daily(event, at)
        }
    }

    pub(crate) const fn daily(event: &'static str, at: i64) -> Self {
        Self {
            event,
            day: calendar::day_of(at),
            hour: 0,
            channel: None,
            guild: None,
            user: None,
            extra_1: None,
            extra_2: None,
        }
    }
}

impl Event {
    pub(crate) const fn new(kind: Kind, at: i64, id: u64) -> Self {
        Self {
            kind,
            at,
            stamp: Stamp::Usual,
            client: Stamp::Usual,
            clock: Clock::Timestamp,
            id: Some(id),
            order: None,
        }
    }

    /// The time that an analysis must find.
    const fn found_at(&self) -> Option<i64> {
        match self.clock {
            Clock::Timestamp | Clock::Client | Clock::Send => Some(self.at),
            Clock::Hour => Some(self.at - self.at.rem_euclid(calendar::HOUR)),
            Clock::Day => Some(self.at - self.at.rem_euclid(calendar::DAY)),
            Clock::Lost => None,
        }
    }

    /// The `activity` row for which the event was planned.
    pub(crate) fn row(&self, window: Window) -> Option<RowKey> {
        let at = self.found_at().filter(|at| window.contains(*at))?;
        match self.kind {
            Kind::Plain("app_native_crash") => Some(RowKey::daily("app_crashed", at)),
            Kind::Plain(name) => Some(RowKey::daily(name, at)),
            Kind::Joined { guild } => {
                let key = RowKey::hourly("guild_joined", at);
                guild.map(|guild| RowKey {
                    guild: Some(guild),
                    ..key
                })
            }
            Kind::Command { application, guild, .. } => match application {
                Application::Known(user) => {
                    let key = RowKey::daily("application_command_used", at);
                    Some(RowKey {
                        guild,
                        user: Some(user),
                        ..key
                    })
                }
                Application::BuiltIn | Application::Absent => None,
            },
            Kind::Reaction { channel, emoji, id } => {
                let is_custom = matches!(id, EmojiId::Set(_));
                let key = RowKey::daily("add_reaction", at);
                let key = RowKey {
                    channel,
                    extra_1: Some(emoji),
                    extra_2: Some(is_custom),
                    ..key
                };
                (!emoji.is_empty()).then_some(key)
            }
            Kind::Opened { os } => {
                let key = RowKey::daily("app_opened", at);
                os.name().map(|os| RowKey {
                    extra_1: Some(os),
                    ..key
                })
            }
            Kind::Page { page } => page
                .filter(|page| page.starts_with("/docs/"))
                .map(|_| RowKey::daily("dev_portal_page_viewed", at)),
            Kind::Voice { .. } | Kind::Session { .. } | Kind::Uncounted => None,
        }
    }

    /// The type's name.
    pub(crate) const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Plain(name) => name,
            Kind::Joined { .. } => "guild_joined",
            Kind::Command { is_old: true, .. } => "slash_command_used",
            Kind::Command { .. } => "application_command_used",
            Kind::Reaction { .. } => "add_reaction",
            Kind::Opened { .. } => "app_opened",
            Kind::Page { .. } => "dev_portal_page_viewed",
            Kind::Voice { is_join: true, .. } => "join_voice_channel",
            Kind::Voice { .. } => "leave_voice_channel",
            Kind::Session { is_start: true, .. } => "session_start",
            Kind::Session { .. } => "session_end",
            Kind::Uncounted => "remove_reaction",
        }
    }
}
