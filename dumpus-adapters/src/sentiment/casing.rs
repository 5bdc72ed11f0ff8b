//! Capitals, as Python 3.11 knows them.
//!
//! Words are also looked up in lower case. That needs no table: all words that are found are in ASCII, where nothing but
//! the Kelvin sign gets into from outside.

/// Whether all of a word's letters with a case are capitals, and there is at least one: Python's `str.isupper`.
pub(crate) fn is_upper(word: &str) -> bool {
    let mut has_capital = false;
    for character in word.chars() {
        match case(character) {
            Case::Upper => has_capital = true,
            Case::Lower => return false,
            Case::None => {}
        }
    }
    has_capital
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    None,
    Upper,
    /// Title case is no capital either.
    Lower,
}

/// The case of a character in Unicode 14, which Python 3.11 has.
fn case(character: char) -> Case {
    if character.is_ascii() {
        return match character {
            'A'..='Z' => Case::Upper,
            'a'..='z' => Case::Lower,
            _ => Case::None,
        };
    }
    if character == SMALL_UNTIL_16 {
        Case::Lower
    } else if is_newer(character) {
        Case::None
    } else if character.is_uppercase() {
        Case::Upper
    } else if character.is_lowercase() || is_title(character) {
        Case::Lower
    } else {
        Case::None
    }
}

/// A letter for a sound that has no case since Unicode 17.
const SMALL_UNTIL_16: char = '\u{295}';

/// Whether Unicode 15, 16 or 17 gave the character its case, the last of which the standard library has. A newer one
/// fails the test of the digest below.
fn is_newer(character: char) -> bool {
    matches!(
        character,
        '\u{10fc}'
            | '\u{1c89}'..='\u{1c8a}'
            | '\u{a7cb}'..='\u{a7cf}'
            | '\u{a7d2}'
            | '\u{a7d4}'
            | '\u{a7da}'..='\u{a7dc}'
            | '\u{a7f1}'..='\u{a7f4}'
            | '\u{ab69}'
            | '\u{10d50}'..='\u{10d85}'
            | '\u{16ea0}'..='\u{16ed3}'
            | '\u{1df25}'..='\u{1df2a}'
            | '\u{1e030}'..='\u{1e06d}'
    )
}

/// Whether a character is in title case: a capital and a small letter, or a capital with an iota beside it.
fn is_title(character: char) -> bool {
    matches!(
        character,
        '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}'
            | '\u{1f88}'..='\u{1f8f}'
            | '\u{1f98}'..='\u{1f9f}'
            | '\u{1fa8}'..='\u{1faf}'
            | '\u{1fbc}'
            | '\u{1fcc}'
            | '\u{1ffc}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The FNV-1a hash of one byte for each character, in order: 1 for a capital, 2 for another letter with a case, 0 for
    /// the rest. `tests/sentiment/casing.py` prints it.
    const DIGEST: u64 = 0xfa93_3635_766c_bf2c;

    #[test]
    fn every_character_has_the_case_that_it_has_in_python() {
        let digest = ('\0'..=char::MAX).fold(0xcbf2_9ce4_8422_2325, |digest: u64, character| {
            (digest ^ case(character) as u64).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!(digest, DIGEST);
    }

    #[test]
    fn a_word_in_capitals_has_no_other_letters() {
        assert!(["LOL", "A", "(A)", "B4", "ÄÖ", "ΑΣ"].into_iter().all(is_upper));
        assert!(
            ["", "lol", "Lol", "42", ":)", "ÄÖß", "中", "ǅ", "Aª"]
                .into_iter()
                .all(|word| !is_upper(word))
        );
    }
}
