"""Every test has a schema of its own and leaves no server of the pool lent."""

from __future__ import annotations

import time

import pytest

from . import database

LENT_LIMIT = 10.0


@pytest.fixture
def schema(stack):
    database.create_anew(stack.postgres)
    yield database.SCHEMA
    database.drop(stack.postgres)


@pytest.fixture(autouse=True)
def no_server_stays_lent(stack):
    yield
    deadline = time.monotonic() + LENT_LIMIT
    while lent := stack.pgbouncer.active_servers():
        assert (
            time.monotonic() < deadline
        ), f"{lent} servers are still lent: {stack.pgbouncer.admin('SHOW POOLS')}"
        time.sleep(0.1)
