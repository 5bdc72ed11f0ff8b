//! Time slots for the planners of voice and sessions.

use crate::{
    calendar::{DAY, SECOND},
    rng::Rng,
};

/// A time slot that contains all events of one scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Milliseconds since 1970.
    pub(crate) start: i64,
    /// Milliseconds.
    pub(crate) room: i64,
}

/// Separate slots for `count` scenarios in `span`, or fewer if the span is too short.
pub(crate) fn slots(mut rng: Rng, span: (i64, i64), count: u64) -> impl Iterator<Item = Slot> {
    let width = span.1 - span.0;
    let max = (width / (8 * SECOND)).max(0).cast_unsigned();
    let count = count.min(max);
    let pitch = width / count.max(1).cast_signed();
    (0..count.cast_signed()).map(move |at| {
        let start = span.0 + at * pitch + rng.between(SECOND, pitch / 8);
        Slot {
            start,
            room: pitch * 3 / 4,
        }
    })
}

/// Splits a span in two: the first third, for scenarios that take days, and the rest.
pub(crate) const fn thirds(span: (i64, i64)) -> ((i64, i64), (i64, i64)) {
    let cut = span.0 + (span.1 - span.0) / 3;
    ((span.0, cut - 2 * DAY), (cut, span.1))
}
