//! A report in which every column is seen.

use crate::domain::report::{
    Activity, ActivityRow, DailyEvent, DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, MessageHours, Report,
    SectionStatus, SessionRow, VoiceSessionRow,
};
use crate::domain::time::{Day, Hour};

use super::heavy;

/// A small report with a row in every table, and with every spelling a column can have.
#[must_use]
pub fn every_table() -> Report {
    let mut report = heavy(0);
    let (dm, group, channel, guild) = ("1001", "1002", "1003", "2001");
    report.is_partial = true;
    report.owner.id = "1".into();
    report.owner.avatar_hash = Some("a_2".into());
    report.payments[0].payment_id = "5001".into();
    report.events = every_kind_of_event(dm, channel, guild);
    report.message_hours = vec![
        message_hours(dm, None, Hour(19_557 * 24 + 12), 5),
        message_hours(channel, Some(guild), Hour(16_568 * 24 + 7), 11),
    ];
    report.dm_channels = vec![DmChannelRow {
        channel_id: dm.into(),
        user_id: "3001".into(),
        user_name: "naïve 'friend'; --".into(),
        display_name: Some("Friend ✨".into()),
        avatar_hash: None,
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

fn message_hours(channel: &str, guild: Option<&str>, hour: Hour, count: u32) -> MessageHours {
    MessageHours {
        channel_id: channel.into(),
        guild_id: guild.map(Into::into),
        hours: vec![(hour, count)],
    }
}

fn every_kind_of_event(dm: &str, channel: &str, guild: &str) -> Vec<ActivityRow> {
    let plain = ActivityRow {
        activity: Activity::Daily(DailyEvent::EmailOpened),
        day: Day(19_557),
        hour: 0,
        channel_id: None,
        guild_id: None,
        count: 2,
    };
    let mut rows = vec![
        ActivityRow {
            activity: Activity::AppOpened { os: "Windows".into() },
            ..plain.clone()
        },
        ActivityRow {
            activity: Activity::AddReaction {
                emoji: "👍".into(),
                is_custom: false,
            },
            channel_id: Some(dm.into()),
            ..plain.clone()
        },
        ActivityRow {
            activity: Activity::AddReaction {
                emoji: "kekw".into(),
                is_custom: true,
            },
            channel_id: Some(channel.into()),
            ..plain.clone()
        },
        ActivityRow {
            activity: Activity::CommandUsed {
                application_id: Some("4001".into()),
            },
            guild_id: Some(guild.into()),
            ..plain.clone()
        },
        ActivityRow {
            activity: Activity::GuildJoined,
            hour: 23,
            guild_id: Some(guild.into()),
            count: 1,
            ..plain.clone()
        },
        plain,
    ];
    rows.sort();
    rows
}
