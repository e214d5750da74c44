"""Reading one piece of the inputs: the articles that reading all inputs would give, under the same names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from framing.articles import Article, Skipped
from framing.readers import find_ending, place_below, read_articles, read_file
from framing.runs.partitions import Partition


def read_partition(partition: Partition, base: str = "") -> Iterator[Article | Skipped]:
    """Yield the articles of a piece, and each input that holds none, as reading all inputs would.

    Files are opened from the folder ``base``, and are called what they were called there.
    """
    if partition.content is not None:
        yield from _read_content(partition.content, partition.first)
    for name in partition.files:
        apart = not base or not name.strip() or os.path.isabs(name)
        items = _read_file(partition, name if apart else os.path.join(base, name), "" if apart else base)
        yield from items if apart else _rename(items, os.path.join(Path(base), ""))


def _read_content(content: bytes, first: int) -> Iterator[Article | Skipped]:
    if first:
        from framing.readers.jsonl import parse_jsonl

        return parse_jsonl(BytesIO(content), source="stdin", first=first)
    from framing.readers.text import read_stream

    return read_stream(BytesIO(content))


def _read_file(partition: Partition, name: str, base: str) -> Iterator[Article | Skipped]:
    if partition.stop is not None:
        items = _read_range(Path(name), partition.start, partition.stop, partition.first)
    elif partition.folder is None:
        return read_articles([name])
    else:
        items = read_file(Path(name))
    return items if partition.folder is None else place_below(Path(base, partition.folder), Path(name), items)


def _read_range(path: Path, start: int, stop: int, first: int) -> Iterator[Article | Skipped]:
    from framing.readers.jsonl import read_jsonl_part
    from framing.readers.tables import read_parquet_part

    read = read_parquet_part if find_ending(path) == ".parquet" else read_jsonl_part
    try:
        yield from read(path, start, stop, first)
    except OSError as error:
        yield Skipped(str(path), f"it cannot be read: {error.strerror}", unreadable=True)


def _rename(items: Iterable[Article | Skipped], base: str) -> Iterator[Article | Skipped]:
    """Yield ``items`` with names from which ``base`` is taken."""
    for item in items:
        source = item.source.removeprefix(base)
        if isinstance(item, Skipped):
            yield replace(item, source=source)
        else:
            yield replace(item, source=source, id=source if item.id == item.source else item.id)
