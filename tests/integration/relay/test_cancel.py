"""CancelRequests reach the session they mean, and no other."""
from __future__ import annotations

import contextlib
import functools
import socket
import struct
from typing import Iterator

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import DEFAULTS, RawClient, message, query, ready, startup_packet
from tests.integration.relay.upstreams import accept, nobody_has_come, upstream_server
from tests.integration.support.stack import PgBouncer

pytestmark = pytest.mark.timeout(120)

KEY = b"\0\0\0\1key!"
KEY_3_2 = b"\0\0\0\1" + bytes(range(256))  # the longest
IDLE, IN_TRANSACTION = message("Z", b"I"), message("Z", b"T")


def cancel_packet(key: bytes) -> bytes:
    return struct.pack("!ihh", 8 + len(key), 1234, 5678) + key


def cancel(address, key: bytes) -> None:
    """As PQcancel: the proxy closes when the request has arrived."""
    with RawClient(address) as messenger:
        messenger.send(cancel_packet(key))
        assert messenger.read(1) == b""


def start_sleeping(client: RawClient, postgres, name: str) -> bytes:
    """Returns the key that cancels it, once the server is asleep."""
    replies = client.start({"application_name": name})
    client.send(query("SELECT pg_sleep(600)"))
    eventually(lambda: asleep(postgres, name), "the server sleeps")
    return replies.of("K")[0].body


def asleep(postgres, name: str) -> bool:
    sql = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND wait_event = 'PgSleep'"
    return postgres.psql(sql) == "1"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_cancels_the_query_of_its_session_only(start_proxy, postgres, pgbouncer, workers):
    proxy = start_proxy(workers=workers)
    with RawClient(proxy.port) as one, RawClient(proxy.port) as other:
        key, other_key = start_sleeping(one, postgres, "one"), start_sleeping(other, postgres, "other")
        cancel(proxy.port, key)
        replies = one.read_until("Z")
        assert [reply.error[1] for reply in replies.of("E")] == ["57014"]
        assert one.query("SELECT 1").rows == [[b"1"]]
        assert asleep(postgres, "other")
        cancel(proxy.port, other_key)
        assert [reply.error[1] for reply in other.read_until("Z").of("E")] == ["57014"]


def test_key_that_nobody_has(proxy, postgres):
    with RawClient(proxy.port) as client:
        key = start_sleeping(client, postgres, "unharmed")
        wrong = key[:-1] + bytes([key[-1] ^ 1])
        cancel(proxy.port, wrong)
        assert asleep(postgres, "unharmed")
        cancel(proxy.port, key)
        assert client.read_until("Z").of("E")


def test_session_that_has_ended_is_forgotten(proxy, postgres):
    with RawClient(proxy.port) as client:
        key = start_sleeping(client, postgres, "ended")
        cancel(proxy.port, key)
        client.read_until("Z")
    cancel(proxy.port, key)
    with RawClient(proxy.port) as client:
        assert ready(client).query("SELECT 1").rows == [[b"1"]]


def test_many_requests_leave_nothing(proxy, pgbouncer):
    with RawClient(proxy.port) as client:
        key = client.start().of("K")[0].body
        before = proxy.idle_descriptors()
        for _ in range(50):
            cancel(proxy.port, key)
        eventually(lambda: proxy.descriptors() == before, "every connection is closed")
        assert client.query("SELECT 1").rows == [[b"1"]]


@pytest.mark.parametrize("key", [b"\0\0\0\1ab", b"\0\0\0\1" + b"k" * 300])
def test_malformed_request(proxy, key):
    with RawClient(proxy.port) as client:
        client.send(cancel_packet(key))
        assert client.read_message().error[1] == "08P01"
        assert client.read_message() is None


@pytest.fixture
def upstream():
    with upstream_server() as server:
        yield server


@pytest.fixture
def played(start_proxy, upstream):
    """A proxy whose upstream is played by the test."""
    return functools.partial(start_proxy, "{}:{}".format(*upstream.getsockname()), upstream_tls_mode="disable")


@contextlib.contextmanager
def played_session(port: int, upstream: socket.socket, key: bytes = KEY,
                   minor: int = 0) -> Iterator[tuple[RawClient, socket.socket]]:
    """A client that is logged in, and its server."""
    with RawClient(port) as client:
        client.send(startup_packet(DEFAULTS, minor))
        with accept(upstream) as server:
            assert server.recv(100) == startup_packet(DEFAULTS, minor)
            server.sendall(message("R", bytes(4)) + message("K", key) + IDLE)
            assert client.read_until("Z").of("K")[0].body == key
            yield client, server


def run(client: RawClient, server: socket.socket) -> None:
    client.send(query("SELECT 1"))
    assert server.recv(100) == query("SELECT 1")


def end(client: RawClient, server: socket.socket, status: bytes = IDLE) -> None:
    server.sendall(message("C", b"SELECT 1\0") + status)
    client.read_until("Z")


def is_carried(port: int, upstream: socket.socket, key: bytes = KEY) -> bool:
    with RawClient(port) as messenger:
        messenger.send(cancel_packet(key))
        with accept(upstream) as canceller:
            assert canceller.recv(1000) == cancel_packet(key)
        return messenger.read(1) == b""


@pytest.mark.parametrize("key, minor", [(KEY, 0), (KEY_3_2, 2)], ids=["3.0", "3.2"])
def test_idle_session_has_nothing_to_cancel(played, upstream, key, minor):
    """What the pooler runs then on the server that it had is another client's."""
    proxy = played(upstream_negotiates_protocol="true")
    with played_session(proxy.port, upstream, key, minor) as (client, server):
        cancel(proxy.port, key)
        assert nobody_has_come(upstream)
        run(client, server)
        assert is_carried(proxy.port, upstream, key)
        end(client, server)
        cancel(proxy.port, key)
        assert nobody_has_come(upstream)


def test_idle_transaction_has_its_server(played, upstream):
    proxy = played()
    with played_session(proxy.port, upstream) as (client, server):
        run(client, server)
        end(client, server, IN_TRANSACTION)
        assert is_carried(proxy.port, upstream)


def test_request_that_has_waited_until_its_session_is_idle(played, upstream):
    proxy = played()
    with played_session(proxy.port, upstream) as (client, server):
        run(client, server)
        with RawClient(proxy.port) as first:
            first.send(cancel_packet(KEY))
            canceller = accept(upstream)
            before = proxy.descriptors()
            with RawClient(proxy.port) as second:
                second.send(cancel_packet(KEY))
                eventually(lambda: proxy.descriptors() > before, "the second has come")
                end(client, server)
                canceller.close()
                assert first.read(1) == second.read(1) == b""
        assert nobody_has_come(upstream)


def test_key_of_another_proxy_is_carried(played, upstream):
    """As of one beside it, or of the same before its restart."""
    assert is_carried(played().port, upstream)


def test_late_requests_spare_the_client_that_has_the_server_now(start_proxy, postgres):
    pooler = PgBouncer(postgres, pool_size=1)
    try:
        pooler.start()
        proxy = start_proxy(f"127.0.0.1:{pooler.port}")
        with RawClient(proxy.port) as done, RawClient(proxy.port) as other:
            key = done.start().of("K")[0].body
            assert done.query("SELECT 1").rows == [[b"1"]]
            other_key = start_sleeping(other, postgres, "other")
            for _ in range(20):
                cancel(proxy.port, key)
            assert asleep(postgres, "other")
            cancel(proxy.port, other_key)
            assert [reply.error[1] for reply in other.read_until("Z").of("E")] == ["57014"]
    finally:
        pooler.remove()
