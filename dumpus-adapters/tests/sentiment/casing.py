"""Prints the digest of the case of every character, for the test in dumpus-adapters/src/sentiment/casing.rs. Run it with Python 3.11."""

import unicodedata


def case(character: str) -> int:
    """1 for a capital, 2 for a character that keeps a word from being one in capitals, 0 for any other."""
    if character.isupper():
        return 1
    return 0 if ("A" + character).isupper() else 2


assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version
digest = 0xCBF29CE484222325
for code in range(0x110000):
    if not 0xD800 <= code < 0xE000:
        digest = ((digest ^ case(chr(code))) * 0x100000001B3) % 2**64
print(hex(digest))
