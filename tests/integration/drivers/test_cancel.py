"""A client that hangs up right behind its CancelRequest. pgBouncer 1.18 dies of it, but not behind pgsidecar."""

from __future__ import annotations

import time

import pytest

from tests.integration.support.stack import StackError

from .runner import restart_pooler
from .wire import Wire, query

CLIENTS, ROUNDS = 3, 10  # as many clients as servers: every one is running when it is cancelled
RUNNING_LIMIT = 20


def wait_until_running(stack, sql: str) -> None:
    count = f"select count(*) from pg_stat_activity where state = 'active' and query = '{sql}'"
    deadline = time.monotonic() + RUNNING_LIMIT
    while int(stack.postgres.psql(count)) < CLIENTS:
        assert time.monotonic() < deadline, "the queries do not start"
        time.sleep(0.02)


def one_round(stack, clients: list[Wire], number: int, via: str) -> None:
    slow = f"select pg_sleep(30), {number} as via_{via}"
    for client in clients:
        client.send(query(slow))
    wait_until_running(stack, slow)
    for client in clients:
        client.cancel()
    for client in clients:
        replies = client.read("Z")
        assert replies.kinds == "TEZ" and "57014" in str(replies), str(replies)
        assert client.ask(query(f"select {number}")).rows == [[str(number)]]


@pytest.mark.timeout(200)
def test_the_pooler_survives(fresh_names):
    clients = [Wire(fresh_names.port("sidecar"), 20) for _ in range(CLIENTS)]
    for number in range(ROUNDS):
        one_round(fresh_names, clients, number, "sidecar")
    for client in clients:
        client.close()
    fresh_names.pgbouncer.check()


@pytest.mark.timeout(200)
def test_broken_without(fresh_names):
    """It dies, or forgets a request."""
    clients = [Wire(fresh_names.port("pgbouncer"), 5) for _ in range(CLIENTS)]
    try:
        with pytest.raises((OSError, AssertionError, StackError)) as broken:
            for number in range(ROUNDS):
                one_round(fresh_names, clients, number, "pgbouncer")
        print(repr(broken.value))
    finally:
        restart_pooler(fresh_names)
