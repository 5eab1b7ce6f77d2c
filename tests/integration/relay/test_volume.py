"""Anything of any size passes, in pieces: the proxy's memory stays bounded, and neither side can make it stand still.

PGSIDECAR_TEST_VOLUME_MB sets the size (default 200, which suits CI; 1000 is what the program promises).
"""
from __future__ import annotations

import os
import struct
import time

import pytest

from tests.integration.relay.raw_client import (BIND_TAIL, COPY_DONE, EXECUTE, SYNC, RawClient, bind_head, parse, query,
                                                ready)

pytestmark = pytest.mark.timeout(600)

MB = 1024 * 1024
VOLUME = int(os.environ.get("PGSIDECAR_TEST_VOLUME_MB", "200")) * MB
GROWTH_LIMIT = 16 * 1024  # kB of memory that a connection may cost at most, whatever passes
ROW = b"x" * 999 + b"\n"


class Memory:
    """How much the proxy has ever used since."""

    def __init__(self, proxy):
        self._proxy = proxy
        self._before = proxy.status("VmHWM")

    def check(self) -> None:
        growth = self._proxy.status("VmHWM") - self._before
        assert growth < GROWTH_LIMIT, f"grew by {growth} kB"


@pytest.fixture
def client(proxy):
    with RawClient(proxy.port) as one:
        yield ready(one)


def copy_out_bytes(client: RawClient) -> int:
    """Size of the CopyData of a COPY TO that has begun, which is read without being kept."""
    total = 0
    while True:
        kind, size = struct.unpack("!ci", client.read(5))
        body = client.read(size - 4)
        if kind == b"d":
            total += len(body)
        elif kind == b"Z":
            return total


def wait_until_it_stalls(proxy) -> None:
    """Until the proxy has stopped to read because nobody reads from it."""
    def moved() -> int:
        with open(f"/proc/{proxy.pid}/io") as io:
            return int(io.readline().split()[1])  # rchar

    last, still = moved(), 0
    while still < 5:
        time.sleep(0.1)
        now = moved()
        still, last = (still + 1 if now == last else 0), now


def test_copy_out_to_a_client_that_does_not_read_for_a_while(proxy, client):
    memory = Memory(proxy)
    rows = VOLUME // len(ROW)
    client.send(query(f"COPY (SELECT repeat('x', {len(ROW) - 1}) FROM generate_series(1, {rows})) TO STDOUT"))
    wait_until_it_stalls(proxy)
    memory.check()
    assert copy_out_bytes(client) == rows * len(ROW)
    memory.check()


def test_result_for_a_client_that_does_not_read_for_a_while(proxy, client):
    memory = Memory(proxy)
    client.send(parse("named", f"SELECT repeat('x', {MB}) FROM generate_series(1, {VOLUME // MB})"),
                b"B\0\0\0\x11\0named\0\0\0\0\0\0\0", EXECUTE, SYNC)
    wait_until_it_stalls(proxy)
    memory.check()
    replies = client.read_until("Z")
    assert replies.kinds == "12" + "D" * (VOLUME // MB) + "CZ"
    memory.check()


def test_copy_in(proxy, client):
    memory = Memory(proxy)
    client.query("CREATE TABLE IF NOT EXISTS copy_in_test (line text)")
    client.query("TRUNCATE copy_in_test")
    client.send(query("COPY copy_in_test FROM STDIN"))
    assert client.read_message().kind == "G"
    rows = VOLUME // len(ROW)
    chunk = b"".join(b"d" + struct.pack("!i", 4 + len(ROW)) + ROW for _ in range(100))
    for _ in range(rows // 100):
        client.send(chunk)
    client.send(COPY_DONE)
    assert client.read_until("Z").kinds == "CZ"
    assert client.query("SELECT count(*), sum(length(line)) FROM copy_in_test").rows == [
        [str(rows // 100 * 100).encode(), str(rows // 100 * 100 * 999).encode()]]
    client.query("DROP TABLE copy_in_test")
    memory.check()


def test_one_huge_bind_value(proxy, client):
    memory = Memory(proxy)
    size = min(VOLUME, 1000 * MB) // 2
    client.send(parse("huge", "SELECT length($1::bytea)"), SYNC)
    assert client.read_until("Z").kinds == "1Z"
    client.send(bind_head("huge", size))
    for _ in range(size // MB):
        client.send(bytes(MB))
    client.send(bytes(size % MB), BIND_TAIL, EXECUTE, SYNC)
    replies = client.read_until("Z")
    assert replies.rows == [[str(size).encode()]], replies[:1]
    memory.check()


@pytest.mark.parametrize("value_size, syncs", [(1000, False), (20_000, True)])
def test_pipelined_binds_of_a_client_that_does_not_read_yet(proxy, client, value_size, syncs):
    """60 MB written before the first byte is read: in one segment, and in one for each."""
    memory = Memory(proxy)
    client.send(parse("many", "SELECT length($1::bytea)"), SYNC)
    assert client.read_until("Z").kinds == "1Z"
    one = bind_head("many", value_size) + bytes(value_size) + BIND_TAIL + EXECUTE + (SYNC if syncs else b"")
    count = 60 * MB // len(one)
    for _ in range(count):
        client.send(one)
    if not syncs:
        client.send(SYNC)
    results, ends = 0, 0
    while ends < (count if syncs else 1):
        replies = client.read_until("Z")
        assert not replies.of("E"), replies.of("E")[0].error
        results += sum(row == [str(value_size).encode()] for row in replies.rows)
        ends += 1
    assert results == count
    memory.check()


def test_idle_connections_give_back_what_long_messages_took(proxy):
    """A statement that is read as a whole, by each of several clients, one after the other."""
    clients = [ready(RawClient(proxy.port)) for _ in range(8)]
    text = "SELECT 1 /* " + "x" * (4 * MB) + " */"
    for client in clients:
        client.send(parse("", text), b"B\0\0\0\x0c\0\0\0\0\0\0\0\0", EXECUTE, SYNC)
        assert client.read_until("Z").rows == [[b"1"]]
        client.send(parse("", "SELECT 2"), b"B\0\0\0\x0c\0\0\0\0\0\0\0\0", EXECUTE, SYNC)
        assert client.read_until("Z").rows == [[b"2"]]
    assert proxy.status("VmRSS") < 40 * 1024 + 4 * MB // 1024 * len(clients) // 2
    for client in clients:
        client.close()
