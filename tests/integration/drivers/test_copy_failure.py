"""A COPY FROM STDIN that fails while its data is on its way: more processes than the pool has servers."""

import pytest

from .runner import assert_right_with, compare

CLIENTS = {"asyncpg_copy_failure": "asyncpg-0.30", "psycopg_copy_failure": "psycopg-3.3"}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("program", CLIENTS)
def test_everybody_is_answered(stack, schema, program):
    outcomes = compare(stack, program, CLIENTS[program], schema, copies=5, routes=("postgres", "sidecar"))
    assert_right_with(outcomes)
    assert stack.pgbouncer.active_servers() == 0
