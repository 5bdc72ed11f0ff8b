//! Reactions, with emoji of everybody and of guilds.

use fastrand::Rng;

use dumpus_ports::domain::analysis::{EventKind, OverBudget};

use super::chance::{happens, pick, weighted};
use super::chat::Burst;
use super::ids::{Kind, id};
use super::recorder::Recorder;

/// How many reactions there are to a thousand times of writing in a channel.
const REACTIONS: u64 = 200;
/// How many of a thousand are emoji of a guild, in guilds.
const CUSTOM: u64 = 350;

const EMOJI: [&str; 18] = [
    "\u{1f44d}",
    "\u{2764}\u{fe0f}",
    "\u{1f602}",
    "\u{1f389}",
    "\u{1f440}",
    "\u{1f62d}",
    "\u{1f525}",
    "\u{2705}",
    "\u{1f64f}",
    "\u{1f60d}",
    "\u{1f914}",
    "\u{1f4af}",
    "\u{1f44b}",
    "\u{2615}",
    "\u{1f331}",
    "\u{1f980}",
    "\u{1f9c0}",
    "\u{1f40c}",
];

/// How often each is chosen.
const FAVOURITES: [u64; 18] = [200, 170, 150, 70, 60, 55, 45, 40, 36, 30, 28, 24, 22, 20, 18, 14, 10, 8];

const CUSTOM_EMOJI: [&str; 14] = [
    "synthcat",
    "tomato_proud",
    "teapot_wave",
    "mossball",
    "paperboat",
    "loaf_nod",
    "slowtrain",
    "marmot_yell",
    "kite_up",
    "bee_ok",
    "lamp_on",
    "wobble",
    "yarn_tangle",
    "cardboard_crown",
];

/// Reactions in a channel. The last time somebody wrote there ends with one, so that a channel has reactions in every range
/// of time in which it has messages.
pub(super) fn reactions(
    recorder: &mut Recorder,
    bursts: &[Burst],
    channel_id: &str,
    guild: Option<usize>,
    random: &mut Rng,
) -> Result<(), OverBudget> {
    for (place, burst) in bursts.iter().enumerate() {
        if place + 1 < bursts.len() && !happens(random, REACTIONS) {
            continue;
        }
        let (emoji_name, emoji_id) = emoji(guild, random);
        let reaction = EventKind::AddReaction {
            channel_id: Some(channel_id.into()),
            emoji_name: Some(emoji_name.into()),
            emoji_id: emoji_id.map(Into::into),
        };
        recorder.event(burst.date.at(burst.hour, random.u64(..3_600)), reaction)?;
    }
    Ok(())
}

/// Name and, if it is custom, id.
fn emoji(guild: Option<usize>, random: &mut Rng) -> (&'static str, Option<String>) {
    match guild.filter(|_| happens(random, CUSTOM)) {
        Some(guild) => {
            let own = [guild, guild + 1, guild + 5].map(|place| place % CUSTOM_EMOJI.len());
            let place = *pick(random, &own);
            (CUSTOM_EMOJI[place], Some(id(Kind::Emoji, 1 + place)))
        }
        None => (EMOJI[weighted(random, &FAVOURITES)], None),
    }
}
