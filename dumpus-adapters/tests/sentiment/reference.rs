//! Compares scores with those of the Python package, which `compare.py` wrote.

use std::io::{self, BufRead, BufReader};

use dumpus_adapters::archive_zip::Scorer;
use flate2::read::GzDecoder;

const SCORES: &[u8] = include_bytes!("scores.jsonl.gz");

/// The texts, and their scores in units of 1e-4.
fn texts() -> Vec<(String, Option<i32>)> {
    let lines = BufReader::new(GzDecoder::new(SCORES)).lines();
    let texts = lines.map(|line| Ok::<_, io::Error>(serde_json::from_str(&line?)?));
    #[expect(clippy::expect_used, reason = "the file is committed")]
    texts.collect::<Result<_, _>>().expect("a JSON array per line")
}

#[test]
fn every_text_has_the_score_that_it_has_in_python() {
    let scorer = Scorer::new();
    let texts = texts();
    assert_eq!(texts.len(), 20_000);
    for (text, score) in texts {
        assert_eq!(scorer.score(&text), score, "{text:?}");
    }
}

#[test]
fn most_texts_have_a_score_other_than_zero() {
    let texts = texts();
    let nonzero = texts
        .iter()
        .filter(|(_, score)| score.is_some_and(|score| score != 0))
        .count();
    assert!(nonzero * 10 > texts.len() * 8, "{nonzero}");
}
