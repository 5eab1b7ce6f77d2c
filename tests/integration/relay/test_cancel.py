"""CancelRequests reach the session they mean, and no other."""
from __future__ import annotations

import struct

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import RawClient, query, ready

pytestmark = pytest.mark.timeout(120)


def cancel_packet(key: bytes) -> bytes:
    return struct.pack("!ihh", 8 + len(key), 1234, 5678) + key


def cancel(address, key: bytes) -> None:
    """As PQcancel: the proxy closes when the request has arrived."""
    with RawClient(address) as messenger:
        messenger.send(cancel_packet(key))
        assert messenger.read(1) == b""


def start_sleeping(client: RawClient, postgres, name: str) -> bytes:
    """Returns the key that cancels it, once the server is asleep."""
    replies = client.start({"application_name": name})
    client.send(query("SELECT pg_sleep(600)"))
    eventually(lambda: asleep(postgres, name), "the server sleeps")
    return replies.of("K")[0].body


def asleep(postgres, name: str) -> bool:
    sql = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND wait_event = 'PgSleep'"
    return postgres.psql(sql) == "1"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_cancels_the_query_of_its_session_only(start_proxy, postgres, pgbouncer, workers):
    proxy = start_proxy(workers=workers)
    with RawClient(proxy.port) as one, RawClient(proxy.port) as other:
        key, other_key = start_sleeping(one, postgres, "one"), start_sleeping(other, postgres, "other")
        cancel(proxy.port, key)
        replies = one.read_until("Z")
        assert [reply.error[1] for reply in replies.of("E")] == ["57014"]
        assert one.query("SELECT 1").rows == [[b"1"]]
        assert asleep(postgres, "other")
        cancel(proxy.port, other_key)
        assert [reply.error[1] for reply in other.read_until("Z").of("E")] == ["57014"]


def test_key_that_nobody_has(proxy, postgres):
    with RawClient(proxy.port) as client:
        key = start_sleeping(client, postgres, "unharmed")
        wrong = key[:-1] + bytes([key[-1] ^ 1])
        cancel(proxy.port, wrong)
        assert asleep(postgres, "unharmed")
        cancel(proxy.port, key)
        assert client.read_until("Z").of("E")


def test_session_that_has_ended_is_forgotten(proxy, postgres):
    with RawClient(proxy.port) as client:
        key = start_sleeping(client, postgres, "ended")
        cancel(proxy.port, key)
        client.read_until("Z")
    cancel(proxy.port, key)
    with RawClient(proxy.port) as client:
        assert ready(client).query("SELECT 1").rows == [[b"1"]]


def test_many_requests_leave_nothing(proxy, pgbouncer):
    with RawClient(proxy.port) as client:
        key = client.start().of("K")[0].body
        before = proxy.idle_descriptors()
        for _ in range(50):
            cancel(proxy.port, key)
        eventually(lambda: proxy.descriptors() == before, "every connection is closed")
        assert client.query("SELECT 1").rows == [[b"1"]]


@pytest.mark.parametrize("key", [b"\0\0\0\1ab", b"\0\0\0\1" + b"k" * 300])
def test_malformed_request(proxy, key):
    with RawClient(proxy.port) as client:
        client.send(cancel_packet(key))
        assert client.read_message().error[1] == "08P01"
        assert client.read_message() is None
