"""What a client sends right behind a COPY is answered, and to nobody else.

When a COPY ends, pgBouncer 1.18 forgets how many ReadyForQuery it owes the client (it cannot know which Syncs the
server has eaten), and gives the server back at the next one: the answers that are still to come get lost, or go to
whoever is given the server. The first tests show it. A query that takes its time stands for what is behind the COPY;
with the quick ones of drivers it is a matter of luck.
"""
from __future__ import annotations

from typing import Callable, Iterator

import pytest

from tests.integration.relay.proxy import Proxy, eventually
from tests.integration.relay.raw_client import (COPY_DONE, EXECUTE, SYNC, RawClient, Replies, message, parse, query,
                                                ready)
from tests.integration.support.stack import PgBouncer, Postgres, rotating_pooler

pytestmark = pytest.mark.timeout(180)

ROUNDS = 50
DATA = message("d", b"1\n") + message("d", b"2\n")
SLOW = parse("", "SELECT pg_sleep(0.3), 'mine'"), message("B", bytes(8)), EXECUTE, SYNC
MINE = [[b"", b"mine"]]


@pytest.fixture(autouse=True)
def table(postgres: Postgres) -> Iterator[None]:
    postgres.psql("CREATE TABLE copied (a int4)")
    yield
    postgres.psql("DROP TABLE copied")


@pytest.fixture
def pooler(postgres: Postgres) -> Iterator[PgBouncer]:
    """With one server only: each test knows whose it is."""
    with rotating_pooler(postgres, 1) as pooler:
        yield pooler


@pytest.fixture
def proxy(start_proxy, pooler: PgBouncer) -> Proxy:
    return start_proxy(f"127.0.0.1:{pooler.port}")


def begin_copy_in(client: RawClient, name: str = "s0") -> None:
    """As tokio-postgres: a named statement, and a Sync behind Execute, which the server eats."""
    client.send(parse(name, "COPY copied FROM STDIN"), message("D", f"S{name}\0".encode()), SYNC)
    assert client.read_until("Z").kinds == "1tnZ"
    client.send(message("B", f"\0{name}\0".encode() + bytes(6)), EXECUTE, SYNC)
    assert client.read_until("G").kinds == "2G"


def close(name: str = "s0") -> bytes:
    return message("C", f"S{name}\0".encode())


def end_with(*end: bytes) -> Callable[[RawClient], Replies]:
    def copy(client: RawClient) -> Replies:
        client.send(*end, SYNC, *SLOW)
        return client.read_until("Z")

    return copy


def copy_out(client: RawClient) -> Replies:
    client.send(parse("", "COPY (SELECT 1) TO STDOUT"), message("B", bytes(8)), EXECUTE, SYNC, *SLOW)
    return client.read_until("Z")


COPIES = {
    "CopyDone": (begin_copy_in, end_with(DATA, COPY_DONE), "CZ"),
    "CopyFail": (begin_copy_in, end_with(DATA, message("f", b"enough\0")), "EZ"),
    "bad row": (begin_copy_in, end_with(message("d", b"x\n"), COPY_DONE), "EZ"),
    "COPY TO": (lambda client: None, copy_out, "12HdcCZ"),
}
each_copy = pytest.mark.parametrize("begin, end, answer", COPIES.values(), ids=COPIES.keys())
each_copy_in = pytest.mark.parametrize("begin, end, answer", list(COPIES.values())[:3], ids=list(COPIES)[:3])


def wait_in_the_queue(port: int, pooler: PgBouncer) -> RawClient:
    """Somebody else, who gets the server when it is given back."""
    stranger = ready(RawClient(port))
    stranger.send(query("SELECT 'of the stranger'"))
    eventually(lambda: pooler.count("cl_waiting") == 1, "the stranger waits")
    return stranger


@each_copy
def test_pooler_alone_loses_what_is_behind_a_copy(pooler, version_1_18, begin, end, answer):
    with RawClient(pooler.port) as client:
        begin(ready(client))
        assert end(client).kinds == answer
        eventually(lambda: "packet 'Z' from server when not linked" in pooler.log.read_text(), "it is thrown away")
        assert client.query("SELECT 5").kinds == "TDCZ"  # one ReadyForQuery is missing for ever


@each_copy_in
def test_pooler_alone_gives_it_to_a_stranger(pooler, version_1_18, begin, end, answer):
    with RawClient(pooler.port) as client:
        begin(ready(client))
        with wait_in_the_queue(pooler.port, pooler) as stranger:
            assert end(client).kinds == answer
            assert stranger.read_until("Z").rows == MINE


@each_copy
def test_what_is_behind_a_copy(pooler, proxy, begin, end, answer):
    with RawClient(proxy.port) as client:
        begin(ready(client))
        assert end(client).kinds == answer
        behind = client.read_until("Z")
        assert behind.kinds == "12DCZ" and behind.rows == MINE
        assert client.query("SELECT 5").rows == [[b"5"]]
        eventually(lambda: pooler.active_servers() == 0, "no server is lent")


@each_copy_in
def test_what_is_behind_a_copy_with_a_stranger(pooler, proxy, begin, end, answer):
    with RawClient(proxy.port) as client:
        begin(ready(client))
        with wait_in_the_queue(proxy.port, pooler) as stranger:
            assert end(client).kinds == answer
            assert client.read_until("Z").rows == MINE
            assert stranger.read_until("Z").rows == [[b"of the stranger"]]


def test_burst_of_tokio_postgres(pooler, proxy):
    """Close of the statement behind the COPY, and a query as soon as CommandComplete has come."""
    with RawClient(proxy.port) as client:
        ready(client)
        for number in range(ROUNDS):
            name = f"s{number}"
            begin_copy_in(client, name)
            client.send(DATA, COPY_DONE, SYNC, close(name), SYNC)
            assert client.read_until("C").kinds == "C"
            client.send(query(f"SELECT {number}"))
            assert [client.read_until("Z").kinds for _ in range(3)] == ["Z", "3Z", "TDCZ"]
        assert client.query("SELECT count(*) FROM copied").rows == [[b"%d" % (2 * ROUNDS)]]
    assert "when not linked" not in pooler.log.read_text()
