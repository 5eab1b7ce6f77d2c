"""SIGTERM: no new clients, every session goes at the end of its transaction, then the program."""
from __future__ import annotations

import signal
import time

import pytest

from tests.integration.admin.client import ask
from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import DEFAULTS, SYNC, RawClient, parse, query, ready, startup_packet
from tests.integration.support.daemon import StackError, accepts, free_port

pytestmark = pytest.mark.timeout(120)

GOODBYE = ("FATAL", "57P01", "terminating connection due to administrator command")


@pytest.fixture
def proxy(start_proxy):
    return start_proxy(drain_timeout="60s", shutdown_timeout="5s")


def refuses(proxy) -> bool:
    return not accepts(proxy.port)


def test_an_idle_session_goes_at_once(proxy):
    with ready(RawClient(proxy.port)) as client:
        proxy.signal()
        assert client.read_message().error == GOODBYE
        assert client.read_message() is None
    assert proxy.wait() == 0


def test_a_transaction_is_carried_to_its_end(proxy, pgbouncer):
    with ready(RawClient(proxy.port)) as idle, ready(RawClient(proxy.port)) as busy:
        assert busy.query("BEGIN").kinds == "CZ"
        proxy.signal()
        assert idle.read_message().error == GOODBYE
        eventually(lambda: refuses(proxy), "nobody new is taken")
        assert busy.query("SELECT 1").rows == [[b"1"]]
        busy.send(parse("s", "SELECT 2"), SYNC)
        assert busy.read_until("Z").kinds == "1Z"
        assert busy.query("COMMIT").kinds == "CZ"
        assert busy.read_message().error == GOODBYE
    assert proxy.wait() == 0


def test_a_statement_outside_a_transaction_block_is_answered(proxy):
    with ready(RawClient(proxy.port)) as client:
        client.send(query("SELECT pg_sleep(1)"))
        time.sleep(0.2)
        proxy.signal()
        assert client.read_until("Z").kinds == "TDCZ"
        assert client.read_message().error == GOODBYE
    assert proxy.wait() == 0


def test_who_does_not_come_to_an_end_is_told_after_drain_timeout(start_proxy, postgres):
    proxy = start_proxy(drain_timeout="300ms", shutdown_timeout="5s")
    with ready(RawClient(proxy.port)) as client:
        client.query("BEGIN")
        proxy.signal()
        assert client.read_message().error == GOODBYE
    assert proxy.wait() == 0
    eventually(lambda: postgres.psql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") == "0",
               "the transaction is rolled back")


def test_a_second_signal_ends_it_at_once(proxy):
    with ready(RawClient(proxy.port)) as client:
        client.query("BEGIN")
        proxy.signal()
        eventually(lambda: refuses(proxy), "nobody new is taken")
        proxy.signal()
        assert proxy.wait() == 128 + signal.SIGTERM


def test_a_client_that_logs_in_meanwhile_is_told(proxy):
    with RawClient(proxy.port) as client:
        eventually(lambda: proxy.descriptors() > 0, "it runs")
        time.sleep(0.1)
        proxy.signal()
        assert client.read_message().error == GOODBYE
    assert proxy.wait() == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_clients_that_are_not_accepted_yet_are_told(start_proxy, workers):
    """Closing the listening socket would reset them."""
    proxy = start_proxy(workers=workers, drain_timeout="60s", shutdown_timeout="5s")
    proxy.signal(signal.SIGSTOP)
    try:
        clients = [RawClient(proxy.port) for _ in range(200)]
        for client in clients:
            client.send(startup_packet(DEFAULTS))
        proxy.signal()
    finally:
        proxy.signal(signal.SIGCONT)
    for client in clients:
        with client:
            assert client.read_to_end()[-1].error == GOODBYE
    assert proxy.wait() == 0
def test_successor_serves_clients_and_takes_the_admin_address_when_it_is_free(start_proxy):
    admin = free_port()
    keys = {"admin_metrics_listen": f"127.0.0.1:{admin}", "drain_timeout": "60s"}
    old = start_proxy(**keys)
    with ready(RawClient(old.port)) as client:
        client.query("BEGIN")
        old.signal()
        eventually(lambda: "draining" in ask(admin, "/readyz").text, "the old one drains")
        new = start_proxy(**keys)
        with ready(RawClient(new.port)) as other:
            assert other.query("SELECT 41 + 1").rows == [[b"42"]]
        assert "draining" in ask(admin, "/readyz").text, "until then it is the old one's"
        assert client.query("COMMIT").kinds == "CZ"
    assert old.wait() == 0
    eventually(lambda: accepts(admin) and ask(admin, "/readyz").status == 200, "the new one answers")


def test_admin_address_of_somebody_who_does_not_drain_is_an_error(start_proxy):
    admin = free_port()
    start_proxy(admin_listen=f"127.0.0.1:{admin}")
    with pytest.raises(StackError, match=f"cannot listen on 127.0.0.1:{admin}: Address already in use"):
        start_proxy(admin_listen=f"127.0.0.1:{admin}")
