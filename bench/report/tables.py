"""Which columns the table of a load has, and how its cells become rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from bench.measure.cell import Cell


@dataclass(frozen=True)
class Column:
    """`value` names a value of the samples, in which {hop} stands for the hop's process, or computes one."""

    title: str
    value: str | Callable[[Cell], float | None] | Callable[[Cell], str]
    digits: int = 1
    spread: bool = False  # whether min and max are shown

    def text(self, cell: Cell) -> str:
        if callable(self.value):
            told = self.value(cell)
            return told if isinstance(told, str) else number(told, self.digits)
        found = cell.spread(self.value.format(hop=cell.hop))
        if found and self.spread and len(cell.samples) > 1:
            median, least, most = (number(each, self.digits) for each in found)
            return f"{median} ({least}–{most})"
        return number(found.median if found else None, self.digits)


def number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def calls(cell: Cell) -> float | None:
    return cell.calls.get("all")


FAMILIES = (
    ("recvfrom", "recvmsg", "read", "readv"),
    ("sendto", "sendmsg", "write", "writev"),
    ("epoll_wait", "epoll_ctl"),
)


def main_calls(cell: Cell) -> str:
    """Nothing where only their sum was counted."""
    sums = [sum(cell.calls.get(name, 0.0) for name in family) for family in FAMILIES]
    return ", ".join(number(each, 1) for each in sums) if any(sums) else ""


HOP = [
    Column("hop µs/tx", "{hop} cpu", 1, spread=True),
    Column("user", "{hop} user", 1),
    Column("system", "{hop} system", 1),
]
HOP_COUNTS = [
    Column("hop calls/tx", calls, 1),
    Column("of them recv, send, epoll", main_calls, 1),
    Column("hop switches/tx", "{hop} switches", 2),
    Column("hop MiB", "{hop} rss", 1),
]
OTHERS = [
    Column("pgBouncer µs/tx", "pgbouncer cpu", 1),
    Column("PostgreSQL µs/tx", "postgres cpu", 1),
    Column("client µs/tx", "client cpu", 1),
]
LATENCY = [Column("p50 ms", "p50", 3), Column("p99 ms", "p99", 3)]
NOISE = [Column("probe ms", "probe", 1, spread=True), Column("others %", "others", 0)]


def rate(title: str) -> Column:
    return Column(title, "tps", 0, spread=True)


TRANSACTIONS = [rate("tx/s"), *LATENCY, *HOP, *HOP_COUNTS, *OTHERS, *NOISE]
COLUMNS: dict[str, list[Column]] = {
    "volume": [
        rate("MB/s"),
        Column("hop s/GB", lambda cell: seconds_of_gigabyte(cell, cell.hop), 3),
        Column("pgBouncer s/GB", lambda cell: seconds_of_gigabyte(cell, "pgbouncer"), 3),
        Column("PostgreSQL s/GB", lambda cell: seconds_of_gigabyte(cell, "postgres"), 3),
        Column("hop calls/MB", calls, 1),
        Column("hop switches/MB", "{hop} switches", 2),
        Column("hop MiB", "{hop} rss", 1),
        *NOISE,
    ],
    "idle": [
        Column("private KiB/connection", "private KiB", 2),
        Column("resident KiB/connection", "resident KiB", 2),
        Column("hop MiB", "{hop} rss", 1),
        rate("logins/s"),
        Column("hop µs/login", "{hop} cpu", 1),
        *NOISE,
    ],
    "statements": [
        Column("B for a client and statement", "B of a client", 0),
        Column("B for a text besides its own", "B of a text", 0),
        Column("pgsidecar MiB", "{hop} rss", 1),
        rate("Parses/s"),
        Column("pgsidecar µs/Parse", "{hop} cpu", 1),
        *NOISE,
    ],
    "workers": [
        rate("tx/s"),
        Column("processors used", lambda cell: processors(cell, cell.hop), 2),
        Column("busiest thread %", "busiest", 0),
        *LATENCY,
        *HOP,
        *HOP_COUNTS,
        *OTHERS,
        *NOISE,
    ],
    "first-use": [rate("uses/s"), *LATENCY, *HOP, *OTHERS, *NOISE],
    "pipelines": [rate("statements/s"), Column("ms for all", "p50", 1, spread=True), *HOP, *NOISE],
}


def processors(cell: Cell, process: str | None) -> float | None:
    """On average."""
    used, rate = cell.median(f"{process} cpu"), cell.median("tps")
    return None if used is None or rate is None else used * 1e-6 * rate


def seconds_of_gigabyte(cell: Cell, process: str | None) -> float | None:
    """µs for a MB are ms for a GB."""
    used = cell.median(f"{process} cpu")
    return None if used is None else used / 1000


def rows(cells: list[Cell], columns: list[Column]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows; columns in which nothing stands are left out."""
    parameters = list(dict.fromkeys(name for cell in cells for name in cell.parameters))
    texts = [
        [str(cell.parameters.get(name, "")) for name in parameters]
        + [cell.target]
        + [column.text(cell) for column in columns]
        for cell in cells
    ]
    headings = [*parameters, "target", *(column.title for column in columns)]
    kept = [at for at in range(len(headings)) if any(row[at] for row in texts)]
    return [headings[at] for at in kept], [[row[at] for at in kept] for row in texts]


def markdown(headings: list[str], body: list[list[str]], texts: int) -> str:
    """The first `texts` columns are aligned to the left, the others to the right."""
    rule = ["---" if at < texts else "---:" for at in range(len(headings))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, rule, *body])


def table(cells: list[Cell], columns: list[Column]) -> str:
    headings, body = rows(cells, columns)
    return markdown(headings, body, headings.index("target") + 1)
