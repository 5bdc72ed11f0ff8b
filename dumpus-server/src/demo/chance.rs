//! Choices that are the same on every machine: no floating point, and no width of `usize`.

use fastrand::Rng;

/// One of a list that is not empty.
pub(super) fn pick<'a, T>(random: &mut Rng, from: &'a [T]) -> &'a T {
    let place = random.u64(..from.len() as u64);
    &from[usize::try_from(place).unwrap_or(0)]
}

/// The place of one of the weights, which are not all 0: twice the weight is chosen twice as often.
pub(super) fn weighted(random: &mut Rng, weights: &[u64]) -> usize {
    let mut left = random.u64(..weights.iter().sum::<u64>());
    let is_chosen = |weight: &u64| {
        let is_chosen = left < *weight;
        left = left.saturating_sub(*weight);
        is_chosen
    };
    weights.iter().position(is_chosen).unwrap_or(0)
}

/// True so many times in a thousand.
pub(super) fn happens(random: &mut Rng, thousandths: u64) -> bool {
    random.u64(..1_000) < thousandths
}

/// A whole number of so many thousandths on average, up to twice as large.
pub(super) fn about(random: &mut Rng, thousandths: u64) -> u64 {
    let amount = random.u64(..=2 * thousandths);
    amount / 1_000 + u64::from(happens(random, amount % 1_000))
}
