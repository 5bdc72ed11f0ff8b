//! Statistics: fed with borrowed observations, they fold them; nothing here reads.
//!
//! A reader makes one [`EventFold`] for each event file and one [`ChannelFold`] for each channel, in any order and on
//! any number of threads, merges the former into [`Events`], and hands all to an [`Analysis`] with the small files'
//! content. The report is the same.

mod budget;
mod channel_fold;
mod channel_tables;
mod counts;
mod event;
mod event_fold;
mod fingerprint;
mod hours;
mod kept;
mod losses;
mod merge;
mod names;
pub mod observation;
mod owner;
mod pairing;
mod payments;
mod sections;
mod sessions;
mod voice;

use std::collections::{BTreeMap, BTreeSet};

pub use budget::{Budget, FoldLimits, OverBudget};
pub use channel_fold::{ChannelFold, ChannelKind};
pub use event::{Event, EventKind, Field};
pub use event_fold::{EventCounts, EventFold};
pub use losses::Losses;
pub use merge::Events;
pub use names::ChannelNames;

use self::channel_tables::ChannelTables;
use self::fingerprint::Fingerprint;
use self::observation::{Payment, Profile, Relationship};
use self::payments::Payments;
use crate::report::{Owner, Report, Section, Text};

/// Neither the account nor events nor conversations identify the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the package does not identify its owner")]
pub struct MissingUserData;

/// Everything seen of a package so far.
#[derive(Debug, Default)]
pub struct Analysis {
    owner: Option<Owner>,
    people: BTreeMap<Text, Person>,
    payments: Payments,
    guild_names: BTreeMap<Text, Option<Text>>,
    channels: BTreeMap<Text, ChannelFold>,
    events: Events,
    losses: Losses,
}

/// Somebody the owner is or was in contact with.
#[derive(Debug)]
struct Person {
    username: Option<Text>,
    global_name: Option<Text>,
    avatar_hash: Option<Text>,
}

impl Analysis {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What could not be found or read; the reader notes it here.
    pub fn losses(&mut self) -> &mut Losses {
        &mut self.losses
    }

    /// The owner, from `user.json`. Without an id the profile says nothing.
    pub fn profile(&mut self, profile: &Profile<'_>) {
        let Some(id) = kept::id(profile.id) else { return };
        self.owner = Some(Owner {
            id,
            name: profile
                .username
                .and_then(kept::name)
                .unwrap_or_else(|| "Unknown".into()),
            display_name: profile.global_name.and_then(kept::name),
            avatar_hash: profile.avatar_hash.and_then(kept::id),
        });
    }

    /// Somebody the owner knows. Of two rows for one person the first is kept.
    pub fn relationship(&mut self, person: &Relationship<'_>) {
        let Some(id) = kept::id(person.user_id) else { return };
        self.people.entry(id).or_insert_with(|| Person {
            username: person.username.and_then(kept::name),
            global_name: person.global_name.and_then(kept::name),
            avatar_hash: person.avatar_hash.and_then(kept::id),
        });
    }

    /// A payment. Of two with one id the first is kept: report the newer place first.
    pub fn payment(&mut self, payment: &Payment<'_>) {
        self.payments.observe(payment);
    }

    /// A guild of the servers index.
    pub fn guild(&mut self, guild_id: &str, name: Option<&str>) {
        if let Some(id) = kept::id(guild_id) {
            self.guild_names.insert(id, name.and_then(kept::name));
        }
    }

    /// A channel with its messages.
    pub fn channel(&mut self, channel: ChannelFold) {
        use std::collections::btree_map::Entry;
        match self.channels.entry(channel.id.clone()) {
            Entry::Vacant(place) => drop(place.insert(channel)),
            Entry::Occupied(mut known) => known.get_mut().merge(channel),
        }
    }

    /// The events, once all event files have been read.
    pub fn events(&mut self, events: Events) {
        self.events = events;
    }

    /// Concludes; `names` are those of the messages index.
    ///
    /// # Errors
    /// [`MissingUserData`] if nothing identifies the owner: without an owner's id no conversation has a partner.
    pub fn finish(mut self, names: &impl ChannelNames) -> Result<Report, MissingUserData> {
        let guilds: BTreeSet<_> = self.guild_names.values().flatten().map(|name| &**name).collect();
        let channels = self.channels.values_mut();
        for channel in channels.filter(|channel| channel.kind == ChannelKind::Unstated) {
            if names.is_direct(&channel.id) {
                channel.kind = ChannelKind::Direct;
            } else if names.is_in_guild(&channel.id, |name| guilds.contains(name)) {
                // Which of several guilds with one name it is cannot be known.
                channel.kind = ChannelKind::Guild;
            }
        }
        let events = self.events;
        let owner = match self.owner {
            Some(owner) => owner,
            None => owner::guess(&events.users, &self.channels).ok_or(MissingUserData)?,
        };
        let message_hours = self.channels.values_mut().map(ChannelFold::take_hours);
        let message_hours = message_hours.filter(|channel| !channel.hours.is_empty()).collect();
        let unreadable_payments = self.payments.unreadable;
        let (payments, left_out) = self.payments.into_rows();
        let coverage = sections::Coverage {
            account: !owner.name.is_empty() && !self.losses.is_missing(Section::Account),
            events: events.counts,
            repeated_events: events.repeated,
            voice_sessions: events.voice_sessions.len(),
            sessions: events.sessions.len(),
            payments: payments.len(),
            left_out_payments: left_out,
            unreadable_payments,
            listed_guilds: self.guild_names.len(),
            channels: self.channels.values(),
        };
        let sections = sections::rows(&self.losses, &coverage);
        let is_partial = self.losses.is_missing(Section::Messages)
            || self.losses.is_missing(Section::Servers)
            || events.counts.typed == 0;

        let message_count = self.channels.values().map(|channel| channel.messages).sum();
        let tables = ChannelTables::new(
            self.channels,
            names,
            self.guild_names,
            &self.people,
            &owner.id,
            &events.voice_sessions,
        );
        Ok(Report {
            owner,
            is_partial,
            message_count,
            events: events.rows,
            message_hours,
            dm_channels: tables.dms,
            group_channels: tables.groups,
            guild_channels: tables.guild_channels,
            guilds: tables.guilds,
            payments,
            voice_sessions: events.voice_sessions,
            sessions: events.sessions,
            sections,
        })
    }
}
