//! Splits a text where words end.

use super::block::{Block, Letters};
use super::emoji::{Description, Emojis};
use super::token::is_space;

/// A part of a text without spaces, and with at most one emoji, at its start.
pub(crate) struct Piece<'t> {
    pub(crate) emoji: Option<&'t Description>,
    /// What follows the emoji. Empty between an emoji and a space or another emoji.
    pub(crate) token: &'t str,
}

/// The pieces of a text.
pub(crate) struct Pieces<'t> {
    emojis: &'t Emojis,
    text: &'t str,
    /// Where the rest begins; up to one behind the text's end.
    at: usize,
    /// The emoji before the rest.
    emoji: Option<&'t Description>,
}

impl<'t> Pieces<'t> {
    pub(crate) fn of(text: &'t str, emojis: &'t Emojis) -> Self {
        Self {
            emojis,
            text,
            at: 0,
            emoji: None,
        }
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            let emoji = self.emoji.take();
            let token = self.advance();
            if emoji.is_some() || !token.is_empty() {
                return Some(Piece { emoji, token });
            }
            if self.at >= self.text.len() && self.emoji.is_none() {
                return None;
            }
        }
    }
}

impl<'t> Pieces<'t> {
    /// Takes the next piece if it is a word of one to seven ASCII letters, as most are. The only branch that depends on the
    /// text is whether it is.
    #[inline]
    pub(crate) fn short_word(&mut self) -> Option<Letters> {
        let block = Block::at(self.text.as_bytes(), self.at);
        let letters = block.letters();
        let end = self.at + letters.count;
        let is_short = matches!(letters.count, 1..8);
        let is_whole = (block.byte(letters.count) == b' ') | (end == self.text.len());
        if !(is_short & is_whole & self.emoji.is_none()) {
            return None;
        }
        self.at = end + 1;
        Some(letters)
    }

    /// Takes what is before the next space or emoji, and that as well.
    fn advance(&mut self) -> &'t str {
        let text = self.text.get(self.at..).unwrap_or_default();
        let mut end = 0;
        while let Some(character) = next_special(text, &mut end) {
            self.emoji = self.emojis.get(character);
            let after = end + character.len_utf8();
            if self.emoji.is_some() || is_space(character) {
                self.at += after;
                return &text[..end];
            }
            end = after;
        }
        self.at = self.text.len();
        text
    }
}

/// Moves on to the next character that may be a space or an emoji.
fn next_special(text: &str, at: &mut usize) -> Option<char> {
    loop {
        let rest = &text[*at..];
        let plain = Block::first(rest.as_bytes()).plain();
        if plain < 8 {
            *at += plain;
            return rest[plain..].chars().next();
        }
        *at += 8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::Lexicon;
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let emojis = Emojis::new(&Lexicon::new());
        let show = |piece: Piece<'_>| format!("{}|{}", piece.emoji.map_or("", |emoji| emoji.ending), piece.token);
        Pieces::of(text, &emojis).map(show).collect()
    }

    #[test]
    fn a_text_is_split_at_spaces() {
        assert_eq!(pieces("  so\tgood\u{1f}:)\n\n"), ["|so", "|good", "|:)"]);
        assert_eq!(pieces("zero\u{200b}width"), ["|zero\u{200b}width"]);
    }

    #[test]
    fn a_text_is_split_before_an_emoji_but_not_after() {
        assert_eq!(pieces("lol😂😂ok 😂"), ["|lol", "joy|", "joy|ok", "joy|"]);
        assert_eq!(pieces("❤\u{fe0f}"), ["heart|\u{fe0f}"]);
    }

    #[test]
    fn short_words_are_the_pieces_of_one_to_seven_letters() {
        let emojis = Emojis::new(&Lexicon::new());
        for text in [
            "",
            " ",
            "so good",
            "So  GOOD",
            "letters lettered",
            "ok!",
            "a1 b",
            "ok\0",
            "😂ok so",
            "lol😂ok",
            "é",
            "ok\tso",
        ] {
            let mut mixed = Pieces::of(text, &emojis);
            for piece in Pieces::of(text, &emojis) {
                let is_short = matches!(piece.token.len(), 1..8) && piece.emoji.is_none();
                let is_word = piece.token.bytes().all(|byte| byte.is_ascii_alphabetic());
                let Some(letters) = mixed.short_word() else {
                    assert_eq!(mixed.next().map(|next| next.token), Some(piece.token), "{text}");
                    continue;
                };
                assert!(is_short && is_word, "{text}");
                assert_eq!(letters, Block::first(piece.token.as_bytes()).letters(), "{text}");
            }
            assert!(mixed.short_word().is_none() && mixed.next().is_none(), "{text}");
        }
    }

    #[test]
    fn a_text_without_content_has_no_pieces() {
        assert!(pieces("").is_empty());
        assert!(pieces(" \u{3000}\n").is_empty());
    }
}
