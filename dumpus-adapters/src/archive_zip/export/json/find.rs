//! Finds where things end, without decoding them.

use memchr::memchr2;

use super::SyntaxError;

/// Where the string whose content begins at `at` has its closing quote.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Result<usize, SyntaxError> {
    loop {
        at = quote_or_backslash(bytes, at)?;
        if bytes[at] == b'"' {
            return Ok(at);
        }
        at += 2;
    }
}

/// The first quote or backslash from `at` on. Most strings here are short: for them eight bytes at a time are faster
/// than setting up a vector search.
fn quote_or_backslash(bytes: &[u8], mut at: usize) -> Result<usize, SyntaxError> {
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
            break;
        };
        let found = zero_bytes(u64::from_le_bytes(*chunk) ^ repeated(b'"'))
            | zero_bytes(u64::from_le_bytes(*chunk) ^ repeated(b'\\'));
        if found != 0 {
            return Ok(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..).ok_or(SyntaxError::Truncated)?;
    memchr2(b'"', b'\\', rest)
        .map(|found| at + found)
        .ok_or(SyntaxError::Truncated)
}

/// The high bit of bytes that are zero; the lowest set bit is right, ones above it may not be.
pub(super) const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(repeated(1)) & !word & repeated(0x80)
}

/// Where the object or array that begins at `at` has ended.
pub(super) fn composite_end(bytes: &[u8], at: usize, nesting: u32) -> Result<usize, SyntaxError> {
    let mut depth = 0u32;
    let mut place = at;
    loop {
        match *bytes.get(place).ok_or(SyntaxError::Truncated)? {
            b'"' => place = string_end(bytes, place + 1)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > nesting {
                    return Err(SyntaxError::Invalid { at: place });
                }
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(place + 1);
                }
            }
            _ => {}
        }
        place += 1;
    }
}

/// The first place from `at` on that is neither blank nor a control character.
pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> Result<usize, SyntaxError> {
    while *bytes.get(at).ok_or(SyntaxError::Truncated)? <= b' ' {
        at += 1;
    }
    Ok(at)
}

/// The same with commas: where one is missing, or is one too many, the values are still found.
pub(super) fn skip_separators(bytes: &[u8], mut at: usize) -> Result<usize, SyntaxError> {
    while matches!(*bytes.get(at).ok_or(SyntaxError::Truncated)?, 0..=b' ' | b',') {
        at += 1;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quotes_are_found_at_any_distance(length in 0usize..80, quote in prop::sample::select(vec![b'"', b'\\'])) {
            let mut text = vec![b'\xA2'; length];
            text.push(quote);
            text.extend([b'!', b'"']);
            prop_assert_eq!(quote_or_backslash(&text, 0), Ok(length));
        }
    }
}
