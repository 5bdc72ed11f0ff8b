//! A report of any size, shaped like those of people who write a lot.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::report::{
    Activity, ActivityRow, DailyEvent, DmChannelRow, GuildChannelRow, GuildRow, MessageHours, Owner, PaymentRow,
    Report, Section, SectionRow, SectionStatus, SessionRow, Text, VoiceSessionRow,
};
use crate::domain::time::{Day, Hour};

const FIRST_DAY: i32 = 16_800;
const DAYS: u64 = 2_800;
const EMOJI: [&str; 8] = ["👍", "😂", "❤️", "kekw", "🔥", "pepe_sad", "🎉", "👀"];
const OS: [&str; 4] = ["Windows", "Android", "iOS", "Mac OS X"];

/// Xorshift: numbers that are spread well enough, without a dependency.
struct NumberGenerator(u64);

impl NumberGenerator {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    /// Small numbers far more often than large ones.
    fn skewed(&mut self, bound: u64) -> u64 {
        let (a, b, c) = (self.below(1_000), self.below(1_000), self.below(1_000));
        a * b * c * bound / 1_000_000_000
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[index(self.below(from.len() as u64))]
    }

    /// Early elements far more often than late ones.
    fn favourite<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[index(self.skewed(from.len() as u64))]
    }

    fn snowflake(&mut self) -> Text {
        (100_000_000_000_000_000 + self.below(1_200_000_000_000_000_000))
            .to_string()
            .into()
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A heavy user's report, with this many activity rows. Its totals fit its rows.
#[must_use]
pub fn heavy(activity_rows: usize) -> Report {
    let mut numbers = NumberGenerator(0x9E37_79B9_7F4A_7C15);
    let guilds: Vec<Text> = (0..150).map(|_| numbers.snowflake()).collect();
    let channels: Vec<(Text, Option<Text>)> = (0..2_000)
        .map(|at| {
            let guild = (at % 3 > 0).then(|| Arc::clone(numbers.favourite(&guilds)));
            (numbers.snowflake(), guild)
        })
        .collect();
    let bots: Vec<Text> = (0..40).map(|_| numbers.snowflake()).collect();
    let mut rows: BTreeMap<ActivityRow, u32> = BTreeMap::new();
    while rows.len() < activity_rows {
        let row = activity(&mut numbers, &channels, &bots);
        let count = 1 + small(numbers.skewed(60));
        rows.entry(row).or_insert(count);
    }
    let rows = rows.into_iter().map(|(row, count)| ActivityRow { count, ..row });
    let (messages, events): (Vec<_>, Vec<_>) = rows.partition(|row| row.activity == Activity::MessageSent);
    let message_hours = by_channel(messages);
    let voice_sessions = voice_sessions(&mut numbers, &channels, activity_rows / 50);
    let totals = Totals::of(&message_hours, &voice_sessions);
    Report {
        owner: Owner {
            id: numbers.snowflake(),
            name: "somebody".into(),
            display_name: Some("Somebody".into()),
            avatar_hash: None,
        },
        is_partial: false,
        message_count: 0,
        dm_channels: dm_channels(&mut numbers, &channels, &totals),
        group_channels: Vec::new(),
        guild_channels: guild_channels(&channels, &totals),
        guilds: guild_rows(&guilds, &totals),
        events,
        message_hours,
        payments: vec![PaymentRow {
            payment_id: numbers.snowflake(),
            day: Day(19_000),
            amount: 999,
            currency: "eur".into(),
            description: "Nitro".into(),
        }],
        voice_sessions,
        sessions: sessions(&mut numbers, activity_rows / 20),
        sections: Section::ALL
            .map(|section| SectionRow {
                section,
                status: SectionStatus::Ok,
                detail: None,
            })
            .into(),
    }
}

/// Takes rows in order of time.
fn by_channel(rows: Vec<ActivityRow>) -> Vec<MessageHours> {
    let mut channels: BTreeMap<Text, MessageHours> = BTreeMap::new();
    for row in rows {
        let Some(channel_id) = row.channel_id else { continue };
        let channel = channels.entry(Arc::clone(&channel_id)).or_insert(MessageHours {
            channel_id,
            guild_id: row.guild_id,
            hours: Vec::new(),
        });
        let hour = Hour(row.day.0 * 24 + i32::from(row.hour));
        channel.hours.push((hour, row.count));
    }
    channels.into_values().collect()
}

/// What the rows of places add up.
#[derive(Default)]
struct Totals {
    messages: HashMap<Text, u64>,
    minutes: HashMap<Text, u64>,
}

impl Totals {
    fn of(messages: &[MessageHours], voice: &[VoiceSessionRow]) -> Self {
        let mut totals = Self::default();
        for channel in messages {
            let sent: u64 = channel.hours.iter().map(|(_, count)| u64::from(*count)).sum();
            for place in [Some(&channel.channel_id), channel.guild_id.as_ref()]
                .into_iter()
                .flatten()
            {
                *totals.messages.entry(Arc::clone(place)).or_default() += sent;
            }
        }
        for session in voice {
            *totals.minutes.entry(Arc::clone(&session.channel_id)).or_default() += session.minutes();
        }
        totals
    }

    fn messages(&self, place: &Text) -> u64 {
        self.messages.get(place).copied().unwrap_or(0)
    }

    fn minutes(&self, channel: &Text) -> u64 {
        self.minutes.get(channel).copied().unwrap_or(0)
    }
}

fn activity(numbers: &mut NumberGenerator, channels: &[(Text, Option<Text>)], bots: &[Text]) -> ActivityRow {
    let day = Day(FIRST_DAY + i32::try_from(numbers.below(DAYS)).unwrap_or(0));
    let (channel, guild) = numbers.favourite(channels);
    let mut row = ActivityRow {
        activity: Activity::MessageSent,
        day,
        hour: 0,
        channel_id: None,
        guild_id: None,
        count: 0,
    };
    match numbers.below(100) {
        0..3 => {
            row.channel_id = Some(Arc::clone(channel));
            row.activity = Activity::AddReaction {
                emoji: (*numbers.pick(&EMOJI)).into(),
                is_custom: numbers.below(2) == 1,
            };
        }
        3 => {
            row.guild_id.clone_from(guild);
            row.activity = Activity::CommandUsed {
                application_id: Some(Arc::clone(numbers.favourite(bots))),
            };
        }
        4 => {
            let os = (*numbers.pick(&OS)).into();
            row.activity = Activity::AppOpened { os };
        }
        5 => {
            let events = [
                DailyEvent::NotificationClicked,
                DailyEvent::LoginSuccessful,
                DailyEvent::MessageEdited,
            ];
            row.activity = Activity::Daily(*numbers.pick(&events));
        }
        _ => {
            row.hour = u8::try_from(numbers.below(12) + numbers.below(13)).unwrap_or(0);
            row.channel_id = Some(Arc::clone(channel));
            row.guild_id.clone_from(guild);
        }
    }
    row
}

fn dm_channels(numbers: &mut NumberGenerator, channels: &[(Text, Option<Text>)], totals: &Totals) -> Vec<DmChannelRow> {
    let rows = channels
        .iter()
        .filter(|(_, guild)| guild.is_none())
        .map(|(channel, _)| DmChannelRow {
            channel_id: Arc::clone(channel),
            user_id: numbers.snowflake(),
            user_name: "someone".into(),
            display_name: None,
            avatar_hash: Some(format!("{:032x}", numbers.below(u64::MAX)).into()),
            message_count: totals.messages(channel),
            voice_minutes: totals.minutes(channel),
            sentiment: 1_234,
        });
    sorted(rows, |row| &row.channel_id)
}

fn guild_channels(channels: &[(Text, Option<Text>)], totals: &Totals) -> Vec<GuildChannelRow> {
    let rows = channels.iter().filter_map(|(channel, guild)| {
        Some(GuildChannelRow {
            channel_id: Arc::clone(channel),
            name: "general".into(),
            guild_id: Arc::clone(guild.as_ref()?),
            message_count: totals.messages(channel),
            voice_minutes: totals.minutes(channel),
        })
    });
    sorted(rows, |row| &row.channel_id)
}

fn guild_rows(guilds: &[Text], totals: &Totals) -> Vec<GuildRow> {
    let rows = guilds.iter().map(|guild| GuildRow {
        guild_id: Arc::clone(guild),
        name: format!("Server {guild}").into(),
        message_count: totals.messages(guild),
    });
    sorted(rows, |row| &row.guild_id)
}

fn voice_sessions(
    numbers: &mut NumberGenerator,
    channels: &[(Text, Option<Text>)],
    count: usize,
) -> Vec<VoiceSessionRow> {
    let mut started = 1_500_000_000;
    (0..count)
        .map(|_| {
            let (channel_id, guild_id) = numbers.favourite(&channels[..200]).clone();
            let minutes = i64::from(small(numbers.skewed(600)));
            started += 3_600 * 12;
            VoiceSessionRow {
                channel_id,
                guild_id,
                started,
                ended: started + 60 * minutes + 7,
            }
        })
        .collect()
}

fn sessions(numbers: &mut NumberGenerator, count: usize) -> Vec<SessionRow> {
    let mut started = 1_500_000_000;
    (0..count)
        .map(|_| {
            let minutes = i64::from(small(numbers.skewed(300)));
            started += 3_600 * 6;
            let os = (*numbers.favourite(&OS)).into();
            SessionRow {
                started,
                ended: started + 60 * minutes + 31,
                os,
            }
        })
        .collect()
}

fn sorted<R>(rows: impl Iterator<Item = R>, key: impl Fn(&R) -> &Text) -> Vec<R> {
    let mut rows: Vec<R> = rows.collect();
    rows.sort_by(|a, b| key(a).cmp(key(b)));
    rows
}
