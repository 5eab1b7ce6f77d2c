"""All loads, in the order of a run."""
from __future__ import annotations

from typing import Callable, Iterator

from bench.loads import statements, transactions
from bench.measure.cell import Effort, Variant
from bench.servers.servers import Servers

LOADS: dict[str, Callable[[Servers, Effort], Iterator[Variant]]] = {
    "select": statements.select,
    "one": statements.one,
    "transaction": transactions.transaction,
    "join": transactions.join,
    "connect": transactions.connect,
    "workers": transactions.workers,
}
