"""Rows of somebody else's statement: the silent failure. 4 processes of 3 connections, 300 queries each."""

import pytest

from .runner import compare

QUERIES = 4 * 3 * 300


@pytest.mark.timeout(180)
@pytest.mark.parametrize("driver, packages", [("asyncpg", "asyncpg-0.32"), ("psycopg", "psycopg-3.3")])
def test_every_connection_gets_its_own_constants(stack, schema, driver, packages):
    outcomes = compare(stack, "own_constants", packages, driver, copies=4, routes=("pgbouncer", "sidecar"))
    assert outcomes["pgbouncer"].wrong, "the bare pooler returns no wrong row here"
    assert not outcomes["sidecar"].broken, str(outcomes["sidecar"])
    assert outcomes["sidecar"].right == QUERIES
