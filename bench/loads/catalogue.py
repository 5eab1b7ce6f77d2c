"""All loads, in the order of a run."""

from __future__ import annotations

from typing import Callable, Iterator

from bench.loads import distance, drivers, first_use, memory, statements, transactions, volume
from bench.measure.cell import Effort, Variant
from bench.servers.servers import Servers

LOADS: dict[str, Callable[[Servers, Effort], Iterator[Variant]]] = {
    "select": statements.select,
    "one": statements.one,
    "transaction": transactions.transaction,
    "join": transactions.join,
    "alternating": drivers.alternating,
    "drivers": drivers.drivers,
    "workers": transactions.workers,
    "connect": transactions.connect,
    "volume": volume.volume,
    "idle": memory.idle,
    "statements": memory.statements,
    "first-use": first_use.first_use,
    "distance": distance.distance,
    "pipelines": distance.pipelines,
}
