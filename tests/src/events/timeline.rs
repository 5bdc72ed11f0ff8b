//! What the planners of voice and sessions share: a stretch of time cut into slots.

use crate::{
    calendar::{DAY, SECOND},
    rng::Rng,
};

/// A slot for one scenario: everything that it does lies within.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Milliseconds since 1970.
    pub(crate) start: i64,
    /// Milliseconds.
    pub(crate) room: i64,
}

/// Slots for `count` scenarios in `span`, none touching another; fewer when the span is too short.
pub(crate) fn slots(mut rng: Rng, span: (i64, i64), count: u64) -> impl Iterator<Item = Slot> {
    let width = span.1 - span.0;
    let most = (width / (8 * SECOND)).max(0).cast_unsigned();
    let count = count.min(most);
    let pitch = width / count.max(1).cast_signed();
    (0..count.cast_signed()).map(move |at| {
        let start = span.0 + at * pitch + rng.between(SECOND, pitch / 8);
        Slot {
            start,
            room: pitch * 3 / 4,
        }
    })
}

/// Cuts a span in two: the first third, for the scenarios that need days, and the rest.
pub(crate) const fn thirds(span: (i64, i64)) -> ((i64, i64), (i64, i64)) {
    let cut = span.0 + (span.1 - span.0) / 3;
    ((span.0, cut - 2 * DAY), (cut, span.1))
}
