"""results.md: the tables of a run."""

from __future__ import annotations

import statistics
import textwrap
from typing import Any

from bench.loads.catalogue import LOADS
from bench.measure.cell import Cell
from bench.report.bars import bars_table
from bench.report.distance import distance_table
from bench.report.results import Results
from bench.report.tables import COLUMNS, TRANSACTIONS, table

QUIET = 5  # per cent


def document(results: Results) -> str:
    sections = [section(load, results) for load in LOADS]
    return "\n\n".join([machine(results), bars_section(results), *filter(None, sections)]) + "\n"


def bars_section(results: Results) -> str:
    return f"### The bars\n\n{bars_table(results)}"


def section(load: str, results: Results) -> str | None:
    """Nothing of a load that was not run."""
    cells = results.of(load)
    return f"### {load}\n\n{what(load)}\n\n{table_of(load, cells)}" if cells else None


def table_of(load: str, cells: list[Cell]) -> str:
    return distance_table(cells) if load == "distance" else table(cells, COLUMNS.get(load, TRANSACTIONS))


def machine(results: Results) -> str:
    told = results.machine | {"effort": effort(results.effort), "used by others": others(results.cells)}
    return "\n".join(f"- {name}: {value}" for name, value in told.items())


def others(cells: list[Cell]) -> str:
    """Of the processors, by what does not belong to a cell."""
    shares = [share for cell in cells if (share := cell.median("others")) is not None]
    if not shares:
        return "unknown"
    share = statistics.median(shares)
    verdict = "; **so compare counts and memory, and no times**" if share > QUIET else ""
    return f"{share:.0f} % of the processors, median of the cells{verdict}"


def effort(told: dict[str, Any]) -> str:
    if told["short"]:
        return "too short to tell anything"
    return f"{told['rounds']} rounds of {told['seconds']:g} s"


def what(load: str) -> str:
    return textwrap.fill(" ".join((LOADS[load].__doc__ or "").split()), 120)
