"""Annotations of every kind for the tests of the exchange formats, with everything in them that formats have lost elsewhere."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from framing.annotations import Annotation, hash_sentence
from framing.codebook import Codebook, parse_codebook

CODEBOOK = parse_codebook("""
title = "Harbours <& bays>"
version = 3
rules = ["Code what the sentence says.", "A \\"quoted\\" speaker counts."]

[[frames]]
id = "jobs"
name = "Jobs: won & lost"
definition = "Work that a project <brings> or takes."

[[frames]]
id = "Sea-level_2"
name = "The sea"
definition = "Water, and what it does."

[[frames]]
id = "cost"
name = "Cost; who pays, and why"

[[targets]]
id = "port"
name = "The port"
definition = "The port and its \\"owner\\"."

[[targets]]
id = "old-town"
name = "The old town"
""")

FRAMES, TARGETS, VALUES = CODEBOOK.frame_ids, CODEBOOK.target_ids, ("favor", "against", "none")

HARD_TEXTS = (
    "The yard will hire 300 welders.",
    "Gulls 🐦 circled the 🏗️ cranes\nwhile “nobody” spoke.",
    "=HYPERLINK(\"x\") is what the clerk typed; '+1' and -2 too.",
    " A line \tends here,\r\nanother there \u2028 and so on. ",
    "港口将带来就业机会，𠮷野家说。",
    "<b>Bold</b> &amp; _x000D_ x005F_ \u200fright\u202e",
)


def coding(number: int = 0, **changes: Any) -> Annotation:
    """Return a coded sentence, with changes."""
    text = changes.pop("text", HARD_TEXTS[number % len(HARD_TEXTS)])
    given: dict[str, Any] = {
        "id": f"a{number // 3}:{number}",
        "article": f"a{number // 3}",
        "text": text,
        "frames": frozenset({"jobs"}),
        "stance": (("port", "favor"),),
        "outlet": "The Daily",
        "index": number,
        "coder": "ana",
        "phase": "blind",
        "codebook_version": "3",
    }
    return Annotation(**(given | changes))


def make_corpus() -> list[Annotation]:
    """Return codings of every status, by several coders, with an adjudication, repeated decisions and sentences that wait."""
    found = []
    for number in range(6):
        found.append(coding(number, seconds=4.25, time="2026-03-01T10:00:00.000Z", decision=f"d{number}"))
        found.append(
            coding(number, coder="ben@example.org", frames=frozenset(), stance=(("old-town", "none"), ("port", "against")))
        )
    found.append(
        coding(0, coder="eva", phase="adjudicated", parents=("d0", "ben@example.org"), flagged=True, note="Said =twice,\n“why”? 🙂")
    )
    blank = {"frames": frozenset(), "stance": ()}
    found += [
        coding(1, coder="cleo", status="skipped", note="unsure", **blank),
        coding(2, coder="cleo", status="rejected", flagged=True, **blank),
        coding(3, coder="ana", status="withdrawn", time="2026-03-02T10:00:00.000Z", **blank),
        coding(4, coder="ana", frames=frozenset(FRAMES), time="2026-03-03T10:00:00.000Z", decision="d4b"),
        coding(
            9, id="loose", article="loose", grouped=False, outlet=None, index=None, coder=None, phase=None, codebook_version=None
        ),
    ]
    waiting = {
        "status": "open",
        "coder": None,
        "codebook_version": None,
        "sampling": "stratified",
        "inclusion_probability": 0.125,
        **blank,
    }
    context = {"date": "2025-02", "title": "A title: new", "before": ["One. ", "Two."], "after": [], "stratum": "The Daily"}
    found += [
        coding(20, text="Nobody has coded this.", hash=hash_sentence("Nobody has coded this."), extra=dict(context), **waiting),
        coding(
            21,
            text="Ana and Ben shall code this.",
            extra=context | {"coders": ["ana", "ben@example.org"]},
            start=7,
            end=35,
            **waiting,
        ),
    ]
    return found


_signs = st.characters(blacklist_categories=("Cs",))
_texts = st.text(_signs, min_size=1, max_size=40).filter(str.strip)
_names = st.one_of(st.sampled_from(["ana", "ben@example.org", "all", "unknown", "user 7", "x/y", "..", "%41"]), _texts)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(-1e9, 1e9), st.text(_signs, max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(_signs, max_size=6), inner, max_size=3)),
    max_leaves=5,
)
_own = {*Annotation.__dataclass_fields__, "coders"}
_extra = st.dictionaries(st.text(_signs, min_size=1, max_size=8).filter(lambda key: key not in _own), _json, max_size=3)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    """Return one annotation with anything in each of its fields that a file of ours may hold."""
    number = draw(st.integers(0, 7))
    status = draw(st.sampled_from(["coded", "coded", "coded", "open", "skipped", "rejected", "withdrawn"]))
    coded = status == "coded"
    grouped = draw(st.sampled_from([True, True, True, False]))
    extra = draw(_extra)
    if status == "open" and draw(st.booleans()):
        extra["coders"] = draw(st.lists(_names, max_size=2, unique=True))
    return Annotation(
        id=f"s{number}",
        article=f"a {number // 3}/é" if grouped else f"s{number}",
        grouped=grouped,
        text=HARD_TEXTS[number % len(HARD_TEXTS)],
        frames=frozenset(draw(st.sets(st.sampled_from(FRAMES)))) if coded else frozenset(),
        stance=tuple(draw(st.dictionaries(st.sampled_from(TARGETS), st.sampled_from(VALUES))).items()) if coded else (),
        status=status,
        outlet=draw(_maybe(_texts)),
        index=draw(_maybe(st.integers(0, 500))),
        start=draw(_maybe(st.integers(0, 9999))),
        end=draw(_maybe(st.integers(0, 9999))),
        coder=None if status == "open" else draw(_maybe(_names)),
        phase=draw(_maybe(st.sampled_from(["blind", "adjudicated", "recoded", "pilot"]))),
        parents=tuple(draw(st.lists(_texts, max_size=2))),
        sampling=draw(_maybe(_texts)),
        inclusion_probability=draw(_maybe(st.floats(0.001, 1))),
        codebook_version=draw(_maybe(st.just("3"))),
        hash=draw(_maybe(st.just(hash_sentence(HARD_TEXTS[number % len(HARD_TEXTS)])))),
        time=draw(_maybe(st.sampled_from(["2026-03-01T10:00:00.000Z", "2026-03-01", "2026-03-01T10:00:00+02:00"]))),
        seconds=draw(_maybe(st.one_of(st.integers(0, 900), st.floats(0, 900)))),
        note=draw(_maybe(st.text(_signs, max_size=30))),
        flagged=draw(st.booleans()),
        decision=draw(_maybe(st.uuids().map(str))),
        extra=extra,
    )


__all__ = ["CODEBOOK", "Codebook", "annotations", "coding", "make_corpus"]
