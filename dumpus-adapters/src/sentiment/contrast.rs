//! "But": what is said after it weighs more than what is said before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

const BEFORE: f64 = 0.5;
const AFTER: f64 = 1.5;

/// Up to how many valences a search through all of them is the fastest.
const FEW: usize = 32;

/// Weighs valences by whether their word is before or after the "but".
///
/// For each valence in turn, the reference weighs the first one that is equal to it, which need not be the same: of two
/// equal valences before a "but", the first may be weighed twice, or the second never.
pub(crate) fn contrast(valences: &mut [(usize, f64)], but: usize) {
    let mut index = (valences.len() > FEW).then(|| Index::of(valences));
    for at in 0..valences.len() {
        let valence = valences[at].1;
        let first = match &mut index {
            Some(index) => index.take_first(valence),
            None => valences.iter().position(|&(_, other)| is_same(other, valence)),
        };
        let first = first.unwrap_or(at);
        let weighed = valence * if valences[first].0 < but { BEFORE } else { AFTER };
        valences[first].1 = weighed;
        if let Some(index) = &mut index {
            index.insert(first, weighed);
        }
    }
}

/// Whether two valences are equal. None is zero, of which there are two, or not a number.
fn is_same(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits()
}

/// Where each valence is, the first place on top. With it, a text of nothing but equal words takes no quadratic time.
#[derive(Default)]
struct Index(BTreeMap<u64, BinaryHeap<Reverse<usize>>>);

impl Index {
    fn of(valences: &[(usize, f64)]) -> Self {
        let mut index = Self::default();
        for (at, (_, valence)) in valences.iter().enumerate() {
            index.insert(at, *valence);
        }
        index
    }

    /// Removes the first place of a valence.
    fn take_first(&mut self, valence: f64) -> Option<usize> {
        let Reverse(first) = self.0.get_mut(&valence.to_bits())?.pop()?;
        Some(first)
    }

    fn insert(&mut self, at: usize, valence: f64) {
        self.0.entry(valence.to_bits()).or_default().push(Reverse(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrasted(valences: &[f64], but: usize) -> Vec<f64> {
        let mut valences: Vec<_> = valences.iter().copied().enumerate().collect();
        contrast(&mut valences, but);
        valences.into_iter().map(|(_, valence)| valence).collect()
    }

    #[test]
    fn what_is_after_a_but_weighs_more() {
        assert_eq!(contrasted(&[1.0, -3.0], 1), [0.5, -4.5]);
        assert_eq!(contrasted(&[1.0, -3.0], 0), [1.5, -4.5]);
        assert_eq!(contrasted(&[1.0, -3.0], 2), [0.5, -1.5]);
    }

    #[test]
    fn the_first_equal_valence_is_weighed() {
        assert_eq!(contrasted(&[2.0, 1.0], 2), [0.5, 1.0]);
        assert_eq!(contrasted(&[1.0, 2.0, 2.0], 3), [0.5, 1.0, 1.0]);
        assert_eq!(contrasted(&[2.0, 2.0, 1.0, 1.0], 2), [0.5, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn many_valences_are_weighed_like_few() {
        let mut random = fastrand::Rng::with_seed(1);
        for length in [FEW, FEW + 1, 100, 400] {
            let valences: Vec<f64> = (0..length).map(|_| f64::from(1 << random.u8(..6)) * 1.5).collect();
            let but = random.usize(..length);
            let mut expected = valences.clone();
            for at in 0..length {
                let first = expected.iter().position(|other| is_same(*other, expected[at])).unwrap();
                expected[first] *= if first < but { BEFORE } else { AFTER };
            }
            assert_eq!(contrasted(&valences, but), expected);
        }
    }
}
