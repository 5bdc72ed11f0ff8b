//! Bots: their commands, and the conversations with them.

use fastrand::Rng;

use dumpus_ports::domain::analysis::EventKind;
use dumpus_ports::domain::analysis::OverBudget;
use dumpus_ports::domain::analysis::observation::Relationship;

use super::chance::happens;
use super::chat::{Burst, Interest, STILL};
use super::ids::{Kind, id};
use super::recorder::Recorder;

/// Handle, shown name, the week of the first conversation, and how often they are written to in a thousand days.
type Bot = (&'static str, &'static str, u32, u64);

/// Their names are shown where their commands are counted, which takes a conversation with each.
pub(super) const BOTS: [Bot; 5] = [
    ("waltz-box", "Waltz Box", 12, 30),
    ("dice_duchess", "Dice Duchess", 30, 45),
    ("almanac", "Almanac", 64, 40),
    ("rain-gauge", "Rain Gauge", 120, 25),
    ("quiz.otter", "Quiz Otter", 190, 50),
];

/// How many commands there are to a thousand times of writing in a guild.
const COMMANDS: u64 = 90;

/// The id of a bot by its place in [`BOTS`].
pub(super) fn bot_id(place: usize) -> String {
    id(Kind::Bot, 1 + place)
}

/// How often the owner writes to a bot.
pub(super) const fn interest((_, _, from, often): Bot) -> Interest {
    Interest {
        from,
        until: STILL,
        often,
    }
}

/// Tells the analysis what the bots are called.
pub(super) fn introduce(recorder: &mut Recorder) {
    for (place, (handle, name, ..)) in BOTS.into_iter().enumerate() {
        recorder.analysis.relationship(&Relationship {
            user_id: &bot_id(place),
            username: Some(handle),
            global_name: Some(name),
            avatar_hash: None,
        });
    }
}

/// The commands used in a channel of a guild. The last time somebody wrote there ends with one, so that a guild has
/// bots in every range of time in which it has messages.
pub(super) fn commands(
    recorder: &mut Recorder,
    bursts: &[Burst],
    guild: (usize, &str),
    random: &mut Rng,
) -> Result<(), OverBudget> {
    let (guild_place, guild_id) = guild;
    for (place, burst) in bursts.iter().enumerate() {
        if place + 1 < bursts.len() && !happens(random, COMMANDS) {
            continue;
        }
        // Three of the bots are in the guild, and one is used more than the others.
        let bot = (guild_place + [0, 0, 1, 3][place % 4]) % BOTS.len();
        let command = EventKind::CommandUsed {
            application_id: Some(bot_id(bot).into()),
            guild_id: Some(guild_id.into()),
        };
        recorder.event(burst.date.at(burst.hour, random.u64(..3_600)), command)?;
    }
    Ok(())
}
