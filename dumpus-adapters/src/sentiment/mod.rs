//! How positive a text sounds, by VADER.
//!
//! VADER is the rule-based model of Hutto and Gilbert ("VADER: A Parsimonious Rule-based Model for Sentiment Analysis
//! of Social Media Text", ICWSM 2014). Scores equal those of its Python package, [vaderSentiment] 3.3.2, as Python 3.11
//! runs it: with Unicode 14, and with a sum that does not compensate for rounding. Quirks of that package are kept, and
//! are named where they are followed.
//!
//! A text becomes words (`sentence`), words become valences (`rules`, `contrast`), and the valences' sum becomes the
//! score (`emphasis`, `round`). The lexicons in `data/` are the package's own, unchanged.
//!
//! [vaderSentiment]: https://pypi.org/project/vaderSentiment/3.3.2/

mod block;
mod casing;
mod contrast;
mod emoji;
mod emphasis;
mod lexicon;
mod phrases;
mod round;
mod rules;
mod sentence;
mod split;
mod table;
mod terms;
mod token;

use self::emoji::Emojis;
use self::lexicon::Lexicon;
use self::round::ten_thousandths;
use self::sentence::Sentence;

/// How much of a text is scored. Discord's longest messages have 4,000 characters.
const MAX_CHARACTERS: usize = 8_000;

/// Scores texts.
///
/// The lexicons are read once, when a scorer is made. Scoring changes nothing in it and takes time linear in the text's
/// length, also for texts made to be slow.
pub struct Scorer {
    lexicon: Lexicon,
    emojis: Emojis,
}

impl Scorer {
    /// Reads the lexicons.
    #[must_use]
    pub fn new() -> Self {
        let lexicon = Lexicon::new();
        let emojis = Emojis::new(&lexicon);
        Self { lexicon, emojis }
    }

    /// The compound score in units of 1e-4, from -10000 to 10000; nothing for a text without content.
    #[must_use]
    pub fn score(&self, text: &str) -> Option<i32> {
        if text.chars().all(char::is_whitespace) {
            return None;
        }
        let sentence = Sentence::read(beginning(text), &self.lexicon, &self.emojis);
        Some(ten_thousandths(sentence.compound()))
    }
}

/// The part of a text that is scored.
fn beginning(text: &str) -> &str {
    // No character is shorter than a byte.
    if text.len() <= MAX_CHARACTERS {
        return text;
    }
    let end = text
        .char_indices()
        .nth(MAX_CHARACTERS)
        .map_or(text.len(), |(end, _)| end);
    &text[..end]
}

impl Default for Scorer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Scorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scorer")
    }
}
