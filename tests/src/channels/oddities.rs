//! Channels that quirks add.

use super::{Channel, ChannelPlan, Expect, Label, conversations::Recipient, json_text};
use crate::{archive::Damage, quirk::Quirk, spec::Section};

impl ChannelPlan<'_> {
    pub(super) fn special(&mut self) {
        let first = self.channels.len();
        let has = |quirk| self.spec.has(quirk);
        let owner_is_told = self.spec.holds(Section::Account);
        if has(Quirk::DeletedUsers) {
            self.dm(&[Recipient::Owner, Recipient::Deleted], "Unknown Participant");
            self.dm(&[Recipient::Deleted, Recipient::Owner], "Unknown Participant");
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
        if has(Quirk::UnusualTypes) {
            self.unusual_types();
        }
        if has(Quirk::LabelSpellings) {
            self.label_spellings();
        }
        if has(Quirk::NameSuffixes) {
            for suffix in ["#0", "#0000", "#1234", "#0#0000", "#0000#0", "#00000", "#0000 and co"] {
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
            let is_labelled = !self.spec.has(Quirk::MissingIndex);
            let channel = self.last();
            channel.json = None;
            match &mut channel.expect {
                Expect::Dm {
                    user, display, avatar, ..
                } if is_labelled => {
                    *user = format!("unknown:{}", channel.id);
                    (*display, *avatar) = (None, None);
                }
                expect => *expect = Expect::Nowhere,
            }
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

    /// Replaces the label of the last channel with one that says nothing.
    fn set_label(&mut self, label: Label) {
        if !self.spec.has(Quirk::MissingIndex) {
            self.last().label = label;
        }
        let spec = self.spec;
        let person = self.next_person.wrapping_sub(1) % self.world.people.len();
        let relation = self.world.listed(spec, person).map(|person| person.name.clone());
        if let Expect::Dm { name, .. } = &mut self.last().expect {
            *name = relation.unwrap_or_else(|| "Unknown user".to_owned());
        }
    }

    fn relabel(&mut self, label: &str) {
        self.set_label(Label::Text(label.to_owned()));
    }

    fn unusual_types(&mut self) {
        for type_ in ["18", "\"EPHEMERAL_DM\""] {
            self.plain_dm();
            self.retype(type_);
        }
        for type_ in ["17", "\"LOBBY\"", "99", "\"TAVERN\""] {
            let id = self.world.next_id(&mut self.rng);
            let json = format!("{{\"id\":\"{id}\",\"type\":{type_}}}");
            self.push(id, json, Label::Null, Expect::Nowhere);
            self.guild_channel(0, 0);
            self.retype(type_);
        }
    }

    /// Replaces the type of the last channel.
    fn retype(&mut self, type_: &str) {
        if let Some(json) = &mut self.last().json
            && let Some(start) = json.find(",\"type\":").map(|at| at + 8)
        {
            let end = start + json[start..].find(',').unwrap_or_default();
            json.replace_range(start..end, type_);
        }
    }

    fn label_spellings(&mut self) {
        for label in ["Direct Message with", "Direct Message with Unknown Participant"] {
            self.plain_dm();
            self.relabel(label);
        }
        for (label, shown) in [
            ("@lena", "lena"),
            ("@lena#0", "lena"),
            ("Direct Message with @lena", "lena"),
        ] {
            self.plain_dm();
            self.relabel(label);
            let is_labelled = !self.spec.has(Quirk::MissingIndex);
            if let Expect::Dm { name, .. } = &mut self.last().expect
                && is_labelled
            {
                shown.clone_into(name);
            }
        }
        self.direct_by_label();
    }

    /// A conversation that only its label shows to be one.
    fn direct_by_label(&mut self) {
        if self.spec.has(Quirk::MissingIndex) {
            return;
        }
        let id = self.world.next_id(&mut self.rng);
        let expect = Expect::Dm {
            user: format!("unknown:{id}"),
            name: "lena".to_owned(),
            display: None,
            avatar: None,
        };
        let label = Label::Text("Direct Message with lena#0".to_owned());
        self.push(id, format!("{{\"id\":\"{id}\"}}"), label, expect);
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
        let guild_name = json_text(guild.name_in_channels.as_deref().unwrap_or_default());
        let json = format!(
            "{{\"id\":\"{id}\",\"name\":\"typeless\",\"guild\":{{\"id\":\"{}\",\"name\":{guild_name}}}}}",
            guild.id
        );
        let expect = Expect::Guild {
            guild: 0,
            name: "typeless".to_owned(),
        };
        self.push(id, json, Label::Text("typeless".to_owned()), expect);
    }
}
