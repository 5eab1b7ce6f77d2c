"""Cancel requests do the pooler no harm, whatever becomes of those who send them.

pgBouncer 1.18 passes a request on to PostgreSQL and waits until that closes. When the sender leaves earlier, it keeps
a reference to it, and then dies or ends the session of a stranger who got the memory: the first tests show it. The
time in which this happens is short; here the postmaster is stopped, so that it lasts as long as a test wants.
"""
from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator

import pytest

from tests.integration.relay.proxy import Proxy, eventually
from tests.integration.relay.raw_client import TERMINATE, RawClient, query, ready
from tests.integration.relay.test_cancel import cancel_packet, start_sleeping
from tests.integration.support.daemon import accepts
from tests.integration.support.stack import PgBouncer, Postgres, StackError, rotating_pooler

pytestmark = pytest.mark.timeout(180)

POOL_SIZE = 5
ROUNDS, STORMERS, STEADY = 6, 4, 4  # of the storm: its rounds, sessions cancelled at once, others
SHORT = "200ms"


@pytest.fixture
def pooler(postgres: Postgres) -> Iterator[PgBouncer]:
    """One of its own for each test, which may kill it."""
    with rotating_pooler(postgres, POOL_SIZE) as pooler:
        yield pooler


@pytest.fixture
def proxy(start_proxy, pooler: PgBouncer) -> Proxy:
    return start_proxy(f"127.0.0.1:{pooler.port}", upstream_connect_timeout=SHORT, leave_timeout=SHORT)


@contextlib.contextmanager
def stopped_postmaster(postgres: Postgres) -> Iterator[None]:
    """Its backends go on; new connections, and with them cancel requests, wait."""
    os.kill(postgres.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(postgres.pid, signal.SIGCONT)


def requests(pooler: PgBouncer, column: str = "cl_active_cancel_req") -> int:
    """Cancel requests that the pooler has passed on and that PostgreSQL has not answered: their senders."""
    return pooler.count(column)


def send_cancel(port: int, key: bytes, pooler: PgBouncer) -> RawClient:
    messenger = RawClient(port)
    messenger.send(cancel_packet(key))
    eventually(lambda: requests(pooler) == 1, "the request is on its way")
    return messenger


def dies(pooler: PgBouncer) -> str:
    def dead() -> bool:
        with contextlib.suppress(StackError):
            pooler.check()
            return False
        return True

    eventually(dead, "the pooler dies")
    return pooler.log_tail()


def cancelled(client: RawClient) -> list[str]:
    """SQLSTATEs of what was being executed."""
    return [reply.error[1] for reply in client.read_until("Z").of("E")]


def test_pooler_alone_dies_of_a_sender_that_leaves(postgres, pooler, version_1_18):
    with RawClient(pooler.port) as victim:
        key = start_sleeping(victim, postgres, "victim")
        with stopped_postmaster(postgres):
            send_cancel(pooler.port, key, pooler).close()
            eventually(lambda: requests(pooler) == 0, "the sender is forgotten")
        assert "disconnect_client(): bad client state: 0" in dies(pooler)


def test_pooler_alone_dies_of_a_sender_that_says_goodbye(postgres, pooler, version_1_18):
    with RawClient(pooler.port) as victim:
        key = start_sleeping(victim, postgres, "victim")
        with stopped_postmaster(postgres), send_cancel(pooler.port, key, pooler) as messenger:
            messenger.send(TERMINATE)
            assert "client_proto(): bad client state: 7" in dies(pooler)


def test_pooler_alone_ends_the_session_of_a_stranger(postgres, pooler, version_1_18):
    with contextlib.ExitStack() as context:
        victim = context.enter_context(RawClient(pooler.port))
        key = start_sleeping(victim, postgres, "victim")
        with stopped_postmaster(postgres):
            send_cancel(pooler.port, key, pooler).close()
            eventually(lambda: requests(pooler) == 0, "the sender is forgotten")
            strangers = [ready(context.enter_context(RawClient(pooler.port))) for _ in range(8)]
        assert cancelled(victim) == ["57014"]
        eventually(lambda: requests(pooler, "sv_active_cancel") == 0, "PostgreSQL has answered")
        endings = [stranger.query("SELECT 1").of("E") for stranger in strangers]
        assert [error.error[2] for errors in endings for error in errors] == ["successfully sent cancel request"]


@pytest.mark.parametrize("goodbye", [b"", TERMINATE], ids=["close", "Terminate"])
def test_sender_that_leaves(postgres, pooler, proxy, goodbye):
    with RawClient(proxy.port) as victim, RawClient(proxy.port) as stranger:
        key = start_sleeping(victim, postgres, "victim")
        with stopped_postmaster(postgres):
            with send_cancel(proxy.port, key, pooler) as messenger:
                messenger.send(goodbye)
            ready(stranger)
        assert cancelled(victim) == ["57014"]
        assert stranger.query("SELECT 1").rows == victim.query("SELECT 1").rows == [[b"1"]]
        pooler.check()


def test_sender_is_let_go_before_its_request_is_answered(postgres, pooler, proxy):
    """A postmaster that takes its time: the client waits no longer than connect_timeout, pgsidecar does."""
    with RawClient(proxy.port) as victim:
        key = start_sleeping(victim, postgres, "victim")
        before = proxy.descriptors()
        with stopped_postmaster(postgres):
            with send_cancel(proxy.port, key, pooler) as messenger:
                assert messenger.read(1) == b""
            eventually(lambda: proxy.descriptors() == before + 1, "only the pooler's side is left")
            assert requests(pooler) == 1
        assert cancelled(victim) == ["57014"]
        assert victim.query("SELECT 1").rows == [[b"1"]]
        eventually(lambda: proxy.descriptors() == before, "nothing is left of the request")
        pooler.check()


def test_one_request_at_a_time_for_a_session(postgres, pooler, proxy):
    """The others wait; one of them is carried for all that have waited."""
    with RawClient(proxy.port) as victim, contextlib.ExitStack() as context:
        key = start_sleeping(victim, postgres, "victim")
        before = proxy.descriptors()
        with stopped_postmaster(postgres):
            send_cancel(proxy.port, key, pooler).close()
            messengers = [context.enter_context(RawClient(proxy.port)) for _ in range(5)]
            for messenger in messengers:
                messenger.send(cancel_packet(key))
            assert [messenger.read(1) for messenger in messengers] == [b""] * 5, "none waits for ever"
            eventually(lambda: proxy.descriptors() == before + 1, "one of the six is at the pooler")
            assert requests(pooler) == 1
        assert cancelled(victim) == ["57014"]
        eventually(lambda: proxy.descriptors() == before and requests(pooler) == 0, "all are carried")
        assert victim.query("SELECT 1").rows == [[b"1"]]
        pooler.check()


def test_session_that_leaves_before_its_request_is_answered(postgres, pooler, proxy):
    with RawClient(proxy.port) as stranger:
        ready(stranger)
        with RawClient(proxy.port) as victim:
            key = start_sleeping(victim, postgres, "victim")
            with stopped_postmaster(postgres):
                send_cancel(proxy.port, key, pooler).close()
                victim.close()
                eventually(lambda: pooler.active_servers() == 0, "the pooler has given the session up")
        eventually(lambda: requests(pooler) == 0, "PostgreSQL has answered")
        assert stranger.query("SELECT 1").rows == [[b"1"]]
        pooler.check()


def test_shutdown_waits_for_a_request(postgres, pooler, proxy):
    with RawClient(proxy.port) as victim:
        key = start_sleeping(victim, postgres, "victim")
        with stopped_postmaster(postgres):
            send_cancel(proxy.port, key, pooler).close()
            proxy.signal()
            eventually(lambda: not accepts(proxy.port), "it shuts down")
            assert requests(pooler) == 1
        assert proxy.wait() == 0
    pooler.check()


def storm(port: int, number: int) -> None:
    """A session that is cancelled by several at once, who leave at once, as it does itself."""
    rng = random.Random(number)
    with RawClient(port) as victim:
        key = victim.start().of("K")[0].body
        victim.send(query(f"SELECT pg_sleep({rng.choice([0, 0.005, 0.5])})"))
        for _ in range(rng.randint(1, 3)):
            with RawClient(port) as messenger:
                messenger.send(cancel_packet(key), rng.choice([b"", TERMINATE]))
                if rng.random() < 0.3:
                    messenger.read(1)
        if rng.random() < 0.5:
            victim.read_until("Z")


def be_right(port: int, number: int, over: threading.Event) -> int:
    """The rounds in which somebody else's session had its own answers."""
    rounds = 0
    with RawClient(port) as client:
        ready(client)
        while not over.is_set():
            assert client.query(f"SELECT {number}, {rounds}").rows == [[b"%d" % number, b"%d" % rounds]]
            rounds += 1
    return rounds


@pytest.mark.parametrize("workers", ["1", "2"])
def test_storm(start_proxy, pooler, workers):
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", workers=workers)
    before, over = proxy.idle_descriptors(), threading.Event()
    with ThreadPoolExecutor(STORMERS + STEADY) as clients:
        steady = [clients.submit(be_right, proxy.port, number, over) for number in range(STEADY)]
        try:
            for first in range(0, ROUNDS * STORMERS, STORMERS):
                list(clients.map(lambda number: storm(proxy.port, number), range(first, first + STORMERS)))
        finally:
            over.set()
        assert all(each.result() > 0 for each in steady)
    pooler.check()
    eventually(lambda: pooler.active_servers() == 0, "no server is lent")
    eventually(lambda: proxy.descriptors() <= before, "nothing is left of the requests")
