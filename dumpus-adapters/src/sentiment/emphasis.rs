//! From the sum of valences to a score.

/// What each exclamation mark adds, up to [`MOST_EXCLAMATIONS`] of them.
const EXCLAMATION: f64 = 0.292;
const MOST_EXCLAMATIONS: u8 = 4;

/// What each of two or three question marks adds.
const QUESTION: f64 = 0.18;
/// What more question marks add together.
const MANY_QUESTIONS: f64 = 0.96;

/// The square of the sum whose score is the square root of one half.
const ALPHA: f64 = 15.0;

/// What exclamation and question marks add to a text's sum of valences, whichever its sign.
pub(crate) fn emphasis(exclamations: usize, questions: usize) -> f64 {
    let exclamations = u8::try_from(exclamations)
        .unwrap_or(MOST_EXCLAMATIONS)
        .min(MOST_EXCLAMATIONS);
    let questions = match questions {
        0 | 1 => 0.0,
        2 => 2.0 * QUESTION,
        3 => 3.0 * QUESTION,
        _ => MANY_QUESTIONS,
    };
    f64::from(exclamations) * EXCLAMATION + questions
}

/// Brings a sum of valences between -1 and 1.
pub(crate) fn normalize(sum: f64) -> f64 {
    (sum / (sum * sum + ALPHA).sqrt()).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::round::ten_thousandths;
    use super::*;

    /// The emphasis in units of 1e-3.
    fn thousandths(exclamations: usize, questions: usize) -> i32 {
        ten_thousandths(emphasis(exclamations, questions) / 10.0)
    }

    #[test]
    fn up_to_four_exclamation_marks_count() {
        assert_eq!(
            [0, 1, 4, 5, 1_000].map(|count| thousandths(count, 0)),
            [0, 292, 1_168, 1_168, 1_168]
        );
    }

    #[test]
    fn a_single_question_mark_does_not_count() {
        assert_eq!(
            [0, 1, 2, 3, 4, 1_000].map(|count| thousandths(0, count)),
            [0, 0, 360, 540, 960, 960]
        );
    }

    #[test]
    fn any_sum_gives_a_score_between_its_bounds() {
        assert_eq!(
            [0.0, 1.0, -7.0].map(|sum| ten_thousandths(normalize(sum))),
            [0, 2_500, -8_750]
        );
        assert_eq!(
            [1e9, -1e9].map(|sum| ten_thousandths(normalize(sum))),
            [10_000, -10_000]
        );
    }
}
