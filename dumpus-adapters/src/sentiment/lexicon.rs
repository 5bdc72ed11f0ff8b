//! What VADER knows of words.

use super::block::Letters;
use super::casing::is_upper;
use super::table::{Key, Table};
use super::terms::{TERMS, Term, modifiers};
use super::token::{is_contraction, strip};

/// Tab-separated: a word, its mean valence from -4 to 4, and how ten people rated it.
const LEXICON: &str = include_str!("data/vader_lexicon.txt");

/// How many words mean something, at most.
const WORDS: usize = 8_000;

/// The only character outside ASCII that has a lower case in ASCII: "k".
const KELVIN: char = '\u{212a}';

/// What a word does in a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing.
    #[default]
    Plain,
    /// It sounds good or bad: its rating in tenths, from -40 to 40. The lexicon has no neutral words.
    Rated(i8),
    /// It makes later words stronger.
    More,
    /// It makes later words weaker.
    Less,
    /// It turns later words into their opposite.
    Negation,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Word {
    pub(crate) meaning: Meaning,
    pub(crate) term: Option<Term>,
    /// All its letters are capitals, and there is at least one.
    pub(crate) is_upper: bool,
}

impl Word {
    /// Whether the word is in the lexicon.
    pub(crate) fn is_rated(self) -> bool {
        matches!(self.meaning, Meaning::Rated(_))
    }
}

/// All words that mean something.
pub(crate) struct Lexicon(Table<(Meaning, Option<Term>)>);

impl Lexicon {
    /// Reads the lexicon.
    pub(crate) fn new() -> Self {
        let mut table = Table::with_capacity(WORDS);
        let rated = ratings().map(|(word, tenths)| (word, Meaning::Rated(tenths)));
        for (word, meaning) in rated.filter(|(word, _)| can_match(word)).chain(modifiers()) {
            if let Some(key) = Key::lower(word) {
                table.insert(key, (meaning, None));
            }
        }
        for (word, term) in TERMS {
            if let Some(key) = Key::lower(word) {
                let meaning = table.get(&key).map_or(Meaning::Plain, |(meaning, _)| *meaning);
                table.insert(key, (meaning, Some(term)));
            }
        }
        Self(table)
    }

    /// Reads a token.
    pub(crate) fn word(&self, token: &str) -> Word {
        let word = strip(token);
        let (meaning, term) = self.find(word);
        Word {
            meaning,
            term,
            is_upper: is_upper(word),
        }
    }

    /// Reads a token of one to eight letters.
    #[inline]
    pub(crate) fn short_word(&self, letters: Letters) -> Word {
        let found = self.0.get(&Key::of_letters(letters));
        let (meaning, term) = found.copied().unwrap_or_default();
        Word {
            meaning,
            term,
            is_upper: letters.are_capitals,
        }
    }

    fn find(&self, word: &str) -> (Meaning, Option<Term>) {
        let mut key = Key::lower(word);
        // Every word of the table is in ASCII.
        if key.is_none_or(|key| !key.is_ascii()) {
            key = if word.contains(KELVIN) {
                Key::lower(&word.replace(KELVIN, "k"))
            } else {
                None
            };
        }
        if let Some(found) = key.and_then(|key| self.0.get(&key)) {
            return *found;
        }
        let may_contract = key.is_none_or(|key| key.contains(b'\''));
        let meaning = if may_contract && is_contraction(word) {
            Meaning::Negation
        } else {
            Meaning::Plain
        };
        (meaning, None)
    }
}

/// The words of the lexicon's file, and their ratings in tenths. Where a word is there twice, its last rating counts.
fn ratings() -> impl Iterator<Item = (&'static str, i8)> {
    LEXICON.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, tenths(fields.next()?)?))
    })
}

/// A rating in tenths. All ratings are from -4 to 4 and have one decimal.
fn tenths(rating: &str) -> Option<i8> {
    let (sign, digits) = rating.strip_prefix('-').map_or((1, rating), |digits| (-1, digits));
    let (ones, tenth) = digits.split_once('.')?;
    let (ones, tenth): (i8, i8) = (ones.parse().ok()?, tenth.parse().ok()?);
    Some(sign * (ones * 10 + tenth))
}

/// Whether a text can have a word of the lexicon. Words are looked up in lower case and never contain a space: `:D`,
/// `can't stand` and 16 others are in the lexicon to no effect.
fn can_match(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(token: &str) -> Meaning {
        Lexicon::new().word(token).meaning
    }

    #[test]
    fn words_are_found_in_any_case_and_without_punctuation() {
        assert_eq!(meaning("GooD!!!"), Meaning::Rated(19));
        assert_eq!(meaning(":)"), Meaning::Rated(20));
        assert_eq!(meaning("(Very)"), Meaning::More);
        assert_eq!(meaning("hardly"), Meaning::Less);
        assert_eq!(meaning("Cannot"), Meaning::Negation);
        assert_eq!(meaning("y'ain't"), Meaning::Negation);
        assert_eq!(meaning("table"), Meaning::Plain);
        assert_eq!(meaning("goodé"), Meaning::Plain);
    }

    #[test]
    fn a_kelvin_sign_is_a_capital_k() {
        assert_eq!(meaning("\u{212a}iss"), meaning("kiss"));
        assert!(Lexicon::new().word("\u{212a}ISS").is_upper);
    }

    #[test]
    fn a_term_keeps_its_meaning() {
        let lexicon = Lexicon::new();
        let kind = lexicon.word("kind");
        assert_eq!((kind.meaning, kind.term), (Meaning::Rated(24), Some(Term::Kind)));
        let so = lexicon.word("so");
        assert_eq!((so.meaning, so.term), (Meaning::More, Some(Term::So)));
        let of = lexicon.word("of");
        assert_eq!((of.meaning, of.term), (Meaning::Plain, Some(Term::Of)));
    }

    #[test]
    fn every_word_of_the_lexicon_is_read_and_not_neutral() {
        assert_eq!(ratings().count(), LEXICON.lines().count());
        assert!(ratings().all(|(_, tenths)| tenths != 0 && (-40..=40).contains(&tenths)));
        for (line, (_, tenths)) in LEXICON.lines().zip(ratings()) {
            assert_eq!(
                line.split('\t').nth(1).unwrap(),
                format!("{:.1}", f64::from(tenths) / 10.0)
            );
        }
        assert!(
            ratings()
                .filter(|(word, _)| can_match(word))
                .all(|(word, _)| word.is_ascii())
        );
    }

    #[test]
    fn modifiers_are_not_in_the_lexicon() {
        assert!(ratings().all(|(word, _)| modifiers().all(|(modifier, _)| modifier != word)));
        assert_eq!(modifiers().count(), 60 + 21 + 59);
    }

    #[test]
    fn the_words_that_no_text_can_have_are_known() {
        let mut never: Vec<_> = ratings()
            .map(|(word, _)| word)
            .filter(|word| !can_match(word))
            .collect();
        never.sort_unstable();
        let expected = [
            "( '}{' )",
            "(-:O",
            "(:O",
            ":-D",
            ":-Þ",
            ":D",
            ":P",
            ":Þ",
            ";D",
            "=-D",
            "=D",
            "O.o",
            "O_o",
            "can't stand",
            "fed up",
            "o.O",
            "o_O",
            "screwed up",
        ];
        assert_eq!(never, expected);
    }
}
