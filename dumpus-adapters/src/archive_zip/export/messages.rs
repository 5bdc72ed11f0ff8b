//! What both kinds of message files give.

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::observation::Message;
use dumpus_ports::domain::analysis::{ChannelFold, Losses};
use dumpus_ports::domain::report::Section;
use dumpus_ports::domain::time::Millis;

use super::context::ReadContext;
use crate::sentiment::Scorer;

/// The messages of one channel.
pub(super) struct Messages<'a> {
    context: &'a ReadContext,
    fold: ChannelFold,
    scorer: Option<&'a Scorer>,
    losses: Losses,
    /// Messages that the package's count does not hold yet.
    uncounted: u64,
}

impl<'a> Messages<'a> {
    pub(super) fn new(context: &'a ReadContext, fold: ChannelFold, losses: Losses) -> Self {
        let scorer = context.scorer.as_deref().filter(|_| fold.wants_sentiment());
        Self {
            context,
            fold,
            scorer,
            losses,
            uncounted: 0,
        }
    }

    /// Whether contents are looked at.
    pub(super) fn wants_contents(&self) -> bool {
        self.scorer.is_some()
    }

    /// Adds a message.
    pub(super) fn add(&mut self, id: Option<u64>, time: Option<Millis>, contents: Option<&str>) {
        let sentiment = match (self.scorer, contents) {
            (Some(scorer), Some(contents)) => scorer.score(contents),
            _ => None,
        };
        self.uncounted += 1;
        self.fold.observe(&Message { id, time, sentiment });
    }

    /// Something in the files could not be read; the words follow a number.
    pub(super) fn damage(&mut self, what: &'static str) {
        self.losses.damage(Section::Messages, what);
    }

    /// Once in a while: whether the package has too many messages.
    pub(super) fn count(&mut self) -> Result<(), ArchiveError> {
        let count = std::mem::take(&mut self.uncounted);
        if self.fold.counts_ids_once() {
            self.context.budget.message_ids(count)?;
        }
        self.context.count_messages(count)
    }

    pub(super) fn finish(mut self) -> Result<(ChannelFold, Losses), ArchiveError> {
        self.count()?;
        let fold = self.fold.finish();
        self.context.budget.hours(fold.hours())?;
        Ok((fold, self.losses))
    }
}
