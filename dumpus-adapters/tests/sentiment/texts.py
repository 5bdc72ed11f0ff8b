"""Generates texts that reach every rule of VADER, from a seed: the same texts for the same seed and count."""

import random
from collections.abc import Callable, Iterator

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

LONGEST = 8_000

_ANALYZER = SentimentIntensityAnalyzer()
RATED = list(_ANALYZER.lexicon)
# Few ratings, so that many words of a text have equal ones.
EQUAL = [word for word in RATED if _ANALYZER.lexicon[word] in (1.0, 2.0, 4.0, -1.5, -3.0, 0.5)]
EMOTICONS = [word for word in RATED if not any(character.isalnum() for character in word)]
EMOJI = [emoji for emoji in _ANALYZER.emojis if len(emoji) == 1]
RATED_EMOJI = [emoji for emoji in EMOJI if _ANALYZER.polarity_scores(emoji)["compound"] != 0]
JOINED_EMOJI = [emoji for emoji in _ANALYZER.emojis if len(emoji) > 1]
MODIFIERS = list(BOOSTER_DICT) + NEGATE
TERMS = (
    "no or nor least at very never so this without doubt but kind of sort just enough the shit bomb bad ass badass bus"
    " stop yeah right kiss death to die for beating heart"
).split()
PHRASES = [
    "the shit", "the bomb", "bad ass", "badass", "bus stop", "yeah right", "kiss of death", "to die for",
    "beating heart", "cut the mustard", "hand to mouth", "back handed", "blow smoke", "upper hand", "break a leg",
    "in the red", "on the ball", "under the weather", "kind of", "sort of", "just enough", "never so", "never this",
    "without doubt", "without a doubt", "at least", "very least", "the least", "no way", "can't stand", "fed up",
]
PLAIN = (
    "i you he she it we they a an and is are was be been have had do did will would can could what when where who how"
    " why that these those my your his her its our their me him us them in on with by from about as into like through"
    " after over between out against during before under around among game server today tomorrow time people day way"
    " thing man world school state family student group country problem hand part place case week company system"
    " program question work government number night point home water room mother area money story fact month lot right"
    " study book eye job word business issue side house service friend father power hour line end member law car city"
    " discord bot channel message voice call stream video music song play playing played update patch build code bug"
    " anime cat dog pizza coffee sleep brb afk idk tbh imo ngl fr gg ez pog sus yo hey hi bye ok okay nah yep u ur r"
).split()
SLANG = "lol lmao rofl lmfao wtf omg omfg wth smh ftw fml xoxo ily lolol hahaha haha meh sux ugh yay woot woah".split()
SPACES = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000"
# Neither space nor letter nor always printed: joiners, marks, modifiers, controls.
MARKS = "\ufe0f\u200d\u200b\u0301\u0307\u20e3\ufeff\U0001f3fd\x00\x01\x7f\x80\xad’“”…¿¡«»"
# Special under `lower`, `isupper` or `strip`: the Kelvin sign, sigmas, dotted I, title case, ligatures, and letters that
# have a case only in newer versions of Unicode.
LETTERS = (
    "\u212a\u212bıİſßẞσςΣǅǈǋǲᾈᾳ"
    "ªºʰⅠⅰⒶⓐŉﬁÀéñøŁцЖяא中あ각\u0295\u10fc\u1c89\ua7cb\ua7d2\uab69\U00010d50\U0001e030𝐀𝐚𐐀𐐨Აა"
)


def chat(rng: random.Random) -> str:
    """A message as people write it."""
    words = [_chat_word(rng) for _ in range(rng.randint(1, 18))]
    text = " ".join(words) + rng.choice(["", "", "", ".", "!", "!!!", "?", "??", "?!", "...", " :)"])
    return text.upper() if rng.random() < 0.05 else text


def _chat_word(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.45:
        word = rng.choice(PLAIN)
    elif kind < 0.65:
        word = rng.choice(RATED)
    elif kind < 0.75:
        word = rng.choice(MODIFIERS)
    elif kind < 0.82:
        word = rng.choice(PHRASES)
    elif kind < 0.87:
        word = rng.choice(SLANG)
    elif kind < 0.91:
        word = rng.choice(EMOTICONS)
    elif kind < 0.95:
        word = rng.choice(RATED_EMOJI) * rng.choice([1, 1, 2, 3])
    else:
        word = rng.choice([
            f"<@{rng.randrange(10**17, 10**18)}>", "https://tenor.com/view/love-fun-win-12345", "@everyone",
            "<:pog:123456>", "**bold**", "`code`", "||spoiler||", "> quote", "1,000", "24/7", "<3", "...", "o_O", "but",
        ])
    style = rng.random()
    if style < 0.06:
        return word.upper()
    if style < 0.12:
        return word.capitalize()
    if style < 0.22:
        return word + rng.choice([",", ".", "!", "?", "...", "~", ")", "'s", "!!", "\""])
    return word


def rules(rng: random.Random) -> str:
    """Words that the rules name, around words of the lexicon, in any order."""
    pools = [TERMS, TERMS, MODIFIERS, RATED, RATED, PLAIN, PHRASES]
    words = [rng.choice(rng.choice(pools)) for _ in range(rng.randint(2, 14))]
    capitals = rng.choice([0.0, 0.0, 0.3, 0.9])
    return " ".join(word.upper() if rng.random() < capitals else word for word in words) + "!" * rng.randrange(6)


def phrases(rng: random.Random) -> str:
    """Phrases right beside words of the lexicon."""
    words: list[str] = []
    for _ in range(rng.randint(1, 5)):
        words += rng.choices(PLAIN + TERMS, k=rng.randrange(3))
        words += [rng.choice(PHRASES), rng.choice(RATED)] if rng.random() < 0.7 else [rng.choice(PHRASES)]
    return " ".join(words) + "?" * rng.randrange(6)


def contrasts(rng: random.Random) -> str:
    """Equal valences around one or many "but"."""
    pool = rng.sample(EQUAL, rng.randint(1, 8)) + rng.choices(PLAIN, k=rng.randrange(3))
    words = rng.choices(pool, k=rng.choice([3, 6, 12, 30, 34, 40, 80]))
    for _ in range(rng.randint(1, 3)):
        words.insert(rng.randint(0, len(words)), rng.choice(["but", "But", "BUT", "but,"]))
    return " ".join(words)


def glued(rng: random.Random) -> str:
    """Emoji, words, marks and spaces without regard to each other."""
    parts = []
    for _ in range(rng.randint(1, 14)):
        pool = rng.choice([EMOJI, RATED_EMOJI, JOINED_EMOJI, RATED, TERMS, EMOTICONS, SPACES, SPACES, MARKS])
        parts.append(rng.choice(pool))
    return "".join(parts)


def letters(rng: random.Random) -> str:
    """Words of the lexicon with letters and spaces of other scripts in them."""
    text = ""
    for _ in range(rng.randint(1, 8)):
        word = rng.choice(rng.choice([RATED, RATED, MODIFIERS, SLANG]))
        style = rng.random()
        if style < 0.25:
            word = word.upper()
        elif style < 0.4:
            word = word.replace("k", "\u212a")
        elif style < 0.6:
            at = rng.randint(0, len(word))
            word = word[:at] + rng.choice(LETTERS + MARKS) + word[at:]
        elif style < 0.75:
            word = "".join(rng.choices(LETTERS, k=rng.randint(1, 4)))
        text += word + rng.choice(SPACES)
    return text


def punctuation(rng: random.Random) -> str:
    """Punctuation around words and in them."""
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    words = []
    for _ in range(rng.randint(1, 9)):
        word = rng.choice(rng.choice([RATED, EMOTICONS, TERMS, NEGATE, ["a", "ok", "no", "n't", "N'T", "xn't", "'"]]))
        before, after = ("".join(rng.choices(marks, k=rng.choice([0, 0, 1, 3]))) for _ in range(2))
        words.append(before + word + after)
    return " ".join(words)


def noise(rng: random.Random) -> str:
    """Characters, most of them in no word."""
    ranges = [
        (0x20, 0x7F), (0, 0x180), (0, 0x3000), (0x1F000, 0x1FB00), (0x2000, 0x2C00), (0, 0xD800), (0xE000, 0x110000)
    ]
    low, high = rng.choice(ranges)
    text = "".join(chr(rng.randrange(low, high)) for _ in range(rng.randint(0, 30)))
    text = "".join(character for character in text if not "\ud800" <= character < "\ue000")
    return f"{text} {rng.choice(RATED)}" if rng.random() < 0.8 else text


def long(rng: random.Random) -> str:
    """Up to the longest text: one thing again and again, or other texts in a row."""
    length = rng.choice([200, 1_000, LONGEST])
    if rng.random() < 0.5:
        part = rng.choice([
            "but ", "no ", "very ", ":) ", "❤️", "never so ", "good", "GOOD bad ", "n't", "least ", "kind of ", "!",
            "bad but good ", "aK", "word ", rng.choice(RATED) + " ", rng.choice(PHRASES) + " " + rng.choice(RATED) + " ",
        ])
        return (rng.choice(["", "good ", "but bad "]) + part * length)[: rng.randint(length // 2, length)]
    if rng.random() < 0.1:
        # Fewer, for the reference takes quadratic time.
        return rng.choice(["", "but "]) + rng.choice(RATED_EMOJI) * rng.randint(10, 600)
    text = ""
    while len(text) < length:
        text += rng.choice([chat, rules, contrasts, glued])(rng) + " "
    return text[:length]


KINDS: list[tuple[Callable[[random.Random], str], float]] = [
    (chat, 30), (rules, 25), (phrases, 10), (contrasts, 8), (glued, 8), (letters, 7), (punctuation, 7), (noise, 4.8),
    (long, 0.1),
]


def texts(seed: int, count: int) -> Iterator[str]:
    """Generates this many texts."""
    rng = random.Random(seed)
    kinds, weights = zip(*KINDS)
    for _ in range(count):
        yield rng.choices(kinds, weights)[0](rng)[:LONGEST]


def characters() -> Iterator[str]:
    """Texts whose scores tell what each character of Unicode is: a space, an emoji, a capital, another letter."""
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            character = chr(code)
            yield f"{character} GOOD"
            yield f"GOOD {character}A"
            yield f"nice {character}{character}{character} good{character}bad {character}win"
