"""A text that is too long to be read as a whole meets no statement that another client has left on a server."""
from __future__ import annotations

import pytest

from tests.integration.relay.raw_client import EXECUTE, SYNC, RawClient, message, parse, query, ready

pytestmark = pytest.mark.timeout(120)

LONG_QUERY, LONG_PARSE = 700_000, 17_000_000  # above 512 KiB and max_statement_size
BIND = message("B", bytes(8))
TOO_LONG = ("ERROR", "54000", "query string is too long for PREPARE, EXECUTE and DEALLOCATE")


def texts(size: int) -> dict[str, str]:
    return {
        "behind a comment": f"/*{'-' * size}*/ EXECUTE m",
        "with a long argument": f"EXECUTE m('{'x' * size}')",
        "explained": f"EXPLAIN /*{'x' * size}*/ EXECUTE m",
    }


@pytest.fixture
def clients(pgbouncer, start_proxy):
    """Another client's m stands on every server."""
    with RawClient(pgbouncer.port) as other:
        ready(other)
        for _ in range(pgbouncer.pool_size):
            other.query("PREPARE m AS SELECT 'of another'")
        with RawClient(start_proxy().port) as client:
            yield ready(client)
        for _ in range(pgbouncer.pool_size):
            other.query("DEALLOCATE m")


def test_a_query_that_names_it_fails(clients):
    strings = texts(LONG_QUERY) | {"behind another": f"SELECT '{'x' * LONG_QUERY}'; EXECUTE m"}
    for text in strings.values():
        replies = clients.query(text)
        assert replies.kinds == "EZ" and replies[0].error == TOO_LONG
        assert clients.query("SELECT 1").rows == [[b"1"]]


def test_a_parse_that_names_it_fails(clients):
    for text in texts(LONG_PARSE).values():
        clients.send(parse("", text), BIND, EXECUTE, SYNC)
        replies = clients.read_until("Z")
        assert replies.kinds == "EZ" and replies[0].error == TOO_LONG
        assert clients.query("SELECT 1").rows == [[b"1"]]


def test_the_word_in_a_literal_or_a_comment_is_none(clients):
    for text in (f"SELECT length('{'; EXECUTE m ' * 60_000}')", f"/*{'; EXECUTE m ' * 60_000}*/ SELECT length('')",
                 f"SELECT length($q${'; EXECUTE m ' * 60_000}$q$)"):
        assert clients.query(text).kinds == "TDCZ"
        clients.send(query(text))
        assert clients.read_until("Z").rows[0][0] in (b"0", b"720000")
