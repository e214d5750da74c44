"""Explanations: a sentence with the words that decided its labels."""

from __future__ import annotations

import re

from rich.text import Text

from framing.explain import Explanation
from framing.output import Grid, Part, decimal, plain


def deciding_words(explanation: Explanation, label: str, count: int) -> list[str]:
    """Return up to ``count`` terms that spoke most for ``label``, none with less than a quarter of the first one's weight."""
    terms = next(output for output in explanation.outputs if output.label == label).terms
    strongest = max((term.weight for term in terms), default=0.0)
    return [term.text for term in terms if term.weight > 0.25 * strongest][:count]


def highlight(explanation: Explanation, label: str, *, words: int = 5) -> Text:
    """Return the sentence with the words that spoke most for ``label`` in bold."""
    text = Text(plain(explanation.text))
    for term in deciding_words(explanation, label, words):
        text.highlight_regex(rf"(?i)(?<!\w){_escape(term)}(?!\w)", "bold green")
    return text


def _escape(term: str) -> str:
    words = [r"U\.?S\.?(?:A\.?)?" if word == "US" else re.escape(word) for word in term.split()]
    return r"\W+".join(words)


def describe_explanation(explanation: Explanation, *, terms: int, everything: bool) -> list[Part]:
    """Return the sentence, and a row per label that it was given (or of every label) with the terms that decided it."""
    rows: list[list[str | Text]] = []
    for output in explanation.outputs:
        if everything or output.given:
            shown = output.terms[:terms] if everything else [t for t in output.terms if t.weight > 0][:terms]
            words = "  ".join(f"{term.text} {term.weight:+.1f}" for term in shown)
            mark = "✓ " if output.given else "  "
            rows.append([mark + output.label, decimal(output.probability), decimal(output.threshold), words])
    sentence = Text(plain(explanation.text))
    for frame in explanation.frames:
        sentence = _merge(sentence, highlight(explanation, frame))
    if not rows:
        return [sentence, "  no frame, no stance", ""]
    return [sentence, Grid("", ["label", "probability", "needs", "terms that decided it"], rows, left=4)]


def _merge(text: Text, other: Text) -> Text:
    for span in other.spans:
        text.stylize(span.style, span.start, span.end)
    return text
