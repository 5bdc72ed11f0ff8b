//! The time to score texts, compared to the crate vader-parity on the same texts, by turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use dumpus_adapters::archive_zip::Scorer;
use fastrand::Rng;
use vader_parity::SentimentIntensityAnalyzer;

use super::{RUNS, as_f64, ratio, timed};

/// How many messages a round has.
const MESSAGES: usize = 40_000;

/// How many starts are timed.
const STARTS: u32 = 50;

/// Frequent words of chats; none is in the lexicon.
const PLAIN: &str = "i you he she it we they a an the and is are was be been have had do did will would could what when \
    where who how why that this these those my your his her its our their me him us them in on with by from about as \
    into after over out before under around then now just so up down here there to of at for if or because also too \
    even still only same other new old big long last next first few game server today tomorrow time people day way man \
    world school thing house night room car city food phone work week music song video stream channel message \
    bot voice call team round map build code update patch dude bro guys mate someone anyone everyone nothing \
    something anything going gonna wanna gotta doing did does done got get getting go goes went come came make made \
    say said see saw know knew think thought take took give gave tell told ask asked need try tried use used \
    watch watched read wrote eat ate sleep slept wait turn open close send sent add added tbh imo ngl \
    brb afk fr lmk ofc nvm omw btw irl atm rn u ur r ya yo hey hi bye mhm hmm uh um oh ah one two three four ten \
    morning evening later soon maybe probably actually basically literally again already almost always never not";

/// Words of the lexicon that are frequent in chats.
const RATED: &str = "good bad great nice love hate lol lmao fun funny cool sad happy sorry thanks thank please yes no ok \
    wtf haha hahaha yay best worst better worse awesome amazing awful terrible beautiful ugly stupid smart crazy \
    weird boring excited tired sick dead kill killed win won lose lost fight help hope like liked loved hated wow fuck \
    shit damn hell ass cute sweet kind perfect wrong fail failed problem easy hard hurt pain cry crying scared angry \
    mad annoying friend friends pretty fine glad true free safe strong weak top agree luck lucky care war poor rich";

const EMOTICONS: [&str; 10] = [":)", ":(", ":D", "<3", ":/", "xD", ";)", ":3", "D:", "^^"];
const EMOJI: [&str; 12] = ["😂", "😭", "🔥", "💀", "🙏", "👍", "❤️", "😎", "🎉", "🤔", "👀", "🥺"];
const ENDS: [&str; 12] = ["", "", "", "", "", "", "", ".", "!", "?", "...", "!!"];

/// Prints what a byte of text takes.
pub(super) fn texts() {
    let start = Instant::now();
    for _ in 0..STARTS {
        black_box(Scorer::new());
    }
    println!(
        "sentiment: the scorer is made in {:.2} ms",
        (start.elapsed() / STARTS).as_secs_f64() * 1e3
    );

    let mut random = Rng::with_seed(1);
    let plain: Vec<_> = PLAIN.split_whitespace().collect();
    let rated: Vec<_> = RATED.split_whitespace().collect();
    let chat: Vec<_> = (0..MESSAGES).map(|_| message(&mut random, &plain, &rated)).collect();
    let dense: Vec<_> = (0..MESSAGES)
        .map(|_| alternating(&mut random, &plain, &rated))
        .collect();
    compare("chat", 0.125, &chat);
    compare("every second word scores", 0.25, &dense);
}

/// A message of a chat. Half of them have no word of the lexicon.
fn message(random: &mut Rng, plain: &[&str], rated: &[&str]) -> String {
    let is_rated = random.bool();
    let length = 1 + random.usize(..6) + random.usize(..8);
    let mut words: Vec<String> = (0..length).map(|_| styled(random, plain)).collect();
    if is_rated {
        for _ in 0..=length / 6 {
            let at = random.usize(..length);
            words[at] = styled(random, rated);
        }
        match random.u8(..8) {
            0 => words.push(choose(random, &EMOTICONS).to_owned()),
            1 | 2 => words.push(choose(random, &EMOJI).repeat(1 + random.usize(..3))),
            _ => {}
        }
    }
    match random.u8(..30) {
        0 => words.insert(0, format!("<@{}>", random.u64(1 << 58..1 << 60))),
        1 => words.push(format!("https://example.com/watch?v={:x}", random.u64(..))),
        2 => words.push("<:pepe:123456789012345678>".to_owned()),
        _ => {}
    }
    let text = words.join(" ") + choose(random, &ENDS);
    if random.u8(..25) == 0 {
        text.to_uppercase()
    } else {
        text
    }
}

/// A text in which every second word is in the lexicon.
fn alternating(random: &mut Rng, plain: &[&str], rated: &[&str]) -> String {
    let mut words = Vec::new();
    for _ in 0..2 + random.usize(..8) {
        words.push(styled(random, plain));
        words.push(styled(random, rated));
    }
    words.join(" ") + choose(random, &ENDS)
}

/// A word, now and then in capitals or with punctuation.
fn styled(random: &mut Rng, words: &[&str]) -> String {
    let word = choose(random, words);
    match random.u8(..40) {
        0 => word.to_uppercase(),
        1 => format!("{word},"),
        2 => format!("{}{}", word[..1].to_uppercase(), &word[1..]),
        _ => word.to_owned(),
    }
}

fn choose<'a>(random: &mut Rng, words: &[&'a str]) -> &'a str {
    words[random.usize(..words.len())]
}

/// Prints what both take per byte.
fn compare(name: &str, most: f64, texts: &[String]) {
    let scorer = Scorer::new();
    let parity = SentimentIntensityAnalyzer::new();
    let zero = texts.iter().filter(|text| scorer.score(text) == Some(0)).count();
    let differ = texts
        .iter()
        .filter(|text| scorer.score(text) != Some(units(&parity, text)))
        .count();
    let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        ours = ours.min(timed(|| {
            for text in texts {
                black_box(scorer.score(black_box(text)));
            }
        }));
        theirs = theirs.min(timed(|| {
            for text in texts {
                black_box(units(&parity, black_box(text)));
            }
        }));
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    let per_byte = |time: Duration| time.as_secs_f64() * 1e9 / as_f64(bytes as u64);
    println!(
        "{name}: {:.1} ns per byte, vader-parity {:.1}: RATIO {:.3} (at most {most})",
        per_byte(ours),
        per_byte(theirs),
        ratio(ours, theirs),
    );
    println!(
        "  {} texts of {} bytes on average; {zero} score zero; {differ} differ",
        texts.len(),
        bytes / texts.len()
    );
}

/// The score by vader-parity, in units of 1e-4.
fn units(parity: &SentimentIntensityAnalyzer, text: &str) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "the score is between -1 and 1")]
    let units = (parity.polarity_scores(text).compound * 1e4).round() as i32;
    units
}
