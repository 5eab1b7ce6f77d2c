"""The figures that pgsidecar is held to, beside what was measured."""
from __future__ import annotations

from typing import Iterator, NamedTuple

from bench.loads.statements import MODES
from bench.measure.cell import Cell
from bench.report.distance import round_trips
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
    return [bar for part in (hop, calls, drivers, volume, memory, connections, shape_check) for bar in part(results)]


def hop(results: Results) -> Iterator[Bar]:
    for load in ("select", "one"):
        for mode in MODES:
            cells = [(clients, ours, theirs) for clients in BUSY if (ours := results.find(load, US, mode=mode, clients=clients))
                     and (theirs := results.find(load, PEER, mode=mode, clients=clients))]
            if cells:
                seen = [f"{ratio(cpu(ours), cpu(theirs))} at {clients} clients ({cpu(ours):.1f} and {cpu(theirs):.1f})"
                        for clients, ours, theirs in cells]
                yield Bar(f"{load}, {mode}: processor time of a transaction, of HAProxy's", "≤ 1.0", "; ".join(seen))
                users = [f"{ours.median('pgsidecar user'):.1f} at {clients}" for clients, ours, _ in cells]
                yield Bar(f"{load}, {mode}: user µs", "≤ 1.0", "; ".join(users))


def calls(results: Results) -> Iterator[Bar]:
    for clients, bar in ((1, "6.0"), (8, "≤ 4.4")):
        cells = [(mode, cell) for mode in MODES if (cell := results.find("select", US, mode=mode, clients=clients)) and cell.calls]
        if cells:
            yield Bar(f"system calls of a round trip, {clients} clients" if clients > 1 else "system calls of a round trip, 1 client",
                      bar, "; ".join(f"{cell.calls['all']:.1f} {mode}" for mode, cell in cells))


def drivers(results: Results) -> Iterator[Bar]:
    for peer, bar in (("psycopg without preparing; pgBouncer", "≥ 1.4"), ("asyncpg without its cache; pgBouncer", "≥ 1.7")):
        seen = []
        for connections in (1, 10):
            ours = results.find("drivers", f"asyncpg; {US}", connections=connections)
            theirs = results.find("drivers", peer, connections=connections)
            if ours and theirs:
                seen.append(f"{ratio(ours.median('tps'), theirs.median('tps'))} at {connections}")
        if seen:
            yield Bar(f"queries/s of asyncpg through pgsidecar, of {peer.replace(';', ' on')}'s", bar, "; ".join(seen))


def volume(results: Results) -> Iterator[Bar]:
    for statement in ("SELECT", "COPY OUT", "COPY IN"):
        pair = [results.find("volume", target, statement=statement) for target in (US, PEER)]
        if all(pair):
            ours, theirs = (seconds_of_gigabyte(cell, cell.hop) for cell in pair)
            yield Bar(f"{statement}: processor time of a GB, of HAProxy's", "≤ 1.0",
                      f"{ratio(ours, theirs)} ({ours:.2f} s and {theirs:.2f} s)")


def memory(results: Results) -> Iterator[Bar]:
    for cell in results.of("idle"):
        if cell.target == US:
            yield Bar(f"private memory of a connection, {cell.parameters['connections']:,} of them", "≤ 4 KiB",
                      f"{cell.median('private KiB'):.1f} KiB")
    for cell in results.of("statements"):
        yield Bar("memory of a shared text besides its own", "≤ 100 B", f"{cell.median('B of a text'):.0f} B")
        yield Bar("memory of a client's statement", "≤ 400 B", f"{cell.median('B of a client'):.0f} B")


def connections(results: Results) -> Iterator[Bar]:
    for clients in (1, 8):
        pair = [results.find("connect", target, clients=clients) for target in (US, PEER)]
        if all(pair):
            ours, theirs = (cell.median("tps") for cell in pair)
            yield Bar(f"new connections/s, {clients} at a time, of HAProxy's", "≥ 1.0",
                      f"{ratio(ours, theirs)} ({ours:,.0f} and {theirs:,.0f})")


def shape_check(results: Results) -> Iterator[Bar]:
    """How much strict costs where a round trip takes 5 ms."""
    medians: dict[str, dict[int, float]] = {}
    for cell in results.of("distance"):
        if cell.parameters["statement"] == "SELECT":
            medians.setdefault(cell.target, {})[cell.parameters["rtt ms"]] = cell.median("p50") or 0.0
    both = [round_trips(medians.get(f"{US}, result_shape_check {check}", {}), 5) for check in ("strict", "off")]
    if None not in both:
        yield Bar("round trips that strict adds to a plain SELECT at 5 ms", "≤ 0.1", f"{both[0] - both[1]:.2f}")


def cpu(cell: Cell) -> float:
    return cell.median(f"{cell.hop} cpu") or 0.0


def ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "–"
