"""The figures that pgsidecar is held to, beside what was measured."""

from __future__ import annotations

import itertools
import math
from typing import Any, Iterator, NamedTuple

from bench.loads.statements import MODES
from bench.measure.cell import Cell
from bench.report.distance import medians_of, round_trips
from bench.report.results import Results
from bench.report.tables import markdown, seconds_of_gigabyte

US = "pgsidecar"
PEER = "HAProxy"
BUSY = (8, 32)  # clients


class Bar(NamedTuple):
    measure: str
    bar: str
    seen: str


def bars_table(results: Results) -> str:
    return markdown(["measure", "bar", "measured"], [list(bar) for bar in bars(results)], 3)


def bars(results: Results) -> list[Bar]:
    """Those whose loads were run."""
    return [
        bar
        for part in (hop, calls, drivers, volume, memory, connections, shape_check)
        for bar in part(results)
    ]


def pair(results: Results, load: str, **parameters: Any) -> tuple[Cell, Cell] | None:
    """Of pgsidecar and HAProxy."""
    ours, theirs = (results.find(load, target, **parameters) for target in (US, PEER))
    return (ours, theirs) if ours and theirs else None


def hop(results: Results) -> Iterator[Bar]:
    for load, mode in itertools.product(("select", "one"), MODES):
        told, users = [], []
        for clients in BUSY:
            if cells := pair(results, load, mode=mode, clients=clients):
                ours, theirs = (value(cell, f"{cell.hop} cpu") for cell in cells)
                told.append(f"{ratio(ours, theirs)} at {clients} clients ({ours:.1f} µs and {theirs:.1f} µs)")
                users.append(f"{value(cells[0], 'pgsidecar user'):.1f} at {clients}")
        if told:
            yield Bar(
                f"{load}, {mode}: processor time of a transaction, of HAProxy's", "≤ 1.0", "; ".join(told)
            )
            yield Bar(f"{load}, {mode}: user µs", "≤ 1.0", "; ".join(users))


def calls(results: Results) -> Iterator[Bar]:
    for clients, bar in ((1, "6.0"), (8, "≤ 4.4")):
        cells = {mode: results.find("select", US, mode=mode, clients=clients) for mode in MODES}
        told = [f"{cell.calls['all']:.1f} {mode}" for mode, cell in cells.items() if cell and cell.calls]
        if told:
            yield Bar(f"system calls of a round trip, clients: {clients}", bar, "; ".join(told))


def drivers(results: Results) -> Iterator[Bar]:
    peers = {"psycopg without preparing": "≥ 1.4", "asyncpg without its cache": "≥ 1.7"}
    for peer, bar in peers.items():
        told = []
        for connections in (1, 10):
            ours = results.find("drivers", f"asyncpg; {US}", connections=connections)
            theirs, hopping = (
                results.find("drivers", f"{peer}; {target}", connections=connections)
                for target in ("pgBouncer", PEER)
            )
            if ours and theirs and hopping:
                ratios = [ratio(value(ours, "tps"), value(each, "tps")) for each in (theirs, hopping)]
                told.append(f"{ratios[0]} at {connections} ({ratios[1]} where theirs passes {PEER})")
        if told:
            yield Bar(f"queries/s of asyncpg through pgsidecar, of {peer} on pgBouncer", bar, "; ".join(told))


def volume(results: Results) -> Iterator[Bar]:
    for statement in ("SELECT", "COPY OUT", "COPY IN"):
        if cells := pair(results, "volume", statement=statement):
            ours, theirs = (seconds_of_gigabyte(cell, cell.hop) or 0.0 for cell in cells)
            told = f"{ratio(ours, theirs)} ({ours:.2f} s and {theirs:.2f} s)"
            yield Bar(f"{statement}: processor time of a GB, of HAProxy's", "≤ 1.0", told)


def memory(results: Results) -> Iterator[Bar]:
    for cell in results.of("idle", US):
        measure = f"private memory of a connection, {cell.parameters['connections']:,} of them"
        yield Bar(measure, "≤ 4 KiB", f"{value(cell, 'private KiB'):.1f} KiB")
    for cell in results.of("statements", US):
        yield Bar("memory of a shared text besides its own", "≤ 100 B", f"{value(cell, 'B of a text'):.0f} B")
        yield Bar("memory of a client's statement", "≤ 400 B", f"{value(cell, 'B of a client'):.0f} B")


def connections(results: Results) -> Iterator[Bar]:
    for clients in (1, 8):
        if cells := pair(results, "connect", clients=clients):
            ours, theirs = (value(cell, "tps") for cell in cells)
            told = f"{ratio(ours, theirs)} ({ours:,.0f} and {theirs:,.0f})"
            yield Bar(f"new connections/s, {clients} at a time, of HAProxy's", "≥ 1.0", told)


def shape_check(results: Results) -> Iterator[Bar]:
    """How much strict costs where a round trip takes 5 ms."""
    medians = medians_of(results.of("distance"))
    strict, off = (
        round_trips(medians.get(("SELECT", f"{US}, result_shape_check {check}"), {}), 5)
        for check in ("strict", "off")
    )
    if strict is not None and off is not None:
        yield Bar("round trips that strict adds to a plain SELECT at 5 ms", "≤ 0.1", f"{strict - off:.2f}")


def value(cell: Cell, name: str) -> float:
    """NaN where it was not measured."""
    median = cell.median(name)
    return math.nan if median is None else median


def ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "–"
