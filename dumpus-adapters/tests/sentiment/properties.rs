//! What holds for every text.

use std::iter;

use dumpus_adapters::archive_zip::Scorer;
use fastrand::Rng;

/// Texts that would be slow if anything took quadratic time, 8,000 characters each.
const HOSTILE: [&str; 14] = [
    "but ",
    "good but ",
    "bad ",
    ":) ",
    "a",
    "A",
    "😂",
    "but😂",
    "❤\u{fe0f}",
    "\u{212a}iss",
    "very ",
    "n'",
    "kiss of death but ",
    "!?",
];

fn repeated(part: &str, characters: usize) -> String {
    part.chars().cycle().take(characters).collect()
}

/// Parts of words, of scripts and of punctuation, in any order.
fn random_text(random: &mut Rng) -> String {
    let parts = [
        "good",
        "BAD",
        "but",
        "not",
        "n't",
        "very",
        "kind of",
        "the shit",
        "no",
        "least",
        "so",
        "😂",
        "❤",
        "\u{fe0f}",
        "\u{212a}",
        "İ",
        "Σ",
        "ß",
        "中",
        " ",
        " ",
        " ",
        " ",
        "\u{1f}",
        "\u{a0}",
        "\n",
        "!",
        "?",
        "'",
        ":)",
        "\0",
        "\u{10ffff}",
        "#",
        "a",
    ];
    let length = random.usize(..60);
    iter::repeat_with(|| {
        if random.u8(..20) == 0 {
            random.char(..).into()
        } else {
            String::from(parts[random.usize(..parts.len())])
        }
    })
    .take(length)
    .collect()
}

#[test]
fn every_text_has_the_same_score_between_its_bounds_each_time() {
    let (scorer, other) = (Scorer::new(), Scorer::new());
    let mut random = Rng::with_seed(1);
    for _ in 0..100_000 {
        let text = random_text(&mut random);
        let score = scorer.score(&text);
        assert!(
            score.is_none_or(|score| (-10_000..=10_000).contains(&score)),
            "{text:?}"
        );
        assert_eq!(score.is_none(), text.trim().is_empty(), "{text:?}");
        assert_eq!(score, other.score(&text), "{text:?}");
    }
}

#[test]
fn texts_that_are_made_to_be_slow_have_a_score() {
    let scorer = Scorer::new();
    for part in HOSTILE {
        assert!(scorer.score(&repeated(part, 8_000)).is_some(), "{part:?}");
    }
    let random = iter::repeat_with(fastrand::alphanumeric)
        .take(8_000)
        .collect::<String>();
    assert_eq!(scorer.score(&random), Some(0));
}

#[test]
fn what_is_after_8000_characters_does_not_count() {
    let scorer = Scorer::new();
    for part in ["a ", "é ", "中"] {
        let start = repeated(part, 8_000);
        assert_eq!(scorer.score(&format!("{start} terrible!!!")), scorer.score(&start));
        let short = repeated(part, 7_980);
        assert_ne!(scorer.score(&format!("{short} terrible!!!")), scorer.score(&short));
    }
}

#[test]
fn a_text_without_content_has_no_score() {
    let scorer = Scorer::new();
    assert_eq!(scorer.score(""), None);
    assert_eq!(scorer.score(" \n\u{3000}"), None);
    assert_eq!(scorer.score("\u{1f}"), Some(0));
}

#[test]
fn a_text_without_a_rated_word_is_neutral() {
    let scorer = Scorer::new();
    for text in ["table", "not very much!!!", "but", "THE", "🧱", "<@123>"] {
        assert_eq!(scorer.score(text), Some(0), "{text:?}");
    }
}

#[test]
fn the_examples_of_the_reference_have_its_scores() {
    let scorer = Scorer::new();
    let examples = [
        ("VADER is smart, handsome, and funny.", 8_316),
        ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 9_469),
        (
            "The plot was good, but the characters are uncompelling and the dialog is not great.",
            -7_042,
        ),
        ("Today only kinda sux! But I'll get by, lol", 5_249),
        ("Catch utf-8 emoji such as 💘 and 💋 and 😁", 8_750),
        ("Not bad at all", 4_310),
    ];
    for (text, score) in examples {
        assert_eq!(scorer.score(text), Some(score), "{text:?}");
    }
}

#[test]
fn a_scorer_is_shared_by_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&Scorer::new());
}
