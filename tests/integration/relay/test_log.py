"""A log that nobody reads stops neither the sessions nor the end of the program."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import Iterator

import pytest

from tests.integration.admin.client import ask, scrape
from tests.integration.relay.proxy import PATIENCE
from tests.integration.relay.raw_client import RawClient, ready
from tests.integration.support.daemon import accepts, free_port, wait_until
from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import sidecar_binary

pytestmark = pytest.mark.timeout(180)


class Unread:
    """pgsidecar whose stderr is a pipe that nobody reads until the test does."""

    def __init__(self, upstream: str, *arguments: str):
        self.port, self.admin_port = free_port(), free_port()
        self._reader, writer = os.pipe()
        command = [sidecar_binary(), "--listen", f"127.0.0.1:{self.port}", "--upstream", upstream, *arguments]
        environment = clean_environment() | {"PGSIDECAR_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}"}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=writer, env=environment)
        os.close(writer)

    def wait_until_it_listens(self) -> None:
        wait_until(lambda: accepts(self.port), "pgsidecar to listen", PATIENCE, self._check)

    def _check(self) -> None:
        assert self.process.poll() is None

    def log_in(self, times: int) -> None:
        for _ in range(times):
            with RawClient(self.port) as client:
                assert ready(client).query("SELECT 41 + 1").rows == [[b"42"]]

    def read_until(self, word: str) -> str:
        text = b""
        while word.encode() not in text:
            some = os.read(self._reader, 1 << 16)
            assert some, text[-1000:]
            text += some
        return text.decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._reader)


@contextlib.contextmanager
def unread(*arguments: str) -> Iterator[Unread]:
    started = Unread(*arguments)
    try:
        yield started
    finally:
        started.close()


def test_a_log_that_nobody_reads_stops_nobody(pgbouncer):
    with unread(f"127.0.0.1:{pgbouncer.port}") as proxy:
        proxy.wait_until_it_listens()
        proxy.log_in(600)
        assert ask(proxy.admin_port, "/healthz").status == 200
        proxy.process.send_signal(signal.SIGTERM)
        assert proxy.process.wait(PATIENCE) == 0


def test_lines_that_are_lost_are_counted_and_told(pgbouncer):
    with unread(f"127.0.0.1:{pgbouncer.port}", "--log-level", "info") as proxy:
        proxy.wait_until_it_listens()
        name = "x" * 900  # a line of two kilobytes for each session
        while scrape(proxy.admin_port)("log_lines_dropped_total") == 0:
            for _ in range(100):
                with RawClient(proxy.port) as client:
                    ready(client, application_name=name)
        proxy.read_until("log lines lost count=")
        proxy.log_in(1)
        proxy.process.send_signal(signal.SIGTERM)
        proxy.read_until("stopped")
        assert proxy.process.wait(PATIENCE) == 0


def test_a_second_signal_ends_it_whoever_reads(pgbouncer):
    with unread(f"127.0.0.1:{pgbouncer.port}") as proxy:
        proxy.wait_until_it_listens()
        proxy.log_in(300)
        with RawClient(proxy.port) as client:
            ready(client).query("BEGIN")
            proxy.process.send_signal(signal.SIGTERM)
            wait_until(lambda: scrape(proxy.admin_port)("draining") == 1, "it to drain", PATIENCE, lambda: None)
            proxy.process.send_signal(signal.SIGTERM)
            assert proxy.process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_last_words_of_a_start_that_fails(pgbouncer):
    with unread(f"127.0.0.1:{pgbouncer.port}", "--listen", "192.0.2.1:1") as proxy:
        text = proxy.read_until("cannot listen on 192.0.2.1:1")
        assert "pgsidecar starts" in text
        assert proxy.process.wait(PATIENCE) == 1
