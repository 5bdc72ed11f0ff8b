//! Folds the messages of one channel. Channels are folded apart, in parallel.

use std::collections::BTreeSet;

use super::hours::Hours;
use super::kept;
use super::observation::{Channel, Message};
use crate::report::{MessageHours, Text};
use crate::time::{DayWindow, Hour, Millis};

/// What kind of place a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChannelKind {
    /// A conversation of two.
    Direct,
    /// A conversation of several, even when it shrank to two.
    Group,
    /// A channel or thread of a guild, known or not.
    Guild,
    /// Of a type that is not known here, such as a lobby, and of no guild: counted in the activity only.
    Other,
    /// Neither stated nor implied by the channel itself. Its label may tell.
    Unstated,
}

impl ChannelKind {
    /// The kind that the channel states, else what follows from its guild and recipients.
    #[must_use]
    pub fn of(channel: &Channel<'_>) -> Self {
        match channel.kind {
            None | Some(Self::Other) if channel.guild_id.is_some() => Self::Guild,
            Some(kind) => kind,
            None => match channel.recipients.as_ref().map_or(0, Vec::len) {
                0 => Self::Unstated,
                1 | 2 => Self::Direct,
                _ => Self::Group,
            },
        }
    }
}

/// What was read of one channel.
#[derive(Clone, Debug)]
pub struct ChannelFold {
    pub(super) id: Text,
    pub(super) kind: ChannelKind,
    pub(super) name: Option<Text>,
    pub(super) guild_id: Option<Text>,
    pub(super) guild_name: Option<Text>,
    /// Ids; `None` for deleted accounts.
    pub(super) recipients: Vec<Option<Text>>,
    window: DayWindow,
    /// The hour that is being read, and its messages so far: messages come sorted by time.
    run: (Hour, u32),
    hours: Hours,
    /// Message ids seen, when the channel has two message files that may repeat each other. Ordered, not hashed: whoever
    /// made the package chose the ids, and could choose ones that collide.
    seen: Option<BTreeSet<u64>>,
    pub(super) messages: u64,
    pub(super) undated: u64,
    pub(super) out_of_window: u64,
    pub(super) sentiment_sum: i64,
    pub(super) sentiment_count: i64,
}

impl ChannelFold {
    /// A channel without messages yet.
    #[must_use]
    pub fn new(channel: &Channel<'_>, window: DayWindow) -> Self {
        Self {
            id: kept::start_of_id(channel.id),
            kind: ChannelKind::of(channel),
            name: channel.name.and_then(kept::name),
            guild_id: channel.guild_id.and_then(kept::id),
            guild_name: channel.guild_name.and_then(kept::name),
            recipients: channel
                .recipients
                .iter()
                .flatten()
                .map(|id| id.map(kept::start_of_id))
                .collect(),
            window,
            run: (Hour::default(), 0),
            hours: Hours::default(),
            seen: None,
            messages: 0,
            undated: 0,
            out_of_window: 0,
            sentiment_sum: 0,
            sentiment_count: 0,
        }
    }

    /// Every text that it keeps.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        let named = [
            Some(&self.id),
            self.name.as_ref(),
            self.guild_id.as_ref(),
            self.guild_name.as_ref(),
        ];
        named
            .into_iter()
            .chain(self.recipients.iter().map(Option::as_ref))
            .flatten()
    }

    /// Whether message ids are kept to count each once.
    #[must_use]
    pub fn counts_ids_once(&self) -> bool {
        self.seen.is_some()
    }

    /// Whether sentiment is wanted for its messages: it is, or may turn out to be, a conversation of two.
    #[must_use]
    pub fn wants_sentiment(&self) -> bool {
        matches!(self.kind, ChannelKind::Direct | ChannelKind::Unstated)
    }

    /// From now on a message id is counted once: for a folder with more than one message file.
    pub fn count_ids_once(&mut self) {
        self.seen.get_or_insert_default();
    }

    /// Adds a message.
    pub fn observe(&mut self, message: &Message) {
        if let (Some(seen), Some(id)) = (&mut self.seen, message.id)
            && !seen.insert(id)
        {
            return;
        }
        self.messages += 1;
        if let Some(score) = message.sentiment.filter(|score| *score != 0) {
            self.sentiment_sum += i64::from(score);
            self.sentiment_count += 1;
        }
        let Some(time) = message.time.or_else(|| message.id.map(Millis::of_snowflake)) else {
            self.undated += 1;
            return;
        };
        if !self.window.contains(time.day()) {
            self.out_of_window += 1;
            return;
        }
        let hour = Hour::of(time);
        if hour != self.run.0 {
            self.end_run();
            self.run.0 = hour;
        }
        self.run.1 += 1;
    }

    /// Hours with messages, once the channel has been read: each is a row of the statistics.
    #[must_use]
    pub fn hours(&self) -> u64 {
        self.hours.len() as u64
    }

    /// Ends the reading of this channel.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.end_run();
        self.seen = None;
        self.hours.compact();
        self
    }

    /// The channel's messages by hour, which are with the caller from now on.
    pub(super) fn take_hours(&mut self) -> MessageHours {
        MessageHours {
            channel_id: self.id.clone(),
            guild_id: self.guild_id.clone(),
            hours: std::mem::take(&mut self.hours).into_sorted(),
        }
    }

    fn end_run(&mut self) {
        let (hour, count) = std::mem::take(&mut self.run);
        if count > 0 {
            self.hours.add(hour, count);
        }
    }

    /// Adds what was read of another folder of the same channel.
    pub(super) fn merge(&mut self, other: Self) {
        for (hour, count) in other.hours.iter() {
            self.hours.add(hour, count);
        }
        self.messages += other.messages;
        self.undated += other.undated;
        self.out_of_window += other.out_of_window;
        self.sentiment_sum += other.sentiment_sum;
        self.sentiment_count += other.sentiment_count;
        if matches!(self.kind, ChannelKind::Other | ChannelKind::Unstated) {
            self.kind = self.kind.min(other.kind);
        }
        self.name = self.name.take().or(other.name);
        self.guild_id = self.guild_id.take().or(other.guild_id);
        self.guild_name = self.guild_name.take().or(other.guild_name);
        if self.recipients.is_empty() {
            self.recipients = other.recipients;
        }
    }

    /// Mean of the scores that are not 0, in units of 1e-4, rounded half away from zero.
    pub(super) fn sentiment(&self) -> i32 {
        if self.sentiment_count == 0 {
            return 0;
        }
        let (sum, count) = (self.sentiment_sum, self.sentiment_count);
        let rounded = (sum.abs() * 2 + count) / (count * 2) * sum.signum();
        i32::try_from(rounded.clamp(-10_000, 10_000)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold() -> ChannelFold {
        let channel = Channel {
            id: "1",
            recipients: Some(vec![Some("2"), Some("3")]),
            ..Channel::default()
        };
        ChannelFold::new(&channel, DayWindow::until(None))
    }

    #[test]
    fn a_message_without_readable_time_falls_back_on_its_id() {
        let mut fold = fold();
        let id = ((1_704_134_221_000u64 - 1_420_070_400_000) << 22) | 5;
        fold.observe(&Message {
            id: Some(id),
            time: None,
            sentiment: None,
        });
        fold.observe(&Message {
            id: None,
            time: Some(Millis(1_704_135_599_000)),
            sentiment: None,
        });
        fold.observe(&Message::default());
        let fold = fold.finish();
        assert_eq!((fold.messages, fold.undated), (3, 1));
        assert_eq!(fold.hours.into_sorted(), [(Hour(1_704_132_000 / 3_600), 2)]);
    }

    #[test]
    fn scores_average_without_the_neutral_ones() {
        let mut fold = fold();
        for score in [Some(1), Some(0), None, Some(2)] {
            fold.observe(&Message {
                sentiment: score,
                ..Message::default()
            });
        }
        assert_eq!(fold.sentiment(), 2, "1.5 is rounded away from zero");
        fold.sentiment_sum = -3;
        assert_eq!(fold.sentiment(), -2);
    }

    #[test]
    fn a_second_message_file_adds_only_what_is_new() {
        let mut fold = fold();
        fold.count_ids_once();
        for id in [7, 8, 7] {
            fold.observe(&Message {
                id: Some(id << 40),
                ..Message::default()
            });
        }
        assert_eq!(fold.finish().messages, 2);
    }

    #[test]
    fn a_group_of_two_is_still_a_group() {
        let kind = |kind, recipients: &[Option<&'static str>], guild| {
            let channel = Channel {
                id: "1",
                kind,
                guild_id: guild,
                recipients: Some(recipients.to_vec()),
                ..Channel::default()
            };
            ChannelKind::of(&channel)
        };
        assert_eq!(
            kind(Some(ChannelKind::Group), &[Some("1"), Some("2")], None),
            ChannelKind::Group
        );
        assert_eq!(kind(None, &[Some("1"), Some("2")], None), ChannelKind::Direct);
        assert_eq!(kind(None, &[Some("1"), Some("2"), Some("3")], None), ChannelKind::Group);
        assert_eq!(kind(None, &[], Some("9")), ChannelKind::Guild);
        assert_eq!(kind(None, &[], None), ChannelKind::Unstated);
        assert_eq!(kind(Some(ChannelKind::Other), &[Some("1")], None), ChannelKind::Other);
        assert_eq!(kind(Some(ChannelKind::Other), &[], Some("9")), ChannelKind::Guild);
    }
}
