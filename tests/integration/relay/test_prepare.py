"""A client that has prepared, with Flush and not yet Sync, keeps no server of the pool (semantics C5)."""
from __future__ import annotations

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import FLUSH, SYNC, RawClient, message, parse, ready

pytestmark = pytest.mark.timeout(60)

RUN = message("B", b"\0s\0" + bytes(6)), message("E", bytes(5)), SYNC


def prepare(client: RawClient) -> None:
    client.send(parse("s", "SELECT 'mine'"), message("D", b"Ss\0"), FLUSH)
    assert client.read_until("T").kinds == "1tT"


def test_more_clients_than_servers(pgbouncer, start_proxy):
    proxy = start_proxy()
    clients = [ready(RawClient(proxy.port)) for _ in range(3 * pgbouncer.pool_size)]
    for client in clients:
        prepare(client)
    eventually(lambda: pgbouncer.active_servers() == 0, "no server is lent")
    for client in clients:
        client.send(*RUN)
        assert client.read_until("Z").rows == [[b"mine"]]
        client.close()


def test_the_pooler_can_be_paused(pgbouncer, start_proxy):
    """PAUSE waits until no server is lent."""
    proxy = start_proxy()
    with RawClient(proxy.port) as client:
        prepare(ready(client))
        pgbouncer.admin("PAUSE")
        try:
            client.send(SYNC)
            assert client.read_until("Z").kinds == "Z"
        finally:
            pgbouncer.admin("RESUME")
        client.send(*RUN)
        assert client.read_until("Z").rows == [[b"mine"]]
