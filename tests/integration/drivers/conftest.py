"""Every test has a schema of its own and leaves no server of the pool lent."""
from __future__ import annotations

import time

import pytest

SCHEMA = "drivers"
PINNED_LIMIT = 10.0


@pytest.fixture
def schema(stack):
    """Schema `drivers`, with the types that the programs know."""
    drop = f"set client_min_messages = warning; drop schema if exists {SCHEMA} cascade"
    stack.postgres.psql(f"""{drop}; create extension if not exists hstore; create schema {SCHEMA};
        create type {SCHEMA}.mood as enum ('sad', 'happy');
        create type {SCHEMA}.pair as (x int, y text);
        create type {SCHEMA}.span as range (subtype = int);
        create domain {SCHEMA}.positive as int check (value > 0)""")
    yield SCHEMA
    stack.postgres.psql(drop)


@pytest.fixture(autouse=True)
def no_server_stays_lent(stack):
    yield
    deadline = time.monotonic() + PINNED_LIMIT
    while lent := stack.pgbouncer.active_servers():
        assert time.monotonic() < deadline, f"{lent} servers are still lent: {stack.pgbouncer.admin('SHOW POOLS')}"
        time.sleep(0.1)
