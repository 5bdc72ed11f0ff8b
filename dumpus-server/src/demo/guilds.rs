//! Guilds: which there are, and writing in them.

use fastrand::Rng;

use dumpus_ports::domain::analysis::observation::Channel;
use dumpus_ports::domain::analysis::{ChannelKind, EventKind, OverBudget};

use super::bots::commands;
use super::calendar::Date;
use super::chat::Habit::{self, Daytime, Evening, Night};
use super::chat::{Interest, STILL, bursts};
use super::ids::{Kind, id};
use super::reactions::reactions;
use super::recorder::Recorder;

/// A server and its channels.
pub(super) struct Guild {
    name: &'static str,
    interest: Interest,
    habit: Habit,
    /// Names, with the share of the interest in hundredths. The first one is a voice channel.
    channels: &'static [(&'static str, u64)],
}

const fn guild(
    name: &'static str,
    (from, until, often): (u32, u32, u64),
    habit: Habit,
    channels: &'static [(&'static str, u64)],
) -> Guild {
    Guild {
        name,
        interest: Interest { from, until, often },
        habit,
        channels,
    }
}

/// All guilds, each with the weeks from and until which the owner wrote there, how often in a thousand days, and when.
pub(super) const GUILDS: [Guild; 20] = [
    guild(
        "Night Owls Book Club",
        (1, STILL, 1_150),
        Night,
        &[
            ("armchairs", 4),
            ("lounge", 42),
            ("spoilers", 24),
            ("now-reading", 20),
            ("swap-shelf", 10),
        ],
    ),
    guild(
        "Tiny Synths",
        (8, STILL, 720),
        Evening,
        &[
            ("jam-room", 4),
            ("patches", 36),
            ("show-and-tell", 30),
            ("cables-and-noise", 20),
            ("gear-talk", 10),
        ],
    ),
    guild(
        "Allotment 14",
        (26, STILL, 380),
        Daytime,
        &[("shed", 3), ("harvest", 44), ("seed-exchange", 28), ("slug-watch", 25)],
    ),
    guild(
        "The Crooked Teapot",
        (0, 210, 700),
        Evening,
        &[
            ("back-table", 4),
            ("counter", 48),
            ("steeping", 24),
            ("crumbs", 16),
            ("lost-umbrellas", 8),
        ],
    ),
    guild(
        "Cardboard Kingdoms",
        (38, STILL, 840),
        Evening,
        &[
            ("game-night", 6),
            ("rules-lawyers", 28),
            ("this-friday", 32),
            ("tales-of-defeat", 22),
            ("trades", 12),
        ],
    ),
    guild(
        "Third Floor Kitchen",
        (0, 200, 660),
        Daytime,
        &[
            ("study-hall", 3),
            ("dishes", 40),
            ("lecture-notes", 34),
            ("who-ate-it", 23),
        ],
    ),
    guild(
        "Paper Boat Regatta",
        (50, 150, 340),
        Evening,
        &[("harbour", 3), ("folding", 52), ("launches", 30), ("wrecks", 15)],
    ),
    guild(
        "Sourdough Parliament",
        (18, 180, 480),
        Daytime,
        &[
            ("oven-watch", 3),
            ("starters", 46),
            ("crumb-shots", 32),
            ("failures-only", 19),
        ],
    ),
    guild(
        "Slow Trains Society",
        (70, STILL, 420),
        Evening,
        &[
            ("dining-car", 3),
            ("timetables", 34),
            ("window-seat", 40),
            ("delays", 23),
        ],
    ),
    guild(
        "Moss and Lantern",
        (95, STILL, 540),
        Night,
        &[
            ("campfire", 4),
            ("clearing", 46),
            ("sightings", 28),
            ("night-walks", 22),
        ],
    ),
    guild(
        "Compost Heap of Code",
        (112, STILL, 780),
        Daytime,
        &[
            ("pairing", 4),
            ("help-me", 36),
            ("show-your-bug", 26),
            ("side-projects", 22),
            ("release-cake", 12),
        ],
    ),
    guild(
        "Harbour Street Choir",
        (128, 260, 320),
        Evening,
        &[
            ("warm-up", 5),
            ("altos", 46),
            ("sheet-music", 29),
            ("after-concert", 20),
        ],
    ),
    guild(
        "Marmot Mountain",
        (140, STILL, 360),
        Evening,
        &[("summit", 3), ("routes", 40), ("weather-window", 31), ("blisters", 26)],
    ),
    guild(
        "Kite Weather",
        (156, 290, 260),
        Daytime,
        &[("beach", 3), ("wind-report", 56), ("knots", 41)],
    ),
    guild(
        "Beginner Bees",
        (171, STILL, 300),
        Daytime,
        &[("hive", 3), ("first-swarm", 49), ("honey-maths", 27), ("stings", 21)],
    ),
    guild(
        "Left-Handed Knitters",
        (190, STILL, 390),
        Evening,
        &[
            ("stitch-and-chat", 5),
            ("works-in-progress", 45),
            ("yarn-stash", 31),
            ("frogged", 19),
        ],
    ),
    guild(
        "Lighthouse Keepers' Union",
        (207, STILL, 620),
        Night,
        &[("lamp-room", 4), ("logbook", 41), ("fog", 31), ("shore-leave", 24)],
    ),
    guild(
        "Wobbly Easel",
        (229, STILL, 410),
        Evening,
        &[
            ("drawing-together", 5),
            ("daily-sketch", 49),
            ("kind-critique", 27),
            ("palettes", 19),
        ],
    ),
    guild(
        "Rainy Day Rulebooks",
        (263, STILL, 560),
        Evening,
        &[
            ("round-table", 5),
            ("campaign-one", 43),
            ("characters", 29),
            ("dice-jail", 23),
        ],
    ),
    guild(
        "Night Bus Cartographers",
        (310, STILL, 1_500),
        Night,
        &[("top-deck", 4), ("line-37", 46), ("map-room", 32), ("last-stop", 18)],
    ),
];

/// The id of a guild by its place in [`GUILDS`].
pub(super) fn guild_id(guild: usize) -> String {
    id(Kind::Guild, 1 + guild)
}

/// The id of a channel by its place in its guild; 0 is the voice channel.
pub(super) fn channel_id(guild: usize, channel: usize) -> String {
    id(Kind::Channel, 10 * (1 + guild) + channel)
}

/// Writes the index of guilds, how the owner came to each, and all their channels.
pub(super) fn write(recorder: &mut Recorder, days: &[Date], random: &mut Rng) -> Result<(), OverBudget> {
    for (place, guild) in GUILDS.iter().enumerate() {
        let guild_id = guild_id(place);
        recorder.analysis.guild(&guild_id, Some(guild.name));
        let joined = days.iter().find(|date| date.age == guild.interest.first_age());
        if let Some(date) = joined {
            let guild_id = Some(guild_id.as_str().into());
            let hour = guild.habit.hour(date, random);
            recorder.event(date.at(hour, 0), EventKind::GuildJoined { guild_id })?;
        }
        write_channels(recorder, days, (place, &guild_id), random)?;
    }
    Ok(())
}

fn write_channels(
    recorder: &mut Recorder,
    days: &[Date],
    (place, guild_id): (usize, &str),
    random: &mut Rng,
) -> Result<(), OverBudget> {
    let guild = &GUILDS[place];
    for (number, (name, share)) in guild.channels.iter().enumerate() {
        let channel_id = channel_id(place, number);
        let channel = Channel {
            id: &channel_id,
            kind: Some(ChannelKind::Guild),
            name: Some(name),
            guild_id: Some(guild_id),
            guild_name: Some(guild.name),
            recipients: None,
        };
        let bursts = bursts(days, guild.interest.share(*share), guild.habit, random);
        recorder.channel(&channel, &bursts, None, random);
        reactions(recorder, &bursts, &channel_id, Some(place), random)?;
        commands(recorder, &bursts, (place, guild_id), random)?;
    }
    Ok(())
}
