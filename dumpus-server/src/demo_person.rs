//! The invented person of the demo: five quarters on Discord, the same in every call.

use std::sync::Arc;

use fastrand::Rng;

use dumpus_ports::BoxError;
use dumpus_ports::domain::analysis::observation::{Channel, Event, Message, Payment, Profile, Relationship};
use dumpus_ports::domain::analysis::{Analysis, Budget, ChannelFold, EventFold, EventKind, Events};
use dumpus_ports::domain::report::Report;
use dumpus_ports::domain::time::{Day, DayWindow, Millis};

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
    Ok(analysis.finish()?)
}

fn conversations(analysis: &mut Analysis, random: &mut Rng, first: Day, window: DayWindow) {
    for (number, (friend, _, _, mood, share)) in FRIENDS.into_iter().enumerate() {
        let id = format!("96000000000000000{number}");
        let channel = Channel {
            id: &id,
            kind: Some("DM"),
            recipients: Some(vec![OWNER, friend]),
            ..Channel::default()
        };
        analysis.channel(messages(random, &channel, first, window, share, Some(mood)));
    }
    let group = Channel {
        id: GROUP,
        kind: Some("GROUP_DM"),
        name: Some("Sunday dinner"),
        recipients: Some(vec![OWNER, FRIENDS[0].0, FRIENDS[1].0, FRIENDS[2].0]),
        ..Channel::default()
    };
    analysis.channel(messages(random, &group, first, window, 4, None));
    for (guild, guild_name, channels) in GUILDS {
        for (id, name, share) in channels {
            let channel = Channel {
                id,
                kind: Some("GUILD_TEXT"),
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
                time: Millis::parse(&time),
                sentiment: mood.map(|mood| (mood + swing).clamp(-10_000, 10_000)),
            });
        }
    }
    fold.finish()
}

fn payments(analysis: &mut Analysis) {
    for month in 1..=12 {
        let (id, created) = (
            format!("97000000000000000{month:02}"),
            format!("2023-{month:02}-04T10:00:00.000Z"),
        );
        analysis.payment(&Payment {
            id: Some(&id),
            created_at: Some(&created),
            amount: Some(if month == 6 { 4_999 } else { 999 }),
            amount_refunded: Some(0),
            currency: Some("eur"),
            description: Some(if month == 6 {
                "Nitro Yearly Gift"
            } else {
                "Nitro Monthly"
            }),
            status: Some(1),
        });
    }
}

fn events(random: &mut Rng, first: Day, window: DayWindow) -> Result<EventFold, BoxError> {
    let mut fold = EventFold::new(0, window, Arc::new(Budget::default()));
    let mut observe = |time: &str, event: Event<'_>| {
        fold.typed_line();
        fold.observe(&Event {
            timestamp: Some(time),
            ..event
        })
    };
    for day in 0..DAYS {
        let start = hour(random).min(21);
        let session = format!("demo-session-{day}");
        let os = *pick(random, &SYSTEMS);
        let session_event = |kind| Event {
            session: Some(&session),
            os: Some(os),
            ..Event::new(kind)
        };
        observe(&instant(first, day, start, 0), session_event(EventKind::AppOpened))?;
        observe(&instant(first, day, start, 1), session_event(EventKind::SessionStart))?;
        let minutes = 20 + random.u64(..90);
        observe(
            &instant(first, day, start, minutes * 60),
            session_event(EventKind::SessionEnd),
        )?;
        for _ in 0..random.u64(..5) {
            let (emoji, emoji_id) = *pick(random, &EMOJIS);
            let (guild, _, channels) = *pick(random, &GUILDS);
            let event = Event {
                emoji_name: Some(emoji),
                emoji_id,
                guild_id: Some(guild),
                channel_id: Some(pick(random, channels).0),
                ..Event::new(EventKind::AddReaction)
            };
            observe(&instant(first, day, hour(random), random.u64(..3_600)), event)?;
        }
        if random.u64(..3) == 0 {
            let event = Event {
                application_id: Some(*pick(random, &BOTS)),
                guild_id: Some(pick(random, &GUILDS).0),
                ..Event::new(EventKind::CommandUsed)
            };
            observe(&instant(first, day, hour(random), random.u64(..3_600)), event)?;
        }
        if day % 7 == 4 {
            let voice = |kind| Event {
                channel_id: Some("920000000000000009"),
                guild_id: Some(GUILDS[0].0),
                ..Event::new(kind)
            };
            observe(&instant(first, day, 20, 0), voice(EventKind::JoinVoice))?;
            observe(
                &instant(first, day, 20, 900 + random.u64(..6_000)),
                voice(EventKind::LeaveVoice),
            )?;
        }
        if day % 9 == 0 {
            observe(
                &instant(first, day, 12, 0),
                Event::new(EventKind::PerDay("message_edited")),
            )?;
        }
        if let Some((guild, ..)) = usize::try_from(day / 60)
            .ok()
            .filter(|_| day % 60 == 3)
            .and_then(|at| GUILDS.get(at))
        {
            let event = Event {
                guild_id: Some(guild),
                ..Event::new(EventKind::GuildJoined)
            };
            observe(&instant(first, day, 18, 0), event)?;
        }
    }
    Ok(fold)
}

/// An instant as events write it, so many seconds after an hour of a day.
fn instant(first: Day, day: i32, hour: u64, seconds: u64) -> String {
    let (year, month, date) = Day(first.0 + day).civil();
    let seconds = (hour * 3_600 + seconds).min(86_399);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.000Z")
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
