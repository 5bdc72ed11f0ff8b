//! A text as words, and its score.

use super::block::Block;
use super::contrast::contrast;
use super::emoji::Emojis;
use super::emphasis::{emphasis, normalize};
use super::lexicon::{Lexicon, Word};
use super::rules::valence;
use super::split::Pieces;
use super::terms::Term;

/// How many words before a word can change its valence.
const REACH: usize = 3;

/// For how many words memory is taken first: enough for most texts.
const TYPICAL: usize = 24;

/// A text as words.
///
/// Many texts have no word of the lexicon. They take no memory: words are kept from [`REACH`] before the first word that
/// is in it, and until then only the last of them.
#[derive(Default)]
pub(crate) struct Sentence {
    words: Vec<Word>,
    /// The last words before the kept ones, each at the remainder of its position.
    recent: [Word; REACH],
    /// The number of words.
    length: usize,
    /// The number of words in capitals.
    capitals: usize,
    /// Where the first "but" is.
    but: Option<usize>,
    exclamations: usize,
    questions: usize,
}

impl Sentence {
    /// Reads a text.
    pub(crate) fn read(text: &str, lexicon: &Lexicon, emojis: &Emojis) -> Self {
        let mut sentence = Self::default();
        let mut joined = String::new();
        let mut pieces = Pieces::of(text, emojis);
        loop {
            while let Some(letters) = pieces.short_word() {
                sentence.push(lexicon.short_word(letters));
            }
            let Some(piece) = pieces.next() else { break };
            let Some(emoji) = piece.emoji else {
                sentence.push(lexicon.word(piece.token));
                continue;
            };
            sentence.exclamations += emoji.exclamations;
            sentence.questions += emoji.questions;
            for word in &emoji.beginning {
                sentence.push(*word);
            }
            if piece.token.is_empty() {
                sentence.push(emoji.last);
            } else {
                joined.clear();
                joined.push_str(emoji.ending);
                joined.push_str(piece.token);
                sentence.push(lexicon.word(&joined));
            }
        }
        if !sentence.words.is_empty() {
            for block in text.as_bytes().chunks(8).map(Block::first) {
                sentence.exclamations += block.count(b'!');
                sentence.questions += block.count(b'?');
            }
        }
        sentence
    }

    fn push(&mut self, word: Word) {
        if word.term == Some(Term::But) {
            self.but.get_or_insert(self.length);
        }
        if self.words.is_empty() && word.is_rated() {
            self.words.reserve(TYPICAL);
            let before = self.length.saturating_sub(REACH)..self.length;
            self.words.extend(before.map(|at| self.recent[at % REACH]));
        }
        if self.words.is_empty() && !word.is_rated() {
            self.recent[self.length % REACH] = word;
        } else {
            self.words.push(word);
        }
        self.length += 1;
        self.capitals += usize::from(word.is_upper);
    }

    /// The compound score, from -1 to 1.
    pub(crate) fn compound(&self) -> f64 {
        if self.words.is_empty() {
            return 0.0;
        }
        let sum = match self.but {
            Some(but) => {
                let mut valences: Vec<_> = self.valences().collect();
                contrast(&mut valences, but);
                sum(valences)
            }
            None => sum(self.valences()),
        };
        let emphasis = emphasis(self.exclamations, self.questions);
        normalize(if sum > 0.0 {
            sum + emphasis
        } else if sum < 0.0 {
            sum - emphasis
        } else {
            sum
        })
    }

    /// The words that are not neutral: where they are and what they add.
    fn valences(&self) -> impl Iterator<Item = (usize, f64)> {
        let first = self.length - self.words.len();
        // Capitals stress a word only where other words have none.
        let stressed = 0 < self.capitals && self.capitals < self.length;
        let valences = (0..self.words.len()).map(move |at| (first + at, valence(&self.words, at, stressed)));
        valences.filter(|(_, valence)| *valence != 0.0)
    }
}

/// The sum from left to right.
fn sum(valences: impl IntoIterator<Item = (usize, f64)>) -> f64 {
    valences.into_iter().fold(0.0, |sum, (_, valence)| sum + valence)
}
