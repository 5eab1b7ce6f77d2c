"""Clients that mean harm: what they do costs them alone. Others are served meanwhile, and memory stays bounded.

Packets and messages of impossible length: test_start_up.py, test_limits.py; a client that says nothing: test_start_up.py;
clients that do not read: test_volume.py.
"""
from __future__ import annotations

import functools
import struct
import threading
from contextlib import ExitStack
from typing import Iterator

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import (FLUSH, SSL_REQUEST, SYNC, RawClient, message, parse, ready,
                                                startup_packet)
from tests.integration.relay.test_volume import Memory, wait_until_it_stalls
from tests.integration.relay.upstreams import accept, upstream_server

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def start_proxy(start_proxy):
    """Upstreams are played by the tests, without TLS."""
    return functools.partial(start_proxy, upstream_tls_mode="disable")


TOO_MANY = ("FATAL", "53300", "too many connections that have not logged in")
STARTUP = startup_packet({"user": "me"})
ASKS_FOR_PASSWORD = message("R", struct.pack("!i", 3))
MILLION = 1_000_000


@pytest.fixture
def crowd() -> Iterator:
    """crowd(port, count): clients that have connected and said nothing."""
    with ExitStack() as clients:
        yield lambda port, count: [clients.enter_context(RawClient(port)) for _ in range(count)]


def is_served(port: int) -> bool:
    with RawClient(port) as client:
        return ready(client).query("SELECT 41 + 1").rows == [[b"42"]]


def test_flood_of_half_open_connections(start_proxy, crowd):
    proxy = start_proxy(max_half_open="50", login_timeout="1h")
    before, memory = proxy.idle_descriptors(), Memory(proxy)
    with RawClient(proxy.port) as early:
        ready(early)
        silent = crowd(proxy.port, 300)
        for client in silent[:250]:
            assert [reply.error for reply in client.read_to_end()] == [TOO_MANY]
        assert is_served(proxy.port)
        assert early.query("SELECT 41 + 1").rows == [[b"42"]]
        eventually(lambda: proxy.descriptors() <= before + 51, "those that made room are closed")
        silent[-1].send(SSL_REQUEST)
        assert silent[-1].read(1) == b"N", "the last ones have their places"
    memory.check()


def test_half_open_connections_of_every_kind_count(start_proxy, crowd):
    """Nothing said, an SSLRequest, half a StartupMessage, no answer to a request for a password."""
    with upstream_server() as upstream:
        proxy = start_proxy("{}:{}".format(*upstream.getsockname()), max_half_open="4", login_timeout="1h")
        silent, asking, halting, mute = crowd(proxy.port, 4)
        asking.send(SSL_REQUEST)
        assert asking.read(1) == b"N"
        halting.send(STARTUP[:6])
        mute.send(STARTUP)
        with accept(upstream) as server:
            assert server.recv(100) == STARTUP
            server.sendall(ASKS_FOR_PASSWORD)
            assert mute.read_message().kind == "R"
            for client in (silent, asking, halting, mute):
                crowd(proxy.port, 1)
                assert [reply.error for reply in client.read_to_end()] == [TOO_MANY]


def test_many_that_log_in_at_once_are_not_half_open(start_proxy, pgbouncer, crowd):
    """More than max_half_open, all of them silent for a moment: nobody is refused."""
    proxy = start_proxy(f"127.0.0.1:{pgbouncer.port}", max_half_open="5")
    clients = crowd(proxy.port, 200)
    for client in clients:
        client.send(SSL_REQUEST)
    for client in clients:
        assert client.read(1) == b"N"
    for client in clients:
        assert ready(client).query("SELECT 41 + 1").rows == [[b"42"]]


def test_half_open_connections_above_max_connections_make_room_at_once(start_proxy, crowd):
    proxy = start_proxy(max_half_open="2", max_connections="5", login_timeout="1h")
    first, *others = crowd(proxy.port, 6)
    assert [reply.error for reply in first.read_to_end()] == [TOO_MANY]
    others[-1].send(SSL_REQUEST)
    assert others[-1].read(1) == b"N"


def test_clients_that_wait_for_the_upstream_are_not_half_open(start_proxy, crowd):
    with upstream_server() as upstream:
        proxy = start_proxy("{}:{}".format(*upstream.getsockname()), max_half_open="1")
        waiting = []
        for _ in range(5):
            client, = crowd(proxy.port, 1)
            client.send(STARTUP)
            waiting.append((client, accept(upstream)))
        for client, server in waiting:
            server.sendall(ASKS_FOR_PASSWORD)
            assert client.read_message().kind == "R"
            server.close()
            assert client.read_message().error[1] == "57P03"


def test_client_that_writes_its_start_up_slowly(start_proxy):
    """login_timeout is for all of it."""
    proxy = start_proxy(login_timeout="500ms")
    with RawClient(proxy.port) as client:
        client.send(struct.pack("!ihh", 10_000, 3, 0))
        client.socket.settimeout(0.05)
        answer = b""
        while not answer:
            client.send(b"x")
            try:
                answer = client.socket.recv(1)
            except TimeoutError:
                pass
        client.socket.settimeout(30)
        assert b"08006" in client.socket.recv(1000)


def test_clients_that_promise_much_and_write_slowly(proxy, pgbouncer, crowd):
    """Messages that would be read as a whole take the memory of what has come, and no server."""
    clients = [ready(client) for client in crowd(proxy.port, 200)]
    memory = Memory(proxy)
    for client in clients:
        client.send(b"Q" + struct.pack("!i", 15 << 20) + b"SELECT 1")
    for _ in range(20):
        for client in clients:
            client.send(b" ")
    assert pgbouncer.active_servers() == 0
    assert is_served(proxy.port)
    memory.check()


@pytest.mark.parametrize("tiny, answer", [(SYNC, b"Z\0\0\0\5I"), (FLUSH, b""), (message("C", b"S\0") + SYNC, None),
                                          (parse("", ""), b"1\0\0\0\4")], ids=["Sync", "Flush", "Close", "Parse"])
def test_a_million_tiny_messages(proxy, tiny, answer):
    answer = b"3\0\0\0\4Z\0\0\0\5I" if answer is None else answer
    with RawClient(proxy.port) as client:
        ready(client)
        memory = Memory(proxy)
        sender = threading.Thread(target=client.send, args=(tiny * MILLION, SYNC))
        sender.start()
        wait_until_it_stalls(proxy)
        assert is_served(proxy.port)
        left = len(answer) * MILLION
        while left > 0:
            piece = client.read(min(left, len(answer) * 10_000))
            assert piece == answer * (len(piece) // len(answer))
            left -= len(piece)
        assert client.read(6) == b"Z\0\0\0\5I"
        sender.join()
        memory.check()


def test_statements_without_end(start_proxy):
    proxy = start_proxy(max_statements="500")
    with RawClient(proxy.port) as client:
        ready(client)
        memory = Memory(proxy)
        codes = set()
        for i in range(5000):
            client.send(parse(f"s{i}", f"SELECT {i}" + 4000 * " "), SYNC)
            codes.update(reply.error[1] for reply in client.read_until("Z").of("E"))
        assert codes == {"53400"}
        memory.check()
        client.send(message("C", b"Ss7\0"), parse("another", "SELECT 1"), SYNC)
        assert client.read_until("Z").kinds == "31Z"
