//! Hands what happens to the analysis, as the reader of a package does.

use std::sync::Arc;

use fastrand::Rng;

use dumpus_ports::domain::analysis::observation::{Channel, Message};
use dumpus_ports::domain::analysis::{
    Analysis, Budget, ChannelFold, ChannelNames, Event, EventFold, EventKind, Events, MissingUserData, OverBudget,
};
use dumpus_ports::domain::report::Report;
use dumpus_ports::domain::time::{DayWindow, Millis};

use super::chance::happens;
use super::chat::Burst;

/// An analysis that is being fed.
pub(super) struct Recorder {
    pub(super) analysis: Analysis,
    events: EventFold,
    window: DayWindow,
}

impl Recorder {
    /// Nothing recorded yet.
    pub(super) fn new(window: DayWindow) -> Self {
        Self {
            analysis: Analysis::new(),
            events: EventFold::new(0, window, Arc::new(Budget::default())),
            window,
        }
    }

    /// Something that Discord logs.
    pub(super) fn event(&mut self, time: Millis, kind: EventKind<'_>) -> Result<(), OverBudget> {
        self.events.typed_line();
        self.events.observe(&Event {
            id: None,
            time: Some(time),
            kind,
        })
    }

    /// A channel and what the owner wrote in it. `mood` is the usual score of a message, if it is a conversation of two.
    pub(super) fn channel(&mut self, channel: &Channel<'_>, bursts: &[Burst], mood: Option<i32>, random: &mut Rng) {
        let mut fold = ChannelFold::new(channel, self.window);
        for burst in bursts {
            for _ in 0..burst.messages {
                let time = burst.date.at(burst.hour, random.u64(..3_600));
                // Two of five messages have no word with a feeling.
                let feeling = mood.filter(|_| happens(random, 600));
                fold.observe(&Message {
                    id: None,
                    time: Some(time),
                    sentiment: feeling.map(|mood| (mood + random.i32(-3_500..3_500)).clamp(-9_900, 9_900)),
                });
            }
        }
        self.analysis.channel(fold.finish());
    }

    /// The report on everything; `names` are those of the index of messages.
    pub(super) fn finish(mut self, names: &impl ChannelNames) -> Result<Report, MissingUserData> {
        self.analysis.events(Events::merge(vec![self.events]));
        self.analysis.finish(names)
    }
}
