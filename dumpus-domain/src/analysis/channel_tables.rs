//! Channels and guilds: kinds, names and totals.

use std::collections::BTreeMap;

use super::Person;
use super::channel_fold::{ChannelFold, ChannelKind};
use super::names::{ChannelNames, dm_user_id};
use crate::report::{DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, Text, VoiceSessionRow};

/// The rows of the tables of channels and guilds, each sorted by id.
#[derive(Debug, Default)]
pub(super) struct ChannelTables {
    pub(super) dms: Vec<DmChannelRow>,
    pub(super) groups: Vec<GroupChannelRow>,
    pub(super) guild_channels: Vec<GuildChannelRow>,
    pub(super) guilds: Vec<GuildRow>,
}

impl ChannelTables {
    pub(super) fn new(
        channels: BTreeMap<Text, ChannelFold>,
        names: &impl ChannelNames,
        guild_names: BTreeMap<Text, Option<Text>>,
        people: &BTreeMap<Text, Person>,
        owner_id: &str,
        voice: &[VoiceSessionRow],
    ) -> Self {
        let mut voice_minutes: BTreeMap<&str, u64> = BTreeMap::new();
        for session in voice {
            *voice_minutes.entry(&session.channel_id).or_default() += session.minutes();
        }
        let guild_names = known_guilds(guild_names, channels.values());
        let mut guild_messages: BTreeMap<Text, u64> = guild_names.keys().map(|id| (id.clone(), 0)).collect();

        let mut tables = Self::default();
        for channel in channels.into_values() {
            let minutes = voice_minutes.get(&*channel.id).copied().unwrap_or(0);
            match (channel.kind, &channel.guild_id) {
                (ChannelKind::Direct, _) => tables.dms.push(dm(&channel, names, people, owner_id, minutes)),
                (ChannelKind::Group, _) => tables.groups.push(GroupChannelRow {
                    name: own_name(&channel, names.group(&channel.id), "Unnamed group"),
                    recipient_count: u32::try_from(channel.recipients.len()).unwrap_or(u32::MAX),
                    message_count: channel.messages,
                    voice_minutes: minutes,
                    channel_id: channel.id,
                }),
                (ChannelKind::Guild, Some(guild_id)) => {
                    if let Some(total) = guild_messages.get_mut(guild_id) {
                        *total += channel.messages;
                    }
                    let guild_name = guild_names.get(guild_id).map_or("", AsRef::as_ref);
                    tables.guild_channels.push(GuildChannelRow {
                        name: own_name(
                            &channel,
                            names.guild_channel(&channel.id, guild_name),
                            "Unknown channel",
                        ),
                        guild_id: guild_id.clone(),
                        message_count: channel.messages,
                        voice_minutes: minutes,
                        channel_id: channel.id,
                    });
                }
                // Counted in the activity only: the client lists no channel without its guild.
                _ => {}
            }
        }
        tables.guilds = guild_names
            .into_iter()
            .zip(guild_messages.into_values())
            .map(|((guild_id, name), message_count)| GuildRow {
                guild_id,
                name,
                message_count,
            })
            .collect();
        tables
    }
}

/// The guilds of the index, and those that a channel names: left guilds keep their statistics.
fn known_guilds<'a>(
    listed: BTreeMap<Text, Option<Text>>,
    channels: impl Iterator<Item = &'a ChannelFold>,
) -> BTreeMap<Text, Text> {
    let mut guilds = listed;
    for channel in channels.filter(|channel| channel.kind == ChannelKind::Guild) {
        if let Some(id) = &channel.guild_id {
            let name = guilds.entry(id.clone()).or_default();
            if name.is_none() {
                name.clone_from(&channel.guild_name);
            }
        }
    }
    guilds
        .into_iter()
        .map(|(id, name)| (id, name.unwrap_or_else(|| "Unknown server".into())))
        .collect()
}

/// The channel's own name, else the one of the index.
fn own_name(channel: &ChannelFold, indexed: Option<&str>, otherwise: &str) -> Text {
    let own = channel.name.clone();
    own.unwrap_or_else(|| indexed.unwrap_or(otherwise).into())
}

fn dm(
    channel: &ChannelFold,
    names: &impl ChannelNames,
    people: &BTreeMap<Text, Person>,
    owner_id: &str,
    voice_minutes: u64,
) -> DmChannelRow {
    let user_id = dm_user_id(channel, owner_id);
    let person = people.get(&user_id);
    let known_as = || person.and_then(|person| person.username.clone());
    DmChannelRow {
        channel_id: channel.id.clone(),
        user_name: names
            .person(&channel.id)
            .map(Text::from)
            .or_else(known_as)
            .unwrap_or_else(|| "Unknown user".into()),
        display_name: person.and_then(|person| person.global_name.clone()),
        avatar_hash: person.and_then(|person| person.avatar_hash.clone()),
        user_id,
        message_count: channel.messages,
        voice_minutes,
        sentiment: channel.sentiment(),
    }
}
