"""Compares the scorer with the Python package vaderSentiment 3.3.2.

    python3.11 -m venv .venv && .venv/bin/pip install vaderSentiment==3.3.2
    cargo build --release -p dumpus-adapters --features zip --example score_lines
    .venv/bin/python dumpus-adapters/tests/sentiment/compare.py --seed 1 --count 600000

Python 3.12 and later sum with compensation, and have another Unicode: their scores may differ.
"""

import argparse
import gzip
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from texts import characters, texts
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
EXAMPLE = TARGET / "release/examples/score_lines"
BATCH = 20_000
SHOWN = 10
# The characters that Rust's `trim` removes. A text without others has no score.
RUST_SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


def expected_scores(batch: list[str]) -> list[int | None]:
    """Scores in units of 1e-4, by the Python package."""
    analyzer = SentimentIntensityAnalyzer()
    return [
        round(analyzer.polarity_scores(text)["compound"] * 10_000) if text.strip(RUST_SPACES) else None
        for text in batch
    ]


def scores(batch: list[str]) -> list[int | None]:
    """Scores in units of 1e-4, by the scorer."""
    lines = "".join(json.dumps(text) + "\n" for text in batch)
    output = subprocess.run([EXAMPLE], input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def compare(name: str, generated: Iterator[str]) -> int:
    """Prints how many of the texts differ, and the first of them."""
    start, done, nonzero, different = time.monotonic(), 0, 0, 0
    while batch := list(itertools.islice(generated, BATCH)):
        for text, expected, actual in zip(batch, expected_scores(batch), scores(batch), strict=True):
            nonzero += bool(expected)
            different += expected != actual
            if expected != actual and different <= SHOWN:
                print(f"{expected} became {actual}: {text!r}")
        done += len(batch)
        print(f"{done} texts, {different} differ", end="\r", file=sys.stderr)
    print(
        f"{name}: {different} of {done} texts differ; {nonzero} have a score other than zero;"
        f" {time.monotonic() - start:.0f} s"
    )
    return different


def write(path: Path, seed: int, count: int) -> None:
    """Writes texts with the scores of the Python package: a JSON array of both per line."""
    batch = list(texts(seed, count))
    lines = [json.dumps([text, score], ensure_ascii=False) for text, score in zip(batch, expected_scores(batch))]
    # Without the time, so that the same texts give the same file.
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--characters", action="store_true", help="compare texts with each character of Unicode")
    parser.add_argument("--write", type=Path, help="write texts and scores to this file instead of comparing")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit("Scores are those of Python 3.11.")
    if options.write:
        write(options.write, options.seed, options.count)
    elif options.characters:
        sys.exit(compare("characters", characters()) > 0)
    else:
        sys.exit(compare(f"seed {options.seed}", texts(options.seed, options.count)) > 0)


if __name__ == "__main__":
    main()
