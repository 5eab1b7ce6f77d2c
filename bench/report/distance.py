"""Latency over distance, and how many round trips are in it."""

from __future__ import annotations

from typing import Any

from bench.measure.cell import Cell
from bench.report.tables import markdown, number

COUNTED = (5, 20)  # ms; where a round trip outweighs everything else


def distance_table(cells: list[Cell]) -> str:
    by_row = medians_of(cells)
    distances = sorted({rtt for medians in by_row.values() for rtt in medians})
    headings = [
        "statement",
        "target",
        *(f"p50 ms at {rtt} ms" for rtt in distances),
        *(f"round trips at {rtt} ms" for rtt in COUNTED),
    ]
    body = [
        [
            *row,
            *(number(medians.get(rtt), 2) for rtt in distances),
            *(number(round_trips(medians, rtt), 2) for rtt in COUNTED),
        ]
        for row, medians in by_row.items()
    ]
    return markdown(headings, body, 2)


def medians_of(cells: list[Cell]) -> dict[tuple[str, str], dict[float, float]]:
    """ms by distance, for each statement and target."""
    found: dict[tuple[str, str], dict[float, float]] = {}
    for cell in cells:
        median = cell.median("p50")
        if median is not None:
            found.setdefault((cell.parameters["statement"], cell.target), {})[cell.parameters["rtt ms"]] = (
                median
            )
    return found


def round_trips(medians: dict[Any, float], rtt: float) -> float | None:
    """What `rtt` ms of distance add to the latency at none."""
    if rtt not in medians or 0 not in medians:
        return None
    return (medians[rtt] - medians[0]) / rtt
