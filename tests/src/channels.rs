//! The channels of a package: what their files say, and which row each must become.

use crate::{
    archive::Damage,
    quirk::Quirk,
    rng::Rng,
    spec::{Generation, PackageSpec, Section},
    world::{Guild, Listing, Person, World},
};

/// A channel folder, or an index key without one.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: u64,
    /// Content of `channel.json`.
    pub(crate) json: Option<String>,
    pub(crate) label: Label,
    pub(crate) expect: Expect,
    /// Whether there is a messages file.
    pub(crate) has_file: bool,
    pub(crate) damage: Option<Damage>,
    /// Messages in the files.
    pub(crate) messages: u64,
    /// Rows of `activity` that the messages are to give.
    pub(crate) hours: u64,
    /// Channels of quirks have a handful of messages, however many the package has.
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

    /// Whether nothing of the messages can be read.
    pub(crate) fn is_lost(&self) -> bool {
        self.damage.is_some_and(|damage| damage != Damage::WrongCrc)
    }
}

/// What the index says of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Absent,
    Null,
    Text(String),
}

/// The row that a channel must become.
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
    /// Rows of `activity` and nothing else.
    Nowhere,
}

#[derive(Clone, Copy)]
enum Recipient {
    Owner,
    Person(usize),
    Deleted,
}

/// Makes the channels of a package.
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
        // An owner who is known from conversations alone must be in three of them.
        let least_dms = if self.spec.holds(Section::Account) {
            1
        } else {
            3
        };
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

    fn special(&mut self) {
        let first = self.channels.len();
        let has = |quirk| self.spec.has(quirk);
        let owner_is_told = self.spec.holds(Section::Account);
        if has(Quirk::DeletedUsers) {
            self.dm(
                &[Recipient::Owner, Recipient::Deleted],
                "Unknown Participant",
            );
            self.dm(
                &[Recipient::Deleted, Recipient::Owner],
                "Unknown Participant",
            );
        }
        if has(Quirk::SelfDm) {
            let name = self.world.owner.name.clone();
            self.dm(&[Recipient::Owner], &name);
            self.dm(&[Recipient::Owner, Recipient::Owner], &name);
        }
        if has(Quirk::NoRecipients) && owner_is_told {
            self.dm(&[], "nobody");
        }
        if has(Quirk::ShrunkenGroup) {
            self.group(2, true);
        }
        if has(Quirk::NoneLabels) {
            self.group(3, false);
            self.relabel("None");
        }
        if has(Quirk::UnknownLabels) {
            self.group(5, false);
            self.relabel("Unknown channel");
            self.plain_dm();
            self.relabel("Unknown channel");
        }
        if has(Quirk::Threads) {
            for kind in [10, 11, 12] {
                let guild = self.rng.index(self.world.guilds.len());
                self.guild_channel(guild, kind);
            }
        }
        if has(Quirk::TypelessChannels) {
            self.typeless();
        }
        if has(Quirk::NameSuffixes) {
            for suffix in [
                "#0",
                "#0000",
                "#1234",
                "#0#0000",
                "#0000#0",
                "#00000",
                "#0000 and co",
            ] {
                self.suffixed_dm(suffix);
            }
        }
        self.special_guild_channels();
        self.special_folders();
        for channel in &mut self.channels[first..] {
            channel.is_special = true;
        }
    }

    fn special_folders(&mut self) {
        let has = |quirk| self.spec.has(quirk);
        if has(Quirk::FoldersWithoutMessages) {
            self.plain_dm();
            self.last().has_file = false;
            self.guild_channel(0, 0);
            self.last().has_file = false;
        }
        if has(Quirk::FoldersWithoutChannel) {
            self.plain_dm();
            let channel = self.last();
            channel.json = None;
            channel.expect = Expect::Nowhere;
        }
        if has(Quirk::FoldersNotInIndex) {
            self.plain_dm();
            self.set_label(Label::Absent);
            self.group(3, false);
            self.set_label(Label::Absent);
        }
        if has(Quirk::NullLabels) {
            self.plain_dm();
            self.set_label(Label::Null);
            self.group(3, false);
            self.set_label(Label::Null);
            self.guild_channel(0, 0);
            self.set_label(Label::Null);
        }
        if has(Quirk::IndexWithoutFolders) {
            for label in [Label::Null, Label::Text("gone in Nowhere".to_owned())] {
                let id = self.world.next_id(&mut self.rng);
                self.stray_labels.push((id, label));
            }
        }
        for (quirk, damage) in [
            (Quirk::EncryptedChannel, Damage::Encrypted),
            (Quirk::UnknownMethodChannel, Damage::UnknownMethod),
            (Quirk::BrokenChannel, Damage::BrokenDeflate),
            (Quirk::WrongCrcChannel, Damage::WrongCrc),
        ] {
            if has(quirk) {
                self.guild_channel(0, 0);
                self.last().damage = Some(damage);
            }
        }
    }

    fn last(&mut self) -> &mut Channel {
        let last = self.channels.len() - 1;
        &mut self.channels[last]
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

    /// Gives the last channel another label, one that is as good as none.
    fn set_label(&mut self, label: Label) {
        if !self.spec.has(Quirk::MissingIndex) {
            self.last().label = label;
        }
        let spec = self.spec;
        let person = self.next_person.wrapping_sub(1) % self.world.people.len();
        let relation = self
            .world
            .listed(spec, person)
            .map(|person| person.name.clone());
        if let Expect::Dm { name, .. } = &mut self.last().expect {
            *name = relation.unwrap_or_else(|| "Unknown user".to_owned());
        }
    }

    fn relabel(&mut self, label: &str) {
        self.set_label(Label::Text(label.to_owned()));
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

    fn recipients(&mut self, recipients: &[Recipient]) -> String {
        let objects = self.spec.has(Quirk::RecipientObjects) && self.rng.chance(50);
        let written: Vec<_> = recipients
            .iter()
            .map(|recipient| {
                let (id, name) = match *recipient {
                    Recipient::Owner => (self.world.owner.id.to_string(), "owner"),
                    Recipient::Person(person) => {
                        let person = &self.world.people[person];
                        (person.id.to_string(), person.name.as_str())
                    }
                    Recipient::Deleted => return "\"Deleted User\"".to_owned(),
                };
                if objects {
                    format!("{{\"id\":\"{id}\",\"username\":\"{name}\"}}")
                } else {
                    format!("\"{id}\"")
                }
            })
            .collect();
        format!(",\"recipients\":[{}]", written.join(","))
    }

    fn person(&mut self) -> usize {
        self.next_person += 1;
        (self.next_person - 1) % self.world.people.len()
    }

    fn plain_dm(&mut self) {
        let person = self.person();
        let pair = if self.rng.chance(50) {
            [Recipient::Owner, Recipient::Person(person)]
        } else {
            [Recipient::Person(person), Recipient::Owner]
        };
        let name = self.world.people[person].name.clone();
        self.dm(&pair, &name);
    }

    fn dm(&mut self, recipients: &[Recipient], name: &str) {
        let (suffix, stays) = match self.spec.generation {
            Generation::Y2018 | Generation::Y2021 => ("#4321", true),
            Generation::Y2023 => ("#0000", false),
            Generation::Y2024March | Generation::Y2024April => ("#0", false),
            Generation::Y2025 => ("", false),
        };
        let shown = if stays {
            format!("{name}{suffix}")
        } else {
            name.to_owned()
        };
        self.labelled_dm(recipients, &format!("{name}{suffix}"), shown, true);
    }

    fn suffixed_dm(&mut self, suffix: &str) {
        let person = self.person();
        let label = format!("{}{suffix}", self.world.people[person].name);
        let shown = match suffix {
            "#0" | "#0000" => self.world.people[person].name.clone(),
            "#0#0000" => format!("{}#0", self.world.people[person].name),
            "#0000#0" => format!("{}#0000", self.world.people[person].name),
            _ => label.clone(),
        };
        self.labelled_dm(
            &[Recipient::Owner, Recipient::Person(person)],
            &label,
            shown,
            true,
        );
    }

    fn labelled_dm(&mut self, recipients: &[Recipient], label: &str, shown: String, typed: bool) {
        self.dms += 1;
        let id = self.world.next_id(&mut self.rng);
        let mut json = format!("{{{}", self.id_pair(id));
        if typed {
            json.push_str(&self.type_pair(1));
        }
        json.push_str(&self.recipients(recipients));
        json.push('}');
        let person = recipients.iter().find_map(|recipient| match recipient {
            Recipient::Person(person) => Some(*person),
            _ => None,
        });
        let user = match person {
            Some(person) => self.world.people[person].id.to_string(),
            None if recipients
                .iter()
                .any(|one| matches!(one, Recipient::Deleted)) =>
            {
                format!("deleted:{id}")
            }
            None if recipients.is_empty() => format!("unknown:{id}"),
            None => self.world.owner.id.to_string(),
        };
        let listed = person.and_then(|person| self.world.listed(self.spec, person));
        let relation = listed.map(|person| person.name.clone());
        let display = listed.and_then(|person| person.display.clone());
        let avatar = listed.and_then(Person::avatar_url);
        let name = if self.spec.has(Quirk::MissingIndex) {
            relation.unwrap_or_else(|| "Unknown user".to_owned())
        } else {
            shown
        };
        let label = Label::Text(format!("Direct Message with {label}"));
        self.push(
            id,
            json,
            label,
            Expect::Dm {
                user,
                name,
                display,
                avatar,
            },
        );
    }

    fn group(&mut self, size: u32, named: bool) {
        self.typed_group(size, named, true);
    }

    fn typed_group(&mut self, size: u32, named: bool, typed: bool) {
        let id = self.world.next_id(&mut self.rng);
        let mut recipients = vec![Recipient::Owner];
        for _ in 1..size {
            recipients.push(Recipient::Person(self.person()));
        }
        let mut json = format!("{{{}", self.id_pair(id));
        if typed {
            json.push_str(&self.type_pair(3));
        }
        let label = format!("Friday crew {}", self.rng.below(100));
        let name = named && self.rng.chance(50);
        if name {
            json += &format!(",\"name\":\"{label} \\u2665\"");
        } else {
            json.push_str(",\"name\":null");
        }
        json.push_str(&self.recipients(&recipients));
        json.push('}');
        let shown = if name {
            format!("{label} ♥")
        } else if named && !self.spec.has(Quirk::MissingIndex) {
            label.clone()
        } else {
            "Unnamed group".to_owned()
        };
        let label = if named {
            Label::Text(label)
        } else {
            Label::Text("None".to_owned())
        };
        self.push(
            id,
            json,
            label,
            Expect::Group {
                name: shown,
                recipients: size,
            },
        );
    }

    fn typeless(&mut self) {
        let person = self.person();
        let name = self.world.people[person].name.clone();
        let pair = [Recipient::Owner, Recipient::Person(person)];
        self.labelled_dm(&pair, &name, name.clone(), false);
        self.typed_group(3, true, false);
        let id = self.world.next_id(&mut self.rng);
        let json = format!("{{\"id\":\"{id}\"}}");
        self.push(id, json, Label::Null, Expect::Nowhere);
        let id = self.world.next_id(&mut self.rng);
        let guild = &self.world.guilds[0];
        let told = json_text(guild.told.as_deref().unwrap_or_default());
        let json = format!(
            "{{\"id\":\"{id}\",\"name\":\"typeless\",\"guild\":{{\"id\":\"{}\",\"name\":{told}}}}}",
            guild.id
        );
        let expect = Expect::Guild {
            guild: 0,
            name: "typeless".to_owned(),
        };
        self.push(id, json, Label::Text("typeless".to_owned()), expect);
    }

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

    pub(super) fn put_guild_channel(
        &mut self,
        id: u64,
        guild: usize,
        kind: u8,
        name: Option<&str>,
        label: Label,
        shown: &str,
    ) {
        let mut json = format!("{{{}{}", self.id_pair(id), self.type_pair(kind));
        if let Some(name) = name {
            json += &format!(",\"name\":{}", json_text(name));
        }
        let told = &self.world.guilds[guild];
        json += &format!(",\"guild\":{{\"id\":\"{}\"", told.id);
        if let Some(told) = &told.told {
            json += &format!(",\"name\":{}", json_text(told));
        }
        json.push_str("}}");
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

    fn special_guild_channels(&mut self) {
        let has = |quirk| self.spec.has(quirk);
        if has(Quirk::LabelsWithServer) {
            let guild = self.one_name_guild();
            let label = format!("lounge in {}", self.world.guilds[guild].name);
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, Label::Text(label), "lounge");
        }
        if has(Quirk::AmbiguousLabels) {
            let name = "Cats in Hats".to_owned();
            let told = Some(name.clone());
            let guild = self
                .world
                .add_guild(&mut self.rng, name, Listing::Named, told);
            let label = Label::Text("all in in Cats in Hats".to_owned());
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, label, "all in");
            let label = Label::Text("all in Hats".to_owned());
            let id = self.world.next_id(&mut self.rng);
            self.put_guild_channel(id, guild, 0, None, label, "all in Hats");
        }
        if has(Quirk::NamelessChannels) {
            for label in [
                Label::Null,
                Label::Absent,
                Label::Text("Unknown channel".to_owned()),
            ] {
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
        self.world
            .guilds
            .iter()
            .position(Guild::has_one_name)
            .unwrap_or(0)
    }

    fn left_guilds(&mut self) {
        let nameless = self
            .world
            .add_guild(&mut self.rng, String::new(), Listing::Absent, None);
        self.guild_channel_named(nameless, "unnamed");
        for (name, listing) in [
            ("Left Long Ago", Listing::Absent),
            ("Null In Index", Listing::Null),
        ] {
            let told = Some(name.to_owned());
            let guild = self
                .world
                .add_guild(&mut self.rng, name.to_owned(), listing, told);
            self.guild_channel_named(guild, "kept");
        }
        // As texts, ids of 18 digits that begin with 1 sort before one of 17 that begins with 9.
        let told = Some("Second Name".to_owned());
        let name = "First Name".to_owned();
        let guild = self
            .world
            .add_guild(&mut self.rng, name, Listing::Absent, told);
        let late = 99_000_000_000_000_000 + self.rng.below(1_000_000);
        self.put_guild_channel(late, guild, 0, Some("late"), Label::Null, "late");
        self.world.guilds[guild].told = Some("First Name".to_owned());
        self.guild_channel_named(guild, "early");
    }

    fn guild_channel_named(&mut self, guild: usize, name: &str) {
        let id = self.world.next_id(&mut self.rng);
        self.put_guild_channel(id, guild, 0, Some(name), Label::Text(name.to_owned()), name);
    }

    fn share_messages(&mut self) {
        let total = self
            .spec
            .messages
            .unwrap_or_else(|| self.spec.size * self.spec.message_percent / 100 / AVERAGE_MESSAGE);
        let rows = self
            .spec
            .activity_rows
            .map_or_else(|| (total / 3).min(200_000), |rows| rows * 4 / 5);
        let mut left = total;
        for channel in self
            .channels
            .iter_mut()
            .filter(|channel| channel.is_special)
        {
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

/// Bytes of a message with its keys.
const AVERAGE_MESSAGE: u64 = 160;

/// A few channels have most of the messages.
const fn weight(rank: u64) -> u64 {
    1_000_000 / (rank + 3)
}

/// A JSON string.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
