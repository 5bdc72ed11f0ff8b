//! Statistics of invented people, as skewed as real ones: few channels have most messages, which come in evenings and bursts.

use std::collections::{BTreeMap, BTreeSet};

use dumpus_ports::domain::report::{
    Activity, ActivityRow, DailyEvent, DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, MessageHours, Owner,
    Report, Section, SectionRow, SectionStatus, SessionRow, Text, VoiceSessionRow,
};
use dumpus_ports::domain::time::{Day, Hour};
use fastrand::Rng;

/// How much a person did.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub name: &'static str,
    /// Rows of `activity`.
    pub rows: usize,
    pub channels: usize,
    pub sessions: i64,
    pub voice_sessions: i64,
}

pub const PEOPLE: [Person; 4] = [
    Person {
        name: "light",
        rows: 10_000,
        channels: 200,
        sessions: 2_000,
        voice_sessions: 300,
    },
    Person {
        name: "typical",
        rows: 100_000,
        channels: 1_500,
        sessions: 12_000,
        voice_sessions: 4_000,
    },
    Person {
        name: "heavy",
        rows: 500_000,
        channels: 4_000,
        sessions: 25_000,
        voice_sessions: 12_000,
    },
    Person {
        name: "extreme",
        rows: 2_000_000,
        channels: 10_000,
        sessions: 50_000,
        voice_sessions: 50_000,
    },
];

/// 2018-03-01.
const FIRST_DAY: i32 = 17_591;
const DAYS: i32 = 2_800;
const SYSTEMS: [&str; 4] = ["Windows", "Android", "iOS", "Mac OS X"];
/// Relative frequency of the hours of a day.
const HOURS: [u32; 24] = [
    6, 4, 2, 1, 1, 1, 1, 2, 4, 6, 6, 6, 8, 8, 8, 10, 12, 14, 16, 18, 20, 18, 14, 10,
];

struct Channel {
    id: Text,
    guild: Option<Text>,
    is_group: bool,
    /// Days with activity, from the first.
    days: std::ops::Range<i32>,
}

/// The statistics of a person.
pub fn report(person: Person) -> Report {
    let mut rng = Rng::with_seed(person.rows as u64);
    let guilds: Vec<Text> = (0..person.channels / 15 + 5).map(|_| snowflake(&mut rng)).collect();
    let channels: Vec<_> = (0..person.channels).map(|_| channel(&mut rng, &guilds)).collect();
    let message_rows = person.rows * 72 / 100;
    let message_hours = message_hours(&mut rng, &channels, message_rows);
    let written: usize = message_hours.iter().map(|channel| channel.hours.len()).sum();
    let events = events(&mut rng, &channels, &guilds, person.rows - written);
    let voice_sessions = voice_sessions(&mut rng, &channels, person.voice_sessions);
    let sessions = periods(&mut rng, person.sessions)
        .map(|(started, ended, mut rng)| SessionRow {
            started,
            ended,
            os: SYSTEMS[skewed(&mut rng, 4)].into(),
        })
        .collect();
    let mut report = Report {
        owner: Owner {
            id: snowflake(&mut rng),
            name: "owner".into(),
            display_name: None,
            avatar_hash: None,
        },
        is_partial: false,
        message_count: 0,
        events,
        message_hours,
        dm_channels: Vec::new(),
        group_channels: Vec::new(),
        guild_channels: Vec::new(),
        guilds: Vec::new(),
        payments: Vec::new(),
        voice_sessions,
        sessions,
        sections: sections(),
    };
    add_places(&mut rng, &mut report, &channels, &guilds);
    report
}

fn snowflake(rng: &mut Rng) -> Text {
    let milliseconds = rng.u64(1_000_000_000..300_000_000_000);
    ((milliseconds << 22) | rng.u64(0..1 << 17)).to_string().into()
}

fn name(rng: &mut Rng) -> Text {
    let letters = b"aeioubcdfgklmnprst";
    (0..rng.usize(4..14))
        .map(|_| char::from(letters[rng.usize(0..letters.len())]))
        .collect::<String>()
        .into()
}

/// A place in a list whose first places are the likeliest.
fn skewed(rng: &mut Rng, places: usize) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = ((places as f64 + 1.0).powf(rng.f64()) - 1.0) as usize;
    place.min(places - 1)
}

fn channel(rng: &mut Rng, guilds: &[Text]) -> Channel {
    let kind = rng.u32(0..100);
    let first = rng.i32(0..DAYS - 30);
    let length = 20 + i32::try_from(skewed(rng, 2_000)).unwrap_or(0);
    Channel {
        id: snowflake(rng),
        guild: (kind >= 28).then(|| guilds[skewed(rng, guilds.len())].clone()),
        is_group: (25..28).contains(&kind),
        days: first..(first + length).min(DAYS),
    }
}

fn hour(rng: &mut Rng) -> i32 {
    let mut left = rng.u32(0..HOURS.iter().sum());
    let found = HOURS.iter().position(|weight| {
        let is_here = left < *weight;
        left = left.saturating_sub(*weight);
        is_here
    });
    i32::try_from(found.unwrap_or(0)).unwrap_or(0)
}

fn message_hours(rng: &mut Rng, channels: &[Channel], rows: usize) -> Vec<MessageHours> {
    let mut hours: Vec<BTreeMap<i32, u32>> = channels.iter().map(|_| BTreeMap::new()).collect();
    let mut left = rows;
    while left > 0 {
        let at = skewed(rng, channels.len());
        let day = FIRST_DAY + rng.i32(channels[at].days.clone());
        let mut hour = day * 24 + hour(rng);
        // A conversation of a few hours.
        for _ in 0..rng.usize(1..5).min(left) {
            let count = hours[at].entry(hour).or_insert_with(|| {
                left -= 1;
                0
            });
            *count += 1 + u32::try_from(skewed(rng, 60)).unwrap_or(0);
            hour += 1;
        }
    }
    let mut rows: Vec<_> = channels
        .iter()
        .zip(hours)
        .filter(|(_, hours)| !hours.is_empty())
        .map(|(channel, hours)| MessageHours {
            channel_id: channel.id.clone(),
            guild_id: channel.guild.clone(),
            hours: hours.into_iter().map(|(hour, count)| (Hour(hour), count)).collect(),
        })
        .collect();
    rows.sort_by(|a, b| a.channel_id.cmp(&b.channel_id));
    rows
}

fn events(rng: &mut Rng, channels: &[Channel], guilds: &[Text], rows: usize) -> Vec<ActivityRow> {
    let emoji: Vec<(Text, bool)> = (0..260u32)
        .map(|number| match char::from_u32(0x1F600 + number) {
            Some(letter) if number < 60 => (letter.to_string().into(), false),
            _ => (format!("custom_{number}").into(), true),
        })
        .collect();
    let applications: Vec<Text> = (0..60).map(|_| snowflake(rng)).collect();
    let daily = [
        DailyEvent::EmailOpened,
        DailyEvent::LoginSuccessful,
        DailyEvent::NotificationClicked,
        DailyEvent::MessageEdited,
        DailyEvent::AppCrashed,
    ];
    let mut counts: BTreeMap<ActivityRow, u32> = BTreeMap::new();
    while counts.len() < rows {
        let channel = &channels[skewed(rng, channels.len())];
        let day = rng.i32(channel.days.clone());
        let (mut day, mut hour, mut channel_id, mut guild_id) = (day, 0, None, None);
        let activity = match rng.u32(0..100) {
            0..70 => {
                channel_id = Some(channel.id.clone());
                let (emoji, is_custom) = emoji[skewed(rng, emoji.len())].clone();
                Activity::AddReaction { emoji, is_custom }
            }
            70..85 => {
                day = rng.i32(0..DAYS);
                let os = SYSTEMS[skewed(rng, 4)].into();
                Activity::AppOpened { os }
            }
            85..93 => {
                guild_id.clone_from(&channel.guild);
                let application_id = Some(applications[skewed(rng, 60)].clone());
                Activity::CommandUsed { application_id }
            }
            93 => {
                guild_id = Some(guilds[rng.usize(0..guilds.len())].clone());
                hour = rng.u8(0..24);
                Activity::GuildJoined
            }
            _ => {
                day = rng.i32(0..DAYS);
                Activity::Daily(daily[rng.usize(0..daily.len())])
            }
        };
        let day = Day(FIRST_DAY + day);
        let row = ActivityRow {
            activity,
            day,
            hour,
            channel_id,
            guild_id,
            count: 0,
        };
        *counts.entry(row).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(row, count)| ActivityRow { count, ..row })
        .collect()
}

/// Periods one after the other, with a generator for what else they have.
fn periods(rng: &mut Rng, count: i64) -> impl Iterator<Item = (i64, i64, Rng)> {
    let first = i64::from(FIRST_DAY) * 86_400;
    let step = i64::from(DAYS) * 86_400 / count.max(1);
    let mut rng = rng.fork();
    (0..count).map(move |number| {
        let started = first + number * step + rng.i64(0..step / 2);
        (started, started + rng.i64(30..step / 2), rng.fork())
    })
}

fn voice_sessions(rng: &mut Rng, channels: &[Channel], count: i64) -> Vec<VoiceSessionRow> {
    let session = |(started, ended, mut rng): (i64, i64, Rng)| {
        let channel = &channels[skewed(&mut rng, channels.len())];
        VoiceSessionRow {
            channel_id: channel.id.clone(),
            guild_id: channel.guild.clone(),
            started,
            ended,
        }
    };
    periods(rng, count).map(session).collect()
}

fn add_places(rng: &mut Rng, report: &mut Report, channels: &[Channel], guilds: &[Text]) {
    let mut minutes: BTreeMap<Text, u64> = BTreeMap::new();
    for session in &report.voice_sessions {
        *minutes.entry(session.channel_id.clone()).or_default() += session.minutes();
    }
    let counts = report.message_hours.iter().map(|channel| {
        let count: u64 = channel.hours.iter().map(|(_, count)| u64::from(*count)).sum();
        (channel.channel_id.clone(), count)
    });
    let counts: BTreeMap<Text, u64> = counts.collect();
    let mut guild_counts: BTreeMap<Text, u64> = guilds.iter().map(|id| (id.clone(), 0)).collect();
    let ids: BTreeSet<_> = channels.iter().map(|channel| channel.id.clone()).collect();
    assert_eq!(ids.len(), channels.len());
    let mut sorted: Vec<&Channel> = channels.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    for channel in sorted {
        let channel_id = channel.id.clone();
        let message_count = counts.get(&channel_id).copied().unwrap_or(0);
        let voice_minutes = minutes.get(&channel_id).copied().unwrap_or(0);
        report.message_count += message_count;
        match &channel.guild {
            Some(guild_id) => {
                *guild_counts.entry(guild_id.clone()).or_default() += message_count;
                let (name, guild_id) = (name(rng), guild_id.clone());
                report.guild_channels.push(GuildChannelRow {
                    channel_id,
                    name,
                    guild_id,
                    message_count,
                    voice_minutes,
                });
            }
            None if channel.is_group => {
                let (name, recipient_count) = (name(rng), rng.u32(3..10));
                report.group_channels.push(GroupChannelRow {
                    channel_id,
                    name,
                    recipient_count,
                    message_count,
                    voice_minutes,
                });
            }
            None => {
                let is_friend = rng.u32(0..100) < 40;
                report.dm_channels.push(DmChannelRow {
                    channel_id,
                    user_id: snowflake(rng),
                    user_name: name(rng),
                    display_name: is_friend.then(|| name(rng)),
                    avatar_hash: is_friend.then(|| format!("{:032x}", rng.u128(..)).into()),
                    message_count,
                    voice_minutes,
                    sentiment: rng.i32(-4_000..8_000),
                });
            }
        }
    }
    report.guilds = guild_counts
        .into_iter()
        .map(|(guild_id, message_count)| GuildRow {
            guild_id,
            name: name(rng),
            message_count,
        })
        .collect();
}

fn sections() -> Vec<SectionRow> {
    let row = |section| SectionRow {
        section,
        status: SectionStatus::Ok,
        detail: Some("1,234 of them".to_owned()),
    };
    Section::ALL.into_iter().map(row).collect()
}
