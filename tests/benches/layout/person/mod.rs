//! Statistics of invented people, as skewed as real ones: few channels have most messages, which come in evenings and bursts.

mod activity;

use std::collections::{BTreeMap, BTreeSet};

use dumpus_ports::domain::report::{
    DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, Owner, Report, Section, SectionRow, SectionStatus,
    SessionRow, Text, VoiceSessionRow,
};
use fastrand::Rng;

/// How much a person did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    /// Rows of `activity`.
    pub(crate) rows: usize,
    pub(crate) channels: usize,
    pub(crate) sessions: i64,
    pub(crate) voice_sessions: i64,
}

pub(crate) const PEOPLE: [Person; 4] = [
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
struct Channel {
    id: Text,
    guild: Option<Text>,
    is_group: bool,
    /// Days with activity, from the first.
    days: std::ops::Range<i32>,
}

/// The statistics of a person.
pub(crate) fn report(person: Person) -> Report {
    let mut rng = Rng::with_seed(person.rows as u64);
    let guilds: Vec<Text> = (0..person.channels / 15 + 5).map(|_| snowflake(&mut rng)).collect();
    let channels: Vec<_> = (0..person.channels).map(|_| channel(&mut rng, &guilds)).collect();
    let message_rows = person.rows * 72 / 100;
    let message_hours = activity::message_hours(&mut rng, &channels, message_rows);
    let written: usize = message_hours.iter().map(|channel| channel.hours.len()).sum();
    let events = activity::events(&mut rng, &channels, &guilds, person.rows - written);
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
