"""Much data in one statement: what a gigabyte costs."""

from __future__ import annotations

import time
from typing import Callable, Iterator

from bench.loads.raw import LoadError
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import Servers
from bench.servers.targets import Target
from tests.integration.relay.raw_client import RawClient, Replies, message, query, ready

MEGABYTES = 200
ROW = b"x" * 999 + b"\n"
ROWS = "SELECT repeat('x', 999) FROM generate_series(1, {rows})"
CHUNK = 64  # rows in a CopyData
READY = b"Z\0\0\0\5I"
COPY_DONE = message("c")

Play = Callable[[RawClient, int], int]  # of so many rows; returns bytes


def volume(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """One statement of 200 MB, and the processor time that a gigabyte would take."""
    servers.postgres.psql("CREATE UNLOGGED TABLE IF NOT EXISTS bench_volume (line text)")
    splicing = servers.behind("HAProxy, splice-auto", "haproxy", servers.splicing_haproxy)
    for name, play in {"SELECT": select, "COPY OUT": copy_out, "COPY IN": copy_in}.items():
        yield Variant(
            {"statement": name}, [contestant(target, play) for target in [*servers.peers(), splicing]]
        )
    servers.postgres.psql("DROP TABLE bench_volume")


def contestant(target: Target, play: Play) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with RawClient(target.port, timeout=60) as client:
            ready(client)
            cpu, begin = time.thread_time(), time.perf_counter()
            size = play(client, (2 if effort.short else MEGABYTES) * 1000)
            return Outcome(round(size / 1e6), time.perf_counter() - begin, [], time.thread_time() - cpu)

    return Contestant(target, run)


def select(client: RawClient, rows: int) -> int:
    client.send(query(ROWS.format(rows=rows)))
    return drain(client, rows * len(ROW))


def copy_out(client: RawClient, rows: int) -> int:
    client.send(query(f"COPY ({ROWS.format(rows=rows)}) TO STDOUT"))
    return drain(client, rows * len(ROW))


def drain(client: RawClient, expected: int) -> int:
    """Up to ReadyForQuery; without looking at messages, which would cost the client more than any hop."""
    buffer, size, end = memoryview(bytearray(1 << 18)), 0, b""
    while end != READY:
        count = client.socket.recv_into(buffer)
        if not count:
            raise LoadError("the connection has ended")
        size += count
        end = (end + bytes(buffer[max(count - len(READY), 0) : count]))[-len(READY) :]
    if size < expected:
        raise LoadError(f"{size} bytes are too few")
    return size


def copy_in(client: RawClient, rows: int) -> int:
    """Into a table that is emptied in the same transaction, all of which is taken back."""
    for sql in ("BEGIN", "TRUNCATE bench_volume"):
        expect(client.query(sql), "C")
    client.send(query("COPY bench_volume FROM STDIN"))
    expect(client.read_until("G"), "G")
    chunk = message("d", ROW * CHUNK)
    for _ in range(rows // CHUNK):
        client.send(chunk)
    client.send(COPY_DONE)
    expect(client.read_until("Z"), "C")
    expect(client.query("ROLLBACK"), "C")
    return rows // CHUNK * len(chunk)


def expect(replies: Replies, kind: str) -> None:
    if kind not in replies.kinds or "E" in replies.kinds:
        raise LoadError(str(replies))
