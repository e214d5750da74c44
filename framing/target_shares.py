"""The shares of favor, against and none towards a target, made to add up to one."""

from __future__ import annotations

from dataclasses import replace

from framing.prevalence import CORRECTED, HAND_CODED, INDEX, Share
from framing.summary import LabelShare


def settle_corrected(values: dict[str, LabelShare]) -> dict[str, LabelShare]:
    """Return the shares of a target so that they add up to 1 also where chance took one below 0: the others make room for it.

    ``raw`` stays what was estimated, and so does the interval, unless it would leave the share out.
    """
    shares = {value: row.share for value, row in values.items() if row.share is not None}
    if all(share.raw >= 0 for share in shares.values()):
        return values
    total = sum(max(share.raw, 0.0) for share in shares.values())
    estimates = {value: max(share.raw, 0.0) / total for value, share in shares.items()}
    return {
        value: replace(row, share=_move(row.share, estimates[value]) if row.share is not None else None)
        for value, row in values.items()
    }


def _move(share: Share, estimate: float) -> Share:
    if share.low is None or share.high is None:
        return replace(share, estimate=estimate)
    return replace(share, estimate=estimate, low=min(share.low, estimate), high=max(share.high, estimate))


def settle_adjusted(values: dict[str, LabelShare]) -> dict[str, LabelShare]:
    """Return the shares of a target where some may have been adjusted: none is what the sides leave, together they are 1.

    Unless both sides could be adjusted, all stay as they were counted.
    """
    shares = [row.share for row in values.values()]
    adjusted = [share is not None and share.method not in (CORRECTED, HAND_CODED, INDEX) for share in shares]
    if not any(adjusted):
        return values
    numbers, method = [row.naive or 0.0 for row in values.values()], INDEX
    if all(adjusted[:2]):
        sides = [share.estimate for share in shares[:2] if share is not None]
        total = max(sum(sides), 1.0)
        numbers = [side / total for side in sides]
        numbers.append(max(1 - sum(numbers), 0.0))
        method = next(share.method for share in shares if share is not None)
    return {
        value: replace(row, share=row.share and replace(row.share, estimate=number, raw=number, method=method))
        for (value, row), number in zip(values.items(), numbers, strict=True)
    }
