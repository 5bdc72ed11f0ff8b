//! What invented people did, and when.

use std::collections::BTreeMap;

use dumpus_ports::domain::report::{Activity, ActivityRow, DailyEvent, MessageHours, Text};
use dumpus_ports::domain::time::{Day, Hour};
use fastrand::Rng;

use super::{Channel, DAYS, FIRST_DAY, SYSTEMS, skewed, snowflake};

/// Relative frequency of the hours of a day.
const HOURS: [u32; 24] = [
    6, 4, 2, 1, 1, 1, 1, 2, 4, 6, 6, 6, 8, 8, 8, 10, 12, 14, 16, 18, 20, 18, 14, 10,
];

fn hour(rng: &mut Rng) -> i32 {
    let mut left = rng.u32(0..HOURS.iter().sum());
    let found = HOURS.iter().position(|weight| {
        let is_here = left < *weight;
        left = left.saturating_sub(*weight);
        is_here
    });
    i32::try_from(found.unwrap_or(0)).unwrap_or(0)
}

pub(super) fn message_hours(rng: &mut Rng, channels: &[Channel], rows: usize) -> Vec<MessageHours> {
    let mut hours: Vec<BTreeMap<i32, u32>> = channels.iter().map(|_| BTreeMap::new()).collect();
    let mut left = rows;
    while left > 0 {
        let at = skewed(rng, channels.len());
        let day = FIRST_DAY + rng.i32(channels[at].days.clone());
        // A conversation of a few hours.
        for hour in (day * 24 + hour(rng)..).take(rng.usize(1..5).min(left)) {
            let count = hours[at].entry(hour).or_insert_with(|| {
                left -= 1;
                0
            });
            *count += 1 + u32::try_from(skewed(rng, 40)).unwrap_or(0);
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

pub(super) fn events(rng: &mut Rng, channels: &[Channel], guilds: &[Text], rows: usize) -> Vec<ActivityRow> {
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
