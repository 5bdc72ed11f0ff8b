//! Conversations: with friends, with bots, and in groups.

use std::collections::BTreeMap;

use fastrand::Rng;

use dumpus_ports::domain::analysis::observation::Channel;
use dumpus_ports::domain::analysis::{ChannelKind, ChannelNames, OverBudget};

use super::bots::{self, BOTS, bot_id};
use super::calendar::Date;
use super::chat::Habit::{self, Daytime, Evening, Night};
use super::chat::{Interest, STILL, bursts};
use super::ids::{Kind, id};
use super::people::{FRIENDS, friend_id, owner};
use super::reactions::reactions;
use super::recorder::Recorder;

/// A conversation of several.
struct Group {
    name: &'static str,
    /// Places of friends.
    members: &'static [usize],
    interest: Interest,
    habit: Habit,
}

const fn group(name: &'static str, members: &'static [usize], weeks: (u32, u32), often: u64, habit: Habit) -> Group {
    let (from, until) = weeks;
    Group {
        name,
        members,
        interest: Interest { from, until, often },
        habit,
    }
}

const GROUPS: [Group; 5] = [
    group("Sunday dinner", &[0, 1, 2], (14, STILL), 320, Evening),
    group("Flat 3B", &[4, 9, 11, 14], (160, STILL), 280, Daytime),
    group("Lake cabin planning", &[0, 2, 6, 7, 9], (176, 196), 420, Evening),
    group("Two truths and a lie", &[1, 3, 8, 13], (45, 185), 230, Night),
    group(
        "Secret birthday committee",
        &[0, 4, 17, 21, 23],
        (250, STILL),
        190,
        Evening,
    ),
];

/// The handles that the index of messages has for conversations of two.
#[derive(Default)]
pub(super) struct Index(BTreeMap<String, &'static str>);

impl ChannelNames for Index {
    fn is_direct(&self, channel_id: &str) -> bool {
        self.0.contains_key(channel_id)
    }

    fn is_in_guild(&self, _: &str, _: impl Fn(&str) -> bool) -> bool {
        false
    }

    fn person(&self, channel_id: &str) -> Option<&str> {
        self.0.get(channel_id).copied()
    }

    fn group(&self, _: &str) -> Option<&str> {
        None
    }

    fn guild_channel(&self, _: &str, _: &str) -> Option<&str> {
        None
    }
}

/// The id of the conversation with a friend.
pub(super) fn direct_id(friend: usize) -> String {
    id(Kind::Direct, 1 + friend)
}

/// The id of a group.
pub(super) fn group_id(group: usize) -> String {
    id(Kind::Group, 1 + group)
}

/// Writes all conversations.
pub(super) fn write(recorder: &mut Recorder, days: &[Date], random: &mut Rng) -> Result<Index, OverBudget> {
    let mut index = Index::default();
    for (place, friend) in FRIENDS.iter().enumerate() {
        let channel_id = direct_id(place);
        let bursts = bursts(days, friend.interest, friend.habit, random);
        recorder.channel(
            &direct(&channel_id, &owner(), &friend_id(place)),
            &bursts,
            Some(friend.mood),
            random,
        );
        reactions(recorder, &bursts, &channel_id, None, random)?;
        index.0.insert(channel_id, friend.handle);
    }
    for (place, bot) in BOTS.into_iter().enumerate() {
        let channel_id = direct_id(FRIENDS.len() + place);
        let bursts = bursts(days, bots::interest(bot), Evening, random);
        recorder.channel(
            &direct(&channel_id, &owner(), &bot_id(place)),
            &bursts,
            Some(BOT_MOOD),
            random,
        );
        reactions(recorder, &bursts, &channel_id, None, random)?;
        index.0.insert(channel_id, bot.0);
    }
    for (place, group) in GROUPS.iter().enumerate() {
        write_group(recorder, days, (place, group), random)?;
    }
    Ok(index)
}

/// The usual score of a message to a bot.
const BOT_MOOD: i32 = 300;

fn direct<'a>(id: &'a str, owner: &'a str, other: &'a str) -> Channel<'a> {
    Channel {
        id,
        kind: Some(ChannelKind::Direct),
        recipients: Some(vec![Some(owner), Some(other)]),
        ..Channel::default()
    }
}

fn write_group(
    recorder: &mut Recorder,
    days: &[Date],
    (place, group): (usize, &Group),
    random: &mut Rng,
) -> Result<(), OverBudget> {
    let channel_id = group_id(place);
    let members: Vec<_> = group.members.iter().copied().map(friend_id).chain([owner()]).collect();
    let channel = Channel {
        id: &channel_id,
        kind: Some(ChannelKind::Group),
        name: Some(group.name),
        recipients: Some(members.iter().map(|id| Some(id.as_str())).collect()),
        ..Channel::default()
    };
    let bursts = bursts(days, group.interest, group.habit, random);
    recorder.channel(&channel, &bursts, None, random);
    reactions(recorder, &bursts, &channel_id, None, random)
}
