//! Channels of guilds that the owner is in or has left.

use super::{ChannelPlan, Expect, Label, json_text};
use crate::{
    quirk::Quirk,
    spec::Generation,
    world::{Guild, Listing},
};

const CHANNEL_NAMES: [&str; 10] = [
    "general",
    "off-topic",
    "memes",
    "プログラミング",
    "voice-text",
    "announcements",
    "küche",
    "bot \"spam\"",
    "help",
    "🎲-games",
];

impl ChannelPlan<'_> {
    pub(super) fn guild_channel(&mut self, guild: usize, kind: u8) {
        let name = CHANNEL_NAMES[self.rng.index(CHANNEL_NAMES.len())];
        let label = if self.spec.generation == Generation::Y2025 {
            format!("{name} in {}", self.world.guilds[guild].name)
        } else {
            name.to_owned()
        };
        let id = self.world.next_id(&mut self.rng);
        self.put_guild_channel(id, guild, kind, Some(name), Label::Text(label), name);
    }

    fn put_guild_channel(&mut self, id: u64, guild: usize, kind: u8, name: Option<&str>, label: Label, shown: &str) {
        let (id_pair, type_pair) = (self.id_pair(id), self.type_pair(kind));
        let name_pair = |name: &str| format!(",\"name\":{}", json_text(name));
        let own = name.map(name_pair).unwrap_or_default();
        let named = &self.world.guilds[guild];
        let guild_name = named.name_in_channels.as_deref().map(name_pair).unwrap_or_default();
        let json = format!(
            "{{{id_pair}{type_pair}{own},\"guild\":{{\"id\":\"{}\"{guild_name}}}}}",
            named.id
        );
        let no_label = self.spec.has(Quirk::MissingIndex) && name.is_none();
        let shown = if no_label { "Unknown channel" } else { shown };
        self.push(
            id,
            json,
            label,
            Expect::Guild {
                guild,
                name: shown.to_owned(),
            },
        );
    }

    pub(super) fn special_guild_channels(&mut self) {
        let has = |quirk| self.spec.has(quirk);
        if has(Quirk::LabelsWithServer) {
            let guild = self.one_name_guild();
            let label = format!("lounge in {}", self.world.guilds[guild].name);
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, Label::Text(label), "lounge");
        }
        if has(Quirk::AmbiguousLabels) {
            let name = "Cats in Hats".to_owned();
            let name_in_channels = Some(name.clone());
            let guild = self
                .world
                .add_guild(&mut self.rng, name, Listing::Named, name_in_channels);
            let label = Label::Text("all in in Cats in Hats".to_owned());
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, label, "all in");
            let label = Label::Text("all in Hats".to_owned());
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, label, "all in Hats");
        }
        if has(Quirk::NamelessChannels) {
            let unknown = [
                "Unknown channel",
                "Unknown channel in Elsewhere",
                "Unknown channel, Elsewhere",
            ];
            let unknown = unknown.map(|label| Label::Text(label.to_owned()));
            for label in [Label::Null, Label::Absent].into_iter().chain(unknown) {
                let id = self.world.next_id(&mut self.rng);
                self.put_guild_channel(id, 0, 0, None, label, "Unknown channel");
            }
        }
        if has(Quirk::UnknownGuilds) {
            for (guild, kind) in [("", 0), (",\"guild\":null", 2), ("", 11)] {
                let id = self.world.next_id(&mut self.rng);
                let pair = self.type_pair(kind);
                let json = format!("{{\"id\":\"{id}\"{pair},\"name\":\"left behind\"{guild}}}");
                self.push(id, json, Label::Null, Expect::Nowhere);
            }
        }
        if has(Quirk::LeftGuilds) {
            self.left_guilds();
        }
    }

    fn one_name_guild(&self) -> usize {
        self.world.guilds.iter().position(Guild::has_one_name).unwrap_or(0)
    }

    fn left_guilds(&mut self) {
        let nameless = self
            .world
            .add_guild(&mut self.rng, String::new(), Listing::Absent, None);
        self.guild_channel_named(nameless, "unnamed");
        for (name, listing) in [("Left Long Ago", Listing::Absent), ("Null In Index", Listing::Null)] {
            let name_in_channels = Some(name.to_owned());
            let guild = self
                .world
                .add_guild(&mut self.rng, name.to_owned(), listing, name_in_channels);
            self.guild_channel_named(guild, "kept");
        }
        // Compared as text, an id of 18 digits that begins with 1 sorts before one of 17 digits that begins with 9.
        let name_in_channels = Some("Second Name".to_owned());
        let name = "First Name".to_owned();
        let guild = self
            .world
            .add_guild(&mut self.rng, name, Listing::Absent, name_in_channels);
        let late = 99_000_000_000_000_000 + self.rng.below(1_000_000);
        self.put_guild_channel(late, guild, 0, Some("late"), Label::Null, "late");
        self.world.guilds[guild].name_in_channels = Some("First Name".to_owned());
        self.guild_channel_named(guild, "early");
    }

    fn guild_channel_named(&mut self, guild: usize, name: &str) {
        let id = self.world.next_id(&mut self.rng);
        self.put_guild_channel(id, guild, 0, Some(name), Label::Text(name.to_owned()), name);
    }
}
