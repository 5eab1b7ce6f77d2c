"""results.md: the tables of a run."""
from __future__ import annotations

import textwrap

from bench.loads.catalogue import LOADS
from bench.report.results import Results
from bench.report.tables import COLUMNS, TRANSACTIONS, table


def document(results: Results) -> str:
    parts = [machine(results)]
    for load in LOADS:
        if cells := results.of(load):
            parts += [f"### {load}", what(load), table(cells, COLUMNS.get(load, TRANSACTIONS))]
    return "\n\n".join(parts) + "\n"


def machine(results: Results) -> str:
    lines = [f"- {name}: {value}" for name, value in results.machine.items()]
    effort = ", ".join(f"{name} {value}" for name, value in results.effort.items())
    return "\n".join([*lines, f"- effort: {effort}"])


def what(load: str) -> str:
    return textwrap.fill(" ".join((LOADS[load].__doc__ or "").split()), 120)
