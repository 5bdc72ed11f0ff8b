//! Made-up reports, the same on every run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::report::{
    ActivityRow, DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, Owner, PaymentRow, Report, Section,
    SectionRow, SectionStatus, SessionRow, Text, VoiceSessionRow,
};
use crate::domain::time::Day;

const FIRST_DAY: i32 = 16_800;
const DAYS: u64 = 2_800;
const EMOJI: [&str; 8] = ["👍", "😂", "❤️", "kekw", "🔥", "pepe_sad", "🎉", "👀"];
const OS: [&str; 4] = ["Windows", "Android", "iOS", "Mac OS X"];

/// Xorshift: numbers that are spread well enough, without a dependency.
struct Spread(u64);

impl Spread {
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

/// A heavy user's report, with this many activity rows.
#[must_use]
pub fn heavy(activity_rows: usize) -> Report {
    let mut spread = Spread(0x9E37_79B9_7F4A_7C15);
    let guilds: Vec<Text> = (0..150).map(|_| spread.snowflake()).collect();
    let channels: Vec<(Text, Option<Text>)> = (0..2_000)
        .map(|at| {
            let guild = (at % 3 > 0).then(|| Arc::clone(spread.favourite(&guilds)));
            (spread.snowflake(), guild)
        })
        .collect();
    let bots: Vec<Text> = (0..40).map(|_| spread.snowflake()).collect();
    let mut rows: BTreeMap<ActivityRow, u32> = BTreeMap::new();
    while rows.len() < activity_rows {
        let row = activity(&mut spread, &channels, &bots);
        let count = 1 + small(spread.skewed(60));
        rows.entry(row).or_insert(count);
    }
    let activity = rows
        .into_iter()
        .map(|(row, count)| ActivityRow { count, ..row })
        .collect();
    Report {
        owner: Owner {
            id: spread.snowflake(),
            name: "somebody".into(),
            display_name: Some("Somebody".into()),
            avatar_url: None,
        },
        is_partial: false,
        message_count: 0,
        activity,
        dm_channels: dm_channels(&mut spread, &channels),
        group_channels: Vec::new(),
        guild_channels: guild_channels(&channels),
        guilds: sorted(
            guilds.iter().map(|guild| GuildRow {
                guild_id: Arc::clone(guild),
                name: format!("Server {guild}").into(),
                message_count: 12,
            }),
            |row| &row.guild_id,
        ),
        payments: vec![PaymentRow {
            payment_id: spread.snowflake(),
            day: Day(19_000),
            amount: 999,
            currency: "eur".into(),
            description: "Nitro".into(),
        }],
        voice_sessions: voice_sessions(&mut spread, &channels, activity_rows / 50),
        sessions: sessions(&mut spread, activity_rows / 20),
        sections: Section::ALL
            .map(|section| SectionRow {
                section,
                status: SectionStatus::Ok,
                detail: None,
            })
            .into(),
    }
}

fn activity(spread: &mut Spread, channels: &[(Text, Option<Text>)], bots: &[Text]) -> ActivityRow {
    let day = Day(FIRST_DAY + i32::try_from(spread.below(DAYS)).unwrap_or(0));
    let (channel, guild) = spread.favourite(channels);
    let mut row = ActivityRow {
        event: "message_sent",
        day,
        hour: 0,
        channel_id: None,
        guild_id: None,
        user_id: None,
        extra_1: None,
        extra_2: None,
        count: 0,
    };
    match spread.below(100) {
        0..3 => {
            row.event = "add_reaction";
            row.channel_id = Some(Arc::clone(channel));
            row.extra_1 = Some((*spread.pick(&EMOJI)).into());
            row.extra_2 = Some(spread.below(2) == 1);
        }
        3 => {
            row.event = "application_command_used";
            row.guild_id.clone_from(guild);
            row.user_id = Some(Arc::clone(spread.favourite(bots)));
        }
        4 => {
            row.event = "app_opened";
            row.extra_1 = Some((*spread.pick(&OS)).into());
        }
        5 => row.event = *spread.pick(&["notification_clicked", "login_successful", "message_edited"]),
        _ => {
            row.hour = u8::try_from(spread.below(12) + spread.below(13)).unwrap_or(0);
            row.channel_id = Some(Arc::clone(channel));
            row.guild_id.clone_from(guild);
        }
    }
    row
}

fn dm_channels(spread: &mut Spread, channels: &[(Text, Option<Text>)]) -> Vec<DmChannelRow> {
    let rows = channels
        .iter()
        .filter(|(_, guild)| guild.is_none())
        .map(|(channel, _)| DmChannelRow {
            channel_id: Arc::clone(channel),
            user_id: spread.snowflake(),
            user_name: "someone".into(),
            display_name: None,
            avatar_url: Some(
                format!(
                    "https://cdn.discordapp.com/avatars/{channel}/{:032x}.png",
                    spread.below(u64::MAX)
                )
                .into(),
            ),
            message_count: 40,
            voice_minutes: 0,
            sentiment: 1_234,
        });
    sorted(rows, |row| &row.channel_id)
}

fn guild_channels(channels: &[(Text, Option<Text>)]) -> Vec<GuildChannelRow> {
    let rows = channels.iter().filter_map(|(channel, guild)| {
        Some(GuildChannelRow {
            channel_id: Arc::clone(channel),
            name: "general".into(),
            guild_id: Arc::clone(guild.as_ref()?),
            message_count: 40,
            voice_minutes: 3,
        })
    });
    sorted(rows, |row| &row.channel_id)
}

fn voice_sessions(spread: &mut Spread, channels: &[(Text, Option<Text>)], count: usize) -> Vec<VoiceSessionRow> {
    let mut started = 1_500_000_000;
    (0..count)
        .map(|_| {
            let (channel_id, guild_id) = spread.favourite(&channels[..200]).clone();
            let minutes = i64::from(small(spread.skewed(600)));
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

fn sessions(spread: &mut Spread, count: usize) -> Vec<SessionRow> {
    let mut started = 1_500_000_000;
    (0..count)
        .map(|_| {
            let minutes = i64::from(small(spread.skewed(300)));
            started += 3_600 * 6;
            let os = (*spread.favourite(&OS)).into();
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

/// A small report with a row in every table, and with every spelling a column can have.
#[must_use]
pub fn every_table() -> Report {
    let mut report = heavy(0);
    let (dm, group, channel, guild) = ("1001", "1002", "1003", "2001");
    report.is_partial = true;
    report.owner.avatar_url = Some("https://cdn.discordapp.com/avatars/1/a_2.gif".into());
    report.activity = every_kind_of_activity(dm, channel, guild);
    report.dm_channels = vec![DmChannelRow {
        channel_id: dm.into(),
        user_id: "3001".into(),
        user_name: "naïve 'friend'; --".into(),
        display_name: Some("Friend ✨".into()),
        avatar_url: None,
        message_count: 5,
        voice_minutes: 0,
        sentiment: -4_019,
    }];
    report.group_channels = vec![GroupChannelRow {
        channel_id: group.into(),
        name: "Unnamed group".into(),
        recipient_count: 4,
        message_count: 7,
        voice_minutes: 61,
    }];
    report.guild_channels = vec![GuildChannelRow {
        channel_id: channel.into(),
        name: "general".into(),
        guild_id: guild.into(),
        message_count: 11,
        voice_minutes: 1,
    }];
    report.guilds = vec![GuildRow {
        guild_id: guild.into(),
        name: "A \"server\"".into(),
        message_count: 11,
    }];
    report.voice_sessions = vec![
        VoiceSessionRow {
            channel_id: group.into(),
            guild_id: None,
            started: 1_689_768_000,
            ended: 1_689_771_660,
        },
        VoiceSessionRow {
            channel_id: channel.into(),
            guild_id: Some(guild.into()),
            started: 1_689_771_660,
            ended: 1_689_771_779,
        },
    ];
    report.sessions = vec![SessionRow {
        started: 1_689_768_000,
        ended: 1_689_768_059,
        os: "Windows".into(),
    }];
    let details = [
        "read",
        "12 channels",
        "nothing",
        "3 of 812,004 event lines could not be read",
    ];
    let statuses = [
        SectionStatus::Ok,
        SectionStatus::Missing,
        SectionStatus::Empty,
        SectionStatus::Damaged,
    ];
    for ((section, status), detail) in report.sections.iter_mut().zip(statuses).zip(details) {
        section.status = status;
        section.detail = Some(detail.to_owned());
    }
    report
}

fn every_kind_of_activity(dm: &str, channel: &str, guild: &str) -> Vec<ActivityRow> {
    let plain = ActivityRow {
        event: "email_opened",
        day: Day(19_557),
        hour: 0,
        channel_id: None,
        guild_id: None,
        user_id: None,
        extra_1: None,
        extra_2: None,
        count: 2,
    };
    let mut rows = vec![
        ActivityRow {
            event: "app_opened",
            extra_1: Some("Windows".into()),
            ..plain.clone()
        },
        ActivityRow {
            event: "add_reaction",
            channel_id: Some(dm.into()),
            extra_1: Some("👍".into()),
            extra_2: Some(false),
            ..plain.clone()
        },
        ActivityRow {
            event: "add_reaction",
            channel_id: Some(channel.into()),
            extra_1: Some("kekw".into()),
            extra_2: Some(true),
            ..plain.clone()
        },
        ActivityRow {
            event: "application_command_used",
            guild_id: Some(guild.into()),
            user_id: Some("4001".into()),
            ..plain.clone()
        },
        ActivityRow {
            event: "guild_joined",
            hour: 23,
            guild_id: Some(guild.into()),
            count: 1,
            ..plain.clone()
        },
        ActivityRow {
            event: "message_sent",
            hour: 12,
            channel_id: Some(dm.into()),
            count: 5,
            ..plain.clone()
        },
        ActivityRow {
            event: "message_sent",
            day: Day(16_568),
            hour: 7,
            channel_id: Some(channel.into()),
            guild_id: Some(guild.into()),
            count: 11,
            ..plain.clone()
        },
        plain,
    ];
    rows.sort();
    rows
}
