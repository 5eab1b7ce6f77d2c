"""A client that leaves is noticed while something of it is held, and what runs for it is cancelled with its key."""
from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
from typing import Iterator

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import (COPY_DONE, DEFAULTS, EXECUTE, SYNC, TERMINATE, RawClient, message,
                                                parse, query, ready, startup_packet)
from tests.integration.relay.sleepers import sleepers
from tests.integration.relay.upstreams import accept, deaf_server, upstream_server
from tests.integration.support.stack import PgBouncer, rotating_pooler

pytestmark = pytest.mark.timeout(180)

FOR_EVER = query("SELECT pg_sleep(600)")
COPY = query("COPY left_test FROM STDIN") + 100 * message("d", b"1\n" * 5_000) + COPY_DONE
BIND = message("B", bytes(8))
STARTUP = startup_packet(DEFAULTS)
CUT = "cut off: the upstream has not answered since the client left"


@pytest.fixture(autouse=True)
def table(postgres) -> Iterator[None]:
    postgres.psql("CREATE TABLE left_test (n int)")
    yield
    postgres.psql("DROP TABLE left_test")


@pytest.fixture
def pooler(postgres) -> Iterator[PgBouncer]:
    """With one server, so that nobody else has it while a client that has left does."""
    with rotating_pooler(postgres, 1) as pooler:
        yield pooler


@contextlib.contextmanager
def stopped(pooler: PgBouncer) -> Iterator[None]:
    os.kill(pooler.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pooler.pid, signal.SIGCONT)


def reset(client: RawClient) -> None:
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def is_free(pooler: PgBouncer) -> bool:
    return pooler.active_servers() == 0


def rows(postgres) -> int:
    return int(postgres.psql("SELECT count(*) FROM left_test"))


@pytest.mark.parametrize("leave", [RawClient.close, reset])
@pytest.mark.parametrize("held", [b"", FOR_EVER, COPY, b"Q\0\0"], ids=["nothing", "query", "copy", "part"])
def test_what_runs_is_cancelled_at_once(start_proxy, postgres, pooler, held, leave):
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", leave_timeout="1h")
    client = ready(RawClient(proxy.port))
    client.send(FOR_EVER)
    eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
    client.send(held)
    leave(client)
    eventually(lambda: sleepers(postgres) == 0 and is_free(pooler), "the server is free")
    with RawClient(proxy.port) as other:
        assert ready(other).query("SELECT 1").rows == [[b"1"]]


@pytest.mark.parametrize("closes", [True, False], ids=["closes", "waits"])
@pytest.mark.parametrize("held", [b"", query("SELECT 1"), COPY[:-len(COPY_DONE)]], ids=["nothing", "query", "copy"])
def test_behind_terminate_it_has_leave_timeout(start_proxy, postgres, pooler, held, closes):
    """The same where the client waits for the server to close."""
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", leave_timeout="1s")
    with RawClient(proxy.port) as client:
        ready(client).send(FOR_EVER + held + TERMINATE)
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
        if closes:
            client.close()
        eventually(lambda: sleepers(postgres) == 0 and is_free(pooler), "the server is free")
        eventually(lambda: "cancelling what runs" in proxy.logged(), "it was cancelled")
        assert CUT not in proxy.logged()


INSERT = parse("", "INSERT INTO left_test SELECT 1 FROM pg_sleep(0.01)") + BIND + EXECUTE + SYNC


@pytest.mark.parametrize("leave", [RawClient.close, reset])
@pytest.mark.parametrize("end", [TERMINATE, b""], ids=["terminate", "closed"])
@pytest.mark.parametrize("count", [1, 100])
def test_what_was_sent_before_is_carried_out(start_proxy, postgres, pooler, count, end, leave):
    proxy = start_proxy(f"127.0.0.1:{pooler.port}")
    client = ready(RawClient(proxy.port))
    client.send(count * INSERT + end)
    leave(client)
    eventually(lambda: rows(postgres) == count, "all is committed")
    eventually(lambda: is_free(pooler), "the server is free")


def send_as_far_as_it_goes(client: RawClient, *messages: bytes) -> None:
    client.socket.settimeout(1)
    with contextlib.suppress(TimeoutError):
        client.send(*messages)


@pytest.mark.parametrize("end", [TERMINATE, b""], ids=["terminate", "closed"])
@pytest.mark.parametrize("held, leave", [(b"", RawClient.close), (query("SELECT 1"), RawClient.close),
                                         (20 * COPY, reset)], ids=["nothing", "query", "more than a socket holds"])
def test_a_pooler_that_answers_nothing(start_proxy, pooler, held, leave, end):
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", leave_timeout="300ms")
    client = ready(RawClient(proxy.port))
    with stopped(pooler):
        send_as_far_as_it_goes(client, FOR_EVER, held, end)
        leave(client)
        eventually(lambda: CUT in proxy.logged() and "client disconnected" in proxy.logged(), "the log says why")
    eventually(lambda: is_free(pooler), "the server is free")


def test_a_pooler_that_does_not_read(start_proxy, pooler):
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", leave_timeout="300ms")
    client = ready(RawClient(proxy.port))
    client.send(query("COPY left_test FROM STDIN"))
    client.read_until("G")
    with stopped(pooler):
        send_as_far_as_it_goes(client, message("d", b"1\n" * 10_000_000))
        reset(client)
        eventually(lambda: CUT in proxy.logged() and "client disconnected" in proxy.logged(), "the log says why")
    eventually(lambda: is_free(pooler), "the server is free")


def left_before_login(proxy) -> bool:
    return proxy.logged().count("client left before it was logged in") == 1


@pytest.mark.parametrize("leave", [RawClient.close, reset])
@pytest.mark.parametrize("tls", ["require", "disable"])
def test_an_upstream_that_does_not_speak(start_proxy, tls, leave):
    with upstream_server() as upstream:
        proxy = start_proxy("{}:{}".format(*upstream.getsockname()), upstream_tls_mode=tls, login_timeout="1h",
                            upstream_connect_timeout="1h", leave_timeout="1h")
        client = RawClient(proxy.port)
        client.send(STARTUP)
        with accept(upstream) as server:
            assert server.recv(100)
            leave(client)
            assert server.recv(100) == b""
        eventually(lambda: left_before_login(proxy), "it has ended")


def test_an_upstream_that_cannot_be_reached(start_proxy):
    with deaf_server() as port:
        proxy = start_proxy(f"127.0.0.1:{port}", upstream_connect_timeout="1h", login_timeout="1h", leave_timeout="1h")
        before = proxy.idle_descriptors()
        client = RawClient(proxy.port)
        client.send(STARTUP)
        eventually(lambda: proxy.descriptors() > before + 1, "it connects")
        client.close()
        eventually(lambda: left_before_login(proxy), "it has ended")
