//! The messages of one channel, newest first, independent of the file.

use super::text::{Style, Writer};
use crate::{
    calendar::{DAY, DISCORD_EPOCH, HOUR, SECOND},
    channels::Channel,
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
};

/// One message; its text is passed separately.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) id: u64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) can_read_stamp: bool,
    pub(crate) can_read_id: bool,
    pub(crate) score: Option<i32>,
}

impl Message {
    /// The time that an analysis must find.
    pub(crate) const fn found_at(&self) -> Option<i64> {
        if self.can_read_stamp || self.can_read_id {
            Some(self.at)
        } else {
            None
        }
    }
}

/// Generates the messages of a channel in order; a clone generates the same again.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a separate oddity, and all combine"
)]
pub(crate) struct Sequence {
    rng: Rng,
    writer: Writer,
    left: u64,
    total: u64,
    hours: u64,
    hours_done: u64,
    hour: i64,
    first_hour: i64,
    step: u64,
    serial: u64,
    unreadable: bool,
    undatable: bool,
    unrelated: bool,
    out_of_window: bool,
}

impl Sequence {
    pub(crate) fn new(
        spec: &PackageSpec,
        channel: &Channel,
        style: Style,
        has_two_files: bool,
        span: (i64, i64),
    ) -> Self {
        let mut rng = Rng::new(spec.seed ^ channel.id).fork("messages");
        let (first_hour, last_hour) = (span.0 / HOUR, span.1 / HOUR);
        let width = (last_hour - first_hour).max(1).cast_unsigned();
        let step = (width / (channel.hours + 1)).max(1);
        let hour = last_hour - rng.below(step).cast_signed();
        Self {
            writer: Writer::new(style),
            left: channel.messages,
            total: channel.messages,
            hours: channel.hours,
            hours_done: 0,
            hour,
            first_hour,
            step,
            serial: 0,
            unreadable: spec.has(Quirk::UnreadableTimestamps),
            // Messages in two files are matched by their ids.
            undatable: spec.has(Quirk::UndatableMessages) && !has_two_files,
            unrelated: spec.has(Quirk::UnrelatedMessageIds),
            out_of_window: spec.has(Quirk::OutOfWindowMessages),
            rng,
        }
    }

    /// The next message; its text is written to `text`.
    pub(crate) fn next(&mut self, text: &mut String) -> Option<Message> {
        if self.left == 0 {
            return None;
        }
        let done = self.total - self.left;
        self.left -= 1;
        if done * self.hours / self.total > self.hours_done && self.hour > self.first_hour {
            self.hours_done += 1;
            let step = 1 + self.rng.below(self.step * 2 - 1).cast_signed();
            self.hour = (self.hour - step).max(self.first_hour);
        }
        let mut at = self.hour * HOUR + self.rng.below(3600).cast_signed() * SECOND;
        if self.out_of_window && self.rng.chance(8) {
            at = *self.rng.pick(&[30 * 365, 44 * 365, 16_566, 129 * 365]) * DAY + at % DAY;
        }
        let mut can_read_stamp = !(self.unreadable && self.rng.chance(15));
        let can_read_id = !(self.undatable && self.rng.chance(8));
        if !can_read_id && self.rng.chance(70) {
            can_read_stamp = false;
        }
        let mut id_time = at + self.rng.below(1000).cast_signed();
        if self.unrelated && can_read_stamp && self.rng.chance(50) {
            id_time -= self.rng.between(0, 900) * DAY;
        }
        // Ids cannot express times before 2015, so such messages need a valid timestamp.
        if id_time < DISCORD_EPOCH {
            can_read_stamp = true;
            id_time = DISCORD_EPOCH + 500 * DAY;
        }
        self.serial += 1;
        let id = ((id_time - DISCORD_EPOCH).cast_unsigned() << 22) | (self.serial & 0x3f_ffff);
        let score = self.writer.write(&mut self.rng, text);
        Some(Message {
            id,
            at,
            can_read_stamp,
            can_read_id,
            score,
        })
    }
}
