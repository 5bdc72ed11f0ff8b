//! The table of events: which types are counted, which of their fields are read, and how.
//!
//! A new field is a line of `fields`, its name in `events`, and its place in the domain's `EventKind`.

use std::borrow::Cow;
use std::ops::Range;

use dumpus_ports::domain::analysis::{Event, EventKind, Field};
use dumpus_ports::domain::report::DailyEvent;
use dumpus_ports::domain::time::Millis;

use super::{is_id, parse_time};

/// No bound, for what is only compared and not kept.
const ANY: usize = usize::MAX;

/// How a reader's raw values are decoded. Values longer than `max` bytes count as absent, or are cut, so that a package
/// cannot fill the memory with them.
pub(crate) trait FieldValue<'a>: Copy {
    /// Any text.
    fn text(self, max: usize) -> Field<'a>;

    /// The beginning of a text.
    fn beginning(self, max: usize) -> Field<'a> {
        let text = self.text(ANY)?;
        let end = text.floor_char_boundary(max);
        Some(part(text, 0..end))
    }

    /// An id.
    fn id(self, max: usize) -> Field<'a> {
        self.text(max).filter(|text| is_id(text))
    }

    /// A whole number, written as number or as text.
    fn integer(self, max: usize) -> Option<i64>;

    /// A time, which may be JSON inside of JSON.
    fn time(self, max: usize) -> Option<Millis> {
        parse_time(self.text(max)?.as_bytes())
    }

    /// A day, with or without a time.
    fn day(self, max: usize) -> Option<Millis> {
        let text = self.text(max)?;
        parse_time(text.as_bytes()).or_else(|| parse_time(format!("{text}T00:00:00")))
    }

    /// The beginning of a text that some packages quote once more.
    fn unquoted(self, max: usize) -> Field<'a> {
        let text = self.text(ANY)?;
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let range = match inner {
            Some(inner) => 1..1 + inner.floor_char_boundary(max),
            None => 0..text.floor_char_boundary(max),
        };
        Some(part(text, range))
    }

    /// An application, absent if it is Discord itself.
    fn unless_discord(self, max: usize) -> Field<'a> {
        self.id(max).filter(|id| id != "-1")
    }
}

fn part(text: Cow<'_, str>, range: Range<usize>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

macro_rules! table {
    (
        every { $($every:ident),+ }
        fields { $($field:ident: $key:literal, $decode:ident -> $type:ty, $max:expr;)+ }
        events { $($($name:literal)|+ => $kind:ident { $($wanted:ident),+ };)+ }
        daily { $($($daily_name:literal)|+ => $daily:ident;)+ }
    ) => {
        /// Something for each field.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct EventFields<T> {
            $(pub(crate) $field: T,)+
        }

        impl EventFields<&'static [u8]> {
            /// The fields' keys.
            pub(crate) const KEYS: Self = Self { $($field: $key,)+ };
        }

        impl<T> EventFields<T> {
            /// The same for each field.
            pub(crate) fn map<U>(&self, mut of: impl FnMut(&T) -> U) -> EventFields<U> {
                EventFields { $($field: of(&self.$field),)+ }
            }

            /// The same for the fields that the type wants.
            #[cfg(feature = "zip")]
            pub(crate) fn wanted<U: Default>(&self, event_type: EventType, of: impl Fn(&T) -> U) -> EventFields<U> {
                let mut fields = EventFields { $($every: of(&self.$every),)+ ..EventFields::default() };
                match event_type {
                    $(EventType::$kind => { $(fields.$wanted = of(&self.$wanted);)+ })+
                    EventType::Daily(_) => {}
                }
                fields
            }

            /// The field with this key.
            #[cfg(feature = "zip")]
            pub(crate) fn get_mut(&mut self, key: &[u8]) -> Option<&mut T> {
                match key {
                    $($key => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }

        impl<'a, V: FieldValue<'a>> EventFields<Option<V>> {
            $(pub(crate) fn $field(&self) -> Option<$type> {
                self.$field?.$decode($max)
            })+

            /// When the event was received, else when something else happened to it, the most exact first.
            fn time(&self) -> Option<Millis> {
                let client = || self.client_time().or_else(|| self.client_send_time());
                let period = || self.hour_utc().or_else(|| self.day_utc());
                self.timestamp().or_else(client).or_else(period)
            }

            /// Decodes the fields that the type wants.
            pub(crate) fn event(&self, event_type: EventType) -> Event<'a> {
                Event {
                    id: self.event_id(),
                    time: self.time(),
                    kind: match event_type {
                        $(EventType::$kind => EventKind::$kind { $($wanted: self.$wanted(),)+ },)+
                        EventType::Daily(event) => EventKind::Daily(event),
                    },
                }
            }
        }

        /// An event type that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum EventType {
            $($kind,)+
            Daily(DailyEvent),
        }

        impl EventType {
            /// The type that an export spells so, `None` for the nine lines in ten that are not counted.
            pub(crate) fn of(name: &[u8]) -> Option<Self> {
                Some(match name {
                    $($($name)|+ => Self::$kind,)+
                    $($($daily_name)|+ => Self::Daily(DailyEvent::$daily),)+
                    _ => return None,
                })
            }
        }
    };
}

table! {
    // Found by key in every line; the time is at the end of a line.
    every { event_id, user_id }
    // Name, key, how it is decoded, and the most bytes that are kept of a value.
    fields {
        event_id: b"event_id", id -> Cow<'a, str>, ANY;
        user_id: b"user_id", id -> Cow<'a, str>, 64;
        timestamp: b"timestamp", time -> Millis, 64;
        client_time: b"client_track_timestamp", time -> Millis, 64;
        client_send_time: b"client_send_timestamp", time -> Millis, 64;
        hour_utc: b"_hour_utc", time -> Millis, 64;
        day_utc: b"_day_utc", day -> Millis, 64;
        channel_id: b"channel_id", id -> Cow<'a, str>, 64;
        guild_id: b"guild_id", id -> Cow<'a, str>, 64;
        application_id: b"application_id", unless_discord -> Cow<'a, str>, 64;
        emoji_name: b"emoji_name", beginning -> Cow<'a, str>, 256;
        emoji_id: b"emoji_id", id -> Cow<'a, str>, ANY;
        os: b"os", unquoted -> Cow<'a, str>, 64;
        session: b"session", id -> Cow<'a, str>, ANY;
        page_name: b"page_name", beginning -> Cow<'a, str>, 256;
        duration_ms: b"duration", integer -> i64, 64;
    }
    events {
        b"guild_joined" => GuildJoined { guild_id };
        // The second is the name before 2022.
        b"application_command_used" | b"slash_command_used" => CommandUsed { guild_id, application_id };
        b"add_reaction" => AddReaction { channel_id, emoji_name, emoji_id };
        b"app_opened" => AppOpened { os };
        b"dev_portal_page_viewed" => DevPortalPageViewed { page_name };
        b"join_voice_channel" => JoinVoice { channel_id, guild_id, client_time };
        b"leave_voice_channel" => LeaveVoice { channel_id, guild_id, client_time, duration_ms };
        b"session_start" => SessionStart { os, session };
        b"session_end" => SessionEnd { os, session };
    }
    daily {
        b"app_crashed" | b"app_native_crash" => AppCrashed;
        b"application_created" => ApplicationCreated;
        b"bot_token_compromised" => BotTokenCompromised;
        b"captcha_served" => CaptchaServed;
        b"email_opened" => EmailOpened;
        b"login_successful" => LoginSuccessful;
        b"message_edited" => MessageEdited;
        b"message_reported" => MessageReported;
        b"notification_clicked" => NotificationClicked;
        b"oauth2_authorize_accepted" => Oauth2AuthorizeAccepted;
        b"premium_upsell_viewed" => PremiumUpsellViewed;
        b"remote_auth_login" => RemoteAuthLogin;
        b"user_avatar_updated" => UserAvatarUpdated;
        b"voice_message_recorded" => VoiceMessageRecorded;
    }
}
