"""What connections and statements take while nothing happens. Each target is a new process, since memory does not shrink."""
from __future__ import annotations

import contextlib
import time
from typing import Callable, Iterator

from bench.loads.raw import ask
from bench.measure import proc
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import CONNECTIONS, Servers
from bench.servers.targets import Target
from tests.integration.drivers.wire import SYNC, Wire, parse
from tests.integration.relay.haproxy import HAProxy
from tests.integration.support.simple_client import SimpleClient

TEXT = 1024  # bytes
CLIENTS, SHARED, DISTINCT = 1000, 200, 5000


def idle(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """Connections that have logged in and asked one query. Private memory (smaps_rollup) of the hop for each pair of
    connections, after the first one."""
    for clients in (10, 50) if effort.short else (1000, 5000):
        with fresh(servers) as targets:
            yield Variant({"connections": clients}, [idle_contestant(target, clients) for target in targets], once=True,
                          count_calls=False)


def statements(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """1,000 connections with the same 200 prepared statements of 1 KiB; then one with 5,000 of its own, each of whose texts
    is kept once. Private memory of pgsidecar."""
    clients, shared, distinct = (5, 20, 50) if effort.short else (CLIENTS, SHARED, DISTINCT)
    with fresh(servers) as targets:
        yield Variant({"connections": clients, "shared": shared},
                      [statements_contestant(targets[-1], clients, shared, distinct)], once=True, count_calls=False)


@contextlib.contextmanager
def fresh(servers: Servers) -> Iterator[list[Target]]:
    haproxy = HAProxy(servers.transactions.port, connections=CONNECTIONS)
    sidecar = servers.new_sidecar(servers.transactions.port)
    with servers.running(haproxy), servers.running(sidecar):
        yield [servers.behind("HAProxy", "haproxy", haproxy), servers.behind("pgsidecar", "pgsidecar", sidecar)]


def idle_contestant(target: Target, clients: int) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with contextlib.ExitStack() as stack:
            login(stack, target)
            before, begin = memory(target), time.perf_counter()
            for _ in range(clients):
                login(stack, target)
            seconds = time.perf_counter() - begin
            after = memory(target)
        return Outcome(clients, seconds, values={"private KiB": (after.private - before.private) / clients,
                                                 "resident KiB": (after.resident - before.resident) / clients})

    return Contestant(target, run)


def login(stack: contextlib.ExitStack, target: Target) -> None:
    stack.enter_context(SimpleClient(target.port)).query("SELECT 1")


def statements_contestant(target: Target, clients: int, shared: int, distinct: int) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with contextlib.ExitStack() as stack:
            first, *others, last = (connect(stack, target) for _ in range(clients + 1))
            private = [memory(target).private * 1024]

            def stage(work: Callable[[], None]) -> int:
                work()
                private.append(memory(target).private * 1024)
                return private[-1] - private[-2]

            begin = time.perf_counter()
            stage(lambda: prepare(first, shared, "shared"))
            held = stage(lambda: [prepare(client, shared, "shared") for client in others]) / (len(others) * shared)
            kept = stage(lambda: prepare(last, distinct, "own")) / distinct
            seconds = time.perf_counter() - begin
        return Outcome(clients * shared + distinct, seconds, values={"B of a client": held, "B of a text": kept - held - TEXT})

    return Contestant(target, run)


def connect(stack: contextlib.ExitStack, target: Target) -> Wire:
    return stack.enter_context(contextlib.closing(Wire(target.port, timeout=60)))


def prepare(client: Wire, count: int, kind: str) -> None:
    for begin in range(0, count, 100):
        numbers = range(begin, min(begin + 100, count))
        ask(client, *(parse(f"{kind}{number}", text(kind, number)) for number in numbers), SYNC)


def text(kind: str, number: int) -> str:
    return f"SELECT $1::int /* {kind} {number} ".ljust(TEXT - 2, "x") + "*/"


def memory(target: Target) -> proc.Memory:
    return proc.memory(target.processes[target.hop].pid)
