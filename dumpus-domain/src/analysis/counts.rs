//! Counts added up over several places.

/// Sorts by key, and adds up what has the same one.
pub(super) fn aggregate<K: Ord>(counts: &mut Vec<(K, u32)>) {
    counts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    counts.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
}
