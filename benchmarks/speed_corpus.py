"""The texts that ``speed.py`` reads: news articles of any size, the sentences alone, and the coded sentences peers train on.

The articles are those of ``../shared/data``; on a machine without these, the project's own written sentences, put together
again as articles. They are enlarged by splicing: an article is laid out as a real one, and each of its sentences is the first
half of the sentence that stood there and the second half of one of another article. So lengths, paragraphs, punctuation and
the frequencies of words stay those of news, and hardly any two sentences or pairs of words at a seam are the same. Splicing
alone would never bring a new word, which flatters whoever remembers words: new ones (the first half of one word and the
second half of another) come in at the rate at which the real articles bring them (Heaps' law, fitted to their two halves).

    python benchmarks/speed_corpus.py FOLDER SENTENCES
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, groupby
from pathlib import Path

from real_news import DATA, ROOT

from framing.annotation_files import read_annotations
from framing.annotations import settle
from framing.articles import Article
from framing.codebook import read_codebook
from framing.coded import encode
from framing.readers import read_articles
from framing.sentences import split_article

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ALONE = 120_000
"""Sentences that are written apart from their articles, in a random order."""

AUTHORED = ROOT / "annotations" / "authored.jsonl"
CODEBOOK = ROOT / "annotations" / "codebook.toml"
WORD = re.compile(r"\w\w+")


@dataclass(frozen=True)
class Source:
    """An article and the spans of its sentences."""

    article: Article
    spans: tuple[tuple[int, int], ...]

    @property
    def sentences(self) -> list[str]:
        return [self.article.text[start:end] for start, end in self.spans]


def read_sources() -> list[Source]:
    """Return the articles to splice from, in a random order that is always the same."""
    files = sorted(DATA.parent.glob("*-articles.jsonl"))
    articles = [item for item in read_articles(files) if isinstance(item, Article)] if files else list(join_authored())
    random.Random(0).shuffle(articles)
    sources = []
    for article in articles:
        found = split_article(article)
        sources.append(Source(article, tuple((s.start, s.end) for s in found if s.start is not None and s.end is not None)))
    return [source for source in sources if len(source.spans) > 3]


def join_authored() -> Iterator[Article]:
    """Yield the written sentences as articles, three to a paragraph."""
    coded = {coding.id: coding for coding in read_annotations([AUTHORED])}
    for article, members in groupby(coded.values(), key=lambda coding: coding.article):
        texts = [coding.text for coding in members]
        paragraphs = [" ".join(texts[start : start + 3]) for start in range(0, len(texts), 3)]
        yield Article(article, "\n".join(paragraphs), outlet="written", date="2024-01-01", title=texts[0][:80])


def enlarge(sources: list[Source]) -> Iterator[Source]:
    """Yield the articles as they are, then splices of them without end."""
    yield from sources
    draw, pool = random.Random(1), [sentence for source in sources for sentence in source.sentences]
    tokens = [word for sentence in pool for word in WORD.findall(sentence.lower())]
    types, half = len(set(tokens)), len(set(tokens[: len(tokens) // 2]))
    exponent, long = math.log2(types / half), [word for word in set(tokens) if len(word) > 5]
    seen = len(tokens)
    for number in count():
        source = sources[number % len(sources)]
        text, position, pieces, spans = source.article.text, 0, [], []
        length = 0
        for start, end in source.spans:
            words = splice(text[start:end], draw.choice(pool))
            rate = exponent * types / len(tokens) * (seen / len(tokens)) ** (exponent - 1)
            for place, word in enumerate(words):
                if len(word) > 5 and draw.random() < 2 * rate:  # about half of the words are that long
                    one, other = draw.choice(long), draw.choice(long)
                    words[place] = one[: len(one) // 2] + other[len(other) // 2 :]
            seen += len(words)
            pieces += [text[position:start], " ".join(words)]
            length += start - position
            spans.append((length, length + len(pieces[-1])))
            length, position = spans[-1][1], end
        title = source.article.title and " ".join(splice(source.article.title, draw.choice(sources).article.title or "news"))
        name = f"{source.article.id}-{number // len(sources) + 2}"
        article = replace(source.article, id=name, title=title, text="".join([*pieces, text[position:]]))
        yield Source(article, tuple(spans))


def splice(one: str, other: str) -> list[str]:
    """Return the words of the first half of ``one`` and of the second half of ``other``."""
    first, second = one.split(), other.split()
    return [*first[: math.ceil(len(first) / 2)], *second[len(second) // 2 :]]


def write_corpus(folder: Path, most: int) -> dict[str, int | str]:
    """Write ``articles-SIZE.jsonl`` up to ``most`` sentences, ``sentences.jsonl`` and ``coded.jsonl``; return what they hold."""
    sources = read_sources()
    sizes = [size for size in SIZES if size <= most]
    written, articles = 0, 0
    alone: list[str] = []
    streams = {size: (folder / f"articles-{size}.jsonl").open("w", encoding="utf-8") for size in sizes}
    counts = dict.fromkeys(sizes, (0, 0))
    for source in enlarge(sources):
        line = json.dumps(record(source.article), ensure_ascii=False) + "\n"
        written, articles = written + len(source.spans), articles + 1
        for size, stream in list(streams.items()):
            stream.write(line)
            counts[size] = (articles, written)
            if written >= size:
                streams.pop(size).close()
        if len(alone) < ALONE:
            alone += [" ".join(sentence.split()) for sentence in source.sentences]
        if not streams and len(alone) >= ALONE:
            break
    random.Random(2).shuffle(alone)
    (folder / "sentences.jsonl").write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in alone[:ALONE]), "utf-8")
    real = sum(len(source.spans) for source in sources)
    has_news = any(DATA.parent.glob("*-articles.jsonl"))
    origin = "../shared/data" if has_news else "annotations/authored.jsonl, since ../shared/data is not on this machine"
    facts: dict[str, int | str] = {"origin": origin, "articles": len(sources), "sentences": real, "coded": write_coded(folder)}
    facts |= {f"{kind}-{size}": value for size, pair in counts.items() for kind, value in zip(("a", "s"), pair, strict=True)}
    (folder / "corpus.json").write_text(json.dumps(facts), "utf-8")
    return facts


def record(article: Article) -> dict[str, str | None]:
    fields = {"id": article.id, "outlet": article.outlet, "country": article.country, "date": article.date}
    return fields | {"title": article.title, "url": article.url, "language": article.language, "text": article.text}


def write_coded(folder: Path) -> int:
    """Write the project's written sentences with the numbers of the outputs that they have, and return how many there are."""
    sentences = [sentence for sentence in settle(read_annotations([AUTHORED])) if sentence.text]
    given = encode(sentences, read_codebook(CODEBOOK)).given
    with (folder / "coded.jsonl").open("w", encoding="utf-8") as stream:
        for sentence, row in zip(sentences, given, strict=True):
            labels = [number for number, has in enumerate(row.tolist()) if has]
            stream.write(json.dumps({"text": sentence.text, "labels": labels, "of": len(row)}, ensure_ascii=False) + "\n")
    return len(sentences)


if __name__ == "__main__":
    print(json.dumps(write_corpus(Path(sys.argv[1]), int(sys.argv[2]))))
