//! What a word adds to a text's score.
//!
//! Only words of the lexicon add something. The three words before one change it: each of them in turn, the nearest
//! first, unless it is in the lexicon itself.

use std::array;

use super::lexicon::{Meaning, Word};
use super::phrases::{idiom, is_dampened};
use super::terms::Term;

/// What a degree adverb adds to a word, and a dampener takes from it.
const DEGREE: f64 = 0.293;

/// What capitals add to a word, if others have none.
const CAPITALS: f64 = 0.733;

/// What negation makes of a valence.
const NEGATED: f64 = -0.74;

/// What "never so" and "never this" make of a valence.
const NEVER_SO: f64 = 1.25;

/// How much of a degree is left one, two and three words later.
const FADING: [f64; 3] = [1.0, 0.95, 0.9];

/// The valence of the word at a position; zero for a neutral word. `stressed` tells whether capitals mean something.
pub(crate) fn valence(words: &[Word], at: usize, stressed: bool) -> f64 {
    let Some(&word) = words.get(at) else { return 0.0 };
    let Meaning::Rated(tenths) = word.meaning else {
        return 0.0;
    };
    let rating = f64::from(tenths) / 10.0;
    let context = Context { words, at };
    if context.has_no_rule() {
        return stress(rating, stressed && word.is_upper);
    }
    if word.term == Some(Term::Kind) && context.is_after(Term::Of) {
        return 0.0;
    }
    let mut valence = stress(context.after_no(word, rating), stressed && word.is_upper);
    for (distance, fading) in (1..).zip(FADING) {
        let Some(before) = context.before(distance).filter(|before| !before.is_rated()) else {
            continue;
        };
        valence += degree(before, valence, stressed) * fading;
        valence *= context.negation(before, distance);
        if distance == 3 {
            valence = context.phrase(valence);
        }
    }
    if context.is_least() { valence * NEGATED } else { valence }
}

/// A valence with what capitals add, if there are any.
fn stress(valence: f64, has_capitals: bool) -> f64 {
    match has_capitals {
        false => valence,
        true if valence > 0.0 => valence + CAPITALS,
        true => valence - CAPITALS,
    }
}

/// What a word before another adds to its valence.
fn degree(word: Word, valence: f64, stressed: bool) -> f64 {
    let degree = match word.meaning {
        Meaning::More => DEGREE,
        Meaning::Less => -DEGREE,
        Meaning::Plain | Meaning::Rated(_) | Meaning::Negation => return 0.0,
    };
    let degree = if valence < 0.0 { -degree } else { degree };
    if !(stressed && word.is_upper) {
        degree
    } else if valence > 0.0 {
        degree + CAPITALS
    } else {
        degree - CAPITALS
    }
}

/// A word and those around it.
struct Context<'w> {
    words: &'w [Word],
    at: usize,
}

impl Context<'_> {
    /// Whether neither the word nor one of the three before it is named by a rule, as for most words.
    fn has_no_rule(&self) -> bool {
        let from = self.at.saturating_sub(FADING.len());
        self.words[from..=self.at]
            .iter()
            .all(|word| word.term.is_none() && matches!(word.meaning, Meaning::Plain | Meaning::Rated(_)))
    }

    fn before(&self, distance: usize) -> Option<Word> {
        self.words.get(self.at.checked_sub(distance)?).copied()
    }

    fn is_before(&self, distance: usize, terms: &[Term]) -> bool {
        let term = self.before(distance).and_then(|word| word.term);
        term.is_some_and(|term| terms.contains(&term))
    }

    fn after(&self) -> Option<Word> {
        self.words.get(self.at + 1).copied()
    }

    fn is_after(&self, term: Term) -> bool {
        self.after().is_some_and(|word| word.term == Some(term))
    }

    /// The valence of a word with this rating: "no" negates a word of the lexicon, and then says nothing itself.
    fn after_no(&self, word: Word, rating: f64) -> f64 {
        let no = [Term::No];
        if self.is_before(1, &no)
            || self.is_before(2, &no)
            || self.is_before(3, &no) && self.is_before(1, &[Term::Or, Term::Nor])
        {
            rating * NEGATED
        } else if word.term == Some(Term::No) && self.after().is_some_and(Word::is_rated) {
            0.0
        } else {
            rating
        }
    }

    /// The factor for a word at a distance, if it negates. Three words away, "so" and "this" right before the word count
    /// even without a "never": so does the reference.
    fn negation(&self, before: Word, distance: usize) -> f64 {
        let never = self.is_before(distance, &[Term::Never]);
        let without = self.is_before(distance, &[Term::Without]);
        let so = |distance| self.is_before(distance, &[Term::So, Term::This]);
        let doubt = |distance| self.is_before(distance, &[Term::Doubt]);
        match distance {
            2 if never && so(1) => NEVER_SO,
            3 if never && so(2) || so(1) => NEVER_SO,
            2 if without && doubt(1) => 1.0,
            3 if without && (doubt(2) || doubt(1)) => 1.0,
            _ if before.meaning == Meaning::Negation => NEGATED,
            _ => 1.0,
        }
    }

    /// The valence, unless an idiom has its own, and weakened by dampeners of two words. The reference looks for neither
    /// if fewer than three words are before the word.
    fn phrase(&self, valence: f64) -> f64 {
        let around = array::from_fn(|index| {
            let at = (self.at + index).checked_sub(3)?;
            self.words.get(at)?.term
        });
        let valence = idiom(around).unwrap_or(valence);
        if is_dampened(around) { valence - DEGREE } else { valence }
    }

    /// Whether "least" negates the word: not in "at least" and "very least".
    fn is_least(&self) -> bool {
        self.is_before(1, &[Term::Least]) && !self.is_before(2, &[Term::At, Term::Very])
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::Lexicon;
    use super::super::round::ten_thousandths;
    use super::*;

    /// The valence of the last word of a text in units of 1e-3.
    fn last(text: &str) -> i32 {
        all(text).last().copied().unwrap()
    }

    fn all(text: &str) -> Vec<i32> {
        let lexicon = Lexicon::new();
        let words: Vec<_> = text.split(' ').map(|token| lexicon.word(token)).collect();
        let stressed = words.iter().any(|word| word.is_upper) && words.iter().any(|word| !word.is_upper);
        let valences = (0..words.len()).map(|at| valence(&words, at, stressed));
        valences.map(|valence| ten_thousandths(valence / 10.0)).collect()
    }

    #[test]
    fn a_word_has_its_rating() {
        assert_eq!(all("a good bad table"), [0, 1_900, -2_500, 0]);
    }

    #[test]
    fn degrees_fade_with_their_distance() {
        assert_eq!(last("very good"), 2_193);
        assert_eq!(last("very a good"), 2_178);
        assert_eq!(last("very a b good"), 2_164);
        assert_eq!(last("very a b c good"), 1_900);
        assert_eq!(last("slightly bad"), -2_207);
    }

    #[test]
    fn negations_turn_a_word_into_its_opposite() {
        assert_eq!(last("not good"), -1_406);
        assert_eq!(last("isn't it a good"), -1_406);
        assert_eq!(last("not not good"), 1_040);
        assert_eq!(last("not a b c good"), 1_900);
    }

    #[test]
    fn never_so_strengthens_a_word() {
        assert_eq!(last("never so good"), 2_741);
        assert_eq!(last("never a so good"), 2_741);
        assert_eq!(last("a b this good"), 2_375);
        assert_eq!(last("a this good"), 1_900);
    }

    #[test]
    fn without_doubt_negates_nothing() {
        assert_eq!(last("without doubt good"), 1_900);
        assert_eq!(last("without a doubt good"), 1_900);
        assert_eq!(last("without good"), -1_406);
    }

    #[test]
    fn least_negates_but_at_least_does_not() {
        assert_eq!(last("least good"), -1_406);
        assert_eq!(last("the least good"), -1_406);
        assert_eq!(last("at least good"), 1_900);
    }

    #[test]
    fn no_negates_the_next_words_instead_of_being_bad() {
        assert_eq!(all("no good"), [0, -1_406]);
        assert_eq!(all("no table"), [-1_200, 0]);
        assert_eq!(all("no a or good"), [-1_200, 0, 0, -1_406]);
    }

    #[test]
    fn capitals_stress_a_word_and_its_degree() {
        assert_eq!(all("GOOD BAD table"), [2_633, -3_233, 0]);
        assert_eq!(last("VERY good"), 2_926);
        assert_eq!(all("GOOD"), [1_900]);
    }

    #[test]
    fn capitals_stress_a_word_that_no_rule_names() {
        assert_eq!(all("a HAPPY table"), [0, 3_433, 0]);
        assert_eq!(all("HORRIBLE table"), [-3_233, 0]);
    }

    #[test]
    fn kind_of_is_not_kind() {
        assert_eq!(all("kind of"), [0, 0]);
        assert_eq!(all("kind"), [2_400]);
        assert_eq!(all("a kind of good"), [0, 0, 0, 1_607]);
    }

    #[test]
    fn an_idiom_needs_three_words_before_its_word() {
        assert_eq!(all("it is the shit"), [0, 0, 0, 3_000]);
        assert_eq!(all("is the shit"), [0, 0, -2_600]);
    }
}
