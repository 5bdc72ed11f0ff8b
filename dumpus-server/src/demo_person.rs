//! The invented person of the demo: five quarters on Discord, the same in every call.

use std::borrow::Cow;
use std::sync::Arc;

use fastrand::Rng;

use dumpus_ports::BoxError;
use dumpus_ports::domain::analysis::observation::{Channel, Message, Payment, Profile, Relationship};
use dumpus_ports::domain::analysis::{Analysis, Budget, ChannelFold, ChannelKind, Event, EventFold, EventKind, Events};
use dumpus_ports::domain::report::{DailyEvent, Report};
use dumpus_ports::domain::time::{Day, DayWindow, HOUR, Millis, SECOND};

/// The first day of the demo, and how many there are.
const FIRST_DAY: (i64, i64, i64) = (2023, 1, 1);
const DAYS: i32 = 456;

const OWNER: &str = "900000000000000001";

/// Friends: id, handle, shown name, whether they answer kindly, and how often they write.
const FRIENDS: [(&str, &str, &str, i32, u64); 6] = [
    ("900000000000000011", "juniper", "Juniper", 4_100, 9),
    ("900000000000000012", "marlow", "Marlow", 1_900, 6),
    ("900000000000000013", "tamsin", "Tamsin", 2_800, 4),
    ("900000000000000014", "oleander", "Oleander", -900, 3),
    ("900000000000000015", "wren", "Wren", 3_300, 2),
    ("900000000000000016", "ptolemy", "Ptolemy", 400, 1),
];

/// Id, name and share of messages of a channel.
type GuildChannel = (&'static str, &'static str, u64);

/// Guilds and channels in them.
const GUILDS: [(&str, &str, &[GuildChannel]); 3] = [
    (
        "910000000000000001",
        "Night Owls Book Club",
        &[
            ("920000000000000001", "general", 8),
            ("920000000000000002", "spoilers", 3),
        ],
    ),
    (
        "910000000000000002",
        "Tiny Synths",
        &[
            ("920000000000000003", "patches", 5),
            ("920000000000000004", "show-and-tell", 2),
        ],
    ),
    (
        "910000000000000003",
        "Allotment 14",
        &[("920000000000000005", "harvest", 2)],
    ),
];

const GROUP: &str = "930000000000000001";
const EMOJIS: [(&str, Option<&str>); 5] = [
    ("\u{1f44d}", None),
    ("\u{2764}\u{fe0f}", None),
    ("\u{1f602}", None),
    ("synthcat", Some("940000000000000001")),
    ("tomato", Some("940000000000000002")),
];
const SYSTEMS: [&str; 3] = ["Windows", "iOS", "Linux"];
const BOTS: [&str; 2] = ["950000000000000001", "950000000000000002"];

/// A seed: every instance shows the same demo.
const SEED: u64 = 14;

fn pick<'a, T>(random: &mut Rng, from: &'a [T]) -> &'a T {
    &from[random.usize(..from.len())]
}

/// An hour of the day: few at night, most in the evening.
fn hour(random: &mut Rng) -> u64 {
    match random.u8(..10) {
        0 => random.u64(..8),
        1..=3 => random.u64(8..16),
        _ => random.u64(16..23),
    }
}

/// The demo's report.
pub(crate) fn report() -> Result<Report, BoxError> {
    let (year, month, day) = FIRST_DAY;
    let first = Day::from_civil(year, month, day).ok_or("the demo's first day is none")?;
    let window = DayWindow::until(Some(Day(first.0 + DAYS)));
    let mut analysis = Analysis::new();
    analysis.profile(&Profile {
        id: OWNER,
        username: Some("demo"),
        global_name: Some("Demo Dormouse"),
        avatar_hash: None,
    });
    for (id, handle, name, ..) in FRIENDS {
        analysis.relationship(&Relationship {
            user_id: id,
            username: Some(handle),
            global_name: Some(name),
            avatar_hash: None,
        });
    }
    for (id, name, _) in GUILDS {
        analysis.guild(id, Some(name));
    }
    let mut random = Rng::with_seed(SEED);
    conversations(&mut analysis, &mut random, first, window);
    payments(&mut analysis);
    analysis.events(Events::merge(vec![events(&mut random, first, window)?]));
    Ok(analysis.finish(&())?)
}

fn conversations(analysis: &mut Analysis, random: &mut Rng, first: Day, window: DayWindow) {
    for (number, (friend, _, _, mood, share)) in FRIENDS.into_iter().enumerate() {
        let id = format!("96000000000000000{number}");
        let channel = Channel {
            id: &id,
            kind: Some(ChannelKind::Direct),
            recipients: Some(vec![Some(OWNER), Some(friend)]),
            ..Channel::default()
        };
        analysis.channel(messages(random, &channel, first, window, share, Some(mood)));
    }
    let group = Channel {
        id: GROUP,
        kind: Some(ChannelKind::Group),
        name: Some("Sunday dinner"),
        recipients: Some([OWNER, FRIENDS[0].0, FRIENDS[1].0, FRIENDS[2].0].map(Some).to_vec()),
        ..Channel::default()
    };
    analysis.channel(messages(random, &group, first, window, 4, None));
    for (guild, guild_name, channels) in GUILDS {
        for (id, name, share) in channels {
            let channel = Channel {
                id,
                kind: Some(ChannelKind::Guild),
                name: Some(name),
                guild_id: Some(guild),
                guild_name: Some(guild_name),
                recipients: None,
            };
            analysis.channel(messages(random, &channel, first, window, *share, None));
        }
    }
}

fn messages(
    random: &mut Rng,
    channel: &Channel<'_>,
    first: Day,
    window: DayWindow,
    share: u64,
    mood: Option<i32>,
) -> ChannelFold {
    let mut fold = ChannelFold::new(channel, window);
    for day in 0..DAYS {
        // Weekends are for talking.
        let weekend = if day % 7 < 2 { 2 } else { 1 };
        for _ in 0..random.u64(..=share * weekend) {
            let time = instant(first, day, hour(random), random.u64(..3_600));
            let swing = random.i32(-3_000..3_000);
            fold.observe(&Message {
                id: None,
                time: Some(time),
                sentiment: mood.map(|mood| (mood + swing).clamp(-10_000, 10_000)),
            });
        }
    }
    fold.finish()
}

fn payments(analysis: &mut Analysis) {
    for month in 1..=12 {
        let id = format!("97000000000000000{month:02}");
        analysis.payment(&Payment {
            id: Some(&id),
            time: Day::from_civil(2023, month, 4).map(Day::start),
            amount: Some(if month == 6 { 4_999 } else { 999 }),
            amount_refunded: Some(0),
            currency: Some("eur"),
            description: Some(if month == 6 {
                "Nitro Yearly Gift"
            } else {
                "Nitro Monthly"
            }),
            ..Payment::default()
        });
    }
}

fn events(random: &mut Rng, first: Day, window: DayWindow) -> Result<EventFold, BoxError> {
    let mut fold = EventFold::new(0, window, Arc::new(Budget::default()));
    let mut observe = |time: Millis, kind: EventKind<'_>| {
        fold.typed_line();
        fold.observe(&Event {
            id: None,
            time: Some(time),
            kind,
        })
    };
    for day in 0..DAYS {
        let start = hour(random).min(21);
        let session: Cow<'_, str> = format!("demo-session-{day}").into();
        let os = Some(Cow::from(*pick(random, &SYSTEMS)));
        observe(instant(first, day, start, 0), EventKind::AppOpened { os: os.clone() })?;
        let opened = EventKind::SessionStart {
            os: os.clone(),
            session: Some(session.clone()),
        };
        observe(instant(first, day, start, 1), opened)?;
        let minutes = 20 + random.u64(..90);
        let closed = EventKind::SessionEnd {
            os,
            session: Some(session),
        };
        observe(instant(first, day, start, minutes * 60), closed)?;
        for _ in 0..random.u64(..5) {
            let (emoji, emoji_id) = *pick(random, &EMOJIS);
            let (_, _, channels) = *pick(random, &GUILDS);
            let reaction = EventKind::AddReaction {
                channel_id: Some(pick(random, channels).0.into()),
                emoji_name: Some(emoji.into()),
                emoji_id: emoji_id.map(Into::into),
            };
            observe(instant(first, day, hour(random), random.u64(..3_600)), reaction)?;
        }
        if random.u64(..3) == 0 {
            let command = EventKind::CommandUsed {
                application_id: Some((*pick(random, &BOTS)).into()),
                guild_id: Some(pick(random, &GUILDS).0.into()),
            };
            observe(instant(first, day, hour(random), random.u64(..3_600)), command)?;
        }
        if day % 7 == 4 {
            let (channel_id, guild_id) = (Some("920000000000000009".into()), Some(GUILDS[0].0.into()));
            let joined = EventKind::JoinVoice {
                channel_id: channel_id.clone(),
                guild_id: guild_id.clone(),
                client_time: None,
            };
            observe(instant(first, day, 20, 0), joined)?;
            let left = EventKind::LeaveVoice {
                channel_id,
                guild_id,
                client_time: None,
                duration_ms: None,
            };
            observe(instant(first, day, 20, 900 + random.u64(..6_000)), left)?;
        }
        if day % 9 == 0 {
            observe(instant(first, day, 12, 0), EventKind::Daily(DailyEvent::MessageEdited))?;
        }
        if let Some((guild, ..)) = usize::try_from(day / 60)
            .ok()
            .filter(|_| day % 60 == 3)
            .and_then(|at| GUILDS.get(at))
        {
            let guild_id = Some((*guild).into());
            observe(instant(first, day, 18, 0), EventKind::GuildJoined { guild_id })?;
        }
    }
    Ok(fold)
}

/// The instant so many seconds after an hour of a day, on that day.
fn instant(first: Day, day: i32, hour: u64, seconds: u64) -> Millis {
    let of_day = i64::try_from(seconds).unwrap_or(0) * SECOND + i64::try_from(hour).unwrap_or(0) * HOUR;
    Millis(Day(first.0 + day).start().0 + of_day.min(24 * HOUR - SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_shows_something_of_everything() {
        let report = report().unwrap();
        assert_eq!(format!("{report:?}"), format!("{:?}", super::report().unwrap()));
        assert_eq!(report.dm_channels.len(), FRIENDS.len());
        assert_eq!(report.guilds.len(), GUILDS.len());
        assert!(!report.is_partial);
        assert!(report.activity().count() > 1_000);
        assert!(!report.voice_sessions.is_empty() && !report.sessions.is_empty() && !report.payments.is_empty());
    }
}
