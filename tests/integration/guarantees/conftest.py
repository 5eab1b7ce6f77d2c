"""`hold` plays a conversation twice; nothing may be left behind."""

from __future__ import annotations

import time
from typing import Callable

import pytest

from . import sessions

LENT_LIMIT = 10.0


@pytest.fixture
def hold(stack, drop_table) -> Callable[[sessions.Conversation], sessions.Answers]:
    def play(conversation: sessions.Conversation) -> sessions.Answers:
        return sessions.hold(conversation, stack.postgres.port, stack.sidecar.port)

    return play


@pytest.fixture(scope="package")
def drop_table(stack):
    yield
    stack.postgres.psql(f"drop table if exists {sessions.TABLE}")


@pytest.fixture(autouse=True)
def no_server_stays_lent(request):
    yield
    if "stack" not in request.fixturenames:
        return
    pooler, deadline = request.getfixturevalue("stack").pgbouncer, time.monotonic() + LENT_LIMIT
    while pooler.active_servers():
        assert time.monotonic() < deadline, f"servers are still lent: {pooler.admin('SHOW POOLS')}"
        time.sleep(0.05)
