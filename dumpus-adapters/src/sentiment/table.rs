//! A hash table of short keys.

use super::block::{Block, Letters};

/// The longest key, in bytes. The longest word that is looked up has 19.
const LONGEST: usize = 24;

/// Slots for each key, at least. Most searches end at the first slot: where one ends is nothing that the processor can
/// foresee.
const SLOTS_PER_KEY: usize = 4;

/// Odd numbers without a pattern in their bits: the fractional parts of the square roots of 5, 7 and 13.
const SPREAD: [u64; LONGEST / 8] = [0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1, 0x9b05_688c_2b3e_6c1f];

/// A short text in ASCII lower case, padded with zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    blocks: [Block; LONGEST / 8],
    length: usize,
}

impl Key {
    /// The key of a text; nothing when that is longer than all keys.
    #[inline]
    pub(crate) fn lower(text: &str) -> Option<Self> {
        let mut blocks = [Block::default(); LONGEST / 8];
        let mut rest = text.as_bytes();
        for block in &mut blocks {
            *block = Block::first(rest).lower();
            rest = rest.get(8..).unwrap_or_default();
            if rest.is_empty() {
                return Some(Self {
                    blocks,
                    length: text.len(),
                });
            }
        }
        None
    }

    /// The key of letters.
    #[inline]
    pub(crate) fn of_letters(letters: Letters) -> Self {
        let none = Block::default();
        Self {
            blocks: [letters.lower, none, none],
            length: letters.count,
        }
    }

    /// Whether the text contains an ASCII character other than NUL.
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.blocks.iter().any(|block| block.contains(byte))
    }

    /// Whether all characters are in ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.blocks.iter().all(|block| block.is_ascii())
    }

    /// A hash whose high bits depend on all bits of the text.
    fn hash(&self) -> u64 {
        let products = self
            .blocks
            .iter()
            .zip(SPREAD)
            .map(|(block, factor)| block.bits().wrapping_mul(factor));
        products.fold(0, u64::wrapping_add)
    }
}

/// A slot of a table. It holds a part of its key's hash: nearly all searches for other keys end without reading the key.
#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u16,
    /// One more than the index of the entry; zero in a free slot.
    entry: u16,
}

/// A map from keys to values, built once and searched often. Collisions go to the next free slot.
pub(crate) struct Table<V> {
    /// A power of two of them.
    slots: Vec<Slot>,
    entries: Vec<(Key, V)>,
}

impl<V> Table<V> {
    /// A table for this many keys.
    pub(crate) fn with_capacity(keys: usize) -> Self {
        let slots = (keys * SLOTS_PER_KEY).next_power_of_two().max(2);
        Self {
            slots: vec![Slot::default(); slots],
            entries: Vec::with_capacity(keys),
        }
    }

    /// Sets the value of a key. A table that is half full takes no more keys, so that searches end.
    pub(crate) fn insert(&mut self, key: Key, value: V) {
        match self.find(&key) {
            Ok(entry) => self.entries[entry].1 = value,
            Err(slot) if self.entries.len() < self.slots.len() / 2 => {
                self.entries.push((key, value));
                let entry = u16::try_from(self.entries.len()).unwrap_or_default();
                self.slots[slot] = Slot {
                    tag: tag(key.hash()),
                    entry,
                };
            }
            Err(_) => debug_assert!(false, "a table is full"),
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: &Key) -> Option<&V> {
        let entry = self.find(key).ok()?;
        self.entries.get(entry).map(|(_, value)| value)
    }

    /// The index of the key's entry, or of the slot that it would take.
    #[inline]
    fn find(&self, key: &Key) -> Result<usize, usize> {
        let hash = key.hash();
        let tag = tag(hash);
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer slots")]
        let mut at = (hash >> (u64::BITS - self.slots.len().ilog2())) as usize;
        loop {
            let slot = self.slots[at];
            let Some(entry) = usize::from(slot.entry).checked_sub(1) else {
                return Err(at);
            };
            if slot.tag == tag && self.entries[entry].0 == *key {
                return Ok(entry);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

/// Bits of a hash below those that tell the slot.
fn tag(hash: u64) -> u16 {
    let [_, _, _, _, low, high, _, _] = hash.to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::lower(text).unwrap()
    }

    #[test]
    fn a_key_is_found_in_any_case() {
        let mut table = Table::with_capacity(2);
        table.insert(key("good"), 1.9);
        assert_eq!(table.get(&key("gOOD")), Some(&1.9));
        assert_eq!(table.get(&key("goo")), None);
        assert_eq!(table.get(&key("good\0")), None);
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        let mut table = Table::with_capacity(2);
        table.insert(key("lol"), 1);
        table.insert(key("lol"), 2);
        assert_eq!(table.get(&key("lol")), Some(&2));
    }

    #[test]
    fn a_text_longer_than_all_keys_has_no_key() {
        assert!(Key::lower(&"a".repeat(LONGEST)).is_some());
        assert!(Key::lower(&"a".repeat(LONGEST + 1)).is_none());
    }

    #[test]
    fn every_key_of_a_full_table_is_found() {
        let keys = 8_000;
        let mut table = Table::with_capacity(keys);
        for number in 0..keys {
            table.insert(key(&number.to_string()), number);
        }
        assert!((0..keys).all(|number| table.get(&key(&number.to_string())) == Some(&number)));
        assert!((keys..2 * keys).all(|number| table.get(&key(&number.to_string())).is_none()));
    }
}
