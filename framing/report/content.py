"""What a report shows: the numbers, where they come from, and the sentences and articles that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from framing.agreement.labels import LabelAgreement
from framing.charts.figures import Figure
from framing.codebook import Codebook
from framing.comparing import GroupPairs, GroupWords
from framing.contrasts import Comparison
from framing.error_rates import ErrorComparison
from framing.evaluation import Evaluation
from framing.model import FramingModel
from framing.summary import Summary


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence; ``decided`` says that its words spoke for the label."""

    text: str
    decided: bool


@dataclass(frozen=True, slots=True)
class SentenceExample:
    """A sentence to which the classifier gave ``frame`` (an id) with the highest probability in its outlet.

    ``pieces`` make up its text. ``speaker`` is who is quoted, None where the outlet speaks or nobody is named.
    """

    outlet: str
    frame: str
    pieces: tuple[Piece, ...]
    article: str
    title: str | None
    date: str | None
    voice: str
    speaker: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence with the ids of the frames that the classifier gave it."""

    text: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article of the browser: ``frames`` counts its sentences by frame id, as the classifier labelled them."""

    id: str
    outlet: str
    date: str | None
    title: str | None
    url: str | None
    sentences: int
    frames: dict[str, int] = field(hash=False)
    top: tuple[LabelledSentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """How the report was made: the day (ISO), the command line, the versions of software, and digests by what they are of."""

    date: str
    command: str
    versions: Mapping[str, str]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coding:
    """Who coded, and how well they agreed before anything was settled.

    ``statement`` is what the coded data's README says of itself (Markdown), empty where it says nothing; ``design`` how the
    sentences were drawn, such as ``stratified by outlet``, empty where it is not known.
    """

    statement: str = ""
    design: str = ""
    agreement: tuple[LabelAgreement, ...] = ()

    def is_same_as(self, other: Coding) -> bool:
        """Return whether two codings are one, by what is said of them or by their agreement."""
        return bool(self.statement and self.statement == other.statement) or bool(
            self.agreement and self.agreement == other.agreement
        )


@dataclass(frozen=True)
class Report:
    """All that a report shows.

    ``outlets`` is by outlet, ``months`` by outlet and a period, ``voices`` by outlet and voice, ``speakers`` by speaker.
    ``errors`` are by frame id. ``sample`` tells of the coding that corrects the shares, ``training`` of
    the coding that the model learnt from. ``period`` is the first and last date of the articles. ``articles`` may be fewer
    than were read. ``records`` are those that ``framing summarize --format json`` gives.
    """

    title: str
    codebook: Codebook
    model: FramingModel
    making: Making
    outlets: Summary
    months: Summary | None = None
    voices: Summary | None = None
    speakers: Summary | None = None
    comparison: Comparison | None = None
    errors: Mapping[str, ErrorComparison] = field(default_factory=dict)
    together: tuple[GroupPairs, ...] = ()
    words: tuple[GroupWords, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    sample: Coding = field(default_factory=Coding)
    training: Coding = field(default_factory=Coding)
    examples: tuple[SentenceExample, ...] = ()
    articles: tuple[ArticleEntry, ...] = ()
    figures: tuple[Figure, ...] = ()
    period: tuple[str, str] | None = None
    records: tuple[dict[str, Any], ...] = ()

    @property
    def correcting(self) -> Coding:
        """The coding that corrects the shares; what it does not say of itself is taken from the training, where they are one."""
        if not self.has_one_coding:
            return self.sample
        statement, agreement = self.sample.statement or self.training.statement, self.sample.agreement or self.training.agreement
        return replace(self.sample, statement=statement, agreement=agreement)

    @property
    def has_one_coding(self) -> bool:
        """Whether the sentences that correct the shares and those that the model learnt from are one coding."""
        return self.outlets.account is not None and self.sample.is_same_as(self.training)
