"""Records of summaries and contrasts: what JSON, CSV and Parquet hold, and what a report embeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from framing.contrasts import Comparison, Contrast, Rank
from framing.linking import Account
from framing.prevalence import INDEX, MIN_ARTICLES, MIN_CODED, MIN_CODED_ARTICLES, Share
from framing.summary import Example, LabelShare, OutletSummary, Summary, TargetShares, publish


def summary_records(summary: Summary) -> Iterator[dict[str, Any]]:
    """Yield the record of each group; it carries the group under the names of what groups it."""
    corpus, codes = asdict(summary.corpus), account_record(summary.account)
    for group in summary.groups:
        yield {**outlet_record(group, summary.by), "scope": summary.scope, "corpus": corpus, "codes": codes}


def account_record(account: Account | None) -> dict[str, Any] | None:
    """Return what became of the coded sentences; the number of coders, and not their names."""
    if account is None:
        return None
    return {**asdict(account), "coders": len(account.coders), "notes": list(account.notes)}


def outlet_record(group: OutletSummary, by: tuple[str, ...] = ("outlet",)) -> dict[str, Any]:
    """Return the record of one group."""
    counted = {
        "articles": group.articles,
        "sentences": group.sentences,
        "labelled": group.coded,
        "undated": group.undated,
        "copies": group.copies,
    }
    return {
        **dict(zip(by, group.group, strict=True)),
        **counted,
        "note": explain_missing_interval(group),
        "frames": {frame: _frame_record(share) for frame, share in group.frames.items()},
        "stance": {target: _target_record(shares) for target, shares in group.stance.items()},
    }


def explain_missing_interval(group: OutletSummary) -> str | None:
    """Return why the shares of a group have no interval, None where they have one."""
    rows = [*group.frames.values(), *(row for target in group.stance.values() for row in target.values.values())]
    shares = [row.share for row in rows if row.share is not None]
    if not group.coded:
        adjusted = sorted({share.method for share in shares if share.method != INDEX})
        if adjusted:
            return f"{adjusted[0]}: right only if the model errs here as in its evaluation, which no interval shows"
        return "no coded sentence: an uncorrected index, no share"
    if not shares or any(publish(share) for share in shares):
        return None
    coded, articles = max(share.coded for share in shares), max(share.articles for share in shares)
    lacks = [f"{coded} coded sentence{'s' * (coded != 1)}, {MIN_CODED} needed"] * (coded < MIN_CODED)
    once = " (copies of a text count once)" * bool(group.copies)
    lacks += [f"{articles} article{'s' * (articles != 1)}{once}, {MIN_ARTICLES} needed"] * (articles < MIN_ARTICLES)
    spread = max(share.coded_articles for share in shares)
    few = f"coded sentences of {spread} article{'s' * (spread != 1)}, {MIN_CODED_ARTICLES} needed"
    lacks += [few] * (not lacks and spread < MIN_CODED_ARTICLES)
    return f"no interval: {' and '.join(lacks)}"


def _frame_record(row: LabelShare) -> dict[str, Any]:
    return {
        **_share_record(row.share),
        "naive_share": round_number(row.naive),
        "method": row.share.method if row.share else None,
        "reliable": row.reliable,
        **_evidence_record(row),
        "example": _example_record(row.example),
    }


def _share_record(share: Share | None) -> dict[str, Any]:
    low, high = publish(share) or (None, None)
    return {"share": round_number(share.estimate if share else None), "low": round_number(low), "high": round_number(high)}


def _evidence_record(row: LabelShare) -> dict[str, Any]:
    share = row.share
    return {
        "labelled": share.coded if share else 0,
        "few_positives": row.has_few_positives,
        "effective_sample_size": round_number(share.effective_sample_size if share else None, 1),
        "hand_coded": _share_record(row.by_hand),
        "without_copies": _share_record(row.without_copies),
    }


def _example_record(example: Example | None) -> dict[str, Any]:
    return {"text": example.text if example else None, "article_id": example.article_id if example else None}


def _target_record(row: TargetShares) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    shares = {value: round_number(share.share.estimate if share.share else None) for value, share in row.values.items()}
    return {
        **shares,
        "balance": round_number(row.balance.estimate if row.balance else None),
        "low": round_number(low),
        "high": round_number(high),
        "naive_balance": round_number(row.naive_balance),
        "method": row.method if row.balance else None,
        "reliable": row.reliable,
        "values": {
            value: {**_share_record(share.share), "naive_share": round_number(share.naive), **_evidence_record(share)}
            for value, share in row.values.items()
        },
    }


def contrast_record(contrast: Contrast) -> dict[str, Any]:
    """Return the record of one contrast; where it was not tested, null for all that only a test can tell, and why."""
    difference = contrast.difference
    return {
        "label": contrast.label,
        "one": contrast.one,
        "other": contrast.other,
        "one_share": round_number(contrast.one_share),
        "other_share": round_number(contrast.other_share),
        "difference": round_number(difference.estimate),
        "low": round_number(difference.low),
        "high": round_number(difference.high),
        "p": difference.p,
        "q": contrast.q,
        "family": contrast.family,
        "differs": contrast.differs if contrast.is_tested else None,
        "note": contrast.note,
    }


def rank_record(rank: Rank) -> dict[str, Any]:
    """Return the record of one rank."""
    return {**asdict(rank), "share": round_number(rank.share)}


def comparison_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield the record of each contrast: first of those that were tested, then of those that could not be."""
    return map(contrast_record, (*comparison.contrasts, *comparison.untested))


def round_number(value: float | None, digits: int = 6) -> float | None:
    """Return a number as records carry it, None for what there is not."""
    return None if value is None else round(value, digits) + 0.0  # no -0.0
