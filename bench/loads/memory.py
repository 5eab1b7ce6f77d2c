"""What connections and statements take while nothing happens.

Each target is a new process, since memory does not shrink."""

from __future__ import annotations

import contextlib
import time
from typing import Iterator

from bench.loads.raw import read_ready
from bench.measure import proc
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import CONNECTIONS, POOL, Servers
from bench.servers.targets import Target
from tests.integration.drivers.wire import SYNC, Wire, parse
from tests.integration.relay.haproxy import HAProxy
from tests.integration.support.simple_client import SimpleClient

TEXT = 1024  # bytes
SETTLED = 1.0  # seconds
CLIENTS, SHARED, DISTINCT = 1000, 200, 5000


def idle(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """Connections that have logged in and asked one query. Private memory (smaps_rollup) of the hop for each pair of
    connections, after the first one."""
    for clients in (10, 50) if effort.short else (1000, 5000):
        with fresh(servers) as targets:
            yield Variant(
                {"connections": clients},
                [idle_contestant(target, clients) for target in targets],
                once=True,
                count_calls=False,
            )


def statements(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """1,000 connections with the same 200 prepared statements of 1 KiB; then one with 5,000 of its own, each of whose
    texts is kept once. Private memory of pgsidecar."""
    clients, shared, distinct = (5, 20, 50) if effort.short else (CLIENTS, SHARED, DISTINCT)
    with fresh(servers) as targets:
        yield Variant(
            {"connections": clients, "shared": shared},
            [statements_contestant(target, clients, shared, distinct) for target in targets[1:]],
            once=True,
            count_calls=False,
        )


@contextlib.contextmanager
def fresh(servers: Servers) -> Iterator[list[Target]]:
    haproxy = HAProxy(servers.transactions.port, connections=CONNECTIONS)
    sidecars = servers.new_sidecars()
    with contextlib.ExitStack() as stack:
        for hop in (haproxy, *sidecars.values()):
            stack.enter_context(servers.running(hop))
        yield [
            servers.behind("HAProxy", "haproxy", haproxy),
            *(servers.behind(name, "pgsidecar", sidecar) for name, sidecar in sidecars.items()),
        ]


def idle_contestant(target: Target, clients: int) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with contextlib.ExitStack() as stack:
            login(stack, target)
            before, begin = memory(target, effort), time.perf_counter()
            for _ in range(clients):
                login(stack, target)
            seconds = time.perf_counter() - begin
            after = memory(target, effort)
        return Outcome(
            clients,
            seconds,
            values={
                "private KiB": (after.private - before.private) / clients,
                "resident KiB": (after.resident - before.resident) / clients,
            },
        )

    return Contestant(target, run)


def login(stack: contextlib.ExitStack, target: Target) -> None:
    stack.enter_context(SimpleClient(target.port)).query("SELECT 1")


def statements_contestant(target: Target, clients: int, shared: int, distinct: int) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with contextlib.ExitStack() as stack:
            first, *others, last = (connect(stack, target) for _ in range(clients + 1))
            begin = time.perf_counter()
            prepare([first], shared, "shared")
            private = [memory(target, effort).private * 1024]
            for clients_of_stage, count, kind in ((others, shared, "shared"), ([last], distinct, "own")):
                prepare(clients_of_stage, count, kind)
                private.append(memory(target, effort).private * 1024)
            seconds = time.perf_counter() - begin
        held = (private[1] - private[0]) / (len(others) * shared)
        kept = (private[2] - private[1]) / distinct
        return Outcome(
            clients * shared + distinct,
            seconds,
            values={"B of a client": held, "B of a text": kept - held - TEXT},
        )

    return Contestant(target, run)


def connect(stack: contextlib.ExitStack, target: Target) -> Wire:
    return stack.enter_context(contextlib.closing(Wire(target.port, timeout=60)))


def prepare(clients: list[Wire], count: int, kind: str) -> None:
    """Many clients at once, one statement after another: a long pipeline would leave its buffers in the figures."""
    for begin in range(0, len(clients), POOL):
        for number in range(count):
            for client in clients[begin : begin + POOL]:
                client.send(parse(f"{kind}{number}", text(kind, number)), SYNC)
            for client in clients[begin : begin + POOL]:
                read_ready(client)


def text(kind: str, number: int) -> str:
    return f"SELECT $1::int /* {kind} {number} ".ljust(TEXT - 2, "x") + "*/"


def memory(target: Target, effort: Effort) -> proc.Memory:
    """Once nothing has happened for a moment."""
    time.sleep(0.0 if effort.short else SETTLED)
    return proc.memory(target.processes[target.hop].pid)
