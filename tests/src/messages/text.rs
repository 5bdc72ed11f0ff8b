//! Message texts: texts with known sentiment, and texts that are hard to process.

use crate::rng::Rng;

/// Texts whose VADER compound scores are published, in units of 1e-4.
pub(crate) const SCORED: [(&str, i32); 15] = [
    ("VADER is smart, handsome, and funny.", 8316),
    ("VADER is smart, handsome, and funny!", 8439),
    ("VADER is very smart, handsome, and funny.", 8545),
    ("VADER is VERY SMART, handsome, and FUNNY.", 9227),
    ("VADER is VERY SMART, handsome, and FUNNY!!!", 9342),
    ("VADER is not smart, handsome, nor funny.", -7424),
    ("The book was good.", 4404),
    ("At least it isn't a horrible book.", 4310),
    ("The book was only kind of good.", 3832),
    ("Today SUX!", -5461),
    ("Make sure you :) or :D today!", 8633),
    ("Not bad at all", 4310),
    ("Today sux", -3612),
    ("see the table on page four", 0),
    ("the bus is at the corner", 0),
];

const NEUTRAL: [&str; 4] = [
    "see the table on page four",
    "page nine of the second book",
    "on the table by the window",
    "4 of 9, then 12",
];

const WORDS: &str = "the of and to a in is it you that he was for on are with as his they be at one have this \
from or had by hot but some what there we can out other were all your when up use word how said an each she which \
do their time if will way about many then them would write like so these her long make thing see him two has look \
more day could go come did my sound no most number who over know water than call first people may down side been \
now find any new work part take get place made live where after back little only round man year came show every \
good me give our under name very through just form much great think say help low line before turn cause same mean \
differ move right boy old too does tell sentence set three want air well also play small end put home read hand \
port large spell add even land here must big high such follow act why ask men change went light kind off need \
house picture try us again animal point mother world near build self earth father head stand own page should \
country found answer school grow study still learn plant cover food sun four thought let keep eye never last door \
between city tree cross since hard start might story saw far sea draw left late run while press close night real \
life few stop open seem together next white children begin got walk example ease paper often always music those \
both mark book letter until mile river car feet care second group carry took rain eat room friend began idea fish \
mountain north once base hear horse cut sure watch color face wood main enough plain girl usual young ready above";

const AWKWARD: [&str; 14] = [
    "🎉",
    "❤\u{fe0f}",
    "\"quoted\"",
    "back\\slash",
    "comma, comma",
    "naïve café",
    "日本語のテキスト",
    "<@170000000000000055>",
    "<:party_cat:500000000000000900>",
    "https://example.org/a?b=c&d=%20#e",
    "tab\tbed",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "'';--",
    "{\"ID\":1}",
];

/// The kind of texts in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Texts with published scores.
    Scored,
    /// Texts without any sentiment.
    Neutral,
    /// Words without published scores.
    Prose,
    /// Only attachments.
    Empty,
}

/// Writes the texts of one channel.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    style: Style,
    words: Vec<&'static str>,
}

impl Writer {
    pub(crate) fn new(style: Style) -> Self {
        let words = if style == Style::Prose {
            WORDS.split_whitespace().collect()
        } else {
            Vec::new()
        };
        Self { style, words }
    }

    /// Writes a text to `out` and returns its score, if known.
    pub(crate) fn write(&self, rng: &mut Rng, out: &mut String) -> Option<i32> {
        out.clear();
        match self.style {
            Style::Empty => Some(0),
            Style::Neutral => {
                out.push_str(rng.pick::<&str>(&NEUTRAL));
                Some(0)
            }
            Style::Scored => {
                let (text, score) = rng.pick(&SCORED);
                out.push_str(text);
                Some(*score)
            }
            Style::Prose => {
                let mut count = 2 + rng.below(14);
                if rng.chance(2) {
                    count += 60;
                }
                for at in 0..count {
                    if at > 0 {
                        out.push(if rng.chance(2) { '\n' } else { ' ' });
                    }
                    let awkward = rng.chance(4);
                    let words: &[&str] = if awkward { &AWKWARD } else { &self.words };
                    out.push_str(words[rng.index(words.len())]);
                }
                None
            }
        }
    }
}
