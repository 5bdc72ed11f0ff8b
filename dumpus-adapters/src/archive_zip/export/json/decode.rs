//! Decodes texts and ids.

use std::borrow::Cow;

use super::find::repeated;

/// Digits as a snowflake id.
pub(in super::super) fn snowflake(digits: &[u8]) -> Option<u64> {
    let (id, length) = leading_number(digits)?;
    (length == digits.len()).then_some(id)
}

/// The number that the bytes begin with, and how many digits it has.
pub(in super::super) fn leading_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let (mut number, mut length) = (0u64, 0);
    while let Some(eight) = bytes[length..].first_chunk().copied().and_then(eight_digits) {
        number = number.checked_mul(100_000_000)?.checked_add(eight)?;
        length += 8;
    }
    for byte in &bytes[length..] {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    (length > 0).then_some((number, length))
}

/// Eight digits as a number, added up pairwise: ids are long, and there is one in every message.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const PAIRS: u64 = 0x0000_00FF_0000_00FF;
    let digits = u64::from_le_bytes(digits) ^ repeated(b'0');
    if (digits.wrapping_add(repeated(0x76)) | digits) & repeated(0x80) != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    Some(high.wrapping_add(low) >> 32)
}

/// The text that an escaped one stands for; invalid Unicode becomes U+FFFD.
pub(in super::super) fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        // Checks whole words of ASCII, unlike the lossy conversion.
        return str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    };
    let mut text = Vec::with_capacity(raw.len());
    text.extend_from_slice(&raw[..first]);
    let mut rest = &raw[first..];
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'\\' {
            text.push(*byte);
            continue;
        }
        let [escape, after @ ..] = rest else { break };
        rest = after;
        match escape {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' => {
                let (decoded, after) = code_point(rest);
                rest = after;
                text.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => text.push(*other),
        }
    }
    Cow::Owned(match String::from_utf8(text) {
        Ok(text) => text,
        Err(damaged) => String::from_utf8_lossy(damaged.as_bytes()).into_owned(),
    })
}

/// Decodes what follows `\u`, with the second half of a surrogate pair.
fn code_point(rest: &[u8]) -> (char, &[u8]) {
    let Some((high, after)) = hex(rest) else {
        return (char::REPLACEMENT_CHARACTER, rest);
    };
    if !(0xD800..0xDC00).contains(&high) {
        return (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), after);
    }
    let low = after.strip_prefix(b"\\u").and_then(hex);
    match low {
        Some((low @ 0xDC00..0xE000, after)) => {
            let pair = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), after)
        }
        _ => (char::REPLACEMENT_CHARACTER, after),
    }
}

fn hex(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = bytes.split_first_chunk::<4>()?;
    let number = digits.iter().try_fold(0, |number, digit| {
        char::from(*digit).to_digit(16).map(|digit| number * 16 + digit)
    })?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_surrogates_control_characters_and_bad_bytes_are_text() {
        assert_eq!(unescaped(br"\ud83d\ude2d!"), "\u{1F62D}!");
        assert_eq!(unescaped(br"cut \ud83d"), "cut \u{FFFD}");
        assert_eq!(unescaped(br"\ude2d\u00e9\/\q\n"), "\u{FFFD}\u{e9}/q\n");
        assert_eq!(unescaped(b"a\x01\xFFb\\u12"), "a\u{1}\u{FFFD}b\u{FFFD}12");
    }

    proptest! {
        #[test]
        fn ids_are_read_as_the_standard_library_reads_them(digits in "[0-9]{1,21}", behind in "[,:/a]?") {
            prop_assert_eq!(snowflake(digits.as_bytes()), digits.parse().ok());
            let found = leading_number(format!("{digits}{behind}").as_bytes()).map(|(_, length)| length);
            prop_assert_eq!(found, digits.parse::<u64>().ok().map(|_| digits.len()));
        }
    }
}
