"""Loads that one client plays message by message."""

from __future__ import annotations

import time
from typing import Callable

from bench.measure.cell import Outcome
from tests.integration.drivers.wire import SYNC, Wire, bind, describe, execute, parse


class LoadError(RuntimeError):
    pass


def ask(client: Wire, *messages: bytes, boundaries: int = 1) -> None:
    """Sends them in one write, and reads as many ReadyForQuery; an error is none of a load's."""
    client.send(*messages)
    read_ready(client, boundaries)


def read_ready(client: Wire, boundaries: int = 1) -> None:
    replies = client.read(*"Z" * boundaries)
    if "E" in replies.kinds or replies.kinds.count("Z") != boundaries:
        raise LoadError(str(replies))


def use(name: str, *values: str) -> bytes:
    """One execution of a prepared statement, with its Sync."""
    return bind("", name, *values) + execute() + SYNC


def prepare(client: Wire, name: str, sql: str) -> None:
    """As asyncpg does."""
    ask(client, parse(name, sql), describe("S", name), SYNC)


def repeat(once: Callable[[], None], seconds: float, least: int, each: int = 1) -> Outcome:
    """For some time, and at least so many times. `each` transactions are made by one call."""
    latencies: list[float] = []
    cpu = time.thread_time()
    begin = now = time.perf_counter()
    while now - begin < seconds or len(latencies) < least:
        once()
        latencies.append((time.perf_counter() - now) * 1e3)
        now = time.perf_counter()
    return Outcome(len(latencies) * each, now - begin, latencies, time.thread_time() - cpu)
