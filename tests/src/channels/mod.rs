//! The channels of a package: the content of their files, and the row that each must result in.

mod conversations;
mod guilds;
mod oddities;

use crate::{
    archive::Damage,
    events::Wanted,
    quirk::Quirk,
    rng::Rng,
    spec::{Generation, PackageSpec, Section},
    world::World,
};

/// A channel folder, or an index key without a folder.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: u64,
    /// Content of `channel.json`.
    pub(crate) json: Option<String>,
    pub(crate) label: Label,
    pub(crate) expect: Expect,
    /// Whether there is a message file.
    pub(crate) has_file: bool,
    pub(crate) damage: Option<Damage>,
    /// Messages in the files.
    pub(crate) messages: u64,
    /// Target number of `activity` rows from the messages.
    pub(crate) hours: u64,
    /// Channels added by quirks have few messages, regardless of the total.
    is_special: bool,
}

impl Channel {
    /// The guild that `channel.json` names.
    pub(crate) const fn guild(&self) -> Option<usize> {
        match self.expect {
            Expect::Guild { guild, .. } => Some(guild),
            _ => None,
        }
    }

    /// Whether the messages are unreadable.
    pub(crate) fn is_lost(&self) -> bool {
        self.damage.is_some_and(|damage| damage != Damage::WrongCrc)
    }
}

/// The index entry of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Absent,
    Null,
    Text(String),
}

/// The row that a channel must result in.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Dm {
        user: String,
        name: String,
        display: Option<String>,
        avatar: Option<String>,
    },
    Group {
        name: String,
        recipients: u32,
    },
    Guild {
        guild: usize,
        name: String,
    },
    /// Only rows of `activity`.
    Nowhere,
}

/// Builds the channels of a package.
pub(crate) struct ChannelPlan<'a> {
    pub(super) spec: &'a PackageSpec,
    pub(super) world: &'a mut World,
    pub(super) rng: Rng,
    pub(super) channels: Vec<Channel>,
    /// Labels of channels that have no folder.
    pub(super) stray_labels: Vec<(u64, Label)>,
    next_person: usize,
    dms: u32,
}

impl<'a> ChannelPlan<'a> {
    pub(crate) fn new(spec: &'a PackageSpec, world: &'a mut World) -> Self {
        let rng = Rng::new(spec.seed).fork("channels");
        let mut plan = Self {
            spec,
            world,
            rng,
            channels: Vec::new(),
            stray_labels: Vec::new(),
            next_person: 0,
            dms: 0,
        };
        if spec.holds(Section::Messages) {
            plan.ordinary();
            plan.special();
            plan.share_messages();
        }
        plan
    }

    /// Channels and labels without folders.
    pub(crate) fn finish(self) -> (Vec<Channel>, Vec<(u64, Label)>) {
        (self.channels, self.stray_labels)
    }

    fn ordinary(&mut self) {
        // Without an account, the owner is identified by three conversations.
        let least_dms = if self.spec.holds(Section::Account) { 1 } else { 3 };
        for number in 0..self.spec.channels.max(least_dms) {
            match number % 10 {
                _ if number < least_dms => self.plain_dm(),
                0 | 3 | 5 | 8 => self.plain_dm(),
                6 => self.group(4, true),
                _ => {
                    let guild = self.rng.index(self.world.guilds.len());
                    self.guild_channel(guild, 0);
                }
            }
        }
    }

    pub(super) fn push(&mut self, id: u64, json: String, label: Label, expect: Expect) {
        let label = if self.spec.has(Quirk::MissingIndex) {
            Label::Absent
        } else {
            label
        };
        self.channels.push(Channel {
            id,
            json: Some(json),
            label,
            expect,
            has_file: true,
            damage: None,
            messages: 0,
            hours: 0,
            is_special: false,
        });
    }

    /// The `type` of a kind, as a number or as a name.
    pub(super) fn type_pair(&mut self, number: u8) -> String {
        let name = match number {
            0 => "GUILD_TEXT",
            1 => "DM",
            2 => "GUILD_VOICE",
            3 => "GROUP_DM",
            5 => "GUILD_ANNOUNCEMENT",
            10 => "ANNOUNCEMENT_THREAD",
            11 => "PUBLIC_THREAD",
            _ => "PRIVATE_THREAD",
        };
        let named = if self.spec.has(Quirk::MixedTypes) {
            self.rng.chance(50)
        } else {
            self.spec.generation >= Generation::Y2024April
        };
        if named {
            format!(",\"type\":\"{name}\"")
        } else {
            format!(",\"type\":{number}")
        }
    }

    pub(super) fn id_pair(&mut self, id: u64) -> String {
        if self.spec.has(Quirk::NumericChannelIds) && self.rng.chance(50) {
            format!("\"id\":{id}")
        } else {
            format!("\"id\":\"{id}\"")
        }
    }

    fn share_messages(&mut self) {
        let total = self
            .spec
            .messages
            .unwrap_or_else(|| self.spec.size * self.spec.message_percent / 100 / AVERAGE_MESSAGE);
        let rows = self.spec.activity_rows.map_or_else(
            || (total / 3).min(200_000),
            |rows| rows - Wanted::of(self.spec).rows(rows),
        );
        let mut left = total;
        for channel in self.channels.iter_mut().filter(|channel| channel.is_special) {
            if channel.has_file {
                channel.messages = self.rng.below(12).min(left);
                left -= channel.messages;
            }
        }
        let ordinary: Vec<_> = (0..self.channels.len())
            .filter(|&at| !self.channels[at].is_special)
            .collect();
        let weights: u64 = (0..ordinary.len() as u64).map(weight).sum();
        let shared = left;
        for (rank, &at) in ordinary.iter().enumerate() {
            let share = if rank + 1 == ordinary.len() {
                left
            } else {
                (shared * weight(rank as u64) / weights.max(1)).min(left)
            };
            left -= share;
            self.channels[at].messages = share;
        }
        for channel in &mut self.channels {
            channel.hours = channel.messages * rows / total.max(1);
        }
    }
}

/// Approximate bytes of a message, including its keys.
const AVERAGE_MESSAGE: u64 = 160;

/// A few channels have most of the messages.
const fn weight(rank: u64) -> u64 {
    1_000_000 / (rank + 3)
}

/// A JSON string.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
