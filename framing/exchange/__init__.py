"""Exchange with other annotation tools: what each format is called, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from framing.annotations import Annotation
from framing.codebook import Codebook
from framing.errors import UsageError, suggest
from framing.exchange.argilla import read_argilla, write_argilla
from framing.exchange.csv_table import read_csv, write_csv
from framing.exchange.doccano import read_doccano, write_doccano
from framing.exchange.excel import read_excel, write_excel
from framing.exchange.inception import read_inception, write_inception
from framing.exchange.label_studio import read_label_studio, write_label_studio
from framing.exchange.native import read_native, write_native
from framing.exchange.prodigy import read_prodigy, write_prodigy
from framing.exchange.sources import Source

Writer = Callable[[Iterable[Annotation], Codebook], dict[str, bytes]]
Reader = Callable[[Source, Codebook | None], list[Annotation]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of exchange: a line on it, the function that gives its files by name, and the one that reads them."""

    description: str
    write: Writer
    read: Reader


FORMATS: Mapping[str, Format] = {
    "label-studio": Format("Label Studio: tasks as JSON, and the labeling config", write_label_studio, read_label_studio),
    "doccano": Format("doccano: JSON Lines, a file for each coder, and the labels", write_doccano, read_doccano),
    "prodigy": Format("Prodigy: JSON Lines for the interface choice", write_prodigy, read_prodigy),
    "argilla": Format("Argilla 2: records as JSON, and the settings", write_argilla, read_argilla),
    "inception": Format("INCEpTION: UIMA CAS JSON, a document for each article and coder", write_inception, read_inception),
    "csv": Format("CSV, a decision a row", write_csv, read_csv),
    "excel": Format("Excel, a decision a row, and the codebook", write_excel, read_excel),
    "jsonl": Format("our own JSON Lines, a decision a line", write_native, read_native),
}
"""The formats by name."""


def find_format(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r:.40}{suggest(name, FORMATS)}")
    return FORMATS[name]


def rename_coders(annotations: Iterable[Annotation], names: Mapping[str, str]) -> list[Annotation]:
    """Return ``annotations`` with the coders that ``names`` lists renamed, in ``parents`` too: tools know coders by numbers.

    Raises:
        UsageError: one of the old names is nobody's.
    """
    kept = list(annotations)
    known = {annotation.coder for annotation in kept if annotation.coder is not None}
    for name in names:
        if name not in known:
            raise UsageError(f"no coding is by {name!r:.40}{suggest(name, known)}")
    return [_rename(annotation, names) for annotation in kept]


def _rename(annotation: Annotation, names: Mapping[str, str]) -> Annotation:
    parents = tuple(names.get(parent, parent) for parent in annotation.parents)
    coder = None if annotation.coder is None else names.get(annotation.coder, annotation.coder)
    return replace(annotation, coder=coder, parents=parents)
