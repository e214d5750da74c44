"""The n-grams of words and of characters: what a term is."""

from __future__ import annotations

import re

WORD = re.compile(r"\b\w\w+\b")
"""A word of the word block: two word characters or more."""


def word_ngrams(text: str, sizes: tuple[int, int]) -> list[str]:
    """Return the word n-grams of normalised ``text``."""
    words = WORD.findall(text)
    return [
        " ".join(words[start : start + size]) for size in range(sizes[0], sizes[1] + 1) for start in range(len(words) - size + 1)
    ]


def char_ngrams(word: str, sizes: tuple[int, int]) -> list[str]:
    """Return the character n-grams of one word between blanks; a word shorter than n counts once, as a whole.

    There are none where the sizes are (0, 0).
    """
    if not sizes[1]:
        return []
    padded = f" {word} "
    ngrams = []
    for size in range(sizes[0], sizes[1] + 1):
        ngrams += [padded[start : start + size] for start in range(max(1, len(padded) - size + 1))]
        if size >= len(padded):
            break
    return ngrams
