//! Parts of a text between spaces, and the words in them.

/// The word in a token: without the punctuation around it, unless at most two characters are left. Then the token is
/// probably an emoticon, and stays as it is.
pub(crate) fn strip(token: &str) -> &str {
    let bytes = token.as_bytes();
    let is_open = |end: Option<&u8>| end.is_some_and(u8::is_ascii_alphanumeric);
    if is_open(bytes.first()) && is_open(bytes.last()) {
        return token;
    }
    // The punctuation of Python's `string` module is that of ASCII.
    let word = token.trim_matches(|character: char| character.is_ascii_punctuation());
    if word.chars().nth(2).is_none() { token } else { word }
}

/// Whether a word contains "n't", in any case.
pub(crate) fn is_contraction(word: &str) -> bool {
    word.as_bytes().windows(3).any(|part| part.eq_ignore_ascii_case(b"n't"))
}

/// Whether Python's `str.split` splits at a character. It also does at four control characters that are no white space
/// for Unicode: the separators of files, groups, records and units.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_around_a_word_is_dropped() {
        assert_eq!(strip("(\"good-ish\"...)"), "good-ish");
        assert_eq!(strip("~~$yay$~~"), "yay");
        assert_eq!(strip("äöü!"), "äöü");
    }

    #[test]
    fn a_token_of_at_most_two_characters_stays_whole() {
        assert_eq!(strip(":)"), ":)");
        assert_eq!(strip("ok!"), "ok!");
        assert_eq!(strip("(äö)"), "(äö)");
        assert_eq!(strip("!!!!"), "!!!!");
        assert_eq!(strip(""), "");
    }

    #[test]
    fn a_quote_that_is_no_ascii_punctuation_stays() {
        assert_eq!(strip("“good”"), "“good”");
    }

    #[test]
    fn a_contraction_may_be_anywhere_in_a_word() {
        assert!(is_contraction("don't"));
        assert!(is_contraction("WOULDN'T've"));
        assert!(!is_contraction("don’t"));
        assert!(!is_contraction("it's"));
    }

    #[test]
    fn spaces_are_those_of_python() {
        let spaces = ('\0'..=char::MAX).filter(|&character| is_space(character));
        let expected = "\t\n\u{b}\u{c}\r\u{1c}\u{1d}\u{1e}\u{1f} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\
            \u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";
        assert!(spaces.eq(expected.chars()));
    }
}
