//! Words that VADER's rules name.

use super::lexicon::Meaning;

/// A word that a rule or a phrase names. Most have no meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    Ass,
    At,
    Bad,
    Beating,
    Bomb,
    Bus,
    But,
    Death,
    Die,
    Doubt,
    Enough,
    For,
    Heart,
    Just,
    Kind,
    Kiss,
    Least,
    Never,
    No,
    Nor,
    Of,
    Or,
    Right,
    Shit,
    So,
    Sort,
    Stop,
    The,
    This,
    To,
    Very,
    Without,
    Yeah,
}

/// Every term, as it is spelled.
pub(crate) const TERMS: [(&str, Term); 33] = [
    ("ass", Term::Ass),
    ("at", Term::At),
    ("bad", Term::Bad),
    ("beating", Term::Beating),
    ("bomb", Term::Bomb),
    ("bus", Term::Bus),
    ("but", Term::But),
    ("death", Term::Death),
    ("die", Term::Die),
    ("doubt", Term::Doubt),
    ("enough", Term::Enough),
    ("for", Term::For),
    ("heart", Term::Heart),
    ("just", Term::Just),
    ("kind", Term::Kind),
    ("kiss", Term::Kiss),
    ("least", Term::Least),
    ("never", Term::Never),
    ("no", Term::No),
    ("nor", Term::Nor),
    ("of", Term::Of),
    ("or", Term::Or),
    ("right", Term::Right),
    ("shit", Term::Shit),
    ("so", Term::So),
    ("sort", Term::Sort),
    ("stop", Term::Stop),
    ("the", Term::The),
    ("this", Term::This),
    ("to", Term::To),
    ("very", Term::Very),
    ("without", Term::Without),
    ("yeah", Term::Yeah),
];

/// Degree adverbs.
const INTENSIFIERS: &str = "absolutely amazingly awfully completely considerable considerably decidedly deeply effing \
    enormous enormously entirely especially exceptional exceptionally extreme extremely fabulously flipping flippin \
    frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging greatly hella highly hugely \
    incredible incredibly intensely major majorly more most particularly purely quite really remarkably so \
    substantially thoroughly total totally tremendous tremendously uber unbelievably unusually utter utterly very";

/// Dampeners of one word. Those of two words are [phrases](super::phrases).
const DAMPENERS: &str = "almost barely hardly kinda kindof kind-of less little marginal marginally occasional \
    occasionally partly scarce scarcely slight slightly somewhat sorta sortof sort-of";

/// Negations. Every word with "n't" in it is one too, but not every contraction is spelled with its apostrophe.
const NEGATIONS: &str = "aint arent cannot cant couldnt darent didnt doesnt ain't aren't can't couldn't daren't didn't \
    doesn't dont hadnt hasnt havent isnt mightnt mustnt neither don't hadn't hasn't haven't isn't mightn't mustn't \
    neednt needn't never none nope nor not nothing nowhere oughtnt shant shouldnt uhuh wasnt werent oughtn't shan't \
    shouldn't uh-uh wasn't weren't without wont wouldnt won't wouldn't rarely seldom despite";

/// Words that change the valence of the words after them. None of them is in the lexicon.
pub(crate) fn modifiers() -> impl Iterator<Item = (&'static str, Meaning)> {
    let all = |words: &'static str, meaning| words.split_ascii_whitespace().map(move |word| (word, meaning));
    all(INTENSIFIERS, Meaning::More)
        .chain(all(DAMPENERS, Meaning::Less))
        .chain(all(NEGATIONS, Meaning::Negation))
}
