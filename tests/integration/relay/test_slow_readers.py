"""A peer that is there and does not read is not taken for one that has vanished.

Linux does: TCP_USER_TIMEOUT runs while the window is closed, too. A pause of several times that long stands for it.
"""
from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from tests.integration.relay.raw_client import COPY_DONE, RawClient, message, query, ready
from tests.integration.support.stack import rotating_pooler

pytestmark = pytest.mark.timeout(120)

TIMEOUT, PAUSE = "1500ms", 6.0


def test_a_client_that_reads_late(start_proxy, pgbouncer):
    proxy = start_proxy(tcp_user_timeout=TIMEOUT)
    with RawClient(proxy.port) as client:
        ready(client).send(query("SELECT repeat('x', 1000000) FROM generate_series(1, 50)"))
        time.sleep(PAUSE)
        assert len(client.read_until("Z").of("D")) == 50


def test_a_pooler_that_reads_late(start_proxy, postgres):
    with rotating_pooler(postgres, 1) as pooler:
        proxy = start_proxy(f"127.0.0.1:{pooler.port}", tcp_user_timeout=TIMEOUT)
        with RawClient(proxy.port) as client:
            ready(client).query("CREATE TABLE IF NOT EXISTS read_late (t text)")
            client.send(query("COPY read_late FROM STDIN"))
            assert client.read_until("G").kinds == "G"
            os.kill(pooler.pid, signal.SIGSTOP)
            end_of_pause = threading.Timer(PAUSE, os.kill, (pooler.pid, signal.SIGCONT))
            end_of_pause.start()
            try:
                client.send(*(message("d", b"x" * 1_000_000 + b"\n") for _ in range(50)), COPY_DONE)
            finally:
                end_of_pause.join()
            assert client.read_until("Z").kinds == "CZ"
            client.query("DROP TABLE read_late")
