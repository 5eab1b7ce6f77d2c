"""A COPY FROM STDIN by Query that fails while its data is on its way.

pgBouncer 1.18 gives the server back at the ReadyForQuery, in the middle of a CopyData, and the next server reads the
rest of the row as messages. The first test shows it.
"""
from __future__ import annotations

from typing import Iterator

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import COPY_DONE, RawClient, message, query, ready
from tests.integration.support.stack import Postgres, rotating_pooler

pytestmark = pytest.mark.timeout(180)

ROUNDS = 10
PIECE = 4096
ROW = b"1\t" + b"x" * 100 + b"\n"
DATA = message("d", ROW * 300) * 40  # 1.2 MB, whose first row is a duplicate
STRANGER = "SELECT 'of the stranger'"


@pytest.fixture(autouse=True)
def table(postgres: Postgres) -> Iterator[None]:
    postgres.psql("CREATE TABLE taken (a int4 PRIMARY KEY, b text); INSERT INTO taken VALUES (1)")
    yield
    postgres.psql("DROP TABLE taken")


def copy_that_fails(client: RawClient) -> str:
    client.send(query("COPY taken FROM STDIN"))
    assert client.read_until("G").kinds == "G"
    for begin in range(0, len(DATA), PIECE):
        client.send(DATA[begin:begin + PIECE])
    client.send(COPY_DONE)
    replies = client.read_until("Z")
    return replies.kinds + replies[0].fields.get("C", "")


def test_pooler_alone_breaks_what_follows(postgres, version_1_18):
    second = message("d", ROW * 100)
    with rotating_pooler(postgres, 3) as pooler, RawClient(pooler.port, timeout=5) as client:
        ready(client).send(query("COPY taken FROM STDIN"))
        assert client.read_until("G").kinds == "G"
        client.send(message("d", b"x\ty\n"), second[:500])
        assert client.read_until("Z").kinds == "EZ"
        client.send(second[500:], COPY_DONE, query(STRANGER))
        with pytest.raises((OSError, AssertionError)):
            assert client.read_until("Z").kinds == "TDCZ"


def test_everybody_is_answered(pgbouncer, start_proxy):
    proxy = start_proxy()
    with RawClient(proxy.port) as client, RawClient(proxy.port) as stranger:
        ready(client), ready(stranger)
        for _ in range(ROUNDS):
            assert copy_that_fails(client) == "EZ23505"
            assert stranger.query(STRANGER).rows == [[b"of the stranger"]]
            assert client.query("SELECT count(*) FROM taken").rows == [[b"1"]]
    eventually(lambda: pgbouncer.active_servers() == 0, "no server is lent")

