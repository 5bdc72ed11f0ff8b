//! Phrases that mean something else than their words.

use std::ops::Range;

use super::terms::Term;

/// The three words before a word, the word, and the two after it; nothing where there is none, or none that a rule names.
pub(crate) type Surroundings = [Option<Term>; 6];

/// Where a phrase may be around a word, foremost first. The reference tries those that end with the word or before it,
/// takes the first, and lets one that starts with the word replace it.
const PLACES: [Range<usize>; 7] = [3..6, 3..5, 2..4, 1..4, 1..3, 0..3, 0..2];

/// The valence of a word that is in or right after an idiom.
pub(crate) fn idiom(around: Surroundings) -> Option<f64> {
    PLACES.into_iter().find_map(|place| match around[place] {
        [Some(Term::The), Some(Term::Shit | Term::Bomb)] | [Some(Term::To), Some(Term::Die), Some(Term::For)] => {
            Some(3.0)
        }
        [Some(Term::Bad), Some(Term::Ass)] => Some(1.5),
        [Some(Term::Bus), Some(Term::Stop)] => Some(0.0),
        [Some(Term::Yeah), Some(Term::Right)] => Some(-2.0),
        [Some(Term::Kiss), Some(Term::Of), Some(Term::Death)] => Some(-1.5),
        [Some(Term::Beating), Some(Term::Heart)] => Some(3.5),
        _ => None,
    })
}

/// Whether a dampener of two words is before a word.
pub(crate) fn is_dampened(around: Surroundings) -> bool {
    let dampens = |words: &[Option<Term>]| {
        matches!(
            words,
            [Some(Term::Just), Some(Term::Enough)] | [Some(Term::Kind | Term::Sort), Some(Term::Of)]
        )
    };
    // No word both ends one and starts one, so that there is at most one.
    dampens(&around[0..2]) || dampens(&around[1..3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(words: [&str; 6]) -> Surroundings {
        let terms = super::super::terms::TERMS;
        words.map(|word| {
            terms
                .iter()
                .find(|(spelled, _)| *spelled == word)
                .map(|(_, term)| *term)
        })
    }

    #[test]
    fn an_idiom_is_found_around_its_word_and_right_before_it() {
        assert_eq!(idiom(around(["", "", "the", "shit", "", ""])), Some(3.0));
        assert_eq!(idiom(around(["", "kiss", "of", "death", "", ""])), Some(-1.5));
        assert_eq!(idiom(around(["", "", "", "kiss", "of", "death"])), Some(-1.5));
        assert_eq!(idiom(around(["to", "die", "for", "heart", "", ""])), Some(3.0));
        assert_eq!(idiom(around(["yeah", "right", "", "bad", "", ""])), Some(-2.0));
    }

    #[test]
    fn an_idiom_is_not_found_where_its_word_is_not() {
        assert_eq!(idiom(around(["", "", "", "shit", "the", "shit"])), None);
        assert_eq!(idiom(around(["", "", "to", "die", "for", ""])), None);
        assert_eq!(idiom(around(["", "", "", "", "", ""])), None);
    }

    #[test]
    fn the_idiom_that_starts_with_the_word_goes_first() {
        assert_eq!(idiom(around(["", "", "the", "bomb", "", ""])), Some(3.0));
        assert_eq!(idiom(around(["", "", "beating", "heart", "", ""])), Some(3.5));
        assert_eq!(idiom(around(["yeah", "right", "bus", "stop", "", ""])), Some(0.0));
        assert_eq!(idiom(around(["the", "shit", "", "bad", "ass", ""])), Some(1.5));
    }

    #[test]
    fn a_dampener_of_two_words_is_up_to_three_words_before() {
        assert!(is_dampened(around(["", "kind", "of", "bad", "", ""])));
        assert!(is_dampened(around(["sort", "of", "", "bad", "", ""])));
        assert!(is_dampened(around(["", "just", "enough", "bad", "", ""])));
        assert!(!is_dampened(around(["", "", "", "bad", "", ""])));
    }
}
