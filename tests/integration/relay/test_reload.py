"""SIGHUP: the configuration read again, whole or not at all."""
from __future__ import annotations

import signal

import pytest

from tests.integration.relay.proxy import Proxy, eventually
from tests.integration.relay.raw_client import RawClient, ready, startup_packet

pytestmark = pytest.mark.timeout(120)


class Configured(Proxy):
    """With a file besides."""

    def __init__(self, upstream: str, text: str):
        super().__init__(upstream)
        self.file = self.directory / "pgsidecar.yaml"
        self.file.write_text(text)

    def _command(self) -> list[str]:
        return [*super()._command(), "--config", str(self.file)]

    def reload(self, text: str, until: str) -> None:
        self.file.write_text(text)
        before = self.logged().count(until)
        self.signal(signal.SIGHUP)
        eventually(lambda: self.logged().count(until) > before, until)


@pytest.fixture
def proxy(pgbouncer):
    proxy = Configured(f"127.0.0.1:{pgbouncer.port}", "max_connections: 1\n")
    try:
        proxy.start()
        yield proxy
        assert proxy.stop() == 0
    finally:
        proxy.remove()


def second_client_is_taken(proxy) -> bool:
    with ready(RawClient(proxy.port)), RawClient(proxy.port) as second:
        return second.start().kinds[-1:] == "Z"


def test_new_values_are_for_those_who_come_then(proxy):
    assert not second_client_is_taken(proxy)
    proxy.reload("max_connections: 2\n", "configuration read again")
    assert second_client_is_taken(proxy)


def test_sessions_go_on(proxy):
    with ready(RawClient(proxy.port)) as client:
        client.query("BEGIN")
        proxy.reload("max_connections: 5\n", "configuration read again")
        assert client.query("SELECT 1").rows == [[b"1"]]
        assert client.query("COMMIT").kinds == "CZ"


def test_a_mistake_changes_nothing_and_is_told_with_its_place(proxy):
    proxy.reload("max_connections: 2\nworkers: many\n", "the configuration stays as it was")
    assert "pgsidecar.yaml:2: workers" in proxy.logged()
    assert not second_client_is_taken(proxy)


def test_what_needs_a_restart_stays(proxy):
    proxy.reload("max_connections: 2\nworkers: 3\n", "configuration read again")
    assert "a changed key needs a restart key=workers" in proxy.logged()
    assert second_client_is_taken(proxy)


def test_start_up_options_follow(proxy):
    proxy.reload("startup_parameters: {unsupported: reject}\n", "configuration read again")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "postgres", "jit": "off"}))
        assert client.read_message().error == ("FATAL", "08P01", "unsupported startup parameter: jit")

