"""Behind Terminate the connection is closed as PostgreSQL closes it: nothing more is waited for."""
from __future__ import annotations

import re

import pytest

from tests.integration.relay.raw_client import TERMINATE, RawClient, query, ready


def test_the_client_need_not_close_first(start_proxy):
    proxy = start_proxy(workers="1")
    with RawClient(proxy.port) as one, RawClient(proxy.port) as other:
        ready(one, application_name="one").send(TERMINATE)
        assert one.read_message() is None
        ready(other, application_name="other")
        events = re.findall(r"client (\w+) .*application_name=(\w+)", proxy.logged())
        assert events == [("connected", "one"), ("disconnected", "one"), ("connected", "other")]


@pytest.mark.parametrize("unread", [1, 100_000])
def test_what_was_said_before_is_read_to_its_end(proxy, unread):
    with RawClient(proxy.port) as client:
        ready(client).send(query(f"SELECT generate_series(1, {unread})") + TERMINATE)
        replies = client.read_until("Z")
        assert len(replies.of("D")) == unread
        assert client.read_message() is None
