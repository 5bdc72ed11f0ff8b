//! Conversations with one person, with oneself, and with several people.

use super::{ChannelPlan, Expect, Label};
use crate::{quirk::Quirk, spec::Generation, world::Person};

#[derive(Clone, Copy)]
pub(super) enum Recipient {
    Owner,
    Person(usize),
    Deleted,
}

impl ChannelPlan<'_> {
    pub(super) fn recipients(&mut self, recipients: &[Recipient]) -> String {
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

    pub(super) fn person(&mut self) -> usize {
        self.next_person += 1;
        (self.next_person - 1) % self.world.people.len()
    }

    pub(super) fn plain_dm(&mut self) {
        let person = self.person();
        let pair = if self.rng.chance(50) {
            [Recipient::Owner, Recipient::Person(person)]
        } else {
            [Recipient::Person(person), Recipient::Owner]
        };
        let name = self.world.people[person].name.clone();
        self.dm(&pair, &name);
    }

    pub(super) fn dm(&mut self, recipients: &[Recipient], name: &str) {
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

    pub(super) fn suffixed_dm(&mut self, suffix: &str) {
        let person = self.person();
        let label = format!("{}{suffix}", self.world.people[person].name);
        let shown = match suffix {
            "#0" | "#0000" => self.world.people[person].name.clone(),
            "#0#0000" => format!("{}#0", self.world.people[person].name),
            "#0000#0" => format!("{}#0000", self.world.people[person].name),
            _ => label.clone(),
        };
        self.labelled_dm(&[Recipient::Owner, Recipient::Person(person)], &label, shown, true);
    }

    pub(super) fn labelled_dm(&mut self, recipients: &[Recipient], label: &str, shown: String, typed: bool) {
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
            None if recipients.iter().any(|one| matches!(one, Recipient::Deleted)) => {
                format!("deleted:{id}")
            }
            None if recipients.is_empty() => format!("unknown:{id}"),
            None => self.world.owner.id.to_string(),
        };
        let listed = person.and_then(|person| self.world.listed(self.spec, person));
        let relation = listed.map(|person| person.name.clone());
        let display = listed.and_then(|person| person.display.clone());
        let avatar = listed.and_then(Person::avatar_url);
        let names_nobody = shown == "Unknown Participant";
        let name = if self.spec.has(Quirk::MissingIndex) || names_nobody {
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

    pub(super) fn group(&mut self, size: u32, named: bool) {
        self.typed_group(size, named, true);
    }

    pub(super) fn typed_group(&mut self, size: u32, named: bool, typed: bool) {
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
            json.push_str(",\"name\":\"");
            json.push_str(&label);
            json.push_str(" \\u2665\"");
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
}
