//! Emoji, which VADER reads as their descriptions.

use super::lexicon::{Lexicon, Word};
use super::table::{Key, Table};

/// Tab-separated: an emoji and its description.
const DESCRIPTIONS: &str = include_str!("data/emoji_utf8_lexicon.txt");

/// How many emoji have one character, at most.
const EMOJIS: usize = 1_500;

/// The description of an emoji: "face with tears of joy".
pub(crate) struct Description {
    /// All its words but the last.
    pub(crate) beginning: Box<[Word]>,
    /// Its last word, when a space or an emoji follows.
    pub(crate) last: Word,
    /// The last word as it is written. Text after an emoji continues it: "joy" and "ful" are "joyful".
    pub(crate) ending: &'static str,
    pub(crate) exclamations: usize,
    pub(crate) questions: usize,
}

impl Description {
    fn new(text: &'static str, lexicon: &Lexicon) -> Option<Self> {
        let mut words: Vec<_> = text.split_whitespace().collect();
        let ending = words.pop()?;
        Some(Self {
            beginning: words.into_iter().map(|word| lexicon.word(word)).collect(),
            last: lexicon.word(ending),
            ending,
            exclamations: text.matches('!').count(),
            questions: text.matches('?').count(),
        })
    }
}

/// The descriptions of all emoji of one character. Texts are read character by character, so that those of several are
/// never found.
pub(crate) struct Emojis(Table<Description>);

impl Emojis {
    /// Reads the descriptions.
    pub(crate) fn new(lexicon: &Lexicon) -> Self {
        let mut table = Table::with_capacity(EMOJIS);
        for line in DESCRIPTIONS.lines() {
            let mut fields = line.split('\t');
            let (Some(emoji), Some(description)) = (fields.next(), fields.next()) else {
                continue;
            };
            if emoji.chars().nth(1).is_none()
                && let Some(key) = Key::lower(emoji)
                && let Some(description) = Description::new(description, lexicon)
            {
                table.insert(key, description);
            }
        }
        Self(table)
    }

    /// The description of a character that is an emoji.
    pub(crate) fn get(&self, character: char) -> Option<&Description> {
        // No emoji is in ASCII.
        if character.is_ascii() {
            return None;
        }
        self.0.get(&Key::lower(character.encode_utf8(&mut [0; 4]))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emojis() -> Emojis {
        Emojis::new(&Lexicon::new())
    }

    #[test]
    fn an_emoji_has_the_words_of_its_description() {
        let lexicon = Lexicon::new();
        let emojis = Emojis::new(&lexicon);
        let joy = emojis.get('😂').unwrap();
        let expected = ["face", "with", "tears", "of"].map(|word| lexicon.word(word));
        assert_eq!(*joy.beginning, expected);
        assert_eq!((joy.last, joy.ending), (lexicon.word("joy"), "joy"));
    }

    #[test]
    fn an_exclamation_in_a_description_counts() {
        let emojis = emojis();
        let counts = |emoji| emojis.get(emoji).map(|found| (found.exclamations, found.questions));
        assert_eq!(counts('🔛'), Some((1, 0)));
        assert_eq!(counts('😂'), Some((0, 0)));
    }

    #[test]
    fn characters_that_are_no_emoji_have_no_description() {
        let emojis = emojis();
        assert!(
            ['a', '!', 'é', '中', '\u{fe0f}', '\u{200d}']
                .iter()
                .all(|&character| emojis.get(character).is_none())
        );
    }

    #[test]
    fn all_emoji_of_one_character_are_found() {
        let emojis = emojis();
        assert_eq!(
            ('\0'..=char::MAX)
                .filter(|&character| emojis.get(character).is_some())
                .count(),
            1_212
        );
    }
}
