//! How positive a text sounds, by VADER.

use vader_parity::SentimentIntensityAnalyzer;

/// How much of a text is scored. Discord's longest messages have 4,000 characters.
const MAX_CHARACTERS: usize = 8_000;

/// Scores texts. Its lexicon is read once; scoring is linear in the text's length, also for texts made to be slow.
pub struct Scorer(SentimentIntensityAnalyzer);

impl Scorer {
    /// Reads the lexicon.
    #[must_use]
    pub fn new() -> Self {
        Self(SentimentIntensityAnalyzer::new())
    }

    /// The compound score in units of 1e-4, from -10000 to 10000; nothing for a text without content.
    #[must_use]
    pub fn score(&self, text: &str) -> Option<i32> {
        if text.trim().is_empty() {
            return None;
        }
        let end = text
            .char_indices()
            .nth(MAX_CHARACTERS)
            .map_or(text.len(), |(end, _)| end);
        let compound = self.0.polarity_scores(&text[..end]).compound;
        #[expect(clippy::cast_possible_truncation, reason = "the score is between -1 and 1")]
        let units = (compound * 10_000.0).round() as i32;
        Some(units.clamp(-10_000, 10_000))
    }
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
