"""The columns of scores as a table: a column is there and has its type where all of it is empty, too."""

from __future__ import annotations

from framing.codebook import STANCES, Codebook

_TEXTS = dict.fromkeys(("article_id", "outlet", "country", "date", "title", "source"), "string")
_END = dict.fromkeys(("ownership", "url", "model"), "string")


def list_article_columns(codebook: Codebook) -> dict[str, str]:
    """Return the name and type of each column of records per article, nested fields as ``outer.inner``."""
    columns = {**_TEXTS, "language": "string", "sentences": "int64"}
    for frame in codebook.frame_ids:
        columns |= {f"frames.{frame}.sentences": "int64", f"frames.{frame}.share": "double"}
        columns[f"frames.{frame}.mean_probability"] = "double"
    for target in codebook.target_ids:
        columns |= {f"stance.{target}.{stance}": "int64" for stance in STANCES}
        columns[f"stance.{target}.balance"] = "double"
    return {**columns, "headline": "string", "trained_on": "int64", **_END}


def list_sentence_columns(codebook: Codebook) -> dict[str, str]:
    """Return the name and type of each column of records per sentence, nested fields as ``outer.inner``."""
    columns = {**_TEXTS, "index": "int64", "kind": "string", "voice": "string", "speaker": "string", "turn": "string"}
    columns |= {"start": "int64", "end": "int64", "text": "string", "frames": "string"}
    columns |= {f"probabilities.{frame}": "double" for frame in codebook.frame_ids}
    columns |= {f"stance.{target}": "string" for target in codebook.target_ids}
    columns |= {f"stance_probabilities.{target}.{stance}": "double" for target in codebook.target_ids for stance in STANCES}
    return {**columns, "trained_on": "bool", **_END}


def list_columns(codebook: Codebook, unit: str) -> dict[str, str]:
    """Return the columns of records per ``unit``: ``article`` or ``sentence``."""
    return list_article_columns(codebook) if unit == "article" else list_sentence_columns(codebook)
