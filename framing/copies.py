"""Articles that print one text: agency stories in several outlets, reprints, the same article collected twice.

A text is the set of its runs of five words ("shingles", Broder 1997, "On the resemblance and containment of documents"; for
copy in news Nicholls 2019, International Journal of Communication 13, 4173-4197). The part of the shorter text's shingles that
the longer one has (containment) tells whether one prints the other, cut or with additions; resemblance, the part of the
shingles of both, is only a half for a story and its first half. Case, punctuation and the breaks between sentences do not
count. Scripts without spaces between words (Chinese, Japanese, Thai) are taken by the character. Four rules keep apart what
is no copy:

- Little text proves nothing. Two texts are copies where they share ``MIN_SHARED`` shingles or more, 34 words if in one piece;
  texts too short for that are copies where all their words are the same. A text without words is nobody's copy.
- Standing text, such as a footer, is left out, as common shingles are in Broder et al. 1997, "Syntactic clustering of the
  Web": what more than ``MANY`` texts of one outlet have, in texts of which it makes up less than ``WHOLE``. Above that it is
  the article itself that they have in common.
- Copies are one group only where all of it belongs together: no two of its texts may share less than half the threshold. A
  round-up that prints two stories goes with the one of which it has more, and does not bring the two together.
- All texts that have a shingle are compared with the first ``HEAD`` of them, which bounds the work. So every pair of texts is
  compared in full unless a text has more than ``HEAD`` versions; those beyond need not share anything with each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from framing.errors import UsageError

SHINGLE = 5  # words: names and set phrases are shorter
MIN_SHARED = 30  # shingles
MANY, WHOLE = 10, 0.8  # texts of one outlet, part of a text
HEAD = 50  # texts

_ROWS = 1000  # texts compared in one go: bounds the memory
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # any odd number: the words' hashes are random already
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(r"[^\W_]+")
_CHARACTER_OR_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Articles that print one text: their positions in the input, in order.

    ``shared`` has for each article the part of the shorter text, 0 to 1, that it shares with the nearest other one of the
    group, standing text left out: 1.0 where one is all in the other.
    """

    articles: tuple[int, ...]
    shared: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Postings:
    """Which text has which shingles, by shingle, then by text; ``size`` is the number of shingles of each text.

    Shingles that the same texts have are one, with their number as its ``weight``; those of one text alone are in ``size`` only.
    """

    shingle: Ints
    text: Ints
    weight: Ints
    size: Ints

    def count(self, chosen: Flags) -> Ints:
        """Return how many shingles each text has in the chosen postings."""
        return np.bincount(self.text[chosen], self.weight[chosen], len(self.size)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of texts, ``second < first``, that share half the threshold or more; ``are_copies`` where it is enough for that.

    ``is_tail`` tells of each text whether so much of it lies beyond ``HEAD`` that two such texts were not compared.
    """

    first: Ints
    second: Ints
    containment: Floats
    resemblance: Floats
    are_copies: Flags
    is_tail: Flags


def find_copies(
    articles: Sequence[Sequence[str]], *, outlets: Sequence[str | None] | None = None, threshold: float = 0.5
) -> list[CopyGroup]:
    """Return the groups of articles that print one text, by their first article; an article is in one group at most.

    Every article shares ``threshold`` of the shorter text or more with another of its group, and half of that or more with
    all others of it. What is found does not depend on the order of the articles; time and memory grow with their words.

    Args:
        articles: The sentences' texts of each article, in reading order.
        outlets: The outlet of each article, which tells an outlet's standing text from a story that many outlets print.
            Without them all articles count as one outlet's: of a story in more than ``MANY`` versions, those then stay
            alone that have more than a fifth of their own.
        threshold: The part of the shorter text that copies share, above 0, at most 1.

    Raises:
        UsageError: ``threshold`` is out of range.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"copies cannot share {threshold:g} of a text; ask for more than 0 and at most 1")
    texts, outlet, postings = _read(articles, [None] * len(articles) if outlets is None else outlets)
    pairs = _compare(_leave_out_standing(postings, outlet), threshold)
    return _describe(texts, pairs, np.array(_join(pairs), np.int64))


class _WordHashes(dict[str, bytes]):
    """The hash of each word: the same in every run, whatever else is read."""

    def __missing__(self, word: str) -> bytes:
        return self.setdefault(word, blake2b(word.encode(), digest_size=8).digest())


def _split_words(sentences: Iterable[str]) -> list[str]:
    text = normalize("NFKC", " ".join(sentences)).casefold()
    for character in _INVISIBLE:
        text = text.replace(character, "")
    return (_CHARACTER_OR_WORD if _HAS_UNSPACED.search(text) else _WORD).findall(text)


def _read(articles: Sequence[Sequence[str]], outlets: Sequence[str | None]) -> tuple[list[list[int]], Ints, _Postings]:
    """Return the texts that differ, as the articles that have each, with the number of the outlet, and the postings.

    Texts are by outlet and hash, the outlet of several is the first by name; an article without words is no text.
    """
    known = _WordHashes()
    shingles: dict[bytes, Hashes] = {}
    found: dict[bytes, list[int]] = {}
    for position, sentences in enumerate(articles):
        words = b"".join(map(known.__getitem__, _split_words(sentences)))
        digest = blake2b(words, digest_size=16).digest()
        if words and digest not in found:
            shingles[digest] = _shingle(np.frombuffer(words, "<u8"))
        if words:
            found.setdefault(digest, []).append(position)
    names = {digest: min(outlets[position] or "" for position in positions) for digest, positions in found.items()}
    order = sorted(found, key=lambda digest: (names[digest], digest))
    _, outlet = np.unique([names[digest] for digest in order], return_inverse=True)
    lengths = [len(shingles[digest]) for digest in order]
    postings = _index(np.concatenate([np.empty(0, np.uint64), *map(shingles.pop, order)]), lengths)
    return [found[digest] for digest in order], outlet, postings


def _shingle(words: Hashes) -> Hashes:
    """Return the hash of each run of ``SHINGLE`` words: a polynomial modulo 2**64."""
    count = max(len(words) - SHINGLE + 1, 0)
    hashes = words[:count].copy()
    for offset in range(1, SHINGLE):
        hashes *= _FACTOR
        hashes += words[offset : offset + count]
    return hashes


def _index(packed: Hashes, lengths: Sequence[int]) -> _Postings:
    """Return the postings of the texts' shingles, given one text after the other in ``packed``.

    One sort does it, of numbers with a shingle's hash in the upper bits and the text's number below. They overwrite
    ``packed``, which is most of the memory needed.
    """
    bits = np.uint64(len(lengths).bit_length())
    packed >>= bits
    packed <<= bits
    packed |= np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    packed.sort()
    packed = packed[_starts(packed)]
    text = (packed & np.uint64(2 ** int(bits) - 1)).astype(np.int32)
    size = np.bincount(text, minlength=len(lengths))
    packed >>= bits
    starts = _starts(packed)
    shared = ~(starts & np.append(starts, True)[1:])
    return _Postings(*_merge(starts[shared], text[shared]), size)


def _merge(starts: Flags, text: Ints) -> tuple[Ints, Ints, Ints]:
    """Return shingles, texts and weights, shingles of the same texts merged; the sum of random marks tells the texts."""
    marks = np.random.default_rng(0).integers(2**64, size=int(text.max(initial=0)) + 1, dtype=np.uint64)
    sums = np.add.reduceat(marks[text], np.flatnonzero(starts)) if len(text) else marks[:0]
    _, chosen, counts = np.unique(sums, return_index=True, return_counts=True)
    weights = np.zeros(len(sums), np.int64)
    weights[chosen] = counts
    weight = weights[np.cumsum(starts, dtype=np.int32) - 1]
    kept = weight > 0
    return np.cumsum(starts[kept]) - 1, text[kept].astype(np.int64), weight[kept]


def _starts(values: Hashes | Ints) -> Flags:
    """Return where a value differs from the one before it."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _leave_out_standing(postings: _Postings, outlet: Ints) -> _Postings:
    """Return the postings without standing text; texts are in the order of their outlets, so each run is one outlet's."""
    shingle, text, size = postings.shingle, postings.text, postings.size
    run = np.cumsum(_starts(shingle) | _starts(outlet[text])) - 1
    common = np.bincount(run)[run] > MANY
    part = postings.count(common) / np.maximum(size, 1)
    standing = common & (part[text] < WHOLE)
    return _Postings(shingle[~standing], text[~standing], postings.weight[~standing], size - postings.count(standing))


def _compare(postings: _Postings, threshold: float) -> _Pairs:
    """Return the pairs that share half of ``threshold`` or more, by products of the matrix of texts and shingles."""
    from scipy.sparse import csr_array

    shingle, text, size = postings.shingle, postings.text, postings.size
    places = np.arange(len(shingle))
    in_head = places - np.maximum.accumulate(np.where(_starts(shingle), places, 0)) < HEAD
    shape = (len(size), int(shingle.max(initial=0)) + 1)
    everyone = csr_array((postings.weight, (text, shingle)), shape)
    head = csr_array((np.ones(int(in_head.sum()), np.int64), (shingle[in_head], text[in_head])), shape[::-1])
    found = [np.empty((3, 0), np.int64)]
    for start in range(0, len(size), _ROWS):
        block = (everyone[start : start + _ROWS] @ head).tocoo()
        first, second, shared = block.row + start, block.col, block.data
        kept = (second < first) & (shared / np.minimum(size[first], size[second]) >= threshold / 2)
        found.append(np.stack([first[kept], second[kept], shared[kept]]))
    first, second, shared = np.concatenate(found, axis=1)
    part, resemblance = shared / np.minimum(size[first], size[second]), shared / (size[first] + size[second] - shared)
    beyond = postings.count(~in_head)
    is_tail = (beyond > 0) & (beyond >= threshold / 2 * size)
    return _Pairs(first, second, part, resemblance, (part >= threshold) & (shared >= MIN_SHARED), is_tail)


def _join(pairs: _Pairs) -> list[int]:
    """Return the group of each text: from the copies most alike on, groups are joined where all their texts are related.

    Related are those that share half the threshold; between two texts of the tail it is not known, and not asked.
    """
    tails = pairs.is_tail.astype(int).tolist()
    group, members = list(range(len(tails))), [[text] for text in range(len(tails))]
    related: list[dict[int, int]] = [{} for _ in tails]
    for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
        related[one][other] = related[other][one] = 1 - tails[one] * tails[other]
    order = np.lexsort((pairs.second, pairs.first, -pairs.resemblance))
    for place in order[pairs.are_copies[order]].tolist():
        ends = group[pairs.first[place]], group[pairs.second[place]]
        small, large = sorted(ends, key=lambda number: len(members[number]))
        needed = len(members[small]) * len(members[large]) - tails[small] * tails[large]
        if small == large or related[large][small] < needed:
            continue
        del related[small][large], related[large][small]
        for other, count in related[small].items():
            related[large][other] = related[other][large] = related[large].get(other, 0) + count
            del related[other][small]
        for text in members[small]:
            group[text] = large
        members[large] += members[small]
        tails[large] += tails[small]
    return group


def _describe(texts: Sequence[Sequence[int]], pairs: _Pairs, group: Ints) -> list[CopyGroup]:
    inside = group[pairs.first] == group[pairs.second]
    nearest = np.array([float(len(articles) > 1) for articles in texts])
    for side in (pairs.first, pairs.second):
        np.maximum.at(nearest, side[inside], pairs.containment[inside])
    found: dict[int, list[tuple[int, float]]] = {}
    for articles, number, part in zip(texts, group.tolist(), nearest.tolist(), strict=True):
        found.setdefault(number, []).extend((article, part) for article in articles)
    rows = sorted(sorted(members) for members in found.values() if len(members) > 1)
    return [CopyGroup(*zip(*members, strict=True)) for members in rows]
