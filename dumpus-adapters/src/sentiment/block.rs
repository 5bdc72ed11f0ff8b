//! Eight bytes at once.
//!
//! Words are short, and of any length: a loop over the bytes of each would end too soon for the processor to foresee it,
//! and that costs more than the loop itself.

/// The same byte eight times.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte.
const HIGH: u64 = all(0x80);

/// Eight bytes of a text, the first of them lowest. Zeros stand for bytes after its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block(u64);

/// Letters, up to eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letters {
    /// In lower case, with zeros behind them.
    pub(crate) lower: Block,
    pub(crate) count: usize,
    /// Whether no letter is a small one.
    pub(crate) are_capitals: bool,
}

impl Block {
    /// The first bytes of a text.
    pub(crate) fn first(text: &[u8]) -> Self {
        if let Some(bytes) = text.first_chunk() {
            return Self(u64::from_le_bytes(*bytes));
        }
        // Bytes that are read twice are in the same place twice.
        let place = |at: usize| at * 8;
        if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            return Self(u64::from(first) | u64::from(last) << place(text.len() - 4));
        }
        let (Some(first), Some(last)) = (text.first(), text.last()) else {
            return Self(0);
        };
        let middle = text.len() / 2;
        Self(u64::from(*first) | u64::from(text[middle]) << place(middle) | u64::from(*last) << place(text.len() - 1))
    }

    /// The bytes of a text from a place on, without a branch that depends on how many there are.
    #[inline]
    pub(crate) fn at(text: &[u8], place: usize) -> Self {
        let Some(last) = text.len().checked_sub(8) else {
            return Self::first(text.get(place..).unwrap_or_default());
        };
        let start = place.min(last);
        let Some(bytes) = text[start..].first_chunk() else {
            return Self(0);
        };
        // What is before the place is shifted out.
        let before = 8 * (place - start);
        Self(if before < 64 {
            u64::from_le_bytes(*bytes) >> before
        } else {
            0
        })
    }

    /// The ASCII letters that the block begins with.
    #[inline]
    pub(crate) fn letters(self) -> Letters {
        const CASE: u64 = all(b'a' ^ b'A');
        let lower = self.0 | CASE;
        let low = lower & !HIGH;
        let from_a = low + all(0x80 - b'a');
        let beyond_z = low + all(0x7f - b'z');
        let others = (!from_a | beyond_z | self.0) & HIGH;
        // The bits of all bytes before the first other one.
        let letters = (others & others.wrapping_neg()).wrapping_shr(7).wrapping_sub(1);
        Letters {
            lower: Self(lower & letters),
            count: others.trailing_zeros() as usize / 8,
            are_capitals: self.0 & letters & CASE == 0,
        }
    }

    /// The byte at a place below 8.
    #[inline]
    pub(crate) fn byte(self, place: usize) -> u8 {
        let [byte, ..] = (self.0 >> (8 * place % 64)).to_le_bytes();
        byte
    }

    /// How often an ASCII character other than NUL is in the block.
    pub(crate) fn count(self, byte: u8) -> usize {
        let difference = self.0 ^ all(byte);
        let others = ((difference & !HIGH) + all(0x7f)) | difference;
        (!others & HIGH).count_ones() as usize
    }

    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// The block in ASCII lower case.
    pub(crate) fn lower(self) -> Self {
        // In the highest bit of each byte, without carries into the next.
        let low = self.0 & !HIGH;
        let from_a = low + all(0x80 - b'A');
        let beyond_z = low + all(0x7f - b'Z');
        let capitals = from_a & !beyond_z & !self.0 & HIGH;
        Self(self.0 | capitals >> 2)
    }

    pub(crate) fn is_ascii(self) -> bool {
        self.0 & HIGH == 0
    }

    /// Whether an ASCII character other than NUL is in the block.
    pub(crate) fn contains(self, byte: u8) -> bool {
        let difference = self.0 ^ all(byte);
        difference.wrapping_sub(all(1)) & !difference & HIGH != 0
    }

    /// The number of bytes before the first that is a space, a control character or outside ASCII; 8 if none is.
    pub(crate) fn plain(self) -> usize {
        // Borrows come from such a byte only, so that the first of them is right.
        let others = (self.0.wrapping_sub(all(b'!')) | self.0) & HIGH;
        others.trailing_zeros() as usize / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_bytes_of_its_text() {
        for length in 0..12_u8 {
            let text: Vec<u8> = (b'a'..b'a' + length).collect();
            let mut bytes = [0; 8];
            let taken = text.len().min(8);
            bytes[..taken].copy_from_slice(&text[..taken]);
            assert_eq!(Block::first(&text).bits().to_le_bytes(), bytes);
        }
    }

    #[test]
    fn every_byte_is_in_lower_case() {
        for byte in 0..=u8::MAX {
            let bytes = [byte, b'Z', byte, 0xff, b'@', byte, b'[', byte];
            let expected = bytes.map(|byte| byte.to_ascii_lowercase());
            assert_eq!(Block::first(&bytes).lower().bits().to_le_bytes(), expected);
        }
    }

    #[test]
    fn a_block_has_the_bytes_from_its_place_on() {
        for length in 0..20_u8 {
            let text: Vec<u8> = (b'a'..b'a' + length).collect();
            for place in 0..text.len() + 2 {
                let rest = text.get(place..).unwrap_or_default();
                assert_eq!(Block::at(&text, place), Block::first(rest), "{place} of {length}");
            }
        }
    }

    #[test]
    fn letters_end_at_the_first_other_byte() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut bytes = *b"azAZmMqQ";
                bytes[at] = byte;
                let letters = Block::first(&bytes).letters();
                let count = if byte.is_ascii_alphabetic() { 8 } else { at };
                let word = &bytes[..count];
                assert_eq!(
                    letters.lower,
                    Block::first(&word.to_ascii_lowercase()),
                    "{byte} at {at}"
                );
                assert_eq!(letters.count, count, "{byte} at {at}");
                assert_eq!(
                    letters.are_capitals,
                    word.iter().all(u8::is_ascii_uppercase),
                    "{byte} at {at}"
                );
            }
        }
    }

    #[test]
    fn a_byte_is_counted_at_every_place() {
        for counted in 0..=u8::MAX {
            let bytes = [b'!', counted, b'\"', counted, 0, b'\xa1', b' ', counted];
            let expected = if counted == b'!' { 4 } else { 1 };
            assert_eq!(Block::first(&bytes).count(b'!'), expected, "{counted}");
        }
    }

    #[test]
    fn a_byte_is_found_at_every_place() {
        for at in 0..8 {
            let mut bytes = *b"&(&(\xa7\0\xff&";
            assert!(!Block::first(&bytes).contains(b'\''));
            bytes[at] = b'\'';
            assert!(Block::first(&bytes).contains(b'\''));
        }
    }

    #[test]
    fn plain_bytes_are_counted_up_to_the_first_other() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut bytes = *b"!~\x7faZ09'";
                bytes[at] = byte;
                let expected = if byte > b' ' && byte.is_ascii() { 8 } else { at };
                assert_eq!(Block::first(&bytes).plain(), expected, "{byte} at {at}");
            }
        }
    }
}
