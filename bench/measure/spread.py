"""What several rounds of one cell come to."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple, Sequence


class Spread(NamedTuple):
    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def percentile(values: Sequence[float], per_cent: float) -> float:
    """The smallest value that at least `per_cent` of them do not exceed (nearest rank); NaN of none."""
    if not values:
        return math.nan
    rank = math.ceil(per_cent / 100 * len(values))
    return sorted(values)[max(rank, 1) - 1]
